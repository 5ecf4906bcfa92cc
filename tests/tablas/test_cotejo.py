"""¿La tabla es el Manual? Compara las tablas publicadas con su segunda transcripción.

Lo impreso debe estar tal cual; lo que sobra debe confesarse inferido, y lo impreso
no puede llevar esa marca. Si algo falla aquí, abra la página del Manual: una de las
dos copias está mal, y no se corrige una mirando la otra.
"""

from __future__ import annotations

import re

import pytest

from flujos.catalogo import CATALOGO
from modelos.tabla import Actividad, Tabla
from tests.tablas.cotejo import FUENTE, RIGE, SIGUE, Impresa, Procedimiento

VIGENTES = {tabla.clave: tabla for tabla in CATALOGO.vigentes(RIGE)}

POR_PROCEDIMIENTO = pytest.mark.parametrize("clave", FUENTE)
POR_FILA = pytest.mark.parametrize(
    ("clave", "impresa"),
    [
        pytest.param(clave, fila, id=f"{clave}-{fila.clave}")
        for clave, fuente in FUENTE.items()
        for fila in fuente.filas
    ],
)


def _par(clave: str) -> tuple[Procedimiento, Tabla]:
    return FUENTE[clave], VIGENTES[clave]


def _anadidas(tabla: Tabla) -> list[Actividad]:
    return [act for act in tabla.actividades if act.numero_impreso == ""]


def test_estan_los_seis_procedimientos_del_manual_en_su_orden() -> None:
    assert [clave for clave in VIGENTES if clave in FUENTE] == list(FUENTE)


@POR_PROCEDIMIENTO
def test_la_caratula_es_la_impresa(clave: str) -> None:
    fuente, tabla = _par(clave)
    assert tabla.codigo == fuente.codigo
    assert tabla.revision == fuente.revision
    assert tabla.periodicidad == fuente.periodicidad
    assert tabla.vigente_desde == RIGE
    assert "7081-MP-SI rev. 09" in tabla.fundamento


@POR_PROCEDIMIENTO
def test_las_actividades_impresas_estan_todas_en_orden_y_con_su_numero(clave: str) -> None:
    fuente, tabla = _par(clave)
    nuestras = [(act.clave, act.numero_impreso) for act in tabla.actividades if act.numero_impreso]
    assert nuestras == [(fila.clave, fila.numero) for fila in fuente.filas]


@POR_FILA
def test_la_unidad_es_la_impresa(clave: str, impresa: Impresa) -> None:
    nuestra = VIGENTES[clave][impresa.clave]
    if impresa.unidad is None:
        assert nuestra.inferido, "la fuente no dice la unidad: la que se puso tiene que decirse inferida"
    else:
        assert nuestra.unidad.value == impresa.unidad


@POR_FILA
def test_cada_salida_impresa_lleva_adonde_dice_la_fuente(clave: str, impresa: Impresa) -> None:
    nuestra = VIGENTES[clave][impresa.clave]
    for etiqueta, destinos in (impresa.salidas or {}).items():
        assert nuestra.salidas[etiqueta].destinos == destinos, f"salida «{etiqueta}»"
        assert not nuestra.salidas[etiqueta].inferida, f"la salida «{etiqueta}» sí está impresa"


@POR_FILA
def test_toda_salida_que_la_fuente_no_imprime_se_dice_inferida(clave: str, impresa: Impresa) -> None:
    nuestra = VIGENTES[clave][impresa.clave]
    sobran = {e: r for e, r in nuestra.salidas.items() if e not in (impresa.salidas or {})}
    assert [etiqueta for etiqueta, ruta in sobran.items() if not ruta.inferida] == []


@POR_PROCEDIMIENTO
def test_toda_actividad_anadida_va_sin_numero_y_se_dice_inferida(clave: str) -> None:
    fuente, tabla = _par(clave)
    sobran = {act.clave for act in tabla.actividades} - {fila.clave for fila in fuente.filas}
    assert sobran == {act.clave for act in _anadidas(tabla)}
    assert [act.clave for act in _anadidas(tabla) if not act.inferido] == []


