"""Un plazo que se cumple con un acto escrito se cumple cuando ese acto existe, con su fecha; no al responder."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, update
from sqlmodel import col

from flujos.lineamientos import apertura_cast
from modelos import reloj
from modelos.actos.conduccion import conducir
from modelos.actos.oficios import fuera, tramite
from modelos.actos.plazos import plazos
from modelos.actos.turnos import atender, evidencia
from modelos.comprobacion import verificacion as v
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoLeCorresponde
from modelos.expedientes.anexos import Guardado
from modelos.expedientes.expediente import Anexo, Expediente, Turno
from modelos.expedientes.notificacion import Notificacion
from modelos.oficios import deuda, titulares
from modelos.oficios.errores import OficiosExigidos
from modelos.oficios.oficio import Oficio
from modelos.organizacion.organigrama import por_correo
from modelos.plazos import vencimientos
from modelos.plazos.plazo import EstadoPlazo, Plazo
from modelos.tabla import Catalogo
from tareas.avisos import recordatorios
from tests.accesorios.fabricas import Instancia
from tests.accesorios.oficina import asentados, del_folio, firmar, leer, suelto
from tests.accesorios.tablas.fechas import fecha

CAPTURA: dict[str, dict[str, Any]] = {
    "0": {"justificacion": "Hay demanda."},
    "3": {"inicio_propuesto": "2028-01-10"},
    "7": {"recepcion_completa": "2027-01-04"},
    "12": {"fecha_acuerdo_jd": "2027-01-04"},
    "13a": {"denominacion": "CAST de prueba"},
    "15": {"inicio_operaciones": "2028-01-10"},
}


@pytest.fixture(autouse=True)
def _el_cinco_de_enero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2027-01-05T09:00:00-06:00")


def _dia(monkeypatch: pytest.MonkeyPatch, dia: str) -> None:
    monkeypatch.setenv("DSTC_RELOJ", f"{dia}T10:00:00-06:00")


def _archivo() -> Guardado:
    return Guardado(str(uuid4()), "firmado.pdf", "application/pdf", 1, "a" * 64)


def _atender(instancia: Instancia, folio: str, salida: str | None = None, **datos: Any) -> Turno:
    """Atiende el primer turno abierto con cualquier PDF donde se pide un documento; devuelve cuál era."""
    turno = instancia.abiertos(folio)[0]
    actividad = instancia.actividad(turno)
    captura = CAPTURA.get(turno.actividad, {}) if turno.procedimiento == "apertura_cast" else {}
    with instancia.como(turno.unidad.lower()) as ctx:
        for documento in (d for d in actividad.evidencia if d.obligatoria):
            evidencia.adjuntar(ctx, turno.id, documento.clave, _archivo())
        actual = ctx.s.get_one(Turno, turno.id)
        elegida = salida or next(iter(actividad.salidas))
        atender.atender(ctx, turno.id, elegida, {**captura, **datos}, "Con motivo.", actual.version)
    instancia.cumplir_encargos()
    return turno


def _hasta(instancia: Instancia, folio: str, actividad: str) -> Turno:
    for _ in range(40):
        turno = instancia.abiertos(folio)[0]
        if turno.actividad == actividad:
            return turno
        _atender(instancia, folio)
    raise AssertionError(f"no se llegó a la {actividad}")


def _apertura(instancia: Instancia, hasta: str) -> str:
    folio = instancia.iniciar("apertura_cast", estatal="CE-15")
    _hasta(instancia, folio, hasta)
    return folio


def _plazo(instancia: Instancia, folio: str, clave: str) -> Plazo:
    with instancia.leer() as s:
        return s.scalars(
            select(Plazo).where(col(Plazo.folio) == folio, col(Plazo.clave) == clave).order_by(col(Plazo.id).desc())
        ).first() or pytest.fail(f"no hay {clave}")


def _oficio(instancia: Instancia, folio: str, clave: str) -> Oficio:
    return [o for o in del_folio(instancia, folio) if o.clave == clave][-1]


def _firmado_fuera(instancia: Instancia, oficio: Oficio, dia: str, numero: str = "SSI/77/2027") -> Oficio:
    with instancia.como(oficio.unidad.lower()) as ctx:
        return fuera.registrar(ctx, oficio.id, oficio.version, numero, date.fromisoformat(dia), _archivo())


def _completar(instancia: Instancia, oficio: Oficio) -> Oficio:
    """Escribe lo que le falte, para que se pueda firmar."""
    campos = {"asunto": oficio.asunto, "cuerpo": "Todo lo que falta ya está escrito.", "anexos": ""}
    with instancia.como(oficio.unidad.lower()) as ctx:
        return tramite.editar(ctx, oficio.id, leer(instancia, oficio.id).version, campos)


def _enviar(instancia: Instancia, oficio: Oficio) -> Oficio:
    firmar(instancia, _completar(instancia, oficio))
    instancia.cumplir_encargos()
    return leer(instancia, oficio.id)


def test_la_respuesta_oficial_no_la_cumple_un_pdf_cualquiera_sino_su_envio(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folio = _apertura(instancia, "11")  # la 10 ya se respondió, con un PDF cualquiera
    plazo = _plazo(instancia, folio, "PL-01")
    assert (plazo.estado, plazo.acto, plazo.cerrado) == (EstadoPlazo.ABIERTO, "OF-29", None)
    assert plazo.atendido is not None
    with instancia.leer() as s:
        siguiente = instancia.abiertos(folio)
        assert vencimientos.fechas_de(s, siguiente) == {}, "a quien tiene la 11 no se le cobra el oficio de la SSI"
        assert vencimientos.plazos_de(s, siguiente) == {}

    _dia(monkeypatch, "2027-02-10")
    oficio = firmar(instancia, _completar(instancia, _oficio(instancia, folio, "OF-29")))
    assert _plazo(instancia, folio, "PL-01").estado == EstadoPlazo.ABIERTO, "firmado y sin salir, todavía no"

    _dia(monkeypatch, "2027-02-11")
    instancia.cumplir_encargos()
    cumplido = _plazo(instancia, folio, "PL-01")
    assert (cumplido.estado, cumplido.cumplio) == (EstadoPlazo.CUMPLIDO, oficio.id)
    assert cumplido.cerrado == leer(instancia, oficio.id).enviado
    assert cumplido.cerrado is not None
    assert reloj.local(cumplido.cerrado).date() == fecha("jue 2027-02-11")
    assert asentados(instancia, "oficio_envio")[-1]["cumple"] == [cumplido.id]
    instancia.exigir_integra()


def test_el_que_se_firmo_fuera_cumple_con_la_fecha_del_documento(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folio = _apertura(instancia, "11")
    _dia(monkeypatch, "2027-06-01")  # PL-01 venció el 14 de mayo; el documento es de antes
    hecho = _firmado_fuera(instancia, _oficio(instancia, folio, "OF-29"), "2027-03-10", " SSI/77/2027 ")
    assert (hecho.estado, hecho.numero, hecho.numero_fuera) == ("firmado_fuera", None, "SSI/77/2027")
    plazo = _plazo(instancia, folio, "PL-01")
    assert plazo.estado == EstadoPlazo.CUMPLIDO
    assert plazo.cerrado is not None
    assert reloj.local(plazo.cerrado).date() == fecha("mié 2027-03-10")
    (asiento,) = asentados(instancia, "oficio_fuera")
    assert (asiento["numero"], asiento["fecha"], asiento["cumple"]) == ("SSI/77/2027", "2027-03-10", [plazo.id])
    with instancia.leer() as s:
        assert s.get_one(Anexo, asiento["anexo"]["id"]).turno_id == hecho.turno_id
    instancia.exigir_integra()


@pytest.mark.parametrize(
    ("numero", "dia", "campo"),
    [("", "2027-01-04", "numero"), ("x" * 81, "2027-01-04", "numero"), ("A/1", "2027-01-06", "fecha")],
)
def test_lo_firmado_fuera_lleva_numero_y_una_fecha_que_ya_paso(
    instancia_sqlite: Instancia, numero: str, dia: str, campo: str
) -> None:
    folio = _apertura(instancia_sqlite, "11")
    oficio = _oficio(instancia_sqlite, folio, "OF-29")
    with pytest.raises(FormularioIncompleto) as error:
        _firmado_fuera(instancia_sqlite, oficio, dia, numero)
    assert list(error.value.campos) == [campo]
    assert _plazo(instancia_sqlite, folio, "PL-01").estado == EstadoPlazo.ABIERTO
    with instancia_sqlite.como("ce-11") as ctx, pytest.raises(NoLeCorresponde):
        fuera.registrar(ctx, oficio.id, oficio.version, "A/1", date(2027, 1, 4), _archivo())


def test_vale_el_documento_que_ya_se_habia_adjuntado_a_ese_paso_y_no_otro(instancia_sqlite: Instancia) -> None:
    folio = _apertura(instancia_sqlite, "11")
    oficio = _oficio(instancia_sqlite, folio, "OF-29")
    with instancia_sqlite.leer() as s:
        propio = s.scalars(select(Anexo).where(col(Anexo.turno_id) == oficio.turno_id)).one()
        ajeno = s.scalars(select(Anexo).where(col(Anexo.turno_id) != oficio.turno_id)).first()
    assert ajeno is not None
    with instancia_sqlite.como("ssi") as ctx, pytest.raises(FormularioIncompleto, match="no es un archivo de ese paso"):
        fuera.registrar(ctx, oficio.id, oficio.version, "A/1", date(2027, 1, 4), ajeno.id)
    with instancia_sqlite.como("ssi") as ctx:
        hecho = fuera.registrar(ctx, oficio.id, oficio.version, "A/1", date(2027, 1, 4), propio.id)
    assert hecho.anexo_fuera == propio.id
    instancia_sqlite.exigir_integra()


def test_enviado_antes_de_responder_cumple_desde_entonces(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folio = _apertura(instancia, "10")
    _dia(monkeypatch, "2027-02-01")
    _enviar(instancia, _oficio(instancia, folio, "OF-29"))
    antes = _plazo(instancia, folio, "PL-01")
    assert (antes.estado, antes.atendido) == (EstadoPlazo.CUMPLIDO, None)
    _dia(monkeypatch, "2027-02-20")
    _atender(instancia, folio, "favorable")
    assert _plazo(instancia, folio, "PL-01").cerrado == antes.cerrado
    instancia.exigir_integra()


def test_la_prevencion_se_cumple_al_enviarla_y_la_revision_completa_al_responder(instancia: Instancia) -> None:
    folio = _apertura(instancia, "7")
    _atender(instancia, folio, "incompleta")
    espera = _plazo(instancia, folio, "prevencion")
    assert (espera.estado, espera.atendido is not None) == (EstadoPlazo.ABIERTO, True)
    _enviar(instancia, _oficio(instancia, folio, "OF-27"))
    assert _plazo(instancia, folio, "prevencion").estado == EstadoPlazo.CUMPLIDO
    _hasta(instancia, folio, "7")
    _atender(instancia, folio, "completa")
    assert _plazo(instancia, folio, "prevencion").estado == EstadoPlazo.CUMPLIDO
    instancia.exigir_integra()


def test_volver_a_empezar_la_actividad_deja_sin_objeto_el_acto_de_la_vuelta_anterior(instancia: Instancia) -> None:
    folio = instancia.iniciar("reequipamiento", cast="CAST-DEMO-01", periodo="2027")
    _atender(instancia, folio)
    primero = _plazo(instancia, folio, "PL-07")
    assert (primero.estado, primero.acto) == (EstadoPlazo.ABIERTO, "OF-38")
    _hasta(instancia, folio, "3")
    _atender(instancia, folio, "observa")
    with instancia.leer() as s:
        assert s.get_one(Plazo, primero.id).estado == EstadoPlazo.CANCELADO
    segundo = _plazo(instancia, folio, "PL-07")
    assert segundo.id != primero.id
    assert segundo.estado == EstadoPlazo.ABIERTO
    instancia.exigir_integra()


def test_no_termina_sin_los_oficios_que_la_norma_exige_y_termina_debiendo_los_demas(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folio = _apertura(instancia, "13a")
    for _ in range(3):
        _atender(instancia, folio)
    _dia(monkeypatch, "2027-01-20")
    with pytest.raises(OficiosExigidos) as error:
        _atender(instancia, folio)
    assert [falta.split(",")[0] for falta in error.value.faltan] == ["OF-25 de CE-15", "OF-29 de SSI", "OF-31 de DG"]
    assert instancia.expediente(folio).estado == "en_curso"

    _enviar(instancia, _oficio(instancia, folio, "OF-29"))
    for clave in ("OF-25", "OF-31"):
        _firmado_fuera(instancia, _oficio(instancia, folio, clave), "2027-01-19")
    _atender(instancia, folio)
    caso = instancia.expediente(folio)
    assert (caso.estado, caso.desenlace) == ("concluido", "FIN")
    assert {_plazo(instancia, folio, clave).estado for clave in ("PL-01", "PL-02")} == {EstadoPlazo.CUMPLIDO}
    with instancia.leer() as s:
        assert deuda.cuantos(s, [folio]) == {folio: 3}
        debidos = deuda.de_expediente(s, instancia.tablas, folio)
    assert [(d.oficio.clave, d.exigido) for d in debidos] == [("OF-26", False), ("OF-28", False), ("OF-30", False)]
    for debido in debidos:
        _enviar(instancia, debido.oficio)
    with instancia.leer() as s:
        assert deuda.cuantos(s, [folio]) == {}
    instancia.exigir_integra()


def test_un_plazo_que_espera_su_oficio_sigue_corriendo_aunque_el_expediente_termine(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folio = instancia.iniciar("registro_mensual", cast="CAST-DEMO-01", periodo="2027-03", designacion="OF/1/2026")
    _hasta(instancia, folio, "6")
    _atender(instancia, folio)
    assert instancia.expediente(folio).estado == "concluido"
    reporte = _plazo(instancia, folio, "PL-14")
    assert (reporte.estado, reporte.proximo is not None) == (EstadoPlazo.ABIERTO, True)
    _dia(monkeypatch, "2027-04-16")
    _enviar(instancia, _oficio(instancia, folio, "OF-22"))
    assert _plazo(instancia, folio, "PL-14").estado == EstadoPlazo.CUMPLIDO
    instancia.exigir_integra()


@pytest.mark.parametrize("redactado", [True, False], ids=["ya-redactado", "por-redactar"])
def test_la_designacion_que_no_cambio_no_se_debe(
    instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch, *, redactado: bool
) -> None:
    """Con la primera versión, que todavía la pedía cada mes."""
    _dia(monkeypatch, "2026-11-30")
    folio = instancia_sqlite.iniciar("registro_mensual", cast="CAST-DEMO-01", periodo="2027-01")
    if redactado:
        instancia_sqlite.cumplir_encargos()
    _atender(instancia_sqlite, folio, sin_cambio=True)
    assert [o.estado for o in del_folio(instancia_sqlite, folio)] == ["descartado"] * redactado
    _hasta(instancia_sqlite, folio, "5")
    _atender(instancia_sqlite, folio)
    assert instancia_sqlite.expediente(folio).estado == "concluido"


def test_cancelar_el_oficio_que_cumplio_el_plazo_lo_reabre_y_deja_otro_por_firmar(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folio = _apertura(instancia, "11")
    oficio = _enviar(instancia, _oficio(instancia, folio, "OF-29"))
    _dia(monkeypatch, "2027-01-15")
    with instancia.como("ssi") as ctx:
        tramite.cancelar(ctx, oficio.id, "Se firmó otro texto.")
    plazo = _plazo(instancia, folio, "PL-01")
    assert (plazo.estado, plazo.cerrado, plazo.cumplio) == (EstadoPlazo.ABIERTO, None, None)
    assert plazo.proximo is not None, "se vuelve a recordar"
    instancia.exigir_integra()
    with instancia.leer() as s:
        claves = [d.oficio.clave for d in deuda.de_expediente(s, instancia.tablas, folio)]
    assert "OF-29" in claves
    otro = _enviar(instancia, _oficio(instancia, folio, "OF-29"))
    assert otro.sustituye == oficio.id
    assert _plazo(instancia, folio, "PL-01").cumplio == otro.id
    instancia.exigir_integra()


def test_si_ya_se_habia_enviado_al_responder_y_se_cancela_vuelve_a_correr_y_a_recordarse(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Se firma y se envía antes de responder el paso que lo pide; se responde, termina, y después se cancela."""
    folio = instancia.iniciar("registro_mensual", cast="CAST-DEMO-01", periodo="2027-03", designacion="OF/1/2026")
    _hasta(instancia, folio, "6")
    oficio = _enviar(instancia, _oficio(instancia, folio, "OF-22"))
    assert _plazo(instancia, folio, "PL-14").estado == EstadoPlazo.CUMPLIDO
    _atender(instancia, folio)
    assert instancia.expediente(folio).estado == "concluido"
    _dia(monkeypatch, "2027-01-15")
    with instancia.como("dstc") as ctx:
        tramite.cancelar(ctx, oficio.id, "Se firmó otro texto.")
    instancia.cumplir_encargos()
    reabierto = _plazo(instancia, folio, "PL-14")
    # Lo atendió quien respondió: lo que corre espera a quien firma.
    assert (reabierto.estado, reabierto.atendido is not None) == (EstadoPlazo.ABIERTO, True)
    assert reabierto.proximo is not None, "se vuelve a recordar"
    instancia.exigir_integra()
    _enviar(instancia, _oficio(instancia, folio, "OF-22"))
    assert _plazo(instancia, folio, "PL-14").estado == EstadoPlazo.CUMPLIDO
    instancia.exigir_integra()


