"""Cambiar una plantilla de oficio sin tocar el servidor: cada cambio es una versión nueva y ninguna se borra."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from modelos.actos.turnos.atender import nombre_de
from modelos.actos.turnos.mover import Contexto
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoExiste
from modelos.escritura import limpiar_texto
from modelos.oficios.oficio import PlantillaEditada
from modelos.organizacion.permisos import exigir_administracion
from modelos.sesion import serializar
from modelos.tabla.formularios import exigir_motivo

ACTO = "cambiar una plantilla de oficio"
LARGO = 40_000


@dataclass(frozen=True)
class Revisada:
    """Un texto que ya se probó con el ejemplo: lo da `redaccion.edicion.revisada`, y sin él no se guarda nada.

    Se prueba fuera de la transacción: una plantilla que no termina tarda segundos en cortarse y detendría a los demás.
    texto: None, la del sistema. sistema: la que trae el sistema, para saber después si trajo otra.
    """

    clave: str
    texto: str | None
    sistema: str


def versiones(ctx: Contexto, clave: str) -> list[PlantillaEditada]:
    """Lo que la administración ha hecho con ella, lo último primero."""
    consulta = select(PlantillaEditada).where(col(PlantillaEditada.plantilla) == clave)
    return list(ctx.s.scalars(consulta.order_by(col(PlantillaEditada.version).desc())))


def limpiar_plantilla(texto: str) -> str:
    """Como se guarda: saltos de una sola forma y uno al final. Lanza FormularioIncompleto si está vacía o no cabe."""
    limpio = limpiar_texto("texto", texto.replace("\r\n", "\n")).strip("\n") + "\n"
    if not limpio.strip() or len(limpio) > LARGO:
        raise FormularioIncompleto({"texto": f"escríbala en {LARGO} caracteres o menos"})
    return limpio


def editar_plantilla(ctx: Contexto, revisada: Revisada, motivo: str, version: int) -> PlantillaEditada:
    """Guarda una versión nueva, que rige desde ese momento; los borradores ya redactados no cambian.

    version: la última que se leyó; 0 si no se había editado.

    Lanza:
        NoLeCorresponde. ActoNoProcede: otra persona la cambió después de leerla.
        FormularioIncompleto: es igual a la que rige, o falta el motivo.
    """
    persona = exigir_administracion(ctx.quien, ACTO).persona
    por_que = exigir_motivo(motivo)
    previas = _reservar(ctx, revisada.clave, version)
    rige = previas[0].texto if previas and previas[0].texto is not None else revisada.sistema
    if revisada.texto is None or revisada.texto == rige:
        raise FormularioIncompleto({"texto": "es igual a la que ya rige; no hay nada que guardar"})
    return _agregar(ctx, revisada, version, por_que, persona)


def volver(ctx: Contexto, revisada: Revisada, version: int, motivo: str, leida: int) -> PlantillaEditada:
    """Regresa a una versión anterior, o a la del sistema con 0. Es otra versión: lo de en medio se conserva.

    revisada: el texto de esa versión. leida: la última versión que vio quien lo pide.

    Lanza:
        NoLeCorresponde. ActoNoProcede: otra persona la cambió, o ya es la que rige.
        NoExiste: no hay esa versión. FormularioIncompleto: falta el motivo.
    """
    persona = exigir_administracion(ctx.quien, ACTO).persona
    por_que = exigir_motivo(motivo)
    previas = _reservar(ctx, revisada.clave, leida)
    if texto_de(previas, revisada.clave, version) == (previas[0].texto if previas else None):
        raise ActoNoProcede("volver a esa versión", "es la que rige", "Elija otra del historial.")
    return _agregar(ctx, revisada, leida, por_que, persona)


def texto_de(previas: Sequence[PlantillaEditada], clave: str, version: int) -> str | None:
    """El texto de una versión; None si es la del sistema. Lanza NoExiste."""
    if version == 0:
        return None
    elegida = next((p for p in previas if p.version == version), None)
    if elegida is None:
        raise NoExiste("la versión de la plantilla", f"{clave}, {version}")
    return elegida.texto


def _reservar(ctx: Contexto, clave: str, leida: int) -> list[PlantillaEditada]:
    """Sus versiones, con la fila formada: nadie más la cambia mientras tanto."""
    serializar(ctx.s, f"plantilla-{clave}")
    previas = versiones(ctx, clave)
    ultima = previas[0].version if previas else 0
    if ultima != leida:
        quien = nombre_de(ctx, previas[0].persona_id) if previas else "Nadie"
        raise ActoNoProcede(
            "guardar la plantilla",
            f"{quien} la cambió mientras usted la editaba, y ya va en la versión {ultima}",
            "Lo suyo no se guardó: compárelo con la de ahora, junte los cambios y vuelva a guardar.",
        )
    return previas


def _agregar(ctx: Contexto, revisada: Revisada, ultima: int, motivo: str, persona: int) -> PlantillaEditada:
    nueva = PlantillaEditada(
        plantilla=revisada.clave,
        version=ultima + 1,
        texto=revisada.texto,
        base=hashlib.sha256(revisada.sistema.encode()).hexdigest(),
        motivo=motivo,
        persona_id=persona,
        creada=ctx.ahora,
    )
    ctx.s.add(nueva)
    ctx.s.flush()
    return nueva
