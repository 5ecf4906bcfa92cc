"""Un documento de Office u OpenDocument: que sea el que dice, y sin nada que se ejecute, venga con el nombre que venga.

Se mira lo que el documento declara (tipos de sus partes y relaciones) y cómo empieza cada parte: las macros se esconden
cambiándoles el nombre, pero para que corran tienen que estar declaradas.
"""

from __future__ import annotations

import io
import re
from typing import BinaryIO

from tareas.archivos import xml_ajeno
from tareas.archivos.insano import Insano
from tareas.archivos.paquetes import DANADO, Paquete

_TIPOS = "[Content_Types].xml"
_PRINCIPAL = "application/vnd.openxmlformats-officedocument."
_DE = {
    ".docx": f"{_PRINCIPAL}wordprocessingml.document.main+xml",
    ".xlsx": f"{_PRINCIPAL}spreadsheetml.sheet.main+xml",
    ".pptx": f"{_PRINCIPAL}presentationml.presentation.main+xml",
}
_ODF = {
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}
GUARDELO = "guárdelo sin ellas, o como PDF, y súbalo"
MACROS = f"trae macros; {GUARDELO}"
OBJETO = "trae un objeto incrustado de otro programa; péguelo como imagen, o guárdelo como PDF, y súbalo"
_TIPOS_CON_MACROS = ("macroenabled", "vbaproject", "macrosheet", "activex", "vbadata")
_RELACIONES_CON_MACROS = {"vbaproject", "wordvbadata", "xlmacrosheet", "xlintlmacrosheet", "attachedtoolbars"}
_RELACIONES_CON_OBJETOS = {"oleobject", "control", "activexcontrolbinary", "activexcontrol", "afchunk"}
_DE_FUERA_NO = {"attachedtemplate", "frame", "subdocument"}
_PROGRAMAS = ("javascript:", "vbscript:", "mhtml:", "ms-", "data:")
_OLE, _ZIP, _EJECUTABLES = b"\xd0\xcf\x11\xe0", b"PK\x03\x04", (b"MZ", b"\x7fELF", b"#!")
_DE_DISCO = re.compile(r"[a-z][:|]")
_HONDO = 3


def revisar(flujo: BinaryIO, extension: str) -> None:
    """Un `.docx`, `.xlsx` o `.pptx`. Lanza Insano."""
    if flujo.read(4) == _OLE:
        raise Insano("tiene contraseña o es de un Office anterior; guárdelo sin ella y en el formato de hoy")
    flujo.seek(0)
    tipos = _revisar(Paquete(flujo), _HONDO)
    if _DE[extension] not in tipos:
        raise Insano(f"no es un documento {extension.lstrip('.')}; ábralo y guárdelo en ese formato")


def revisar_odf(flujo: BinaryIO, extension: str) -> None:
    """Un `.odt` u `.ods`. Lanza Insano."""
    paquete = Paquete(flujo)
    if (
        "mimetype" not in paquete.partes
        or paquete.leer("mimetype").decode("ascii", "replace").strip() != _ODF[extension]
    ):
        raise Insano(f"no es un documento {extension.lstrip('.')}; ábralo y guárdelo en ese formato")
    for nombre in paquete.partes:
        _revisar_principio(paquete.leer(nombre), _HONDO)
        if nombre.casefold().startswith(("basic/", "scripts/", "dialogs/")) or "/basic/" in nombre.casefold():
            raise Insano(MACROS)
    manifiesto = xml_ajeno.leer(paquete.leer("META-INF/manifest.xml"))
    if any(xml_ajeno.local(parte.tag) == "encryption-data" for parte in manifiesto.iter()):
        raise Insano("tiene contraseña; quítesela y vuelva a subirlo")
    for nombre in ("content.xml", "styles.xml"):
        if nombre in paquete.partes:
            _sin_guiones(paquete.leer(nombre))


def _sin_guiones(crudo: bytes) -> None:
    for parte in xml_ajeno.leer(crudo).iter():
        if xml_ajeno.local(parte.tag) in {"event-listener", "dde-source", "plugin", "applet"}:
            raise Insano(MACROS)


