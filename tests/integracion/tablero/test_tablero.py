"""Las cifras del tablero contra otro camino: los mismos renglones, contados en Python sin SQL y día por día."""

from __future__ import annotations

import statistics
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from math import ceil
from pathlib import Path
from random import Random
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import reloj, sesion
from modelos.calendario import POR_DEFECTO, publicados
from modelos.errores import FormularioIncompleto, NoLeCorresponde
from modelos.expedientes.expediente import ABIERTOS, Encargo, Expediente, Turno
from modelos.oficios.oficio import Oficio
from modelos.organizacion.organigrama import por_correo, quien_es
from modelos.organizacion.permisos import Quien, Rol
from modelos.plazos.plazo import Plazo
from modelos.tablero import calor, cifras, corridas, eventos, filtro, listas, palabras
from modelos.tablero.conjuntos import CONJUNTOS
from modelos.tablero.filtro import Filtro
from modelos.tablero.instantes import desfase_s, numero_de_dia
from modelos.tablero.tiempos import Medida
from tareas.hojas import excel, xes
from tareas.hojas.exportacion import Traductor
from tests.accesorios.fabricas import Instancia
from tests.banco.tablero import inventar

HOY = date(2027, 6, 15)
PEDIDOS: tuple[dict[str, str], ...] = (
    {},
    {"periodo": "2027-T2"},
    {"periodo": "2026-S2", "unidad": "CST"},
    {"periodo": "2027-06", "entidad": "MX-MEX"},
    {"desde": "2025-03-03", "hasta": "2027-12-31", "procedimiento": "normatividad"},
)


