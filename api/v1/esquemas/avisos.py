"""Las formas del contrato para los canales de aviso y las entregas."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from api.v1.esquemas.comunes import Instante, Solicitud


class CanalNuevo(Solicitud):
    """Un canal de una persona o de una unidad, no de ambas."""

    nombre: str = Field(max_length=200, description="Cómo reconocerlo.")
    direccion: str = Field(max_length=4000, description="Dirección de Apprise. Lleva secretos: no se devuelve entera.")
    correo: str = Field("", max_length=200, description="Correo de la persona de quien es.")
    unidad: str = Field("", max_length=40, description="Clave de la unidad de quien es.")


class Canal(BaseModel):
    """Un canal de aviso."""

    id: int
    nombre: str
    de: str = Field(description="Nombre de la persona, o clave de la unidad.")
    es_unidad: bool
    direccion: str = Field(description="Servicio y destino, sin lo secreto.")
    activo: bool
    creado: Instante


class CanalProbado(BaseModel):
    """Cómo le fue a un mensaje de prueba."""

    entregado: bool
    motivo: str = Field(description="Por qué no se entregó; vacío si se entregó.")


class Entrega(BaseModel):
    """Un mensaje a un destino; sin nada de lo que dice."""

    id: str
    destinatario: str = Field(description="Nombre de la persona, o clave de la unidad.")
    medio: str = Field(description="`correo`, o el nombre del canal.")
    estado: Literal["pendiente", "enviada", "fallida", "descartada"]
    asunto: str
    creada: Instante
    intentos: int
    enviada: Instante | None
    motivo: str = Field(description="Por qué no ha salido; vacío si no ha fallado.")


class EntregaReintentada(BaseModel):
    """La entrega volvió a la cola."""

    id: str
    estado: Literal["pendiente"]
