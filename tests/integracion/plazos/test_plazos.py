"""Los plazos dentro de los actos: se abren, se cumplen, se detienen, se prorrogan y se reproducen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import Field
from sqlalchemy import delete, select, update
from sqlmodel import col

from modelos.actos.conduccion import conducir
from modelos.actos.plazos.conteo import recontar
from modelos.calendario.errores import AmpliacionExcesiva, CalendarioSinPublicar
from modelos.comprobacion import verificacion
from modelos.dias.dia import oficinas
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoExiste, NoLeCorresponde
from modelos.plazos.plazo import Plazo, Recordatorio
from modelos.tabla import (
    FIN,
    SIGUE,
    Actividad,
    Catalogo,
    DatosIniciales,
    Dias,
    EnVentana,
    Formulario,
    Medida,
    PorCada,
    ReglaPlazo,
    Tabla,
    Tipo,
    Tramo,
    Unidad,
    a,
)
from tareas.avisos.recordatorios import barrer
from tests.accesorios.fabricas import Instancia

LUNES = "2027-03-01T09:00:00-06:00"


class Inicio(DatosIniciales):
    periodo: str = "2028"
    dias_revision: int = Field(10, ge=1, le=60)


class Recepcion(Formulario):
    recibido: date


def _tabla() -> Tabla:
    plazo = ReglaPlazo("P-rev", "Revisión", Dias("dias_revision"), "", inferido="La fuente no lo fija.")
    return Tabla(
        clave="con_plazos",
        siglas="PLZ",
        nombre="Con plazos",
        codigo="prueba",
        revision="0",
        vigente_desde=date(2025, 1, 1),
        fundamento="prueba",
        duena=Unidad.DSTC,
        datos=Inicio,
        tramos=(
            Tramo(
                ReglaPlazo("PL-01", "Respuesta oficial", Dias(90, desde="recibido", recepcion=True), "L-22"),
                ("1", SIGUE),
                ("4",),
                Unidad.SSI,
            ),
        ),
        actividades=(
            Actividad("1", Unidad.DSTC, "Revisa.", {SIGUE: a("2")}, fundamento="x", plazo=plazo, formulario=Recepcion),
            Actividad(
                "2",
                Unidad.DSTC,
                "Decide sola.",
                {"si": a("3"), "no": a("4")},
                Tipo.AUTOMATICA,
                "x",
                decide=lambda datos: "si" if datos["periodo"] == "2028" else "no",
            ),
            Actividad(
                "3",
                Unidad.CAST,
                "Responde.",
                {SIGUE: a("4")},
                fundamento="x",
                por_cada=PorCada(Unidad.CAST, "al_vencer"),
                plazo=ReglaPlazo("PL-05", "Entrega", EnVentana(7, quincena=1, anio=-1), "L-25"),
            ),
            Actividad("4", Unidad.SSI, "Firma.", {SIGUE: a(FIN)}, fundamento="x"),
        ),
    )


@pytest.fixture(autouse=True)
def lunes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", LUNES)


@pytest.fixture
def casa(instancia: Instancia) -> Iterator[Instancia]:
    instancia.tablas = Catalogo([_tabla()])
    yield instancia
    instancia.exigir_integra()


def _plazos(casa: Instancia, folio: str) -> dict[str, Plazo]:
    with casa.leer() as s:
        return {p.clave + p.unidad: p for p in s.scalars(select(Plazo).where(col(Plazo.folio) == folio))}


def _hasta_el_abanico(casa: Instancia, **datos: Any) -> str:
    folio = casa.iniciar("con_plazos", **datos)
    (turno,) = casa.abiertos(folio)
    casa.atender(turno, recibido="2027-03-01")
    return folio


def test_el_turno_nace_con_su_vencimiento_y_por_que(casa: Instancia) -> None:
    plazo = _plazos(casa, casa.iniciar("con_plazos"))["P-revDSTC"]
    assert (plazo.vence, plazo.estado) == (date(2027, 3, 16), "abierto")  # dominio 03 §3.3, prevención 10 DH
    assert "10 días hábiles" in plazo.computo["explicacion"]
    assert {d["fecha"] for d in plazo.computo["saltados"]} >= {"2027-03-15"}
    assert plazo.vence is not None
    assert plazo.conservador is not None
    assert plazo.conservador <= plazo.vence


def test_el_parametro_inferido_cambia_la_cuenta(casa: Instancia) -> None:
    assert _plazos(casa, casa.iniciar("con_plazos", dias_revision=5))["P-revDSTC"].vence == date(2027, 3, 8)


def test_lo_que_llega_de_noche_se_recibe_al_dia_siguiente(casa: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2027-03-01T19:00:00-06:00")
    plazo = _plazos(casa, casa.iniciar("con_plazos"))["P-revDSTC"]
    assert (plazo.computo["recibido"], plazo.vence) == ("2027-03-02", date(2027, 3, 17))


def test_atender_cumple_el_plazo_echa_a_correr_el_tramo_y_la_automatica_no_espera(casa: Instancia) -> None:
    folio = _hasta_el_abanico(casa)
    plazos = _plazos(casa, folio)
    assert plazos["P-revDSTC"].estado == "cumplido"
    assert plazos["PL-01SSI"].vence == date(2027, 7, 7)  # dominio 03 §3.3, lun 2027-03-01
    assert plazos["PL-01SSI"].turno_id is None
    assert {t.actividad for t in casa.abiertos(folio)} == {"3"}
    assert [plazos[c].vence for c in plazos if c.startswith("PL-05")] == [date(2027, 7, 15)] * 3


def test_la_automatica_toma_la_otra_rama_segun_el_dato(casa: Instancia) -> None:
    assert {t.actividad for t in casa.abiertos(_hasta_el_abanico(casa, periodo="2029"))} == {"4"}


def test_al_concluir_no_queda_plazo_por_cumplir(casa: Instancia) -> None:
    folio = _hasta_el_abanico(casa)
    turnos = casa.abiertos(folio)
    casa.atender(turnos[0])
    with casa.como("coordinacion") as ctx:
        conducir.cerrar_espera(ctx, folio, "3", "ya no se espera")
    (ultimo,) = casa.abiertos(folio)
    casa.atender(ultimo)
    estados = sorted(p.estado for p in _plazos(casa, folio).values())
    assert estados == ["cancelado", "cancelado", "cumplido", "cumplido", "cumplido"]
    assert _plazos(casa, folio)["PL-01SSI"].estado == "cumplido"


def test_cancelar_el_expediente_cancela_sus_plazos(casa: Instancia) -> None:
    folio = _hasta_el_abanico(casa)
    with casa.como("coordinacion") as ctx:
        conducir.cancelar(ctx, folio, "ya no procede")
    assert {p.estado for p in _plazos(casa, folio).values()} == {"cumplido", "cancelado"}


def test_suspender_detiene_y_reanudar_vuelve_a_contar(casa: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    folio = _hasta_el_abanico(casa)
    monkeypatch.setenv("DSTC_RELOJ", "2027-03-08T10:00:00-06:00")
    with casa.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "falta un dato")
    plazos = _plazos(casa, folio)
    assert {plazos[c].estado for c in plazos if c.startswith("PL")} == {"suspendido"}
    assert {plazos[c].proximo for c in plazos} == {None}
    with pytest.raises(ActoNoProcede), casa.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "otra vez")
    monkeypatch.setenv("DSTC_RELOJ", "2027-03-19T10:00:00-06:00")
    with casa.como("coordinacion") as ctx:
        conducir.reanudar(ctx, folio, "ya llegó")
    plazos = _plazos(casa, folio)
    # Corrieron 5 hábiles (2 a 8 de marzo); del 9 al 19 hay 8 que no cuentan (el 15 es inhábil): 7-jul + 8 hábiles.
    assert plazos["PL-01SSI"].vence == date(2027, 7, 19)
    assert plazos["PL-01SSI"].suspensiones[0]["motivo"] == "falta un dato"
    assert [plazos[c].vence for c in plazos if c.startswith("PL-05")] == [date(2027, 7, 15)] * 3
    assert plazos["PL-01SSI"].proximo is not None


def test_prorrogar_amplia_hasta_la_mitad_y_queda_asentado(casa: Instancia) -> None:
    folio = _hasta_el_abanico(casa)
    with casa.como("coordinacion") as ctx:
        conducir.prorrogar(ctx, folio, 45, "complejidad del proyecto")
    plazo = _plazos(casa, folio)["PL-01SSI"]
    assert plazo.vence is not None
    assert plazo.vence > date(2027, 7, 7)
    assert plazo.ampliaciones == [{"cantidad": 45, "motivo": "complejidad del proyecto"}]
    assert "ampliado en 45" in plazo.computo["explicacion"]
    with pytest.raises(AmpliacionExcesiva), casa.como("coordinacion") as ctx:
        conducir.prorrogar(ctx, folio, 1, "un poco más")
    with casa.leer() as s:
        ultimo = verificacion.publicados(s, folio)[-1]
    assert (ultimo["tipo"], ultimo["datos"]["dias"]) == ("prorroga", 45)


@pytest.mark.parametrize(
    ("quien", "dias", "motivo", "plazo", "error"),
    [
        ("cast-demo-01", 5, "porque sí", None, NoLeCorresponde),
        ("coordinacion", 5, "   ", None, FormularioIncompleto),
        ("coordinacion", 0, "porque sí", None, FormularioIncompleto),
        ("coordinacion", 46, "porque sí", None, AmpliacionExcesiva),
        ("coordinacion", 5, "porque sí", "no-hay", NoExiste),
    ],
)
def test_una_prorroga_que_no_procede_no_cambia_nada(
    casa: Instancia, quien: str, dias: int, motivo: str, plazo: str | None, error: type[Exception]
) -> None:
    folio = _hasta_el_abanico(casa)
    antes = casa.expediente(folio).asientos
    with pytest.raises(error), casa.como(quien) as ctx:
        conducir.prorrogar(ctx, folio, dias, motivo, plazo)
    assert casa.expediente(folio).asientos == antes
    assert _plazos(casa, folio)["PL-01SSI"].vence == date(2027, 7, 7)


def test_una_ventana_del_anio_no_se_prorroga(casa: Instancia) -> None:
    folio = _hasta_el_abanico(casa)
    ventana = next(p.id for c, p in _plazos(casa, folio).items() if c.startswith("PL-05"))
    with pytest.raises(ActoNoProcede, match="ventana"), casa.como("coordinacion") as ctx:
        conducir.prorrogar(ctx, folio, 5, "porque sí", ventana)


def test_sin_calendario_publicado_no_hay_fecha_y_se_dice(casa: Instancia) -> None:
    folio = _hasta_el_abanico(casa, periodo="2028")
    casa.iniciar("con_plazos", dias_revision=5)
    with casa.como("coordinacion") as ctx:
        conducir.cancelar(ctx, folio, "para no estorbar")
    lejano = casa.iniciar("con_plazos", periodo="2028")
    (turno,) = casa.abiertos(lejano)
    casa.atender(turno, recibido="2028-12-01")
    plazo = _plazos(casa, lejano)["PL-01SSI"]
    assert (plazo.estado, plazo.vence, plazo.proximo) == ("sin_calcular", None, None)
    assert "2029" in plazo.computo["error"]


def test_no_se_prorroga_hacia_un_anio_sin_publicar(casa: Instancia) -> None:
    folio = casa.iniciar("con_plazos")
    (turno,) = casa.abiertos(folio)
    casa.atender(turno, recibido="2028-08-10")
    antes = _plazos(casa, folio)["PL-01SSI"].vence
    assert antes is not None
    with pytest.raises(CalendarioSinPublicar, match="2029"), casa.como("coordinacion") as ctx:
        conducir.prorrogar(ctx, folio, 45, "complejidad")
    assert _plazos(casa, folio)["PL-01SSI"].vence == antes


def test_la_verificacion_ve_un_plazo_alterado_y_reconstruir_lo_devuelve(casa: Instancia) -> None:
    folio = _hasta_el_abanico(casa)
    id_ = _plazos(casa, folio)["PL-01SSI"].id
    with casa.como(None) as ctx:
        ctx.s.execute(update(Plazo).where(col(Plazo.id) == id_).values(vence=date(2030, 1, 1)))
    with casa.leer() as s:
        (falla,) = verificacion.verificar(s, casa.tablas, folio).fallas
    assert "vence" in falla.motivo
    with casa.como(None) as ctx:
        assert verificacion.reconstruir(ctx.s, casa.tablas, folio)
    with casa.como(None) as ctx:
        ctx.s.execute(delete(Plazo).where(col(Plazo.id) == id_))
    with casa.como(None) as ctx:
        assert verificacion.reconstruir(ctx.s, casa.tablas, folio)
    rehecho = _plazos(casa, folio)["PL-01SSI"]
    assert (rehecho.vence, rehecho.estado) == (date(2027, 7, 7), "abierto")
    assert rehecho.proximo is not None


def test_la_zona_de_la_unidad_manda(instancia: Instancia) -> None:
    with instancia.leer() as s:
        de = oficinas(s, ["CE-23", "CE-02", "CE-15", "CAST-DEMO-01"])
    assert de["CE-23"].horario.zona.key == "America/Cancun"
    assert de["CE-02"].horario.zona.key == "America/Tijuana"
    assert de["CAST-DEMO-01"].horario.zona.key == de["CE-15"].horario.zona.key == "America/Mexico_City"


def test_los_meses_vencen_como_dice_la_fuente(casa: Instancia) -> None:
    regla = ReglaPlazo("PL-02", "Instrucción", Dias(3, Medida.MESES, desde="recibido", recepcion=False), "L-23")
    casa.tablas = Catalogo([_con_tramo(regla)])
    folio = casa.iniciar("con_plazos")
    (turno,) = casa.abiertos(folio)
    casa.atender(turno, recibido="2027-02-26")
    assert _plazos(casa, folio)["PL-02SSI"].vence == date(2027, 5, 26)  # dominio 03 §3.3


def _con_tramo(regla: ReglaPlazo) -> Tabla:
    from dataclasses import replace

    original = _tabla()
    return replace(original, tramos=(replace(original.tramos[0], regla=regla),))


def test_a_quien_se_le_abre_ya_vencido_no_se_le_cobra_el_retraso_de_otro(
    casa: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2027-09-06T09:00:00-06:00")
    folio = _hasta_el_abanico(casa)  # la ventana de la 3 cerró el 15 de julio
    entrega = next(p for c, p in _plazos(casa, folio).items() if c.startswith("PL-05"))
    assert (entrega.vence, entrega.proximo) == (date(2027, 7, 15), date(2027, 9, 9))
    barrer(casa.url, date(2027, 9, 9))
    with casa.leer() as s:
        vistos = s.scalars(select(col(Recordatorio.hito)).where(col(Recordatorio.plazo_id) == entrega.id)).all()
    assert vistos == ["vencido-1"]


def test_recontar_antes_del_barrido_no_pierde_el_hito_de_hoy(casa: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    folio = casa.iniciar("con_plazos")
    plazo = _plazos(casa, folio)["P-revDSTC"]
    assert plazo.proximo is not None
    monkeypatch.setenv("DSTC_RELOJ", f"{plazo.proximo}T09:00:00-06:00")
    with casa.como(None) as ctx:
        guardado = ctx.s.get_one(Plazo, plazo.id)
        recontar(guardado, oficinas(ctx.s, ["DSTC"])["DSTC"], plazo.proximo)
    assert _plazos(casa, folio)["P-revDSTC"].proximo == plazo.proximo
    barrer(casa.url, plazo.proximo)
    with casa.leer() as s:
        (visto,) = s.scalars(select(Recordatorio).where(col(Recordatorio.plazo_id) == plazo.id)).all()
    assert (visto.hito, visto.enviado) == (plazo.hitos[0][0], True)


def _ir(monkeypatch: pytest.MonkeyPatch, instante: str) -> None:
    monkeypatch.setenv("DSTC_RELOJ", f"{instante}:00-06:00")


def _detener(casa: Instancia, folio: str, fecha: date | None = None) -> None:
    with casa.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "falta un dato", fecha)


def _seguir(casa: Instancia, folio: str, fecha: date | None = None) -> None:
    with casa.como("coordinacion") as ctx:
        conducir.reanudar(ctx, folio, "ya llegó", fecha)


def test_suspender_antes_de_que_corra_o_dos_veces_seguidas_no_deja_sin_fecha(
    casa: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ir(monkeypatch, "2027-03-05T19:00")  # viernes de noche: se tiene por recibido el lunes 8
    folio = casa.iniciar("con_plazos")
    for hora in ("19:10", "19:20"):
        _ir(monkeypatch, f"2027-03-05T{hora}")
        _detener(casa, folio)
        _seguir(casa, folio)
    plazo = _plazos(casa, folio)["P-revDSTC"]
    assert (plazo.estado, plazo.vence) == ("abierto", date(2027, 3, 23))


def test_se_reanuda_desde_el_dia_en_que_se_contesto(casa: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    folio = casa.iniciar("con_plazos")  # 10 DH desde el lunes 1: martes 16
    _ir(monkeypatch, "2027-03-05T10:00")
    _detener(casa, folio, date(2027, 3, 3))  # el día en que se previno; corrieron 2
    _ir(monkeypatch, "2027-03-22T10:00")
    with pytest.raises(FormularioIncompleto, match="anterior al día en que se suspendió"):
        _seguir(casa, folio, date(2027, 3, 2))
    with pytest.raises(FormularioIncompleto, match="no puede ser posterior a hoy"):
        _seguir(casa, folio, date(2027, 3, 23))
    _seguir(casa, folio, date(2027, 3, 10))  # aunque la coordinación lo registró doce días después
    # Faltaban 8: 11, 12, 16, 17, 18, 19, 22 y 23 (el 15 es inhábil).
    assert _plazos(casa, folio)["P-revDSTC"].vence == date(2027, 3, 23)


def test_lo_suspendido_no_se_cobra_en_insistencias(casa: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    folio = casa.iniciar("con_plazos")
    barrer(casa.url, date(2027, 3, 16))
    _ir(monkeypatch, "2027-03-17T10:00")  # venció ayer
    _detener(casa, folio)
    _ir(monkeypatch, "2027-05-17T10:00")
    _seguir(casa, folio)
    plazo = _plazos(casa, folio)["P-revDSTC"]
    assert (plazo.vence, plazo.proximo) == (date(2027, 3, 16), date(2027, 5, 20))


def test_una_fecha_que_vuelve_a_quedar_por_delante_se_recuerda_otra_vez(
    casa: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folio = casa.iniciar("con_plazos")
    dia = date(2027, 3, 2)
    while dia < date(2027, 3, 12):
        barrer(casa.url, dia)
        dia += timedelta(1)
    _ir(monkeypatch, "2027-03-12T10:00")
    _detener(casa, folio)
    _ir(monkeypatch, "2027-05-12T10:00")
    _seguir(casa, folio)
    plazo = _plazos(casa, folio)["P-revDSTC"]
    assert plazo.vence is not None
    assert plazo.vence > date(2027, 5, 12)
    while dia <= plazo.vence:
        barrer(casa.url, dia)
        dia += timedelta(1)
    with casa.leer() as s:
        vistos = set(s.scalars(select(col(Recordatorio.hito)).where(col(Recordatorio.plazo_id) == plazo.id)))
    assert {"antes-7", "antes-3", "dia.1"} <= vistos


def test_prorrogar_dos_veces_lo_mismo_prorroga_una(casa: Instancia) -> None:
    folio = _hasta_el_abanico(casa)
    leido = _plazos(casa, folio)["PL-01SSI"].vence
    with casa.como("coordinacion") as ctx:
        conducir.prorrogar(ctx, folio, 5, "complejidad", vence=leido)
    with pytest.raises(ActoNoProcede, match="ya vence"), casa.como("coordinacion") as ctx:
        conducir.prorrogar(ctx, folio, 5, "complejidad", vence=leido)
    assert len(_plazos(casa, folio)["PL-01SSI"].ampliaciones) == 1


def test_lo_vencido_no_se_prorroga(casa: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    folio = casa.iniciar("con_plazos")
    _ir(monkeypatch, "2027-03-17T10:00")
    with pytest.raises(ActoNoProcede, match="venció"), casa.como("coordinacion") as ctx:
        conducir.prorrogar(ctx, folio, 2, "tarde")


def test_suspender_lo_que_no_tiene_fecha_tambien_cuenta_al_publicarse_el_calendario(
    casa: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folio = casa.iniciar("con_plazos")
    (turno,) = casa.abiertos(folio)
    _ir(monkeypatch, "2028-12-01T10:00")
    casa.atender(turno, recibido="2028-12-01")
    _detener(casa, folio)
    assert _plazos(casa, folio)["PL-01SSI"].estado == "suspendido"
    _ir(monkeypatch, "2028-12-11T10:00")
    _seguir(casa, folio)
    plazo = _plazos(casa, folio)["PL-01SSI"]
    assert plazo.estado == "sin_calcular"
    assert [x["desde"] for x in plazo.suspensiones] == ["2028-12-01"]


def test_reconstruir_un_plazo_alterado_le_devuelve_sus_recordatorios(casa: Instancia) -> None:
    folio = _hasta_el_abanico(casa)
    id_ = _plazos(casa, folio)["PL-01SSI"].id
    with casa.como(None) as ctx:
        alterado = update(Plazo).where(col(Plazo.id) == id_)
        ctx.s.execute(alterado.values(estado="cancelado", proximo=None, hitos=[]))
    with casa.como(None) as ctx:
        assert verificacion.reconstruir(ctx.s, casa.tablas, folio)
    rehecho = _plazos(casa, folio)["PL-01SSI"]
    assert (rehecho.estado, bool(rehecho.hitos), bool(rehecho.proximo)) == ("abierto", True, True)


def test_una_fecha_mal_capturada_se_rectifica_y_lo_dicho_antes_queda(casa: Instancia) -> None:
    folio = casa.iniciar("con_plazos")
    (turno,) = casa.abiertos(folio)
    casa.atender(turno, recibido="2026-03-02")  # era 2027
    id_ = _plazos(casa, folio)["PL-01SSI"].id
    with pytest.raises(NoLeCorresponde), casa.como("cast-demo-01") as ctx:
        conducir.rectificar(ctx, folio, id_, date(2027, 3, 1), "año mal escrito")
    with pytest.raises(FormularioIncompleto), casa.como("coordinacion") as ctx:
        conducir.rectificar(ctx, folio, id_, date(2027, 3, 2), "es futura")
    with pytest.raises(CalendarioSinPublicar), casa.como("coordinacion") as ctx:
        conducir.rectificar(ctx, folio, id_, date(2020, 3, 2), "sin calendario")
    with casa.como("coordinacion") as ctx:
        conducir.rectificar(ctx, folio, id_, date(2027, 3, 1), "año mal escrito")
    plazo = _plazos(casa, folio)["PL-01SSI"]
    assert (plazo.vence, plazo.regla["evento"]) == (date(2027, 7, 7), "2027-03-01")
    with casa.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "para ver que se reproduce")
        conducir.reanudar(ctx, folio, "ya")
