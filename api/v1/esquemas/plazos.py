"""Las formas de lo que vence y de los enlaces de calendario."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.v1.esquemas.comunes import Instante, PlazoExpediente, Solicitud


class Plazo(PlazoExpediente):
    """Un plazo fuera de su expediente."""

    procedimiento: str
    asunto: str
    dias_habiles_restantes: int | None = Field(
        description="De hoy a `vence`, en la oficina que lo debe; negativos si ya venció, nulo si no corre."
    )


class SuscripcionNueva(Solicitud):
    """De qué se quiere el enlace."""

    unidad: str | None = Field(None, max_length=40, description="Una de las suyas; sin ella, lo de todas.")


class Suscripcion(BaseModel):
    """Un enlace de calendario; el secreto no se vuelve a mostrar."""

    id: int
    unidad: str | None
    creada: Instante
    revocada: Instante | None


class SuscripcionCreada(Suscripcion):
    """Un enlace recién hecho."""

    enlace: str = Field(description="Guárdelo: sólo se muestra esta vez. Quien lo tenga ve esos vencimientos.")
