"""¿Se puede leer y firmar lo que redacta cada letra de cada tabla, con lo mínimo y con todo lo hostil?

Recorre el catálogo: una tabla nueva ya tiene estas pruebas. Lo propio de cada letra, en `test_letras_del_manual` y
`test_letras_de_los_lineamientos`.
"""

from __future__ import annotations

import re
from typing import Any

from flujos.catalogo import CATALOGO
from modelos.oficios.oficio import LARGO_ASUNTO
from modelos.tabla import Actividad, Tabla
from modelos.tabla.emision import Emision, Forma
from tareas.oficios.redaccion.catalogo import UNIDADES
from tareas.oficios.redaccion.ejemplo import TEXTO, Uso, ejemplos, minimo
from tareas.oficios.redaccion.plantilla import CARPETA, Redactado, redactar
from tareas.oficios.redaccion.texto import arbol, plano
from tests.accesorios.oficios_de_muestra import HOSTIL, citar_de_verdad
from tests.accesorios.tablas.juntas import por_tabla

TODO = "\n".join(HOSTIL)
Letra = tuple[Tabla, Actividad, Emision]
POR_LETRA = por_tabla(
    [(tabla, act, oficio) for tabla in CATALOGO for act in tabla.actividades for oficio in act.oficios],
    tabla=lambda letra: f"{letra[0].clave}-{letra[0].version}",
    nombre=lambda letra: f"{letra[2].clave} en la {letra[1].clave}",
)


def _redactada(letra: Letra, contexto: dict[str, Any]) -> Redactado:
    archivo = f"{letra[2].plantilla}.md.j2"
    return redactar((CARPETA / archivo).read_text("utf-8"), contexto, citar_de_verdad(), nombre=archivo)


def _cambiado(cosa: Any, por: str) -> Any:
    """El mismo contexto con otra cosa donde va el texto de ejemplo."""
    if isinstance(cosa, dict):
        return {_cambiado(clave, por): _cambiado(valor, por) for clave, valor in cosa.items()}
    if isinstance(cosa, list):
        return [_cambiado(valor, por) for valor in cosa]
    return por if cosa == TEXTO else cosa


def _lo_minimo(uso: Uso) -> dict[str, Any]:
    """Lo que hay si sólo se capturó lo obligatorio; lo optativo, como venía."""
    contexto, lleno = minimo([uso], UNIDADES), next(ejemplos([uso], UNIDADES))["datos"]
    for formulario in (uso.tabla.datos, *(a.formulario for a in uso.tabla.actividades if a.formulario)):
        for nombre, campo in formulario.model_fields.items():
            contexto["datos"][nombre] = lleno[nombre] if campo.is_required() else campo.default
    return contexto


@POR_LETRA
def test_con_lo_minimo_se_lee_bien_y_lo_que_falta_lo_pide_con_palabras(letra: Letra) -> None:
    hecho = _redactada(letra, _lo_minimo(Uso(*letra)))
    leido = plano(hecho.cuerpo)
    assert leido.startswith("Con fundamento en ")
    # De un acta nadie se despide.
    assert leido.endswith("cordial saludo.") == (letra[2].forma is not Forma.ACTA)
    assert 0 < len(hecho.asunto) <= LARGO_ASUNTO
    assert not re.search(r"None|Undefined|\bTrue\b|«»| ,| \.(?!\w)|,,|  |\(\)|\{|\}", leido), leido
    # «[FALTA: datos.cuota]» no le dice nada a quien revisa: la plantilla prevé el hueco y lo nombra.
    assert not [falta for falta in hecho.faltan if re.match(r"\w+\.\w", falta)]


@POR_LETRA
def test_con_todo_lo_hostil_sale_literal_y_la_forma_no_cambia(letra: Letra) -> None:
    for ejemplo in ejemplos([Uso(*letra)], UNIDADES):
        hecho, liso = (_redactada(letra, _cambiado(ejemplo, por)) for por in (TODO, "x"))
        assert hecho.faltan == liso.faltan == letra[2].por_completar
        assert len(hecho.asunto) <= LARGO_ASUNTO
        assert [nodo["t"] for nodo in arbol(hecho.cuerpo)] == [nodo["t"] for nodo in arbol(liso.cuerpo)]
        if hecho.cuerpo != liso.cuerpo:
            leido = " ".join(plano(hecho.cuerpo).split())
            assert " ".join(HOSTIL[0].split()) in leido
            assert "49" not in leido
