"""Repetir una solicitud que crea devuelve lo mismo, aunque la primera respuesta se haya perdido."""

from __future__ import annotations

import hashlib

from sqlmodel import col

from modelos.actos.turnos.mover import Contexto
from modelos.errores import ClaveRepetida, FormularioIncompleto
from modelos.expedientes.bitacora import canonico
from modelos.expedientes.expediente import Idempotencia
from modelos.sesion import insertar

LARGO_MAXIMO = 200


def reservar(ctx: Contexto, clave: str, solicitud: object) -> str | None:
    """Aparta la clave para esta solicitud; si ya se cumplió, devuelve lo que entonces se creó.

    Dos solicitudes simultáneas con la misma clave: la segunda espera aquí a la primera.

    Lanza:
        ClaveRepetida: la clave ya se usó con otro contenido.
    """
    if not 1 <= len(clave) <= LARGO_MAXIMO:
        raise FormularioIncompleto({"Idempotency-Key": f"use entre 1 y {LARGO_MAXIMO} caracteres"})
    persona = ctx.quien.persona if ctx.quien else 0
    resumen = hashlib.sha256(canonico(solicitud).encode()).hexdigest()
    valores = {"persona_id": persona, "clave": clave, "huella": resumen, "recurso": "", "creada": ctx.ahora}
    apartar = (
        insertar(ctx.s, Idempotencia).values(**valores).on_conflict_do_nothing().returning(col(Idempotencia.clave))
    )
    if ctx.s.execute(apartar).first() is not None:
        return None
    previa = ctx.s.get_one(Idempotencia, (persona, clave))
    if previa.huella != resumen:
        raise ClaveRepetida(clave)
    return previa.recurso


def es_repetida(ctx: Contexto, clave: str) -> bool:
    """Si la clave ya se usó; `reservar` dirá después si fue con este mismo contenido."""
    persona = ctx.quien.persona if ctx.quien else 0
    return ctx.s.get(Idempotencia, (persona, clave)) is not None


def cumplir(ctx: Contexto, clave: str, recurso: str) -> None:
    """Anota qué se creó con la clave, en la misma transacción."""
    persona = ctx.quien.persona if ctx.quien else 0
    ctx.s.get_one(Idempotencia, (persona, clave)).recurso = recurso
