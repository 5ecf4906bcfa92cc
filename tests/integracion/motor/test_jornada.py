"""La jornada: qué hace, en qué orden, a qué hora, y que un motor de verdad la trabaje con Prefect o sin él."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from prefect.exceptions import ObjectNotFound
from sqlalchemy import func, select
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.actos.conduccion import conducir
from modelos.actos.turnos import atender
from modelos.administracion import demo
from modelos.avisos.entrega import Entrega, EstadoEntrega
from modelos.ciclos.ciclo import Apertura, Jornada
from modelos.errores import ErrorGestion
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.expediente import Encargo, EstadoExpediente, EstadoTurno, Expediente, Turno
from modelos.plazos.plazo import EstadoPlazo, Plazo, Recordatorio
from modelos.sesion import lectura, transaccion
from tareas import jornada
from tareas.jornada import JornadaIncompleta, trabajar
from tests.accesorios.ciclos_de_prueba import TABLAS
from tests.accesorios.fabricas import Instancia
from tests.accesorios.prefect_local import InstanciaConMotor, ServidorPrefect, esperar, puerto_libre, servidor_prefect

DEL_DIA = ["tenencia", "ciclos", "esperas", "avisos", "firmas", "acuses", "recordatorios"]
"""Los que llevan marca, en el orden en que se hacen."""
CASTS = [clave for clave, _, _ in demo.CASTS]
NADA_ESCUCHA = "http://127.0.0.1:{}/api"


def poner(monkeypatch: pytest.MonkeyPatch, momento: str) -> datetime:
    """Pone el reloj en `AAAA-MM-DDTHH:MM`, hora del centro."""
    monkeypatch.setenv("DSTC_RELOJ", f"{momento}:00-06:00")
    return reloj.ahora()


def hacer(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch, momento: str, **mas: Any
) -> dict[str, jornada.TrabajoHecho]:
    return trabajar(instancia.url, TABLAS, poner(monkeypatch, momento), mas.pop("hora", 7), **mas)


def marcas(url: str) -> list[tuple[str, str]]:
    """Las de los trabajos; los ciclos llevan además la suya de «al corriente»."""
    with lectura(url) as s:
        filas = s.execute(
            select(col(Jornada.dia), col(Jornada.trabajo)).order_by(col(Jornada.dia), col(Jornada.trabajo))
        )
        return [(dia.isoformat(), trabajo) for dia, trabajo in filas if trabajo in jornada.TRABAJOS]


# --- qué hace y cuándo -------------------------------------------------------------


def test_se_trabaja_una_vez_al_dia_desde_su_hora(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    assert hacer(instancia, monkeypatch, "2027-04-01T06:59") == {}
    assert marcas(instancia.url) == []
    hechos = hacer(instancia, monkeypatch, "2027-04-01T07:00")
    assert list(hechos) == DEL_DIA
    assert hechos["ciclos"].resultado == "4 expedientes abiertos."
    assert marcas(instancia.url) == [("2027-04-01", t) for t in sorted(hechos)]
    otra = hacer(instancia, monkeypatch, "2027-04-01T18:00")
    assert otra["ciclos"] == jornada.TrabajoHecho("4 expedientes abiertos.", fresco=False)
    with instancia.leer() as s:
        assert s.scalar(select(func.count()).select_from(Expediente)) == 4


def test_con_hora_24_no_se_trabaja_nunca(instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    assert hacer(instancia_sqlite, monkeypatch, "2027-04-01T23:59", hora=jornada.NUNCA) == {}
    assert marcas(instancia_sqlite.url) == []


def test_el_dia_es_el_del_centro_y_no_el_de_greenwich(
    instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    hacer(instancia_sqlite, monkeypatch, "2027-03-31T23:30")
    assert {dia for dia, _ in marcas(instancia_sqlite.url)} == {"2027-03-31"}


def test_si_el_reloj_salta_varios_dias_se_hace_una_vez_lo_de_hoy(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    hacer(instancia, monkeypatch, "2027-03-30T09:00")
    hacer(instancia, monkeypatch, "2027-06-10T09:00")
    assert Counter(dia for dia, _ in marcas(instancia.url)) == {
        "2027-03-30": len(DEL_DIA),
        "2027-06-10": len(DEL_DIA),
    }
    with instancia.leer() as s:
        periodos = s.scalars(select(col(Apertura.periodo)).where(col(Apertura.procedimiento) == "riego"))
        assert sorted(periodos) == ["2027-03", "2027-04", "2027-05", "2027-06"]


def test_que_uno_falle_no_deja_sin_hacer_a_los_demas_y_se_reintenta(
    instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Mala(ErrorGestion):
        def __str__(self) -> str:
            return "se rompió"

    def rompe(*_: object) -> jornada.TrabajoHecho:
        raise Mala

    with monkeypatch.context() as parche:
        parche.setitem(jornada.TRABAJOS, "esperas", rompe)
        with pytest.raises(JornadaIncompleta, match="esperas: se rompió"):
            hacer(instancia_sqlite, monkeypatch, "2027-04-01T09:00")
    assert [trabajo for _, trabajo in marcas(instancia_sqlite.url)] == sorted(set(DEL_DIA) - {"esperas"})
    assert "se rompió" in caplog.text
    hechos = hacer(instancia_sqlite, monkeypatch, "2027-04-01T09:01")
    assert {trabajo: hecho.fresco for trabajo, hecho in hechos.items()} == {t: t == "esperas" for t in DEL_DIA}


def test_lo_incompleto_se_vuelve_a_hacer_el_mismo_dia(
    instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    veces = []

    def a_medias(*_: object) -> jornada.TrabajoHecho:
        veces.append(1)
        return jornada.TrabajoHecho("a medias", completo=len(veces) > 1)

    monkeypatch.setitem(jornada.TRABAJOS, "recordatorios", a_medias)
    for _ in range(3):
        hacer(instancia_sqlite, monkeypatch, "2027-04-01T09:00")
    assert len(veces) == 2


# --- las esperas que vencen --------------------------------------------------------


@pytest.fixture
def riego(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> str:
    """El folio del riego de abril, que se pidió el jueves 1 a los tres CAST y vence el martes 6."""
    hacer(instancia, monkeypatch, "2027-04-01T09:00", cuales=("ciclos",))
    with instancia.leer() as s:
        folio = s.scalars(select(col(Expediente.folio)).where(col(Expediente.procedimiento) == "riego")).one()
        vencen = set(s.scalars(select(col(Plazo.vence)).where(col(Plazo.folio) == folio)))
    assert vencen == {date(2027, 4, 6)}
    return folio


def responder(instancia: Instancia, folio: str, unidad: str) -> None:
    instancia.tablas = TABLAS
    (turno,) = [t for t in instancia.abiertos(folio) if t.unidad == unidad]
    with instancia.como(unidad.lower()) as ctx:
        atender.atender(ctx, turno.id, "continuar", {}, "", turno.version)


def de_actividad(instancia: Instancia, folio: str, actividad: str) -> dict[str, str]:
    with instancia.leer() as s:
        consulta = select(Turno).where(col(Turno.folio) == folio, col(Turno.actividad) == actividad)
        return {turno.unidad: turno.estado for turno in s.scalars(consulta)}


def test_una_espera_vencida_con_respuestas_se_cierra_sola_y_queda_asentado(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch, riego: str
) -> None:
    responder(instancia, riego, CASTS[0])
    hacer(instancia, monkeypatch, "2027-04-06T09:00", cuales=("esperas",))
    assert de_actividad(instancia, riego, "2") == {}  # el día en que vence todavía se puede responder
    hecho = hacer(instancia, monkeypatch, "2027-04-07T09:00", cuales=("esperas",))["esperas"]
    assert hecho.resultado == "1 espera vencida se cerró."
    atendido, cancelado = EstadoTurno.ATENDIDO.value, EstadoTurno.CANCELADO.value
    assert de_actividad(instancia, riego, "1") == {CASTS[0]: atendido, CASTS[1]: cancelado, CASTS[2]: cancelado}
    assert de_actividad(instancia, riego, "2") == {"CST": EstadoTurno.PENDIENTE.value}
    with instancia.leer() as s:
        asiento = s.scalars(select(Asiento).where(col(Asiento.tipo) == "cierre_espera")).one().contenido()
        assert (asiento["actor"], asiento["datos"]["motivo"]) == ("sistema", "Venció el plazo el mar 6 abr 2027.")
        estados = Counter(s.scalars(select(col(Plazo.estado)).where(col(Plazo.folio) == riego)))
        assert estados == {EstadoPlazo.CUMPLIDO: 1, EstadoPlazo.CANCELADO: 2}
    instancia.exigir_integra()
    otra = hacer(instancia, monkeypatch, "2027-04-08T09:00", cuales=("esperas",))["esperas"]
    assert otra.resultado == "0 esperas vencidas se cerraron."


def test_si_nadie_respondio_no_se_cierra_y_se_sigue_insistiendo(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch, riego: str
) -> None:
    hacer(instancia, monkeypatch, "2027-04-30T09:00")
    assert set(de_actividad(instancia, riego, "1").values()) == {EstadoTurno.PENDIENTE.value}
    with instancia.leer() as s:
        vistos = s.scalars(
            select(Recordatorio).join(Plazo, col(Plazo.id) == Recordatorio.plazo_id).where(col(Plazo.folio) == riego)
        )
        assert {visto.plazo_id.split(".")[2] for visto in vistos if visto.enviado} == set(CASTS)
    responder(instancia, riego, CASTS[2])
    assert hacer(instancia, monkeypatch, "2027-05-01T09:00", cuales=("esperas",))["esperas"].resultado.startswith("1 ")


def test_un_expediente_suspendido_no_cierra_su_espera(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch, riego: str
) -> None:
    responder(instancia, riego, CASTS[0])
    with instancia.como("coordinacion") as ctx:
        conducir.suspender(ctx, riego, "Se revisa el calendario.")
    hecho = hacer(instancia, monkeypatch, "2027-05-04T09:00", cuales=("esperas",))["esperas"]
    assert hecho.resultado == "0 esperas vencidas se cerraron."
    assert instancia.expediente(riego).estado == EstadoExpediente.SUSPENDIDO


def test_mientras_a_alguien_no_se_le_vence_no_se_cierra(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch, riego: str
) -> None:
    responder(instancia, riego, CASTS[0])
    with transaccion(instancia.url) as s:
        plazo = s.get_one(Plazo, f"{riego}.1.{CASTS[1]}.1")
        plazo.vence = date(2027, 4, 20)  # como si su entidad hubiera tenido días inhábiles
    hacer(instancia, monkeypatch, "2027-04-12T09:00", cuales=("esperas",))
    assert de_actividad(instancia, riego, "2") == {}
    hacer(instancia, monkeypatch, "2027-04-21T09:00", cuales=("esperas",))
    assert de_actividad(instancia, riego, "2") == {"CST": EstadoTurno.PENDIENTE.value}


# --- en un motor de verdad ----------------------------------------------------------


class ConReloj(InstanciaConMotor):
    """Una instancia cuyo reloj está en un archivo: se adelanta con los motores andando."""

    def __init__(self, carpeta: Path, prefect_url: str, momento: str) -> None:
        super().__init__(carpeta, prefect_url)
        self._archivo = carpeta / "reloj"
        self.poner(momento)
        self.entorno |= {"DSTC_RELOJ": f"@{self._archivo}", "DSTC_JORNADA_HORA": "7", "DSTC_DEMO": "1"}

    def poner(self, momento: str) -> None:
        nuevo = self._archivo.with_suffix(".nuevo")
        nuevo.write_text(f"{momento}:00-06:00", "utf-8")
        nuevo.replace(self._archivo)

    def abiertos(self) -> Counter[tuple[str, str]]:
        with lectura(self.url) as s:
            return Counter((a.procedimiento, a.periodo) for a in s.scalars(select(Apertura)) if a.folio)

    def jornada_de(self, dia: str) -> bool:
        return {trabajo for d, trabajo in marcas(self.url) if d == dia} >= {
            "ciclos",
            "esperas",
            "acuses",
            "recordatorios",
        }


@pytest.fixture
def sin_prefect(tmp_path: Path) -> ConReloj:
    return ConReloj(tmp_path, NADA_ESCUCHA.format(puerto_libre()), "2027-03-31T12:00")


def del_catalogo(dia: date) -> set[tuple[str, str]]:
    """(procedimiento, periodo) por CAST cuyo primer día hábil es ese."""
    return {
        (tabla.clave, periodo.clave)
        for tabla in CATALOGO
        if tabla.ciclo and tabla.ciclo.grupo
        for periodo in tabla.ciclo.periodos(dia, dia)
        if tabla.ciclo.apertura(periodo) == dia
    }


def test_tres_motores_sin_prefect_abren_recuerdan_y_envian_una_vez(sin_prefect: ConReloj) -> None:
    viva = sin_prefect
    with viva.motor(3) as motores:
        esperar("la jornada del miércoles", lambda: viva.jornada_de("2027-03-31"))
        antes = viva.abiertos()
        motores[0].matar()
        viva.poner("2027-04-01T06:59")
        motores[0].levantar()
        assert viva.abiertos() == antes
        viva.poner("2027-04-01T07:01")
        esperar("la jornada del jueves", lambda: viva.jornada_de("2027-04-01"))
        motores[1].matar()
        # El reloj salta hasta cuando falta poco para que venzan las planeaciones.
        viva.poner("2027-06-28T10:00")
        esperar("la jornada de junio", lambda: viva.jornada_de("2027-06-28"))
        esperar("salen los mensajes", lambda: _sin_salir(viva) == 0 and _enviadas(viva) > 0)
        assert all(motor.vive() for motor in motores if motor is not motores[1])
    nuevos = viva.abiertos()
    tocaban = del_catalogo(date(2027, 4, 1))
    assert ("planeacion_metas", "2028") in tocaban
    assert {clave: nuevos[clave] - antes[clave] for clave in tocaban} == dict.fromkeys(tocaban, len(CASTS))
    with lectura(viva.url) as s:
        por_llave = Counter(
            (e.procedimiento, e.datos["periodo"], e.datos["cast"])
            for e in s.scalars(select(Expediente))
            if e.datos.get("cast")
        )
        assert set(por_llave.values()) == {1}
        assert s.scalar(select(func.count()).select_from(Recordatorio))
        # Uno por entrega, en la carpeta de la demostración; al detenerlos, uno puede estar escrito y sin marcar.
        escritos = {archivo.stem for archivo in (viva.carpeta / "correo").glob("*.eml")}
        estados = dict(s.execute(select(col(Entrega.id), col(Entrega.estado))).all())
    enviados = {id_ for id_, estado in estados.items() if estado == EstadoEntrega.ENVIADA}
    assert enviados <= escritos
    assert {estados[id_] for id_ in escritos - enviados} <= {EstadoEntrega.PENDIENTE}


def test_un_correo_que_no_responde_no_frena_la_jornada_ni_los_efectos(sin_prefect: ConReloj) -> None:
    viva = sin_prefect
    with socket.create_server(("127.0.0.1", 0)) as mudo:  # acepta y no saluda
        correo = f"mailto://127.0.0.1:{mudo.getsockname()[1]}?from=avisos@dstc.example"
        with viva.motor(demo="0", correo=correo, correo_espera_s="60"):
            esperar("el primer envío queda esperando", lambda: _tomadas(viva) > 0)
            viva.poner("2027-04-01T08:00")
            esperar("la jornada siguiente", lambda: viva.jornada_de("2027-04-01"), 30)
            esperar("los avisos del día", lambda: _por_cumplir(viva) == 0, 30)
            assert _enviadas(viva) == 0
    assert viva.abiertos()[("planeacion_metas", "2028")] == len(CASTS)


def _tomadas(viva: InstanciaConMotor) -> int:
    with lectura(viva.url) as s:
        return s.scalar(select(func.count()).select_from(Entrega).where(col(Entrega.tomada).is_not(None))) or 0


def _por_cumplir(viva: InstanciaConMotor) -> int:
    with lectura(viva.url) as s:
        return s.scalar(select(func.count()).select_from(Encargo).where(col(Encargo.hecho).is_(None))) or 0


def _sin_salir(viva: InstanciaConMotor) -> int:
    with lectura(viva.url) as s:
        pendientes = select(func.count()).select_from(Entrega).where(col(Entrega.estado) == EstadoEntrega.PENDIENTE)
        return s.scalar(pendientes) or 0


def _enviadas(viva: InstanciaConMotor) -> int:
    with lectura(viva.url) as s:
        enviadas = select(func.count()).select_from(Entrega).where(col(Entrega.estado) == EstadoEntrega.ENVIADA)
        return s.scalar(enviadas) or 0


@pytest.fixture
def prefect_propio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServidorPrefect]:
    """Uno sólo para esa prueba: los flujos del sistema corren de uno en uno y lo que otra dejó estorbaría."""
    with servidor_prefect(tmp_path_factory.mktemp("prefect-propio")) as servidor:
        yield servidor


@pytest.mark.prefect
def test_en_prefect_se_ven_y_repetirlos_es_inocuo(prefect_propio: ServidorPrefect, tmp_path: Path) -> None:
    prefect = prefect_propio
    viva = ConReloj(tmp_path, prefect.url, "2027-04-01T09:00")
    with viva.motor():
        esperar("la jornada", lambda: viva.jornada_de("2027-04-01"))
        abiertos = viva.abiertos()
        for flujo in ("ciclos", "recordatorios"):
            mensaje = _corrida_a_mano(prefect, flujo)
            assert "ya estaba hecho" in mensaje
            assert flujo in mensaje
        assert viva.abiertos() == abiertos
        viva.poner("2027-05-03T06:30")
        assert _corrida_a_mano(prefect, "ciclos") == "todavía no son las 7:00"
        assert viva.abiertos() == abiertos


def _corrida_a_mano(prefect: ServidorPrefect, flujo: str) -> str:
    """Pide el flujo como lo pediría alguien desde la página de Prefect; devuelve con qué mensaje terminó."""
    despliegue = esperar("el despliegue", lambda: _despliegue(prefect, flujo))
    (horario,) = despliegue.schedules
    assert (horario.schedule.cron, horario.schedule.timezone) == ("0 7 * * *", "America/Mexico_City")
    pedida = prefect.preguntar(lambda c: c.create_flow_run_from_deployment(despliegue.id))
    quedo = esperar("termina", lambda: (e := prefect.corrida(str(pedida.id)).state).is_final() and e)
    assert quedo.name == "Completed", (flujo, quedo.name, quedo.message)
    return str(quedo.message)


def _despliegue(prefect: ServidorPrefect, flujo: str) -> Any:
    try:
        return prefect.preguntar(lambda c: c.read_deployment_by_name(f"{flujo}/sistema"))
    except ObjectNotFound:
        return None
