"""¿Se nota que una tabla ya publicada cambió, y queda a salvo lo que se abrió con ella?"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field
from sqlalchemy import func, select

from api.arranque.preparacion import exigir_tablas
from flujos.catalogo import CATALOGO
from modelos.actos.administracion import personas
from modelos.actos.conduccion import conducir
from modelos.actos.turnos import asignacion, atender, tenencia
from modelos.ajustes import Ajustes
from modelos.bandeja import inicio
from modelos.comprobacion.cotejo_tablas import aceptar, comparar, cotejar
from modelos.errores import ErrorGestion, FormularioIncompleto
from modelos.expedientes.tablas_publicadas import OTRO_FORMATO, SIN_USAR, TablaPublicada
from modelos.motor import encargos, reservas
from modelos.tabla import Actividad, Catalogo, Dias, Documento, Formulario, PorCada, Tabla, Unidad, a
from modelos.tabla.errores import EnCuarentena, TablaAlterada, TablaInvalida, TablasAlteradas
from modelos.tabla.huella import canonico, contenido, huella
from tests.accesorios.fabricas import Cliente, Instancia, servida
from tests.accesorios.tablas.hechura import renombrada

RAIZ = Path(__file__).parents[3]
(NORMATIVIDAD,) = (t for t in CATALOGO if t.clave == "normatividad")


class _Otro(Formulario):
    algo: str = Field("", title="Algo")


def _con(clave: str, **cambios: object) -> Tabla:
    """Normatividad con una fila distinta."""
    filas = (replace(f, **cambios) if f.clave == clave else f for f in NORMATIVIDAD.actividades)  # type: ignore[arg-type]
    return replace(NORMATIVIDAD, actividades=tuple(filas))


def _catalogo(*tablas: Tabla) -> Catalogo:
    """El publicado, con ésas en lugar de las suyas."""
    nuevas = {tabla.clave for tabla in tablas}
    return Catalogo([*(t for t in CATALOGO if t.clave not in nuevas), *tablas])


def _primera(clave: str) -> Actividad:
    return NORMATIVIDAD[clave]


def _plazo_mas_corto() -> Tabla:
    con = next(f for f in NORMATIVIDAD.actividades if f.plazo and isinstance(f.plazo.cuenta, Dias))
    assert con.plazo
    return _con(con.clave, plazo=replace(con.plazo, cuenta=Dias(1)))


def _renglon(orden: int, dicho: dict[str, Any], ahora: datetime) -> TablaPublicada:
    return TablaPublicada(
        clave=NORMATIVIDAD.clave,
        version=NORMATIVIDAD.version,
        orden=orden,
        huella=huella(dicho),
        contenido=canonico(dicho),
        registrada=ahora,
        motivo="De otro programa.",
    )


CAMBIOS: dict[str, tuple[Callable[[], Tabla], str]] = {
    "otra clave": (lambda: renombrada(NORMATIVIDAD, "13", "13X"), "actividades, 13X"),
    "otra salida": (lambda: _con("13", salidas={"otra": next(iter(_primera("13").salidas.values()))}), "salidas, otra"),
    "otro destino": (lambda: _con("13", salidas={e: a("FIN_OTRO") for e in _primera("13").salidas}), "FIN_OTRO"),
    "otra unidad": (lambda: _con("13", unidad=Unidad.CST), "actividades, 13, unidad"),
    "otra manera de reunir": (lambda: _con("4", por_cada=PorCada(Unidad.CAST, "cuorum", 2)), "por_cada"),
    "otro plazo": (_plazo_mas_corto, "cuenta"),
    "otro formulario": (lambda: _con("13", formulario=_Otro), "formulario"),
    "otro documento": (lambda: _con("13", evidencia=(Documento("x", "Equis", obligatoria=True),)), "evidencia"),
    "otros oficios": (lambda: _con("2", oficios=()), "oficios"),
    "otra dueña": (lambda: replace(NORMATIVIDAD, duena=Unidad.CST), "duena"),
}


@pytest.mark.parametrize("cual", CAMBIOS)
def test_lo_que_rige_no_cambia_sin_publicar_otra_version(instancia_sqlite: Instancia, cual: str) -> None:
    cambiar, dice = CAMBIOS[cual]
    instancia_sqlite.iniciar("normatividad")
    cotejar(instancia_sqlite.url, CATALOGO, cuarentena=False)
    with pytest.raises(TablasAlteradas) as error:
        cotejar(instancia_sqlite.url, _catalogo(cambiar()), cuarentena=False)
    assert dice in str(error.value)
    assert "versión nueva" in str(error.value)
    assert not cotejar(instancia_sqlite.url, CATALOGO, cuarentena=False).faltas


def test_la_redaccion_se_corrige_sin_decirle_a_nadie(instancia: Instancia) -> None:
    instancia.iniciar("normatividad")
    assert not cotejar(instancia.url, CATALOGO, cuarentena=False).faltas
    corregida = _con("13", accion="Dicho mejor.", nota="Una nota.", fundamento="Otra cita", inferido="Se explica.")
    corregida = replace(corregida, nombre="Otro nombre", notas=("Nota",), revision="99")
    assert huella(contenido(corregida)) == huella(contenido(NORMATIVIDAD))
    assert not cotejar(instancia.url, _catalogo(corregida), cuarentena=False).faltas
    with instancia.leer() as s:
        assert s.scalar(select(func.count()).select_from(TablaPublicada)) == len(list(CATALOGO))


def test_decir_el_valor_por_omision_no_es_cambiar() -> None:
    """Así un campo nuevo del vocabulario no altera la huella de las tablas que no lo usan."""
    dicha = _con("13", evidencia=(), por_cada=None, captura=None)
    assert huella(contenido(dicha)) == huella(contenido(_con("13", evidencia=())))
    assert "por_cada" not in contenido(NORMATIVIDAD)["actividades"]["13"]


def test_cada_tabla_publicada_tiene_su_huella_y_todas_son_distintas() -> None:
    assert len({huella(contenido(tabla)) for tabla in CATALOGO}) == len(list(CATALOGO))


def test_lo_que_nadie_ha_usado_se_puede_corregir(instancia: Instancia) -> None:
    instancia.iniciar("seguimiento")
    cotejar(instancia.url, CATALOGO, cuarentena=False)
    otro = _catalogo(renombrada(NORMATIVIDAD, "13", "13X"))
    assert not cotejar(instancia.url, otro, cuarentena=False).faltas
    with instancia.leer() as s:
        ultima = s.get_one(TablaPublicada, ("normatividad", NORMATIVIDAD.version, 2))
        assert ultima.motivo == SIN_USAR


def test_lo_escrito_con_otro_formato_se_rehace_y_no_se_compara(instancia: Instancia) -> None:
    instancia.iniciar("normatividad")
    with instancia.como(None) as ctx:
        ctx.s.add(_renglon(1, {"formato": 0}, ctx.ahora))
    assert not cotejar(instancia.url, CATALOGO, cuarentena=False).faltas
    with instancia.leer() as s:
        assert s.get_one(TablaPublicada, ("normatividad", NORMATIVIDAD.version, 2)).motivo == OTRO_FORMATO


def _sin_la_4() -> Catalogo:
    return _catalogo(renombrada(NORMATIVIDAD, "4", "4X"))


def _de_antes() -> Catalogo:
    return _catalogo(replace(NORMATIVIDAD, vigente_desde=NORMATIVIDAD.vigente_desde - timedelta(1)))


def _anterior_a_ella() -> Catalogo:
    return Catalogo(t for t in CATALOGO if t.clave != "normatividad")


def _en_la_consulta(instancia: Instancia) -> str:
    folio = instancia.iniciar("normatividad", "Caso roto")
    for _ in range(3):
        instancia.atender(instancia.abiertos(folio)[0])
    return folio


@pytest.mark.parametrize("otro", [_sin_la_4, _de_antes, _anterior_a_ella])
def test_lo_que_no_se_reproduce_queda_en_cuarentena_y_vuelve_con_su_tabla(
    instancia: Instancia, otro: Callable[[], Catalogo]
) -> None:
    folio, bueno = _en_la_consulta(instancia), instancia.iniciar("seguimiento", "Caso bueno")
    instancia.cumplir_encargos()
    cotejar(instancia.url, CATALOGO, cuarentena=False)
    with pytest.raises(TablasAlteradas, match=folio):
        cotejar(instancia.url, otro(), cuarentena=False)
    assert instancia.expediente(folio).cuarentena is None

    cotejo = cotejar(instancia.url, otro(), cuarentena=True)
    assert [caso for caso, _ in cotejo.expedientes] == [folio]
    roto = Instancia(instancia.ajustes, otro())
    with pytest.raises(EnCuarentena, match="reponer la tabla"), roto.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "no debería poder")
    turno = next(t for t in instancia.abiertos(folio) if t.unidad == "CAST-DEMO-01")
    with pytest.raises(EnCuarentena), instancia.como("cast-demo-01") as ctx:
        atender.atender(ctx, turno.id, "continuar", {}, "", turno.version)
    with roto.como("coordinacion") as ctx:
        assert ctx.quien
        detenidos = inicio.detenidos(ctx.s, ctx.quien).elementos
    assert [e.folio for e in detenidos] == [folio]
    roto.atender(roto.abiertos(bueno)[0])

    assert not cotejar(instancia.url, CATALOGO, cuarentena=False).faltas
    assert not instancia.expediente(folio).detenido
    with instancia.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "ya se puede")
    instancia.exigir_integra()


def test_quien_se_va_se_va_aunque_lo_suyo_este_en_cuarentena(instancia: Instancia) -> None:
    folio = _en_la_consulta(instancia)
    turno = next(t for t in instancia.abiertos(folio) if t.unidad == "CAST-DEMO-01")
    with instancia.como("cast-demo-01") as ctx:
        asignacion.tomar(ctx, turno.id)
        suya = ctx.quien.persona if ctx.quien else 0
    cotejar(instancia.url, CATALOGO, cuarentena=False)
    cotejo = cotejar(instancia.url, _sin_la_4(), cuarentena=True)
    assert [caso for caso, _ in cotejo.expedientes] == [folio]
    with Instancia(instancia.ajustes, _sin_la_4()).como("administracion") as ctx:
        personas.baja_persona(ctx, suya, "Renunció")
    assert next(t for t in instancia.abiertos(folio) if t.id == turno.id).persona_id == suya, "nadie lo toca aún"
    cotejar(instancia.url, CATALOGO, cuarentena=False)
    assert tenencia.soltar_pendientes(instancia.url, CATALOGO).turnos == (turno.id,)


def test_en_cuarentena_el_motor_no_gasta_sus_intentos(instancia: Instancia) -> None:
    folio = _en_la_consulta(instancia)
    with instancia.como(None) as ctx:
        reservas.pedir(ctx.s, [folio])
    cotejar(instancia.url, _de_antes(), cuarentena=True)
    with instancia.leer() as s:
        assert encargos.sin_prefect(s, 0, 3, 100) == []
        assert encargos.folios_por_conducir(s, 3) == []
        assert reservas.huerfanas(s, 100) == []
    cotejar(instancia.url, CATALOGO, cuarentena=False)
    with instancia.leer() as s:
        assert {e.folio for e in encargos.sin_prefect(s, 0, 3, 100)} == {folio}


def test_una_base_que_ya_venia_rota_no_publica_lo_roto(instancia: Instancia) -> None:
    """La primera vez se anota lo que hay, salvo si lo abierto dice que se abrió con otra cosa."""
    _en_la_consulta(instancia)
    assert cotejar(instancia.url, _sin_la_4(), cuarentena=True).expedientes
    assert not cotejar(instancia.url, CATALOGO, cuarentena=False).faltas


def test_un_cambio_inocuo_se_acepta_con_su_motivo_y_uno_que_rompe_no(instancia: Instancia) -> None:
    _en_la_consulta(instancia)
    cotejar(instancia.url, CATALOGO, cuarentena=False)
    inocuo = _catalogo(_con("13", formulario=_Otro))
    de = (NORMATIVIDAD.clave, NORMATIVIDAD.version)
    with pytest.raises(TablasAlteradas):
        cotejar(instancia.url, inocuo, cuarentena=False)
    with pytest.raises(FormularioIncompleto):
        aceptar(instancia.url, inocuo, *de, "  ")
    assert aceptar(instancia.url, inocuo, *de, "Sólo pide algo más al final.") == [
        "actividades, 13, formulario: se agregó"
    ]
    assert not cotejar(instancia.url, inocuo, cuarentena=False).faltas
    with pytest.raises(TablaInvalida, match="no se reproduce"):
        aceptar(instancia.url, _sin_la_4(), *de, "No debería poder.")
    with pytest.raises(TablaInvalida, match="no hay cambio"):
        aceptar(instancia.url, inocuo, *de, "Otra vez.")


def test_ni_la_web_ni_el_motor_arrancan_con_otra_tabla_y_dicen_que_hacer(instancia_sqlite: Instancia) -> None:
    """La base dice que se publicó otra cosa: como si el programa fuera de otra versión."""
    instancia = instancia_sqlite
    instancia.iniciar("normatividad")
    cotejar(instancia.url, CATALOGO, cuarentena=False)
    ajena = contenido(renombrada(NORMATIVIDAD, "13", "13X"))
    with instancia.como(None) as ctx:
        ctx.s.add(_renglon(2, ajena, ctx.ahora))
    entorno = {**os.environ, "DSTC_DATOS": str(instancia.ajustes.datos), "DSTC_BASE": ""}
    for proceso in ("api", "motor", "migrar"):
        orden = [sys.executable, "-m", "api.cli", proceso]
        hecho = subprocess.run(orden, cwd=RAIZ, env=entorno, capture_output=True, text=True, timeout=300, check=False)
        assert hecho.returncode == 1, (proceso, hecho.stderr)
        assert "13X" in hecho.stderr, proceso
        assert "DSTC_TABLA_ALTERADA=cuarentena" in hecho.stderr, proceso
    exigir_tablas(Ajustes(datos=instancia.ajustes.datos, tabla_alterada="cuarentena"))
    assert comparar(instancia.url, CATALOGO)


def test_sin_base_la_web_arranca_para_poder_decirlo(tmp_path: Path) -> None:
    exigir_tablas(Ajustes(datos=tmp_path, base="postgresql+psycopg://nadie@127.0.0.1:1/nada"))


def test_la_web_dice_que_esta_en_cuarentena_y_responde_409(instancia_sqlite: Instancia) -> None:
    instancia = instancia_sqlite
    folio = _en_la_consulta(instancia)
    cotejar(instancia.url, _de_antes(), cuarentena=True)
    with servida(instancia) as direccion, Cliente(direccion, "cast-demo-01") as c:
        (turno,) = (t for t in c.get("/turnos").json()["elementos"] if t["folio"] == folio)
        assert "ya no está en el catálogo" in turno["incidente"]
        assert turno["salidas"] == []
        cuerpo = {"salida": "continuar", "datos": {}, "comentario": "", "version": turno["version"]}
        respuesta = c.post(f"/turnos/{turno['id']}/atender", json=cuerpo)
        assert respuesta.status_code == 409
        assert "cuarentena" in respuesta.json()["detail"]
        assert c.get(f"/expedientes/{folio}").json()["incidentes"]


def test_actuar_sobre_lo_que_falta_se_dice_y_no_es_una_falla(instancia: Instancia) -> None:
    """Aunque nadie haya cotejado: la tabla cambió con el proceso ya en marcha, o se pidió no mirar."""
    folio = _en_la_consulta(instancia)
    turno = next(t for t in instancia.abiertos(folio) if t.unidad == "CAST-DEMO-01")
    for otro in (_sin_la_4(), _de_antes(), _anterior_a_ella()):
        with pytest.raises(ErrorGestion) as error, Instancia(instancia.ajustes, otro).como("cast-demo-01") as ctx:
            atender.atender(ctx, turno.id, "continuar", {}, "", turno.version)
        assert isinstance(error.value, TablaAlterada)
