"""Lo que se imprime de un oficio: el JSON del que sale su PDF, igual cada vez que se compone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from modelos import reloj
from modelos.calendario import fecha_larga
from modelos.expedientes.bitacora import canonico
from modelos.oficios import ordenamientos, papeleria, titulares
from modelos.oficios.oficio import Destinatario, Oficio
from modelos.oficios.titulares import Firmante
from modelos.organizacion.organigrama import Persona, Unidad
from modelos.tabla.emision import momento, mostrar_codigo

AVISO_PROYECTO = "PROYECTO NORMATIVO – verificar vigencia"
POR_SEPARADO = 3
"""Con más destinatarios que éstos, el oficio los nombra en conjunto y los enumera al final."""


def contenido(
    s: Session, oficio: Oficio, a_quien: Sequence[Destinatario], firmante: Firmante | None, direccion: str
) -> dict[str, Any]:
    """El contenido, completo menos el árbol del cuerpo, que arma la imprenta a partir de `cuerpo_markdown`.

    Recibe:
        firmante: quien firma; de un borrador, quien lo firmaría. None: quien hoy tiene el cargo.
        direccion: la pública del sistema, sin diagonal final.

    Un borrador sale como saldría si se firmara ahora: con la fecha, la leyenda y los cargos de hoy.
    """
    unidad = s.get_one(Unidad, oficio.unidad)
    hoja = papeleria.de_unidad(s, unidad)
    local = reloj.local(oficio.firmado or oficio.terminado or reloj.ahora())
    lugar = f"{hoja.lugar}, a " if hoja.lugar else "A "
    datos: dict[str, Any] = {
        **_numerado(oficio, direccion),
        **_a_quien(s, [d for d in a_quien if d.clase == "para"]),
        "forma": oficio.forma,
        "idioma": "es-MX",
        "membrete": {"institucion": papeleria.INSTITUCION, "jerarquia": papeleria.jerarquia(s, unidad)},
        "leyenda": papeleria.leyenda(s, local.year),
        "asunto": oficio.asunto,
        "expediente": oficio.folio,
        "lugar_fecha": f"{lugar}{fecha_larga(local.date())}.",
        "fecha": local.date().isoformat(),
        "cuerpo_markdown": oficio.cuerpo,
        "atentamente": _bloque(s, oficio, firmante, local),
        "ccp": [_copia(d) for d in a_quien if d.clase == "ccp"],
        "iniciales": _iniciales(s, oficio, firmante, local.date()),
        "anexos": _renglones(oficio.anexos),
        "pie": {"domicilio": hoja.domicilio, "telefono": hoja.telefono, "sitio": hoja.sitio},
        "aviso": AVISO_PROYECTO if ordenamientos.en_proyecto(s, oficio.ordenamientos) else "",
    }
    datos["sello"] = sello(datos) if oficio.numero else ""
    return datos


def _numerado(oficio: Oficio, direccion: str) -> dict[str, Any]:
    """Lo que se le pone al firmarlo; de un borrador, como se ve mientras tanto."""
    return {
        "estado": "firmado" if oficio.numero else "borrador",
        "numero": oficio.numero or "",
        "codigo": mostrar_codigo(oficio.codigo) if oficio.codigo else "",
        "direccion_verificacion": f"{direccion}/v/{oficio.codigo or ''}",
    }


def _a_quien(s: Session, para: Sequence[Destinatario]) -> dict[str, Any]:
    """Los destinatarios, uno por uno; si son muchos, en conjunto y enumerados al final."""
    en_conjunto = len(para) > POR_SEPARADO
    enumerados = [{"clave": d.unidad or "", "nombre": d.cargo or d.nombre} for d in para]
    return {
        "destinatarios": [conjunto(s, para)] if en_conjunto else [d.a_json() for d in para],
        "presente": "Presentes" if len(para) > 1 else "Presente",
        "distribucion": enumerados if en_conjunto else [],
    }


def _renglones(texto: str) -> list[str]:
    return [renglon.strip() for renglon in texto.splitlines() if renglon.strip()]


def sello(datos: dict[str, Any]) -> str:
    """sha256 del contenido sin su propio sello: el sello de texto, verificable sin certificado."""
    sin_sello = {campo: valor for campo, valor in datos.items() if campo != "sello"}
    return hashlib.sha256(canonico(sin_sello).encode()).hexdigest()


_SE_PONEN_AL_FIRMAR = ("estado", "numero", "codigo", "direccion_verificacion", "sello", "idioma")
_EN_PALABRAS = {
    "fecha": "la fecha",
    "lugar_fecha": "la fecha o el lugar",
    "atentamente": "el nombre o el cargo de quien firma",
    "leyenda": "la leyenda del año",
    "membrete": "el membrete",
    "pie": "el pie",
    "aviso": "el aviso de norma en proyecto",
    "iniciales": "las iniciales",
    "destinatarios": "a quién se dirige",
    "distribucion": "la lista de distribución",
    "ccp": "las copias",
    "cuerpo_markdown": "el texto",
    "asunto": "el asunto",
    "anexos": "los anexos",
}


def huellas(contenido: dict[str, Any]) -> str:
    """De cada parte que se lee antes de firmar, su nombre y su huella; lo que se pone al firmar no cuenta."""
    partes = {campo: valor for campo, valor in contenido.items() if campo not in _SE_PONEN_AL_FIRMAR}
    partes["atentamente"] = {c: v for c, v in partes["atentamente"].items() if c != "firmado"}
    return ";".join(
        f"{campo}={hashlib.sha256(canonico({campo: valor}).encode()).hexdigest()[:12]}"
        for campo, valor in sorted(partes.items())
    )


def cambios(leido: str, contenido: dict[str, Any]) -> list[str]:
    """Qué partes ya no son las que se leyeron, en palabras. leido: las `huellas` de entonces."""
    antes = set(leido.split(";"))
    ahora = [parte for parte in huellas(contenido).split(";") if parte not in antes]
    nombres = [campo for campo, _, _ in (parte.partition("=") for parte in ahora)]
    return list(dict.fromkeys(_EN_PALABRAS.get(campo, campo) for campo in nombres))


def conjunto(s: Session, para: Sequence[Destinatario]) -> dict[str, str]:
    """Cómo se llama a todos a la vez: «Personas titulares de las unidades que se enumeran al final»."""
    tipos = {u.tipo for d in para if d.unidad and (u := s.get(Unidad, d.unidad))}
    nombres = {
        frozenset({"cast"}): "Personas titulares de los Centros de Asistencia y Servicios Tecnológicos",
        frozenset({"estatal"}): "Personas titulares de los Colegios Estatales, de la Unidad de Operación "
        "Desconcentrada para la Ciudad de México y de la Representación en el Estado de Oaxaca",
    }
    cargo = nombres.get(frozenset(tipos), "Personas titulares de las unidades que se enumeran al final")
    return {"nombre": "", "cargo": cargo, "institucion": "Lista de distribución al final de este oficio"}


def _bloque(s: Session, oficio: Oficio, firmante: Firmante | None, cuando: datetime) -> dict[str, str]:
    if firmante is None:
        con_cargo = titulares.titular(s, oficio.unidad, cuando.date())
        if con_cargo is None:
            return {"nombre": "", "cargo": "", "suplencia": "", "firmado": ""}
        titularidad, persona = con_cargo
        nombre = titulares.con_nombre(titularidad.tratamiento, persona.nombre)
        return {"nombre": nombre, "cargo": titularidad.cargo, "suplencia": "", "firmado": ""}
    return {
        "nombre": firmante.nombre,
        "cargo": firmante.cargo,
        "suplencia": firmante.suplencia,
        "firmado": momento(cuando.date(), f"{cuando:%H:%M}") if oficio.firmado else "",
    }


def _copia(quien: Destinatario) -> str:
    nombre = ", ".join(filter(None, (quien.nombre, quien.cargo)))
    return f"{nombre}.- Para su conocimiento."


def _iniciales(s: Session, oficio: Oficio, firmante: Firmante | None, hoy: date) -> str:
    """De quien firma y de quien corrigió el borrador, como se acostumbra: «AAA/bbb»."""
    con_cargo = titulares.titular(s, oficio.unidad, hoy)
    propio = con_cargo is not None and (firmante is None or firmante.persona == con_cargo[0].persona_id)
    firma = con_cargo[0].iniciales if con_cargo and propio else ""
    elaboro = s.get(Persona, oficio.editado_por) if oficio.editado_por else None
    siglas = "".join(palabra[0] for palabra in elaboro.nombre.split() if palabra[0].isalpha()) if elaboro else ""
    return "/".join(filter(None, (firma.upper(), siglas.lower()[:4])))
