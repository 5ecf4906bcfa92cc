"""Un proceso que carga un libro y se mata a sí mismo en el punto que se le diga; los de `test_carga`."""

from __future__ import annotations

import os
import signal
from datetime import date
from typing import Any

from sqlalchemy import event

from flujos.catalogo import CATALOGO
from modelos import reloj, sesion
from modelos.actos.administracion import carga
from modelos.actos.turnos.mover import Contexto
from modelos.administracion import demo
from modelos.administracion.carga.hojas import ADSCRIPCIONES, PERSONAS, UNIDADES, Libro, RenglonDeHoja
from modelos.ajustes import Ajustes
from modelos.organizacion.organigrama import por_correo, quien_es

AL_CONFIRMAR, YA_CONFIRMADA = -1, -2
CUANTAS = 40


def libro() -> Libro:
    """Altas, cambios y cortes de las tres hojas."""
    de_hoja: dict[str, list[dict[str, str]]] = {
        UNIDADES: [
            {"clave": "CAST-77", "nombre": "CAST de prueba", "depende_de": "CE-15"},
            {"clave": "CAST-DEMO-01", "nombre": "CAST renombrado"},
        ],
        PERSONAS: [
            *({"correo": f"p{i}@x.mx", "nombre": f"Persona {i}"} for i in range(CUANTAS)),
            {"correo": "cst@demo.local", "nombre": "Otro nombre"},
        ],
        ADSCRIPCIONES: [
            *({"correo": f"p{i}@x.mx", "unidad": "CAST-77", "rol": "operacion"} for i in range(CUANTAS)),
            {"correo": "cst@demo.local", "unidad": "CST", "rol": "operacion", "desde": "2026-01-02", "hasta": _fin()},
        ],
    }
    renglones = [
        RenglonDeHoja(h, i, valores) for h, filas in de_hoja.items() for i, valores in enumerate(filas, start=2)
    ]
    return Libro(renglones, {ADSCRIPCIONES: {"hasta": "E"}})


def _fin() -> str:
    return date(reloj.hoy().year + 1, 12, 31).isoformat()


def cargar(ajustes: Ajustes, muere: int | None = None, *, confirma: bool = True) -> int:
    """Carga el libro y devuelve cuántas órdenes mandó a la base.

    muere: antes de qué orden; o AL_CONFIRMAR, YA_CONFIRMADA. Sin él, llega al final. confirma: si no, deja todo igual.
    """
    ordenes = 0

    def contar(*_: Any) -> None:
        nonlocal ordenes
        if ordenes == muere:
            _morir()
        ordenes += 1

    motor = sesion.motor(ajustes.url_base)
    event.listen(motor, "before_cursor_execute", contar)
    if muere == AL_CONFIRMAR:
        event.listen(motor, "commit", lambda _: _morir())
    with sesion.transaccion(ajustes.url_base) as s:
        persona = por_correo(s, f"administracion@{demo.DOMINIO}")
        assert persona is not None
        carga.cargar(Contexto(s, CATALOGO, quien_es(s, persona), reloj.ahora()), libro(), "Oficio 12")
        if not confirma:
            s.rollback()
    event.remove(motor, "before_cursor_execute", contar)
    if muere == YA_CONFIRMADA:
        _morir()
    return ordenes


def _morir() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