def test_un_oficio_igual_de_otra_unidad_no_es_ese_acto(instancia: Instancia) -> None:
    folio = _apertura(instancia, "11")
    ajeno = suelto(instancia, de="CST", para=("DSTC",), folio=folio, plantilla="apertura_cast/of_29")
    assert ajeno.clave == "OF-29"
    with instancia.leer() as s:
        assert plazos.por_cumplir_con(s, ajeno) == []
        assert plazos.por_cumplir_con(s, _oficio_de(instancia, folio, "OF-29", "SSI")) != []
    _enviar(instancia, ajeno)
    assert _plazo(instancia, folio, "PL-01").estado == EstadoPlazo.ABIERTO
    with instancia.leer() as s:
        expediente = s.get_one(Expediente, folio)
        faltan = deuda.exigidos_sin_firmar(s, instancia.tablas.de(expediente), expediente)
    assert ("OF-29", "SSI") in {(emision.clave, de) for _, emision, de in faltan}


def _oficio_de(instancia: Instancia, folio: str, clave: str, unidad: str) -> Oficio:
    return next(o for o in del_folio(instancia, folio) if (o.clave, o.unidad) == (clave, unidad))


def test_un_documento_de_hace_decadas_no_cumple_nada(instancia_sqlite: Instancia) -> None:
    folio = _apertura(instancia_sqlite, "11")
    with pytest.raises(FormularioIncompleto, match="revise el año"):
        _firmado_fuera(instancia_sqlite, _oficio(instancia_sqlite, folio, "OF-29"), "1990-01-01")


