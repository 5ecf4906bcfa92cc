"""¿Una plantilla que no termina se corta sin llevarse al sistema?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tareas.oficios.errores import PlantillaRota, TallerSinTerminar
from tareas.oficios.redaccion.plantilla import redactar
from tareas.oficios.redaccion.taller import Taller
from tests.accesorios.oficios_de_muestra import contexto
from tests.oficios.test_plantilla import PLANTILLA, citar

RAIZ = Path(__file__).parents[2]
SIN_FIN = (
    "{% block asunto %}A{% endblock %}"
    "{% for a in range(99999) %}{% for b in range(99999) %}{% set x = a %}{% endfor %}{% endfor %}"
)
GLOTONA = "{% block asunto %}A{% endblock %}{% set x = range(99999)|list %}" + "".join(
    f"{{% set x{i} = x{i - 1 if i else ''} + x{i - 1 if i else ''} %}}" for i in range(16)
)


@pytest.fixture(scope="module")
def taller() -> Iterator[Taller]:
    suyo = Taller(segundos=1.0)
    yield suyo
    suyo.cerrar()


def test_redacta_lo_mismo_que_en_este_proceso(taller: Taller) -> None:
    datos = contexto(asunto="a|b", registro="*")
    assert taller.redactar(PLANTILLA, datos, citar) == redactar(PLANTILLA, datos, citar)


def test_la_que_no_termina_se_corta_y_la_siguiente_sale(taller: Taller) -> None:
    with pytest.raises(TallerSinTerminar, match="no terminó en 1 segundos"):
        taller.redactar(SIN_FIN, contexto(), citar, nombre="normatividad/of_03")
    assert taller.redactar(PLANTILLA, contexto(), citar).asunto


def test_la_que_pide_toda_la_memoria_se_corta() -> None:
    sin_prisa = Taller(segundos=600.0)  # que la corte la memoria y no el reloj, aunque la máquina esté ocupada
    try:
        with pytest.raises(TallerSinTerminar, match="memoria"):
            sin_prisa.redactar(GLOTONA, contexto(), citar)
        assert sin_prisa.redactar(PLANTILLA, contexto(), citar).asunto
    finally:
        sin_prisa.cerrar()


def test_la_rota_llega_con_su_linea(taller: Taller) -> None:
    with pytest.raises(PlantillaRota) as rota:
        taller.revisar(PLANTILLA.replace("datos.registro", "datos.regsitro"), contexto(registro=None), citar)
    assert rota.value.linea == 5
    taller.revisar(PLANTILLA, contexto(registro=None), citar)


def test_varios_hilos_piden_a_la_vez_y_el_atorado_no_detiene_a_los_demas(taller: Taller) -> None:
    def uno(i: int) -> str:
        try:
            return taller.redactar(SIN_FIN if i == 0 else PLANTILLA, contexto(asunto=str(i)), citar).asunto
        except TallerSinTerminar:
            return "cortada"

    with ThreadPoolExecutor(4) as hilos:
        assert list(hilos.map(uno, range(12))) == ["cortada", *(f"Se remite «{i}»" for i in range(1, 12))]


def test_no_sobrevive_a_su_dueno(tmp_path: Path) -> None:
    programa = tmp_path / "dueno.py"
    programa.write_text(
        "import multiprocessing, time\n"
        "from tareas.oficios.redaccion.taller import taller\n"
        "from tests.accesorios.oficios_de_muestra import contexto\n"
        "if __name__ == '__main__':\n"
        "    taller().redactar('{% block asunto %}A{% endblock %}', contexto(), str)\n"
        "    print(*[p.pid for p in multiprocessing.active_children()], flush=True)\n"
        "    time.sleep(60)\n"
    )
    dueno = subprocess.Popen(
        [sys.executable, str(programa)], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(RAIZ)}, text=True
    )
    assert dueno.stdout is not None
    hijos = [int(pid) for pid in dueno.stdout.readline().split()]
    assert hijos
    os.kill(dueno.pid, signal.SIGKILL)
    dueno.wait()
    dueno.stdout.close()
    limite = time.monotonic() + 300
    while vivos := [pid for pid in hijos if _vive(pid)]:
        assert time.monotonic() < limite, vivos
        time.sleep(0.05)


def _vive(pid: int) -> bool:
    estado = Path(f"/proc/{pid}/stat")
    return estado.exists() and estado.read_text().rsplit(")", 1)[1].split()[0] != "Z"
