"""¿El avance hace lo que dice el Manual? Casos concretos, con los números de la fuente."""

from __future__ import annotations

import pytest

from modelos.tabla import FIN, SIGUE, PorCada, Tabla, Unidad, a, devuelve_a
from modelos.tabla.avance import Pendiente, Situacion, ampliar_tope, atender, cancelar, cerrar_espera, iniciar
from modelos.tabla.errores import BitacoraIncongruente, SalidaInexistente, TopeDeVueltas
from tests.accesorios.tablas.hechura import actividad, poda
from tests.accesorios.tablas.recorridos import PUBLICADAS, Acto, andar, aplicar, destinatarios, que_falta
from tests.accesorios.tablas.tablas_al_azar import CENTROS

NORMATIVIDAD, PROMOCION = PUBLICADAS["normatividad"], PUBLICADAS["promocion_difusion"]
CONCERTACION, SEGUIMIENTO = PUBLICADAS["concertacion"], PUBLICADAS["seguimiento"]


def _reparte(por_cada: PorCada) -> Tabla:
    """La 1 reparte a los CAST y la 2 recoge."""
    return poda(actividad("1", "2", unidad=Unidad.CAST, por_cada=por_cada), actividad("2"))


def _turno(situacion: Situacion, clave: str) -> Pendiente:
    return next(turno for turno in situacion.pendientes if turno.actividad == clave)


# --- el Manual -----------------------------------------------------------------


def test_normatividad_termina_tras_los_dos_regresos() -> None:
    camino = "1 2 3 4 5 6:no_favorable 5 6:favorable 7 8:no_viable 5 6:favorable 7 8:viable 9 10 11 12 13"
    situacion = andar(NORMATIVIDAD, camino)
    assert (situacion.desenlace, situacion.pendientes) == (FIN, ())
    assert [situacion.vueltas[clave] for clave in ("3", "4", "5", "6", "7", "8", "9")] == [1, 1, 3, 3, 2, 2, 1]


@pytest.mark.parametrize(
    ("camino", "sigue"),
    [
        pytest.param("1 2 3 4 5 6:no_favorable", "5", id="no-favorable-regresa-a-la-cst"),
        pytest.param("1 2 3 4 5 6:favorable 7 8:no_viable", "5", id="no-viable-regresa-a-la-cst"),
        pytest.param("1 2 3 4 5:reabrir_comentarios", "3", id="la-cst-vuelve-a-consultar"),
        pytest.param("1 2 3 4 5 6:favorable 7 8:viable 9 10:someter_a_junta", "10J", id="pasa-por-la-junta"),
        pytest.param(
            "1 2 3 4 5 6:favorable 7 8:viable 9 10:someter_a_junta 10J:aprueba", "11", id="la-junta-lo-aprueba"
        ),
    ],
)
def test_normatividad_sigue_adonde_debe(camino: str, sigue: str) -> None:
    assert que_falta(andar(NORMATIVIDAD, camino)) == [sigue]


def test_los_comentarios_se_piden_a_cada_cast_y_se_siguen_al_tener_todos() -> None:
    situacion = andar(NORMATIVIDAD, "1 2 3")
    assert [turno.unidad for turno in situacion.pendientes] == list(CENTROS)
    for turno in situacion.pendientes:
        assert que_falta(situacion) == ["4"]
        situacion = aplicar(NORMATIVIDAD, situacion, Acto(turno, SIGUE)).situacion
    assert que_falta(situacion) == ["5"]


@pytest.mark.parametrize("orden", ["6a 6aA 6b 6bB", "6b 6bB 6a 6aA", "6a 6b 6bB 6aA", "6b 6a 6aA 6bB"])
def test_promocion_llega_a_lo_mismo_en_cualquier_orden_de_sus_ramas(orden: str) -> None:
    unida = andar(PROMOCION, f"1 2 3 4 5 {orden}")
    assert unida == andar(PROMOCION, "1 2 3 4 5 6a 6aA 6b 6bB")
    assert (que_falta(unida), dict(unida.llegadas)) == (["7"], {})
    assert andar(PROMOCION, f"1 2 3 4 5 {orden} 7").desenlace == FIN


def test_promocion_no_verifica_hasta_que_llegan_las_dos_ramas() -> None:
    a_medias = andar(PROMOCION, "1 2 3 4 5 6b 6bB")
    assert que_falta(a_medias) == ["6a"]
    assert dict(a_medias.llegadas) == {"7": ("6bB",)}


def test_seguimiento_reverifica_hasta_que_es_congruente() -> None:
    situacion = andar(SEGUIMIENTO, "1 2 3 4:no 5 4:no 5 4:si 6 7 8 9")
    assert (situacion.desenlace, situacion.vueltas["4"], situacion.vueltas["5"]) == (FIN, 3, 2)


@pytest.mark.parametrize(
    ("camino", "desenlace"),
    [
        pytest.param("1 2 3 4 5:si 7 8 9 10 11", "FIN", id="procede"),
        pytest.param("1 2 3 4 5:no 6:no_corregible", "FIN_NO_PROCEDE", id="no-procede"),
        pytest.param("1 2 3 4 5:no 6:corregible 1 2 3 4 5:si 7 8 9 10 11", "FIN", id="se-corrige-y-procede"),
        pytest.param("1 2:canalizar 2C", "FIN_CANALIZADA", id="es-de-ambito-estatal"),
        pytest.param("1 2 3 4 5:si 7 8 9 10:no_conforme 8 9 10 11", "FIN", id="se-repite-el-trabajo"),
    ],
)
def test_concertacion_termina_con_el_desenlace_que_toca(camino: str, desenlace: str) -> None:
    situacion = andar(CONCERTACION, camino)
    assert (situacion.desenlace, situacion.pendientes) == (desenlace, ())