def _revisar(paquete: Paquete, hondo: int) -> set[str]:
    """Los tipos que declara. Lanza Insano."""
    tipos = _tipos(paquete)
    for nombre in paquete.partes:
        contenido = paquete.leer(nombre)
        _revisar_principio(contenido, hondo)
        _revisar_parte(nombre.casefold(), contenido)
    return tipos


def _tipos(paquete: Paquete) -> set[str]:
    if _TIPOS not in paquete.partes:
        raise Insano(DANADO)
    tipos = {parte.get("ContentType", "").strip() for parte in xml_ajeno.leer(paquete.leer(_TIPOS))}
    if any(dicho in tipo.lower() for tipo in tipos for dicho in _TIPOS_CON_MACROS):
        raise Insano(MACROS)
    if any("oleobject" in tipo.lower() for tipo in tipos):
        raise Insano(OBJETO)
    return tipos


def _revisar_parte(nombre: str, contenido: bytes) -> None:
    """Lo que esa parte pide a otros programas o a otros lugares, según dónde está. nombre: en minúsculas."""
    if nombre.endswith(".rels"):
        for relacion in xml_ajeno.leer(contenido):
            _revisar_relacion(*(relacion.get(campo, "") for campo in ("Type", "Target", "TargetMode")))
    elif nombre.startswith("word/") and nombre.endswith(".xml"):
        _sin_ordenes(contenido)
    elif nombre.startswith("xl/externallinks/") and b"ddeLink" in contenido:
        raise Insano(f"pide datos a otro programa (DDE); {GUARDELO}")


def _revisar_principio(contenido: bytes, hondo: int) -> None:
    """Que ninguna parte sea otra cosa, se llame como se llame."""
    if contenido.startswith(_OLE):
        raise Insano(OBJETO)
    if contenido.startswith(_EJECUTABLES):
        raise Insano("trae un programa dentro; quítelo y vuelva a guardarlo")
    if contenido.startswith(_ZIP):
        if hondo == 0:
            raise Insano("trae documentos dentro de documentos; suba aparte cada uno")
        dentro = Paquete(io.BytesIO(contenido))
        if _TIPOS not in dentro.partes:
            raise Insano("trae un zip dentro; súbalo aparte")
        _revisar(dentro, hondo - 1)


def _revisar_relacion(tipo: str, destino: str, modo: str) -> None:
    clase, destino = tipo.rstrip("/").rpartition("/")[2].lower(), destino.strip().lower()
    if clase in _RELACIONES_CON_MACROS:
        raise Insano(MACROS)
    if clase in _RELACIONES_CON_OBJETOS:
        raise Insano(OBJETO)
    if modo.lower() != "external":
        return
    if clase in _DE_FUERA_NO and _remoto(destino):
        raise Insano("se arma con una plantilla o un documento de otro lugar; quítele ese vínculo, o guárdelo como PDF")
    if destino.startswith(_PROGRAMAS):
        raise Insano("trae un enlace que abre un programa; quítelo, o guárdelo como PDF")


def _remoto(destino: str) -> bool:
    """Si está en otra máquina. La plantilla del propio disco (`file:///C:/…`) es cosa de todos los días."""
    llano = destino.replace("\\", "/")
    if llano.startswith("file:"):
        return not _DE_DISCO.match(llano.removeprefix("file:").lstrip("/"))
    return "://" in llano or llano.startswith("//")


def _sin_ordenes(crudo: bytes) -> None:
    """Que ningún campo de Word pida datos a otro programa (DDE), aunque venga en pedazos."""
    campos = _campos(crudo)
    if any(campo.strip().upper().startswith("DDE") for campo in campos) or "DDEAUTO" in "".join(campos).upper():
        raise Insano(f"pide datos a otro programa (DDE); {GUARDELO}")


def _campos(crudo: bytes) -> list[str]:
    """Las instrucciones de cada campo, con sus pedazos juntos."""
    campos = [""]
    for parte in xml_ajeno.leer(crudo).iter():
        nombre = xml_ajeno.local(parte.tag)
        if nombre == "fldchar":
            campos.append("")
        elif nombre == "instrtext":
            campos[-1] += parte.text or ""
        elif nombre == "fldsimple":
            campos += [str(v) for c, v in parte.attrib.items() if xml_ajeno.local(c) == "instr"] + [""]
    return campos
