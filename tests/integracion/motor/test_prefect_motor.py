"""El motor conduce expedientes de verdad: servidor de Prefect, motor y base reales."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from prefect import task
from prefect.client.orchestration import PrefectClient
from prefect.states import Running
from sqlalchemy import func, select, update
from sqlmodel import col

from modelos import reloj
from modelos.actos.conduccion import conducir
from modelos.expedientes.expediente import Aviso, Encargo, Expediente
from modelos.motor import encargos, latido
from modelos.sesion import lectura, transaccion
from tests.accesorios.postgres import base_nueva, servidor_postgres
from tests.accesorios.prefect_local import InstanciaConMotor, ServidorPrefect, esperar

pytestmark = pytest.mark.prefect
RAIZ = Path(__file__).parents[3]


@pytest.fixture
def viva(tmp_path: Path, prefect: ServidorPrefect) -> InstanciaConMotor:
    return InstanciaConMotor(tmp_path, prefect.url)


def estado(prefect: ServidorPrefect, viva: InstanciaConMotor, folio: str) -> str:
    corrida = viva.expediente(folio).corrida
    return str(prefect.corrida(corrida).state_name) if corrida else ""


def comprobar_historial(
    prefect: ServidorPrefect, viva: InstanciaConMotor, folio: str, a_medias: Collection[UUID] = ()
) -> None:
    """Una tarea terminada por encargo, con su nombre; ninguna de más. a_medias: las que la prueba nombró distinto."""
    corrida = viva.expediente(folio).corrida
    assert corrida
    tareas = prefect.tareas(corrida)
    suyos = viva.encargos(folio)
    assert {t.state_name for t in tareas} == {"Completed"}
    assert {t.id for t in tareas} == {encargos.id_tarea(UUID(corrida), e) for e in suyos}
    con_nombre = [e for e in suyos if encargos.id_tarea(UUID(corrida), e) not in a_medias]
    assert Counter(t.name for t in tareas if t.id not in a_medias) == Counter(e.nombre for e in con_nombre)


def test_un_expediente_con_subprocedimiento_va_del_inicio_al_final(
    prefect: ServidorPrefect, viva: InstanciaConMotor
) -> None:
    with viva.motor():
        folio = viva.iniciar("normatividad")
        esperar("se suspende", lambda: estado(prefect, viva, folio) == "Suspended")
        corrida = prefect.corrida(viva.expediente(folio).corrida or "")
        assert corrida.name == folio
        assert {"normatividad", "DSTC", "expediente"} <= set(corrida.tags)
        assert corrida.state.state_details.pause_key == "asiento-1"

        viva.avanzar(folio)
        (hijo,) = esperar("se abre el subexpediente", lambda: viva.hijos(folio))
        esperar("el padre vuelve a suspenderse", lambda: estado(prefect, viva, folio) == "Suspended")
        viva.avanzar(hijo)
        esperar("el padre concluye", lambda: viva.expediente(folio).estado == "concluido")
        for cual in (folio, hijo):
            viva.esperar_al_dia(cual)
            assert estado(prefect, viva, cual) == "Completed"
            comprobar_historial(prefect, viva, cual)
        with lectura(viva.url) as s:
            assert all(latido.salud(s).values())


def test_cancelar_termina_la_corrida_como_cancelada(prefect: ServidorPrefect, viva: InstanciaConMotor) -> None:
    with viva.motor():
        folio = viva.iniciar("normatividad")
        esperar("se suspende", lambda: estado(prefect, viva, folio) == "Suspended")
        with transaccion(viva.url) as s:
            conducir.cancelar(viva.contexto(s, "coordinacion"), folio, "Ya no procede.")
        esperar("se cancela", lambda: estado(prefect, viva, folio) == "Cancelled")
        viva.esperar_al_dia(folio)
        comprobar_historial(prefect, viva, folio)


def test_un_efecto_que_falla_queda_como_incidente_y_se_recupera_al_reintentar(
    prefect: ServidorPrefect, viva: InstanciaConMotor
) -> None:
    folio = viva.iniciar("normatividad")
    bueno = _danar(viva, folio, {"turnos": 7})
    with viva.motor(encargos_intentos="2"):
        esperar("falla", lambda: estado(prefect, viva, folio) == "Incidente")
        with lectura(viva.url) as s:
            (incidente,) = encargos.incidentes(s, folio, 2)
        assert incidente.intentos == 2
        assert incidente.error

        _danar(viva, folio, bueno)
        with transaccion(viva.url) as s:
            assert conducir.reintentar(viva.contexto(s, "coordinacion"), folio) == 1
        esperar("se recupera", lambda: estado(prefect, viva, folio) == "Suspended")
        viva.esperar_al_dia(folio)
        comprobar_historial(prefect, viva, folio)


def test_pulsar_resume_en_prefect_es_inocuo(prefect: ServidorPrefect, viva: InstanciaConMotor) -> None:
    with viva.motor():
        folio = viva.iniciar("normatividad")
        viva.esperar_al_dia(folio)
        corrida = viva.expediente(folio).corrida or ""
        antes = prefect.corrida(corrida).state.timestamp
        prefect.preguntar(lambda c: c.resume_flow_run(UUID(corrida)))
        esperar(
            "vuelve a suspenderse",
            lambda: (c := prefect.corrida(corrida)).state_name == "Suspended" and c.state.timestamp > antes,
        )
        viva.esperar_al_dia(folio)
        comprobar_historial(prefect, viva, folio)

        viva.avanzar(folio, 1)
        esperar("sigue su curso", lambda: viva.al_dia(folio))
        comprobar_historial(prefect, viva, folio)


def test_sin_prefect_los_efectos_se_cumplen_y_al_volver_se_pone_todo_al_dia(
    prefect: ServidorPrefect, viva: InstanciaConMotor
) -> None:
    prefect.proceso.matar()
    try:
        folio = viva.iniciar("normatividad")
        viva.avanzar(folio)
        with viva.motor() as motores:
            esperar("el subexpediente se abre sin Prefect", lambda: viva.hijos(folio))
            (hijo,) = viva.hijos(folio)
            viva.avanzar(hijo)
            esperar("concluye sin Prefect", lambda: viva.expediente(folio).estado == "concluido")
            assert viva.expediente(folio).corrida is None
            assert motores[0].vive()

            prefect.levantar()
            for cual in (folio, hijo):
                viva.esperar_al_dia(cual)
                assert estado(prefect, viva, cual) == "Completed"
                comprobar_historial(prefect, viva, cual)
    finally:
        if not prefect.proceso.vive():
            prefect.levantar()


def test_lo_ya_hecho_se_deja_dicho_sin_volver_a_correr(prefect: ServidorPrefect, viva: InstanciaConMotor) -> None:
    """Correrlo otra vez mandaría más eventos a un Prefect que ya va atrasado: el atraso crecería solo (ADR 0010)."""
    with viva.motor():
        folio = viva.iniciar("normatividad")
        viva.esperar_al_dia(folio)
    corrida = UUID(viva.expediente(folio).corrida)
    viva.avanzar(folio, 1)
    with transaccion(viva.url) as s:
        s.execute(update(Encargo).where(col(Encargo.registrado).is_(None)).values(hecho=reloj.ahora()))
    pendientes = [e for e in viva.encargos(folio) if not e.registrado]
    ids = [encargos.id_tarea(corrida, e) for e in pendientes]
    assert len(ids) > 2
    # De dos quedó su tarea a medias: de una, su motor murió sin anotar que la mostró.
    with transaccion(viva.url) as s:
        una = encargos.bloquear_encargo(s, folio, pendientes[0].asiento, pendientes[0].efecto)
        una.mostrado = latido.pulso() - 60

    @task
    async def efecto() -> None:
        """La de esas dos."""

    async def a_medias(c: PrefectClient) -> None:
        for id_ in ids[:2]:
            await c.create_task_run(efecto, corrida, dynamic_key=str(id_)[:8], id=id_, state=Running())

    prefect.preguntar(a_medias)
    with viva.motor():
        viva.esperar_al_dia(folio)
    comprobar_historial(prefect, viva, folio, a_medias=ids[:2])
    suyos = {"filter": {"resource": {"id": [f"prefect.task-run.{id_}" for id_ in ids]}}}
    assert prefect.preguntar(lambda c: c._client.post("/events/filter", json=suyos)).json()["total"] == 0
    mensajes = {t.id: t.state.message for t in prefect.tareas(str(corrida)) if t.id in ids}
    assert mensajes[ids[0]].endswith("y Prefect no alcanzó a verlo.")
    assert {mensajes[id_].rpartition(", ")[2] for id_ in ids[1:]} == {"sin esperar a Prefect."}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def en_cada_base(
    request: pytest.FixtureRequest, tmp_path: Path, prefect: ServidorPrefect
) -> Iterator[InstanciaConMotor]:
    if request.param == "sqlite":
        yield InstanciaConMotor(tmp_path, prefect.url)
        return
    with servidor_postgres(rapido=True) as servidor:
        yield InstanciaConMotor(tmp_path, prefect.url, base_nueva(servidor))


def test_dos_motores_a_la_vez_no_duplican_nada(prefect: ServidorPrefect, en_cada_base: InstanciaConMotor) -> None:
    viva = en_cada_base
    with viva.motor(2):
        folios = [viva.iniciar("normatividad") for _ in range(3)]
        for _ in range(4):
            for folio in folios:
                viva.avanzar(folio, 1)
        for folio in folios:
            viva.esperar_al_dia(folio)
    for folio in folios:
        corrida = viva.expediente(folio).corrida
        mias = [c for c in prefect.corridas(folio) if str(c.id) == corrida]
        assert len(mias) == 1
        assert mias[0].state_name == "Suspended"
        comprobar_historial(prefect, viva, folio)
    with lectura(viva.url) as s:
        repetidos = select(col(Aviso.persona_id), col(Aviso.turno_id)).group_by(
            col(Aviso.persona_id), col(Aviso.turno_id)
        )
        assert not s.execute(repetidos.having(func.count() > 1)).all()
        assert s.scalar(select(func.count()).select_from(Expediente)) == len(folios)


def test_un_motor_muerto_a_la_mitad_no_deja_corridas_atoradas(
    prefect: ServidorPrefect, viva: InstanciaConMotor
) -> None:
    with viva.motor() as motores:
        folios = [viva.iniciar("normatividad") for _ in range(4)]
        esperar("empieza a conducir", lambda: any(viva.expediente(f).corrida for f in folios))
        motores[0].matar()
    for folio in folios:
        viva.avanzar(folio, 2)
    with viva.motor():
        for folio in folios:
            viva.esperar_al_dia(folio)
            assert estado(prefect, viva, folio) == "Suspended"
            comprobar_historial(prefect, viva, folio)


def _danar(viva: InstanciaConMotor, folio: str, datos: dict[str, object]) -> dict[str, object]:
    """Cambia los datos del aviso de apertura y devuelve los que tenía."""
    with transaccion(viva.url) as s:
        encargo = s.get_one(Encargo, (folio, 1, "aviso"))
        antes: dict[str, object] = dict(encargo.datos)
        encargo.datos = datos
        return antes


def test_si_se_cierra_su_cliente_abre_otro(prefect: ServidorPrefect, viva: InstanciaConMotor) -> None:
    """Con el servidor ahogado, quien comparte el cliente puede cerrarlo al caerse; antes el motor no se recuperaba."""
    orden = [sys.executable, "-m", "tests.accesorios.procesos.cerrar_cliente", str(viva.carpeta), viva.url, prefect.url]
    hecho = subprocess.run(orden, cwd=RAIZ, capture_output=True, text=True, timeout=900, check=False)
    assert hecho.returncode == 0, hecho.stderr[-2000:]
