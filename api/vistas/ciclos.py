"""«Lo que viene», con la forma del contrato."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import cast

from api.v1.esquemas import ciclos as formas
from modelos.ciclos.ciclo import Apertura
from modelos.ciclos.previstas import Prevista
from modelos.reloj import iso


def prevista(de: Prevista, visibles: Collection[str], nombres: Mapping[int, str]) -> formas.Prevista:
    """Un periodo; visibles: los folios que puede leer quien pregunta."""
    return formas.Prevista(
        procedimiento=de.procedimiento,
        nombre=de.nombre,
        periodo=de.periodo,
        titulo=de.titulo,
        grupo=de.grupo or None,
        cuantas=de.cuantas,
        faltan=list(de.faltan),
        abre=de.abre,
        limite=de.limite,
        estado=de.estado.value,
        aperturas=[_apertura(hecha, visibles, nombres) for hecha in de.hechas.values()],
        fundamento=de.fundamento,
        inferido=de.inferido or None,
        plazos=[
            formas.PlazoPrevisto(
                clave=p.clave, que=p.que, vence=p.vence, fundamento=p.fundamento, inferido=p.inferido or None
            )
            for p in de.plazos
        ],
    )


def _apertura(hecha: Apertura, visibles: Collection[str], nombres: Mapping[int, str]) -> formas.Apertura:
    return formas.Apertura(
        unidad=hecha.unidad,
        estado=cast("formas.EstadoApertura", hecha.estado),
        folio=hecha.folio if hecha.folio in visibles else None,
        prevista=hecha.prevista,
        hecha=iso(hecha.hecha),
        persona=nombres.get(hecha.persona_id) if hecha.persona_id else None,
        motivo=hecha.motivo,
    )
