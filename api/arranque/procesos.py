"""Supervisor de los procesos de una instancia: quién corre, quién se cayó y cómo terminan todos.

No sabe qué hace cada proceso (las órdenes se le dan), para poder probarlo con
programas de tres líneas. Cada hijo abre su propia sesión: así Ctrl-C sólo llega
al supervisor, que los termina en orden, y una señal al grupo alcanza también a
los nietos. Si al supervisor lo matan con `kill -9`, el núcleo avisa a cada hijo.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

REGISTRO_MAX_BYTES = 10 * 1024 * 1024
ENTRE_ROTACIONES_S = 5.0
TROZO = 1 << 20
ESPERA_INICIAL_S = 0.5
ESPERA_MAXIMA_S = 30.0
ESTABLE_TRAS_S = 60.0
"""Un proceso que vivió esto no está cayéndose en serie: su espera vuelve a empezar."""
CIERRE_S = 10.0
VUELTA_S = 0.1
CAIDAS_SIN_RESPONDER = 3
FINAL_BYTES, LARGO_DICHO = 4096, 400
PR_SET_PDEATHSIG = 1
# Se carga antes de bifurcar: en el hijo, hasta `exec`, conviene hacer lo menos posible.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Proceso:
    """Un proceso por supervisar: cómo se llama en los mensajes y cómo se levanta.

    espera_a_los_demas: se levanta sólo cuando los que no esperan ya responden.
    """

    nombre: str
    orden: Sequence[str]
    espera_a_los_demas: bool = False


@dataclass
class _Hijo:
    proceso: Proceso
    vivo: subprocess.Popen[bytes] | None = None
    desde: float = 0.0
    espera: float = ESPERA_INICIAL_S
    levantar_en: float = 0.0
    caidas: int = 0


@dataclass
class Supervisor:
    """Levanta los procesos, repone al que muere y termina a todos con `SIGINT`, `SIGTERM` o `SIGHUP`."""

    procesos: Sequence[Proceso]
    registros: Path
    entorno: Mapping[str, str]
    responde: Callable[[], bool] = lambda: True
    """Dice si los procesos que no esperan a los demás ya atienden."""
    al_responder: Callable[[], None] = lambda: None
    avisar: Callable[[str], None] = field(default=lambda mensaje: print(mensaje, flush=True))
    cierre_s: float = CIERRE_S
    _senales: int = 0
    _sin_rotar: bool = False

    def correr(self) -> int:
        """Supervisa hasta recibir una señal; devuelve el código con que debe salir el programa."""
        self.registros.mkdir(parents=True, exist_ok=True)
        previas = {s: signal.signal(s, self._anotar) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        hijos = [_Hijo(proceso) for proceso in self.procesos]
        try:
            return self._vigilar(hijos)
        finally:
            self._terminar(hijos)
            for senal, anterior in previas.items():
                signal.signal(senal, anterior)

    def archivo(self, proceso: Proceso) -> Path:
        """Donde queda lo que el proceso escribe."""
        return self.registros / f"{proceso.nombre}.log"

    def _vigilar(self, hijos: list[_Hijo]) -> int:
        atiende, rotar_en = False, 0.0
        while not self._senales:
            if time.monotonic() >= rotar_en:
                rotar_en = time.monotonic() + ENTRE_ROTACIONES_S
                self._rotar()
            for hijo in hijos:
                self._reponer(hijo, atiende=atiende)
                if not atiende and hijo.caidas >= CAIDAS_SIN_RESPONDER:
                    self._rendirse(hijo)
                    return 1
            if not atiende and self.responde():
                atiende = True
                self.al_responder()
            time.sleep(VUELTA_S)
        return 0

    def _reponer(self, hijo: _Hijo, *, atiende: bool) -> None:
        """Lo levanta si ya le toca, o anota que se cayó. atiende: si los que no esperan a los demás ya responden."""
        if hijo.vivo is not None:
            if hijo.vivo.poll() is not None:
                self._anotar_caida(hijo, hijo.vivo)
        elif (atiende or not hijo.proceso.espera_a_los_demas) and time.monotonic() >= hijo.levantar_en:
            self._levantar(hijo)

    def _rotar(self) -> None:
        for proceso in self.procesos:
            try:
                rotar(self.archivo(proceso))
            except OSError as error:
                if not self._sin_rotar:  # una vez: con el disco lleno se repetiría cada vuelta
                    self.avisar(f"No se pudo rotar el registro de «{proceso.nombre}»: {error.strerror}.")
                self._sin_rotar = True

    def _levantar(self, hijo: _Hijo) -> None:
        padre = os.getpid()
        with self.archivo(hijo.proceso).open("ab") as registro:
            hijo.vivo = subprocess.Popen(
                list(hijo.proceso.orden),
                env=dict(self.entorno),
                stdin=subprocess.DEVNULL,
                stdout=registro,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: _morir_con(padre),
            )
        hijo.desde = time.monotonic()

    def _anotar_caida(self, hijo: _Hijo, muerto: subprocess.Popen[bytes]) -> None:
        _senalar_grupo(muerto.pid, signal.SIGKILL)  # nietos que le hayan sobrevivido
        ahora = time.monotonic()
        if ahora - hijo.desde >= ESTABLE_TRAS_S:
            hijo.espera, hijo.caidas = ESPERA_INICIAL_S, 0
        hijo.vivo, hijo.caidas, hijo.levantar_en = None, hijo.caidas + 1, ahora + hijo.espera
        dicho = ultima_linea(self.archivo(hijo.proceso))
        self.avisar(
            f"«{hijo.proceso.nombre}» se detuvo ({_motivo(muerto.returncode)}); lo vuelvo a levantar en "
            f"{hijo.espera:.1f} s. Su registro: {self.archivo(hijo.proceso)}"
            + (f"\n  Lo último que dijo: {dicho}" if dicho else "")
        )
        hijo.espera = min(hijo.espera * 2, ESPERA_MAXIMA_S)

    def _rendirse(self, hijo: _Hijo) -> None:
        final = self.archivo(hijo.proceso).read_text("utf-8", "replace").splitlines()[-15:]
        self.avisar("\n".join((f"«{hijo.proceso.nombre}» no logra arrancar; el final de su registro:", *final)))

    def _terminar(self, hijos: list[_Hijo]) -> None:
        vivos = [h.vivo for h in hijos if h.vivo is not None]
        if vivos:
            self.avisar("Termino los procesos…")
        for vivo in vivos:
            _senalar_grupo(vivo.pid, signal.SIGTERM)
        limite, senales = time.monotonic() + self.cierre_s, self._senales
        # Una segunda señal (otro Ctrl-C) significa «ya»: no se espera más.
        while any(v.poll() is None for v in vivos) and time.monotonic() < limite and self._senales == senales:
            time.sleep(VUELTA_S / 2)
        for vivo in vivos:
            _senalar_grupo(vivo.pid, signal.SIGKILL)
            vivo.wait()

    def _anotar(self, _senal: int, _marco: FrameType | None) -> None:
        self._senales += 1


def rotar(archivo: Path) -> None:
    """Guarda aparte un registro que ya creció demasiado; se conserva uno anterior.

    Se copia y se vacía, en vez de cambiarle el nombre: quien escribe lo tiene abierto (para agregar, y por eso sigue
    bien) y no tiene que saber de esto. Lo que escriba entre la última lectura y el corte, microsegundos, se pierde.
    """
    if not archivo.exists() or archivo.stat().st_size <= REGISTRO_MAX_BYTES:
        return
    a_medias = archivo.with_suffix(".log.nuevo")
    with archivo.open("r+b") as lleno:
        with a_medias.open("wb") as copia:
            while trozo := lleno.read(TROZO):
                copia.write(trozo)
        lleno.truncate(0)
    a_medias.replace(archivo.with_suffix(".log.1"))


def ultima_linea(archivo: Path) -> str:
    """Lo último que se escribió en un registro, en un renglón: por qué murió quien lo escribía."""
    try:
        with archivo.open("rb") as abierto:
            abierto.seek(max(0, archivo.stat().st_size - FINAL_BYTES))
            lineas = [linea.strip() for linea in abierto.read().decode("utf-8", "replace").splitlines()]
    except OSError:
        return ""
    return next((linea for linea in reversed(lineas) if linea), "")[:LARGO_DICHO]


def _senalar_grupo(grupo: int, senal: signal.Signals) -> None:
    try:
        os.killpg(grupo, senal)
    except ProcessLookupError:
        return  # ya no queda nadie en el grupo
    except PermissionError:
        return  # macOS responde así cuando en el grupo sólo quedan difuntos


def _morir_con(padre: int) -> None:
    """Pide al núcleo `SIGTERM` cuando muera el supervisor; corre en el hijo, antes de su programa."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGTERM))
        if os.getppid() != padre:  # murió entre la bifurcación y la petición
            os._exit(1)


def _motivo(codigo: int) -> str:
    return f"señal {-codigo}" if codigo < 0 else f"código {codigo}"
