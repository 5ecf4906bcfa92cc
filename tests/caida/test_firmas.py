"""Muchas firmas a la vez y procesos que mueren al azar: ni un número de más, ni uno de menos, ni uno repetido."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import sesion
from modelos.ajustes import Ajustes
from modelos.comprobacion.verificacion import verificar
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.expediente import Encargo
from modelos.oficios.oficio import Oficio
from tareas.oficios.papel.archivo import ruta_de
from tests.accesorios.fabricas import Instancia, Plantillas
from tests.accesorios.oficina import clonar, suelto
from tests.accesorios.procesos import firmante

pytestmark = [pytest.mark.caida]
UNIDADES = ("DSTC", "CST", "DCAJ", "SSI")
EXPEDIENTES = 8
PROCESOS = 4
TOPE_S = 600.0
"""Para no esperar sin fin si algo se traba; en dos núcleos tarda mucho menos."""
SEMILLA = 7081
ENTRE_MUERTES = 4
"""Firmas que se dejan hacer entre dos muertes: una máquina lenta no las gasta en volver a empezar."""


@pytest.fixture(params=[("sqlite", 150), pytest.param(("postgresql", 200), marks=pytest.mark.postgres)])
def con_borradores(
    request: pytest.FixtureRequest, plantillas: Plantillas, tmp_path: Path
) -> Iterator[tuple[Instancia, int]]:
    """Una instancia con muchos borradores listos para firmarse, de varias unidades y expedientes; y cuántos."""
    base, cuantos = request.param
    instancia = Instancia(Ajustes(datos=tmp_path, base=plantillas.copia(base, tmp_path), demo=True))
    folios = [instancia.iniciar("normatividad", f"Ráfaga {i}") for i in range(EXPEDIENTES)]
    modelo = suelto(instancia, folio=folios[0], para=("DVS",), ccp=("DCTA",))
    azar = random.Random(SEMILLA)
    claves = [(f"{(f := azar.choice(folios))}.r{i}", f, azar.choice(UNIDADES)) for i in range(cuantos - 1)]
    clonar(instancia, modelo, claves)
    yield instancia, cuantos
    sesion.motor(instancia.url).dispose()


def test_muchas_firmas_con_muertes_al_azar(con_borradores: tuple[Instancia, int]) -> None:
    instancia, cuantos = con_borradores
    empezo = time.monotonic()
    muertes = _firmar_matando(instancia, empezo + TOPE_S)
    tardo = time.monotonic() - empezo
    _exigir_numeros(instancia, cuantos)
    huerfanos = _exigir_archivos(instancia)
    with instancia.leer() as s:
        assert [str(f) for f in verificar(s, CATALOGO).fallas] == []
    print(
        f"\n{cuantos} firmas, {PROCESOS} procesos, {muertes} muertes: {tardo:.1f} s "
        f"({cuantos / tardo:.0f} por segundo; {huerfanos} PDF de firmas que no llegaron a ser)"
    )
    assert muertes >= 5, "si nadie muere, no se probó nada"


def _firmar_matando(instancia: Instancia, hasta: float) -> int:
    """Mantiene a varios procesos firmando, mata a uno cada pocas firmas, al azar, y devuelve cuántas veces."""
    # Se bifurcan de uno que ya importó todo: si cada uno tardara segundos en arrancar, casi ninguno llegaría a firmar.
    contexto = multiprocessing.get_context("forkserver")
    contexto.set_forkserver_preload(["tests.accesorios.procesos.firmante"])
    azar, vivos, muertes, lanzados = random.Random(SEMILLA), dict[int, BaseProcess](), 0, 0
    quedaban = _faltan(instancia)
    try:
        while faltan := _faltan(instancia):
            assert time.monotonic() < hasta, f"faltan {faltan} firmas"
            for i in range(PROCESOS):
                if i not in vivos or not vivos[i].is_alive():
                    lanzados += 1
                    vivos[i] = contexto.Process(target=firmante.trabajar, args=(instancia.ajustes, lanzados))
                    vivos[i].start()
            time.sleep(azar.uniform(0.05, 0.3))
            if quedaban - faltan < ENTRE_MUERTES:
                continue
            quedaban = faltan
            victima = vivos[azar.randrange(PROCESOS)]
            if victima.is_alive():
                victima.kill()
                victima.join()
                muertes += 1
        for proceso in vivos.values():
            proceso.join(30)
            assert proceso.exitcode in (0, -9), "un proceso se rompió solo"
    finally:
        for proceso in vivos.values():
            proceso.kill()
    return muertes


def _faltan(instancia: Instancia) -> int:
    with instancia.leer() as s:
        return s.scalar(select(func.count()).select_from(Oficio).where(col(Oficio.estado) == "borrador")) or 0


def _exigir_numeros(instancia: Instancia, cuantos: int) -> None:
    """De 1 a n en cada unidad; un asiento y un encargo de envío por número."""
    with instancia.leer() as s:
        filas = s.execute(select(col(Oficio.unidad), col(Oficio.consecutivo), col(Oficio.numero))).all()
        firmas = [
            json.loads(d) for d in s.scalars(select(col(Asiento.datos)).where(col(Asiento.tipo) == "oficio_firma"))
        ]
        envios = s.scalar(select(func.count()).select_from(Encargo).where(col(Encargo.efecto) == "envio"))
    assert len(filas) == cuantos
    por_unidad: dict[str, list[int]] = {}
    for unidad, consecutivo, _ in filas:
        por_unidad.setdefault(unidad, []).append(consecutivo or 0)
    assert set(por_unidad) == set(UNIDADES)
    for consecutivos in por_unidad.values():
        assert sorted(consecutivos) == list(range(1, len(consecutivos) + 1))
    assert Counter(f["numero"] for f in firmas) == Counter(numero for *_, numero in filas)
    assert max(Counter(f["numero"] for f in firmas).values()) == 1
    assert envios == cuantos


def _exigir_archivos(instancia: Instancia) -> int:
    """Un PDF por número, cada uno el que se asentó; devuelve cuántos hay de más, de firmas que no se confirmaron."""
    carpeta = instancia.ajustes.carpeta_oficios
    with instancia.leer() as s:
        firmados = s.execute(select(col(Oficio.numero), col(Oficio.sha256))).all()
    resumenes = {sha for _, sha in firmados}
    assert len(resumenes) == len(firmados)
    for numero, sha in firmados:
        assert hashlib.sha256(ruta_de(carpeta, sha or "").read_bytes()).hexdigest() == sha, numero
    guardados = {archivo.stem for archivo in carpeta.glob("*/*.pdf")}
    assert resumenes <= guardados
    return len(guardados - resumenes)
