"""El personal simulado: atiende turnos de verdad, con lo mínimo que piden, unos a tiempo y otros no.

Cada unidad tiene su diligencia, fija por la semilla: así dos corridas iguales dan el mismo año. Todo lo
que captura dice que es simulado.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.actos.turnos import atender, evidencia
from modelos.actos.turnos.mover import Contexto
from modelos.expedientes import anexos
from modelos.expedientes.expediente import ABIERTOS, EstadoExpediente, Expediente, Turno
from modelos.oficios.errores import OficiosExigidos
from modelos.organizacion.organigrama import Persona, activas, quien_es, responsables
from modelos.organizacion.permisos import Quien
from modelos.plazos.plazo import POR_CUMPLIR, Plazo
from modelos.sesion import lectura, transaccion
from modelos.tabla import Catalogo
from modelos.tabla.actividad import Actividad, Formulario
from modelos.tabla.unidades import Unidad
from tareas.archivos.revision import revisar

PDF = (
    b"%PDF-1.4\n"
    b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<<>>>>endobj\n"
    b"xref\n"
    b"0 4\n"
    b"0000000000 65535 f \n"
    b"0000000009 00000 n \n"
    b"0000000052 00000 n \n"
    b"0000000101 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\n"
    b"startxref\n"
    b"178\n"
    b"%%EOF\n"
)
"""Una hoja en blanco: la constancia más pequeña que se puede abrir."""
COMENTARIO = "Respuesta simulada."
FAVORABLE = 0.9
"""Con qué frecuencia se elige la primera salida cuando hay que decidir."""


@dataclass
class Personal:
    """Quien atiende. remisas: proporción de unidades que casi nunca lo hacen. esperaron: veces que faltó una firma."""

    url: str
    tablas: Catalogo
    carpeta: Path
    azar: Random
    remisas: float = 0.05
    atendidos: int = 0
    esperaron: int = 0
    diligencia: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Deja lista la constancia que todos adjuntan."""
        self.constancia = anexos.guardar(self.carpeta, "constancia-simulada.pdf", BytesIO(PDF), len(PDF), revisar)

    def trabajar(self) -> int:
        """Atiende hoy lo que cada quien alcanza; devuelve cuántos turnos."""
        with lectura(self.url) as s:
            por_atender = self._elegidos(s)
        atendidos = sum(self._atender(id_) for id_ in por_atender)
        self.atendidos += atendidos
        return atendidos

    def _elegidos(self, s: Session) -> list[str]:
        consulta = (
            select(col(Turno.id), col(Turno.unidad), col(Plazo.vence))
            .join(Expediente, col(Expediente.folio) == Turno.folio)
            .join(Plazo, (col(Plazo.id) == Turno.id) & col(Plazo.estado).in_(POR_CUMPLIR), isouter=True)
            .where(
                col(Turno.estado).in_(ABIERTOS),
                col(Turno.a_mano).is_(True),
                col(Expediente.estado) == EstadoExpediente.EN_CURSO.value,
            )
            .order_by(col(Turno.id))
        )
        hoy = reloj.hoy()
        return [
            id_ for id_, unidad, vence in s.execute(consulta) if self.azar.random() < self._gana(unidad, vence, hoy)
        ]

    def _gana(self, unidad: str, vence: date | None, hoy: date) -> float:
        """Probabilidad de atender hoy: crece cuando el plazo se acerca."""
        if unidad not in self.diligencia:
            es_remisa = unidad.startswith("CAST") and self.azar.random() < self.remisas
            self.diligencia[unidad] = 0.03 if es_remisa else self.azar.uniform(0.6, 1)
        if vence is None:
            return 0.4 * self.diligencia[unidad]
        faltan = (vence - hoy) / timedelta(1)
        return self.diligencia[unidad] * (0.45 if faltan <= 7 else 0.12)

    def _atender(self, id_: str) -> bool:
        """Si quedó respondido; el que terminaría su expediente sin los oficios exigidos espera a que se firmen."""
        try:
            return self._responder(id_)
        except OficiosExigidos:
            self.esperaron += 1
            return False

    def _responder(self, id_: str) -> bool:
        with transaccion(self.url) as s:
            turno = s.get_one(Turno, id_)
            if turno.estado not in ABIERTOS:
                return False
            expediente = s.get_one(Expediente, turno.folio)
            actividad = self.tablas.de(expediente)[turno.actividad]
            ctx = Contexto(s, self.tablas, self._quien(s, turno.unidad), reloj.ahora())
            for documento in actividad.evidencia:
                if documento.obligatoria:
                    constancia = replace(self.constancia, id=str(uuid4()))
                    evidencia.adjuntar(ctx, id_, documento.clave, constancia)
            datos = llenar(s, actividad.formulario, self._valores())
            atender.atender(ctx, id_, self._salida(actividad), datos, COMENTARIO, turno.version)
        return True

    def _salida(self, actividad: Actividad) -> str:
        salidas = list(actividad.salidas)
        return salidas[0] if self.azar.random() < FAVORABLE else self.azar.choice(salidas)

    def _quien(self, s: Session, unidad: str) -> Quien:
        persona = s.get_one(Persona, responsables(s, unidad)[0])
        return quien_es(s, persona)

    def _valores(self) -> dict[str, Callable[[Mapping[str, Any]], object]]:
        hoy = reloj.hoy().isoformat()
        return {
            "date": lambda _: hoy,
            "string": _texto,
            "integer": lambda campo: campo.get("minimum", 1),
            "number": lambda campo: campo.get("minimum", 1),
            "boolean": lambda _: True,
        }


def llenar(
    s: Session, formulario: type[Formulario] | None, valores: Mapping[str, Callable[[Mapping[str, Any]], object]]
) -> dict[str, Any]:
    """Lo mínimo que cumple un formulario: sólo sus campos obligatorios; las unidades, la primera activa del grupo."""
    if formulario is None:
        return {}
    esquema = formulario.model_json_schema()
    datos: dict[str, Any] = {}
    for nombre in esquema.get("required", ()):
        campo = esquema["properties"][nombre]
        if "x-grupo" in campo:
            datos[nombre] = activas(s, Unidad(campo["x-grupo"]))[0]
        elif "enum" in campo:
            datos[nombre] = campo["enum"][0]
        else:
            datos[nombre] = valores[campo.get("format") or campo["type"]](campo)
    return datos


def _texto(campo: Mapping[str, Any]) -> str:
    """Un texto que cabe en la forma pedida: dinero si sólo admite cifras."""
    return "1000.00" if "[0-9]" in campo.get("pattern", "") else "Dato simulado"
