"""Las formas del contrato para los días inhábiles."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from api.v1.esquemas.comunes import ENTERO_MAXIMO, Instante, Lista, PersonaCitada, Solicitud
from api.v1.parametros import FECHA, uno_de
from modelos.calendario.institucionales import Ambito, TipoDia


class Dia(BaseModel):
    """Un día que no se trabaja, o uno habilitado."""

    fecha: date
    dia: str = Field(description="Día de la semana: `lun` … `dom`.")
    habil: bool = Field(description="Verdadero sólo en los habilitados.")
    motivo: str
    fundamento: str
    fuente: str
    verificacion: str = Field(description="`V`: vista en la fuente; `M`: de memoria; vacía: institucional.")
    institucional: bool
    sustento_pendiente: bool = Field(description="Falta el acuerdo publicado en el DOF.")


class Tramo(BaseModel):
    """Un tramo de días institucionales."""

    id: int
    inicio: date
    fin: date = Field(description="Incluido.")
    tipo: str
    ambito: str
    lugar: str
    motivo: str
    fuente: str
    publicado_dof: date | None
    sustento_pendiente: bool


class TramoNuevo(Solicitud):
    """Un tramo por proponer."""

    inicio: str = Field(max_length=40, json_schema_extra=FECHA)
    fin: str = Field(max_length=40, json_schema_extra=FECHA)
    tipo: str = Field(max_length=40, json_schema_extra=uno_de(*TipoDia))
    ambito: str = Field("nacional", max_length=40, json_schema_extra=uno_de(*Ambito))
    lugar: str = Field("", max_length=100, description="`MX-SON`, o la clave del centro; vacío si es nacional.")
    motivo: str = Field(max_length=1000)
    fuente: str = Field(max_length=1000, description="Dónde consta.")
    publicado_dof: str = Field(
        "", max_length=40, description="`2026-12-01`; vacío: todavía no sale en el DOF.", examples=["2026-12-01"]
    )


class PublicacionNueva(Solicitud):
    """Lo que se propone publicar."""

    dias: list[TramoNuevo] = Field(default_factory=list, max_length=500)
    retira: list[int] = Field(default_factory=list, max_length=500, description="Ids de tramos vigentes.")
    motivo: str = Field(max_length=2000)


class Aprobacion(Solicitud):
    """Sobre qué se revisó."""

    base: int = Field(ge=0, le=ENTERO_MAXIMO, description="La `base` que se leyó; si ya se publicó otra, 409.")


class Fechas(BaseModel):
    """Vencimiento legal y conservador; nulos si no se pueden calcular."""

    vence: date | None
    conservador: date | None


class Efecto(BaseModel):
    """Un plazo que se mueve."""

    plazo: str
    folio: str
    unidad: str
    clave: str
    que: str
    antes: Fechas
    despues: Fechas


class Efectos(Lista[Efecto]):
    """Los plazos que movería la propuesta; `total`: cuántos en todo."""

    por_cumplir: int = Field(description="Cuántos plazos hay por cumplir.")
    se_alejan: int
    se_acercan: int
    vencen_ya: int = Field(description="Con la fecha nueva ya habrían vencido.")


class AvanceRecuento(BaseModel):
    """Cuánto va del recuento de una publicación aprobada."""

    movidos: int
    sin_cambio: int
    faltan: int
    terminado: bool


class Publicacion(BaseModel):
    """Un conjunto de días propuesto, aprobado o descartado."""

    id: int
    estado: Literal["propuesta", "aprobada", "descartada"]
    orden: int | None = Field(description="El lugar en que se aprobó.")
    motivo: str
    propuesta: Instante
    propuesta_por: PersonaCitada
    resuelta: Instante | None
    resuelta_por: PersonaCitada | None


class PublicacionDetalle(Publicacion):
    """Una publicación con sus días y lo que hace."""

    dias: list[Tramo]
    retira: list[Tramo]
    base: int = Field(description="Lo que se envía al aprobar: el orden de la última publicación aprobada.")
    avance: AvanceRecuento | None = Field(description="Si ya se aprobó.")
    efectos: Efectos | None = Field(description="Si es una propuesta; lo que movió una aprobada está en la bitácora.")
