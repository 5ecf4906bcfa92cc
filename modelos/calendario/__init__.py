"""Calendario y cómputo de plazos: ¿cuándo vence, y por qué?

Puro a propósito: sin SQL, sin FastAPI y sin reloj. Quien llama trae las fechas; así el
mismo cómputo responde a una pantalla, recalcula plazos abiertos y audita uno de hace años.
Los datos están en `datos/*.toml`, cada fecha con su fuente.
"""

from modelos.calendario.computo import Ampliacion, computar, duracion, transcurridos
from modelos.calendario.fechas import NOMBRES_MESES, fecha_breve, fecha_corta, fecha_larga, sumar_meses
from modelos.calendario.habiles import Calendario, DiaInhabil
from modelos.calendario.institucionales import Ambito, DiasInstitucionales, TipoDia, aplicables
from modelos.calendario.pausas import Suspension
from modelos.calendario.perfiles import PERFILES, POR_DEFECTO, Calendarios, cargar, publicados
from modelos.calendario.recepcion import OFICINAS_NACIONALES, Horario
from modelos.calendario.resultado import MEDIDAS, Computo, Medida
from modelos.calendario.ventanas import (
    Ventana,
    computar_ventana,
    meses,
    quincena,
    semestre,
    trimestre,
    ultimo_habil,
)

__all__ = [
    "MEDIDAS",
    "NOMBRES_MESES",
    "OFICINAS_NACIONALES",
    "PERFILES",
    "POR_DEFECTO",
    "Ambito",
    "Ampliacion",
    "Calendario",
    "Calendarios",
    "Computo",
    "DiaInhabil",
    "DiasInstitucionales",
    "Horario",
    "Medida",
    "Suspension",
    "TipoDia",
    "Ventana",
    "aplicables",
    "cargar",
    "computar",
    "computar_ventana",
    "duracion",
    "fecha_breve",
    "fecha_corta",
    "fecha_larga",
    "meses",
    "publicados",
    "quincena",
    "semestre",
    "sumar_meses",
    "transcurridos",
    "trimestre",
    "ultimo_habil",
]
