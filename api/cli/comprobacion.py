"""Comprobar un PDF que se recibió: si es el que se firmó aquí y si su sello electrónico está íntegro."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from modelos.ajustes import Ajustes
from modelos.errores import ArchivoDemasiadoGrande, ArchivoRechazado
from modelos.oficios import verificacion_publica as publica
from modelos.oficios.oficio import Oficio
from modelos.oficios.verificacion_publica import Constancia
from modelos.sesion import lectura
from tareas.oficios.errores import PdfIlegible
from tareas.oficios.papel.sello import RevisionDeSello, revisar_sello

CONSOLA = "consola"
MAXIMO_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class Comprobado:
    """Lo que se supo de un PDF. dada: lo que consta del oficio que dice ser; None: no consta ninguno.

    ilegible: por qué no se pudo leer su sello; vacío si se pudo.
    """

    dada: Constancia | None
    identico: bool
    sello: RevisionDeSello
    ilegible: str

    @property
    def vale(self) -> bool:
        """Si es el que se firmó, y nadie lo cambió después de sellarlo."""
        return self.identico and (self.sello.integro or not self.sello.sellado)


def comprobar(ajustes: Ajustes, archivo: Path, codigo: str) -> Comprobado:
    """Lo que se sabe de ese archivo. codigo: el impreso; vacío: se busca por su contenido.

    Lanza:
        ArchivoRechazado, ArchivoDemasiadoGrande.
    """
    pdf = _leer(archivo)
    try:
        sello, ilegible = revisar_sello(pdf), ""
    except PdfIlegible as error:
        sello, ilegible = RevisionDeSello(sellado=False), error.motivo
    if codigo:
        dada: Constancia | None = publica.constancia(ajustes, codigo, CONSOLA)
    else:
        dada = _por_contenido(ajustes, hashlib.sha256(pdf).hexdigest())
    identico = dada is not None and publica.es_identico(dada, archivo.name, io.BytesIO(pdf))
    return Comprobado(dada, identico, sello, ilegible)


def renglones(hecha: Comprobado) -> Iterator[str]:
    """Lo mismo, para leerse en la consola."""
    dada = hecha.dada
    if dada is None:
        yield "✕ No es ninguno de los oficios firmados aquí, o alguien lo cambió."
    else:
        yield f"{'✓ Es idéntico al original:' if hecha.identico else '✕ No es el mismo documento que'} {dada.numero}"
        estado = f"sustituido por {dada.sustituto}" if dada.sustituto else dada.estado
        yield f"  {dada.nombre_unidad}, {dada.fecha:%Y-%m-%d}, {dada.asunto} ({estado})"
    yield _del_sello(hecha.sello, hecha.ilegible)


def _del_sello(sello: RevisionDeSello, ilegible: str) -> str:
    if sello.sellado:
        como_esta = "✓ íntegro" if sello.integro else "✕ alterado después de sellarse"
        return f"  Sello electrónico de {sello.de or 'titular sin nombre'}: {como_esta}"
    return f"  Su sello no se pudo leer: {ilegible}." if ilegible else "  Sin sello electrónico."


def _leer(archivo: Path) -> bytes:
    try:
        with archivo.open("rb") as abierto:
            pdf = abierto.read(MAXIMO_BYTES + 1)
    except OSError as error:
        motivo = "no existe; revise su nombre y su carpeta" if isinstance(error, FileNotFoundError) else ""
        raise ArchivoRechazado(archivo.name, motivo or "no se pudo leer; revise sus permisos") from error
    if len(pdf) > MAXIMO_BYTES:
        raise ArchivoDemasiadoGrande(archivo.name, "pasa de 20 MB y un oficio nunca pesa tanto")
    return pdf


def _por_contenido(ajustes: Ajustes, resumen: str) -> Constancia | None:
    with lectura(ajustes.url_base) as s:
        hallado = s.scalar(select(Oficio).where(col(Oficio.sha256) == resumen).limit(1))
        codigo = hallado.codigo if hallado else None
    return publica.constancia(ajustes, codigo, CONSOLA) if codigo else None
