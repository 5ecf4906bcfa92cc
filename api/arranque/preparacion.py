"""La base de una instancia, al día: esquema, catálogos y las tablas tal como se publicaron.

Barato de importar: lo caro (Alembic, SQLModel) se importa sólo si la base no está al día.
"""

from __future__ import annotations

import hashlib
import sys
from contextlib import suppress
from pathlib import Path

from api.arranque.instancia import RAIZ, NoArranca, version_de_la_base
from modelos.ajustes import Ajustes

MARCA_PREPARADA = ".preparada"
PAQUETES = ("modelos", "tareas", "flujos")


def preparar(ajustes: Ajustes, *, siempre: bool = False) -> None:
    """Deja la base al día: esquema, catálogos y, en la demostración, sus personas y CAST.

    Se salta cuando ni el código ni la base cambiaron desde la última vez; así el
    segundo arranque no paga la importación de Alembic. `siempre`: aunque parezca al día.

    Lanza:
        NoArranca: aquí hubo una base y su archivo ya no está; crear otra vacía la daría por perdida sin decirlo.
        TablasAlteradas: las tablas del programa no son las que se publicaron.
        CatalogoInvalido: a alguna tabla, o a la plantilla de alguno de sus oficios, le falta algo.
    """
    marca = ajustes.datos / MARCA_PREPARADA
    huella, cual = _huella(ajustes), hashlib.sha256(ajustes.url_base.encode()).hexdigest()
    anterior = marca.read_text("utf-8").split() if marca.exists() else []
    if cual in anterior:
        _exigir_que_siga(ajustes, marca)
    if anterior == [huella, cual] and not siempre and version_de_la_base(ajustes) == ultima_migracion():
        return
    print(f"Preparo la base de {ajustes.datos}…", flush=True)
    # Importaciones tardías: juntas cuestan más de dos segundos.
    from modelos import sesion
    from modelos.administracion import siembra
    from modelos.migraciones import migrar

    migrar.migrar(ajustes.url_base)
    with sesion.transaccion(ajustes.url_base) as abierta:
        siembra.sembrar(abierta)
        if ajustes.demo:
            from modelos.administracion import demo

            demo.sembrar_demo(abierta)
    _cotejar_tablas(ajustes)
    marca.write_text(f"{huella}\n{cual}\n", "utf-8")


def _exigir_que_siga(ajustes: Ajustes, marca: Path) -> None:
    esquema, _, ruta = ajustes.url_base.partition(":///")
    if esquema == "sqlite" and not Path(ruta).exists():
        raise NoArranca(
            f"Falta la base {ruta}: aquí la había y alguien la borró o la movió. Devuélvala a su lugar o restaure su "
            f"respaldo. Si de veras quiere empezar en blanco, borre también {marca}."
        )


def exigir_tablas(ajustes: Ajustes) -> None:
    """Exige que las tablas del programa sean las que la base publicó; es para un proceso que arranca.

    Sin base no hay qué cotejar: la web arranca, lo dice en cada página y se coteja al volver a levantarla.

    Lanza:
        TablasAlteradas: dice qué cambió y qué hacer. Con DSTC_TABLA_ALTERADA=cuarentena sólo se anota.
    """
    from flujos.catalogo import CATALOGO
    from modelos.comprobacion.cotejo_tablas import comparar
    from modelos.errores import BaseInaccesible, BaseSinPreparar
    from modelos.tabla.errores import TablasAlteradas

    with suppress(BaseInaccesible, BaseSinPreparar):
        faltas = comparar(ajustes.url_base, CATALOGO)
        if faltas and ajustes.tabla_alterada == "no_arrancar":
            raise TablasAlteradas(faltas)


def _cotejar_tablas(ajustes: Ajustes) -> None:
    from flujos.catalogo import CATALOGO
    from modelos.comprobacion.cotejo_tablas import cotejar
    from modelos.tabla.errores import CatalogoInvalido
    from tareas.oficios.redaccion.catalogo import faltas_de_plantillas

    cuarentena = ajustes.tabla_alterada == "cuarentena"
    if mal_escritas := faltas_de_plantillas(CATALOGO):
        if not cuarentena:
            raise CatalogoInvalido(mal_escritas)
        print("Oficios que no se podrán redactar hasta corregirlos:", *mal_escritas, sep="\n- ", flush=True)
    faltas = cotejar(ajustes.url_base, CATALOGO, cuarentena=cuarentena).faltas
    if faltas:
        print("En cuarentena, porque no cuadra con lo que se publicó:", *faltas, sep="\n- ", flush=True)


def _huella(ajustes: Ajustes) -> str:
    suma = hashlib.sha256(f"{ajustes.url_base} {ajustes.demo} {sys.version}".encode())
    for carpeta in (*PAQUETES, "plantillas_oficio"):
        for archivo in sorted((RAIZ / carpeta).rglob("*")):
            if archivo.suffix in {".py", ".toml", ".csv", ".json", ".j2"}:
                suma.update(str(archivo.relative_to(RAIZ)).encode() + archivo.read_bytes())
    return suma.hexdigest()


def ultima_migracion() -> str:
    """La revisión a que debe llegar la base: el número de la última migración."""
    return max(p.name.partition("_")[0] for p in (RAIZ / "modelos" / "migraciones" / "versions").glob("[0-9]*.py"))
