"""Lo que casi toda prueba necesita: una instancia sembrada, sobre SQLite o PostgreSQL, y cómo actuar en ella.

La base se prepara una vez por motor, para todos los trabajadores, y cada prueba recibe una copia: sobre SQLite
copiando el archivo, sobre PostgreSQL con `CREATE DATABASE … TEMPLATE`.
"""

from __future__ import annotations

import fcntl
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self
from uuid import uuid4

import httpx
import psycopg
import pytest
import uvicorn
from psycopg import sql
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import reloj, sesion
from modelos.actos.oficios import fuera
from modelos.actos.turnos import apertura, evidencia
from modelos.actos.turnos import atender as turnos
from modelos.actos.turnos.mover import Contexto
from modelos.administracion import demo, siembra
from modelos.ajustes import Ajustes
from modelos.comprobacion.verificacion import verificar
from modelos.errores import FaltaConfirmar
from modelos.expedientes.anexos import Guardado
from modelos.expedientes.expediente import ABIERTOS, Encargo, Expediente, Turno
from modelos.migraciones import migrar
from modelos.oficios import deuda
from modelos.oficios.oficio import Oficio
from modelos.organizacion.organigrama import por_correo, quien_es
from modelos.tabla import Actividad, Catalogo
from tareas.efectos import Cual, cumplir
from tareas.oficios.redaccion.texto import faltantes
from tareas.simulacion import personal
from tests.accesorios.testigo import Testigo

PDF = personal.PDF
SIEMBRA = "2026-01-02T09:00:00-06:00"


def constancia() -> Guardado:
    """Un archivo como queda recién guardado; en el disco no está."""
    return Guardado(str(uuid4()), "constancia.pdf", "application/pdf", 1, "0" * 64)


