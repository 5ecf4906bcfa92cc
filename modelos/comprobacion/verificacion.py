"""Comprobar la base entera: que cada cadena esté íntegra y que reproducirla dé lo que está guardado."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.comprobacion import oficios, proyeccion
from modelos.comprobacion.proyeccion import (
    Filas,
    expediente_debido,
    plazo_distinto,
    plazos_debidos,
    plazos_guardados,
    turnos_debidos,
    turnos_guardados,
)
from modelos.comprobacion.reproduccion import Reproducido, reproducir, revisar_cadena
from modelos.errores import BaseInaccesible, ErrorGestion, NoExiste
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.expediente import Expediente
from modelos.tabla import Catalogo
from modelos.tabla.errores import BitacoraIncongruente


@dataclass(frozen=True)
class Falla:
    """Lo primero que no cuadra en un expediente; orden 0: la bitácora está bien, lo guardado no."""

    folio: str
    orden: int
    motivo: str

    def __str__(self) -> str:
        """Una línea que dice qué expediente, qué asiento y qué pasa."""
        donde = f"asiento {self.orden}" if self.orden else "lo guardado"
        return f"{self.folio}: {donde}: {self.motivo}"


@dataclass(frozen=True)
class Informe:
    """Cuántos expedientes y asientos se revisaron y qué falló."""

    expedientes: int
    asientos: int
    fallas: tuple[Falla, ...]


def verificar(s: Session, tablas: Catalogo, folio: str | None = None) -> Informe:
    """Revisa un expediente o toda la base, de uno en uno para no cargarla entera.

    Lanza:
        NoExiste: se pidió un folio que no hay.
    """
    revisar = folios(s) if folio is None else [folio]
    fallas: list[Falla] = []
    revisados = 0
    for uno in revisar:
        expediente = s.get(Expediente, uno)
        if expediente is None:
            raise NoExiste("el expediente", uno)
        revisados += expediente.asientos
        if falla := _revisar(s, tablas, expediente):
            fallas.append(falla)
        s.expunge_all()
    if folio is None:
        fallas += [Falla("oficios", 0, rota) for rota in oficios.series_rotas(s)]
    return Informe(len(revisar), revisados, tuple(fallas))


def folios(s: Session) -> list[str]:
    """Todos los folios, en orden."""
    return list(s.scalars(select(col(Expediente.folio)).order_by(col(Expediente.folio))))


def reconstruir(s: Session, tablas: Catalogo, folio: str) -> bool:
    """Rehace un expediente desde su bitácora, si su cadena está íntegra; devuelve si algo cambió.

    Lanza:
        NoExiste: no hay tal folio.
        BitacoraIncongruente: la cadena está rota o no se puede reproducir; no se tocó nada.
    """
    expediente = s.scalar(select(Expediente).where(col(Expediente.folio) == folio).with_for_update())
    if expediente is None:
        raise NoExiste("el expediente", folio)
    try:
        asientos = publicados(s, folio)
    except (ValueError, TypeError) as error:
        raise BitacoraIncongruente(
            1, "hay asientos que no se pueden leer; no se rehace nada a partir de ellos"
        ) from error
    roto = revisar_cadena(asientos) if asientos else 1
    if roto is not None:
        raise BitacoraIncongruente(roto, "la cadena está rota; no se rehace nada a partir de ella")
    return proyeccion.reconstruir(s, tablas, expediente, asientos)


def publicados(s: Session, folio: str, desde: int = 0, limite: int | None = None) -> list[dict[str, Any]]:
    """Los asientos posteriores a `desde`, como los entrega la API, con su hash y en orden."""
    orden = col(Asiento.orden)
    consulta = select(Asiento).where(col(Asiento.folio) == folio, orden > desde).order_by(orden).limit(limite)
    return [{**asiento.contenido(), "hash": asiento.hash} for asiento in s.scalars(consulta)]


def _revisar(s: Session, tablas: Catalogo, expediente: Expediente) -> Falla | None:
    """Lo que no cuadra en uno; lo que ni siquiera se puede leer es su falla, y no calla a los demás."""
    try:
        return _falla(s, tablas, expediente, publicados(s, expediente.folio))
    except (SQLAlchemyError, BaseInaccesible):
        raise
    except Exception as error:  # noqa: BLE001 - lo que alguien dañó a mano puede fallar de cualquier manera
        motivo = str(error) if isinstance(error, ErrorGestion) else type(error).__name__
        return Falla(expediente.folio, 0, f"no se puede leer ({motivo})")


def _falla(s: Session, tablas: Catalogo, expediente: Expediente, asientos: list[dict[str, Any]]) -> Falla | None:
    folio = expediente.folio
    if not asientos:
        return Falla(folio, 1, "no tiene ningún asiento: se borraron, o nunca se abrió por su bitácora")
    if roto := revisar_cadena(asientos):
        return Falla(folio, roto, "su contenido o su eslabón no corresponden a su hash")
    if len(asientos) != expediente.asientos or asientos[-1]["hash"] != expediente.ultimo_hash:
        return Falla(folio, len(asientos) + 1, "faltan asientos al final o sobran")
    if asientos[0]["datos"].get("folio") != folio:
        return Falla(folio, 1, "es la apertura de otro expediente")
    try:
        caso = reproducir(tablas, asientos)
    except BitacoraIncongruente as error:
        return Falla(folio, error.orden, error.motivo)
    diferencias = "; ".join(_diferencias(s, expediente, asientos, caso))
    return Falla(folio, 0, diferencias) if diferencias else None


def _diferencias(
    s: Session, expediente: Expediente, asientos: list[dict[str, Any]], caso: Reproducido
) -> Iterator[str]:
    for campo, debido in expediente_debido(expediente.folio, asientos, caso).items():
        if (guardado := getattr(expediente, campo)) != debido:
            yield f"{campo}: dice {guardado!r} y la bitácora {debido!r}"
    guardados = turnos_guardados(s, expediente.folio)
    debidos = turnos_debidos(expediente.folio, asientos, caso)
    for id_ in sorted(guardados.keys() ^ debidos.keys()):
        yield f"turno {id_}: {'sobra' if id_ in guardados else 'falta'}"
    for id_ in sorted(guardados.keys() & debidos.keys()):
        for campo, debido in debidos[id_].items():
            if guardados[id_][campo] != debido:
                yield f"turno {id_}, {campo}: dice {guardados[id_][campo]!r} y la bitácora {debido!r}"
    yield from _plazos_distintos(plazos_guardados(s, expediente.folio), plazos_debidos(asientos, caso))
    yield from oficios.diferencias(s, expediente.folio)


def _plazos_distintos(guardados: Filas, debidos: Filas) -> Iterator[str]:
    for id_ in sorted(guardados.keys() ^ debidos.keys()):
        yield f"plazo {id_}: {'sobra' if id_ in guardados else 'falta'}"
    for id_ in sorted(guardados.keys() & debidos.keys()):
        for campo in plazo_distinto(debidos[id_], guardados[id_]):
            yield f"plazo {id_}, {campo}: dice {guardados[id_][campo]!r} y la bitácora {debidos[id_][campo]!r}"
