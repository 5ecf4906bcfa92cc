"""Un proceso que firma borradores hasta que se acaban o lo matan; los de `test_firmas`."""

from __future__ import annotations

import random

from sqlalchemy import select
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.actos.oficios.firma import ReglasDeFirma, firmar
from modelos.actos.turnos.mover import Contexto
from modelos.administracion import demo
from modelos.ajustes import Ajustes
from modelos.errores import ActoNoProcede
from modelos.oficios.errores import OficioCambio
from modelos.oficios.oficio import Oficio
from modelos.organizacion.organigrama import por_correo, quien_es
from modelos.sesion import lectura, transaccion
from tareas.oficios.papel.archivo import Imprenta

REGLAS = ReglasDeFirma("https://dstc.example")


def trabajar(ajustes: Ajustes, semilla: int) -> None:
    """Firma borradores al azar, como quien tiene el cargo en su unidad, hasta que no quede ninguno."""
    azar, imprenta = random.Random(semilla), Imprenta(ajustes)
    while pendientes := _pendientes(ajustes.url_base):
        azar.shuffle(pendientes)
        for id_, unidad in pendientes[:20]:  # otros firman a la vez: la lista envejece
            _firmar(ajustes.url_base, id_, unidad, imprenta)


def _pendientes(url: str) -> list[tuple[str, str]]:
    with lectura(url) as s:
        consulta = select(col(Oficio.id), col(Oficio.unidad)).where(col(Oficio.estado) == "borrador")
        return [(id_, unidad) for id_, unidad in s.execute(consulta.order_by(col(Oficio.id)))]


def _firmar(url: str, id_: str, unidad: str, imprenta: Imprenta) -> None:
    try:
        with transaccion(url) as s:
            persona = por_correo(s, f"{unidad.lower()}@{demo.DOMINIO}")
            assert persona is not None
            firmar(Contexto(s, CATALOGO, quien_es(s, persona), reloj.ahora()), id_, 1, imprenta, REGLAS)
    except (ActoNoProcede, OficioCambio):
        return  # otro proceso lo firmó antes
