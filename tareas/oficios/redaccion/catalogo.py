"""Lo que les falta a las plantillas de un catálogo para publicarlo: estar, redactarse y citar lo que existe.

Cada oficio se redacta de verdad, con todo lleno por cada salida que lo pide y con un expediente recién abierto; todas
las faltas se dicen a la vez. Sin base de datos: las normas son las que se siembran y las unidades, las del catálogo.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelos.errores import NoExiste
from modelos.oficios import ordenamientos
from modelos.tabla import Catalogo
from modelos.tabla.emision import Emision
from modelos.tabla.revision_citas import citas, de_procedimientos, mal_citadas
from modelos.tabla.unidades import ESTATALES, NACIONALES
from tareas.oficios.errores import OficioDemasiadoLargo, PlantillaRota
from tareas.oficios.redaccion.ejemplo import Uso, ejemplos, minimo, usos
from tareas.oficios.redaccion.plantilla import CARPETA, EXTENSION, Citar, Redactado, redactar, revisar

UNIDADES = {ficha.clave: ficha.nombre for ficha in (*NACIONALES, *ESTATALES)}


def faltas_de_plantillas(tablas: Catalogo) -> list[str]:
    """Todas las de todas las tablas, en frases que dicen de cuál; lista vacía si se pueden publicar."""
    citar = _citar(tablas)
    encontradas: list[str] = []
    for tabla in tablas:
        for actividad in tabla.actividades:
            for oficio in actividad.oficios:
                de_quien = f"«{tabla.clave}» del {tabla.version}: la {actividad.clave} emite {oficio.clave}"
                suyas = dict.fromkeys(_de_oficio(tablas, Uso(tabla, actividad, oficio), oficio, citar))
                encontradas += [f"{de_quien}, {falta}" for falta in suyas]
    return [*encontradas, *_sin_emision(tablas, citar)]


def _citar(tablas: Catalogo) -> Citar:
    normas = ordenamientos.iniciales()
    return lambda claves: ordenamientos.citar(normas, claves, tablas.citables).texto


def _de_oficio(tablas: Catalogo, uso: Uso, oficio: Emision, citar: Citar) -> Iterator[str]:
    yield from _de_fundamento(oficio, citar)
    archivo = f"{oficio.plantilla}{EXTENSION}"
    if not (CARPETA / archivo).is_file():
        yield f"y no está su plantilla: escriba plantillas_oficio/{archivo}"
        return
    texto = (CARPETA / archivo).read_text(encoding="utf-8")
    try:
        for ejemplo in ejemplos([uso], UNIDADES):
            revisar(texto, ejemplo, citar, nombre=archivo)
            hecho = redactar(texto, ejemplo, citar, nombre=archivo)
            yield from _sin_completar(oficio, hecho)
            citadas = de_procedimientos(" ".join(hecho.ordenamientos_citados), tablas.citables)
            ajenas = mal_citadas(uso.tabla, citadas, tablas.citables)
            yield from (f"cuya plantilla cita {falta}" for falta in ajenas)
        redactar(texto, minimo([uso], UNIDADES), citar, nombre=archivo)
    except PlantillaRota as error:
        yield f"cuya plantilla «{error.plantilla}», línea {error.linea}, falla: {error.motivo}"
    except OficioDemasiadoLargo as error:
        yield f"cuya plantilla da {error.largo} caracteres con el ejemplo: acórtela"


def _de_fundamento(oficio: Emision, citar: Citar) -> Iterator[str]:
    for prefijo, numero in citas(oficio.fundamento):
        try:
            citar([f"{prefijo}-{numero}"])
        except NoExiste:
            yield f"que se funda en {prefijo}-{numero}, que no existe"


def _sin_completar(oficio: Emision, hecho: Redactado) -> Iterator[str]:
    """Con todo lleno sólo puede faltar lo que la tabla dice que nadie captura, y eso tiene que faltar."""
    for falta in hecho.faltan:
        if falta not in oficio.por_completar:
            yield f"a cuya plantilla le falta «{falta}» con todo lleno; si se escribe a mano, va en «por_completar»"
    for dicha in oficio.por_completar:
        if dicha not in hecho.faltan:
            yield f"que dice por completar «{dicha}», y su plantilla no lo pide"


def _sin_emision(tablas: Catalogo, citar: Citar) -> Iterator[str]:
    """Las que ningún paso pide se emiten sueltas: tienen que redactarse con un expediente de su procedimiento."""
    pedidas = {oficio.plantilla for tabla in tablas for act in tabla.actividades for oficio in act.oficios}
    claves = {tabla.clave for tabla in tablas}
    for ruta in sorted(CARPETA.glob(f"*/*{EXTENSION}")):
        clave = f"{ruta.parent.name}/{ruta.name.removesuffix(EXTENSION)}"
        if clave in pedidas:
            continue
        if ruta.parent.name not in claves:
            yield f"la plantilla «{clave}» no es de ningún procedimiento: póngala en la carpeta del suyo"
            continue
        try:
            for ejemplo in ejemplos(usos(list(tablas), clave), UNIDADES):
                revisar(ruta.read_text(encoding="utf-8"), ejemplo, citar, nombre=f"{clave}{EXTENSION}")
        except PlantillaRota as error:
            yield f"la plantilla suelta «{error.plantilla}», línea {error.linea}, falla: {error.motivo}"
