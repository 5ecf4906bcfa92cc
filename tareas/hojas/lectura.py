"""Lo que un .xlsx dice, leído en un proceso que se puede matar; lo llama `tareas.hojas.catalogos`.

Un .xlsx es un zip de XML. Se rehace con lo que hace falta, contando lo que ocupa al descomprimirlo de verdad y no lo
que él diga, y sólo eso se da a la biblioteca.
"""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from modelos.administracion.carga.hojas import HOJAS, MAXIMO_RENGLONES, Defecto, Libro, RenglonDeHoja, campo_de, hoja_de
from modelos.errores import ArchivoDemasiadoGrande, ArchivoRechazado

DEMASIADO = "trae demasiado; copie sólo los renglones que va a cargar a un libro nuevo"
_MAXIMO_INFLADO = 40 * 1024 * 1024
_MAXIMO_PARTES = 1000
_MAXIMO_TEXTO = 2 * 1024 * 1024
"""En bytes y de todas las celdas: lo leído viaja después en la página (`carga.hojas.empacar`)."""
_MAXIMO_NOTAS = 20
_ULTIMO_RENGLON, _ULTIMA_COLUMNA = 20_000, 100
_DONDE_VA_EL_ENCABEZADO = 10


@dataclass
class _Encabezado:
    """El primer renglón escrito de una hoja: qué campo va en cada columna, ambos contados desde cero.

    faltas: lo que impide leer la hoja. notas: las columnas que no se usan.
    """

    renglon: int
    columnas: dict[int, str] = field(default_factory=dict)
    faltas: list[Defecto] = field(default_factory=list)
    notas: list[str] = field(default_factory=list)


def leer(nombre: str, contenido: bytes) -> Libro:
    """Como `tareas.hojas.catalogos.leer`, en este mismo proceso. Lanza ArchivoRechazado, ArchivoDemasiadoGrande."""
    renglones: list[RenglonDeHoja] = []
    letras: dict[str, dict[str, str]] = {}
    faltas: list[Defecto] = []
    notas: list[str] = []
    for hoja, celdas in _hojas(nombre, _rehecho(nombre, contenido)):
        if hoja in letras:
            raise ArchivoRechazado(nombre, f"trae dos hojas «{hoja}»; deje una")
        encabezado = _encabezado(hoja, celdas)
        letras[hoja] = {campo: _letra(i) for i, campo in encabezado.columnas.items()}
        faltas += encabezado.faltas
        notas += encabezado.notas
        suyos = [] if encabezado.faltas else _renglones(hoja, encabezado, celdas)
        if len(suyos) > MAXIMO_RENGLONES:
            motivo = f"la hoja {hoja} trae más de {MAXIMO_RENGLONES} renglones; divídala en varios archivos"
            raise ArchivoDemasiadoGrande(nombre, motivo)
        renglones += suyos
    if not letras:
        raise ArchivoRechazado(nombre, f"no trae ninguna de las hojas {', '.join(HOJAS)}; descargue el libro y llénelo")
    if not renglones and not faltas:
        raise ArchivoRechazado(nombre, "no trae ningún renglón")
    if _largo(renglones) > _MAXIMO_TEXTO:
        raise ArchivoDemasiadoGrande(nombre, DEMASIADO)
    orden = list(HOJAS)
    renglones.sort(key=lambda r: (orden.index(r.hoja), r.numero))
    return Libro(renglones, letras, faltas, notas[:_MAXIMO_NOTAS])


def preparar() -> None:
    """Para el proceso que sólo lee: importa la biblioteca antes de que corra el tiempo y se cuente la memoria.

    Y calla su salida de errores: al acabarse la memoria la biblioteca vuelca ahí decenas de renglones. Que se cortó
    lo anota quien pidió leer.
    """
    import python_calamine  # noqa: F401

    nada = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nada, 2)
    os.close(nada)


def _rehecho(nombre: str, contenido: bytes) -> bytes:
    """El mismo libro, sólo con su XML y ya medido. Lanza ArchivoRechazado, ArchivoDemasiadoGrande."""
    salida, queda = io.BytesIO(), _MAXIMO_INFLADO
    try:
        with zipfile.ZipFile(io.BytesIO(contenido)) as zip_, zipfile.ZipFile(salida, "w") as limpio:
            for parte in _partes_utiles(nombre, zip_.infolist()):
                with zip_.open(parte) as abierta:
                    xml = abierta.read(queda + 1)
                queda -= len(xml)
                if queda < 0:
                    raise ArchivoDemasiadoGrande(nombre, DEMASIADO)
                limpio.writestr(parte.filename, xml)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError) as error:
        raise ArchivoRechazado(nombre, "no es un libro de Excel (.xlsx) o está dañado") from error
    return salida.getvalue()


