"""Las formas del contrato para lo que fija la administración: plantillas, papelería, leyendas, normas y cargos."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from api.v1.esquemas.comunes import ENTERO_MAXIMO, Instante, PersonaCitada, Solicitud
from api.v1.parametros import uno_de
from modelos.actos.oficios.plantillas import LARGO
from modelos.fechas import Fecha
from modelos.tabla.formularios import LARGO_MOTIVO

DIA = Field(None, description="`AAAA-MM-DD`, o nula.")


class Plantilla(BaseModel):
    """Una plantilla de oficio."""

    clave: str = Field(description="`carpeta/archivo`; las que otras heredan no llevan carpeta.")
    version: int = Field(description="La última que hizo la administración; 0 si ninguna.")
    editada: bool = Field(description="Si la que rige no es la del sistema.")
    atrasada: bool = Field(description="El sistema trajo otra después de que se editó.")
    pasos: list[str] = Field(description="Los pasos que la piden.")


class PlantillaDetalle(Plantilla):
    """Con el texto que rige."""

    texto: str
    sistema: str = Field(description="El texto que trae el sistema.")


class PlantillaVersion(BaseModel):
    """Una versión hecha por la administración."""

    version: int
    texto: str | None = Field(description="Nulo: volvió a la del sistema.")
    motivo: str
    creada: Instante
    persona: PersonaCitada


class PlantillaNueva(Solicitud):
    """Una versión nueva."""

    texto: str = Field(max_length=LARGO)
    motivo: str = Field(max_length=LARGO_MOTIVO)
    version: int = Field(ge=0, le=ENTERO_MAXIMO, description="La que se leyó; si ya hay otra, 409.")


class VueltaAtras(Solicitud):
    """A qué versión se vuelve."""

    a: int = Field(ge=0, le=ENTERO_MAXIMO, description="0: la del sistema.")
    motivo: str = Field(max_length=LARGO_MOTIVO)
    version: int = Field(ge=0, le=ENTERO_MAXIMO, description="La que se leyó; si ya hay otra, 409.")


class Prueba(Solicitud):
    """Con qué expediente se prueba un texto."""

    folio: str = Field(max_length=40)
    texto: str = Field(max_length=LARGO)


class Probada(BaseModel):
    """Lo que daría el texto en ese expediente; no se guardó nada."""

    asunto: str
    cuerpo: str = Field(description="Markdown.")
    faltan: list[str]
    cita: list[str] = Field(description="Los artículos y actividades que cita.")


class Papeleria(BaseModel):
    """La de una unidad."""

    unidad: str
    nombre: str
    formato: str
    ejemplo: str = Field(description="El número que llevaría su próximo oficio.")
    lugar: str
    domicilio: str
    telefono: str
    sitio: str
    fijada: bool = Field(description="Falso: es la de por defecto.")


class PapeleriaNueva(Solicitud):
    """La que se fija; lo que no se da queda vacío, y el formato, el de por defecto."""

    formato: str = Field("", max_length=200)
    lugar: str = Field("", max_length=500)
    domicilio: str = Field("", max_length=500)
    telefono: str = Field("", max_length=500)
    sitio: str = Field("", max_length=500)


class Leyenda(BaseModel):
    """La de un año."""

    anio: int
    texto: str
    fuente: str


class Leyendas(BaseModel):
    """Las capturadas, y los años en que falta y ya debería estar."""

    elementos: list[Leyenda]
    total: int
    siguiente: str | None
    faltan: list[int]


class LeyendaNueva(Solicitud):
    """La que se fija."""

    texto: str = Field(max_length=500)
    fuente: str = Field(max_length=1000)


class Norma(BaseModel):
    """Un ordenamiento en que se fundan oficios."""

    clave: str
    nombre: str
    cita: str
    estado: Literal["proyecto", "vigente", "abrogado"]
    rige: bool = Field(description="Si hoy consta como vigente.")
    acuerdo: str
    emitido: date | None
    publicado: date | None
    vigente_desde: date | None
    vigente_hasta: date | None
    nota: str


class NormaNueva(Solicitud):
    """Lo que consta de la norma; sustituye a lo que había."""

    nombre: str = Field(max_length=500)
    cita: str = Field(max_length=500)
    estado: str = Field(max_length=20, json_schema_extra=uno_de("proyecto", "vigente", "abrogado"))
    acuerdo: str = Field("", max_length=500)
    emitido: Fecha | None = DIA
    publicado: Fecha | None = DIA
    vigente_desde: Fecha | None = DIA
    vigente_hasta: Fecha | None = DIA
    nota: str = Field("", max_length=2000)


class Nombramiento(BaseModel):
    """Quién tiene o tuvo un cargo."""

    id: int
    unidad: str
    persona: PersonaCitada
    cargo: str
    tratamiento: str
    iniciales: str
    desde: date
    hasta: date | None = Field(description="Incluido; nulo: sin fin.")


class NombramientoNuevo(Solicitud):
    """A quién se nombra."""

    unidad: str = Field(max_length=40)
    correo: str = Field(max_length=200)
    cargo: str = Field(max_length=500)
    tratamiento: str = Field("", max_length=100)
    iniciales: str = Field("", max_length=100)
    desde: Fecha | None = Field(None, description="Sin él, hoy. Al anterior le termina la víspera.")


class Suplencia(BaseModel):
    """Quién firma por otra persona, y con qué precepto."""

    id: int
    unidad: str
    persona: PersonaCitada
    cargo: str
    tratamiento: str
    precepto: str
    ausencia: str
    procedimientos: list[str] = Field(description="Vacía: todos.")
    desde: date
    hasta: date


class SuplenciaNueva(Solicitud):
    """La que se registra; los dos días se incluyen."""

    unidad: str = Field(max_length=40)
    correo: str = Field(max_length=200)
    cargo: str = Field(max_length=500)
    tratamiento: str = Field("", max_length=100)
    precepto: str = Field(max_length=500)
    ausencia: str = Field("", max_length=500)
    procedimientos: list[str] = Field(default_factory=list, max_length=100)
    desde: Fecha
    hasta: Fecha


class UltimoDia(Solicitud):
    """Hasta cuándo."""

    hasta: Fecha = Field(description="El último día, incluido.")
