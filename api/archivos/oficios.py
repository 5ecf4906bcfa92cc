"""El papel de un oficio, igual para la API que para las páginas: componerlo, firmarlo y entregarlo."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.dependencias import Puerta
from modelos import reloj
from modelos.actos.oficios import firma
from modelos.actos.turnos.mover import Contexto
from modelos.ajustes import Ajustes
from modelos.expedientes.expediente import Expediente
from modelos.oficios import impreso, titulares, visibles
from modelos.oficios.oficio import Oficio
from modelos.organizacion.permisos import Quien
from modelos.tabla.emision import EstadoOficio
from tareas.oficios.papel.archivo import Imprenta, pdf_de
from tareas.oficios.papel.word import borrador_docx
from tareas.oficios.redaccion.texto import arbol

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
POLITICA_PDF = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""Un PDF no corre nada de aquí, pero el visor del navegador trae sus propios estilos."""


def firmar(puerta: Puerta, ctx: Contexto, id_: str, version: int, leido: str = "") -> Oficio:
    """Lo firma quien trae la sesión. Lanza lo que `modelos.actos.oficios.firma.firmar`."""
    return firma.firmar(ctx, id_, version, _de(puerta.ajustes), reglas(puerta.ajustes), leido)


def reglas(ajustes: Ajustes) -> firma.ReglasDeFirma:
    """Los ajustes de que depende firmar."""
    return firma.ReglasDeFirma(ajustes.url_publica, ajustes.norma_en_proyecto == "bloquear")


def borrador(s: Session, puerta: Puerta, quien: Quien, oficio: Oficio) -> dict[str, Any]:
    """El contenido de un borrador, como saldría si lo firmara ahora quien mira o, si no puede, quien tiene el cargo."""
    a_quien = visibles.destinatarios_de(s, [oficio.id])[oficio.id]
    procedimiento = s.get_one(Expediente, oficio.folio).procedimiento
    firmante = titulares.como_firma(s, quien.persona, oficio.unidad, procedimiento, reloj.hoy())
    return impreso.contenido(s, oficio, a_quien, firmante, puerta.ajustes.url_publica)


def leido(s: Session, puerta: Puerta, quien: Quien, oficio: Oficio) -> str | None:
    """Las huellas de lo que saldría si quien mira lo firmara ahora; None si ya no es un borrador."""
    es_borrador = oficio.estado == EstadoOficio.BORRADOR
    return impreso.huellas(borrador(s, puerta, quien, oficio)) if es_borrador else None


def entregar_pdf(puerta: Puerta, id_: str, ya_tiene: str = "") -> Response:
    """El PDF firmado, o el borrador con su marca de agua, a quien le toca verlo.

    ya_tiene: el `If-None-Match` de la petición; si es el mismo, 304.

    Lanza:
        NoExiste, NoLeCorresponde, y lo que impida componerlo.
    """
    with puerta.lectura() as (s, quien):
        oficio = visibles.visible(s, quien, id_)
        contenido = None if oficio.numero else borrador(s, puerta, quien, oficio)
    encabezados = {"Content-Security-Policy": POLITICA_PDF, "Content-Disposition": _disposicion(oficio, "pdf")}
    if contenido is not None:
        return Response(pdf_de(contenido), media_type=PDF, headers=encabezados)
    etiqueta = f'"{oficio.sha256}"'
    # Preguntando cada vez: a quien ya no le toca verlo no le basta haberlo visto.
    encabezados |= {"ETag": etiqueta, "Cache-Control": "private, no-cache"}
    if {e.strip().removeprefix("W/") for e in ya_tiene.split(",")} & {etiqueta, "*"}:
        return Response(status_code=304, headers=encabezados)
    return Response(_de(puerta.ajustes).leer(oficio), media_type=PDF, headers=encabezados)


def entregar_docx(puerta: Puerta, id_: str) -> Response:
    """El texto en Word, siempre como borrador. Lanza NoExiste, NoLeCorresponde, BibliotecaFaltante."""
    with puerta.lectura() as (s, quien):
        oficio = visibles.visible(s, quien, id_)
        contenido = borrador(s, puerta, quien, oficio)
    contenido = {**contenido, "estado": "borrador", "cuerpo": arbol(contenido["cuerpo_markdown"])}
    encabezados = {"Content-Disposition": _disposicion(oficio, "docx")}
    return Response(borrador_docx(contenido), media_type=DOCX, headers=encabezados)


def nombre_de_archivo(oficio: Oficio, extension: str) -> str:
    """«DSTC-001-2026.pdf»; el de un borrador dice que lo es."""
    numerado = oficio.numero if extension == "pdf" else None
    base = re.sub(r"[^\w.]+", "-", numerado or f"BORRADOR-{oficio.clave}-{oficio.folio}").strip("-.")
    return f"{base or 'oficio'}.{extension}"


@lru_cache(maxsize=8)
def _de(ajustes: Ajustes) -> Imprenta:
    """Una por instancia: el certificado se lee una vez."""
    return Imprenta(ajustes)


def _disposicion(oficio: Oficio, extension: str) -> str:
    nombre = nombre_de_archivo(oficio, extension)
    llano = unicodedata.normalize("NFKD", nombre).encode("ascii", "ignore").decode()
    modo = "inline" if extension == "pdf" else "attachment"
    return f"{modo}; filename=\"{llano}\"; filename*=UTF-8''{quote(nombre)}"
