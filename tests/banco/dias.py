"""Banco de publicar días inhábiles: vista previa y recuento con cien mil plazos abiertos.

Uso: `python -m tests.banco.dias [--plazos 100000] [--motor sqlite|postgresql|ambos]`. Imprime cifras y el
avance del recuento; no pone límites.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import sesion
from modelos.actos.administracion import dias
from modelos.actos.plazos.conteo import HitoVisto, contar
from modelos.actos.turnos.mover import Contexto
from modelos.ajustes import Ajustes
from modelos.calendario import Medida
from modelos.dias.archivo import Escrito
from modelos.dias.dia import Publicacion, oficinas, orden_vigente
from modelos.dias.efectos import efectos, todas
from modelos.expedientes.bitacora import ORIGEN
from modelos.expedientes.expediente import Expediente
from modelos.organizacion.organigrama import por_correo, quien_es
from modelos.plazos.plazo import Plazo
from modelos.tabla.plazo import USUALES, Resuelto
from tareas.recuento import Avance, recontar_pendientes
from tests.accesorios.fabricas import Instancia, sembrada
from tests.accesorios.mesa_dias import MIO, NOVENTA
from tests.accesorios.postgres import base_nueva, servidor_postgres

LOTE = 5000
EVENTOS = 240
TRAMOS = {
    "todos": Escrito("", "2026-12-21", "2027-01-01", "vacaciones_generales", "nacional", "", "Banco", "Banco"),
    "una_entidad": Escrito("", "2026-12-15", "2026-12-15", "fuerza_mayor", "entidad", "MX-SON", "Banco", "Banco"),
    "ninguno": Escrito("", "2025-12-22", "2025-12-31", "vacaciones_generales", "nacional", "", "Banco", "Banco"),
}


def sembrar(instancia: Instancia, cuantos: int) -> None:
    """Deja `cuantos` plazos abiertos de 90 días hábiles, uno por expediente, que vencen desde diciembre de 2026."""
    with instancia.leer() as s:
        unidades = todas(s)
        oficina = oficinas(s, unidades)
    primero = datetime(2026, 8, 20, 15, tzinfo=UTC)
    cadencia = {"antes": list(USUALES.antes), "corridos": [], "vencido_cada": USUALES.vencido_cada}
    moldes: list[dict[str, Any]] = []
    for i in range(EVENTOS):
        unidad = unidades[i % len(unidades)]
        abierto = primero + timedelta(hours=i * 8)
        resuelto = Resuelto(Medida.HABILES, 90, abierto)
        visto = HitoVisto(abierto.date(), abierto)
        contado = contar(resuelto, oficina[unidad], perfil="F", hitos=USUALES, guardadas=([], []), visto=visto)
        moldes.append(
            {
                "turno_id": None,
                "clave": "PL-01",
                "que": "respuesta",
                "unidad": unidad,
                "fundamento": "Manual inventado, p. 22",
                "inferido": "",
                "perfil": "F",
                "regla": {**resuelto.a_json(), "hitos": cadencia},
                "suspensiones": [],
                "ampliaciones": [],
                "vencido_cada": USUALES.vencido_cada,
                "insistencias": 0,
                "abierto": abierto,
                "cerrado": None,
                **contado,
            }
        )
    for desde in range(0, cuantos, LOTE):
        lote = range(desde, min(desde + LOTE, cuantos))
        with sesion.transaccion(instancia.url) as s:
            s.execute(insert(Expediente), [_expediente(i) for i in lote])
            s.execute(
                insert(Plazo), [{**moldes[i % EVENTOS], "id": f"{_folio(i)}.1", "folio": _folio(i)} for i in lote]
            )


def medir(instancia: Instancia, cuantos: int) -> dict[str, Any]:
    """Vista previa y recuento de tres publicaciones: la que mueve todo, la de una entidad y la que no mueve nada."""
    cifras: dict[str, Any] = {"plazos": cuantos}
    for nombre, tramo in TRAMOS.items():
        with sesion.transaccion(instancia.url) as s:
            id_ = dias.proponer(_como(s), [tramo], [], "Banco").id or 0
        desde = time.perf_counter()
        with instancia.leer() as s:
            previsto = efectos(s, s.get_one(Publicacion, id_))
        previa = time.perf_counter() - desde
        with sesion.transaccion(instancia.url) as s:
            dias.aprobar(_como(s), id_, orden_vigente(s))
        desde = time.perf_counter()
        hecho = recontar_pendientes(instancia.url, avance=partial(_anunciar, nombre))
        duro = time.perf_counter() - desde
        if hecho.movidos != previsto.movidos:
            raise RuntimeError(f"se previeron {previsto.movidos} y se movieron {hecho.movidos}")
        cifras[nombre] = {
            "movidos": hecho.movidos,
            "previa_s": round(previa, 2),
            "recuento_s": round(duro, 1),
            "por_segundo": round(hecho.recontados / duro),
            "memoria_max_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
        print(nombre, cifras[nombre], flush=True)
    return cifras


def _anunciar(nombre: str, avance: Avance) -> None:
    """Imprime el avance cada cincuenta lotes."""
    if avance.lotes % 50 == 0:
        print(f"  {nombre}: {avance.recontados} recontados, {avance.movidos} movidos", flush=True)


def _como(s: Session) -> Contexto:
    persona = por_correo(s, "administracion@demo.local")
    if persona is None:
        raise RuntimeError("la base del banco no está sembrada")
    return Contexto(s, MIO, quien_es(s, persona), datetime.now(UTC))


def _folio(i: int) -> str:
    return f"BANCO-2026-{i:06}"


def _expediente(i: int) -> dict[str, Any]:
    return {
        "folio": _folio(i),
        "procedimiento": NOVENTA.clave,
        "version": NOVENTA.version,
        "duena": NOVENTA.duena.value,
        "asunto": "Banco",
        "datos": {},
        "estado": "en_curso",
        "abierto": datetime(2026, 8, 20, tzinfo=UTC),
        "situacion": {},
        "asientos": 0,
        "ultimo_hash": ORIGEN,
        "detenido": False,
        "busqueda": _folio(i).lower(),
    }


def _correr(url: str, datos: Path, cuantos: int) -> dict[str, Any]:
    instancia = Instancia(Ajustes(datos=datos, base=url, demo=True))
    sembrada(instancia.url)
    desde = time.perf_counter()
    sembrar(instancia, cuantos)
    with instancia.leer() as s:
        hay = len(s.scalars(select(col(Plazo.id)).limit(1)).all())
    print(f"sembrado en {time.perf_counter() - desde:.0f} s ({hay and cuantos} plazos)", flush=True)
    try:
        return medir(instancia, cuantos)
    finally:
        sesion.motor(instancia.url).dispose()


def main() -> None:
    """Corre el banco e imprime las cifras."""
    opciones = argparse.ArgumentParser(description=__doc__)
    opciones.add_argument("--plazos", type=int, default=100_000)
    opciones.add_argument("--motor", choices=["sqlite", "postgresql", "ambos"], default="ambos")
    pedido = opciones.parse_args()
    informe: dict[str, Any] = {}
    with TemporaryDirectory() as carpeta:
        if pedido.motor != "postgresql":
            informe["sqlite"] = _correr("", Path(carpeta), pedido.plazos)
        if pedido.motor != "sqlite":
            with servidor_postgres(rapido=False) as servidor:
                informe["postgresql"] = _correr(base_nueva(servidor), Path(carpeta), pedido.plazos)
    print(json.dumps(informe, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
