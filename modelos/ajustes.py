"""Todo lo configurable, en un solo lugar y con prefijo `DSTC_`.

Se construye una vez por proceso con `ajustes()` y desde ahí se pasa como
argumento. Ningún secreto tiene valor por defecto.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

VERSION = "0.1.0"
_CORREO = re.compile(r"mailtos?://[\x21-\x7e]+")
_DIRECCION = re.compile(r"https?://[\x21-\x7e]+")


class Ajustes(BaseSettings):
    """Los ajustes de una instancia. Cada campo se fija con `DSTC_<CAMPO>`."""

    model_config = SettingsConfigDict(env_prefix="DSTC_", frozen=True, extra="ignore")

    datos: Path = Field(
        Path("datos"), validate_default=True, description="Carpeta de esta instancia: base, anexos, Prefect."
    )
    base: str = Field(
        "", description="Base de datos; vacía: SQLite en la carpeta de datos. Ej.: postgresql+psycopg://…"
    )
    escucha: str = Field("127.0.0.1", description="Dirección en que escucha la web.")
    puerto: int = Field(8000, ge=1, le=65535, description="Puerto de la web y la API.")
    direccion: str = Field(
        "",
        description="Dirección pública de la web, para enlaces en correos y calendarios; vacía: la de esta máquina. "
        "Ej.: https://procedimientos.ejemplo.mx",
    )
    puerto_prefect: int = Field(
        0, ge=0, le=65535, description="Puerto del servidor de Prefect; 0: el siguiente al de la web."
    )
    prefect_url: str = Field("", description="API de un Prefect ya existente; vacía: el local.")
    prefect_credencial: SecretStr = Field(
        SecretStr(""),
        description="Credencial de Prefect, `usuario:clave`; vacía: una al azar en la carpeta de datos, o ninguna si "
        "se usa un Prefect ya existente.",
    )
    proxies: str = Field(
        "",
        description="Direcciones de los proxies cuyo X-Forwarded-For se cree, separadas por comas; vacía: ninguno. "
        "Detrás de uno hace falta: sin ella todas las personas parecen venir de la misma dirección.",
    )
    demo: bool = Field(False, description="Instancia de demostración: sólo escucha en esta máquina.")
    cookie_segura: bool = Field(False, description="Marca Secure en la cookie de sesión; actívelo si sirve por HTTPS.")
    sesion_horas: int = Field(12, ge=1, le=720, description="Vigencia de una sesión, en horas.")
    sesion_inactiva_min: int = Field(
        120, ge=0, le=43_200, description="Minutos sin uso tras los que caduca una sesión; 0: sólo al vencer."
    )
    intentos_max: int = Field(5, ge=1, le=100, description="Contraseñas falladas antes de pedir espera.")
    intentos_ventana_s: int = Field(900, ge=1, description="Ventana en que se cuentan, en segundos.")
    intentos_espera_s: int = Field(
        60, ge=1, le=900, description="Lo más que se hace esperar tras un fallo; empieza en 10 s y se dobla."
    )
    equipo_dias: int = Field(
        180,
        ge=0,
        le=730,
        description="Días sin uso tras los que se olvida un equipo desde el que alguien entró; 0: no se recuerdan, y "
        "se pierde lo que se envíe con la sesión ya vencida.",
    )
    entradas_en_fila: int = Field(
        16,
        ge=1,
        le=500,
        description="Entradas que hacen fila a la vez desde equipos que no se conocen; los conocidos, el triple.",
    )
    anexo_max_bytes: int = Field(
        25 * 1024 * 1024, ge=1, description="Tamaño máximo de un archivo de evidencia, en bytes."
    )
    corridas_simultaneas: int = Field(
        0, ge=0, description="Corridas a la vez en el motor; 0: 2 con SQLite y 4 con PostgreSQL."
    )
    tabla_alterada: Literal["no_arrancar", "cuarentena"] = Field(
        "no_arrancar",
        description="Qué hacer al arrancar si una tabla publicada cambió o falta: no arrancar, o arrancar con los "
        "expedientes que no se puedan reproducir en cuarentena, como incidentes.",
    )
    encargos_intentos: int = Field(3, ge=1, le=20, description="Intentos de un efecto antes de dejarlo como incidente.")
    jornada_hora: int = Field(
        7,
        ge=0,
        le=24,
        description="Desde qué hora del centro se trabaja la jornada: ciclos, esperas vencidas y recordatorios; "
        "24: nunca, y entonces tampoco sale el resumen del día, que lleva los recordatorios, lo que falta firmar y los "
        "oficios recibidos.",
    )
    correo: SecretStr = Field(
        SecretStr(""),
        description="Servidor de correo, como dirección mailto:// o mailtos:// de Apprise con su remitente "
        "(mailtos://usuario:clave@servidor?from=avisos@ejemplo.mx); `carpeta`: se guarda en la de datos y no sale; "
        "vacía: no sale correo. En la demostración siempre es `carpeta`.",
    )
    correo_espera_s: float = Field(
        30.0, gt=0, le=120, description="Lo más que dura el envío de un mensaje, en segundos."
    )
    entregas_intentos: int = Field(6, ge=1, le=50, description="Intentos de un mensaje antes de darlo por fallido.")
    prefect_publico: str = Field(
        "",
        description="Dirección con que se abre la interfaz de Prefect, para enlazar sus corridas; vacía: sin enlaces.",
    )
    sello: str = Field(
        "", description="Certificado institucional (PKCS#12) con que se sellan los oficios; vacío: sólo sello de texto."
    )
    sello_clave: SecretStr = Field(SecretStr(""), description="Contraseña de ese certificado.")
    norma_en_proyecto: Literal["avisar", "bloquear"] = Field(
        "avisar",
        description="Qué hacer al firmar un oficio fundado en una norma que no consta como vigente: "
        "imprimir el aviso o no firmarlo.",
    )
    acuse_dias: int = Field(
        3, ge=1, le=120, description="Días hábiles tras los que se recuerda una vez a quien no ha acusado un oficio."
    )
    motor_sin_avance_s: float = Field(
        300.0,
        gt=0,
        description="Si Prefect responde, hay expedientes por conducir y en estos segundos no se termina ninguno, el "
        "motor sale y se levanta otro.",
    )
    conciliacion_minutos: int = Field(
        10, ge=1, le=30, description="Cada cuántos minutos se concilia con Prefect; lo que se cambió ahí se repara."
    )
    atraso_max_s: int = Field(
        300,
        ge=1,
        description="Segundos sin registrarse un efecto en Prefect, o sin que nadie tome un mensaje por enviar, tras "
        "los que /salud dice «degradado».",
    )
    insistencias: int = Field(
        5,
        ge=0,
        le=100,
        description="Veces que se insiste en un plazo vencido, cada 3 días hábiles; después sólo va en el resumen "
        "semanal. Inferido: la fuente no fija ninguna.",
    )
    resumen_dia: int = Field(
        1,
        ge=1,
        le=5,
        description="Día del resumen semanal de lo vencido, 1 (lunes) a 5; si es inhábil, el hábil que siga. Inferido.",
    )
    compromiso_dias: int = Field(
        30,
        ge=1,
        le=365,
        description="Días naturales que puede alejarse la fecha a que alguien se compromete para lo vencido. Inferido.",
    )
    pausa_motor_s: float = Field(0.5, gt=0, description="Espera entre vueltas del motor, en segundos.")

    @field_validator("datos")
    @classmethod
    def _entera(cls, datos: Path) -> Path:
        """Con su ruta entera, de una vez: se pregunta con cada transacción y cada archivo."""
        return datos.resolve()

    @field_validator("base")
    @classmethod
    def _base_conocida(cls, base: str) -> str:
        if base and not base.startswith(("postgresql+psycopg://", "sqlite:////")):
            raise PydanticCustomError("base_desconocida", "base desconocida")
        return base

    @field_validator("correo")
    @classmethod
    def _correo_conocido(cls, correo: SecretStr) -> SecretStr:
        if correo.get_secret_value() not in ("", "carpeta") and not _CORREO.fullmatch(correo.get_secret_value()):
            raise PydanticCustomError("correo_desconocido", "debe ser mailto://…, mailtos://…, carpeta o nada")
        return correo

    @field_validator("direccion")
    @classmethod
    def _direccion_publica(cls, direccion: str) -> str:
        if direccion and not _DIRECCION.fullmatch(direccion):
            raise PydanticCustomError("direccion_publica", "debe ser una dirección como https://dstc.ejemplo.mx")
        return direccion.rstrip("/")

    @field_validator("prefect_credencial")
    @classmethod
    def _con_usuario_y_clave(cls, credencial: SecretStr) -> SecretStr:
        usuario, _, clave = credencial.get_secret_value().partition(":")
        if bool(usuario) != bool(clave) or not credencial.get_secret_value().isascii():
            raise PydanticCustomError("credencial", "debe ser usuario:clave, sin acentos")
        return credencial

    @property
    def https(self) -> bool:
        """Si la web se abre por HTTPS."""
        return self.cookie_segura or self.direccion.startswith("https://")

    @property
    def carpeta_correo(self) -> Path:
        """Donde se atrapa el correo que no sale."""
        return self.datos / "correo"

    @property
    def url_base(self) -> str:
        """URL de SQLAlchemy; SQLite en la carpeta de datos si no se fijó otra."""
        return self.base or f"sqlite:///{self.datos / 'dstc.sqlite3'}"

    @property
    def url_publica(self) -> str:
        """Con qué empieza un enlace que se abre fuera de esta página; sin diagonal final."""
        donde = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.escucha, self.escucha)  # noqa: S104 - se compara
        local = f"http://[{donde}]:{self.puerto}" if ":" in donde else f"http://{donde}:{self.puerto}"
        return (self.direccion or local).rstrip("/")

    @property
    def carpeta_anexos(self) -> Path:
        """Donde se guardan los archivos de evidencia, fuera de la base."""
        return self.datos / "anexos"

    @property
    def carpeta_oficios(self) -> Path:
        """Donde se guardan los PDF firmados, nombrados por su sha256."""
        return self.datos / "oficios"

    @property
    def enlace_prefect(self) -> str:
        """Con qué empieza el enlace a una corrida; vacío si no se sabe desde dónde se abre la interfaz de Prefect.

        La demostración sólo se abre en esta máquina, así que ahí sí se sabe.
        """
        local = self.url_prefect.removesuffix("/api") if self.demo and not self.prefect_url else ""
        return (self.prefect_publico or local).rstrip("/")

    @property
    def conciliacion_paciencia_s(self) -> float:
        """Cuánto se espera a que Prefect termine su conciliación antes de hacerla sin él: el doble de su intervalo."""
        return 2 * 60.0 * self.conciliacion_minutos

    @property
    def url_prefect(self) -> str:
        """Dirección de la API de Prefect que usa esta instancia."""
        return self.prefect_url or f"http://127.0.0.1:{self.puerto_prefect or self.puerto + 1}/api"


@cache
def ajustes() -> Ajustes:
    """Los ajustes del proceso, leídos del entorno una sola vez."""
    return Ajustes()
