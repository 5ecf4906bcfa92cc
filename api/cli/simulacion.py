"""La orden `./dstc simular`: un tramo del calendario, en minutos, sobre una base nueva."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from api.cli.fechas import Dia
from api.espanol import typer


def simular(
    desde: Dia,
    hasta: Dia,
    datos: Annotated[Path, typer.Option(help="Carpeta vacía donde queda la base y el informe.")] = Path(
        "datos/simulado"
    ),
    casts: Annotated[int, typer.Option(help="Cuántos CAST de demostración.")] = 40,
    semilla: Annotated[int, typer.Option(help="Con la misma, el personal simulado hace lo mismo.")] = 2027,
) -> None:
    """Corre el calendario con reloj simulado y correo atrapado, y dice qué se abrió, se recordó y venció.

    Deja `aperturas.csv`, `recordatorios.csv`, `vencidos.csv`, `correos.csv`, el correo y la base en la carpeta. Termina
    con 1 si encuentra una falta: una bitácora rota, un hito sin ver, un aviso sin salir, un turno que nadie sabe.
    """
    from flujos.catalogo import CATALOGO
    from tareas.simulacion.anio import PlanDeSimulacion
    from tareas.simulacion.anio import simular as correr

    plan = PlanDeSimulacion(desde, hasta, datos, casts, semilla)
    visto: set[tuple[int, int]] = set()

    def decir(dia: date) -> None:
        if (dia.year, dia.month) not in visto:
            visto.add((dia.year, dia.month))
            typer.echo(f"{dia:%Y-%m}…")

    informe = correr(plan, CATALOGO, decir)
    typer.echo(f"\n{informe}\nRenglones completos, correo y base: {datos}")
    if informe.faltas:
        raise typer.Exit(1)
