"""Las formas del contrato para unidades, personas, cambios y la carga desde Excel. Sólo la administración."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from api.v1.esquemas.comunes import ENTERO_MAXIMO, Instante, Solicitud
from modelos.actos.administracion.unidades import LARGO_FUENTE
from modelos.fechas import Fecha
from modelos.organizacion.organigrama import LARGO_MAXIMO
from modelos.tabla.formularios import LARGO_MOTIVO

Rol = Literal["operacion", "coordinacion", "direccion", "administracion"]
DIA = Field(None, description="`AAAA-MM-DD`, o nula.")


class Unidad(BaseModel):
    """Una unidad del catálogo."""

    clave: str
    nombre: str
    tipo: str = Field(description="nacional, estatal o cast.")
    depende_de: str | None
    entidad: str | None = Field(description="ISO 3166-2, como MX-SON.")
    activa: bool
    por_confirmar: bool = Field(description="Su nombre sigue un patrón; ninguna fuente lo dice.")


class UnidadDeBaja(Unidad):
    """Ya de baja."""

    turnos_sin_nadie: int = Field(description="Turnos abiertos que hoy nadie de la unidad puede atender.")


class UnidadNueva(Solicitud):
    """Un CAST."""

    clave: str = Field(max_length=40)
    nombre: str = Field(max_length=LARGO_MAXIMO)
    depende_de: str = Field(max_length=40, description="Su unidad estatal.")


class UnidadCorregida(Solicitud):
    """Lo que se corrige."""

    nombre: str = Field(max_length=LARGO_MAXIMO)
    depende_de: str = Field("", max_length=40, description="Sólo de un CAST; vacía: la que tiene.")
    fuente: str = Field(max_length=LARGO_FUENTE, description="Dónde consta.")
    confirmada: bool = Field(default=False, description="El nombre deja de estar por confirmar.")


class BajaDeUnidad(Solicitud):
    """Desde cuándo y por qué deja de operar."""

    desde: Fecha = Field(description="Hoy o antes.")
    motivo: str = Field(max_length=LARGO_MOTIVO)
    turnos_vistos: int = Field(0, ge=0, le=ENTERO_MAXIMO, description="Cuántos turnos abiertos vio; si son más, 409.")


class ConMotivo(Solicitud):
    """Por qué."""

    motivo: str = Field(max_length=LARGO_MOTIVO)


class Adscrita(BaseModel):
    """Un rol en una unidad, con su vigencia; los dos días se incluyen."""

    id: int
    unidad: str
    rol: str
    desde: date
    hasta: date | None


class PersonaListada(BaseModel):
    """Una persona con lo que hoy le toca."""

    id: int
    correo: str
    nombre: str
    activa: bool
    vigentes: list[tuple[str, str]] = Field(description="Pares unidad y rol.")


class SinNadie(BaseModel):
    """Turnos abiertos de una unidad que nadie puede atender."""

    unidad: str
    turnos: int
    desde: date = Field(description="El primer día así.")


class PersonaDetalle(BaseModel):
    """Una persona con todo lo suyo."""

    id: int
    correo: str
    nombre: str
    activa: bool
    adscripciones: list[Adscrita]
    turnos_tomados: list[str] = Field(description="A lo más 50; al darla de baja, o retirarla, vuelven a su unidad.")
    firma_por: list[str]
    turnos_sin_nadie: list[SinNadie] = Field(description="Los que dejan o dejarán su baja o un último día ya fijado.")
    turnos_sin_nadie_si_se_va: list[SinNadie] = Field(description="Los que quedarían así si se le da de baja hoy.")


class PersonaConClave(PersonaDetalle):
    """Con la contraseña que se le generó; no vuelve a mostrarse."""

    clave_inicial: str | None = Field(description="Nula si se repitió la solicitud: si se perdió, restablézcala.")


class PersonaNueva(Solicitud):
    """Alguien y su primera adscripción, desde hoy."""

    correo: str = Field(max_length=LARGO_MAXIMO)
    nombre: str = Field(max_length=LARGO_MAXIMO)
    unidad: str = Field(max_length=40)
    rol: Rol


class PersonaCorregida(Solicitud):
    """Su nombre y su correo."""

    correo: str = Field(max_length=LARGO_MAXIMO)
    nombre: str = Field(max_length=LARGO_MAXIMO)


class AdscripcionNueva(Solicitud):
    """Un rol más en una unidad."""

    unidad: str = Field(max_length=40)
    rol: Rol
    desde: Fecha | None = DIA
    hasta: Fecha | None = DIA


class Vigencia(Solicitud):
    """Su último día, que todavía cuenta; nulo: sin fin."""

    hasta: Fecha | None = DIA


class CampoCambiado(BaseModel):
    """Un campo antes y después."""

    campo: str
    antes: str
    despues: str


class CambioHecho(BaseModel):
    """Quién cambió qué."""

    id: int
    cosa: str
    cual: str
    quien: str
    cuando: Instante
    nuevo: bool
    campos: list[CampoCambiado]


class PasoDeCarga(BaseModel):
    """Lo que haría, o hizo, un renglón."""

    hoja: str
    renglon: int
    que: Literal["nuevo", "cambia", "igual"]
    nombre: str


class FaltaDeCarga(BaseModel):
    """Algo que corregir en el libro."""

    hoja: str
    renglon: int = Field(description="0: de toda la hoja.")
    columna: str
    que: str


class Revision(BaseModel):
    """Lo que haría la carga; con faltas no se puede hacer."""

    huella: str = Field(description="Para confirmar justo esto.")
    pasos: list[PasoDeCarga]
    faltas: list[FaltaDeCarga]
    notas: list[str]


class ClaveInicial(BaseModel):
    """La contraseña de una persona nueva."""

    correo: str
    clave_inicial: str


class CargaHecha(BaseModel):
    """Lo que hizo la carga. Las contraseñas no vuelven a mostrarse."""

    pasos: list[PasoDeCarga]
    altas: list[ClaveInicial]
