"""La carta con que llega un oficio: quién lo emite, qué dice, su PDF, dónde acusarlo y dónde comprobarlo."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

from modelos import reloj
from modelos.calendario import fecha_larga
from modelos.errores import ErrorGestion
from modelos.mensajes_oficios import Llegado
from modelos.oficio import mostrar_codigo
from modelos.oficios import Oficio
from tareas.cartero import Adjunto, Carta
from tareas.oficios.archivo import Imprenta
from tareas.redaccion import ENTORNO

ADJUNTO_MAX = 10 * 1024 * 1024
"""Lo más que se adjunta, en bytes: hay servidores que rechazan los mensajes grandes. Lo que pase va sólo con enlace."""
EN_LA_PAGINA = "Descárguelo en la dirección de abajo."


def asunto(oficio: Oficio, *, falta: bool = False) -> str:
    """«Oficio DSTC/001/2026: Se remite…»; falta: es el recordatorio de que no se ha acusado."""
    dicho = f"{oficio.forma.capitalize()} {oficio.numero}: {oficio.asunto}"
    return f"Falta su acuse de recibido. {dicho}" if falta else dicho


def nombre_de_archivo(numero: str) -> str:
    """`DSTC-001-2026.pdf`."""
    limpio = re.sub(r"[^\w.]+", "-", numero).strip("-.")
    return f"{limpio or 'oficio'}.pdf"


def sin_adjunto() -> tuple[Adjunto | None, str]:
    """Lo mismo que `pdf_adjunto`, por donde no pueden ir archivos."""
    return None, f"El PDF no va aquí. {EN_LA_PAGINA}"


def pdf_adjunto(imprenta: Imprenta, oficio: Oficio) -> tuple[Adjunto | None, str]:
    """El PDF y la frase que lo anuncia; sin él, la que dice por qué no va."""
    if (oficio.tamano or 0) > ADJUNTO_MAX:
        return None, f"El PDF pesa {(oficio.tamano or 0) / 1024 / 1024:.1f} MB y no se adjunta. {EN_LA_PAGINA}"
    try:
        contenido = imprenta.leer(oficio)
    except (ErrorGestion, OSError):
        return None, f"El PDF no se pudo adjuntar. {EN_LA_PAGINA} Si ahí tampoco está, pídalo a quien lo emitió."
    nombre = nombre_de_archivo(oficio.numero or "")
    return Adjunto(nombre, contenido), f"El PDF va adjunto: {nombre}."


def de_oficio(id_: str, llegado: Llegado, nombre: str, direccion: str, pdf: tuple[Adjunto | None, str]) -> Carta:
    """La carta.

    Recibe:
        nombre: de quién la recibe; vacío si es un canal de unidad.
        direccion: con qué empiezan los enlaces, sin diagonal final.
        pdf: lo que dio `pdf_adjunto` o `sin_adjunto`.
    """
    oficio = llegado.oficio
    adjunto, sobre_el_pdf = pdf
    titulo = asunto(oficio, falta=llegado.falta)
    datos = {
        "titulo": titulo,
        "nombre": nombre,
        "entrada": _entrada(llegado),
        "renglones": _renglones(llegado),
        "sobre_el_pdf": sobre_el_pdf,
        "enlace": f"{direccion}/oficios/{quote(oficio.id, safe='')}",
        "accion": "Verlo y acusar de recibido" if llegado.para else "Verlo",
        "codigo": mostrar_codigo(oficio.codigo or ""),
        "verificacion": f"{direccion}/v/{oficio.codigo}",
        "id": id_,
    }
    return Carta(
        id_,
        titulo,
        ENTORNO.get_template("oficio.txt").render(datos),
        ENTORNO.get_template("oficio.html").render(datos),
        (adjunto,) if adjunto else (),
    )


def _entrada(llegado: Llegado) -> str:
    forma = f"{'este' if llegado.oficio.forma.startswith(('oficio', 'informe')) else 'esta'} {llegado.oficio.forma}"
    if llegado.falta:
        enviado = fecha_larga(reloj.local(llegado.oficio.enviado).date()) if llegado.oficio.enviado else ""
        return f"Todavía no consta que su unidad recibió {forma}, que se le envió el {enviado}."
    if llegado.para:
        return f"Le llegó {forma}. Acuse de recibido en cuanto lo vea."
    return f"Le llegó copia de {forma}, para su conocimiento."


def _renglones(llegado: Llegado) -> list[tuple[str, str]]:
    oficio = llegado.oficio
    bloque = json.loads(oficio.contenido or "{}").get("atentamente") or {}
    firma = ", ".join(filter(None, (bloque.get("nombre"), bloque.get("cargo"))))
    renglones = [
        ("Lo emite", f"{llegado.unidad} ({oficio.unidad})"),
        ("Lo firma", firma),
        ("Número", oficio.numero or ""),
        ("Fecha", fecha_larga(reloj.local(oficio.firmado).date()) if oficio.firmado else ""),
        ("Asunto", oficio.asunto),
        ("Dirigido a", "; ".join(llegado.para)),
        ("Con copia para", "; ".join(llegado.ccp)),
    ]
    return [(que, dicho) for que, dicho in renglones if dicho]
