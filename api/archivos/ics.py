"""El feed de calendario: los vencimientos de alguien como iCalendar (RFC 5545 y 7986).

Un evento de día completo por plazo, en la fecha conservadora: es el día en que conviene haber cumplido
bajo cualquier lectura. Nada aquí depende de la hora en que se pide, para que el mismo contenido dé
siempre los mismos bytes y quien consulta a menudo reciba 304. No lleva asuntos: el enlace no pide clave.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote

from icalendar import Calendar, Event

from modelos.avisos.feed import LIMITE, Feed
from modelos.calendario import fecha_corta
from modelos.ciclos.previstas import Prevista
from modelos.plazos.plazo import EstadoPlazo, Plazo
from modelos.tabla import Catalogo, Tabla

CADA = timedelta(hours=1)
DOMINIO = "plazos.dstc"
PRODUCTO = "-//CONALEP DSTC//Procedimientos//ES"


def armar(tablas: Catalogo, feed: Feed, url: str) -> bytes:
    """El calendario; url: con qué empiezan sus enlaces. Sale con líneas de 75 octetos a lo más terminadas en CRLF."""
    calendario = Calendar()
    calendario.add("prodid", PRODUCTO)
    calendario.add("version", "2.0")
    calendario.add("calscale", "GREGORIAN")
    calendario.add("method", "PUBLISH")
    calendario.add("name", feed.nombre)
    calendario.add("x-wr-calname", feed.nombre)
    calendario.add("x-wr-caldesc", _descripcion(feed, url))
    calendario.add("refresh-interval", CADA, parameters={"VALUE": "DURATION"})
    calendario.add("x-published-ttl", "PT1H")
    for plazo in feed.plazos:
        if plazo.conservador is not None:
            calendario.add_component(_de_plazo(tablas, feed, plazo, plazo.conservador, url))
    for prevista in feed.previstas:
        if prevista.abre is not None:
            calendario.add_component(_de_ciclo(feed, prevista, prevista.abre, url))
    return bytes(calendario.to_ical())


def _descripcion(feed: Feed, url: str) -> str:
    frases = ["Plazos por cumplir, en su fecha conservadora."]
    if feed.truncado:
        frases.append(f"Sólo los {LIMITE} que antes vencen.")
    if feed.sin_fecha:
        uno = feed.sin_fecha == 1
        cuantos = "1 plazo no tiene" if uno else f"{feed.sin_fecha} plazos no tienen"
        frases.append(f"{cuantos} fecha y no {'sale' if uno else 'salen'} aquí: véalos en {url}/plazos.")
    return " ".join(frases)


def _de_plazo(tablas: Catalogo, feed: Feed, plazo: Plazo, dia: date, url: str) -> Event:
    ultimo, veces = feed.movimientos.get(plazo.folio, (plazo.abierto, 0))
    tabla = tablas.para_ver(feed.expedientes[plazo.folio])
    suspendido = plazo.estado == EstadoPlazo.SUSPENDIDO
    evento = _evento(f"{plazo.id}@{DOMINIO}", dia, max(ultimo, plazo.abierto))
    evento.add("sequence", veces)
    evento.add("summary", f"{'Suspendido: ' if suspendido else ''}{plazo.folio}, {plazo.que}")
    evento.add("status", "TENTATIVE" if suspendido else "CONFIRMED")
    evento.add("categories", [tabla.nombre])
    camino = f"turnos/{quote(plazo.turno_id)}" if plazo.turno_id else f"expedientes/{quote(plazo.folio)}"
    enlace = f"{url}/{camino}"
    renglones = [f"{tabla.nombre}, {plazo.unidad}.", *_de_que(tabla, plazo), *_cuando(plazo, dia), *_por_que(plazo)]
    evento.add("description", "\n".join([*renglones, enlace]))
    evento.add("url", enlace)
    return evento


def _de_que(tabla: Tabla, plazo: Plazo) -> Iterator[str]:
    """La actividad que lo debe, si es de un turno."""
    if plazo.turno_id:
        actividad = tabla.fila(plazo.turno_id.split(".")[1])
        numero = f"Actividad {actividad.numero_impreso}: " if actividad.numero_impreso else "Actividad: "
        yield f"{numero}{actividad.accion}"


def _cuando(plazo: Plazo, dia: date) -> Iterator[str]:
    if plazo.estado == EstadoPlazo.SUSPENDIDO:
        yield "Está suspendido: la fecha es la que tenía y cambiará al reanudarse."
    if plazo.vence is not None:
        yield f"Vence el {fecha_corta(plazo.vence)}."
    if plazo.vence != dia:
        yield f"Fecha conservadora: {fecha_corta(dia)}, la menor de los calendarios que podrían aplicarse."


def _por_que(plazo: Plazo) -> Iterator[str]:
    """Lo que lo funda, sin los motivos que alguien escribió: el enlace no pide clave."""
    if plazo.fundamento:
        yield f"Fundamento: {plazo.fundamento}."
    if plazo.inferido:
        yield f"Inferido: {plazo.inferido}"
    if porque := plazo.computo.get("explicacion_reservada"):
        yield f"Por qué: {porque}."


def _de_ciclo(feed: Feed, prevista: Prevista, dia: date, url: str) -> Event:
    para = prevista.unidades[0] if prevista.cuantas == 1 and prevista.unidades[0] else ""
    uid = f"ciclo.{prevista.procedimiento}.{prevista.periodo}@{DOMINIO}"
    evento = _evento(uid, dia, datetime.combine(prevista.natural, time(), UTC) - timedelta(366))
    evento.add("sequence", feed.publicacion)
    evento.add("summary", f"Se abre: {prevista.nombre}, {prevista.titulo}{f' ({para})' if para else ''}")
    evento.add("status", "TENTATIVE")
    evento.add("categories", [prevista.nombre])
    renglones = [f"Se abrirá solo el {fecha_corta(dia)}."]
    if prevista.cuantas > 1:
        renglones.append(f"Para {prevista.cuantas} unidades.")
    renglones += [f"{p.que}: vencería el {fecha_corta(p.vence)}." for p in prevista.plazos if p.vence]
    renglones.append(f"Fundamento: {prevista.fundamento}.")
    if prevista.inferido:
        renglones.append(f"Inferido: {prevista.inferido}")
    evento.add("description", "\n".join([*renglones, url]))
    return evento


def _evento(uid: str, dia: date, cambio: datetime) -> Event:
    """Un evento de día completo que no ocupa la agenda."""
    evento = Event()
    evento.add("uid", uid)
    evento.add("dtstamp", cambio)
    evento.add("last-modified", cambio)
    evento.add("dtstart", dia)
    evento.add("dtend", dia + timedelta(days=1))
    evento.add("transp", "TRANSPARENT")
    return evento
