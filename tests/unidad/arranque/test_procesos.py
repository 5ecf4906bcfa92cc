"""El supervisor, con procesos de verdad de tres líneas: nadie se queda caído y nadie se queda huérfano."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.arranque import instancia, procesos
from api.arranque.procesos import REGISTRO_MAX_BYTES, Proceso, Supervisor, rotar
from modelos.ajustes import Ajustes

RAIZ = Path(__file__).resolve().parents[3]
DURMIENTE = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
CON_NIETO = (
    "import os, subprocess, sys, time; n = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
    "print(os.getpid(), n.pid, flush=True); time.sleep(600)"
)
SORDO = (
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print(os.getpid(), flush=True); time.sleep(600)"
)
SUPERVISOR = """
import sys
from pathlib import Path
import os
from api.arranque.procesos import Proceso, Supervisor
procesos = [Proceso(f"p{i}", (sys.executable, "-c", programa)) for i, programa in enumerate(sys.argv[3:])]
sys.exit(Supervisor(procesos, Path(sys.argv[1]), os.environ, cierre_s=float(sys.argv[2])).correr())
"""

Levantar = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def levantar(tmp_path: Path) -> Iterator[Levantar]:
    """Levanta un supervisor sobre los programas dados; al final no deja nada corriendo."""
    vivos: list[subprocess.Popen[str]] = []

    def con(*programas: str, cierre_s: float = 5) -> subprocess.Popen[str]:
        orden = [sys.executable, "-c", SUPERVISOR, str(tmp_path), str(cierre_s), *programas]
        entorno = {**os.environ, "PYTHONPATH": str(RAIZ)}
        vivos.append(subprocess.Popen(orden, env=entorno, stdout=subprocess.PIPE, text=True))
        return vivos[-1]

    yield con
    for vivo in vivos:
        vivo.kill()
        vivo.communicate()
    for archivo in tmp_path.glob("*.log"):
        for pid in archivo.read_text().split():
            if pid.isdigit() and corre(int(pid)):
                os.kill(int(pid), signal.SIGKILL)


def test_si_uno_no_puede_arrancar_la_consola_dice_por_que(levantar: Levantar, tmp_path: Path) -> None:
    """Un puerto ocupado se veía como «código 2»; la causa sólo estaba en un registro."""
    ocupado = "import sys; print('No se puede arrancar: El puerto 8001 está ocupado.\\n', file=sys.stderr); sys.exit(2)"
    supervisor = levantar(DURMIENTE, ocupado)
    assert supervisor.stdout
    dichas = [supervisor.stdout.readline() for _ in range(2)]
    assert "«p1» se detuvo (código 2)" in dichas[0]
    assert dichas[1] == "  Lo último que dijo: No se puede arrancar: El puerto 8001 está ocupado.\n"


def esperar(condicion: Callable[[], bool], limite_s: float = 300) -> None:
    limite = time.monotonic() + limite_s
    while not condicion():
        assert time.monotonic() < limite, "no pasó a tiempo"
        time.sleep(0.05)


def pids(carpeta: Path, nombre: str = "p0", minimo: int = 1) -> list[int]:
    archivo = carpeta / f"{nombre}.log"
    esperar(lambda: archivo.exists() and len(archivo.read_text().split()) >= minimo)
    return [int(p) for p in archivo.read_text().split()]


def corre(pid: int) -> bool:
    """Vivo y no difunto por recoger: en un contenedor sin init, los huérfanos quedan así."""
    if not Path("/proc/self/stat").exists():  # macOS
        return subprocess.run(["ps", "-p", str(pid)], capture_output=True, check=False).returncode == 0
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_al_que_matan_lo_vuelve_a_levantar(levantar: Levantar, tmp_path: Path) -> None:
    supervisor = levantar(DURMIENTE)
    (primero,) = pids(tmp_path)
    os.kill(primero, signal.SIGKILL)
    segundo = pids(tmp_path, minimo=2)[1]
    assert segundo != primero
    assert corre(segundo)
    supervisor.terminate()
    salida, _ = supervisor.communicate(timeout=300)
    assert "«p0» se detuvo (señal 9)" in salida
    assert str(tmp_path / "p0.log") in salida


def test_al_terminar_no_deja_huerfanos_ni_nietos(levantar: Levantar, tmp_path: Path) -> None:
    supervisor = levantar(DURMIENTE, CON_NIETO)
    todos = [*pids(tmp_path), *pids(tmp_path, "p1", 2)]
    supervisor.terminate()
    assert supervisor.wait(15) == 0
    assert not [p for p in todos if corre(p)]


def test_al_que_no_hace_caso_lo_mata_al_vencer_el_plazo(levantar: Levantar, tmp_path: Path) -> None:
    supervisor = levantar(SORDO, cierre_s=1)
    (sordo,) = pids(tmp_path)
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(15) == 0
    assert not corre(sordo)


@pytest.mark.skipif(sys.platform != "linux", reason="sólo Linux avisa al hijo que murió su padre")
def test_si_matan_al_supervisor_los_hijos_mueren_con_el(levantar: Levantar, tmp_path: Path) -> None:
    supervisor = levantar(DURMIENTE, DURMIENTE)
    hijos = [*pids(tmp_path), *pids(tmp_path, "p1")]
    supervisor.kill()
    supervisor.wait()
    esperar(lambda: not any(corre(p) for p in hijos))


def test_si_no_logra_arrancar_termina_y_ensena_el_registro(tmp_path: Path) -> None:
    programa = (
        "import sys; from pathlib import Path; from api.arranque.procesos import *; "
        "sys.exit(Supervisor([Proceso('p0', (sys.executable, '-c', 'raise SystemExit(\"falta esto\")'))], "
        f"Path({str(tmp_path)!r}), {{}}, responde=lambda: False).correr())"
    )
    hecho = subprocess.run(
        [sys.executable, "-c", programa],
        env={**os.environ, "PYTHONPATH": str(RAIZ)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert hecho.returncode == 1
    assert "no logra arrancar" in hecho.stdout
    assert "falta esto" in hecho.stdout


def test_un_registro_grande_se_guarda_aparte(tmp_path: Path) -> None:
    registro = tmp_path / "api.log"
    registro.write_bytes(b"x" * (REGISTRO_MAX_BYTES + 1))
    rotar(registro)
    assert registro.stat().st_size == 0
    assert (tmp_path / "api.log.1").stat().st_size > REGISTRO_MAX_BYTES


def test_el_registro_rota_mientras_su_proceso_escribe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(procesos, "REGISTRO_MAX_BYTES", 50_000)
    monkeypatch.setattr(procesos, "ENTRE_ROTACIONES_S", 0.1)
    escribe = "import time\nfor n in range(10**9):\n    print('renglon', n, flush=True); time.sleep(0.0002)"
    proceso = Proceso("hablador", (sys.executable, "-c", escribe))
    registro = tmp_path / "hablador.log"
    supervisor = Supervisor([proceso], tmp_path, dict(os.environ), avisar=lambda _: None)

    def ya_roto_dos_veces() -> bool:
        anterior = tmp_path / "hablador.log.1"
        # Dos veces: lo guardado aparte ya no es el principio, y el proceso siguió escribiendo en el mismo archivo.
        otra = anterior.exists() and not anterior.read_bytes().startswith(b"renglon 0\n")
        if listo := otra and registro.stat().st_size > 0:
            signal.raise_signal(signal.SIGTERM)
        return listo

    supervisor.responde = ya_roto_dos_veces
    supervisor.correr()
    assert b"renglon" in registro.read_bytes()
    assert b"\0" not in registro.read_bytes(), "quien escribe agrega al final, no donde iba"


def test_el_puerto_ocupado_se_dice_antes_de_arrancar(tmp_path: Path) -> None:
    with socket.socket() as ocupado:
        ocupado.bind(("127.0.0.1", 0))
        ocupado.listen()
        puerto = ocupado.getsockname()[1]
        ajustes = Ajustes(datos=tmp_path, puerto=puerto)
        with pytest.raises(instancia.NoArranca, match=f"{puerto} está ocupado.*DSTC_PUERTO="):
            instancia.exigir_puerto(ajustes, "127.0.0.1", puerto, "DSTC_PUERTO")


def test_dos_instancias_no_comparten_carpeta(tmp_path: Path) -> None:
    ajustes = Ajustes(datos=tmp_path)
    with (
        instancia.carpeta_propia(ajustes),
        pytest.raises(instancia.NoArranca, match="Otra instancia"),
        instancia.carpeta_propia(ajustes),
    ):
        pass


@pytest.mark.parametrize("escucha", ["0.0.0.0", "192.168.1.5", "::"])  # noqa: S104 — son los que se rechazan
def test_la_demostracion_no_escucha_hacia_fuera(tmp_path: Path, escucha: str) -> None:
    with pytest.raises(instancia.NoArranca, match=r"sólo escucha en 127\.0\.0\.1"):
        instancia.resguardar_demo(Ajustes(datos=tmp_path, demo=True, escucha=escucha))


def test_la_demostracion_no_se_siembra_sobre_datos_reales(tmp_path: Path) -> None:
    (tmp_path / "dstc.sqlite3").touch()
    with pytest.raises(instancia.NoArranca, match="no son de demostración"):
        instancia.resguardar_demo(Ajustes(datos=tmp_path, demo=True))