@dataclass
class Instancia:
    """Una base sembrada con la demostración y sus ajustes. tablas: las publicadas, u otras de la prueba."""

    ajustes: Ajustes
    tablas: Catalogo = CATALOGO

    @property
    def url(self) -> str:
        """La base."""
        return self.ajustes.url_base

    @contextmanager
    def como(self, alias: str | None) -> Iterator[Contexto]:
        """Una transacción en nombre de `alias@demo.local`; None: el sistema."""
        with sesion.transaccion(self.url) as s:
            persona = por_correo(s, f"{alias}@{demo.DOMINIO}") if alias else None
            yield Contexto(s, self.tablas, quien_es(s, persona) if persona else None, reloj.ahora())

    @contextmanager
    def leer(self) -> Iterator[Session]:
        """Una lectura."""
        with sesion.lectura(self.url) as s:
            yield s

    def iniciar(self, procedimiento: str, asunto: str = "Prueba", **datos: Any) -> str:
        """Abre un expediente como la coordinación, confirmando lo que se le advierta, y devuelve su folio."""
        confirmadas: tuple[str, ...] = ()
        while True:
            try:
                with self.como("coordinacion") as ctx:
                    return apertura.iniciar(ctx, procedimiento, asunto, datos, confirmadas).folio
            except FaltaConfirmar as falta:
                confirmadas += falta.confirmar

    def abiertos(self, folio: str) -> list[Turno]:
        """Los turnos abiertos que alguien puede atender a mano."""
        with self.leer() as s:
            consulta = select(Turno).where(
                col(Turno.folio) == folio, col(Turno.estado).in_(ABIERTOS), col(Turno.a_mano).is_(True)
            )
            return list(s.scalars(consulta.order_by(col(Turno.apertura), col(Turno.id))))

    def adjuntar(self, turno: Turno) -> None:
        """Adjunta la evidencia obligatoria, como el personal de su unidad."""
        with self.como(turno.unidad.lower()) as ctx:
            for documento in (d for d in self.actividad(turno).evidencia if d.obligatoria):
                evidencia.adjuntar(ctx, turno.id, documento.clave, constancia())

    def atender(self, turno: Turno, salida: str | None = None, **datos: Any) -> None:
        """Atiende un turno como el personal de su unidad; sin salida, por la primera."""
        actividad = self.actividad(turno)
        with self.como(turno.unidad.lower()) as ctx:
            elegida = salida or next(iter(actividad.salidas))
            turnos.atender(ctx, turno.id, elegida, datos, "motivo de prueba", turno.version)

    def firmar_fuera(self, *folios: str) -> None:
        """Registra como firmados en papel los oficios que esos expedientes deben."""
        with self.leer() as s:
            deben = [
                debido.oficio
                for folio in dict.fromkeys(folios)
                for debido in deuda.de_expediente(s, self.tablas, folio)
            ]
        for n, oficio in enumerate(deben, 1):
            with self.como(oficio.unidad.lower()) as ctx:
                numero = f"{oficio.unidad}/P-{n}/{oficio.folio}"
                fuera.registrar(ctx, oficio.id, oficio.version, numero, reloj.hoy(), constancia())

    def actividad(self, turno: Turno) -> Actividad:
        """La fila de la tabla de ese turno."""
        expediente = self.expediente(turno.folio)
        return self.tablas.version(expediente.procedimiento, expediente.version)[turno.actividad]

    def expediente(self, folio: str) -> Expediente:
        """El expediente como está guardado."""
        with self.leer() as s:
            return s.get_one(Expediente, folio)

    def cumplir_encargos(self) -> int:
        """Hace los efectos pendientes como los haría el motor; devuelve cuántos."""
        hechos = 0
        while True:
            with self.leer() as s:
                consulta = select(Encargo).where(col(Encargo.hecho).is_(None))
                pendientes = list(
                    s.scalars(consulta.order_by(col(Encargo.folio), col(Encargo.asiento), col(Encargo.efecto)))
                )
            if not pendientes:
                return hechos
            for encargo in pendientes:
                cumplir(self.url, self.tablas, Cual(encargo.folio, encargo.asiento, encargo.efecto))
                hechos += 1

    def exigir_redactados(self) -> None:
        """Ningún efecto quedó como incidente, y a ningún borrador le falta más de lo que su tabla dice que falta."""
        with self.leer() as s:
            incidentes = s.execute(
                select(col(Encargo.folio), col(Encargo.error)).where(col(Encargo.error).is_not(None))
            )
            faltas = [f"{folio}: {error}" for folio, error in incidentes]
            for oficio in s.scalars(select(Oficio).where(col(Oficio.turno_id).is_not(None))):
                emision = self.tablas.de(s.get_one(Expediente, oficio.folio)).emisiones[oficio.clave]
                sobran = set(faltantes(oficio.borrador_cuerpo)) - set(emision.por_completar)
                faltas += [f"{oficio.folio}: a {oficio.clave} le falta «{falta}»" for falta in sorted(sobran)]
        assert faltas == []

    def exigir_integra(self) -> None:
        """Toda la base: cadenas íntegras y proyección igual a su reproducción."""
        with self.leer() as s:
            informe = verificar(s, self.tablas)
        assert not informe.fallas, [str(falla) for falla in informe.fallas]
        assert informe.expedientes > 0


def sembrada(url: str) -> None:
    """Deja una base vacía lista: esquema, catálogo y demostración.

    Las adscripciones rigen desde `SIEMBRA` y no desde hoy ni desde el reloj de la prueba que llegó primero.
    """
    migrar.migrar(url)
    with pytest.MonkeyPatch.context() as entorno, sesion.transaccion(url) as s:
        entorno.setenv("DSTC_RELOJ", SIEMBRA)
        siembra.sembrar(s)
        demo.sembrar_demo(s)


