"""Procedimientos que se desprenden de los Lineamientos de los CAST (cita L-n), un ordenamiento en proyecto.

Los Lineamientos no traen tablas de actividades: cada obligación cita su artículo, y el orden en que se
encadenan es nuestro. Tampoco traen número ni fecha de acuerdo (dominio 10 #1) y aquí no se inventan.
"""

from datetime import date

CODIGO = "Lineamientos CAST, proyecto"
REVISION = "sin número"
RIGE = date(2025, 11, 20)
"""La del Manual que los acompaña: los Lineamientos están en proyecto y no traen la suya."""
ORDENAMIENTO = "Lineamientos de los Servicios Tecnológicos y de los CAST, en proyecto, sin número ni fecha de acuerdo"
EN_PROYECTO = (
    "Inferido: los Lineamientos están en proyecto, sin número ni fecha de acuerdo; como fecha de inicio se usa la del "
    "Manual de la DSTC, 20 de noviembre de 2025."
)
SIN_TABLA = (
    "Inferido: los Lineamientos no traen tabla de actividades; la secuencia es nuestra y cada paso cita su artículo."
)
POR_CENTRO = "La fuente escribe en plural, para todos los centros; aquí se lleva un expediente por CAST y por periodo."
