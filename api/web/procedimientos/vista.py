"""Un procedimiento como se lee entero: sus plazos en palabras, los oficios que emite, y su copia en PDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.vistas import reglas_plazo
from api.web.piezas import frases
from api.web.piezas.pagina import enumera
from modelos import bpmn
from modelos.calendario import fecha_larga
from modelos.tabla import Tabla
from modelos.tabla.actividad import Actividad, texto_salida
from modelos.tabla.emision import Destino, Emision, Hacia
from modelos.tabla.plazo import ReglaPlazo

ANCHO_DE_HOJA, PROPORCION = 1750, 1.5
"""Puntos del diagrama que caben legibles a lo ancho de una hoja carta acostada, y su ancho entre su alto."""
_NADA = "—"


@dataclass(frozen=True)
class PlazoDicho:
    """Un plazo de la tabla. donde: la actividad, o de cuál a cuál si abarca varias; ancla: su renglón, si es de una.

    responde: quien debe el que abarca varias.
    """

    regla: ReglaPlazo
    donde: str
    cuanto: str
    ancla: str = ""
    responde: str = ""


@dataclass(frozen=True)
class OficioDicho:
    """Un oficio que el procedimiento emite, con sus destinatarios y su momento en palabras."""

    emision: Emision
    actividad: Actividad
    de: str
    para: str
    copia: str
    cuando: str


def plazos(tabla: Tabla) -> list[PlazoDicho]:
    """Los de varias actividades y luego los de cada una, en el orden de la tabla."""
    largos = [
        PlazoDicho(
            t.regla,
            f"desde que se responde «{texto_salida(t.empieza[1])}» a la {frases.rotulo(tabla, t.empieza[0])}, hasta la "
            f"{enumera((frases.rotulo(tabla, clave) for clave in t.cumplen), 'o la')}",
            reglas_plazo.regla(tabla, t.regla),
            responde=t.responde.value,
        )
        for t in tabla.tramos
    ]
    de_una = [
        PlazoDicho(act.plazo, frases.rotulo(tabla, act.clave), reglas_plazo.regla(tabla, act.plazo), act.clave)
        for act in tabla.actividades
        if act.plazo
    ]
    return [*largos, *de_una]


def oficios(tabla: Tabla) -> list[OficioDicho]:
    """Los que se redactan solos, en el orden de la tabla."""
    return [_oficio(tabla, act, emision) for act in tabla.actividades for emision in act.oficios]


def contenido_pdf(tabla: Tabla, unidades: Mapping[str, str], hoy: date) -> dict[str, Any]:
    """Lo que compone `tareas.procedimiento_pdf`. unidades: el nombre de cada una; hoy: cuándo se imprime."""
    return {
        "nombre": tabla.nombre,
        "codigo": f"{tabla.codigo}, revisión {tabla.revision}",
        "fundamento": tabla.fundamento,
        "vigencia": fecha_larga(tabla.vigente_desde),
        "duena": f"{tabla.duena}, {unidades.get(tabla.duena.value, tabla.duena.value)}",
        "periodicidad": tabla.periodicidad,
        "ciclo": reglas_plazo.ciclo_en_palabras(tabla.ciclo) if tabla.ciclo else "",
        "notas": list(tabla.notas),
        "impreso": fecha_larga(hoy),
        "fecha": hoy.isoformat(),
        "unidades": [
            [u, unidades.get(u, bpmn.palabras.unidad(tabla_u))]
            for u, tabla_u in {a.unidad.value: a.unidad for a in tabla.actividades}.items()
        ],
        "actividades": [_renglon(tabla, act) for act in tabla.actividades],
        "plazos": [
            [p.regla.que, f"{p.cuanto}.", p.donde, p.regla.fundamento or _NADA, p.regla.inferido] for p in plazos(tabla)
        ],
        "oficios": [
            [o.emision.clave, o.de, o.para, o.cuando, o.emision.fundamento or _NADA, o.emision.inferido]
            for o in oficios(tabla)
        ],
        "diagramas": [bpmn.svg(tabla, parte=parte) for parte in bpmn.partes(tabla, ANCHO_DE_HOJA, PROPORCION)],
        "descripcion": bpmn.describir(tabla),
    }


def _renglon(tabla: Tabla, act: Actividad) -> dict[str, Any]:
    caminos = frases.caminos(tabla, act)
    return {
        "numero": act.numero_impreso or "sin número",
        "unidad": act.unidad.value,
        "captura": f"captura la {act.captura}" if act.captura else "",
        "accion": act.accion,
        "tipo": frases.TIPOS[act.tipo],
        "fundamento": act.fundamento,
        "detalles": [
            *filter(None, (frases.union(act),)),
            *(f"Documento: {d.nombre}{' (obligatorio)' if d.obligatoria else ''}." for d in act.evidencia),
            *((f"Plazo: {act.plazo.que}, {reglas_plazo.regla(tabla, act.plazo)}.",) if act.plazo else ()),
            *((f"Nota. {act.nota}",) if act.nota else ()),
        ],
        "inferido": act.todo_lo_inferido,
        "pregunta": act.pregunta,
        "sigue": [f"{c.texto}: {c.frase}." if len(caminos) > 1 else f"{_mayuscula(c.frase)}." for c in caminos],
    }


def _oficio(tabla: Tabla, act: Actividad, emision: Emision) -> OficioDicho:
    salidas = enumera((f"«{texto_salida(s)}»" for s in emision.salidas), "o")
    cuando = f"al llegar a la {frases.rotulo(tabla, act.clave)}"
    if emision.salidas:
        unica = len(act.salidas) == 1
        cuando = f"al {'cerrar' if unica else f'responder {salidas} a'} la {frases.rotulo(tabla, act.clave)}"
    return OficioDicho(
        emision,
        act,
        emision.de.value,
        enumera(_a_quien(tabla, d) for d in emision.para),
        enumera(_a_quien(tabla, d) for d in emision.ccp),
        cuando,
    )


def _a_quien(tabla: Tabla, destino: Destino) -> str:
    if destino.hacia is Hacia.UNIDAD:
        return destino.valor
    if destino.hacia is Hacia.TODAS:
        return f"todas las unidades {destino.valor}"
    if destino.hacia is Hacia.SUPERIOR:
        return "la unidad de la que depende quien lo emite"
    titulo = reglas_plazo.campo(tabla, destino.valor)[0]
    if destino.hacia is Hacia.ESTATAL_DE:
        return f"la unidad estatal de «{titulo}»"
    return f"la persona que diga «{titulo}»" if destino.hacia is Hacia.PERSONA else f"la unidad que diga «{titulo}»"


def _mayuscula(frase: str) -> str:
    return frase[:1].upper() + frase[1:]
