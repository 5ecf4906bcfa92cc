"""Archivos de verdad, sanos y de los otros, hechos aquí: ninguno viene de nadie."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from typing import Any

import pikepdf
from PIL import Image

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELACIONES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PAQUETE = "http://schemas.openxmlformats.org/package/2006"
TIPOS = {
    "docx": ("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
    "pptx": (
        "ppt/presentation.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
    ),
}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
UUID = "5C1B2D3E-0000-4000-8000-00000000ABCD"
CFDI = f"""<?xml version="1.0" encoding="UTF-8"?>
<cfdi:Comprobante xmlns:cfdi="http://www.sat.gob.mx/cfd/4" Version="4.0" Total="180.00" Sello="c2VsbG8=">
  <cfdi:Emisor Rfc="XAXX010101000"/><cfdi:Receptor Rfc="XEXX010101000"/>
  <cfdi:Complemento><tfd:TimbreFiscalDigital xmlns:tfd="http://www.sat.gob.mx/TimbreFiscalDigital" UUID="{UUID}"/>
  </cfdi:Complemento>
</cfdi:Comprobante>"""


def pdf(paginas: int = 1, **raiz: bytes) -> bytes:
    """Un PDF de tantas hojas con texto; raiz: lo que se agrega a su catálogo (`OpenAction=b"<<…>>"`)."""
    nuevo, salida = pikepdf.new(), io.BytesIO()
    for _ in range(paginas):
        hoja = nuevo.add_blank_page()
        hoja.Contents = nuevo.make_stream(b"BT /F1 12 Tf 72 720 Td (Oficio de prueba) Tj ET\n" * 200)
    for clave, valor in raiz.items():
        nuevo.Root[f"/{clave}"] = pikepdf.Object.parse(valor)
    nuevo.save(salida)
    return salida.getvalue()


def pdf_con_nota(nota: bytes) -> bytes:
    """Un PDF con esa nota en su hoja; nota: lo que dice además de dónde está."""
    nuevo, salida = pikepdf.open(io.BytesIO(pdf())), io.BytesIO()
    dicha = b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]" + nota + b">>"
    nuevo.pages[0].Annots = nuevo.make_indirect(pikepdf.Array([pikepdf.Object.parse(dicha)]))
    nuevo.save(salida)
    return salida.getvalue()


def pdf_con_anexo() -> bytes:
    """Un PDF con otro archivo dentro."""
    nuevo, salida = pikepdf.open(io.BytesIO(pdf())), io.BytesIO()
    nuevo.attachments["factura.exe"] = b"MZ"
    nuevo.save(salida)
    return salida.getvalue()


def pdf_con_contrasena() -> bytes:
    """Un PDF que pide contraseña al abrirlo."""
    nuevo, salida = pikepdf.open(io.BytesIO(pdf())), io.BytesIO()
    nuevo.save(salida, encryption=pikepdf.Encryption(owner="a", user="b"))
    return salida.getvalue()


def imagen(formato: str, lado: int = 300) -> bytes:
    """Una imagen con detalle, para que cortarla le quite algo."""
    salida = io.BytesIO()
    Image.effect_noise((lado, lado), 90).convert("RGB").save(salida, formato)
    return salida.getvalue()


def caja(tipo: bytes, contenido: bytes) -> bytes:
    """Una caja ISO-BMFF."""
    return struct.pack(">I4s", len(contenido) + 8, tipo) + contenido


def heic() -> bytes:
    """Las cajas de una foto HEIC."""
    return caja(b"ftyp", b"heic\0\0\0\0mif1heic") + caja(b"meta", b"\0" * 60) + caja(b"mdat", b"\x55" * 4000)


def paquete(partes: Mapping[str, bytes | str], *, de: str = "") -> bytes:
    """Un zip con esas partes."""
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w", zipfile.ZIP_DEFLATED) as zip_:
        if de:
            zip_.writestr(zipfile.ZipInfo("mimetype"), de)
        for nombre, contenido in partes.items():
            zip_.writestr(nombre, contenido)
    return salida.getvalue()


def tipos(principal: str, tipo: str, mas: str = "") -> str:
    """El `[Content_Types].xml` de un documento."""
    return (
        f'<Types xmlns="{_PAQUETE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{principal}" ContentType="{tipo}"/>{mas}</Types>'
    )


def relaciones(*cuales: tuple[str, str, str]) -> str:
    """Un `.rels`. cuales: (clase, destino, modo)."""
    dichas = "".join(
        f'<Relationship Id="r{i}" Type="{RELACIONES}/{clase}" Target="{destino}"{modo and f" TargetMode={modo!r}"}/>'
        for i, (clase, destino, modo) in enumerate(cuales)
    )
    return f'<Relationships xmlns="{_PAQUETE}/relationships">{dichas}</Relationships>'


def office(extension: str = "docx", mas: Mapping[str, bytes | str] | None = None, **cambios: str) -> bytes:
    """Un documento de Office mínimo. mas: otras partes. cambios: `tipos`, `cuerpo`."""
    principal, tipo = TIPOS[extension]
    partes: dict[str, bytes | str] = {
        "[Content_Types].xml": cambios.get("tipos") or tipos(principal, tipo),
        "_rels/.rels": relaciones(("officeDocument", principal, "")),
        principal: cambios.get("cuerpo") or f'<w:document xmlns:w="{W}"><w:body/></w:document>',
    }
    return paquete({**partes, **(mas or {})})


def odf(extension: str = "odt", mas: Mapping[str, bytes | str] | None = None, cuerpo: str = "<office/>") -> bytes:
    """Un OpenDocument mínimo."""
    clase = {"odt": "text", "ods": "spreadsheet"}[extension]
    partes = {"META-INF/manifest.xml": "<manifest/>", "content.xml": cuerpo, **(mas or {})}
    return paquete(partes, de=f"application/vnd.oasis.opendocument.{clase}")


def msg(adjuntos: Mapping[str, bytes] | None = None, *, mas: Mapping[str, Any] | None = None) -> bytes:
    """Un mensaje de Outlook: un archivo compuesto (OLE) con sus propiedades y sus adjuntos."""
    arbol: dict[str, Any] = {"__nameid_version1.0": {"x": b""}, "__properties_version1.0": b""}
    for i, (nombre, contenido) in enumerate((adjuntos or {}).items()):
        arbol[f"__attach_version1.0_#{i:08X}"] = {
            "__substg1.0_37010102": contenido,
            "__substg1.0_3707001F": nombre.encode("utf-16-le"),
        }
    return compuesto({**arbol, **(mas or {})})


def compuesto(arbol: Mapping[str, Any]) -> bytes:
    """Un archivo compuesto (OLE, versión 3) con esas carpetas y archivos; los cortos se rellenan con ceros a 4096."""
    entradas: list[tuple[str, int, int, int, int]] = []  # nombre, tipo, hermano, hijo, contenido
    contenidos: list[bytes] = []

    def poner(nombre: str, valor: Any) -> int:
        yo = len(entradas)
        if isinstance(valor, bytes):
            entradas.append((nombre, 2, -1, -1, len(contenidos)))
            contenidos.append(valor.ljust(4096, b"\0"))
            return yo
        entradas.append((nombre, 5 if yo == 0 else 1, -1, -1, -1))
        ultimo = -1
        for hijo, dentro in valor.items():
            este = poner(hijo, dentro)
            n, t, _, h, c = entradas[este]
            entradas[este], ultimo = (n, t, ultimo, h, c), este
        n, t, s, _, c = entradas[yo]
        entradas[yo] = (n, t, s, ultimo, c)
        return yo

    poner("Root Entry", arbol)
    sectores: list[bytes] = []
    fat: list[int] = []

    def guardar(crudo: bytes) -> int:
        primero = len(sectores)
        trozos = [crudo[i : i + 512].ljust(512, b"\0") for i in range(0, len(crudo), 512)]
        sectores.extend(trozos)
        fat.extend([*range(primero + 1, primero + len(trozos)), 0xFFFFFFFE])
        return primero

    inicios = [guardar(contenido) for contenido in contenidos]
    directorio = b""
    for nombre, tipo, hermano, hijo, contenido in entradas:
        crudo = (nombre + "\0").encode("utf-16-le")
        inicio = inicios[contenido] if contenido >= 0 else 0xFFFFFFFE if tipo == 5 else 0
        tamano = len(contenidos[contenido]) if contenido >= 0 else 0
        enlaces = struct.pack("<III", 0xFFFFFFFF, hermano & 0xFFFFFFFF, hijo & 0xFFFFFFFF)
        directorio += crudo.ljust(64, b"\0") + struct.pack("<HBB", len(crudo), tipo, 1) + enlaces
        directorio += b"\0" * 36 + struct.pack("<IQ", inicio, tamano)
    vacias = -len(directorio) % 512 // 128
    directorio += (b"\0" * 68 + b"\xff" * 12 + b"\0" * 48) * vacias
    del_directorio = guardar(directorio)
    de_fat = 1
    while (len(fat) + de_fat) * 4 > de_fat * 512:
        de_fat += 1
    primera = len(sectores)
    fat.extend([0xFFFFFFFD] * de_fat)
    fat.extend([0xFFFFFFFF] * (de_fat * 128 - len(fat)))
    tabla = struct.pack(f"<{len(fat)}I", *fat)
    cabeza = OLE + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    cabeza += struct.pack("<IIIIIIIII", 0, de_fat, del_directorio, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    cabeza += struct.pack("<109I", *range(primera, primera + de_fat), *([0xFFFFFFFF] * (109 - de_fat)))
    return cabeza + b"".join(sectores) + tabla