def test_anular_lo_que_se_dijo_firmado_fuera_lo_vuelve_borrador_y_reabre_el_plazo(instancia: Instancia) -> None:
    folio = _apertura(instancia, "11")
    hecho = _firmado_fuera(instancia, _oficio(instancia, folio, "OF-29"), "2027-01-04")
    with instancia.como("ssi") as ctx:
        devuelto = tramite.cancelar(ctx, hecho.id, "Era el número de otro.")
    assert (devuelto.estado, devuelto.numero_fuera, devuelto.anexo_fuera) == ("borrador", None, None)
    assert _plazo(instancia, folio, "PL-01").estado == EstadoPlazo.ABIERTO
    instancia.exigir_integra()
    _enviar(instancia, devuelto)
    assert _plazo(instancia, folio, "PL-01").estado == EstadoPlazo.CUMPLIDO
    instancia.exigir_integra()


def test_lo_exigido_no_se_descarta_y_lo_demas_si_con_constancia(instancia_sqlite: Instancia) -> None:
    folio = _apertura(instancia_sqlite, "11")
    with instancia_sqlite.como("ssi") as ctx, pytest.raises(ActoNoProcede, match="plazo que corre"):
        tramite.cancelar(ctx, _oficio(instancia_sqlite, folio, "OF-29").id, "No hace falta.")
    with instancia_sqlite.como("ce-15") as ctx, pytest.raises(ActoNoProcede, match="la norma lo exige"):
        tramite.cancelar(ctx, _oficio(instancia_sqlite, folio, "OF-25").id, "No hace falta.")
    with instancia_sqlite.como("ssi") as ctx:
        tramite.cancelar(ctx, _oficio(instancia_sqlite, folio, "OF-26").id, "Se turnó por correo.")
    assert [a["clave"] for a in asentados(instancia_sqlite, "oficio_descarte")] == ["OF-26"]
    with instancia_sqlite.leer() as s:
        claves = {d.oficio.clave for d in deuda.de_expediente(s, instancia_sqlite.tablas, folio)}
    assert "OF-26" not in claves
    instancia_sqlite.exigir_integra()