class Plantillas:
    """Las bases ya sembradas de las que se copia."""

    def __init__(self, carpeta: Path, servidor: str | None, quien: str = "") -> None:
        """Recibe dónde dejar la de SQLite y el PostgreSQL donde crear la otra; quien: el trabajador, si son varios."""
        self.carpeta, self.servidor, self.quien = carpeta, servidor, quien
        self._listas: set[str] = set()
        self._cuenta = 0

    def copia(self, motor: str, destino: Path) -> str:
        """URL de una base nueva, copia de la sembrada; vacía si es el SQLite de la carpeta de datos."""
        self._cuenta += 1
        if motor == "sqlite":
            return self._copia_sqlite(destino)
        return self._copia_postgres(f"prueba_{self.quien}_{self._cuenta}")

    def _una_vez(self, motor: str, url: str, crear: Callable[[], None]) -> None:
        """La siembra el primero que la pida, de todos los trabajadores; los demás esperan a que esté."""
        if motor in self._listas:
            return
        with (self.carpeta / f"{motor}.candado").open("w") as candado:
            fcntl.flock(candado, fcntl.LOCK_EX)
            lista = self.carpeta / f"{motor}.lista"
            if not lista.exists():
                crear()
                sin_esperar_al_disco(url)
                sembrada(url)
                sesion.motor(url).dispose()
                lista.touch()
        self._listas.add(motor)

    def _copia_sqlite(self, destino: Path) -> str:
        original = self.carpeta / "dstc.sqlite3"
        self._una_vez("sqlite", f"sqlite:///{original}", lambda: None)
        shutil.copy(original, destino / "dstc.sqlite3")
        return ""

    def _copia_postgres(self, nombre: str) -> str:
        assert self.servidor is not None
        base = self.servidor.rpartition("/")[0]
        self._una_vez("postgresql", f"{base}/plantilla", lambda: self._crear("plantilla", "template1"))
        self._crear(nombre, "plantilla")
        return f"{base}/{nombre}"

    def _crear(self, nombre: str, de: str) -> None:
        assert self.servidor is not None
        with psycopg.connect(self.servidor.replace("postgresql+psycopg", "postgresql"), autocommit=True) as conexion:
            orden = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(nombre), sql.Identifier(de))
            if conexion.info.server_version >= 150_000:  # desde ésa copia por el diario, que cuesta el doble
                orden += sql.SQL(" STRATEGY FILE_COPY")
            conexion.execute(orden)


def sin_esperar_al_disco(url: str) -> None:
    """Que en este proceso las confirmaciones de esa base no esperen al disco; ninguna prueba apaga la máquina."""
    if url.startswith("sqlite"):
        event.listen(sesion.motor(url), "connect", lambda conexion, _: conexion.execute("PRAGMA synchronous=OFF"))


def puerto_libre() -> int:
    """Un puerto de esta máquina que nadie usa ahora."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        puerto: int = s.getsockname()[1]
        return puerto


@contextmanager
def servida(instancia: Instancia) -> Iterator[str]:
    """La aplicación, en un uvicorn de verdad; da su dirección. Al terminar, toda respuesta suya era del contrato."""
    from api.app import crear
    from api.servidor import configuracion

    enchufe = socket.socket()  # ya tomado: entre elegir un puerto y ocuparlo lo puede ocupar otra prueba
    enchufe.bind(("127.0.0.1", 0))
    puerto = enchufe.getsockname()[1]
    testigo = Testigo(crear(instancia.ajustes))
    servidor = uvicorn.Server(configuracion(instancia.ajustes, testigo, port=puerto, log_level="error"))
    hilo = threading.Thread(target=servidor.run, kwargs={"sockets": [enchufe]}, daemon=True)
    hilo.start()
    hasta = time.monotonic() + 300
    while not servidor.started and time.monotonic() < hasta:
        time.sleep(0.02)
    assert servidor.started, "la API no arrancó"
    yield f"http://127.0.0.1:{puerto}"
    servidor.should_exit = True
    hilo.join(300)  # si queda viva, su conexión se reclama en otra prueba
    enchufe.close()
    assert not testigo.faltas, testigo.faltas


class Cliente(httpx.Client):
    """Un cliente del contrato con la sesión de `alias@demo.local`; sin alias, sin sesión.

    Quien no lo cierra no estorba a nadie: lo cierra `conftest` al acabar la prueba.
    """

    abiertos: ClassVar[list[Cliente]] = []

    def __init__(self, direccion: str, alias: str | None = None) -> None:
        """Entra, si se dijo como quién."""
        # Aquí todo va por http: cargar las autoridades de https en cada cliente costaba 30 ms.
        super().__init__(base_url=f"{direccion}/api/v1", timeout=300, verify=False)
        self.abiertos.append(self)
        if alias:
            credenciales = {"correo": f"{alias}@{demo.DOMINIO}", "clave": demo.CLAVE}
            # Aparte: un cliente que ya pidió algo no puede abrirse con `with`.
            respuesta = httpx.post(f"{direccion}/api/v1/sesiones", json=credenciales, timeout=300, verify=False)  # noqa: S501
            assert respuesta.status_code == 201, respuesta.text
            self.headers["Authorization"] = f"Bearer {respuesta.json()['token']}"

    def conservado(self) -> Self:
        """Él mismo, para más de una prueba: lo cierra quien lo pidió."""
        self.abiertos.remove(self)
        return self
