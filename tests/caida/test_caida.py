"""Se puede morir en cualquier momento: al volver no falta ni sobra nada (diseño §3, invariantes 1 a 5)."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from modelos import sesion
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.expediente import Aviso, Encargo, EstadoExpediente, Expediente, Turno
from modelos.organizacion.organigrama import responsables
from tests.accesorios.caminante import Caminante, primera
from tests.accesorios.fabricas import Plantillas
from tests.accesorios.procesos.instalacion import PACIENCIA_S, PROCESOS, Instalacion

pytestmark = [pytest.mark.caida, pytest.mark.prefect]
SEMILLA = 7081


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def instalacion(request: pytest.FixtureRequest, plantillas: Plantillas, tmp_path: Path) -> Iterator[Instalacion]:
    """Una instalación sin levantar; la prueba decide qué proceso vive y cuándo."""
    una = Instalacion(tmp_path, plantillas.copia(request.param, tmp_path))
    yield una
    una.cerrar()
    sesion.motor(una.instancia.url).dispose()


class Insistente:
    """Lleva un expediente hasta el final aunque la API muera a media petición; anota lo que le aceptaron."""

    def __init__(self, instalacion: Instalacion, aceptadas: list[tuple[str, str]]) -> None:
        self.instalacion, self.aceptadas = instalacion, aceptadas
        self.caminante = Caminante(instalacion.direccion)

    def llevar(self, procedimiento: str, clave: str, hasta: float) -> None:
        """Abre (con Idempotency-Key, para no abrir dos) y atiende hasta que termina o se acaba el tiempo."""
        folio = self._insistir(lambda: self._abrir(procedimiento, clave), hasta)
        while time.monotonic() < hasta:
            caso = self._insistir(lambda: self.caminante.ver(folio), hasta)
            if caso["estado"] != "en_curso":
                return
            abiertos = self._insistir(lambda caso=caso: self.caminante.atendibles(caso), hasta)
            if not abiertos:
                time.sleep(0.3)
                continue
            self._insistir(lambda turno=abiertos[0]: self._atender(turno), hasta)
        raise AssertionError(f"{folio} no terminó a tiempo")

    def _abrir(self, procedimiento: str, clave: str) -> str:
        cuerpo = {"procedimiento": procedimiento, "asunto": f"Ráfaga {clave}", "datos": {}}
        cliente = self.caminante.como("coordinacion")
        respuesta = cliente.post("/expedientes", json=cuerpo, headers={"Idempotency-Key": clave})
        assert respuesta.status_code == 201, respuesta.text
        folio: str = respuesta.json()["folio"]
        return folio

    def _atender(self, turno: dict[str, Any]) -> None:
        salida = primera(turno)
        respuesta = self.caminante.atender(turno, salida)
        if respuesta.status_code == 200:
            self.aceptadas.append((turno["id"], salida))
        else:
            # Quien no supo si se registró lo intenta otra vez y se entera de que sí.
            assert respuesta.status_code == 409, respuesta.text

    @staticmethod
    def _insistir(accion: Any, hasta: float) -> Any:
        while time.monotonic() < hasta:
            try:
                return accion()
            except (httpx.TransportError, AssertionError) as error:
                if isinstance(error, AssertionError) and "503" not in str(error):
                    raise
                time.sleep(0.3)
        raise AssertionError("la API no volvió")


def _exigir_todo_en_su_lugar(instalacion: Instalacion, aceptadas: list[tuple[str, str]]) -> None:
    instancia = instalacion.instancia
    instancia.exigir_integra()
    with instancia.leer() as s:
        casos = list(s.scalars(select(Expediente)))
        assert {c.estado for c in casos} == {EstadoExpediente.CONCLUIDO}
        decisiones = Counter(
            (f"{a.folio}.{c['datos']['actividad']}.{c['unidad']}.{c['datos']['vuelta']}", c["datos"]["salida"])
            for a in s.scalars(select(Asiento))
            if (c := a.contenido())["tipo"] == "decision"
        )
        assert set(aceptadas) <= set(decisiones), "se perdió una decisión aceptada"
        assert set(decisiones.values()) == {1}, "una decisión quedó dos veces"
        de_padre = Counter(c.padre_turno for c in casos if c.padre_turno)
        assert set(de_padre.values()) <= {1}, "un subprocedimiento se abrió dos veces"
        avisos = Counter(aviso.turno_id for aviso in s.scalars(select(Aviso)))
        assert all(veces <= len(responsables(s, turno.split(".")[2])) for turno, veces in avisos.items())
        encargos = Counter(e.folio for e in s.scalars(select(Encargo)))
        assert s.scalar(select(func.count()).select_from(Turno)) == sum(decisiones.values())
    corridas = instalacion.prefect("flow_runs", {"flow_runs": {"tags": {"all_": ["expediente"]}}})
    assert Counter(c["name"] for c in corridas) == Counter(c.folio for c in casos)
    assert {c["state_type"] for c in corridas} == {"COMPLETED"}
    folio_de = {c["id"]: c["name"] for c in corridas}

    def tareas() -> list[dict[str, Any]]:
        return [t for t in instalacion.prefect("task_runs", {}) if t["flow_run_id"] in folio_de]

    # Una que se mostró dos veces puede ir todavía por la segunda: Prefect se entera por eventos, y ocupado se atrasa.
    instalacion.esperar(lambda: {t["state_type"] for t in tareas()} == {"COMPLETED"}, "que las tareas terminen")
    mostradas = Counter(folio_de[t["flow_run_id"]] for t in tareas())
    assert mostradas == encargos, "hay tareas de más o de menos en Prefect"


def test_matar_procesos_al_azar_durante_una_rafaga(instalacion: Instalacion) -> None:
    procesos = (*PROCESOS, "motor:2")
    instalacion.levantar(*procesos)
    instalacion.esperar_api()
    azar = random.Random(SEMILLA)
    aceptadas: list[tuple[str, str]] = []
    fallas: list[BaseException] = []
    hasta = time.monotonic() + PACIENCIA_S

    def llevar(hilo: int) -> None:
        try:
            insistente = Insistente(instalacion, aceptadas)
            for i, procedimiento in enumerate(("seguimiento", "promocion_difusion", "registro_reporte_st")):
                insistente.llevar(procedimiento, f"{hilo}-{i}", hasta)
            insistente.caminante.cerrar()
        except BaseException as error:  # noqa: BLE001 - se vuelve a lanzar en la prueba
            fallas.append(error)

    hilos = [threading.Thread(target=llevar, args=(n,)) for n in range(4)]
    for hilo in hilos:
        hilo.start()
    muertes = Counter[str]()
    while any(hilo.is_alive() for hilo in hilos):
        time.sleep(azar.uniform(0.5, 3))
        instalacion.mantener()
        # Ocho muertes repartidas entre los cuatro; después se deja terminar, que también hay que poder.
        if muertes.total() < 8:
            victima = azar.choice(procesos)
            instalacion.matar(victima)
            muertes[victima] += 1
            instalacion.levantar(victima)
    for hilo in hilos:
        hilo.join()
    if fallas:
        raise fallas[0]
    assert muertes.total() >= 5, f"la ráfaga terminó sin suficientes muertes: {muertes}"
    decidido = time.monotonic()
    instalacion.esperar(lambda: instalacion.pendientes() == 0, "que Prefect se ponga al día")
    instalacion.esperar(lambda: _concluidas(instalacion), "que las corridas terminen")
    print(f"{dict(muertes)}; {len(aceptadas)} decisiones; al día {time.monotonic() - decidido:.0f} s después")
    _exigir_todo_en_su_lugar(instalacion, aceptadas)


def _concluidas(instalacion: Instalacion) -> bool:
    corridas = instalacion.prefect("flow_runs", {"flow_runs": {"tags": {"all_": ["expediente"]}}})
    return {c["state_type"] for c in corridas} == {"COMPLETED"} and len(corridas) == len(instalacion.folios())


def test_matar_al_motor_entre_la_decision_y_su_efecto(instalacion: Instalacion) -> None:
    """Cada decisión se toma con el motor detenido; se le mata sin que alcance a cumplirla."""
    instalacion.levantar("api", "prefect")
    instalacion.esperar_api()
    caminante = Caminante(instalacion.direccion)
    folio = caminante.iniciar("seguimiento")
    for _ in range(3):
        instalacion.levantar("motor")
        time.sleep(2.5)
        instalacion.senal("motor", signal.SIGSTOP)
        (turno, *_) = caminante.atendibles(caminante.ver(folio))
        assert caminante.atender(turno, primera(turno)).status_code == 200
        with instalacion.instancia.leer() as s:
            hechos = select(func.count()).select_from(Encargo)
            assert (s.scalar(hechos) or 0) > 0
        instalacion.matar("motor")
    instalacion.levantar("motor")
    caminante.caminar(folio, primera, lambda: time.sleep(1))
    caminante.cerrar()
    instalacion.esperar(lambda: instalacion.pendientes() == 0, "que Prefect se ponga al día")
    instalacion.esperar(lambda: _concluidas(instalacion), "que las corridas terminen")
    _exigir_todo_en_su_lugar(instalacion, [])


def test_matar_al_motor_entre_el_efecto_y_prefect(instalacion: Instalacion) -> None:
    """Con Prefect detenido los efectos se cumplen y no se registran; ahí se mata al motor."""
    instalacion.levantar(*PROCESOS)
    instalacion.esperar_api()
    caminante = Caminante(instalacion.direccion)
    folio = caminante.iniciar("registro_reporte_st")
    instalacion.esperar(lambda: bool(instalacion.folios()) and instalacion.pendientes() == 0, "la primera corrida")
    for _ in range(2):
        instalacion.senal("prefect", signal.SIGSTOP)
        (turno, *_) = caminante.atendibles(caminante.ver(folio))
        assert caminante.atender(turno, primera(turno)).status_code == 200
        instalacion.esperar(lambda: _hechos_sin_registrar(instalacion) > 0, "el efecto sin Prefect")
        instalacion.matar("motor")
        instalacion.senal("prefect", signal.SIGCONT)
        instalacion.levantar("motor")
        instalacion.esperar(lambda: instalacion.pendientes() == 0, "que Prefect se ponga al día")
    caminante.caminar(folio, primera, lambda: time.sleep(1))
    caminante.cerrar()
    instalacion.esperar(lambda: instalacion.pendientes() == 0, "que Prefect se ponga al día")
    instalacion.esperar(lambda: _concluidas(instalacion), "que las corridas terminen")
    _exigir_todo_en_su_lugar(instalacion, [])


def test_borrar_la_base_de_prefect_en_marcha(plantillas: Plantillas, tmp_path: Path) -> None:
    """Prefect sólo guarda el historial: termina, lo reponen, y los motores lo rehacen desde la base de la instancia."""
    instalacion = Instalacion(tmp_path, plantillas.copia("sqlite", tmp_path), conciliacion_minutos="1")
    instancia = instalacion.instancia
    try:
        instalacion.levantar("prefect", "motor", "motor:2")
        folios = [instancia.iniciar("registro_reporte_st") for _ in range(4)]
        instalacion.esperar(lambda: instalacion.pendientes() == 0, "que Prefect se ponga al día")
        for archivo in (tmp_path / "prefect").glob("prefect.db*"):
            archivo.unlink()
        registro = tmp_path / "prefect.log"
        # Hasta que lo nota sigue respondiendo, con un archivo que ya nadie más ve.
        instalacion.esperar(lambda: "se borró o se cambió" in registro.read_text("utf-8"), "que Prefect lo note")
        for folio in folios[:2]:
            (turno,) = instancia.abiertos(folio)
            instancia.adjuntar(turno)
            instancia.atender(turno)
        instalacion.esperar(lambda: instalacion.pendientes() == 0, "que se registre lo decidido después")
        # De lo que nadie toca se encarga la conciliación que Prefect vuelve a tener programada.
        instalacion.esperar(lambda: _suspendidas(instalacion) == Counter(folios), "que las corridas se rehagan")
        instancia.exigir_integra()
    finally:
        instalacion.cerrar()
        sesion.motor(instancia.url).dispose()


def _suspendidas(instalacion: Instalacion) -> Counter[str]:
    corridas = instalacion.prefect("flow_runs", {"flow_runs": {"tags": {"all_": ["expediente"]}}})
    return Counter(c["name"] for c in corridas if c["state_type"] == "PAUSED")


def _hechos_sin_registrar(instalacion: Instalacion) -> int:
    with instalacion.instancia.leer() as s:
        return sum(1 for e in s.scalars(select(Encargo)) if e.hecho and not e.registrado)


def test_prefect_abajo_desde_el_principio(instalacion: Instalacion) -> None:
    instalacion.levantar("api", "motor")
    instalacion.esperar_api()
    caminante = Caminante(instalacion.direccion)
    folio = caminante.iniciar("seguimiento")
    caso = caminante.caminar(folio, primera, lambda: time.sleep(1))
    assert (caso["estado"], len(caso["subexpedientes"])) == ("concluido", 1)
    salud = httpx.get(f"{instalacion.direccion}/api/v1/salud").json()
    assert (salud["estado"], salud["prefect"]) == ("degradado", "caido")
    instalacion.levantar("prefect")
    instalacion.esperar(lambda: instalacion.pendientes() == 0, "que Prefect se ponga al día")
    instalacion.esperar(lambda: _concluidas(instalacion), "que las corridas terminen")
    caminante.cerrar()
    _exigir_todo_en_su_lugar(instalacion, [])
