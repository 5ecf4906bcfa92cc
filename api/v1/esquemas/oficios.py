"""Las formas de los oficios en el contrato HTTP. Los nombres de campo son ley: otros programas los leen."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.v1.esquemas.comunes import ENTERO_MAXIMO, Instante, Solicitud
from modelos.actos.oficios.tramite import LARGO_ANEXOS, LARGO_CUERPO
from modelos.oficios.oficio import LARGO_ASUNTO
from modelos.tabla.formularios import LARGO_MOTIVO

EstadoOficio = Literal["borrador", "firmado", "enviado", "cancelado", "sustituido", "descartado", "firmado_fuera"]
EstadoPublico = Literal["vigente", "cancelado", "sustituido"]
Clase = Literal["para", "ccp"]
PorDonde = Literal["sistema", "papel"]
VersionLeida = Annotated[
    int, Field(ge=1, le=ENTERO_MAXIMO, description="La `version` del oficio que se leyó; si ya cambió, 409.")
]


class Destinatario(BaseModel):
    """A quién va, como se imprime, y su acuse."""

    orden: int
    clase: Clase
    unidad: str | None = Field(description="Nula si es alguien de fuera del sistema.")
    nombre: str
    cargo: str
    institucion: str
    acuse: PorDonde | None
    acusado: Instante | None


class PlazoDelOficio(BaseModel):
    """El plazo que se cumple con un oficio."""

    id: str
    clave: str
    que: str
    vence: str | None = Field(json_schema_extra={"format": "date"})
    conservador: str | None = Field(json_schema_extra={"format": "date"})


class FirmadoFuera(BaseModel):
    """Con qué documento se cumplió lo que no se firmó aquí."""

    numero: str
    fecha: str = Field(description="La del documento.", json_schema_extra={"format": "date"})
    anexo: str = Field(description="El id del archivo.")


class Oficio(BaseModel):
    """Un oficio, sin su texto."""

    id: str
    folio: str = Field(description="El del expediente.")
    clave: str = Field(description="La del catálogo de oficios («OF-03»), o su plantilla si se emitió suelto.")
    plantilla: str
    actividad: str | None
    turno: str | None
    forma: str
    unidad: str = Field(description="La que lo emite.")
    numero: str | None = Field(description="Se asigna al firmar y ya no cambia.")
    asunto: str
    estado: EstadoOficio
    version: int
    creado: Instante
    firmado: Instante | None
    enviado: Instante | None
    firmante: str | None = Field(description="Como se imprimió.")
    cargo: str | None
    suplencia: str | None
    codigo: str | None = Field(description="De verificación pública, en grupos de cuatro.")
    sha256: str | None = Field(description="Del PDF firmado.")
    sellado: bool = Field(description="Si el PDF lleva sello electrónico institucional.")
    destinatarios: list[Destinatario]
    faltan: list[str] = Field(description="Datos por escribir: mientras haya, no se puede firmar.")
    sin_letra: list[str] = Field(
        description="Signos que la letra de los oficios no tiene, y dónde están: mientras haya, no se firma."
    )
    avisos: list[str] = Field(description="Qué conviene notar y qué hacer.")
    motivo: str | None = Field(description="Por qué se canceló, se descartó o se sustituyó.")
    sustituye: str | None = Field(description="El oficio que deja sin efecto al firmarse.")
    pendiente: bool = Field(description="Lo pidió un paso y se debe: falta que se firme o que salga.")
    exigido: bool = Field(description="La norma lo pide expresamente: su expediente no termina sin él.")
    plazo: PlazoDelOficio | None = Field(description="El plazo por cumplir que se cumple al enviarlo.")
    fuera: FirmadoFuera | None = Field(description="El documento que se firmó fuera del sistema en lugar de éste.")


class OficioEntero(Oficio):
    """Un oficio con su texto."""

    cuerpo: str = Field(description="En Markdown.")
    anexos: list[str]
    leido: str | None = Field(
        description="Huellas de lo que se imprimiría hoy, de un borrador: mándelas al firmar para firmar justo eso."
    )


class DestinatarioEscrito(Solicitud):
    """Cómo se nombra a un destinatario; lleva al menos nombre o cargo."""

    nombre: str = Field("", max_length=200)
    cargo: str = Field("", max_length=250)
    institucion: str = Field("", max_length=200)


class Correccion(Solicitud):
    """Lo que cambia de un borrador; lo que no se manda queda como está."""

    version: VersionLeida
    asunto: str | None = Field(None, max_length=LARGO_ASUNTO)
    cuerpo: str | None = Field(None, max_length=LARGO_CUERPO)
    anexos: list[Annotated[str, Field(max_length=1000)]] | None = Field(None, max_length=LARGO_ANEXOS)
    destinatarios: list[DestinatarioEscrito] | None = Field(
        None, max_length=500, description="Todos, en su orden; sin mandarlos no cambian."
    )


class Leido(Solicitud):
    """Un acto sobre el borrador que se leyó."""

    version: VersionLeida


class MotivoOficio(Solicitud):
    """Por qué."""

    motivo: str = Field(max_length=LARGO_MOTIVO)


class Firma(Solicitud):
    """Qué se leyó antes de firmar."""

    version: VersionLeida
    leido: str = Field(
        "", max_length=1000, description="El `leido` del oficio que se mostró; si lo que saldría ya es otra cosa, 409."
    )


class Acuse(Solicitud):
    """El acuse de un destinatario."""

    nota: str = Field(
        "", max_length=LARGO_MOTIVO, description="Obligatoria si lo captura quien lo emitió: cómo se entregó."
    )


class OficioNuevo(Solicitud):
    """Un oficio que ningún paso pidió."""

    plantilla: str = Field(max_length=100, description="Como `normatividad/of_03`.")
    emisor: str = Field(max_length=40, description="La unidad que lo emite.")
    para: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=list, max_length=200)
    ccp: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=list, max_length=200)
    externos: list[DestinatarioEscrito] = Field(
        default_factory=list, max_length=20, description="Quienes no están en el sistema y lo reciben en papel."
    )


class Verificacion(BaseModel):
    """Lo que cualquiera puede saber de un oficio con su código."""

    codigo: str
    unidad: str
    nombre_unidad: str
    numero: str
    fecha: str = Field(description="El día en que se firmó.", json_schema_extra={"format": "date"})
    asunto: str
    estado: EstadoPublico
    sustituto: str | None = Field(description="El número del que lo sustituye.")
    sello: str = Field(description="El sello de texto impreso: sha256 de su contenido.")
    sha256: str = Field(description="Del PDF que se emitió.")
    sellado: bool = Field(description="Si el PDF lleva sello electrónico institucional.")
    sello_coincide: bool | None = Field(description="Si el `sello` que se mandó es ése; nulo si no se mandó.")


class Comparacion(Verificacion):
    """Si el PDF que se mandó es el que se emitió."""

    identico: bool
