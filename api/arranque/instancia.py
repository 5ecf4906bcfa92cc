"""Una instancia: su carpeta de datos, sus puertos y el entorno de sus procesos.

Todo aquí es barato de importar: de esto depende que la página responda en menos de 3 s.
"""

from __future__ import annotations

import errno
import fcntl
import http.client
import os
import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from modelos.ajustes import Ajustes
from modelos.errores import ErrorGestion
from modelos.motor.credencial import credencial

RAIZ = Path(__file__).resolve().parents[2]
LOCALES = ("127.0.0.1", "::1", "localhost")
MARCA_DEMO = ".demo"


class NoArranca(ErrorGestion):
    """La instancia no puede levantarse como se pidió; el mensaje dice qué cambiar."""

    titulo = "No se puede arrancar"

    def __init__(self, motivo: str) -> None:
        super().__init__(motivo)
        self.motivo = motivo

    def __str__(self) -> str:
        return self.motivo


def leer_ajustes(datos: str = "datos") -> Ajustes:
    """Los ajustes del entorno, con la carpeta de datos por omisión junto al código y no donde se esté parado.

    Lanza:
        NoArranca: alguno no se entiende; dice cuál y qué se espera.
    """
    os.environ["DSTC_DATOS"] = str(Path(os.environ.get("DSTC_DATOS") or RAIZ / datos).absolute())
    from pydantic import ValidationError

    from modelos import reloj
    from modelos.ajustes import ajustes

    try:
        reloj.ahora()
        return ajustes()
    except ValidationError as error:
        from modelos.tabla.formularios import mensajes

        faltas = "; ".join(f"DSTC_{campo.upper()} {falta}" for campo, falta in mensajes(error.errors()).items())
        raise NoArranca(f"Revise estos ajustes: {faltas}.") from error
    except reloj.RelojIlegible as error:
        raise NoArranca(str(error)) from error


def exigir_base(ajustes: Ajustes) -> str:
    """La URL de la base, si ya se preparó; abrir la que no existe dejaría una vacía que estorba después."""
    if version_de_la_base(ajustes) is None:
        donde = "la que dice DSTC_BASE" if ajustes.base else f"la de {ajustes.datos}"
        raise NoArranca(f"No hay base preparada ({donde}). Corra antes ./dstc migrar, o revise DSTC_DATOS y DSTC_BASE.")
    return ajustes.url_base


