"""¿El avance se sostiene en cualquier tabla? Propiedades sobre las publicadas y sobre tablas al azar."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelos.tabla import Ruta, Tabla
from modelos.tabla.avance import Situacion, ampliar_tope, cancelar, iniciar
from modelos.tabla.errores import BitacoraIncongruente, SalidaInexistente, TopeDeVueltas
from tests.accesorios.tablas.recorridos import (
    POR_FAMILIA,
    RAPIDO,
    RECORRIDOS,
    SEMILLAS,
    TOPES,
    Acto,
    Recorrido,
    alcanzables,
    aplicar,
    destinatarios,
    distancias,
    en_curso,
    hasta_el_final,
    lleva_a,
    recorrido_de,
)
from tests.accesorios.tablas.tablas_al_azar import AL_AZAR, CENTROS, CON_BLOQUE, FAMILIAS, estropeadas


def test_los_recorridos_pasan_por_todo_lo_que_las_propiedades_dicen_probar() -> None:
    # Sin esto, una estrategia que deja de abrir ramas vuelve verdes y vacías las pruebas de abajo.
    veces: Counter[str] = Counter()

    @RAPIDO
    @given(RECORRIDOS["con_bloque"])
    def contar(recorrido: Recorrido) -> None:
        situaciones = recorrido.situaciones
        veces["uniones a medias"] += any(s.llegadas for s in situaciones)
        veces["abanicos a medias"] += any(s.hechas for s in situaciones)
        veces["dos actividades a la vez"] += any(len({t.actividad for t in s.pendientes}) > 1 for s in situaciones)
        veces["segundas vueltas"] += any(t.vuelta > 1 for s in situaciones for t in s.pendientes)
        veces["cancelados"] += any(movimiento.cancelados for _, movimiento in recorrido.pasos)
        veces["finales"] += situaciones[-1].desenlace is not None

    contar()
    raras = {cosa: n for cosa, n in veces.items() if n < RAPIDO.max_examples // 10}
    assert not raras, f"de {RAPIDO.max_examples} recorridos casi ninguno pasa por: {raras}"


@POR_FAMILIA
@RAPIDO
@given(st.data())
def test_siempre_hay_alguien_que_debe_algo_o_ya_termino(familia: str, data: st.DataObject) -> None:
    recorrido = recorrido_de(familia, data)
    tabla = recorrido.tabla
    for situacion in recorrido.situaciones:
        assert bool(situacion.pendientes) != (situacion.desenlace is not None)
        assert situacion.desenlace is None or situacion.desenlace in tabla.finales


@POR_FAMILIA
@RAPIDO
@given(st.data())
def test_desde_cualquier_punto_se_puede_terminar(familia: str, data: st.DataObject) -> None:
    tabla, situacion = en_curso(familia, data)
    lejos = distancias(tabla)

    def faltan(ruta: Ruta) -> int:
        return max(lejos[d] for d in ruta.destinos)

    for _ in range(len(tabla.actividades) * len(CENTROS)):
        if situacion.desenlace:
            break
        turno = situacion.pendientes[0]
        salidas = tabla[turno.actividad].salidas
        salida = min(salidas, key=lambda etiqueta: (salidas[etiqueta].devuelve, faltan(salidas[etiqueta])))
        situacion = aplicar(tabla, situacion, Acto(turno, salida)).situacion
    assert situacion.desenlace


@POR_FAMILIA
@RAPIDO
@given(st.data())
def test_cada_paso_quita_lo_atendido_y_lo_cancelado_y_pone_lo_abierto(familia: str, data: st.DataObject) -> None:
    recorrido = recorrido_de(familia, data)
    for antes, (acto, movimiento) in zip(recorrido.situaciones, recorrido.pasos, strict=False):
        despues, quitados = movimiento.situacion, [acto.turno] if acto.turno else []
        esperados = Counter(antes.pendientes) - Counter(quitados) - Counter(movimiento.cancelados)
        assert list(despues.pendientes) == sorted((esperados + Counter(movimiento.abiertos)).elements())
        assert set(movimiento.cancelados) <= set(antes.pendientes) - set(quitados)
        for turno in movimiento.abiertos:
            assert turno.vuelta == despues.vueltas[turno.actividad] == antes.vueltas.get(turno.actividad, 0) + 1
            assert turno.unidad in movimiento.abre()[turno.actividad]
        sin_abrir = set(antes.vueltas) - {t.actividad for t in movimiento.abiertos}
        assert all(despues.vueltas[clave] == antes.vueltas[clave] for clave in sin_abrir)


@POR_FAMILIA
@RAPIDO
@given(st.data())
def test_hay_llegadas_solo_mientras_una_union_espera_y_alguien_debe_las_que_faltan(
    familia: str, data: st.DataObject
) -> None:
    recorrido = recorrido_de(familia, data)
    tabla = recorrido.tabla
    for situacion in recorrido.situaciones:
        pendientes = {turno.actividad for turno in situacion.pendientes}
        for union, ramas in situacion.llegadas.items():
            assert set() < set(ramas) < set(tabla[union].une)
            assert list(ramas) == sorted(ramas)
            assert union not in pendientes
            for rama in set(tabla[union].une) - set(ramas):
                assert any(lleva_a(tabla, clave, rama, union) for clave in pendientes), rama


@POR_FAMILIA
@RAPIDO
@given(st.data())
def test_las_hechas_y_las_que_faltan_de_un_abanico_suman_sus_destinatarios(familia: str, data: st.DataObject) -> None:
    recorrido = recorrido_de(familia, data)
    tabla = recorrido.tabla
    for situacion in recorrido.situaciones:
        faltan = Counter(turno.actividad for turno in situacion.pendientes if tabla[turno.actividad].por_cada)
        assert set(situacion.hechas) <= set(faltan), "de un abanico cerrado no se recuerda nada"
        assert all(situacion.hechas.get(clave, 0) + n == len(CENTROS) for clave, n in faltan.items())
        assert all(hechas > 0 for hechas in situacion.hechas.values())


@POR_FAMILIA
@RAPIDO
@given(st.data())
def test_reproducir_lo_asentado_da_lo_mismo_aunque_pase_por_la_base(familia: str, data: st.DataObject) -> None:
    recorrido = recorrido_de(familia, data)
    tabla, situaciones = recorrido.tabla, recorrido.situaciones
    assert iniciar(tabla, situaciones[0].tope, destinatarios).situacion == situaciones[0]
    guardadas = [Situacion.de_json(json.loads(json.dumps(situacion.a_json()))) for situacion in situaciones]
    assert guardadas == situaciones
    for antes, guardada, (acto, movimiento) in zip(situaciones, guardadas, recorrido.pasos, strict=False):
        assert aplicar(tabla, guardada, acto) == aplicar(tabla, antes, acto) == movimiento
        assert guardada == antes, "un paso no toca la situación de la que partió"


@POR_FAMILIA
@RAPIDO
@given(st.data())
def test_un_acto_repetido_no_avanza_dos_veces(familia: str, data: st.DataObject) -> None:
    recorrido = recorrido_de(familia, data)
    for acto, movimiento in recorrido.pasos:
        with pytest.raises(BitacoraIncongruente):
            aplicar(recorrido.tabla, movimiento.situacion, acto)


@POR_FAMILIA
@RAPIDO
@given(st.data())
def test_lo_que_no_esta_pendiente_o_no_existe_no_se_adivina(familia: str, data: st.DataObject) -> None:
    tabla, situacion = en_curso(familia, data)
    for turno in situacion.pendientes:
        with pytest.raises(SalidaInexistente) as error:
            aplicar(tabla, situacion, Acto(turno, "quizá"))
        assert error.value.posibles == tuple(tabla[turno.actividad].salidas)
        salida = error.value.posibles[0]
        ajenos = (
            replace(turno, unidad="DSE"),
            replace(turno, vuelta=turno.vuelta + 1),
            replace(turno, actividad="ZZ"),
        )
        for ajeno in ajenos:
            with pytest.raises(BitacoraIncongruente):
                aplicar(tabla, situacion, Acto(ajeno, salida))
    for turno in situacion.pendientes:
        with pytest.raises(BitacoraIncongruente):
            aplicar(tabla, cancelar(situacion).situacion, Acto(turno, next(iter(tabla[turno.actividad].salidas))))


# --- el orden no importa -------------------------------------------------------


@POR_FAMILIA
@RAPIDO
@given(st.data())
def test_dos_turnos_pendientes_se_atienden_en_cualquier_orden(familia: str, data: st.DataObject) -> None:
    recorrido = recorrido_de(familia, data)
    tabla = recorrido.tabla
    dobles = [situacion for situacion in recorrido.situaciones if len(situacion.pendientes) > 1]
    if not dobles:
        return
    situacion = data.draw(st.sampled_from(dobles))
    turnos = data.draw(st.permutations(situacion.pendientes))[:2]
    uno, otro = (Acto(t, data.draw(st.sampled_from(list(tabla[t.actividad].salidas)))) for t in turnos)
    try:
        uno_y_otro = aplicar(tabla, aplicar(tabla, situacion, uno).situacion, otro).situacion
        otro_y_uno = aplicar(tabla, aplicar(tabla, situacion, otro).situacion, uno).situacion
    except TopeDeVueltas:
        return
    except BitacoraIncongruente:
        por_cada = tabla[turnos[0].actividad].por_cada
        if por_cada is None or por_cada.union != "cuorum":
            raise  # sólo quien reúne un cuórum puede cancelar al otro
        return
    assert uno_y_otro == otro_y_uno


ORDENES = st.lists(st.integers(0, 8), min_size=1, max_size=12)


@POR_FAMILIA
@RAPIDO
@given(st.data(), TOPES, ORDENES, ORDENES, ORDENES)
def test_el_orden_de_las_ramas_y_de_los_centros_no_cambia_el_final(
    familia: str, data: st.DataObject, tope: int, criterio: list[int], un_orden: list[int], otro_orden: list[int]
) -> None:
    tabla = data.draw(FAMILIAS[familia])
    derecho = hasta_el_final(tabla, tope, criterio, un_orden, al_reves=False)
    assert hasta_el_final(tabla, tope, criterio, otro_orden, al_reves=False) == derecho
    assert hasta_el_final(tabla, tope, criterio, un_orden, al_reves=True) == derecho


# --- nadie gira sin fin, nada se atora -----------------------------------------


def _comprobar_el_tope(tabla: Tabla, situacion: Situacion, acto: Acto, error: TopeDeVueltas) -> None:
    abierta = situacion.vueltas[error.actividad]
    assert (error.folio, error.tope) == ("PODA-2026-0001", situacion.tope)
    assert abierta >= situacion.tope
    ampliada = ampliar_tope(situacion, abierta + 1)
    assert (ampliada.abiertos, ampliada.cancelados) == ((), ())
    assert ampliada.situacion == replace(situacion, tope=abierta + 1)
    assert error.actividad in aplicar(tabla, ampliada.situacion, acto).abre()


@RAPIDO
@given(AL_AZAR, TOPES, st.lists(st.integers(0, 60), min_size=1, max_size=20))
def test_el_tope_obliga_a_terminar_aunque_siempre_se_devuelva(tabla: Tabla, tope: int, azar: list[int]) -> None:
    situacion, topes = iniciar(tabla, tope, destinatarios).situacion, list[TopeDeVueltas]()
    # Cada actividad admite `tope` aperturas por devolución, y tras cada una se recorre a lo más toda la tabla.
    n = len(tabla.actividades)
    limite = (tope * n + 1) * n * len(CENTROS)
    for paso in range(limite):
        if situacion.desenlace:
            break
        turno = situacion.pendientes[azar[paso % len(azar)] % len(situacion.pendientes)]
        salidas = sorted(tabla[turno.actividad].salidas.items(), key=lambda par: not par[1].devuelve)
        try:
            situacion = aplicar(tabla, situacion, Acto(turno, salidas[0][0])).situacion
        except TopeDeVueltas as error:
            topes.append(error)
            _comprobar_el_tope(tabla, situacion, Acto(turno, salidas[0][0]), error)
            situacion = aplicar(tabla, situacion, Acto(turno, salidas[-1][0])).situacion
    assert situacion.desenlace
    assert topes or not any(ruta.devuelve for act in tabla.actividades for ruta in act.salidas.values())


@RAPIDO
@given(CON_BLOQUE, SEMILLAS)
def test_lo_que_la_revision_acepta_nunca_se_atora(tabla: Tabla, semilla: int) -> None:
    """Añade a una tabla buena una salida cualquiera: o la revisión la rechaza, o siempre hay quien deba algo."""
    for otra in estropeadas(tabla, semilla, cuantas=8):
        anadida = [f"{act.clave} → {act.salidas['otra'].destinos}" for act in otra.actividades if "otra" in act.salidas]
        for situacion in alcanzables(otra, tope=2, limite=40):
            assert bool(situacion.pendientes) != (situacion.desenlace is not None), anadida
