"""Lo que pasa con un oficio cuando el expediente ya terminó, cambió quien firma o alguien quiere darle la vuelta."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text, update
from sqlmodel import col

from modelos import reloj
from modelos.actos.conduccion import conducir
from modelos.actos.oficios import tramite
from modelos.actos.turnos import atender, evidencia
from modelos.comprobacion.verificacion import verificar
from modelos.errores import FormularioIncompleto, NoLeCorresponde
from modelos.expedientes.anexos import Guardado
from modelos.expedientes.expediente import EstadoExpediente, Turno
from modelos.oficios import papeleria, titulares, verificacion_publica, visibles
from modelos.oficios.errores import CodigoDesconocido
from modelos.organizacion.errores import DemasiadosIntentos
from modelos.organizacion.organigrama import Persona, por_correo, quien_es
from modelos.organizacion.permisos import Quien
from modelos.sesion import transaccion
from tests.accesorios.fabricas import Instancia
from tests.accesorios.oficina import del_folio, destinatarios, enviado, firmar, leer, por_encargo, suelto


def _cambiar(instancia: Instancia, tabla: str, **valores: Any) -> None:
    puestos = ", ".join(f"{campo} = :{campo}" for campo in valores)
    with transaccion(instancia.url) as s:
        s.execute(text(f"UPDATE {tabla} SET {puestos}"), valores)  # noqa: S608 - lo escribe esta prueba


def _quien(instancia: Instancia, alias: str) -> Quien:
    with instancia.leer() as s:
        persona = por_correo(s, f"{alias}@demo.local")
        assert persona is not None
        return quien_es(s, persona)


def _atender(instancia: Instancia, turno: Turno) -> None:
    """Con los documentos que pide."""
    actividad = instancia.actividad(turno)
    with instancia.como(turno.unidad.lower()) as ctx:
        for documento in (d for d in actividad.evidencia if d.obligatoria):
            evidencia.adjuntar(
                ctx, turno.id, documento.clave, Guardado(str(uuid4()), "a.pdf", "application/pdf", 1, "0" * 64)
            )
        version = ctx.s.get_one(Turno, turno.id).version
        lleva = "acuerdos" in (actividad.formulario.model_fields if actividad.formulario else ())
        datos = {"acuerdos": "Se acordó."} if lleva else {}
        atender.atender(ctx, turno.id, next(iter(actividad.salidas)), datos, "", version)


# --- con el expediente terminado -------------------------------------------------------


def test_firmar_enviar_y_acusar_tras_el_final_no_mueve_la_fecha_de_cierre(instancia: Instancia) -> None:
    """La minuta se redacta al concluir: siempre se firma con el expediente ya cerrado."""
    folio = instancia.iniciar("reunion_trabajo", "Reunión")
    while abiertos := instancia.abiertos(folio):
        _atender(instancia, abiertos[0])
    instancia.cumplir_encargos()
    expediente = instancia.expediente(folio)
    assert expediente.estado == EstadoExpediente.CONCLUIDO
    minuta = next(oficio for oficio in del_folio(instancia, folio) if oficio.clave == "OF-07")
    with instancia.como("cst") as ctx:
        tramite.editar(ctx, minuta.id, minuta.version, {"asunto": "Minuta", "cuerpo": "Se acordó lo siguiente."})
    enviado(instancia, minuta)
    with instancia.como("cast-demo-01") as ctx:
        tramite.acusar(ctx, minuta.id, 0)
    instancia.exigir_integra()
    assert instancia.expediente(folio).cerrado == expediente.cerrado


def test_lo_firmado_antes_de_cancelar_sale_y_se_acusa_y_todo_sigue_integro(instancia: Instancia) -> None:
    oficio = firmar(instancia, suelto(instancia))
    with instancia.como("coordinacion") as ctx:
        conducir.cancelar(ctx, oficio.folio, "Se retiró el proyecto.")
    cierre = instancia.expediente(oficio.folio).cerrado
    instancia.cumplir_encargos()
    with instancia.como("cst") as ctx:
        tramite.acusar(ctx, oficio.id, 0)
    assert leer(instancia, oficio.id).estado == "enviado"
    instancia.exigir_integra()
    assert instancia.expediente(oficio.folio).cerrado == cierre


def test_cancelar_el_expediente_descarta_los_borradores(instancia: Instancia) -> None:
    oficio = por_encargo(instancia)
    with instancia.como("coordinacion") as ctx:
        conducir.cancelar(ctx, oficio.folio, "Ya no hace falta.")
    guardado = leer(instancia, oficio.id)
    assert (guardado.estado, guardado.motivo) == ("descartado", "Se canceló el expediente.")
    with instancia.leer() as s:
        assert visibles.cuentas(s, _quien(instancia, "dstc"))["por_firmar"] == 0


# --- quién firma ---------------------------------------------------------------------


def test_emitirlo_suelto_no_deja_firmar_a_quien_no_debe(instancia: Instancia) -> None:
    folio = instancia.iniciar("mantenimiento", cast="CAST-DEMO-01", periodo="2028")
    persona = _quien(instancia, "cast-demo-01").persona
    with transaccion(instancia.url) as s:
        titulares.nombrar(s, "CE-15", "cast-demo-01@demo.local", "Persona titular", desde=reloj.hoy())
        hecho = update(Turno).where(col(Turno.folio) == folio)
        s.execute(hecho.values(persona_id=persona, salida="continuar", estado="atendido"))
    oficio = suelto(instancia, folio=folio, de="CE-15", para=("SSI",), plantilla="mantenimiento/of_36")
    with instancia.como("coordinacion") as ctx:
        campos = {"asunto": "Programa", "cuerpo": "Se remite el programa."}
        version = tramite.editar(ctx, oficio.id, oficio.version, campos).version
    assert version
    with pytest.raises(NoLeCorresponde, match="que usted atendió"):
        firmar(instancia, oficio, "cast-demo-01")


def test_una_persona_de_baja_deja_de_ser_la_titular(instancia: Instancia) -> None:
    with transaccion(instancia.url) as s:
        s.execute(update(Persona).where(col(Persona.correo) == "cst@demo.local").values(activa=False))
        assert titulares.titular(s, "CST", reloj.hoy()) is None
        assert titulares.firman(s, "CST", reloj.hoy()) == []
    [a_quien] = destinatarios(instancia, suelto(instancia).id)
    assert (a_quien.nombre, a_quien.cargo) == ("", "Persona titular de la Coordinación de Servicios Tecnológicos")


def test_suplir_un_tramite_no_da_los_demas(instancia: Instancia) -> None:
    propio = por_encargo(instancia)
    ajeno = suelto(instancia, folio=instancia.iniciar("promocion_difusion", "Catálogo"))
    hoy = reloj.hoy()
    with transaccion(instancia.url) as s:
        titulares.suplir(
            s,
            "DSTC",
            "dvs@demo.local",
            cargo="Dirección de Vinculación Social",
            precepto="el artículo 37 del Estatuto Orgánico",
            desde=hoy,
            hasta=hoy + timedelta(days=3),
            procedimientos=["normatividad"],
        )
    quien = _quien(instancia, "dvs")
    with instancia.leer() as s:
        assert [o.id for o in visibles.por_firmar(s, quien).elementos] == [propio.id]
        with pytest.raises(NoLeCorresponde):
            visibles.visible(s, quien, ajeno.id)
    with pytest.raises(NoLeCorresponde), instancia.como("dvs") as ctx:
        tramite.cancelar(ctx, ajeno.id, "No me gusta.")
    firmado = firmar(instancia, propio, "dvs")
    with transaccion(instancia.url) as s:
        s.execute(text("UPDATE suplencia SET hasta = '2020-01-01', desde = '2020-01-01'"))
    with instancia.leer() as s:
        assert visibles.visible(s, quien, firmado.id).id == firmado.id, "quien lo firmó lo sigue viendo"


def test_quien_tiene_el_cargo_ve_lo_que_le_llego_y_le_toca_acusarlo(instancia: Instancia) -> None:
    oficio = enviado(instancia, suelto(instancia, para=("DIA",)))
    with transaccion(instancia.url) as s:
        titulares.nombrar(s, "DIA", "dvs@demo.local", "Persona titular de la DIA", desde=reloj.hoy())
    quien = _quien(instancia, "dvs")
    with instancia.leer() as s:
        assert visibles.visible(s, quien, oficio.id).id == oficio.id
        assert visibles.cuentas(s, quien)["por_acusar"] == 1


# --- el número -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unidad", "formato", "dice"),
    [
        ("SSI", "DSTC/{consecutivo:03d}/{anio}", "DSTC numera igual"),
        ("SSI", "dstc/{consecutivo}/{anio}", "DSTC numera igual"),
        ("CST", "1{consecutivo}/{anio}", "separe"),
        ("CST", "{anio}{consecutivo:03d}", "separe"),
        ("CST", "{consecutivo}{SIGLA}/{anio}", "separe"),
    ],
)
def test_dos_unidades_no_pueden_numerar_igual(instancia: Instancia, unidad: str, formato: str, dice: str) -> None:
    with pytest.raises(FormularioIncompleto, match=dice), transaccion(instancia.url) as s:
        papeleria.fijar(s, unidad, {"formato": formato}, reloj.ahora(), None)


# --- lo firmado ----------------------------------------------------------------------


def test_cambiar_lo_firmado_en_la_base_se_nota(instancia: Instancia) -> None:
    oficio = enviado(instancia, suelto(instancia))
    instancia.exigir_integra()
    hoja = json.loads(oficio.contenido or "{}")
    _cambiar(instancia, "oficio", contenido=json.dumps({**hoja, "cuerpo_markdown": "Otra cosa."}))
    with instancia.leer() as s:
        assert "no es lo que se firmó" in str(verificar(s, instancia.tablas).fallas)
    _cambiar(instancia, "oficio", contenido=oficio.contenido, firmante_id=1)
    with instancia.leer() as s:
        assert "no es quien lo firmó" in str(verificar(s, instancia.tablas).fallas)


@pytest.mark.usefixtures("reloj_detenido")
def test_que_otros_fallen_no_impide_comprobar_uno_bueno(instancia: Instancia) -> None:
    oficio = firmar(instancia, suelto(instancia))
    for _ in range(instancia.ajustes.intentos_max * verificacion_publica.FACTOR):
        with pytest.raises(CodigoDesconocido):
            verificacion_publica.constancia(instancia.ajustes, "0" * 16, "10.0.0.1")
    with pytest.raises(DemasiadosIntentos):
        verificacion_publica.constancia(instancia.ajustes, "0" * 16, "10.0.0.1")
    bueno = verificacion_publica.constancia(instancia.ajustes, oficio.codigo or "", "10.0.0.1")
    assert bueno.numero == oficio.numero