@contextmanager
def carpeta_propia(ajustes: Ajustes) -> Iterator[Path]:
    """Reserva la carpeta de datos: dos instancias sobre la misma se pisarían las corridas."""
    datos = ajustes.datos
    try:
        datos.mkdir(parents=True, exist_ok=True)
        candado = (datos / ".instancia").open("a")
    except OSError as error:
        raise NoArranca(f"No se puede escribir en {datos} ({error.strerror}). Elija otra con DSTC_DATOS=…") from error
    with candado:
        try:
            fcntl.flock(candado, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NoArranca(
                f"Otra instancia ya usa {datos}. Termínela, o dé a ésta su propia carpeta y su propio puerto: "
                f"DSTC_DATOS=… DSTC_PUERTO={otro_puerto(ajustes)}"
            ) from error
        yield datos


def resguardar_demo(ajustes: Ajustes) -> None:
    """Las cuentas de demostración tienen clave pública: ni salen de esta máquina ni entran a datos reales."""
    datos = ajustes.datos
    es_de_demo = (datos / MARCA_DEMO).exists()
    if (ajustes.demo or es_de_demo) and ajustes.escucha not in LOCALES:
        raise NoArranca(
            f"La demostración sólo escucha en 127.0.0.1 y se pidió {ajustes.escucha}: sus claves son públicas. "
            "Quite DSTC_ESCUCHA, o use ./dstc servir con otra carpeta de datos."
        )
    if ajustes.demo and not es_de_demo and (datos / "dstc.sqlite3").exists():
        raise NoArranca(
            f"{datos} ya tiene datos que no son de demostración; no se les agregan cuentas de prueba. "
            "Quite DSTC_DATOS o elija una carpeta nueva."
        )
    if ajustes.demo:
        try:
            datos.mkdir(parents=True, exist_ok=True)
            (datos / MARCA_DEMO).touch()
        except OSError as error:
            raise NoArranca(
                f"No se puede escribir en {datos}: {error.strerror}. Elija otra con DSTC_DATOS=…"
            ) from error


def exigir_puerto(ajustes: Ajustes, direccion: str, puerto: int, ajuste: str) -> None:
    """Comprueba que se pueda escuchar ahí, antes de levantar nada."""
    familia = socket.AF_INET6 if ":" in direccion else socket.AF_INET
    with socket.socket(familia, socket.SOCK_STREAM) as enchufe:
        enchufe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            enchufe.bind((direccion, puerto))
        except OverflowError as error:
            raise NoArranca(f"El puerto {puerto} no existe: el último es 65535. Fije otro con {ajuste}=…") from error
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                motivo = "está ocupado: termine el programa que lo usa"
            else:
                motivo = f"de {direccion} no se puede usar ({error.strerror}): revise DSTC_ESCUCHA"
            raise NoArranca(f"El puerto {puerto} {motivo}, o fije otro con {ajuste}={otro_puerto(ajustes)}.") from error


def avisar_del_proxy(ajustes: Ajustes) -> None:
    """Dice lo que pasa si se sirve por HTTPS, que aquí siempre lo pone un proxy, y no se dijo cuál es."""
    if ajustes.https and not ajustes.proxies:
        print(
            "Aviso: se sirve por HTTPS y falta DSTC_PROXIES, la dirección del proxy que lo pone (por ejemplo "
            "DSTC_PROXIES=127.0.0.1). Sin ella todas las personas parecen venir de la misma dirección, y los fallos "
            "de una hacen esperar a las demás.",
            file=sys.stderr,
            flush=True,
        )


def otro_puerto(ajustes: Ajustes) -> int:
    """Un puerto que sugerir, lejos de los dos de esta instancia."""
    return ajustes.puerto + 10 if ajustes.puerto + 11 < 65536 else 8010


def puerto_prefect(ajustes: Ajustes) -> int:
    """Donde escucha el Prefect local: el que se fijó o el siguiente al de la web."""
    return ajustes.puerto_prefect or ajustes.puerto + 1


def entorno(ajustes: Ajustes) -> dict[str, str]:
    """El entorno de los procesos hijos: rutas absolutas, el Prefect de esta instancia y sin telemetría."""
    datos = ajustes.datos
    return {
        **os.environ,
        "PYTHONPATH": str(RAIZ),
        "PYTHONSAFEPATH": "1",
        "PYTHONUNBUFFERED": "1",  # el registro de un proceso muerto debe llegar hasta su última línea
        "DSTC_DATOS": str(datos),
        "DSTC_DEMO": "1" if ajustes.demo else "0",
        "DSTC_PUERTO": str(ajustes.puerto),
        "DSTC_PUERTO_PREFECT": str(puerto_prefect(ajustes)),
        "PREFECT_HOME": str(datos / "prefect"),
        "PREFECT_API_URL": ajustes.url_prefect,
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


def entorno_prefect(ajustes: Ajustes) -> dict[str, str]:
    """Además, lo que sólo necesitan quien sirve Prefect y quien habla con él: la credencial y sus puertas cerradas."""
    secreta = credencial(ajustes)
    origenes = [f"http://{nombre}:{puerto_prefect(ajustes)}" for nombre in ("127.0.0.1", "localhost")]
    if ajustes.prefect_publico:
        publico = urlsplit(ajustes.prefect_publico)
        origenes.append(f"{publico.scheme}://{publico.netloc}")
    propias = {
        # Su interfaz se sirve desde él mismo; ninguna otra página tiene por qué hablarle.
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": ",".join(origenes),
        # Nuestras pausas no caducan: buscarlas es un tercio de lo que el servidor gasta en reposo.
        "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
    }
    if ajustes.prefect_publico:
        propias["PREFECT_UI_API_URL"] = f"{ajustes.enlace_prefect}/api"
    if secreta:
        propias |= {"PREFECT_API_AUTH_STRING": secreta, "PREFECT_SERVER_API_AUTH_STRING": secreta}
    return entorno(ajustes) | propias


def direccion(ajustes: Ajustes) -> str:
    """La dirección que se abre en el navegador de esta máquina."""
    donde = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(ajustes.escucha, ajustes.escucha)  # noqa: S104 — se compara
    return f"http://[{donde}]:{ajustes.puerto}" if ":" in donde else f"http://{donde}:{ajustes.puerto}"


def responde(ajustes: Ajustes) -> bool:
    """Dice si la API ya contesta `/api/v1/salud/vivo`. Sin pasar por el proxy del entorno."""
    conexion = http.client.HTTPConnection(direccion(ajustes).removeprefix("http://"), timeout=1)
    with closing(conexion):
        try:
            conexion.request("GET", "/api/v1/salud/vivo")
            return conexion.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False


def version_de_la_base(ajustes: Ajustes) -> str | None:
    """La revisión en que está la base, o None si no se sabe; sin importar SQLAlchemy."""
    pregunta = "SELECT version_num FROM alembic_version"
    esquema, _, ruta = ajustes.url_base.partition("://")
    fila = None
    if esquema == "sqlite":
        archivo = Path(ruta.removeprefix("/"))
        if not archivo.is_file():
            return None
        with closing(sqlite3.connect(archivo)) as base, suppress(sqlite3.DatabaseError):
            fila = base.execute(pregunta).fetchone()
    else:
        import psycopg

        with suppress(psycopg.Error), psycopg.connect(f"postgresql://{ruta}", connect_timeout=3) as conexion:
            fila = conexion.execute(pregunta).fetchone()
    return str(fila[0]) if fila else None
