"""Unidades, personas y adscripciones en un libro de Excel: escribirlo sin fórmulas vivas y leerlo acotado.

El que llega lo abre otro proceso (`tareas.hojas.lectura`), con tope de tiempo y de memoria: la biblioteca aparta
memoria para todo el rectángulo que digan sus celdas y, si no la hay, se lleva consigo al proceso que la llamó.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from functools import partial

from modelos.administracion.carga.hojas import FECHAS, HOJAS, Libro
from modelos.errores import ArchivoDemasiadoGrande, ArchivoRechazado
from tareas.hojas import lectura
from tareas.oficios.redaccion.procesos import PorPedido, SeCorto

registro = logging.getLogger(__name__)

TIPO = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAXIMO_BYTES = 2 * 1024 * 1024
SEGUNDOS, MEMORIA_MB = 20.0, 256
_lector = PorPedido(SEGUNDOS, MEMORIA_MB, ayudantes=1, al_empezar=lectura.preparar)
"""Uno solo: se carga pocas veces al año."""
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
        ArchivoDemasiadoGrande: pasa de `MAXIMO_BYTES`, de lo que puede ocupar o de `MAXIMO_RENGLONES` en una hoja, o
            leerlo pide más tiempo o memoria de los que se le dan.
        ArchivoRechazado: no es un .xlsx, está protegido, o no trae ninguna de las hojas.
    """
    if len(contenido) > MAXIMO_BYTES:
        raise ArchivoDemasiadoGrande(nombre, f"pasa de {MAXIMO_BYTES // 1024 // 1024} MB; divídalo en varios")
    if contenido.startswith(b"\xd0\xcf\x11\xe0"):
        motivo = (
            "está protegido con contraseña o es de un Excel anterior; guárdelo como Libro de Excel (.xlsx) sin ella"
        )
        raise ArchivoRechazado(nombre, motivo)
    try:
        return _lector.pedir(partial(lectura.leer, nombre, contenido))
    except SeCorto as error:
        registro.warning("no se terminó de leer un libro de Excel: %s", error.motivo)
        raise ArchivoDemasiadoGrande(nombre, lectura.DEMASIADO) from error