def test_cancelar_el_expediente_salda_todo_y_suspenderlo_lo_detiene(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folio = _apertura(instancia, "11")
    with instancia.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "Se espera un dictamen.")
    assert _plazo(instancia, folio, "PL-01").estado == EstadoPlazo.SUSPENDIDO
    _dia(monkeypatch, "2027-01-12")
    _enviar(instancia, _oficio(instancia, folio, "OF-29"))
    assert _plazo(instancia, folio, "PL-01").estado == EstadoPlazo.CUMPLIDO, "suspendido también se puede cumplir"
    with instancia.como("coordinacion") as ctx:
        conducir.reanudar(ctx, folio, "Llegó.")
    otro = _apertura(instancia, "11")
    with instancia.como("coordinacion") as ctx:
        conducir.cancelar(ctx, otro, "Desistió.")
    assert _plazo(instancia, otro, "PL-01").estado == EstadoPlazo.CANCELADO
    with instancia.leer() as s:
        assert deuda.cuantos(s, [otro]) == {}
    instancia.exigir_integra()


def test_de_la_bitacora_se_rehace_lo_que_espera_y_lo_que_se_cumplio(
    instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    espera, cumplido, de_fuera = (_apertura(instancia_sqlite, "11") for _ in range(3))
    _enviar(instancia_sqlite, _oficio(instancia_sqlite, cumplido, "OF-29"))
    _dia(monkeypatch, "2027-02-01")
    _firmado_fuera(instancia_sqlite, _oficio(instancia_sqlite, de_fuera, "OF-29"), "2027-01-28")
    with instancia_sqlite.leer() as s:
        consulta = select(Plazo).where(col(Plazo.clave) == "PL-01").order_by(col(Plazo.id))
        antes = [p.model_dump(exclude={"publicacion"}) for p in s.scalars(consulta)]
    with instancia_sqlite.como(None) as ctx:
        ctx.s.execute(update(Plazo).where(col(Plazo.folio) == espera).values(estado="cumplido", atendido=None))
        ctx.s.execute(delete(Plazo).where(col(Plazo.folio).in_((cumplido, de_fuera))))
    with instancia_sqlite.leer() as s:
        assert {f.folio for f in v.verificar(s, instancia_sqlite.tablas).fallas} == {espera, cumplido, de_fuera}
    for folio in (espera, cumplido, de_fuera):
        with instancia_sqlite.como(None) as ctx:
            assert v.reconstruir(ctx.s, instancia_sqlite.tablas, folio)
    with instancia_sqlite.leer() as s:
        assert [p.model_dump(exclude={"publicacion"}) for p in s.scalars(consulta)] == antes
    instancia_sqlite.exigir_integra()


def test_alterar_lo_que_se_firmo_fuera_se_nota(instancia_sqlite: Instancia) -> None:
    folio = _apertura(instancia_sqlite, "11")
    hecho = _firmado_fuera(instancia_sqlite, _oficio(instancia_sqlite, folio, "OF-29"), "2027-01-04")
    with instancia_sqlite.como(None) as ctx:
        ctx.s.execute(update(Oficio).where(col(Oficio.id) == hecho.id).values(fecha_fuera=date(2027, 1, 3)))
    with instancia_sqlite.leer() as s:
        (falla,) = v.verificar(s, instancia_sqlite.tablas).fallas
    assert f"oficio {hecho.id}, firmado fuera" in falla.motivo


def test_un_plazo_abierto_antes_de_que_se_pidiera_el_acto_se_cumple_como_entonces(instancia_sqlite: Instancia) -> None:
    de_hoy = instancia_sqlite.tablas
    sin_acto = tuple(replace(t, regla=replace(t.regla, acto="")) for t in apertura_cast.TABLA.tramos)
    instancia_sqlite.tablas = Catalogo([replace(apertura_cast.TABLA, tramos=sin_acto)])
    folio = _apertura(instancia_sqlite, "8")
    instancia_sqlite.tablas = de_hoy
    _hasta(instancia_sqlite, folio, "11")
    assert _plazo(instancia_sqlite, folio, "PL-01").estado == EstadoPlazo.CUMPLIDO
    instancia_sqlite.exigir_integra()


def test_se_recuerda_a_quien_firma_aunque_la_actividad_ya_se_haya_atendido(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    with instancia.como(None) as ctx:
        titulares.suplir(
            ctx.s,
            "SSI",
            "dcaj@demo.local",
            cargo="Directora",
            precepto="el artículo 1",
            desde=date(2027, 1, 1),
            hasta=date(2027, 12, 31),
        )
        firman = {p.id for p in (por_correo(ctx.s, f"{quien}@demo.local") for quien in ("ssi", "dcaj")) if p}
    folio = _apertura(instancia, "11")
    plazo = _plazo(instancia, folio, "PL-01")
    with instancia.como(None) as ctx:
        ctx.s.execute(delete(Notificacion))
    _dia(monkeypatch, "2027-02-18")
    recordatorios.barrer(instancia.url, reloj.hoy())
    with instancia.leer() as s:
        avisos = s.scalars(select(Notificacion).where(col(Notificacion.plazo_id) == plazo.id)).all()
    assert {a.persona_id for a in avisos} == firman
    assert {a.turno_id for a in avisos} == {None}
