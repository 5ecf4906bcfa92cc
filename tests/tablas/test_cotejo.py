"""¿La tabla es el Manual? Compara las tablas publicadas con su segunda transcripción.

Lo impreso debe estar tal cual; lo que sobra debe confesarse inferido, y lo impreso
no puede llevar esa marca. Si algo falla aquí, abra la página del Manual: una de las
dos copias está mal, y no se corrige una mirando la otra.
"""

from __future__ import annotations

import re

import pytest

from modelos.tabla import Actividad, Dias, Tabla, Tipo, es_final
from tests.accesorios.tablas.cotejo import DEL_MANUAL, SIGUE, Impresa, Procedimiento
from tests.accesorios.tablas.cotejo_lineamientos import DE_LOS_LINEAMIENTOS, PLAZOS
from tests.accesorios.tablas.juntas import por_tabla
from tests.accesorios.tablas.primeras import PRIMERAS

FUENTE = {**DEL_MANUAL, **DE_LOS_LINEAMIENTOS}
POR_PROCEDIMIENTO = pytest.mark.parametrize("clave", FUENTE)
POR_FILA = por_tabla(
    [(clave, fila) for clave, fuente in FUENTE.items() for fila in fuente.filas],
    tabla=lambda caso: caso[0],
    nombre=lambda caso: f"la {caso[1].clave}",
)


def _par(clave: str) -> tuple[Procedimiento, Tabla]:
    return FUENTE[clave], PRIMERAS[clave]


def _anadidas(tabla: Tabla) -> list[Actividad]:
    return [act for act in tabla.actividades if act.numero_impreso == ""]


def _automatica_anadida(tabla: Tabla, clave: str) -> bool:
    return clave in tabla and tabla[clave].tipo is Tipo.AUTOMATICA and not tabla[clave].numero_impreso


def _hasta_lo_impreso(tabla: Tabla, destino: str) -> tuple[str, ...]:
    """Adónde se llega de verdad: los pasos que añadimos para que decida el sistema no cuentan."""
    if not _automatica_anadida(tabla, destino):
        return (destino,)
    return tuple(d for ruta in tabla[destino].salidas.values() for d in ruta.destinos)


def _como_en_la_fuente(destino: str, impresos: tuple[str, ...]) -> str:
    """La fuente casi nunca nombra sus finales: uno nuestro con nombre vale por su FIN."""
    return "FIN" if es_final(destino) and destino not in impresos else destino


def test_estan_todos_los_procedimientos_de_la_fuente_en_su_orden() -> None:
    assert list(PRIMERAS) == list(FUENTE), (
        "transcriba otra vez la ficha, sin mirar flujos/, en tests/accesorios/tablas/cotejo*"
    )


@POR_PROCEDIMIENTO
def test_la_caratula_es_la_impresa(clave: str) -> None:
    fuente, tabla = _par(clave)
    assert tabla.codigo == fuente.codigo
    assert tabla.revision == fuente.revision
    assert tabla.periodicidad == fuente.periodicidad
    assert tabla.vigente_desde == fuente.rige
    assert fuente.ordenamiento in tabla.fundamento
    assert (clave in DE_LOS_LINEAMIENTOS) == any("en proyecto" in nota for nota in tabla.notas)


@POR_PROCEDIMIENTO
def test_las_actividades_impresas_estan_todas_en_orden_y_con_su_numero(clave: str) -> None:
    fuente, tabla = _par(clave)
    nuestras = [(act.clave, act.numero_impreso) for act in tabla.actividades if act.numero_impreso]
    assert nuestras == [(fila.clave, fila.numero) for fila in fuente.filas]


@POR_FILA
def test_la_unidad_es_la_impresa(caso: tuple[str, Impresa]) -> None:
    clave, impresa = caso
    nuestra = PRIMERAS[clave][impresa.clave]
    if impresa.unidad is None:
        assert nuestra.inferido, "la fuente no dice la unidad: la que se puso tiene que decirse inferida"
    else:
        assert nuestra.unidad.value == impresa.unidad


@POR_FILA
def test_cada_salida_impresa_lleva_adonde_dice_la_fuente(caso: tuple[str, Impresa]) -> None:
    clave, impresa = caso
    nuestra = PRIMERAS[clave][impresa.clave]
    for etiqueta, destinos in (impresa.salidas or {}).items():
        ruta = nuestra.salidas[etiqueta]
        llega = [d for destino in ruta.destinos for d in _hasta_lo_impreso(PRIMERAS[clave], destino)]
        assert tuple(_como_en_la_fuente(d, destinos) for d in llega) == destinos, f"salida «{etiqueta}»"
        directa = llega == list(ruta.destinos)
        assert bool(ruta.inferida) != directa, f"la salida «{etiqueta}» sí está impresa"


@POR_FILA
def test_lo_que_la_fuente_reparte_segun_un_dato_lo_decide_el_sistema(caso: tuple[str, Impresa]) -> None:
    clave, impresa = caso
    if impresa.elige:
        tabla = PRIMERAS[clave]
        ((_, ruta),) = tabla[impresa.clave].salidas.items()
        (destino,) = ruta.destinos
        assert _automatica_anadida(tabla, destino)
        assert set(_hasta_lo_impreso(tabla, destino)) == set(impresa.elige)


@POR_FILA
def test_toda_salida_que_la_fuente_no_imprime_se_dice_inferida(caso: tuple[str, Impresa]) -> None:
    clave, impresa = caso
    nuestra = PRIMERAS[clave][impresa.clave]
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
    tabla = PRIMERAS[clave]
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
def test_es_por_cada_cast_solo_donde_la_fuente_lo_encarga_a_todos(caso: tuple[str, Impresa]) -> None:
    clave, impresa = caso
    por_cada = PRIMERAS[clave][impresa.clave].por_cada
    assert (por_cada.grupo.value if por_cada else None) == ("CAST" if impresa.cada else None)


