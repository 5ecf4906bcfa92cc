"""Un expediente con su oficio redactado, para las pruebas de las puertas."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from modelos.oficios.oficio import Destinatario, Oficio
from tests.accesorios.fabricas import Cliente, Instancia


def con_borrador(instancia: Instancia, asunto: str = "Lineamientos de operación") -> tuple[str, str]:
    """Normatividad en su actividad 2: la DSTC tiene por firmar el OF-01 para la CST. Da el folio y el id del oficio."""
    folio = instancia.iniciar("normatividad", asunto)
    instancia.atender(instancia.abiertos(folio)[0])
    instancia.cumplir_encargos()
    return folio, oficio_de(instancia, folio).id


def con_circular(instancia: Instancia) -> tuple[str, str]:
    """En su actividad 3: la CST tiene por firmar el OF-02 para los tres CAST."""
    folio, _ = con_borrador(instancia)
    instancia.atender(instancia.abiertos(folio)[0])
    instancia.cumplir_encargos()
    return folio, oficio_de(instancia, folio, "OF-02").id


def oficio_de(instancia: Instancia, folio: str, clave: str = "OF-01") -> Oficio:
    """El más reciente con esa clave, como está guardado."""
    with instancia.leer() as s:
        consulta = select(Oficio).where(col(Oficio.folio) == folio, col(Oficio.clave) == clave)
        hallado = s.scalars(consulta.order_by(col(Oficio.creado).desc())).first()
    assert hallado is not None, f"{folio} no tiene {clave}"
    return hallado


def destinatarios(instancia: Instancia, id_: str) -> list[Destinatario]:
    """A quién va, en orden."""
    with instancia.leer() as s:
        consulta = select(Destinatario).where(col(Destinatario.oficio_id) == id_).order_by(col(Destinatario.orden))
        return list(s.scalars(consulta))


def firmar(direccion: str, alias: str, id_: str) -> dict[str, Any]:
    """Lo firma esa cuenta por el contrato, con la versión que lee."""
    with Cliente(direccion, alias) as c:
        version = c.get(f"/oficios/{id_}").json()["version"]
        respuesta = c.post(f"/oficios/{id_}/firmar", json={"version": version})
    assert respuesta.status_code == 200, respuesta.text
    oficio: dict[str, Any] = respuesta.json()
    return oficio
