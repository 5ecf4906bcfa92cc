"""Las órdenes de `./dstc`: levantar una instancia, administrarla y revisarla.

Aquí no vive ninguna regla. Las importaciones son tardías a propósito: Prefect
cuesta 1.7 s y SQLModel otro tanto, y la mayoría de las órdenes no los necesita.
"""

from __future__ import annotations

import getpass
import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from api.espanol import typer
from modelos.errores import ErrorGestion

if TYPE_CHECKING:
    from api.procesos import Proceso
    from modelos.ajustes import Ajustes

RAIZ = Path(__file__).resolve().parent.parent
Correo = Annotated[str, typer.Argument(help="Correo con que entra.")]
DeUnidad = Annotated[str, typer.Option("--unidad", help="Clave de la unidad.")]
ConRol = Annotated[str, typer.Option("--rol", help="coordinacion, operacion, direccion o administracion.")]
DiaDado = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="AAAA-MM-DD", help="Día inclusive.")]
SIN_AYUDA_PROPIA = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": ["--ayuda"]}

app = typer.Typer(
    help="Gestión de los procedimientos de la DSTC. Los ajustes se fijan con variables DSTC_…",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "--ayuda"]},
)
persona = typer.Typer(help="Personas que entran al sistema.", no_args_is_help=True)
bitacora = typer.Typer(help="La bitácora encadenada de los expedientes.", no_args_is_help=True)
cast = typer.Typer(help="Centros de Asistencia y Servicios Tecnológicos.", no_args_is_help=True)
app.add_typer(persona, name="persona")
app.add_typer(cast, name="cast")
app.add_typer(bitacora, name="bitacora")


@app.command("demo")
def demostrar() -> None:
    """Levanta todo sobre SQLite con datos y personas de demostración; sólo escucha en esta máquina."""
    os.environ["DSTC_DEMO"] = "1"
    _levantar(_ajustes("datos/demo"))


@app.command()
def servir() -> None:
    """Levanta todo (web, motor y Prefect) y lo mantiene en pie."""
    _levantar(_ajustes())


