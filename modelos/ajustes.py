"""Todo lo configurable, en un solo lugar y con prefijo `DSTC_`.

Se construye una vez por proceso con `ajustes()` y desde ahí se pasa como
argumento. Ningún secreto tiene valor por defecto.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

VERSION = "0.1.0"


class Ajustes(BaseSettings):
    """Los ajustes de una instancia. Cada campo se fija con `DSTC_<CAMPO>`."""

    model_config = SettingsConfigDict(env_prefix="DSTC_", frozen=True, extra="ignore")

    datos: Path = Field(Path("datos"), description="Carpeta de esta instancia: base, anexos, Prefect.")
    base: str = Field(
        "", description="Base de datos; vacía: SQLite en la carpeta de datos. Ej.: postgresql+psycopg://…"
    )
    escucha: str = Field("127.0.0.1", description="Dirección en que escucha la web.")
    puerto: int = Field(8000, ge=1, le=65535, description="Puerto de la web y la API.")
    puerto_prefect: int = Field(
        0, ge=0, le=65535, description="Puerto del servidor de Prefect; 0: el siguiente al de la web."
    )
    prefect_url: str = Field("", description="API de un Prefect ya existente; vacía: el local.")
    proxies: str = Field(
        "", description="Direcciones de los proxies cuyo X-Forwarded-For se cree, separadas por comas; vacía: ninguno."
    )
    demo: bool = Field(False, description="Instancia de demostración: sólo escucha en esta máquina.")
    cookie_segura: bool = Field(False, description="Marca Secure en la cookie de sesión; actívelo si sirve por HTTPS.")
    sesion_horas: int = Field(12, ge=1, le=720, description="Vigencia de una sesión, en horas.")
    intentos_max: int = Field(5, ge=1, le=100, description="Contraseñas falladas antes de pedir espera.")
    intentos_ventana_s: int = Field(900, ge=1, description="Ventana en que se cuentan, en segundos.")
    anexo_max_bytes: int = Field(
        25 * 1024 * 1024, ge=1, description="Tamaño máximo de un archivo de evidencia, en bytes."
    )
    corridas_simultaneas: int = Field(
        0, ge=0, description="Corridas a la vez en el motor; 0: 2 con SQLite y 4 con PostgreSQL."
    )
    encargos_intentos: int = Field(3, ge=1, le=20, description="Intentos de un efecto antes de dejarlo como incidente.")
    pausa_motor_s: float = Field(0.5, gt=0, description="Espera entre vueltas del motor, en segundos.")

    @field_validator("base")
    @classmethod
    def _base_conocida(cls, base: str) -> str:
        if base and not base.startswith(("postgresql+psycopg://", "sqlite:////")):
            raise PydanticCustomError("base_desconocida", "base desconocida")
        return base

    @property
    def url_base(self) -> str:
        """URL de SQLAlchemy; SQLite en la carpeta de datos si no se fijó otra."""
        return self.base or f"sqlite:///{self.datos.resolve() / 'dstc.sqlite3'}"

    @property
    def carpeta_anexos(self) -> Path:
        """Donde se guardan los archivos de evidencia, fuera de la base."""
        return self.datos.resolve() / "anexos"

    @property
    def url_prefect(self) -> str:
        """Dirección de la API de Prefect que usa esta instancia."""
        return self.prefect_url or f"http://127.0.0.1:{self.puerto_prefect or self.puerto + 1}/api"


@cache
def ajustes() -> Ajustes:
    """Los ajustes del proceso, leídos del entorno una sola vez."""
    return Ajustes()
