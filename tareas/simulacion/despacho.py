"""Quien firma y quien acusa, simulados: firman lo que se debe, unos antes y otros después, y acusan lo que llega.

Firman de verdad, con su número y su PDF; unos pocos dicen que se firmó en papel. Lo que a un borrador le falta
por escribir se escribe y dice que es simulado.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.actos.oficios import firma, fuera, tramite
from modelos.actos.turnos.mover import Contexto
from modelos.expedientes import anexos
from modelos.expedientes.expediente import EstadoExpediente, Expediente
from modelos.oficios import advertencias, titulares
from modelos.oficios.deuda import SE_DEBE
from modelos.oficios.oficio import Destinatario, Oficio
from modelos.organizacion.organigrama import Persona, quien_es, responsables
from modelos.organizacion.permisos import Quien
from modelos.sesion import lectura, transaccion
from modelos.tabla import Catalogo
from modelos.tabla.emision import FALTA, VIGENTES, EstadoOficio
from tareas.oficios.papel.archivo import Imprenta

REGLAS = firma.ReglasDeFirma("https://simulado.invalid")
EN_PAPEL = 0.05
"""Con qué frecuencia se firma fuera del sistema."""
ACUSA = 0.5
"""Probabilidad de acusar, cada día hábil, lo que no se ha acusado."""


@dataclass
class Despacho:
    """Quien firma por cada unidad y quien acusa. constancia: el archivo que hace de documento firmado en papel."""

    url: str
    tablas: Catalogo
    imprenta: Imprenta
    constancia: anexos.Guardado
    azar: Random
    firmados: int = 0
    fuera: int = 0
    acusados: int = 0
    diligencia: dict[str, float] = field(default_factory=dict)

    def trabajar(self) -> None:
        """Firma hoy lo que cada quien alcanza y acusa parte de lo que llegó."""
        with lectura(self.url) as s:
            por_firmar, por_acusar = self._por_firmar(s), self._por_acusar(s)
        for id_ in por_firmar:
            self._firmar(id_)
        for id_, orden in por_acusar:
            self._acusar(id_, orden)

    def _por_firmar(self, s: Session) -> list[str]:
        consulta = (
            select(col(Oficio.id), col(Oficio.unidad))
            .join(Expediente, col(Expediente.folio) == Oficio.folio)
            .where(
                SE_DEBE,
                col(Oficio.estado) == EstadoOficio.BORRADOR.value,
                col(Expediente.estado) != EstadoExpediente.SUSPENDIDO.value,
            )
            .order_by(col(Oficio.id))
        )
        return [id_ for id_, unidad in s.execute(consulta) if self.azar.random() < self._gana(unidad)]

    def _gana(self, unidad: str) -> float:
        if unidad not in self.diligencia:
            self.diligencia[unidad] = self.azar.uniform(0.1, 0.6)
        return self.diligencia[unidad]

    def _por_acusar(self, s: Session) -> list[tuple[str, int]]:
        consulta = (
            select(col(Destinatario.oficio_id), col(Destinatario.orden))
            .join(Oficio, col(Oficio.id) == Destinatario.oficio_id)
            .where(
                col(Oficio.estado).in_(VIGENTES),
                col(Oficio.enviado).is_not(None),
                col(Destinatario.clase) == "para",
                col(Destinatario.acusado).is_(None),
            )
            .order_by(col(Destinatario.oficio_id), col(Destinatario.orden))
        )
        return [(id_, orden) for id_, orden in s.execute(consulta) if self.azar.random() < ACUSA]

    def _firmar(self, id_: str) -> None:
        with transaccion(self.url) as s:
            oficio = s.get_one(Oficio, id_)
            expediente = s.get_one(Expediente, oficio.folio)
            firmante = titulares.firman(s, oficio.unidad, reloj.hoy(), expediente.procedimiento)[0]
            ctx = self._como(s, firmante)
            if self.azar.random() < EN_PAPEL:
                numero = f"{oficio.unidad}/P-{self.fuera + 1}/{reloj.hoy().year}"
                documento = replace(self.constancia, id=str(uuid4()))
                fuera.registrar(ctx, id_, oficio.version, numero, reloj.hoy(), documento)
                self.fuera += 1
                return
            if advertencias.faltantes(oficio):
                campos = {c: FALTA.sub("dato simulado", getattr(oficio, c)) for c in ("asunto", "cuerpo", "anexos")}
                oficio = tramite.editar(ctx, id_, oficio.version, campos)
            firma.firmar(ctx, id_, oficio.version, self.imprenta, REGLAS)
            self.firmados += 1

    def _acusar(self, id_: str, orden: int) -> None:
        with transaccion(self.url) as s:
            unidad = s.get_one(Destinatario, (id_, orden)).unidad
            emite = s.get_one(Oficio, id_).unidad
            # A quien no está en el sistema se le entrega en papel, y lo captura quien emitió.
            quienes = responsables(s, unidad) if unidad else []
            ctx = self._como(s, (quienes or responsables(s, emite))[0])
            tramite.acusar(ctx, id_, orden, "" if quienes else "Se entregó en papel (simulado).")
            self.acusados += 1

    def _como(self, s: Session, persona: int) -> Contexto:
        quien: Quien = quien_es(s, s.get_one(Persona, persona))
        return Contexto(s, self.tablas, quien, reloj.ahora())
