"""Lo que les falta a las plantillas de un catálogo para publicarlo: estar, redactarse y citar lo que existe.

Cada oficio se redacta de verdad, con todo lleno por cada salida que lo pide y con un expediente recién abierto; todas
las faltas se dicen a la vez. Sin base de datos: las normas son las que se siembran y las unidades, las del catálogo.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from modelos.errores import NoExiste
from modelos.oficios import ordenamientos
from modelos.oficios.oficio import LARGO_ASUNTO
from modelos.tabla import Actividad, Catalogo, Tabla
from modelos.tabla.emision import Emision
from modelos.tabla.revision_citas import citas, de_procedimientos, fundamentos, mal_citadas
from modelos.tabla.unidades import ESTATALES, NACIONALES
from tareas.oficios.errores import OficioDemasiadoLargo, PlantillaRota
from tareas.oficios.redaccion.borrador import Texto
from tareas.oficios.redaccion.ejemplo import Uso, ejemplos, minimo, usos
from tareas.oficios.redaccion.plantilla import CARPETA, EXTENSION, Citar, Redactado, redactar, revisar
from tareas.oficios.redaccion.prueba import exigir_bloques

COMUN_DE_TODAS = f"_base{EXTENSION}"
_SALIDA = re.compile(r"(?:sentido|salida) (?:==|!=) \"(\w+)\"")
UNIDADES = {ficha.clave: ficha.nombre for ficha in (*NACIONALES, *ESTATALES)}


def faltas_de_plantillas(tablas: Catalogo) -> list[str]:
    """Todas las de todas las tablas, en frases que dicen de cuál; lista vacía si se pueden publicar."""
    citar = _citar(tablas)
    encontradas: list[str] = []
    for tabla in tablas:
        for actividad in tabla.actividades:
            suyas = [*_articulos(actividad, citar)]
            for oficio in actividad.oficios:
                de_el = dict.fromkeys(_de_oficio(tablas, Uso(tabla, actividad, oficio), oficio, citar))
                suyas += [f"emite {oficio.clave}, {falta}" for falta in de_el]
            encontradas += [f"«{tabla.clave}» del {tabla.version}: la {actividad.clave} {falta}" for falta in suyas]
    return [*encontradas, *_sin_emision(tablas, citar)]


def _articulos(actividad: Actividad, citar: Citar) -> Iterator[str]:
    """Las normas y los artículos que no hay; las actividades ya las miró el catálogo."""
    for que, fundamento in fundamentos(actividad):
        for prefijo, numero in citas(fundamento):
            try:
                citar([f"{prefijo}-{numero}"])
            except NoExiste:
                yield f"{que} {prefijo}-{numero}, que no existe"


def _citar(tablas: Catalogo) -> Citar:
    normas = ordenamientos.iniciales()
    return lambda claves: ordenamientos.citar(normas, claves, tablas.citables).texto


def _de_oficio(tablas: Catalogo, uso: Uso, oficio: Emision, citar: Citar) -> Iterator[str]:
    archivo = f"{oficio.plantilla}{EXTENSION}"
    if not (CARPETA / archivo).is_file():
        yield f"y no está su plantilla: escriba plantillas_oficio/{archivo}"
        return
    for hecho in _redactada(tablas, [uso], oficio.plantilla, citar):
        if isinstance(hecho, str):
            yield f"cuya plantilla {hecho}"
        else:
            yield from _sin_completar(oficio, hecho)


def _redactada(tablas: Catalogo, donde: Sequence[Uso], clave: str, citar: Citar) -> Iterator[Redactado | str]:
    """Lo que da con cada ejemplo, o por qué no sirve, en una frase que sigue a «la plantilla»."""
    archivo = f"{clave}{EXTENSION}"
    texto = (CARPETA / archivo).read_text(encoding="utf-8")
    yield from _salidas_que_no_hay(donde, texto)
    try:
        exigir_bloques(Texto(clave, texto, 0), (CARPETA / COMUN_DE_TODAS).read_text(encoding="utf-8"))
        for ejemplo in ejemplos(donde, UNIDADES):
            revisar(texto, ejemplo, citar, nombre=archivo)
            hecho = redactar(texto, ejemplo, citar, nombre=archivo)
            yield hecho
            yield from _mal_hecha(tablas, donde[0].tabla, hecho)
        redactar(texto, minimo(donde, UNIDADES), citar, nombre=archivo)
    except PlantillaRota as error:
        yield f"«{error.plantilla}», línea {error.linea}, falla: {error.motivo}"
    except OficioDemasiadoLargo as error:
        yield f"da {error.largo} caracteres con el ejemplo: acórtela"


def _salidas_que_no_hay(donde: Sequence[Uso], texto: str) -> Iterator[str]:
    """Una salida mal escrita no es falta de la redacción: el renglón que depende de ella nunca sale."""
    hay = {salida for uso in donde for act in uso.tabla.actividades for salida in act.salidas}
    for salida in dict.fromkeys(_SALIDA.findall(texto)):
        if salida not in hay:
            yield f"pregunta por la salida «{salida}», que su procedimiento no tiene"


def _mal_hecha(tablas: Catalogo, tabla: Tabla, hecho: Redactado) -> Iterator[str]:
    citadas = de_procedimientos(" ".join(hecho.ordenamientos_citados), tablas.citables)
    yield from (f"cita {falta}" for falta in mal_citadas(tabla, citadas, tablas.citables))
    if not 0 < len(hecho.asunto) <= LARGO_ASUNTO:
        yield f"da un asunto de {len(hecho.asunto)} letras con el ejemplo: de 1 a {LARGO_ASUNTO}"
    if not hecho.ordenamientos_citados:
        yield "no dice en qué se funda: empiece con fundamento(…) en su bloque «cuerpo»"


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
        for hecho in _redactada(tablas, usos(list(tablas), clave), clave, citar):
            if isinstance(hecho, str):
                yield f"la plantilla suelta «{clave}» {hecho}"
