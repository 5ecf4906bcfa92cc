"""Lo que un mensaje dice de cada oficio que llega: quién lo emite, su PDF, dónde acusarlo y dónde comprobarlo."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from urllib.parse import quote

from modelos import reloj
from modelos.avisos.de_oficios import Llegado
from modelos.calendario import fecha_larga
from modelos.errores import ErrorGestion
from modelos.oficios.oficio import Oficio
from modelos.tabla.emision import mostrar_codigo
from tareas.avisos.cartero import Adjunto
from tareas.avisos.redaccion import Recibido, Recibidos
from tareas.oficios.papel.archivo import Imprenta

ADJUNTO_MAX = 10 * 1024 * 1024
"""Lo más que se adjunta a un mensaje, en bytes: hay servidores que rechazan los grandes. Lo demás va con enlace."""
ADJUNTOS = 10
"""Los PDF que se adjuntan a un mensaje."""
EN_LA_PAGINA = "Descárguelo en la dirección de abajo."


def nombre(oficio: Oficio) -> str:
    """«Oficio DSTC/001/2026: Se remite…»."""
    return f"{oficio.forma.capitalize()} {oficio.numero}: {oficio.asunto}"


def nombre_de_archivo(numero: str) -> str:
    """`DSTC-001-2026.pdf`."""
    limpio = re.sub(r"[^\w.]+", "-", numero).strip("-.")
    return f"{limpio or 'oficio'}.pdf"


def recibidos(imprenta: Imprenta | None, llegados: Sequence[Llegado], direccion: str) -> Recibidos:
    """Esos oficios en palabras, primero los que falta acusar, con los PDF que caben.

    Recibe:
        imprenta: de dónde se leen los PDF; None: por donde no pueden ir archivos.
        direccion: con qué empiezan los enlaces, sin diagonal final.
    """
    adjuntos: list[Adjunto] = []
    dichos = []
    for llegado in sorted(llegados, key=lambda uno: not uno.falta):
        if imprenta is None:
            sobre_el_pdf = f"El PDF no va aquí. {EN_LA_PAGINA}"
        else:
            adjunto, sobre_el_pdf = _pdf(imprenta, llegado.oficio, adjuntos)
            adjuntos += [adjunto] if adjunto else []
        dichos.append(_recibido(llegado, direccion, sobre_el_pdf))
    return Recibidos(dichos, tuple(adjuntos))


def _pdf(imprenta: Imprenta, oficio: Oficio, ya: Sequence[Adjunto]) -> tuple[Adjunto | None, str]:
    """El PDF y la frase que lo anuncia; sin él, la que dice por qué no va. ya: los que ya lleva el mensaje."""
    tamano = oficio.tamano or 0
    if tamano > ADJUNTO_MAX:
        return None, f"El PDF pesa {tamano / 1024 / 1024:.1f} MB y no se adjunta. {EN_LA_PAGINA}"
    if len(ya) >= ADJUNTOS or tamano + sum(len(a.contenido) for a in ya) > ADJUNTO_MAX:
        return None, f"El PDF ya no cupo en este mensaje. {EN_LA_PAGINA}"
    try:
        contenido = imprenta.leer(oficio)
    except (ErrorGestion, OSError):
        return None, f"El PDF no se pudo adjuntar. {EN_LA_PAGINA} Si ahí tampoco está, pídalo a quien lo emitió."
    archivo = nombre_de_archivo(oficio.numero or "")
    return Adjunto(archivo, contenido), f"El PDF va adjunto: {archivo}."


def _recibido(llegado: Llegado, direccion: str, sobre_el_pdf: str) -> Recibido:
    oficio = llegado.oficio
    return Recibido(
        folio=oficio.folio,
        nombre=nombre(oficio),
        aviso=_aviso(llegado),
        falta=llegado.falta,
        renglones=_renglones(llegado),
        sobre_el_pdf=sobre_el_pdf,
        enlace=f"{direccion}/oficios/{quote(oficio.id, safe='')}",
        accion="Verlo y acusar de recibido" if llegado.por_acusar else "Verlo",
        codigo=mostrar_codigo(oficio.codigo or ""),
        verificacion=f"{direccion}/v/{oficio.codigo}",
    )


def _aviso(llegado: Llegado) -> str:
    forma = f"{'este' if llegado.oficio.forma.startswith(('oficio', 'informe')) else 'esta'} {llegado.oficio.forma}"
    if llegado.falta:
        enviado = fecha_larga(reloj.local(llegado.oficio.enviado).date()) if llegado.oficio.enviado else ""
        return f"Todavía no consta que su unidad recibió {forma}, que se le envió el {enviado}."
    if llegado.por_acusar:
        return f"Le llegó {forma}. Acuse de recibido en cuanto lo vea."
    if llegado.para:
        return f"Le llegó {forma}; ya consta que su unidad lo recibió."
    return f"Le llegó copia de {forma}, para su conocimiento."


def _renglones(llegado: Llegado) -> list[tuple[str, str]]:
    oficio = llegado.oficio
    bloque = json.loads(oficio.contenido or "{}").get("atentamente") or {}
    firma = ", ".join(filter(None, (bloque.get("nombre"), bloque.get("cargo"))))
    renglones = [
        ("Lo emite", f"{llegado.unidad} ({oficio.unidad})"),
        ("Lo firma", firma),
        ("Fecha", fecha_larga(reloj.local(oficio.firmado).date()) if oficio.firmado else ""),
        ("Dirigido a", "; ".join(llegado.para)),
        ("Con copia para", "; ".join(llegado.ccp)),
    ]
    return [(que, dicho) for que, dicho in renglones if dicho]