def _partes_utiles(nombre: str, todas: Sequence[zipfile.ZipInfo]) -> Collection[zipfile.ZipInfo]:
    """Su XML, según lo que el propio zip declara. Lanza ArchivoRechazado, ArchivoDemasiadoGrande."""
    if len(todas) > _MAXIMO_PARTES:
        raise ArchivoDemasiadoGrande(nombre, DEMASIADO)
    # Con el nombre repetido vale la última, como en el propio zip.
    partes = {p.filename: p for p in todas if p.filename.endswith((".xml", ".rels"))}
    if "xl/workbook.xml" not in partes:
        raise ArchivoRechazado(nombre, "no es un libro de Excel (.xlsx)")
    if any(p.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for p in partes.values()):
        raise ArchivoRechazado(nombre, "no lo guardó Excel; ábralo en Excel, guárdelo de nuevo y súbalo")
    if sum(p.file_size for p in partes.values()) > _MAXIMO_INFLADO:
        raise ArchivoDemasiadoGrande(nombre, DEMASIADO)
    return partes.values()


def _hojas(nombre: str, contenido: bytes) -> Iterator[tuple[str, Sequence[Sequence[object]]]]:
    """Cada hoja de las que se cargan con sus celdas, desde A1."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(contenido)) as libro:
            for i, de_libro in enumerate(libro.sheet_names):
                hoja = hoja_de(de_libro)
                if hoja is None:
                    continue
                leida = libro.get_sheet_by_index(i)
                _exigir_cerca(nombre, hoja, *(leida.end or (0, 0)))
                yield hoja, leida.to_python(skip_empty_area=False)
    except CalamineError as error:
        raise ArchivoRechazado(nombre, "no se puede leer; ábralo en Excel, guárdelo de nuevo y súbalo") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # así sale, sin clase pública, un fallo de la biblioteca
            raise
        raise ArchivoRechazado(nombre, "está dañado; ábralo en Excel, guárdelo de nuevo y súbalo") from error


def _exigir_cerca(nombre: str, hoja: str, renglon: int, columna: int) -> None:
    """Que la última celda, contada desde cero, no esté muy abajo ni muy a la derecha. Lanza ArchivoDemasiadoGrande."""
    if renglon >= _ULTIMO_RENGLON or columna >= _ULTIMA_COLUMNA:
        fin = f"{_letra(columna)}{renglon + 1}"
        motivo = f"la hoja {hoja} llega hasta {fin} y trae demasiado; copie sólo sus renglones a un libro nuevo"
        raise ArchivoDemasiadoGrande(nombre, motivo)


def _encabezado(hoja: str, celdas: Sequence[Sequence[object]]) -> _Encabezado:
    principio = enumerate(celdas[:_DONDE_VA_EL_ENCABEZADO])
    renglon, titulos = next(((i, fila) for i, fila in principio if any(map(_texto, fila))), (0, ()))
    leido = _Encabezado(renglon)
    for i, titulo in enumerate(map(_texto, titulos)):
        campo = campo_de(hoja, titulo) if titulo else None
        if campo in leido.columnas.values():
            ya = next(_letra(columna) for columna, otro in leido.columnas.items() if otro == campo)
            leido.faltas.append(Defecto(hoja, renglon + 1, _letra(i), titulo, f"ya estaba en la columna {ya}"))
        elif campo:
            leido.columnas[i] = campo
        elif titulo:
            leido.notas.append(f"En {hoja} no se usa la columna {_letra(i)} («{titulo[:60]}»).")
    leido.faltas += _columnas_que_faltan(hoja, leido.columnas.values())
    return leido


def _columnas_que_faltan(hoja: str, halladas: Collection[str]) -> list[Defecto]:
    faltan = [c.titulo for c in HOJAS[hoja] if c.obligatoria and c.campo not in halladas]
    return [Defecto(hoja, 0, "", "", f"falta la columna «{t}» en el primer renglón escrito") for t in faltan]


def _renglones(hoja: str, encabezado: _Encabezado, celdas: Sequence[Sequence[object]]) -> list[RenglonDeHoja]:
    """Los que traen algo escrito en una columna que se usa."""
    renglones = []
    for numero, fila in enumerate(celdas[encabezado.renglon + 1 :], start=encabezado.renglon + 2):
        valores = {campo: _texto(fila[i]) for i, campo in encabezado.columnas.items() if i < len(fila)}
        if any(valores.values()):
            renglones.append(RenglonDeHoja(hoja, numero, valores))
    return renglones


def _largo(renglones: Sequence[RenglonDeHoja]) -> int:
    return sum(len(valor.encode()) for renglon in renglones for valor in renglon.valores.values())


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
