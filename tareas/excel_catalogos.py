"""Unidades, personas y adscripciones en un libro de Excel: escribirlo sin fórmulas vivas y leerlo acotado.

Un .xlsx es un zip de XML: el que llega se rehace con lo que hace falta, sin pasar de un tamaño, antes de dárselo a
la biblioteca, porque ésta aparta memoria para todo el rectángulo que digan sus celdas.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time

from modelos.carga_hojas import FECHAS, HOJAS, MAXIMO_RENGLONES, Defecto, Libro, Renglon, campo_de, hoja_de
from modelos.errores import ArchivoDemasiadoGrande, ArchivoRechazado

TIPO = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAXIMO_BYTES = 2 * 1024 * 1024
_MAXIMO_INFLADO = 40 * 1024 * 1024
_MAXIMO_PARTES = 200
_ULTIMO_RENGLON, _ULTIMA_COLUMNA = 20_000, 100
_DONDE_VA_EL_ENCABEZADO = 10
_CELDA = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r=[\"']([A-Za-z]{1,3})([0-9]{1,9})[\"'][^>]*?(/?)>")
_ANCHOS = {"correo": 34, "nombre": 60, "clave": 18, "unidad": 18, "depende_de": 14, "entidad": 22}
_AYUDA = (
    "Se cargan las hojas Unidades, Personas y Adscripciones; puede quitar las que no use.",
    "El orden de las hojas y de las columnas no importa; sus nombres sí.",
    "Lo que no cambie, déjelo como está o quite el renglón: quitarlo no borra nada.",
    "Unidades: sólo se dan de alta CAST, con su denominación oficial y la unidad estatal de que dependen.",
    "Personas: a cada una nueva se le genera una contraseña, que se muestra una sola vez al confirmar.",
    "Adscripciones: el rol es operacion, coordinacion, direccion o administracion.",
    "Desde vacío: hoy. Hasta vacío: sin fin.",
    "Para retirar a alguien, ponga en Hasta su último día. Las bajas se hacen en el sistema, con su motivo.",
    "Las fechas, con formato de fecha, o escritas como 2026-12-21 o 21/12/2026.",
)

Valor = str | date | None


def escribir(hojas: Mapping[str, Iterable[Mapping[str, Valor]]]) -> bytes:
    """El libro con esas hojas, cada renglón por campo. Todo texto se escribe como texto, aunque empiece con «=»."""
    import xlsxwriter

    salida = io.BytesIO()
    opciones = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(salida, opciones) as libro:
        negrita = libro.add_format({"bold": True, "bg_color": "#611232", "font_color": "#ffffff", "valign": "top"})
        fecha = libro.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        texto = libro.add_format({"num_format": "@"})
        for nombre, renglones in hojas.items():
            hoja = libro.add_worksheet(nombre)
            columnas = HOJAS[nombre]
            for i, columna in enumerate(columnas):
                hoja.set_column(i, i, _ANCHOS.get(columna.campo, 14), fecha if columna.campo in FECHAS else texto)
                hoja.write_string(0, i, columna.titulo, negrita)
            hoja.freeze_panes(1, 1)
            cuantos = 0
            for cuantos, renglon in enumerate(renglones, start=1):
                for i, columna in enumerate(columnas):
                    valor = renglon.get(columna.campo)
                    if isinstance(valor, date):
                        hoja.write_datetime(cuantos, i, datetime.combine(valor, time()), fecha)
                    elif valor:
                        hoja.write_string(cuantos, i, valor, texto)
            hoja.autofilter(0, 0, cuantos, len(columnas) - 1)
        ayuda = libro.add_worksheet("Cómo se llena")
        ayuda.set_column(0, 0, 110, libro.add_format({"text_wrap": True, "valign": "top"}))
        for i, linea in enumerate(_AYUDA):
            ayuda.write_string(i, 0, linea)
    return salida.getvalue()


def leer(nombre: str, contenido: bytes) -> Libro:
    """Lo que trae el libro, cada celda como texto y con su renglón; sin mirar todavía si sirve.

    Lanza:
        ArchivoDemasiadoGrande: pasa de `MAXIMO_BYTES`, de lo que puede ocupar o de `MAXIMO_RENGLONES` en una hoja.
        ArchivoRechazado: no es un .xlsx, está protegido, o no trae ninguna de las hojas.
    """
    if len(contenido) > MAXIMO_BYTES:
        raise ArchivoDemasiadoGrande(nombre, f"pasa de {MAXIMO_BYTES // 1024 // 1024} MB; divídalo en varios")
    if contenido.startswith(b"\xd0\xcf\x11\xe0"):
        motivo = (
            "está protegido con contraseña o es de un Excel anterior; guárdelo como Libro de Excel (.xlsx) sin ella"
        )
        raise ArchivoRechazado(nombre, motivo)
    renglones: list[Renglon] = []
    letras: dict[str, dict[str, str]] = {}
    faltas: list[Defecto] = []
    notas: list[str] = []
    for de_libro, celdas in _hojas(nombre, _rehecho(nombre, contenido)):
        hoja = hoja_de(de_libro)
        if hoja is None:
            continue
        if hoja in letras:
            raise ArchivoRechazado(nombre, f"trae dos hojas «{hoja}»; deje una")
        letras[hoja] = {}
        suyos = _de_hoja(hoja, celdas, letras[hoja], faltas, notas)
        if len(suyos) > MAXIMO_RENGLONES:
            motivo = f"la hoja {hoja} trae más de {MAXIMO_RENGLONES} renglones; divídala en varios archivos"
            raise ArchivoDemasiadoGrande(nombre, motivo)
        renglones += suyos
    if not letras:
        raise ArchivoRechazado(nombre, f"no trae ninguna de las hojas {', '.join(HOJAS)}; descargue el libro y llénelo")
    if not renglones and not faltas:
        raise ArchivoRechazado(nombre, "no trae ningún renglón")
    orden = list(HOJAS)
    renglones.sort(key=lambda r: (orden.index(r.hoja), r.numero))
    return Libro(renglones, letras, faltas, notas)


def _rehecho(nombre: str, contenido: bytes) -> bytes:
    """El mismo libro, sólo con su XML y ya medido. Lanza ArchivoRechazado, ArchivoDemasiadoGrande."""
    salida, queda = io.BytesIO(), _MAXIMO_INFLADO
    try:
        with zipfile.ZipFile(io.BytesIO(contenido)) as zip_, zipfile.ZipFile(salida, "w") as limpio:
            partes = [p for p in zip_.infolist() if p.filename.endswith((".xml", ".rels"))]
            if len(partes) > _MAXIMO_PARTES or "xl/workbook.xml" not in {p.filename for p in partes}:
                raise ArchivoRechazado(nombre, "no es un libro de Excel (.xlsx)")
            for parte in partes:
                with zip_.open(parte) as abierta:
                    xml = abierta.read(queda + 1)
                queda -= len(xml)
                if queda < 0 or (parte.filename.startswith("xl/worksheets/") and _se_extiende(xml)):
                    motivo = "trae demasiado; copie sólo los renglones que va a cargar a un libro nuevo"
                    raise ArchivoDemasiadoGrande(nombre, motivo)
                limpio.writestr(parte.filename, xml)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError) as error:
        raise ArchivoRechazado(nombre, "no es un libro de Excel (.xlsx) o está dañado") from error
    return salida.getvalue()


def _se_extiende(xml: bytes) -> bool:
    """Si tiene algo escrito muy abajo o muy a la derecha."""
    return any(
        not vacia and (int(renglon) > _ULTIMO_RENGLON or _numero(columna.decode()) > _ULTIMA_COLUMNA)
        for columna, renglon, vacia in _CELDA.findall(xml)
    )


def _hojas(nombre: str, contenido: bytes) -> list[tuple[str, Sequence[Sequence[object]]]]:
    """Cada hoja con sus celdas, desde A1."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(contenido)) as libro:
            pedidas = [hoja for hoja in libro.sheet_names if hoja_de(hoja)]
            return [(h, libro.get_sheet_by_name(h).to_python(skip_empty_area=False)) for h in pedidas]
    except CalamineError as error:
        raise ArchivoRechazado(nombre, "no se puede leer; ábralo en Excel, guárdelo de nuevo y súbalo") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # así sale, sin clase pública, un fallo de la biblioteca
            raise
        raise ArchivoRechazado(nombre, "está dañado; ábralo en Excel, guárdelo de nuevo y súbalo") from error


