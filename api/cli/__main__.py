"""Las órdenes de `./dstc`: levantar una instancia, administrarla y revisarla.

Aquí no vive ninguna regla. Las importaciones son tardías a propósito: Prefect
cuesta 1.7 s y SQLModel otro tanto, y la mayoría de las órdenes no los necesita.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from api.arranque.instancia import NoArranca, exigir_base, leer_ajustes
from api.cli import canales, dias, oficios, organizacion, papeleria, simulacion
from api.espanol import typer
from modelos.errores import ErrorGestion

if TYPE_CHECKING:
    from api.arranque.procesos import Proceso
    from modelos.ajustes import Ajustes

RAIZ = Path(__file__).resolve().parents[2]
SIN_AYUDA_PROPIA = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": ["--ayuda"]}

app = typer.Typer(
    help="Gestión de los procedimientos de la DSTC. Los ajustes se fijan con variables DSTC_…",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "--ayuda"]},
)
bitacora = typer.Typer(help="La bitácora encadenada de los expedientes.", no_args_is_help=True)
tablas = typer.Typer(help="Las tablas de los procedimientos publicados.")
app.add_typer(organizacion.persona, name="persona")
app.add_typer(organizacion.cast, name="cast")
app.add_typer(dias.dias, name="dias")
app.add_typer(canales.canal, name="canal")
app.add_typer(oficios.oficio, name="oficio")
app.add_typer(papeleria.titular, name="titular")
app.add_typer(papeleria.leyenda, name="leyenda")
app.add_typer(papeleria.norma, name="norma")
app.add_typer(bitacora, name="bitacora")
app.add_typer(tablas, name="tablas")
app.command("simular")(simulacion.simular)


@app.command("demo")
def demostrar() -> None:
    """Levanta todo sobre SQLite con datos y personas de demostración; sólo escucha en esta máquina."""
    os.environ["DSTC_DEMO"] = "1"
    _levantar(leer_ajustes("datos/demo"))


@app.command()
def servir() -> None:
    """Levanta todo (web, motor y Prefect) y lo mantiene en pie."""
    _levantar(leer_ajustes())


@app.command("api")
def servir_api() -> None:
    """Levanta sólo la web y la API; funciona aunque Prefect y el motor estén caídos."""
    from api.arranque import instancia, preparacion

    ajustes = leer_ajustes()
    instancia.resguardar_demo(ajustes)
    instancia.exigir_puerto(ajustes, ajustes.escucha, ajustes.puerto, "DSTC_PUERTO")
    instancia.avisar_del_proxy(ajustes)
    os.environ.update(instancia.entorno(ajustes))
    preparacion.exigir_tablas(ajustes)
    if ajustes.sello:
        _avisar_del_sello(ajustes)
    import uvicorn

    from api import servidor

    servidor.admitir_conexiones()
    web = uvicorn.Server(servidor.configuracion(ajustes))
    web.run()
    if not web.started:
        raise typer.Exit(3)


def _avisar_del_sello(ajustes: Ajustes) -> None:
    """Que el certificado no sirve se sabe al arrancar, y no el día de la firma. Lo demás del sistema sí sirve."""
    from tareas.oficios.papel import sello

    como_esta = sello.estado(ajustes)
    if como_esta and not como_esta.bien:
        print(f"AVISO: {como_esta.dicho}", file=sys.stderr, flush=True)


@app.command("motor")
def correr_motor() -> None:
    """Levanta un motor: el obrero de Prefect que conduce los expedientes. Puede haber varios."""
    from api.arranque import instancia, preparacion

    ajustes = leer_ajustes()
    os.environ.update(instancia.entorno_prefect(ajustes))
    preparacion.exigir_tablas(ajustes)
    from flujos import motor

    motor.main()


@app.command("prefect")
def servir_prefect() -> None:
    """Levanta el servidor de Prefect de esta instancia, en el puerto siguiente al de la web.

    Guarda lo suyo en SQLite dentro de la carpeta de datos, también cuando DSTC_BASE es PostgreSQL;
    para darle otra base fije PREFECT_SERVER_DATABASE_CONNECTION_URL.
    """
    from api.arranque import instancia
    from modelos.motor.credencial import marca

    ajustes = leer_ajustes()
    puerto = instancia.puerto_prefect(ajustes)
    instancia.exigir_puerto(ajustes, "127.0.0.1", puerto, "DSTC_PUERTO_PREFECT")
    (ajustes.datos / "prefect").mkdir(parents=True, exist_ok=True)
    os.environ.update(instancia.entorno_prefect(ajustes))
    from flujos import servidor

    servidor.servir(puerto, marca(ajustes))


@app.command()
def migrar() -> None:
    """Deja el esquema de la base en su última versión y carga los catálogos que falten."""
    from api.arranque import instancia, preparacion

    ajustes = leer_ajustes()
    with instancia.carpeta_propia(ajustes):
        preparacion.preparar(ajustes, siempre=True)
    typer.echo("La base está al día.")


@bitacora.command("verificar")
def verificar_bitacora(
    folio: Annotated[str | None, typer.Argument(help="Un expediente; vacío: todos.")] = None,
) -> None:
    """Comprueba cadena, reproducción y estado; dice el primer asiento roto de cada expediente."""
    from flujos.catalogo import CATALOGO
    from modelos.comprobacion.verificacion import verificar
    from modelos.sesion import lectura

    with lectura(exigir_base(leer_ajustes())) as sesion:
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
    from modelos.comprobacion.verificacion import folios, reconstruir
    from modelos.sesion import lectura, transaccion
    from modelos.tabla.errores import BitacoraIncongruente

    url = exigir_base(leer_ajustes())
    with lectura(url) as sesion:
        pedidos = [folio] if folio else folios(sesion)
    fallas = 0
    for uno in pedidos:
        try:
            with transaccion(url) as sesion:
                if reconstruir(sesion, CATALOGO, uno):
                    typer.echo(f"{uno}: se rehízo; no coincidía con su bitácora.")
        except BitacoraIncongruente as error:
            fallas += 1
            typer.echo(f"{uno}: no se rehízo. {error}")
    typer.echo(f"{len(pedidos)} expedientes revisados" + (f": {fallas} no se pudieron rehacer." if fallas else "."))
    if fallas:
        raise typer.Exit(1)


@tablas.callback(invoke_without_command=True)
def revisar_tablas(contexto: typer.Context) -> None:
    """Lista los procedimientos y dice lo que les falta a sus tablas y a sus plantillas, todo a la vez."""
    if contexto.invoked_subcommand:
        return
    from flujos.catalogo import CATALOGO
    from flujos.despliegues import escribir_yaml
    from tareas.oficios.redaccion.catalogo import faltas_de_plantillas

    for tabla in CATALOGO:
        oficios = sum(len(actividad.oficios) for actividad in tabla.actividades)
        cuantos = f"{len(tabla.actividades)} actividades, {oficios} oficios"
        typer.echo(f"{tabla.clave}  {tabla.vigente_desde:%Y-%m-%d}  {tabla.nombre} ({cuantos})")
    faltan = faltas_de_plantillas(CATALOGO)
    if (RAIZ / "prefect.yaml").read_text("utf-8") != escribir_yaml():
        faltan.append("prefect.yaml no dice lo que hay en el catálogo: corra ./dstc prefect-yaml")
    if faltan:
        typer.echo("\nPara publicarlas falta:\n- " + "\n- ".join(faltan), err=True)
        raise typer.Exit(1)
    typer.echo("\nTodas se pueden publicar. Sigue: ./dstc probar")


@app.command("prefect-yaml")
def escribir_prefect_yaml() -> None:
    """Vuelve a escribir `prefect.yaml` con los despliegues de las tablas publicadas."""
    from flujos.despliegues import escribir_yaml

    ruta = RAIZ / "prefect.yaml"
    ruta.write_text(escribir_yaml(), "utf-8")
    typer.echo(f"Se escribió {ruta}.")


@tablas.command("aceptar")
def aceptar_tabla(
    clave: Annotated[str, typer.Argument(help="El procedimiento.")],
    motivo: Annotated[str, typer.Option(help="Por qué el cambio no rompe nada de lo que se abrió con ella.")],
    version: Annotated[str, typer.Option(help="AAAA-MM-DD desde que rige; vacía: la vigente.")] = "",
) -> None:
    """Da por bueno un cambio inocuo a una versión ya publicada, si todo lo abierto con ella se reproduce."""
    from flujos.catalogo import CATALOGO
    from modelos import reloj
    from modelos.comprobacion.cotejo_tablas import aceptar

    de = version or CATALOGO.vigente(clave, reloj.hoy()).version
    cambios = aceptar(exigir_base(leer_ajustes()), CATALOGO, clave, de, motivo)
    typer.echo(f"Se aceptó «{clave}» del {de} como es ahora:")
    for cambio in cambios:
        typer.echo(f"  - {cambio}")


@app.command(context_settings=SIN_AYUDA_PROPIA)
def probar(contexto: typer.Context) -> None:
    """Pasa la revisión y las pruebas; con argumentos, sólo `pytest` con ellos."""
    from api.arranque import pruebas

    raise typer.Exit(pruebas.probar(contexto.args))


@app.command(context_settings=SIN_AYUDA_PROPIA)
def banco(contexto: typer.Context) -> None:
    """Mide la decisión contra su piso e imprime cifras; deja un JSON en `informes/`."""
    import subprocess

    orden = [sys.executable, "-m", "tests.banco", *contexto.args]
    raise typer.Exit(subprocess.run(orden, cwd=RAIZ, check=False).returncode)


@app.command()
def revisar() -> None:
    """Pasa sólo las comprobaciones sin ejecutar: formato, estilo, tipos, capas, complejidad, tablas y migraciones."""
    from api.arranque import pruebas

    raise typer.Exit(pruebas.revisar())


def _levantar(ajustes: Ajustes) -> None:
    from api.arranque import instancia, preparacion
    from api.arranque.procesos import Supervisor

    instancia.resguardar_demo(ajustes)
    with instancia.carpeta_propia(ajustes) as datos:
        instancia.exigir_puerto(ajustes, ajustes.escucha, ajustes.puerto, "DSTC_PUERTO")
        procesos = [_proceso("api"), _proceso("motor", espera=True)]
        if not ajustes.prefect_url:
            puerto = instancia.puerto_prefect(ajustes)
            instancia.exigir_puerto(ajustes, "127.0.0.1", puerto, "DSTC_PUERTO_PREFECT")
            procesos.insert(1, _proceso("prefect", espera=True))
        preparacion.preparar(ajustes)
        instancia.avisar_del_proxy(ajustes)
        supervisor = Supervisor(
            procesos,
            datos / "registros",
            instancia.entorno(ajustes),
            responde=lambda: instancia.responde(ajustes),
            al_responder=lambda: _presentar(ajustes, instancia.direccion(ajustes)),
        )
        raise typer.Exit(supervisor.correr())


def _proceso(nombre: str, *, espera: bool = False) -> Proceso:
    from api.arranque.procesos import Proceso

    return Proceso(nombre, (sys.executable, "-m", "api.cli", nombre), espera_a_los_demas=espera)


def _presentar(ajustes: Ajustes, direccion: str) -> None:
    typer.echo(f"\nListo: {direccion}")
    if ajustes.demo:
        from modelos.administracion import demo

        typer.echo(f"Cuentas de demostración (contraseña: {demo.CLAVE}; hay además una por unidad):")
        for alias, para_que in demo.CUENTAS_VISIBLES:
            typer.echo(f"  {f'{alias}@{demo.DOMINIO}':<28}{para_que}")
    if not ajustes.prefect_url:
        _presentar_prefect(ajustes)
    typer.echo(f"Datos y registros: {ajustes.datos}\nCtrl-C para terminar.\n")


def _presentar_prefect(ajustes: Ajustes) -> None:
    from modelos.motor import credencial

    interfaz = ajustes.enlace_prefect or ajustes.url_prefect.removesuffix("/api")
    typer.echo(f"Prefect, donde se ve cada corrida: {interfaz}")
    if ajustes.demo:
        typer.echo(f"  Cuando pida su credencial: {credencial.credencial(ajustes)}")
    elif not ajustes.prefect_credencial.get_secret_value():
        typer.echo(f"  Su credencial está en {credencial.archivo(ajustes)}")


def main() -> None:
    """Ejecuta la orden y convierte los errores propios en una frase y un código de salida."""
    try:
        app(prog_name="dstc")
    except ErrorGestion as error:
        typer.echo(f"{error.titulo}: {error}", err=True)
        sys.exit(2 if isinstance(error, NoArranca) else 1)


if __name__ == "__main__":
    main()
