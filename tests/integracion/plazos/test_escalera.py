"""Lo vencido: se insiste hasta donde se fijó, después va en el resumen de la semana, y calla si alguien lo acusa."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.actos.conduccion import conducir
from modelos.actos.plazos import compromisos
from modelos.actos.plazos.conteo import COMPROMISO
from modelos.administracion import demo
from modelos.avisos import mensajes
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoExiste, NoLeCorresponde
from modelos.expedientes.expediente import Turno
from modelos.expedientes.notificacion import Notificacion
from modelos.organizacion.organigrama import Persona
from modelos.plazos.plazo import Plazo
from modelos.sesion import transaccion
from tareas import jornada
from tareas.avisos.recordatorios import barrer
from tareas.avisos.semana import resumir
from tests.accesorios.fabricas import Cliente, Instancia, servida
from tests.accesorios.paginas.visitante import Visitante
from tests.accesorios.plazos import leer, plantar
from tests.accesorios.tablas.fechas import fecha

LUNES = date(2027, 3, 1)
VENCE = fecha("mar 2027-03-16")
"""El de diez días hábiles desde el lunes 1; se recuerda contra el lunes 15."""


@pytest.fixture(autouse=True)
def _reloj(monkeypatch: pytest.MonkeyPatch) -> None:
    _ir(monkeypatch, LUNES)


def _ir(monkeypatch: pytest.MonkeyPatch, dia: date) -> None:
    monkeypatch.setenv("DSTC_RELOJ", f"{dia}T09:00:00-06:00")


def _en_la_cst(instancia: Instancia) -> tuple[Turno, Plazo]:
    """Un turno de la CST, con diez días hábiles desde el lunes y ningún otro plazo corriendo."""
    folio = instancia.iniciar("normatividad")
    for _ in range(2):
        instancia.atender(instancia.abiertos(folio)[0])
    [turno] = instancia.abiertos(folio)
    with transaccion(instancia.url) as s:
        s.execute(update(Plazo).values(estado="cumplido", proximo=None))
    return turno, plantar(instancia, folio, LUNES, 10, turno=turno)


def _dichos(instancia: Instancia, prefijo: str) -> Counter[str]:
    """Por persona, cuántas notificaciones cuya clave empieza así."""
    with instancia.leer() as s:
        consulta = select(col(Persona.correo)).join(Notificacion, col(Persona.id) == Notificacion.persona_id)
        filas = s.scalars(consulta.where(col(Notificacion.clave).startswith(prefijo)))
        return Counter(correo.removesuffix(f"@{demo.DOMINIO}") for correo in filas)


# --- el resumen de la semana ----------------------------------------------------------


def test_a_los_de_arriba_desde_el_primer_dia_y_una_vez_por_semana(instancia: Instancia) -> None:
    _, plazo = _en_la_cst(instancia)
    assert plazo.vence == VENCE
    assert resumir(instancia.url, VENCE).avisos == 0, "hoy vence: todavía no se sube"
    with transaccion(instancia.url) as s:
        s.execute(update(Plazo).where(col(Plazo.id) == plazo.id).values(vence=VENCE, conservador=VENCE))
    for dia in range(17, 29):  # del miércoles 17 al domingo 28
        resumir(instancia.url, date(2027, 3, dia))
    # El martes ya contó como la semana del 15; la del lunes 22 llega a todos los de arriba, sin esperar su turno.
    assert _dichos(instancia, "semana:2027-03-22:") == {"coordinacion": 1, "dstc": 1, "ssi": 1}
    assert sum(_dichos(instancia, "semana:").values()) == 3
    assert not _dichos(instancia, "semana:2027-03-29:")


def test_si_vencio_antes_del_dia_del_resumen_sale_ese_mismo(instancia: Instancia) -> None:
    _en_la_cst(instancia)
    assert not resumir(instancia.url, VENCE, desde=5).toca
    hecho = resumir(instancia.url, fecha("vie 2027-03-19"), desde=5)
    assert (hecho.toca, hecho.avisos) == (True, 3)
    assert not resumir(instancia.url, fecha("vie 2027-03-19"), desde=5).toca, "una vez por semana"


def test_si_el_lunes_es_inhabil_sale_el_martes(instancia: Instancia) -> None:
    _, plazo = _en_la_cst(instancia)
    with transaccion(instancia.url) as s:
        s.execute(update(Plazo).where(col(Plazo.id) == plazo.id).values(vence=LUNES, conservador=LUNES))
    assert not resumir(instancia.url, fecha("lun 2027-03-15")).toca, "es inhábil"
    assert resumir(instancia.url, fecha("mar 2027-03-16")).avisos == 3


def test_a_quien_debe_va_en_el_resumen_solo_cuando_ya_no_se_le_insiste(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    """La jornada de un trimestre: a la CST, tres insistencias y después una vez por semana; a la SSI, sólo eso."""
    turno, plazo = _en_la_cst(instancia)
    reglas = jornada.ReglasDeJornada(insistencias=3)
    cuales = (jornada.RECORDATORIOS,)
    for i in range(92):
        _ir(monkeypatch, LUNES + timedelta(i))
        jornada.trabajar(instancia.url, CATALOGO, reloj.ahora(), 7, cuales, reglas)
    assert _dichos(instancia, f"hito:{turno.id}:vencido-") == {"cst": 3}
    semanas = {n.dia: n.datos["para"] for n in _de(instancia, "semana:", "cst")}
    # Las tres insistencias son el jueves 18, el martes 23 y el viernes 26 de marzo.
    assert min(semanas) == fecha("lun 2027-03-29")
    assert len(semanas) == len({d.isocalendar()[:2] for d in semanas}) == 10
    assert len(_de(instancia, "semana:", "ssi")) == 11
    assert leer(instancia, plazo.id).estado == "abierto"


def _de(instancia: Instancia, prefijo: str, alias: str) -> list[Notificacion]:
    with instancia.leer() as s:
        consulta = select(Notificacion).join(Persona, col(Persona.id) == Notificacion.persona_id)
        suyas = consulta.where(
            col(Notificacion.clave).startswith(prefijo), col(Persona.correo) == f"{alias}@{demo.DOMINIO}"
        )
        return list(s.scalars(suyas.order_by(col(Notificacion.dia))))


# --- la fecha compromiso --------------------------------------------------------------

HOY = fecha("jue 2027-03-18")
COMPROMISO_DIA = fecha("mié 2027-03-31")


def _comprometer(instancia: Instancia, alias: str, plazo: str, dia: date = COMPROMISO_DIA) -> None:
    with instancia.como(alias) as ctx:
        compromisos.comprometer(ctx, plazo.partition(".")[0], plazo, dia, "Falta un anexo", 30)


def test_quien_lo_acusa_con_fecha_calla_las_insistencias_y_al_pasar_vuelven(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    turno, plazo = _en_la_cst(instancia)
    _ir(monkeypatch, HOY)
    assert barrer(instancia.url, HOY).recordatorios == 1
    _comprometer(instancia, "cst", plazo.id)
    quedo = leer(instancia, plazo.id)
    assert (quedo.compromiso, quedo.hitos, quedo.vence) == (COMPROMISO_DIA, [[COMPROMISO, "2027-04-01"]], VENCE)
    dia = HOY
    while dia < COMPROMISO_DIA:
        dia += timedelta(1)
        _ir(monkeypatch, dia)
        assert barrer(instancia.url, dia).recordatorios == 0, dia
        assert resumir(instancia.url, dia).avisos == 0, "tampoco a los de arriba"
    _ir(monkeypatch, fecha("jue 2027-04-01"))
    assert barrer(instancia.url, fecha("jue 2027-04-01")).recordatorios == 1
    assert _dichos(instancia, f"hito:{turno.id}:{COMPROMISO}.1") == {"cst": 1}
    _ir(monkeypatch, fecha("lun 2027-04-05"))
    assert resumir(instancia.url, fecha("lun 2027-04-05")).avisos == 3
    _ir(monkeypatch, fecha("mar 2027-04-06"))
    barrer(instancia.url, fecha("mar 2027-04-06"))
    assert _dichos(instancia, f"hito:{turno.id}:vencido-1.1") == {"cst": 1}


def test_lo_que_ya_estaba_por_salir_tambien_calla(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    from tareas.avisos.junta import juntar

    _, plazo = _en_la_cst(instancia)
    _ir(monkeypatch, HOY)
    barrer(instancia.url, HOY)
    _comprometer(instancia, "cst", plazo.id)
    assert juntar(instancia.url, reloj.ahora(), barrido_terminado=True) == 0
    with instancia.leer() as s:
        assert set(s.scalars(select(col(Notificacion.descartada)))) == {mensajes.COMPROMETIDO}


@pytest.mark.parametrize(
    ("alias", "dia", "que"),
    [
        pytest.param("dcaj", COMPROMISO_DIA, NoLeCorresponde, id="ajena"),
        pytest.param("cst", HOY, FormularioIncompleto, id="hoy"),
        pytest.param("cst", HOY + timedelta(31), FormularioIncompleto, id="muy-lejos"),
    ],
)
def test_no_cualquiera_ni_para_cualquier_dia(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch, alias: str, dia: date, que: type[Exception]
) -> None:
    _, plazo = _en_la_cst(instancia)
    _ir(monkeypatch, HOY)
    with pytest.raises(que):
        _comprometer(instancia, alias, plazo.id, dia)
    assert leer(instancia, plazo.id).compromiso is None


def test_solo_lo_vencido_de_un_expediente_en_curso(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    turno, plazo = _en_la_cst(instancia)
    with pytest.raises(ActoNoProcede, match="no está vencido"):
        _comprometer(instancia, "cst", plazo.id)
    _ir(monkeypatch, HOY)
    with pytest.raises(NoExiste):
        _comprometer(instancia, "cst", f"{turno.folio}.no-hay.1")
    with instancia.como("coordinacion") as ctx:
        conducir.suspender(ctx, turno.folio, "Falta un dato")
    with pytest.raises(ActoNoProcede, match="suspendido"):
        _comprometer(instancia, "cst", plazo.id)


def _de_verdad(instancia: Instancia) -> Plazo:
    """Un plazo que abrió la tabla: cinco días hábiles de la DSTC para revisar (actividad 6)."""
    folio = instancia.iniciar("normatividad")
    while (turno := instancia.abiertos(folio)[0]).actividad != "6":
        instancia.atender(turno)
    return leer(instancia, turno.id)


def test_se_compromete_desde_la_pagina_se_ve_en_el_expediente_y_en_su_historia(
    instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    plazo = _de_verdad(instancia_sqlite)
    folio = plazo.folio
    with servida(instancia_sqlite) as direccion, Visitante(direccion, "dstc") as v:
        assert "/comprometer" not in v.get(f"/expedientes/{folio}").text, "todavía no vence"
        _ir(monkeypatch, HOY)
        v.entrar("dstc")
        assert f'action="/expedientes/{folio}/comprometer' in v.get(f"/expedientes/{folio}").text
        falta = v.post(f"/expedientes/{folio}/comprometer", data={"plazo": plazo.id, "fecha": "", "motivo": "Falta"})
        assert falta.status_code == 422
        assert "Fecha: escriba una fecha que exista" in " ".join(unescape(falta.text).split())
        datos = {"plazo": plazo.id, "fecha": COMPROMISO_DIA.isoformat(), "motivo": "Falta un anexo"}
        assert v.post(f"/expedientes/{folio}/comprometer", data=datos).status_code == 303
        pagina = " ".join(v.get(f"/expedientes/{folio}").text.split())
        assert "<strong>Fecha compromiso:</strong> se atenderá a más tardar el mié 31 mar 2027." in pagina
        assert "se comprometió a atender «Revisión del proyecto» a más tardar el mié 31 mar 2027" in pagina
    with servida(instancia_sqlite) as direccion, Visitante(direccion, "cast-demo-01") as v:
        assert "/comprometer" not in v.get(f"/expedientes/{folio}").text, "no es de quien lo debe"


def test_por_la_api_y_queda_en_la_bitacora(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    plazo = _de_verdad(instancia)
    _ir(monkeypatch, HOY)
    cuerpo = {"plazo": plazo.id, "fecha": COMPROMISO_DIA.isoformat(), "motivo": "Falta un anexo"}
    with servida(instancia) as direccion:
        with Cliente(direccion, "cst") as ajena:
            assert ajena.post(f"/expedientes/{plazo.folio}/comprometer", json=cuerpo).status_code == 403
        with Cliente(direccion, "dstc") as suya:
            for _ in range(2):  # repetirlo no lo asienta dos veces
                respuesta = suya.post(f"/expedientes/{plazo.folio}/comprometer", json=cuerpo)
                assert respuesta.status_code == 200, respuesta.text
            [dicho] = [p for p in suya.get("/plazos").json()["elementos"] if p["id"] == plazo.id]
            assert (dicho["compromiso"], dicho["vencido"]) == (cuerpo["fecha"], True)
            asientos = suya.get(f"/expedientes/{plazo.folio}/bitacora").json()["elementos"]
    assert [a["datos"] for a in asientos if a["tipo"] == "compromiso"] == [cuerpo]
    instancia.exigir_integra()
