"""Probar una plantilla editada con expedientes de ejemplo, antes de que rija."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from modelos.actos.turnos.mover import Contexto
from modelos.oficios import ordenamientos
from modelos.organizacion.organigrama import Unidad
from modelos.tabla import Tabla
from tareas.oficios.errores import PlantillaRota
from tareas.oficios.redaccion import borrador, taller
from tareas.oficios.redaccion.borrador import Texto
from tareas.oficios.redaccion.ejemplo import ejemplos, minimo, usos

_BLOQUE = re.compile(r"\{%[-+]?\s*block\s+(\w+)")
_HEREDA = re.compile(r"\{%[-+]?\s*extends\s")


def probar(ctx: Contexto, texto: Texto, tablas: Sequence[Tabla]) -> None:
    """Con el ejemplo de cada salida que la pide y con uno recién abierto; una común, con cada una que la hereda.

    tablas: las vigentes.

    Lanza:
        PlantillaRota, TallerSinTerminar, OficioDemasiadoLargo.
    """
    if texto.clave in borrador.comunes():
        _comun(ctx, texto, tablas)
    else:
        _propia(ctx, texto, tablas)


def _propia(ctx: Contexto, texto: Texto, tablas: Sequence[Tabla]) -> None:
    con = borrador.juego(ctx, texto)
    exigir_bloques(texto, "\n".join(c.texto for c in con.comunes))
    normas = ordenamientos.todos(ctx.s)
    donde = usos(tablas, texto.clave)
    nombres = _nombres(ctx)
    aparte = taller.taller()

    def citar(claves: Sequence[str]) -> str:
        return ordenamientos.citar(normas, claves, ctx.tablas.citables).texto

    for ejemplo in ejemplos(donde, nombres):
        aparte.revisar(texto.texto, ejemplo, citar, editadas=con.editadas, nombre=texto.archivo)
    vacio = minimo(donde, nombres)
    aparte.redactar(texto.texto, vacio, citar, editadas=con.editadas, nombre=texto.archivo)


def exigir_bloques(texto: Texto, comunes: str) -> None:
    """Un bloque que la común no tiene no sale en ninguna parte, y nadie se entera. Lanza PlantillaRota."""
    if not _HEREDA.search(texto.texto):
        return
    conocidos = {"asunto", *_BLOQUE.findall(comunes)}
    for linea, renglon in enumerate(texto.texto.split("\n"), 1):
        for bloque in _BLOQUE.findall(renglon):
            if bloque not in conocidos:
                hay = ", ".join(sorted(conocidos))
                raise PlantillaRota(texto.archivo, linea, f"el bloque «{bloque}» no saldría: la común sólo tiene {hay}")


def _comun(ctx: Contexto, texto: Texto, tablas: Sequence[Tabla]) -> None:
    """La común sola, y cada una que la hereda; lo que ya estaba roto antes no se le achaca."""
    limpio, archivo = texto.texto, texto.archivo
    sola = limpio if "asunto" in _BLOQUE.findall(limpio) else f"{limpio}{{% block asunto %}}Asunto{{% endblock %}}"
    nombres, aparte = _nombres(ctx), taller.taller()
    todas = usos(tablas, texto.clave)
    aparte.revisar(sola, next(ejemplos(todas, nombres)), nombre=archivo)
    tiene = set(_BLOQUE.findall(limpio))
    for hija in (borrador.vigente(ctx, c) for c in borrador.del_sistema()):
        if archivo not in hija.texto:
            continue
        if perdidos := set(_BLOQUE.findall(hija.texto)) - tiene - {"asunto"}:
            raise PlantillaRota(archivo, 0, f"le falta el bloque «{min(perdidos)}», que usa {hija.clave}: no saldría")
        ejemplo = next(ejemplos(usos(tablas, hija.clave), nombres))
        try:
            aparte.redactar(hija.texto, ejemplo, ", ".join, editadas={archivo: limpio}, nombre=hija.archivo)
        except PlantillaRota as error:
            if error.plantilla == archivo:
                raise


def _nombres(ctx: Contexto) -> dict[str, str]:
    return dict(ctx.s.execute(select(col(Unidad.clave), col(Unidad.nombre))).all())
