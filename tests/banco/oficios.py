"""Banco de los oficios: cuánto tarda y cuánta memoria pide redactar, componer y sellar. Imprime cifras; no prueba.

Uso: `python -m tests.banco.oficios`, o `medir_oficios` desde otro banco.
"""

from __future__ import annotations

import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from modelos import reloj
from tareas.oficios.papel.imprenta import componer
from tareas.oficios.papel.sello import Sello, revisar_sello, sellar
from tareas.oficios.redaccion.plantilla import redactar
from tareas.oficios.redaccion.taller import Taller
from tareas.oficios.redaccion.texto import arbol, escapar
from tests.accesorios.oficios_de_muestra import LARGO, contenido, contexto
from tests.oficios.test_plantilla import PLANTILLA, citar
from tests.oficios.test_sello import CLAVE, certificado

RAIZ = Path(__file__).parents[2]
META_MS = 20
PARRAFO = escapar(LARGO[:300])


def una_pagina(n: int) -> dict[str, Any]:
    """Un oficio real de una página, distinto de los demás."""
    cuerpo = f"{PARRAFO}\n\nRegistro {n}: {PARRAFO}\n\n- Uno\n- Dos\n\n{PARRAFO}"
    return contenido(cuerpo, numero=f"DSTC/{n:03d}/2026", asunto=f"Asunto {n}")


def veintidos_paginas(n: int) -> dict[str, Any]:
    """Un oficio largo: prosa y una tabla de 200 filas."""
    filas = "\n".join(f"| CAST-{i} | {escapar(LARGO[:60])} | {i * n} |" for i in range(200))
    cuerpo = "\n\n".join([PARRAFO[:110]] * 258) + "\n\n| Clave | Unidad | Total |\n|---|---|---:|\n" + filas
    return contenido(cuerpo, numero=f"DSTC/{n:03d}/2026")


def circular(n: int) -> dict[str, Any]:
    """A 32 unidades estatales y 40 CAST."""
    distribucion = [{"clave": f"U-{i:02d}", "nombre": LARGO[: 30 + i]} for i in range(72)]
    return contenido(PARRAFO, forma="oficio circular", distribucion=distribucion, numero=f"DSTC/{n:03d}/2026")


def cronometrar(hacer: Callable[[int], object], veces: int) -> dict[str, float]:
    """Milisegundos de cada vez: el primero aparte, porque carga lo que se carga una vez."""
    cada: list[float] = []
    for i in range(veces + 1):
        desde = time.perf_counter()
        hacer(i)
        cada.append((time.perf_counter() - desde) * 1000)
    resto = cada[1:]
    cortes = statistics.quantiles(resto, n=20)
    return {
        "primero_ms": round(cada[0], 1),
        "p50_ms": round(statistics.median(resto), 2),
        "p95_ms": round(cortes[18], 2),
    }


def medir_oficios() -> dict[str, Any]:
    """Todas las cifras, en un proceso aparte y limpio."""
    orden = [sys.executable, "-m", "tests.banco.oficios", "--hijo"]
    hijo = subprocess.run(orden, cwd=RAIZ, env=None, capture_output=True, text=True, check=True)
    cifras: dict[str, Any] = json.loads(hijo.stdout.splitlines()[-1])
    return cifras


def _hijo() -> dict[str, Any]:
    antes = _memoria()
    cifras: dict[str, Any] = {"meta_ms": META_MS}
    cifras["redactar"] = cronometrar(lambda i: redactar(PLANTILLA, contexto(asunto=str(i)), citar), 200)
    cifras["componer_una_pagina"] = cronometrar(lambda i: componer(una_pagina(i)), 300)
    cifras["memoria_tras_300_mb"] = round(_memoria() - antes)
    largo = componer(veintidos_paginas(0))
    cifras["componer_22_paginas"] = cronometrar(lambda i: componer(veintidos_paginas(i)), 20)
    cifras["kb_22_paginas"] = round(len(largo) / 1024)
    cifras["circular_a_72"] = cronometrar(lambda i: componer(circular(i)), 50)
    cifras["arbol_22_paginas"] = cronometrar(lambda i: arbol("\n\n".join([PARRAFO] * (110 + i % 3))), 20)
    with ThreadPoolExecutor(2) as hilos:
        desde = time.perf_counter()
        list(hilos.map(lambda i: componer(una_pagina(i + 1000)), range(200)))
        cifras["por_segundo_con_2_hilos"] = round(200 / (time.perf_counter() - desde))
    suyo = Taller()
    cifras["taller"] = cronometrar(lambda i: suyo.redactar(PLANTILLA, contexto(asunto=str(i)), citar), 100)
    suyo.cerrar()
    antes_del_sello = _memoria()
    with TemporaryDirectory() as carpeta:
        ahora = reloj.ahora()
        ruta = certificado(Path(carpeta) / "s.p12", ahora - timedelta(1), ahora + timedelta(1))
        sello = Sello.de(ruta, CLAVE)
        pdf = componer(una_pagina(0))
        cifras["sellar"] = cronometrar(lambda _: sellar(pdf, sello), 20)
        sellado = sellar(pdf, sello)
        cifras["revisar_sello"] = cronometrar(lambda _: revisar_sello(sellado), 20)
    cifras["kb_una_pagina"] = round(len(pdf) / 1024)
    cifras["kb_sellado"] = round(len(sellado) / 1024)
    cifras["sello_mb"] = round(_memoria() - antes_del_sello)
    for i in range(1200):
        componer(una_pagina(i + 5000))
    gc.collect()
    cifras["memoria_tras_1700_mb"] = round(_memoria() - antes)
    return cifras


def _memoria() -> float:
    """La que ocupa ahora este proceso, en MB."""
    estado = Path("/proc/self/status").read_text("utf-8")
    return int(estado.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--hijo"]:
        print(json.dumps(_hijo(), ensure_ascii=False))
    else:
        for nombre, cifra in medir_oficios().items():
            print(f"{nombre:26} {json.dumps(cifra)}", flush=True)