# --- el tope -------------------------------------------------------------------


def test_al_topar_no_se_devuelve_mas_hasta_que_se_amplia() -> None:
    topada = andar(NORMATIVIDAD, "1 2 3 4 5 6:no_favorable 5 6:no_favorable 5 6:no_favorable 5", tope=3)
    revisa = _turno(topada, "6")
    with pytest.raises(TopeDeVueltas) as error:
        atender(NORMATIVIDAD, topada, revisa, "no_favorable", destinatarios, "NORM-2026-0001")
    assert (error.value.folio, error.value.actividad, error.value.tope) == ("NORM-2026-0001", "5", 3)
    assert que_falta(atender(NORMATIVIDAD, topada, revisa, "favorable", destinatarios).situacion) == ["7"]
    ampliada = ampliar_tope(topada, 4).situacion
    assert atender(NORMATIVIDAD, ampliada, revisa, "no_favorable", destinatarios).situacion.devoluciones["5"] == 4


def test_cerrar_una_espera_que_devuelve_tambien_respeta_el_tope() -> None:
    al_vencer = PorCada(Unidad.CAST, "al_vencer")
    tabla = poda(
        actividad("1", salidas={"si": a(FIN), "no": a("2")}),
        actividad("2", unidad=Unidad.CAST, por_cada=al_vencer, salidas={SIGUE: devuelve_a("1")}),
    )
    with pytest.raises(TopeDeVueltas):
        cerrar_espera(tabla, andar(tabla, "1:no 2 1:no", tope=1), "2", destinatarios)


# --- abanicos ------------------------------------------------------------------


def test_al_reunir_el_cuorum_se_cancela_lo_demas() -> None:
    tabla = _reparte(PorCada(Unidad.CAST, "cuorum", 2))
    inicio = iniciar(tabla, 1, destinatarios).situacion
    primero, segundo, tercero = inicio.pendientes
    una = atender(tabla, inicio, tercero, SIGUE, destinatarios)
    assert (una.abiertos, una.cancelados, dict(una.situacion.hechas)) == ((), (), {"1": 1})
    dos = atender(tabla, una.situacion, primero, SIGUE, destinatarios)
    assert dos.cancelados == (segundo,)
    assert dos.abre() == {"2": ["DSTC"]}
    assert (que_falta(dos.situacion), dict(dos.situacion.hechas)) == (["2"], {})
    with pytest.raises(BitacoraIncongruente):
        atender(tabla, dos.situacion, segundo, SIGUE, destinatarios)


def test_un_cuorum_mayor_que_los_centros_espera_a_todos() -> None:
    tabla = _reparte(PorCada(Unidad.CAST, "cuorum", len(CENTROS) + 1))
    assert que_falta(andar(tabla, "1")) == ["2"]


@pytest.mark.parametrize("respondieron", [0, 1, 2])
def test_cerrar_la_espera_sigue_con_lo_reunido_y_cancela_lo_que_falta(respondieron: int) -> None:
    tabla = _reparte(PorCada(Unidad.CAST, "al_vencer"))
    situacion = iniciar(tabla, 1, destinatarios).situacion
    for turno in situacion.pendientes[:respondieron]:
        situacion = atender(tabla, situacion, turno, SIGUE, destinatarios).situacion
    cierre = cerrar_espera(tabla, situacion, "1", destinatarios)
    assert [turno.unidad for turno in cierre.cancelados] == list(CENTROS[respondieron:])
    assert (que_falta(cierre.situacion), dict(cierre.situacion.hechas)) == (["2"], {})


@pytest.mark.parametrize(
    ("por_cada", "clave"),
    [
        pytest.param(PorCada(Unidad.CAST, "todas"), "1", id="espera-a-todas"),
        pytest.param(PorCada(Unidad.CAST, "cuorum", 2), "1", id="espera-un-cuorum"),
        pytest.param(PorCada(Unidad.CAST, "al_vencer"), "2", id="no-es-abanico"),
        pytest.param(PorCada(Unidad.CAST, "al_vencer"), "9", id="no-existe"),
    ],
)
def test_solo_se_cierra_una_espera_que_vence(por_cada: PorCada, clave: str) -> None:
    tabla = _reparte(por_cada)
    with pytest.raises(BitacoraIncongruente, match=f"la {clave} no es una espera"):
        cerrar_espera(tabla, iniciar(tabla, 1, destinatarios).situacion, clave, destinatarios)


def test_una_espera_ya_reunida_no_se_cierra() -> None:
    tabla = _reparte(PorCada(Unidad.CAST, "al_vencer"))
    with pytest.raises(BitacoraIncongruente):
        cerrar_espera(tabla, andar(tabla, "1"), "1", destinatarios)


# --- lo que no procede ---------------------------------------------------------


def test_una_salida_que_no_esta_en_la_tabla_dice_las_que_hay() -> None:
    situacion = andar(NORMATIVIDAD, "1 2 3 4 5")
    with pytest.raises(SalidaInexistente) as error:
        atender(NORMATIVIDAD, situacion, _turno(situacion, "6"), "viable", destinatarios)
    assert error.value.posibles == ("favorable", "no_favorable")


def test_cancelar_deja_el_expediente_sin_pendientes_ni_desenlace() -> None:
    a_medias = andar(PROMOCION, "1 2 3 4 5 6a 6aA")
    cancelado = cancelar(a_medias)
    assert cancelado.cancelados == a_medias.pendientes
    vacia = cancelado.situacion
    assert (vacia.pendientes, dict(vacia.llegadas), dict(vacia.hechas), vacia.desenlace) == ((), {}, {}, None)
    assert vacia.vueltas == a_medias.vueltas, "lo recorrido no se olvida"