def _de_hoja(
    hoja: str, celdas: Sequence[Sequence[object]], letras: dict[str, str], faltas: list[Defecto], notas: list[str]
) -> list[Renglon]:
    """Sus renglones con algo escrito; deja en `letras` dónde está cada campo."""
    arriba, encabezado = next(
        ((i, fila) for i, fila in enumerate(celdas[:_DONDE_VA_EL_ENCABEZADO]) if any(_texto(c) for c in fila)), (0, ())
    )
    de_columna: dict[int, str] = {}
    for i, celda in enumerate(encabezado):
        titulo = _texto(celda)
        campo = campo_de(hoja, titulo) if titulo else None
        if campo in letras:
            faltas.append(Defecto(hoja, arriba + 1, _letra(i), titulo, f"ya estaba en la columna {letras[campo]}"))
        elif campo:
            letras[campo], de_columna[i] = _letra(i), campo
        elif titulo:
            notas.append(f"En {hoja} no se usa la columna {_letra(i)} («{titulo[:60]}»).")
    faltan = [c.titulo for c in HOJAS[hoja] if c.obligatoria and c.campo not in letras]
    faltas += [Defecto(hoja, 0, "", "", f"falta la columna «{t}» en el primer renglón escrito") for t in faltan]
    if any(f.hoja == hoja for f in faltas):
        return []
    renglones = []
    for numero, fila in enumerate(celdas[arriba + 1 :], start=arriba + 2):
        valores = {campo: _texto(fila[i]) for i, campo in de_columna.items() if i < len(fila)}
        if any(valores.values()):
            renglones.append(Renglon(hoja, numero, valores))
    return renglones


def _texto(celda: object) -> str:
    """Lo escrito en la celda: una fecha, `AAAA-MM-DD`, y con su hora si la trae; un entero, sin punto."""
    if isinstance(celda, bool):
        return "Sí" if celda else "No"
    if isinstance(celda, datetime):
        return celda.date().isoformat() if celda.time() == time() else celda.isoformat(" ", "minutes")
    if isinstance(celda, float) and celda.is_integer():
        return str(int(celda))
    return str(celda).strip()


def _letra(indice: int) -> str:
    """La letra de la columna: 0 → A, 26 → AA."""
    letras = ""
    indice += 1
    while indice:
        indice, resto = divmod(indice - 1, 26)
        letras = chr(65 + resto) + letras
    return letras


def _numero(letras: str) -> int:
    """El número de la columna: A → 1, AA → 27."""
    numero = 0
    for letra in letras.upper():
        numero = numero * 26 + ord(letra) - 64
    return numero
