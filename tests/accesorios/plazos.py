"""Plazos plantados a mano sobre expedientes de verdad, para probar lo que pasa con ellos al correr los días."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import insert

from modelos.actos.plazos.conteo import HitoVisto, contar
from modelos.calendario import Medida
from modelos.dias.dia import oficinas
from modelos.expedientes.expediente import Turno
from modelos.plazos.plazo import Plazo
from modelos.reloj import ahora
from modelos.sesion import transaccion
from modelos.tabla.plazo import USUALES, Hitos, Resuelto
from tests.accesorios.fabricas import Instancia


def plantar(
    instancia: Instancia,
    folio: str,
    evento: date,
    dias: int,
    *,
    turno: Turno | None = None,
    unidad: str = "DSTC",
    hitos: Hitos = USUALES,
    clave: str = "PL-99",
) -> Plazo:
    """Un plazo de `dias` hábiles desde que se recibe en `evento`, contado como si ese día fuera hoy.

    turno: el que lo debe; sin él es de un tramo y lo debe `unidad`.
    """
    unidad = turno.unidad if turno else unidad
    with transaccion(instancia.url) as s:
        oficina = oficinas(s, [unidad])[unidad]
        resuelto = Resuelto(Medida.HABILES, dias, evento, recepcion=True)
        contado = contar(
            resuelto, oficina, perfil="F", hitos=hitos, guardadas=([], []), visto=HitoVisto(evento, ahora())
        )
        plazo = Plazo(
            id=turno.id if turno else f"{folio}.{clave}.1",
            folio=folio,
            turno_id=turno.id if turno else None,
            clave=clave,
            que="Respuesta oficial sobre el proyecto",
            unidad=unidad,
            fundamento="Lineamientos, art. 22 ¶2",
            perfil="F",
            regla={
                **resuelto.a_json(),
                "hitos": {
                    "antes": list(hitos.antes),
                    "corridos": list(hitos.corridos),
                    "vencido_cada": hitos.vencido_cada,
                },
            },
            suspensiones=[],
            ampliaciones=[],
            vencido_cada=hitos.vencido_cada,
            abierto=ahora(),
            **contado,
        )
        s.add(plazo)
        s.flush()
    return plazo


def multiplicar(instancia: Instancia, plazo: Plazo, cuantos: int, **cambios: Any) -> None:
    """Tantas copias de un plazo, con su propio id; cambios: columnas que se les ponen, o funciones de su número."""
    columnas = {c.name: getattr(plazo, c.name) for c in Plazo.__table__.columns}  # type: ignore[attr-defined]
    with transaccion(instancia.url) as s:
        for desde in range(0, cuantos, 5000):
            filas = [
                {
                    **columnas,
                    "id": f"{plazo.id}.copia{i}",
                    **{k: v(i) if callable(v) else v for k, v in cambios.items()},
                }
                for i in range(desde, min(cuantos, desde + 5000))
            ]
            s.connection().execute(insert(Plazo.__table__), filas)  # type: ignore[attr-defined]


def leer(instancia: Instancia, id_: str) -> Plazo:
    """Como está guardado."""
    with instancia.leer() as s:
        return s.get_one(Plazo, id_)