@pytest.fixture(autouse=True)
def _en_junio(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2027-06-15T09:00:00-06:00")


@pytest.fixture
def s(instancia: Instancia) -> Iterator[Session]:
    """Una lectura sobre ciento cuarenta expedientes al azar."""
    with sesion.transaccion(instancia.url) as escritura:
        inventar(escritura, 140, Random(11), HOY)
    with instancia.leer() as abierta:
        yield abierta


def como(s: Session, alias: str) -> Quien:
    persona = por_correo(s, f"{alias}@demo.local")
    assert persona is not None
    return quien_es(s, persona)


def leer(**crudo: str) -> Filtro:
    return filtro.leer(crudo, HOY)


def dia(instante: datetime) -> date:
    return reloj.local(instante).date()


def habiles(desde: date, hasta: date) -> int:
    """Contados uno por uno, sin la tabla de acumulados."""
    calendario = publicados()[POR_DEFECTO]
    return sum(calendario.es_habil(desde + timedelta(n)) for n in range(1, (hasta - desde).days + 1))


class Renglones:
    """Todo lo de la base, filtrado con Python; para quien ve todo."""

    def __init__(self, s: Session, pedido: Filtro) -> None:
        self.f = pedido
        self.expedientes = list(s.scalars(select(Expediente)))
        self.turnos = list(s.scalars(select(Turno)))
        self.plazos = list(s.scalars(select(Plazo)))
        self.deben = {o.folio for o in s.scalars(select(Oficio)) if o.estado in ("borrador", "firmado") and o.turno_id}
        de_procedimiento = {e.folio for e in self.expedientes if pedido.procedimiento in ("", e.procedimiento)}
        suyos = {t.folio for t in self.turnos if self.es_suya(t.unidad)}
        self.expedientes = [e for e in self.expedientes if e.folio in de_procedimiento & suyos]
        self.turnos = [t for t in self.turnos if t.folio in de_procedimiento and self.es_suya(t.unidad)]
        self.plazos = [p for p in self.plazos if p.folio in de_procedimiento and self.es_suya(p.unidad)]

    def es_suya(self, unidad: str) -> bool:
        # CE-15 y CAST-DEMO-01, que depende de ella, están en el Estado de México.
        de_ahi = {"MX-MEX": {"CE-15", "CAST-DEMO-01"}}.get(self.f.entidad, {unidad})
        return self.f.unidad in ("", unidad) and unidad in de_ahi

    def cae(self, cuando: datetime | date | None) -> bool:
        if cuando is None:
            return False
        return self.f.desde <= (dia(cuando) if isinstance(cuando, datetime) else cuando) <= self.f.hasta

    def cuentas(self) -> dict[str, int]:
        vencidos = [p for p in self.plazos if p.estado == "abierto" and p.vence and p.vence < HOY]
        en_plazo = [p for p in self.plazos if self.cae(p.vence)]
        cumplidos = [p for p in en_plazo if p.estado == "cumplido" and p.cerrado and p.vence]
        tramite = [e for e in self.expedientes if e.estado in ("en_curso", "suspendido")]

        def vencen(dias: int) -> int:
            corren = [p for p in self.plazos if p.estado == "abierto" and p.vence]
            return sum(0 <= (p.vence - HOY).days <= dias for p in corren if p.vence)

        return {
            "abiertos": len(tramite),
            "con_vencidos": len({p.folio for p in vencidos} & {e.folio for e in tramite}),
            "detenidos": sum(e.detenido for e in tramite),
            "deben_oficios": sum(e.folio in self.deben for e in self.expedientes if e.estado != "cancelado"),
            "concluidos_debiendo": sum(e.folio in self.deben for e in self.expedientes if e.estado == "concluido"),
            "iniciados": sum(self.cae(e.abierto) for e in self.expedientes),
            "concluidos": sum(e.estado == "concluido" and self.cae(e.cerrado) for e in self.expedientes),
            "cancelados": sum(e.estado == "cancelado" and self.cae(e.cerrado) for e in self.expedientes),
            "vencidos": len(vencidos),
            "vencen_7": vencen(7),
            "vencen_30": vencen(30),
            "a_tiempo": sum(dia(p.cerrado) <= p.vence for p in cumplidos if p.cerrado and p.vence),
            "tarde": sum(dia(p.cerrado) > p.vence for p in cumplidos if p.cerrado and p.vence),
            "sin_cumplir": sum(p.estado == "abierto" and p.vence < HOY for p in en_plazo if p.vence),
            "corren": sum(
                p.estado == "suspendido" or (p.estado == "abierto" and p.vence >= HOY) for p in en_plazo if p.vence
            ),
            "sin_calcular": sum(
                self.cae(p.abierto) and p.vence is None and p.estado != "cancelado" for p in self.plazos
            ),
        }

    def medidas(self) -> dict[str, dict[Any, dict[str, Any]]]:
        de: dict[str, Any] = {"actividad": defaultdict(list), "unidad": defaultdict(list)}
        for t in self.turnos:
            atendido = t.estado == "atendido" and self.cae(t.cerrado)
            espera = t.estado in ABIERTOS and self.f.desde <= HOY <= self.f.hasta
            if t.a_mano and (atendido or espera):
                tarda = habiles(dia(t.abierto), dia(t.cerrado) if t.cerrado else HOY)
                for grupo, clave in (("actividad", (t.procedimiento, t.actividad)), ("unidad", t.unidad)):
                    de[grupo][clave].append((atendido, tarda, t.vuelta))
        return {grupo: {clave: self._medida(filas) for clave, filas in suyos.items()} for grupo, suyos in de.items()}

    @staticmethod
    def _medida(filas: list[tuple[bool, int, int]]) -> dict[str, Any]:
        tardan = sorted(tarda for atendido, tarda, _ in filas if atendido)
        return {
            "atendidos": len(tardan),
            "esperan": len(filas) - len(tardan),
            "mediana": statistics.median(tardan) if tardan else None,
            "p90": tardan[ceil(len(tardan) * 0.9) - 1] if tardan else None,
            "dias": sum(tarda for _, tarda, _ in filas),
            "repetidos": sum(vuelta > 1 for *_, vuelta in filas),
            "vuelta_mayor": max(vuelta for *_, vuelta in filas),
            "sin_contar": 0,
        }


@pytest.mark.parametrize("pedido", PEDIDOS, ids=lambda p: "-".join(p.values()) or "año")
def test_las_cifras_son_las_que_se_cuentan_a_mano(s: Session, pedido: dict[str, str]) -> None:
    f = leer(**pedido)
    calculado, a_mano = cifras.calcular(s, como(s, "direccion"), f), Renglones(s, f)
    assert calculado.cuentas == a_mano.cuentas()
    medidas = a_mano.medidas()
    assert {k: vars_de(m) for k, m in calculado.tiempos.por_actividad.items()} == medidas["actividad"]
    assert {k: vars_de(m) for k, m in calculado.tiempos.por_unidad.items()} == medidas["unidad"]
    if medidas["unidad"]:
        assert calculado.tiempos.todo.dias == sum(m["dias"] for m in medidas["unidad"].values())
    for mes in calculado.tendencia:
        del_mes = Renglones(s, f.con(periodo=mes.periodo.clave)).cuentas()
        suyas = {c: del_mes[c] for c in ("iniciados", "concluidos", "a_tiempo", "tarde", "sin_cumplir")}
        assert {c: getattr(mes, c) for c in suyas} == suyas, mes.periodo
    assert len(calculado.tendencia) >= 12


def vars_de(medida: Medida) -> dict[str, Any]:
    return {campo: getattr(medida, campo) for campo in Medida.__dataclass_fields__}


@pytest.mark.parametrize("alias", ["direccion", "cst"])
def test_cada_cifra_es_el_largo_de_su_lista_y_ningun_renglon_sale_dos_veces(s: Session, alias: str) -> None:
    quien = replace(como(s, alias), adscripciones=como(s, alias).adscripciones | {("CST", Rol.COORDINACION)})
    f = leer(periodo="2027")
    calculado = cifras.calcular(s, quien, f)
    for clave, que in CONJUNTOS.items():
        ids, cursor, total = [], None, None
        while True:
            tramo = listas.pagina(s, quien, f, que, cursor=cursor, limite=37)
            ids += [getattr(x, "id", None) or x.folio for x in tramo.elementos]
            total, cursor = tramo.total, tramo.siguiente
            if cursor is None:
                break
        assert len(ids) == len(set(ids)) == total == listas.cuantos(s, quien, f, que), clave
        assert len(list(listas.renglones(s, quien, f, que))) == total, clave
        if clave in calculado.cuentas:
            assert calculado.cuentas[clave] == total, clave
    assert calculado.tiempos.todo.atendidos == listas.cuantos(s, quien, f, CONJUNTOS["atendidos"])
    for (procedimiento, actividad), m in calculado.tiempos.por_actividad.items():
        suyo = f.con(procedimiento=procedimiento, actividad=actividad)
        contados = cifras.cuentas(s, quien, suyo, ("atendidos", "esperan", "acumulan", "repetidos"))
        assert list(contados.values()) == [m.atendidos, m.esperan, m.turnos, m.repetidos]
    for unidad, m in calculado.tiempos.por_unidad.items():
        assert listas.cuantos(s, quien, f.con(unidad=unidad), CONJUNTOS["atendidos"]) == m.atendidos


def test_lo_que_vence_en_el_periodo_cae_en_una_y_solo_una_clase(s: Session) -> None:
    quien, f = como(s, "direccion"), leer(desde="2025-01-01", hasta="2028-12-31")
    clases = ("a_tiempo", "tarde", "sin_cumplir", "corren")
    por_clase = [{p.id for p in listas.pagina(s, quien, f, CONJUNTOS[c], limite=200).elementos} for c in clases]
    todos = [p.id for p in s.scalars(select(Plazo)) if p.vence and p.estado not in ("cancelado", "sin_calcular")]
    assert sum(map(len, por_clase)) == len(set.union(*por_clase))
    assert sum(cifras.cuentas(s, quien, f, clases).values()) == len(todos) > 100


def test_quien_no_ve_todo_cuenta_solo_lo_que_le_concierne(instancia: Instancia, s: Session) -> None:
    todo = cifras.calcular(s, como(s, "direccion"), leer())
    dcaj = como(s, "dcaj")
    suyo = cifras.calcular(s, dcaj, leer())
    folios = {t.folio for t in s.scalars(select(Turno)) if t.unidad == "DCAJ"}
    vistos = {e.folio for e in listas.renglones(s, dcaj, leer(), CONJUNTOS["vivos"])}
    assert 0 < suyo.cuentas["abiertos"] < todo.cuentas["abiertos"]
    assert vistos
    assert vistos <= folios
    assert {t.folio for t in eventos.trazas(s, dcaj, leer(), CATALOGO)} == vistos
    assert {c.expediente.folio for c in corridas.corridas(s, dcaj, 3, limite=200).elementos} <= folios


def test_el_tablero_es_de_direccion_administracion_y_coordinacion(s: Session) -> None:
    for alias in ("direccion", "administracion", "coordinacion"):
        filtro.exigir_tablero(como(s, alias))
    for alias in ("cst", "cast-demo-01", "dcaj"):
        with pytest.raises(NoLeCorresponde, match="dirección, administración o coordinación"):
            filtro.exigir_tablero(como(s, alias))


def test_un_turno_en_un_anio_sin_calendario_se_dice_y_no_se_inventa(instancia: Instancia, s: Session) -> None:
    f = leer(desde="2024-01-01", hasta="2027-06-30")
    antes = cifras.tiempos(s, como(s, "direccion"), f).todo
    with sesion.transaccion(instancia.url) as escritura:
        de = select(col(Turno.id)).where(col(Turno.estado) == "atendido", col(Turno.a_mano).is_(True)).limit(1)
        viejo = update(Turno).where(col(Turno.id) == escritura.scalar(de))
        escritura.execute(viejo.values(abierto=datetime(2024, 12, 30, 18, tzinfo=UTC)))
    with instancia.leer() as otra:
        ahora = cifras.tiempos(otra, como(otra, "direccion"), f).todo
    assert (ahora.sin_contar, ahora.atendidos) == (antes.sin_contar + 1, antes.atendidos)
    assert ahora.dias <= antes.dias


def test_el_centro_de_mexico_no_cambia_de_hora_en_los_anios_publicados() -> None:
    anios = publicados().anios
    dias = [date(anio, mes, 15) for anio in anios for mes in range(1, 13)]
    horas = {reloj.ZONA.utcoffset(datetime.combine(d, time(12))) for d in dias}
    assert horas == {timedelta(seconds=desfase_s())}, (
        "El centro de México cambia de hora en un año publicado: `DiaLocal` (modelos/tablero/instantes.py) "
        "supone uno solo. Haga que dependa de la fecha."
    )


@pytest.mark.parametrize(
    ("crudo", "campo"),
    [
        ({"periodo": "2027-T5"}, "periodo"),
        ({"periodo": "ayer"}, "periodo"),
        ({"desde": "2027-01-01"}, "hasta"),
        ({"desde": "2027-05-01", "hasta": "2027-04-01"}, "hasta"),
        ({"desde": "2010-01-01", "hasta": "2027-04-01"}, "hasta"),
        ({"desde": "0001-01-01", "hasta": "9999-12-31"}, "desde"),
        ({"unidad": "a\x07b"}, "unidad"),
    ],
)
def test_un_filtro_que_no_se_entiende_dice_que_corregir(crudo: dict[str, str], campo: str) -> None:
    with pytest.raises(FormularioIncompleto) as falta:
        filtro.leer(crudo, HOY)
    assert campo in falta.value.campos


def test_lo_que_no_existe_no_se_cuenta_como_cero(s: Session) -> None:
    for campo in ("procedimiento", "entidad", "unidad"):
        with pytest.raises(FormularioIncompleto) as falta:
            filtro.revisar(s, leer(**{campo: "no-hay"}), CATALOGO)
        assert set(falta.value.campos) == {campo}


def test_las_palabras_empiezan_por_lo_que_va_mal_y_dicen_donde(s: Session) -> None:
    calculado = cifras.calcular(s, como(s, "direccion"), leer(periodo="2027"))
    frases = palabras.resumen(calculado, CATALOGO)
    assert frases[0].mal
    assert frases[0].texto.startswith(f"Hay {calculado.cuentas['vencidos']} plazo")
    assert calculado.focos[0].unidad in frases[0].texto
    for frase in frases:
        assert frase.texto.endswith(".")
        assert frase.que in ("", *CONJUNTOS)
    nadie = cifras.calcular(s, como(s, "direccion"), leer(periodo="2020"))
    assert "En el periodo no ha vencido ningún plazo." in [f.texto for f in palabras.resumen(nadie, CATALOGO)]


def test_el_mapa_de_calor_trae_todas_las_actividades_en_su_orden(s: Session) -> None:
    f = leer(periodo="2027", procedimiento="normatividad")
    tabla = CATALOGO.vigente("normatividad", HOY)
    tiempos = cifras.tiempos(s, como(s, "direccion"), f)
    de = calor.calor(tabla, tiempos)
    assert list(de) == [a.clave for a in tabla.actividades]
    for clave, c in de.items():
        medida = tiempos.por_actividad.get((tabla.clave, clave), Medida())
        assert (c.dias, c.vueltas) == (medida.mediana, medida.repetidos)
        assert (c.nivel == 0) == (medida.mediana is None)
    assert calor.calor(tabla, replace(tiempos, por_actividad={}))[tabla.inicio.clave].palabra == "sin datos"


def test_el_excel_no_trae_formulas_vivas_ni_nombres_y_sus_fechas_son_fechas(
    instancia: Instancia, s: Session, tmp_path: Path
) -> None:
    malo = '=HYPERLINK("http://malo.ejemplo","clic")'
    with sesion.transaccion(instancia.url) as escritura:
        folio = escritura.scalar(select(col(Expediente.folio)).order_by(col(Expediente.abierto).desc()).limit(1))
        escritura.execute(update(Expediente).where(col(Expediente.folio) == folio).values(asunto=malo))
    quien, f = como(s, "direccion"), leer(periodo="2027")
    with instancia.leer() as otra:
        traductor = Traductor(CATALOGO, cifras.dias_habiles(otra), f)
        pedidos = [CONJUNTOS[clave] for clave in ("vivos", "turnos_vivos", "plazos_vivos")]
        hojas = [traductor.hoja(c, listas.renglones(otra, quien, f, c)) for c in pedidos]
        total = excel.escribir(tmp_path / "t.xlsx", "Prueba", (*hojas, traductor.fuente("todo", "todos")))
        esperados = [listas.cuantos(otra, quien, f, c) for c in pedidos]
    libro = CalamineWorkbook.from_path(tmp_path / "t.xlsx")
    assert libro.sheet_names == ["Expedientes", "Turnos", "Plazos", "Fuente"]
    filas = [libro.get_sheet_by_name(n).to_python() for n in libro.sheet_names]
    assert [len(f) - 1 for f in filas[:3]] == esperados
    assert sum(esperados) + 5 == total
    [suya] = [fila for fila in filas[0] if fila[0] == folio]
    assert suya[3] == malo
    assert isinstance(suya[6], datetime)
    todo = b"".join(_partes_xml(tmp_path / "t.xlsx"))
    assert b"<f>" not in todo
    assert b"hyperlink " not in todo
    assert b"(demostraci" not in todo, "salió el nombre de una persona"
    for fila in filas[1][1:20]:
        abierto, cerrado = fila[7], fila[8]
        assert isinstance(abierto, datetime)
        hasta = cerrado.date() if isinstance(cerrado, datetime) else HOY
        assert fila[9] == habiles(abierto.date(), hasta)


def _partes_xml(libro: Path) -> Iterator[bytes]:
    from zipfile import ZipFile

    with ZipFile(libro) as zip_:
        for nombre in zip_.namelist():
            yield zip_.read(nombre)


def test_el_xes_esta_bien_formado_y_reune_la_bitacora_sin_personas(s: Session) -> None:
    quien, f = como(s, "direccion"), leer(periodo="2027-T2")
    archivo = BytesIO()
    escritos = xes.escribir(archivo, "segundo trimestre & más <de> 2027", eventos.trazas(s, quien, f, CATALOGO))
    raiz = ET.fromstring(archivo.getvalue())  # noqa: S314 - lo acabamos de escribir
    n = "{http://www.xes-standard.org/}"
    assert raiz.tag == f"{n}log"
    trazas = raiz.findall(f"{n}trace")
    vivos = {e.folio: e for e in listas.renglones(s, quien, f, CONJUNTOS["vivos"])}
    assert {_valor(t, n, "concept:name") for t in trazas} == set(vivos)
    eventos_ = [e for t in trazas for e in t.findall(f"{n}event")]
    asientos = {e.folio: e.asientos for e in s.scalars(select(Expediente))}
    assert len(eventos_) == escritos == sum(asientos[folio] for folio in vivos)
    for evento in eventos_:
        assert _valor(evento, n, "concept:name")
        assert _valor(evento, n, "org:resource")
        cuando = evento.find(f"{n}date[@key='time:timestamp']")
        assert cuando is not None
        assert datetime.fromisoformat(cuando.attrib["value"]).tzinfo is not None
    assert b"persona:" not in archivo.getvalue()
    assert b"Asunto inventado" not in archivo.getvalue()


def _valor(nodo: ET.Element, n: str, clave: str) -> str:
    hallado = nodo.find(f"{n}string[@key='{clave}']")
    return "" if hallado is None else hallado.attrib["value"]


def test_lo_que_no_cabe_en_una_exportacion_se_dice_antes_de_escribirla(
    s: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    quien, f = como(s, "direccion"), leer(periodo="2027")
    monkeypatch.setattr(listas, "MAXIMO_RENGLONES", 20)
    monkeypatch.setattr(eventos, "MAXIMO_EVENTOS", 20)
    with pytest.raises(FormularioIncompleto, match="pida un periodo más corto"):
        listas.exigir_que_quepan(s, quien, f, CONJUNTOS["turnos_vivos"])
    with pytest.raises(FormularioIncompleto, match="pida un periodo más corto"):
        eventos.exigir_que_quepan(s, quien, f)


def test_cada_corrida_esta_en_un_estado_y_sus_cuentas_son_las_de_sus_encargos(s: Session) -> None:
    quien = como(s, "direccion")
    por_estado = {e: corridas.corridas(s, quien, 3, estado=e, limite=200) for e in corridas.ESTADOS}
    todas = corridas.corridas(s, quien, 3, limite=200)
    assert sum(p.total for p in por_estado.values()) == todas.total
    for estado, pagina in por_estado.items():
        assert {c.estado for c in pagina.elementos} <= {estado}
        assert pagina.total, estado
    de: defaultdict[str, list[Encargo]] = defaultdict(list)
    for encargo in s.scalars(select(Encargo)):
        de[encargo.folio].append(encargo)
    for corrida in todas.elementos:
        suyos = de[corrida.expediente.folio]
        assert corrida.efectos == len(suyos)
        assert corrida.hechos == sum(e.hecho is not None for e in suyos)
        assert corrida.registrados == sum(e.registrado is not None for e in suyos)
        assert corrida.reintentos == sum(e.intentos for e in suyos)
        assert len(corrida.errores) == sum(e.hecho is None and e.intentos >= 3 for e in suyos)


def test_la_tabla_de_acumulados_cuenta_igual_en_python_que_dia_por_dia(s: Session) -> None:
    dias = cifras.dias_habiles(s)
    azar = Random(3)
    for _ in range(200):
        desde = date(2025, 1, 1) + timedelta(azar.randrange(1400))
        hasta = desde + timedelta(azar.randrange(60))
        esperado = habiles(desde, hasta) if hasta.year <= publicados().anios[-1] else None
        assert dias.entre(numero_de_dia(desde), numero_de_dia(hasta)) == esperado
    assert dias.entre(numero_de_dia(date(2024, 12, 31)), numero_de_dia(date(2025, 1, 8))) is None
