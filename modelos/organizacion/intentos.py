"""Cuánto espera quien falla: los primeros fallos no cuestan y cada uno de más dobla la espera, hasta un tope.

Retrasa y no excluye: quien sólo prueba gana muy pocos intentos por hora, y quien de
verdad es la persona entra al cabo de esa espera, que nunca es larga (ADR 0037).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Column, delete, func, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from modelos import reloj
from modelos.ajustes import Ajustes
from modelos.columnas import Instante
from modelos.organizacion.errores import DemasiadosIntentos

PRIMERA_ESPERA_S = 10
PREFIJO_IPV6 = 64
"""En IPv6 a cada red le toca un bloque así: contar direcciones sueltas sería no contar nada."""


class IntentoFallido(SQLModel, table=True):
    """Una contraseña o un código fallados; la llave es una huella, no el correo ni la dirección."""

    __tablename__ = "intento"

    id: int | None = Field(default=None, primary_key=True)
    llave: str = Field(max_length=64, index=True)
    cuando: datetime = Field(sa_column=Column(Instante, nullable=False))


def red(direccion: str) -> str:
    """La red desde la que se cuenta: la dirección misma, o su bloque si es IPv6."""
    try:
        suya = ipaddress.ip_address(direccion.partition("%")[0])
    except ValueError:
        return direccion  # la consola, o un socket sin dirección
    if isinstance(suya, ipaddress.IPv6Address):
        if suya.ipv4_mapped is not None:
            return str(suya.ipv4_mapped)
        return str(ipaddress.ip_network((suya, PREFIJO_IPV6), strict=False))
    return str(suya)


def exigir_espera(s: Session, ajustes: Ajustes, libres: Mapping[str, int]) -> None:
    """Pide esperar a quien agotó sus fallos libres en la ventana.

    libres: cuántos fallos sin espera admite cada llave.

    Lanza:
        DemasiadosIntentos: dice cuántos segundos faltan.
    """
    ahora = reloj.ahora()
    la_llave, cuando = col(IntentoFallido.llave), col(IntentoFallido.cuando)
    cuenta = (
        select(la_llave, func.count(), func.max(cuando))
        .where(la_llave.in_(libres), cuando > ahora - timedelta(seconds=ajustes.intentos_ventana_s))
        .group_by(la_llave)
    )
    faltan = [
        ultimo + _espera(ajustes, fallos - libres[llave]) - ahora
        for llave, fallos, ultimo in s.execute(cuenta)
        if fallos >= libres[llave]
    ]
    resta = max(faltan, default=timedelta(0))
    if resta > timedelta(0):
        raise DemasiadosIntentos(max(1, round(resta.total_seconds())))


def olvidar_viejos(s: Session, ajustes: Ajustes) -> None:
    """Quita los que ya no cuentan."""
    limite = reloj.ahora() - timedelta(seconds=ajustes.intentos_ventana_s)
    s.execute(delete(IntentoFallido).where(col(IntentoFallido.cuando) <= limite))


def _espera(ajustes: Ajustes, de_mas: int) -> timedelta:
    return timedelta(seconds=min(PRIMERA_ESPERA_S * 2 ** min(de_mas, 16), ajustes.intentos_espera_s))