@POR_PROCEDIMIENTO
def test_se_unen_las_ramas_impresas_y_ninguna_otra(clave: str) -> None:
    fuente, tabla = _par(clave)
    unidas = {act.clave: act.une for act in tabla.actividades if act.une}
    assert {_hasta_lo_impreso(tabla, clave)[0]: ramas for clave, ramas in unidas.items()} == fuente.une


@POR_PROCEDIMIENTO
def test_abre_los_subprocedimientos_impresos_y_ningun_otro(clave: str) -> None:
    fuente, tabla = _par(clave)
    abre = {act.clave: act.subprocedimiento for act in tabla.actividades if act.subprocedimiento}
    assert abre == fuente.subprocedimientos


@POR_FILA
def test_el_fundamento_cita_el_numero_de_la_actividad(caso: tuple[str, Impresa]) -> None:
    clave, impresa = caso
    if clave in DE_LOS_LINEAMIENTOS:
        citados = re.findall(r"(?:L|M-S)-\d+(?:-[IVX]+)?", PRIMERAS[clave][impresa.clave].fundamento)
        assert citados == impresa.cita.split()
        return
    # A y B cuelgan de su 6: el Manual se cita M-P-6/A y M-P-6/B.
    numero = impresa.numero if impresa.numero.isdigit() else f"6/{impresa.numero}"
    cita = rf"{re.escape(FUENTE[clave].cita)}-{re.escape(numero)}(?![\d/])"
    fundamento = PRIMERAS[clave][impresa.clave].fundamento
    assert re.match(cita, fundamento), f"{fundamento!r} no empieza citando {FUENTE[clave].cita}-{numero}"


@pytest.mark.parametrize("clave", DEL_MANUAL)
def test_ningun_fundamento_sirve_para_dos_actividades(clave: str) -> None:
    fundamentos = [act.fundamento for act in PRIMERAS[clave].actividades if act.fundamento]
    assert sorted(set(fundamentos)) == sorted(fundamentos)


@POR_PROCEDIMIENTO
def test_todo_regreso_impreso_pide_motivo(clave: str) -> None:
    fuente, tabla = _par(clave)
    orden = [fila.clave for fila in fuente.filas]
    for fila in fuente.filas:
        for etiqueta, destinos in (fila.salidas or {}).items():
            regresa = any(d in orden and orden.index(d) <= orden.index(fila.clave) for d in destinos)
            # Quien responde a una devolución sólo reanuda lo que ya se contó; y la 6 de mantenimiento continúa.
            entradas = [r for act in tabla.actividades for r in act.salidas.values() if fila.clave in r.destinos]
            responde = bool(entradas) and all(ruta.devuelve for ruta in entradas)
            if regresa and not responde and (clave, fila.clave) != ("mantenimiento", "6"):
                assert tabla[fila.clave].salidas[etiqueta].devuelve, f"{fila.clave} «{etiqueta}»"


# --- lo que el índice de irregularidades manda (dominio 10) --------------------


def test_la_5_de_seguimiento_se_asigna_a_la_cst_y_regresa_a_la_4() -> None:
    quinta = PRIMERAS["seguimiento"]["5"]
    assert quinta.unidad == "CST"
    assert quinta.salidas[SIGUE].destinos == ("4",)
    assert PRIMERAS["seguimiento"]["4"].salidas["no"].devuelve, "sin devolución no hay tope de vueltas"


def test_concertacion_termina_aparte_cuando_no_procede() -> None:
    tabla = PRIMERAS["concertacion"]
    assert tabla["6"].salidas["no_corregible"].destinos == ("FIN_NO_PROCEDE",)
    assert tabla["6"].responsable == "CST", "informar la no procedencia es acción de la CST"


def test_los_servicios_que_publica_la_dcta_son_tecnologicos_y_hay_nota() -> None:
    publica = PRIMERAS["promocion_difusion"]["6bB"]
    assert "tecnológicos" in publica.accion
    assert "educativos" not in publica.accion
    assert "educativos" in publica.nota


def test_los_dos_6_de_promocion_se_abren_en_paralelo() -> None:
    tabla = PRIMERAS["promocion_difusion"]
    assert [act.clave for act in tabla.actividades if act.numero_impreso == "6"] == ["6a", "6b"]
    assert tabla["5"].salidas[SIGUE].destinos == ("6a", "6b")


# --- los plazos (dominio 03 §3.1) -----------------------------------------------


@POR_PROCEDIMIENTO
def test_cada_plazo_de_la_ficha_esta_en_la_actividad_que_lo_cumple(clave: str) -> None:
    tabla = PRIMERAS[clave]
    de_tramo = {cumple: tramo.regla for tramo in tabla.tramos for cumple in tramo.cumplen}
    for actividad, esperado in PLAZOS.get(clave, {}).items():
        regla = tabla[actividad].plazo or de_tramo[actividad]
        if isinstance(esperado, str):
            assert regla.clave == esperado, actividad
            assert regla.fundamento
            continue
        assert isinstance(regla.cuenta, Dias)
        assert isinstance(regla.cuenta.cantidad, str), "lo que la fuente no fija se puede cambiar"
        assert tabla.datos.model_fields[regla.cuenta.cantidad].default == esperado, actividad
        assert regla.inferido


@POR_PROCEDIMIENTO
def test_el_plazo_que_la_ficha_no_trae_se_dice_inferido(clave: str) -> None:
    sobran = [act for act in PRIMERAS[clave].actividades if act.plazo and act.clave not in PLAZOS.get(clave, {})]
    assert [act.clave for act in sobran if not (act.plazo and act.plazo.inferido)] == []