@app.command("api")
def servir_api() -> None:
    """Levanta sólo la web y la API; funciona aunque Prefect y el motor estén caídos."""
    from api import instancia

    ajustes = _ajustes()
    instancia.resguardar_demo(ajustes)
    instancia.exigir_puerto(ajustes, ajustes.escucha, ajustes.puerto, "DSTC_PUERTO")
    os.environ.update(instancia.entorno(ajustes))
    import uvicorn

    uvicorn.run(
        "api.app:crear",
        factory=True,
        host=ajustes.escucha,
        port=ajustes.puerto,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


@app.command("motor")
def correr_motor() -> None:
    """Levanta un motor: el obrero de Prefect que conduce los expedientes. Puede haber varios."""
    from api import instancia

    os.environ.update(instancia.entorno(_ajustes()))
    from flujos import motor

    motor.main()


@app.command("prefect")
def servir_prefect() -> None:
    """Levanta el servidor de Prefect de esta instancia, en el puerto siguiente al de la web.

    Guarda lo suyo en SQLite dentro de la carpeta de datos, también cuando DSTC_BASE es PostgreSQL;
    para darle otra base fije PREFECT_SERVER_DATABASE_CONNECTION_URL.
    """
    from api import instancia

    ajustes = _ajustes()
    puerto = instancia.puerto_prefect(ajustes)
    instancia.exigir_puerto(ajustes, "127.0.0.1", puerto, "DSTC_PUERTO_PREFECT")
    (ajustes.datos / "prefect").mkdir(parents=True, exist_ok=True)
    os.environ.update(instancia.entorno(ajustes))
    import uvicorn
    from prefect.server.api.server import create_app

    # En este proceso y no con `prefect server start`: un solo proceso que vigilar y terminar.
    uvicorn.run(
        create_app(final=True),
        host="127.0.0.1",
        port=puerto,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )


@app.command()
def migrar() -> None:
    """Deja el esquema de la base en su última versión y carga los catálogos que falten."""
    from api import instancia

    ajustes = _ajustes()
    with instancia.carpeta_propia(ajustes):
        instancia.preparar(ajustes, siempre=True)
    typer.echo("La base está al día.")


@persona.command("crear")
def crear_persona(
    correo: Annotated[str, typer.Argument(help="Correo con que entrará.")],
    nombre: Annotated[str, typer.Option(help="Nombre completo.")],
    unidad: Annotated[str, typer.Option(help="Clave de su unidad.")],
    rol: Annotated[str, typer.Option(help="coordinacion, operacion, direccion o administracion.")],
) -> None:
    """Da de alta a una persona; la contraseña se pide, o se toma de DSTC_CLAVE o de la entrada."""
    clave = _clave_nueva()
    from modelos.organizacion import crear_persona as crear
    from modelos.sesion import transaccion

    with transaccion(_ajustes().url_base) as sesion:
        crear(sesion, correo=correo, nombre=nombre, clave=clave, unidad=unidad, rol=rol)
    typer.echo(f"Se dio de alta a {nombre} ({correo}) en {unidad} como {rol}.")


@persona.command("adscribir")
def adscribir_persona(
    correo: Correo, unidad: DeUnidad, rol: ConRol, desde: DiaDado = None, hasta: DiaDado = None
) -> None:
    """Le da un rol en una unidad, además de los que tenga; sin fechas, desde hoy y sin fin."""
    from modelos import personas
    from modelos.sesion import transaccion

    with transaccion(_ajustes().url_base) as sesion:
        nueva = personas.adscribir(sesion, correo, unidad=unidad, rol=rol, desde=_fecha(desde), hasta=_fecha(hasta))
    hasta_cuando = f"hasta el {nueva.hasta:%Y-%m-%d}" if nueva.hasta else "sin fecha de término"
    typer.echo(f"{correo} queda en {unidad} como {rol} desde el {nueva.desde:%Y-%m-%d}, {hasta_cuando}.")


@persona.command("retirar")
def retirar_persona(correo: Correo, unidad: DeUnidad, rol: ConRol, hasta: DiaDado = None) -> None:
    """Cierra una adscripción; rige todavía el día que se diga en --hasta (si no se da, hoy)."""
    from modelos import personas
    from modelos.sesion import transaccion

    with transaccion(_ajustes().url_base) as sesion:
        ultimo = personas.retirar(sesion, correo, unidad=unidad, rol=rol, hasta=_fecha(hasta))
    typer.echo(f"{correo} deja de estar en {unidad} como {rol}; su último día es el {ultimo:%Y-%m-%d}.")


@persona.command("clave")
def cambiar_clave(correo: Correo) -> None:
    """Le pone otra contraseña y cierra sus sesiones; se pide como en `persona crear`."""
    from modelos import personas
    from modelos.sesion import transaccion

    clave = _clave_nueva()
    with transaccion(_ajustes().url_base) as sesion:
        personas.cambiar_clave(sesion, correo, clave)
    typer.echo(f"{correo} tiene otra contraseña y debe entrar de nuevo.")


@persona.command("baja")
def dar_de_baja(correo: Correo) -> None:
    """La deja fuera en este momento: cierra sus sesiones y sus adscripciones. Lo que hizo se conserva."""
    from modelos import personas
    from modelos.sesion import transaccion

    with transaccion(_ajustes().url_base) as sesion:
        tomados = personas.dar_de_baja(sesion, correo)
    typer.echo(f"{correo} ya no puede entrar.")
    if tomados:
        typer.echo(f"Tenía tomados estos turnos; su coordinación debe reasignarlos: {', '.join(tomados)}.")


@persona.command("reactivar")
def reactivar_persona(correo: Correo) -> None:
    """Deshace una baja, con otra contraseña; después dele sus unidades con `persona adscribir`."""
    from modelos import personas
    from modelos.sesion import transaccion

    clave = _clave_nueva()
    with transaccion(_ajustes().url_base) as sesion:
        personas.reactivar(sesion, correo, clave)
    typer.echo(f"{correo} puede entrar otra vez. Dele sus unidades con `persona adscribir`.")


@persona.command("lista")
def listar_personas(
    unidad: Annotated[str | None, typer.Option(help="Sólo quienes hoy están en esa unidad.")] = None,
    despues: Annotated[str, typer.Option(help="El último correo del tramo anterior.")] = "",
) -> None:
    """Lista a las personas por correo, con lo que hoy les toca; de 50 en 50."""
    from modelos import personas
    from modelos.sesion import lectura

    with lectura(_ajustes().url_base) as sesion:
        fichas = personas.lista(sesion, unidad=unidad, despues=despues)
    for ficha in fichas:
        vigentes = ", ".join(f"{u} ({rol})" for u, rol in ficha.vigentes) or "sin adscripción vigente"
        typer.echo(f"{ficha.correo}  {ficha.nombre}  {vigentes if ficha.activa else 'de baja'}")
    if len(fichas) == personas.LIMITE:
        typer.echo(f"Puede haber más: repita con --despues {fichas[-1].correo}")


@cast.command("crear")
def crear_cast(
    clave: Annotated[str, typer.Argument(help="Clave corta, sin puntos ni espacios.")],
    nombre: Annotated[str, typer.Option(help="Denominación oficial (L-24).")],
    depende_de: Annotated[str, typer.Option(help="Clave de su unidad estatal: CE-01 … CE-32, UODCDMX o RCEO.")],
) -> None:
    """Da de alta un CAST. El catálogo nace vacío: lo captura la institución."""
    from modelos.organizacion import crear_cast as crear
    from modelos.sesion import transaccion

    with transaccion(_ajustes().url_base) as sesion:
        crear(sesion, clave=clave, nombre=nombre, depende_de=depende_de)
    typer.echo(f"Se dio de alta {nombre} ({clave}), que depende de {depende_de}.")


@bitacora.command("verificar")
def verificar_bitacora(
    folio: Annotated[str | None, typer.Argument(help="Un expediente; vacío: todos.")] = None,
) -> None:
    """Comprueba cadena, reproducción y estado; dice el primer asiento roto de cada expediente."""
    from flujos.catalogo import CATALOGO
    from modelos.sesion import lectura
    from modelos.verificacion import verificar

    with lectura(_ajustes().url_base) as sesion:
        informe = verificar(sesion, CATALOGO, folio)
    for falla in informe.fallas:
        typer.echo(str(falla))
    revisado = f"{informe.expedientes} expedientes, {informe.asientos} asientos"
    if informe.fallas:
        typer.echo(f"{revisado}: {len(informe.fallas)} con fallas.")
        raise typer.Exit(1)
    typer.echo(f"{revisado}: íntegros, y reproducirlos da lo guardado.")


@bitacora.command("reconstruir")
def reconstruir_expedientes(
    folio: Annotated[str | None, typer.Argument(help="Un expediente; vacío: todos.")] = None,
) -> None:
    """Rehace expedientes y turnos desde su bitácora; sólo cambia lo que no coincida con ella."""
    from flujos.catalogo import CATALOGO
    from modelos.sesion import lectura, transaccion
    from modelos.verificacion import folios, reconstruir

    url = _ajustes().url_base
    with lectura(url) as sesion:
        pedidos = [folio] if folio else folios(sesion)
    for uno in pedidos:
        with transaccion(url) as sesion:
            if reconstruir(sesion, CATALOGO, uno):
                typer.echo(f"{uno}: se rehízo; no coincidía con su bitácora.")
    typer.echo(f"{len(pedidos)} expedientes revisados.")


@app.command("tablas")
def listar_tablas() -> None:
    """Lista los procedimientos publicados."""
    from flujos.catalogo import CATALOGO

    for tabla in CATALOGO:
        typer.echo(f"{tabla.clave}  {tabla.vigente_desde:%Y-%m-%d}  {tabla.nombre}")


@app.command(context_settings=SIN_AYUDA_PROPIA)
def probar(contexto: typer.Context) -> None:
    """Pasa la revisión y las pruebas; con argumentos, sólo `pytest` con ellos."""
    from api import pruebas

    raise typer.Exit(pruebas.probar(contexto.args))


@app.command(context_settings=SIN_AYUDA_PROPIA)
def banco(contexto: typer.Context) -> None:
    """Mide la decisión contra su piso e imprime cifras; deja un JSON en `informes/`."""
    import subprocess

    orden = [sys.executable, "-m", "tests.banco", *contexto.args]
    raise typer.Exit(subprocess.run(orden, cwd=RAIZ, check=False).returncode)


@app.command()
def revisar() -> None:
    """Pasa sólo las comprobaciones sin ejecutar: formato, estilo, tipos, capas y migraciones."""
    from api import pruebas

    raise typer.Exit(pruebas.revisar())


def _levantar(ajustes: Ajustes) -> None:
    from api import instancia
    from api.procesos import Supervisor

    instancia.resguardar_demo(ajustes)
    with instancia.carpeta_propia(ajustes) as datos:
        instancia.exigir_puerto(ajustes, ajustes.escucha, ajustes.puerto, "DSTC_PUERTO")
        procesos = [_proceso("api"), _proceso("motor", espera=True)]
        if not ajustes.prefect_url:
            puerto = instancia.puerto_prefect(ajustes)
            instancia.exigir_puerto(ajustes, "127.0.0.1", puerto, "DSTC_PUERTO_PREFECT")
            procesos.insert(1, _proceso("prefect", espera=True))
        instancia.preparar(ajustes)
        supervisor = Supervisor(
            procesos,
            datos / "registros",
            instancia.entorno(ajustes),
            responde=lambda: instancia.responde(ajustes),
            al_responder=lambda: _presentar(ajustes, instancia.direccion(ajustes)),
        )
        raise typer.Exit(supervisor.correr())


def _proceso(nombre: str, *, espera: bool = False) -> Proceso:
    from api.procesos import Proceso

    return Proceso(nombre, (sys.executable, "-m", "api.cli", nombre), espera_a_los_demas=espera)


def _presentar(ajustes: Ajustes, direccion: str) -> None:
    typer.echo(f"\nListo: {direccion}")
    if ajustes.demo:
        from modelos import demo

        typer.echo(f"Cuentas de demostración (contraseña: {demo.CLAVE}; hay además una por unidad):")
        for alias, para_que in demo.CUENTAS_VISIBLES:
            typer.echo(f"  {f'{alias}@{demo.DOMINIO}':<28}{para_que}")
    typer.echo(f"Datos y registros: {ajustes.datos}\nCtrl-C para terminar.\n")


def _ajustes(datos: str = "datos") -> Ajustes:
    """Los ajustes, con la carpeta de datos por omisión junto al código y no donde se esté parado."""
    os.environ["DSTC_DATOS"] = str(Path(os.environ.get("DSTC_DATOS") or RAIZ / datos).absolute())
    from pydantic import ValidationError

    from modelos.ajustes import ajustes

    try:
        return ajustes()
    except ValidationError as error:
        from api.instancia import NoArranca

        faltas = "; ".join(f"DSTC_{str(e['loc'][0]).upper()}={e['input']}: {e['msg']}" for e in error.errors())
        raise NoArranca(f"Revise estos ajustes: {faltas}.") from error


def _fecha(dia: datetime | None) -> date | None:
    return dia.date() if dia else None


def _clave_nueva() -> str:
    if "DSTC_CLAVE" in os.environ:
        return os.environ["DSTC_CLAVE"]
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    while True:
        clave = getpass.getpass("Contraseña: ")
        if clave == getpass.getpass("Otra vez: "):
            return clave
        typer.echo("No coinciden; escríbala de nuevo.")


def main() -> None:
    """Ejecuta la orden y convierte los errores propios en una frase y un código de salida."""
    try:
        app(prog_name="dstc")
    except ErrorGestion as error:
        from api.instancia import NoArranca

        typer.echo(f"{error.titulo}: {error}", err=True)
        sys.exit(2 if isinstance(error, NoArranca) else 1)


if __name__ == "__main__":
    main()
