"""Un turno en una lista: lo que pide, cuándo vence, quién lo tiene, qué lo trajo y qué se puede hacer desde ahí."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.dependencias import Puerta
from api.web.piezas import frases, frases_plazos
from api.web.piezas.frases_plazos import Vencimiento
from modelos.avisos.a_quien import ausentes
from modelos.bandeja.renglones import Renglon, renglones
from modelos.expedientes import visibles
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.expediente import Aviso, EstadoExpediente, Expediente, Turno
from modelos.organizacion.organigrama import responsables
from modelos.organizacion.permisos import Quien, puede_atender, puede_liberar, puede_reasignar
from modelos.plazos import vencimientos
from modelos.plazos.plazo import Plazo
from modelos.tabla import Actividad, Tabla
from modelos.tabla.actividad import SIGUE, texto_salida

PERSONA = "persona:"
LARGO_COMENTARIO = 300
_OTROS = {
    "apertura": "se abrió el expediente",
    "cierre_espera": "se siguió sin esperar a los que faltaban",
    "subcancelacion": "se canceló el expediente que se esperaba",
}


@dataclass(frozen=True)
class Antecedente:
    """Lo que trajo el turno hasta aquí, en un renglón; quien: vacío si fue el sistema."""

    fecha: str
    quien: str
    frase: str
    comentario: str
    documentos: int


@dataclass(frozen=True)
class RenglonDeBandeja(Renglon[Plazo]):
    """Un renglón de la bandeja, para quien mira. elegibles: a quién se le puede dar; vacío si no puede reasignarlo.

    persona: quien lo tiene, si todavía puede atenderlo.
    agrupable: puede responderse junto con otros iguales (`es_agrupable`) y le toca a quien mira.
    """

    persona: str
    propio: bool
    nuevo: bool
    vencimiento: Vencimiento | None
    toma: bool
    libera: bool
    agrupable: bool
    elegibles: tuple[tuple[int, str], ...] = ()
    antecedente: Antecedente | None = None

    @property
    def pide(self) -> list[str]:
        """Lo que hay que capturar o adjuntar, por su nombre."""
        molde = self.actividad.formulario
        campos = [c.title or n for n, c in molde.model_fields.items()] if molde else []
        return [*campos, *(f"{d.nombre} (documento)" for d in self.actividad.evidencia)]

    @property
    def despues(self) -> list[str]:
        """Qué pasa con cada respuesta: «Favorable: sigue la 7, DSTC»."""
        caminos = frases.caminos(self.tabla, self.actividad)
        if len(caminos) == 1:
            return [caminos[0].frase]
        return [f"{camino.texto}: {camino.frase}" for camino in caminos]


def es_agrupable(actividad: Actividad) -> bool:
    """Si se responde igual sin leer nada más: una sola salida, nada que capturar ni documento que exija."""
    rutas = list(actividad.salidas.values())
    sin_nada = actividad.formulario is None and not any(d.obligatoria for d in actividad.evidencia)
    return actividad.a_mano and len(rutas) == 1 and not rutas[0].devuelve and sin_nada


def armar(
    s: Session, puerta: Puerta, quien: Quien, turnos: Sequence[Turno], *, detalle: bool
) -> list[RenglonDeBandeja]:
    """Los renglones, en el mismo orden; detalle: con su antecedente y a quién se le puede dar."""
    filas = renglones(s, puerta.tablas, turnos, vencimientos.plazos_de)
    leido = _Leido(
        quien,
        _nuevos(s, quien, turnos),
        frases_plazos.dichos(s, [fila.rige for fila in filas if fila.rige]),
        _antecedentes(s, filas) if detalle else {},
        ausentes(s, turnos),
        _Elegibles(s) if detalle else None,
    )
    return [leido.renglon(fila) for fila in filas]


def cuantos(total: int, *, son_mas: bool) -> str:
    """«12 pendientes», «Más de 1,000 pendientes»."""
    if son_mas:
        return f"Más de {total:,} pendientes"
    return "1 pendiente" if total == 1 else f"{total:,} pendientes"


@dataclass(frozen=True)
class _Leido:
    """Lo leído de una vez para todos los renglones.

    dichos: por plazo, en palabras; antecedentes: por turno, lo que lo trajo. sueltos: los turnos de quien está ausente.
    elegibles: None si no se pide el detalle.
    """

    quien: Quien
    nuevos: Collection[str]
    dichos: Mapping[str, Vencimiento]
    antecedentes: Mapping[str, Antecedente]
    sueltos: Collection[str]
    elegibles: _Elegibles | None

    def renglon(self, fila: Renglon[Plazo]) -> RenglonDeBandeja:
        """El de un turno, con lo que quien mira puede hacer desde ahí."""
        turno, expediente = fila.turno, fila.expediente
        mueve = expediente.estado == EstadoExpediente.EN_CURSO and not fila.incidente
        atiende = mueve and puede_atender(self.quien, turno.unidad)
        propio = turno.persona_id == self.quien.persona
        libre = turno.persona_id is None or turno.id in self.sueltos
        return RenglonDeBandeja(
            turno,
            expediente,
            fila.tabla,
            fila.rige,
            fila.tomado_por,
            "" if libre else fila.tomado_por,
            propio,
            turno.id in self.nuevos,
            self.dichos[fila.rige.id] if fila.rige else None,
            toma=atiende and libre,
            libera=mueve and not libre and self._libera(turno, expediente),
            agrupable=atiende and (propio or libre) and es_agrupable(fila.actividad),
            elegibles=self._a_quien_darlo(turno, expediente) if mueve else (),
            antecedente=self.antecedentes.get(turno.id),
        )

    def _libera(self, turno: Turno, expediente: Expediente) -> bool:
        return puede_liberar(self.quien, turno.unidad, turno.persona_id, expediente.duena)

    def _a_quien_darlo(self, turno: Turno, expediente: Expediente) -> tuple[tuple[int, str], ...]:
        if self.elegibles is None or not puede_reasignar(self.quien, turno.unidad, expediente.duena):
            return ()
        return self.elegibles.de(turno)


class _Elegibles:
    """A quién se le puede dar cada turno; las personas de cada unidad se leen una vez."""

    def __init__(self, s: Session) -> None:
        self.s = s
        self._de: dict[str, list[tuple[int, str]]] = {}

    def de(self, turno: Turno) -> tuple[tuple[int, str], ...]:
        if turno.unidad not in self._de:
            nombres = visibles.nombres(self.s, responsables(self.s, turno.unidad))
            self._de[turno.unidad] = sorted(nombres.items(), key=lambda par: par[1])
        return tuple(par for par in self._de[turno.unidad] if par[0] != turno.persona_id)


def _nuevos(s: Session, quien: Quien, turnos: Sequence[Turno]) -> set[str]:
    consulta = select(col(Aviso.turno_id)).where(
        col(Aviso.persona_id) == quien.persona,
        col(Aviso.visto).is_(None),
        col(Aviso.turno_id).in_([t.id for t in turnos]),
    )
    return set(s.scalars(consulta)) if turnos else set()


def _antecedentes(s: Session, filas: Sequence[Renglon[Plazo]]) -> dict[str, Antecedente]:
    """El asiento que abrió cada turno, por id de turno; una consulta para todos."""
    pares = {(fila.turno.folio, fila.turno.apertura) for fila in filas}
    asientos = _leer(s, pares)
    actores = {a.actor for a in asientos.values() if a.actor.startswith(PERSONA)}
    nombres = visibles.nombres(s, (int(actor.removeprefix(PERSONA)) for actor in actores))
    return {
        fila.turno.id: _decir(asiento, fila.tabla, nombres)
        for fila in filas
        if (asiento := asientos.get((fila.turno.folio, fila.turno.apertura))) is not None
    }


def _leer(s: Session, pares: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Asiento]:
    lista = set(pares)
    if not lista:
        return {}
    folios, ordenes = {folio for folio, _ in lista}, {orden for _, orden in lista}
    # Cada columna por su lado y no en pares: con pares, SQLite recorre la bitácora entera.
    consulta = select(Asiento).where(col(Asiento.folio).in_(folios), col(Asiento.orden).in_(ordenes))
    return {(a.folio, a.orden): a for a in s.scalars(consulta) if (a.folio, a.orden) in lista}


def _decir(asiento: Asiento, tabla: Tabla, nombres: Mapping[int, str]) -> Antecedente:
    datos = json.loads(asiento.datos)
    actor = asiento.actor.removeprefix(PERSONA)
    quien = nombres.get(int(actor), "") if actor.isdecimal() else ""
    frase = _OTROS.get(asiento.tipo, f"hubo un asiento de «{asiento.tipo.replace('_', ' ')}»")
    if asiento.tipo == "decision" and datos["actividad"] in tabla:
        salida = datos["salida"]
        con = "" if salida == SIGUE else f": «{texto_salida(salida)}»"
        frase = f"se respondió la {frases.rotulo(tabla, datos['actividad'])}{con}"
    comentario = str(datos.get("comentario") or datos.get("motivo") or "")
    corto = comentario if len(comentario) <= LARGO_COMENTARIO else f"{comentario[:LARGO_COMENTARIO].rstrip()}…"
    return Antecedente(asiento.fecha, quien, frase, corto, len(datos.get("anexos") or ()))