@POR_PROCEDIMIENTO
def test_a_una_actividad_anadida_solo_se_llega_por_una_salida_inferida(clave: str) -> None:
    tabla = VIGENTES[clave]
    anadidas = {act.clave for act in _anadidas(tabla)}
    calladas = [
        f"{act.clave}, salida «{etiqueta}»"
        for act in tabla.actividades
        if act.clave not in anadidas
        for etiqueta, ruta in act.salidas.items()
        if anadidas & set(ruta.destinos) and not ruta.inferida
    ]
    assert calladas == []


@POR_FILA
def test_es_por_cada_cast_solo_donde_la_fuente_lo_encarga_a_todos(clave: str, impresa: Impresa) -> None:
    por_cada = VIGENTES[clave][impresa.clave].por_cada
    assert (por_cada.grupo.value if por_cada else None) == ("CAST" if impresa.cada else None)


@POR_PROCEDIMIENTO
def test_se_unen_las_ramas_impresas_y_ninguna_otra(clave: str) -> None:
    fuente, tabla = _par(clave)
    assert {act.clave: act.une for act in tabla.actividades if act.une} == fuente.une


@POR_PROCEDIMIENTO
def test_abre_los_subprocedimientos_impresos_y_ningun_otro(clave: str) -> None:
    fuente, tabla = _par(clave)
    abre = {act.clave: act.subprocedimiento for act in tabla.actividades if act.subprocedimiento}
    assert abre == fuente.subprocedimientos


@POR_FILA
def test_el_fundamento_cita_el_numero_de_la_actividad(clave: str, impresa: Impresa) -> None:
    # A y B cuelgan de su 6: el Manual se cita M-P-6/A y M-P-6/B.
    numero = impresa.numero if impresa.numero.isdigit() else f"6/{impresa.numero}"
    cita = rf"{re.escape(FUENTE[clave].cita)}-{re.escape(numero)}(?![\d/])"
    fundamento = VIGENTES[clave][impresa.clave].fundamento
    assert re.match(cita, fundamento), f"{fundamento!r} no empieza citando {FUENTE[clave].cita}-{numero}"


@POR_PROCEDIMIENTO
def test_ningun_fundamento_sirve_para_dos_actividades(clave: str) -> None:
    fundamentos = [act.fundamento for act in VIGENTES[clave].actividades if act.fundamento]
    assert sorted(set(fundamentos)) == sorted(fundamentos)


@POR_PROCEDIMIENTO
def test_todo_regreso_impreso_pide_motivo(clave: str) -> None:
    fuente, tabla = _par(clave)
    orden = [fila.clave for fila in fuente.filas]
    for fila in fuente.filas:
        for etiqueta, destinos in (fila.salidas or {}).items():
            regresa = any(d in orden and orden.index(d) <= orden.index(fila.clave) for d in destinos)
            if regresa:
                assert tabla[fila.clave].salidas[etiqueta].devuelve, f"{fila.clave} «{etiqueta}»"


# --- lo que el índice de irregularidades manda (dominio 10) --------------------


def test_la_5_de_seguimiento_se_asigna_a_la_cst_y_regresa_a_la_4() -> None:
    quinta = VIGENTES["seguimiento"]["5"]
    assert quinta.unidad == "CST"
    assert quinta.salidas[SIGUE].destinos == ("4",)
    assert VIGENTES["seguimiento"]["4"].salidas["no"].devuelve, "sin devolución no hay tope de vueltas"


def test_concertacion_termina_aparte_cuando_no_procede() -> None:
    tabla = VIGENTES["concertacion"]
    assert tabla["6"].salidas["no_corregible"].destinos == ("FIN_NO_PROCEDE",)
    assert tabla["6"].responsable == "CST", "informar la no procedencia es acción de la CST"


def test_los_servicios_que_publica_la_dcta_son_tecnologicos_y_hay_nota() -> None:
    publica = VIGENTES["promocion_difusion"]["6bB"]
    assert "tecnológicos" in publica.accion
    assert "educativos" not in publica.accion
    assert "educativos" in publica.nota


def test_los_dos_6_de_promocion_se_abren_en_paralelo() -> None:
    tabla = VIGENTES["promocion_difusion"]
    assert [act.clave for act in tabla.actividades if act.numero_impreso == "6"] == ["6a", "6b"]
    assert tabla["5"].salidas[SIGUE].destinos == ("6a", "6b")
