"""¿Los procedimientos de los Lineamientos corren en la base: a quién van, quién los promueve y qué plazos abren?"""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from modelos.actos.oficios import fuera
from modelos.actos.turnos import apertura, atender, evidencia
from modelos.errores import FormularioIncompleto, NoLeCorresponde
from modelos.expedientes.anexos import Guardado
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.errores import EvidenciaFaltante
from modelos.expedientes.expediente import Turno
from modelos.plazos.plazo import EstadoPlazo, Plazo
from tests.accesorios.fabricas import Instancia
from tests.accesorios.oficina import del_folio
from tests.accesorios.tablas.fechas import fecha

CAPTURA: dict[str, dict[str, Any]] = {
    "0": {"justificacion": "Hay demanda."},
    "3": {"inicio_propuesto": "2028-01-10"},
    "7": {"recepcion_completa": "2027-01-04"},
    "12": {"fecha_acuerdo_jd": "2027-02-26"},
    "13a": {"denominacion": "CAST de prueba"},
    "15": {"inicio_operaciones": "2028-01-10"},
}


def _reloj(monkeypatch: pytest.MonkeyPatch, dia: str) -> None:
    monkeypatch.setenv("DSTC_RELOJ", f"{dia}T09:00:00-06:00")


def _atender(instancia: Instancia, folio: str, salida: str | None = None) -> Turno:
    """Atiende el primer turno abierto con lo que pide; devuelve cuál era."""
    turno = instancia.abiertos(folio)[0]
    actividad = instancia.actividad(turno)
    datos = CAPTURA.get(turno.actividad, {}) if turno.procedimiento == "apertura_cast" else {}
    with instancia.como(turno.unidad.lower()) as ctx:
        for documento in (d for d in actividad.evidencia if d.obligatoria):
            guardado = Guardado(str(uuid4()), "a.pdf", "application/pdf", 1, "0" * 64)
            evidencia.adjuntar(ctx, turno.id, documento.clave, guardado)
        elegida = salida or next(iter(actividad.salidas))
        actual = ctx.s.get_one(Turno, turno.id)
        atender.atender(ctx, turno.id, elegida, datos, "Con motivo.", actual.version)
    return turno


def _fuera(instancia: Instancia, folio: str, clave: str, dia: str) -> None:
    """Registra que ese oficio se firmó en papel ese día."""
    instancia.cumplir_encargos()
    (oficio,) = (o for o in del_folio(instancia, folio) if o.clave == clave)
    documento = Guardado(str(uuid4()), "a.pdf", "application/pdf", 1, "0" * 64)
    with instancia.como(oficio.unidad.lower()) as ctx:
        fuera.registrar(ctx, oficio.id, oficio.version, "X/1/2027", date.fromisoformat(dia), documento)


def _hasta(instancia: Instancia, folio: str, actividad: str) -> Turno:
    """Atiende por la primera salida hasta que toque esa actividad."""
    for _ in range(30):
        (turno, *_) = instancia.abiertos(folio)
        if turno.actividad == actividad:
            return turno
        _atender(instancia, folio)
    raise AssertionError(f"no se llegó a la {actividad}")


def _plazo(instancia: Instancia, folio: str, clave: str) -> Plazo:
    with instancia.leer() as s:
        return s.scalars(select(Plazo).where(col(Plazo.folio) == folio, col(Plazo.clave) == clave)).one()


@pytest.mark.parametrize(
    ("estatal", "actividad", "unidad"), [("CE-15", "4JDE", "CE-15"), ("UODCDMX", "4JD", "JD"), ("RCEO", "4JD", "JD")]
)
def test_la_junta_que_autoriza_depende_de_la_unidad(
    instancia_sqlite: Instancia, estatal: str, actividad: str, unidad: str
) -> None:
    folio = instancia_sqlite.iniciar("apertura_cast", estatal=estatal)
    turno = _hasta(instancia_sqlite, folio, actividad)
    assert turno.unidad == unidad
    _atender(instancia_sqlite, folio)
    with instancia_sqlite.leer() as s:
        de_folio = select(Asiento).where(col(Asiento.folio) == folio).order_by(col(Asiento.orden))
        asientos = {datos.get("actividad"): (a, datos) for a in s.scalars(de_folio) for datos in [json.loads(a.datos)]}
    resolvio, datos = asientos[actividad]
    assert (resolvio.unidad, datos.get("en_nombre_de")) == (unidad, "JDE" if unidad == "CE-15" else None)
    assert asientos["3J"][0].actor == "sistema"
    instancia_sqlite.exigir_integra()


