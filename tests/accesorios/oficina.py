"""Lo que hace una oficina con sus oficios, para probarlo: redactar, firmar, enviar y mirar cómo quedó."""

from __future__ import annotations

import json
from typing import Any

from pydantic import SecretStr
from sqlalchemy import insert, select
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.actos.oficios import firma
from modelos.ajustes import Ajustes
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.expediente import Encargo
from modelos.oficios.oficio import Destinatario, Oficio
from tareas.avisos.cartero import Cartero
from tareas.avisos.envio import enviar
from tareas.avisos.junta import juntar
from tareas.oficios.papel.archivo import Imprenta
from tareas.oficios.redaccion import sueltos
from tests.accesorios.fabricas import Instancia

REGLAS = firma.ReglasDeFirma("https://dstc.example")
COMPLETA = "promocion_difusion/of_08"
"""Una plantilla que no pide datos del expediente: suelta, sale lista para firmarse."""


def por_encargo(instancia: Instancia, asunto: str = "Lineamientos de prueba") -> Oficio:
    """El OF-01 que la DSTC debe a la CST, redactado por el motor al llegar al paso 2 de Normatividad."""
    folio = instancia.iniciar("normatividad", asunto)
    instancia.atender(instancia.abiertos(folio)[0])
    instancia.cumplir_encargos()
    return del_folio(instancia, folio)[-1]


def suelto(
    instancia: Instancia,
    *,
    de: str = "DSTC",
    para: tuple[str, ...] = ("CST",),
    ccp: tuple[str, ...] = (),
    folio: str = "",
    plantilla: str = COMPLETA,
    externos: tuple[dict[str, str], ...] = (),
) -> Oficio:
    """Un borrador que ningún paso pidió, a nombre de esa unidad."""
    folio = folio or instancia.iniciar("normatividad", "Lineamientos de prueba")
    with instancia.como("coordinacion") as ctx:
        return sueltos.emitir(ctx, folio, plantilla, de, para, ccp, externos)


def clonar(instancia: Instancia, modelo: Oficio, claves: list[tuple[str, str, str]]) -> list[str]:
    """Muchos borradores iguales: (id, folio, unidad) de cada uno. Un borrador no está en la bitácora."""
    with instancia.como(None) as ctx:
        base = {c.name: getattr(modelo, c.name) for c in Oficio.__table__.columns}  # type: ignore[attr-defined]
        filas = [{**base, "id": id_, "folio": folio, "unidad": unidad} for id_, folio, unidad in claves]
        ctx.s.execute(insert(Oficio), filas)
        para = ctx.s.scalars(select(Destinatario).where(col(Destinatario.oficio_id) == modelo.id)).all()
        copias = [{**d.model_dump(), "oficio_id": id_} for id_, _, _ in claves for d in para]
        ctx.s.execute(insert(Destinatario), copias)
    return [id_ for id_, _, _ in claves]


def firmar(instancia: Instancia, oficio: Oficio, alias: str = "", reglas: firma.ReglasDeFirma = REGLAS) -> Oficio:
    """Lo firma quien tiene el cargo en la unidad, u otra persona."""
    with instancia.como(alias or oficio.unidad.lower()) as ctx:
        return firma.firmar(ctx, oficio.id, leer(instancia, oficio.id).version, Imprenta(instancia.ajustes), reglas)


def enviado(instancia: Instancia, oficio: Oficio) -> Oficio:
    """Lo firma y cumple su encargo de envío."""
    firmar(instancia, oficio)
    instancia.cumplir_encargos()
    return leer(instancia, oficio.id)


def cartero(instancia: Instancia, correo: str, **mas: Any) -> Cartero:
    """Uno que envía por esa dirección de Apprise."""
    propios = {"demo": False, "correo_espera_s": 60.0, "direccion": "https://dstc.example", **mas}
    return Cartero(
        Ajustes(datos=instancia.ajustes.datos, base=instancia.ajustes.base, correo=SecretStr(correo), **propios)
    )


def repartir(instancia: Instancia, correo: str, *, terminado: bool = False) -> None:
    """Junta lo que ya debe salir y lo envía todo; terminado: también los resúmenes del día."""
    juntar(instancia.url, reloj.ahora(), barrido_terminado=terminado)
    while enviar(instancia.url, CATALOGO, cartero(instancia, correo), "m1"):
        pass


def leer(instancia: Instancia, id_: str) -> Oficio:
    """Como está en la base."""
    with instancia.leer() as s:
        return s.get_one(Oficio, id_)


def del_folio(instancia: Instancia, folio: str) -> list[Oficio]:
    """Los de un expediente, del más antiguo al más nuevo."""
    with instancia.leer() as s:
        return list(s.scalars(select(Oficio).where(col(Oficio.folio) == folio).order_by(col(Oficio.creado))))


def destinatarios(instancia: Instancia, id_: str) -> list[Destinatario]:
    """A quién va."""
    with instancia.leer() as s:
        consulta = select(Destinatario).where(col(Destinatario.oficio_id) == id_)
        return list(s.scalars(consulta.order_by(col(Destinatario.orden))))


def encargo_de(instancia: Instancia, folio: str, efecto: str) -> Encargo:
    """El último encargo del expediente cuyo efecto empieza así."""
    with instancia.leer() as s:
        consulta = select(Encargo).where(col(Encargo.folio) == folio, col(Encargo.efecto).startswith(efecto))
        return s.scalars(consulta.order_by(col(Encargo.asiento).desc())).first() or _ninguno(efecto)


def asentados(instancia: Instancia, tipo: str) -> list[dict[str, Any]]:
    """Los datos de todos los asientos de ese tipo, en orden."""
    with instancia.leer() as s:
        consulta = select(col(Asiento.datos)).where(col(Asiento.tipo) == tipo)
        return [json.loads(d) for d in s.scalars(consulta.order_by(col(Asiento.folio), col(Asiento.orden)))]


def _ninguno(efecto: str) -> Encargo:
    raise AssertionError(f"no hay encargo {efecto}")
