"""Lo que se imprime de un oficio: el JSON del que sale su PDF, igual cada vez que se compone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from modelos import ordenamientos, papeleria, reloj, titulares
from modelos.bitacora import canonico
from modelos.calendario import fecha_larga
from modelos.oficio import mostrar_codigo
from modelos.oficios import Destinatario, Oficio
from modelos.organizacion import Persona, Unidad
from modelos.titulares import Firmante

AVISO_PROYECTO = "PROYECTO NORMATIVO – verificar vigencia"
POR_SEPARADO = 3
"""Con más destinatarios que éstos, el oficio los nombra en conjunto y los enumera al final."""


def contenido(
    s: Session, oficio: Oficio, a_quien: Sequence[Destinatario], firmante: Firmante | None, direccion: str
) -> dict[str, Any]:
    """El contenido, completo menos el árbol del cuerpo, que arma la imprenta a partir de `cuerpo_markdown`.

    Recibe:
        firmante: None en un borrador: se imprime quién tiene el cargo, sin fecha de firma.
        direccion: la pública del sistema, sin diagonal final.
    """
    unidad = s.get_one(Unidad, oficio.unidad)
    hoja = papeleria.de_unidad(s, unidad)
    local = reloj.local(oficio.firmado or oficio.editado or oficio.creado)
    para = [d for d in a_quien if d.clase == "para"]
    en_conjunto = len(para) > POR_SEPARADO
    lugar = f"{hoja.lugar}, a " if hoja.lugar else "A "
    datos: dict[str, Any] = {
        "forma": oficio.forma,
        "estado": "firmado" if oficio.numero else "borrador",
        "idioma": "es-MX",
        "membrete": {"institucion": papeleria.INSTITUCION, "jerarquia": papeleria.jerarquia(s, unidad)},
        "leyenda": papeleria.leyenda(s, local.year),
        "numero": oficio.numero or "",
        "asunto": oficio.asunto,
        "expediente": oficio.folio,
        "lugar_fecha": f"{lugar}{fecha_larga(local.date())}.",
        "fecha": local.date().isoformat(),
        "destinatarios": [conjunto(s, para)] if en_conjunto else [d.a_json() for d in para],
        "presente": "Presentes" if len(para) > 1 else "Presente",
        "cuerpo_markdown": oficio.cuerpo,
        "atentamente": _bloque(s, oficio, firmante),
        "ccp": [_copia(d) for d in a_quien if d.clase == "ccp"],
        "iniciales": _iniciales(s, oficio),
        "anexos": [renglon.strip() for renglon in oficio.anexos.splitlines() if renglon.strip()],
        "distribucion": [{"clave": d.unidad or "", "nombre": d.cargo or d.nombre} for d in para] if en_conjunto else [],
        "pie": {"domicilio": hoja.domicilio, "telefono": hoja.telefono, "sitio": hoja.sitio},
        "aviso": AVISO_PROYECTO if ordenamientos.en_proyecto(s, oficio.ordenamientos) else "",
        "codigo": mostrar_codigo(oficio.codigo) if oficio.codigo else "",
        "direccion_verificacion": f"{direccion}/v/{oficio.codigo}" if oficio.codigo else "",
    }
    datos["sello"] = sello(datos) if oficio.numero else ""
    return datos


def sello(datos: dict[str, Any]) -> str:
    """sha256 del contenido sin su propio sello: el sello de texto, verificable sin certificado."""
    sin_sello = {campo: valor for campo, valor in datos.items() if campo != "sello"}
    return hashlib.sha256(canonico(sin_sello).encode()).hexdigest()


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


def _bloque(s: Session, oficio: Oficio, firmante: Firmante | None) -> dict[str, str]:
    if firmante is None or oficio.firmado is None:
        con_cargo = titulares.titular(s, oficio.unidad, reloj.local(oficio.creado).date())
        if con_cargo is None:
            return {"nombre": "", "cargo": "", "suplencia": "", "firmado": ""}
        titularidad, persona = con_cargo
        nombre = titulares.con_nombre(titularidad.tratamiento, persona.nombre)
        return {"nombre": nombre, "cargo": titularidad.cargo, "suplencia": "", "firmado": ""}
    local = reloj.local(oficio.firmado)
    cuando = f"{fecha_larga(local.date())}, {local:%H:%M} h (hora del centro)"
    return {
        "nombre": firmante.nombre,
        "cargo": firmante.cargo,
        "suplencia": firmante.suplencia,
        "firmado": cuando,
    }


def _copia(quien: Destinatario) -> str:
    nombre = ", ".join(filter(None, (quien.nombre, quien.cargo)))
    return f"{nombre}.- Para su conocimiento."


def _iniciales(s: Session, oficio: Oficio) -> str:
    """De quien firma y de quien corrigió el borrador, como se acostumbra: «AAA/bbb»."""
    hoy = reloj.local(oficio.firmado or oficio.creado).date()
    con_cargo = titulares.titular(s, oficio.unidad, hoy)
    propio = con_cargo is not None and oficio.firmante_id in (None, con_cargo[0].persona_id)
    firma = con_cargo[0].iniciales if con_cargo and propio else ""
    elaboro = s.get(Persona, oficio.editado_por) if oficio.editado_por else None
    siglas = "".join(palabra[0] for palabra in elaboro.nombre.split() if palabra[0].isalpha()) if elaboro else ""
    return "/".join(filter(None, (firma.upper(), siglas.lower()[:4])))