def test_la_apertura_abre_y_cumple_sus_dos_tramos(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    _reloj(monkeypatch, "2027-01-05")
    folio = instancia.iniciar("apertura_cast", estatal="CE-15")
    _hasta(instancia, folio, "7")
    _atender(instancia, folio, "incompleta")
    assert _plazo(instancia, folio, "subsanacion").estado == EstadoPlazo.ABIERTO
    with instancia.leer() as s:
        tramos = s.scalars(select(Plazo).where(col(Plazo.folio) == folio, col(Plazo.turno_id).is_(None))).all()
    assert not tramos, "los noventa días no corren mientras falte algo"

    _hasta(instancia, folio, "7")
    _atender(instancia, folio, "completa")
    respuesta = _plazo(instancia, folio, "PL-01")
    assert (respuesta.vence, respuesta.unidad, respuesta.estado) == (
        fecha("vie 2027-05-14"),
        "SSI",
        EstadoPlazo.ABIERTO,
    )
    _hasta(instancia, folio, "11")
    assert _plazo(instancia, folio, "PL-01").estado == EstadoPlazo.ABIERTO, "responder no es haber enviado el oficio"
    _fuera(instancia, folio, "OF-29", "2027-01-05")
    assert _plazo(instancia, folio, "PL-01").estado == EstadoPlazo.CUMPLIDO

    _hasta(instancia, folio, "12")
    with pytest.raises(FormularioIncompleto, match="no puede ser posterior a hoy"):
        _atender(instancia, folio, "aprueba")  # el acuerdo que captura es del 26 de febrero
    _reloj(monkeypatch, "2027-03-01")
    _hasta(instancia, folio, "13")
    instruccion = _plazo(instancia, folio, "PL-02")
    assert (instruccion.vence, instruccion.unidad) == (fecha("mié 2027-05-26"), "DG")
    _hasta(instancia, folio, "13a")
    assert _plazo(instancia, folio, "PL-02").estado == EstadoPlazo.ABIERTO
    _fuera(instancia, folio, "OF-31", "2027-03-01")
    assert _plazo(instancia, folio, "PL-02").estado == EstadoPlazo.CUMPLIDO
    instancia.exigir_integra()


def test_la_unidad_estatal_promueve_su_apertura_y_no_la_de_otra(instancia_sqlite: Instancia) -> None:
    with instancia_sqlite.como("ce-15") as ctx:
        folio = apertura.iniciar(ctx, "apertura_cast", "Un centro nuevo", {"estatal": "CE-15"}).folio
    assert instancia_sqlite.abiertos(folio)[0].unidad == "CE-15"
    with pytest.raises(NoLeCorresponde), instancia_sqlite.como("ce-15") as ctx:
        apertura.iniciar(ctx, "apertura_cast", "Un centro ajeno", {"estatal": "CE-11"})


@pytest.mark.parametrize(("cast", "estatal"), [("CAST-DEMO-01", "CE-15"), ("CAST-DEMO-03", "UODCDMX")])
def test_lo_del_centro_va_al_centro_y_lo_de_la_estatal_a_la_suya(
    instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch, cast: str, estatal: str
) -> None:
    _reloj(monkeypatch, "2027-05-03")
    planeacion = instancia_sqlite.iniciar("planeacion_metas", cast=cast, periodo="2028")
    assert _hasta(instancia_sqlite, planeacion, "2").unidad == cast
    assert _hasta(instancia_sqlite, planeacion, "4").unidad == estatal
    assert _hasta(instancia_sqlite, planeacion, "5").unidad == cast
    with instancia_sqlite.leer() as s:
        entrega = s.scalars(
            select(Plazo).where(col(Plazo.folio) == planeacion, col(Plazo.turno_id).like("%.5.%"))
        ).one()
    assert (entrega.clave, entrega.vence) == ("PL-05", fecha("jue 2027-07-15"))


@pytest.mark.parametrize(("periodo", "con_reporte"), [("2027-05", False), ("2027-06", True)])
def test_el_registro_termina_sin_reporte_si_no_cierra_trimestre(
    instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch, periodo: str, *, con_reporte: bool
) -> None:
    _reloj(monkeypatch, f"{periodo}-03")
    folio = instancia_sqlite.iniciar("registro_mensual", cast="CAST-DEMO-01", periodo=periodo)
    _hasta(instancia_sqlite, folio, "5")
    instancia_sqlite.cumplir_encargos()
    instancia_sqlite.firmar_fuera(folio)
    _atender(instancia_sqlite, folio)
    assert [t.actividad for t in instancia_sqlite.abiertos(folio)] == (["6"] if con_reporte else [])
    assert (instancia_sqlite.expediente(folio).estado == "concluido") != con_reporte
    instancia_sqlite.exigir_integra()


def test_la_designacion_se_pide_la_primera_vez_y_no_cada_mes(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    _reloj(monkeypatch, "2027-01-04")
    enero = instancia.iniciar("registro_mensual", cast="CAST-DEMO-01", periodo="2027-01")
    assert _pendientes(instancia, enero) == ["0"]
    with pytest.raises(EvidenciaFaltante, match="Designación"):
        instancia.atender(instancia.abiertos(enero)[0])
    _atender(instancia, enero)
    assert _pendientes(instancia, enero) == ["1"]
    _reloj(monkeypatch, "2027-02-02")
    febrero = instancia.iniciar("registro_mensual", cast="CAST-DEMO-01", periodo="2027-02")
    assert _pendientes(instancia, febrero) == ["1"]
    assert instancia.expediente(febrero).datos["designacion"] == enero
    otro = instancia.iniciar("registro_mensual", cast="CAST-DEMO-02", periodo="2027-02")
    assert _pendientes(instancia, otro) == ["0"], "la de un centro no le sirve a otro"
    escrita = instancia.iniciar(
        "registro_mensual", cast="CAST-DEMO-03", periodo="2027-02", designacion="Oficio 12 de 2026"
    )
    assert _pendientes(instancia, escrita) == ["1"]
    instancia.exigir_integra()


def test_si_cambia_la_designacion_se_pide_otra_vez(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    _reloj(monkeypatch, "2027-01-04")
    _atender(instancia, instancia.iniciar("registro_mensual", cast="CAST-DEMO-01", periodo="2027-01"))
    _reloj(monkeypatch, "2027-02-02")
    febrero = instancia.iniciar("registro_mensual", cast="CAST-DEMO-01", periodo="2027-02")
    _atender(instancia, febrero, "cambio_de_designacion")
    assert _pendientes(instancia, febrero) == ["0"]
    _atender(instancia, febrero)
    assert _pendientes(instancia, febrero) == ["1"]
    _reloj(monkeypatch, "2027-03-01")
    marzo = instancia.iniciar("registro_mensual", cast="CAST-DEMO-01", periodo="2027-03")
    assert instancia.expediente(marzo).datos["designacion"] == febrero
    instancia.exigir_integra()


def test_el_mes_abierto_con_la_version_anterior_sigue_con_ella_y_su_designacion_vale(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    _reloj(monkeypatch, "2026-11-03")
    noviembre = instancia.iniciar("registro_mensual", cast="CAST-DEMO-01", periodo="2026-11")
    _reloj(monkeypatch, "2026-12-01")
    assert _pendientes(instancia, noviembre) == ["0"]
    sin_atender = instancia.iniciar("registro_mensual", cast="CAST-DEMO-01", periodo="2026-12")
    assert _pendientes(instancia, sin_atender) == ["0"]
    _atender(instancia, noviembre)
    assert instancia.expediente(noviembre).version == "2025-11-20"
    _reloj(monkeypatch, "2027-01-04")
    enero = instancia.iniciar("registro_mensual", cast="CAST-DEMO-01", periodo="2027-01")
    assert (_pendientes(instancia, enero), instancia.expediente(enero).version) == (["1"], "2026-12-01")
    instancia.exigir_integra()


def _pendientes(instancia: Instancia, folio: str) -> list[str]:
    return [turno.actividad for turno in instancia.abiertos(folio)]


def test_la_reunion_que_abre_normatividad_no_tiene_periodo_y_la_del_semestre_si(instancia_sqlite: Instancia) -> None:
    sin = instancia_sqlite.iniciar("reunion_trabajo")
    con = instancia_sqlite.iniciar("reunion_trabajo", periodo="2027-S1")
    assert instancia_sqlite.expediente(sin).datos["periodo"] is None
    assert instancia_sqlite.expediente(con).datos["periodo"] == "2027-S1"


def test_los_comentarios_de_cada_centro_llevan_el_plazo_que_se_fijo_al_iniciar(
    instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    _reloj(monkeypatch, "2027-03-01")
    folio = instancia_sqlite.iniciar("normatividad", dias_comentarios=12)
    _hasta(instancia_sqlite, folio, "4")
    with instancia_sqlite.leer() as s:
        plazos = s.scalars(select(Plazo).where(col(Plazo.folio) == folio)).all()
    assert {p.unidad: p.vence for p in plazos} == dict.fromkeys(
        ("CAST-DEMO-01", "CAST-DEMO-02", "CAST-DEMO-03"), fecha("jue 2027-03-18")
    )
    assert all("no fija" in p.inferido for p in plazos)
