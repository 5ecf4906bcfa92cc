"""¿Firmar el oficio de un paso basta como el documento que el paso pide?"""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select
from sqlmodel import col

from modelos.actos.oficios import firma, tramite
from modelos.actos.turnos import atender
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.errores import EvidenciaFaltante
from modelos.expedientes.expediente import Turno
from modelos.oficios.oficio import Oficio
from tareas.oficios.papel.archivo import Imprenta
from tests.accesorios.fabricas import Instancia

REGLAS = firma.ReglasDeFirma("https://dstc.ejemplo.mx")


@pytest.fixture
def reporte(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> Turno:
    """El turno del CAST que debe el oficio con el reporte técnico, con su borrador ya redactado."""
    monkeypatch.setenv("DSTC_RELOJ", "2027-04-05T09:00:00-06:00")
    folio = instancia.iniciar("reequipamiento", cast="CAST-DEMO-01", periodo="2027")
    instancia.cumplir_encargos()
    return instancia.abiertos(folio)[0]


def _oficio(instancia: Instancia, turno: Turno) -> Oficio:
    with instancia.leer() as s:
        return s.scalars(select(Oficio).where(col(Oficio.turno_id) == turno.id)).one()


def _firmar(instancia: Instancia, turno: Turno) -> Oficio:
    oficio = _oficio(instancia, turno)
    with instancia.como(turno.unidad.lower()) as ctx:
        escrito = {"asunto": oficio.asunto, "cuerpo": "Se remite el reporte técnico del equipo."}
        version = tramite.editar(ctx, oficio.id, oficio.version, escrito).version
    with instancia.como(turno.unidad.lower()) as ctx:
        return firma.firmar(ctx, oficio.id, version, Imprenta(instancia.ajustes), REGLAS)


def _atender(instancia: Instancia, turno: Turno) -> None:
    with instancia.como(turno.unidad.lower()) as ctx:
        atender.atender(ctx, turno.id, next(iter(instancia.actividad(turno).salidas)), {}, "", turno.version)


def test_en_borrador_no_basta_y_firmado_si(instancia: Instancia, reporte: Turno) -> None:
    with pytest.raises(EvidenciaFaltante, match="Oficio con el reporte técnico"):
        _atender(instancia, reporte)
    oficio = _firmar(instancia, reporte)
    _atender(instancia, reporte)
    with instancia.leer() as s:
        consulta = select(col(Asiento.datos)).where(
            col(Asiento.folio) == reporte.folio, col(Asiento.tipo) == "decision"
        )
        (asentado,) = (json.loads(datos) for datos in s.scalars(consulta))
    assert asentado["oficios"] == [
        {"id": oficio.id, "evidencia": "reporte_tecnico", "numero": "CAST-DEMO-01/001/2027", "sha256": oficio.sha256}
    ]
    instancia.exigir_integra()


def test_cancelado_deja_de_bastar(instancia: Instancia, reporte: Turno) -> None:
    oficio = _firmar(instancia, reporte)
    with instancia.como(reporte.unidad.lower()) as ctx:
        tramite.cancelar(ctx, oficio.id, "Se mandó con otro equipo.")
    with pytest.raises(EvidenciaFaltante):
        _atender(instancia, reporte)
