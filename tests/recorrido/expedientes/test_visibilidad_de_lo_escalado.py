"""¿Puede leer un expediente quien recibió el aviso de que sigue sin atenderse? Y sólo leerlo."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update
from sqlmodel import col

from modelos.expedientes.expediente import Turno
from modelos.organizacion.organigrama import Adscripcion, por_correo
from modelos.sesion import transaccion
from modelos.tabla.plazo import Hitos
from tareas.avisos.semana import resumir
from tests.accesorios.fabricas import Cliente, Instancia, servida
from tests.accesorios.paginas.visitante import Visitante
from tests.accesorios.plazos import plantar

LUNES = date(2027, 3, 1)
ESCALADO = date(2027, 3, 22)
"""El lunes siguiente a que venciera, el martes 16: sale el resumen de la semana, que llega hasta la SSI."""


def _del_cast(instancia: Instancia) -> Turno:
    """Un turno abierto de CAST-DEMO-01, en un expediente en que ni la CST ni la SSI participan."""
    folio = instancia.iniciar("registro_mensual", cast="CAST-DEMO-01", periodo="2027-02")
    return next(t for t in instancia.abiertos(folio) if t.unidad == "CAST-DEMO-01")


def _ven(direccion: str, turno: Turno) -> dict[str, set[int]]:
    """Por cuenta, los códigos de leer el turno y el expediente, por la API y por las páginas."""
    vistos: dict[str, set[int]] = {}
    for alias in ("ce-15", "cst", "ssi", "cast-demo-01", "cast-demo-02", "ce-11"):
        rutas = (f"/turnos/{turno.id}", f"/expedientes/{turno.folio}")
        with Cliente(direccion, alias) as c, Visitante(direccion, alias) as v:
            vistos[alias] = {c.get(r).status_code for r in rutas} | {v.get(r).status_code for r in rutas}
            en_lista = turno.folio in c.get("/expedientes").text
        assert en_lista == (vistos[alias] == {200}), f"{alias}: la lista y la ficha deben coincidir"
    return vistos


def test_quien_recibe_lo_escalado_lo_puede_leer_y_otro_cast_no(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2027-03-01T09:00:00-06:00")
    turno = _del_cast(instancia)
    with servida(instancia) as direccion:
        antes = _ven(direccion, turno)
        assert antes["ce-15"] == {200}, "la unidad estatal de que depende ve lo de su CAST"
        assert antes["ssi"] == antes["cast-demo-02"] == antes["ce-11"] == {403}
        plantar(instancia, turno.folio, LUNES, 10, turno=None, unidad="CAST-DEMO-01", hitos=Hitos(vencido_cada=1))
        assert resumir(instancia.url, ESCALADO).avisos
        despues = _ven(direccion, turno)
        assert [despues[a] for a in ("ce-15", "cst", "ssi", "cast-demo-01")] == [{200}] * 4
        assert despues["cast-demo-02"] == despues["ce-11"] == {403}
        cuerpo = {"salida": "continuar", "datos": {}, "comentario": "", "version": turno.version}
        for alias in ("ce-15", "ssi", "cast-demo-02"):
            with Cliente(direccion, alias) as c:
                assert c.post(f"/turnos/{turno.id}/tomar", json={}).status_code == 403
                assert c.post(f"/turnos/{turno.id}/atender", json=cuerpo).status_code == 403
        # Quien fue avisado por una unidad y ya no está en ella deja de verlo.
        with transaccion(instancia.url) as s:
            persona = por_correo(s, "ssi@demo.local")
            assert persona is not None
            s.execute(
                update(Adscripcion).where(col(Adscripcion.persona_id) == persona.id).values(unidad="CAST-DEMO-02")
            )
        assert _ven(direccion, turno)["ssi"] == {403}
