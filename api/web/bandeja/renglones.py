"""Un turno en una lista: lo que pide, cuándo vence, quién lo tiene, qué lo trajo y qué se puede hacer desde ahí."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.dependencias import Puerta
from api.vistas import expedientes
from api.web.piezas import frases, frases_plazos
from api.web.piezas.frases_plazos import Vencimiento
from modelos.avisos.a_quien import ausentes
from modelos.expedientes import visibles
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.expediente import Aviso, EstadoExpediente, Expediente, Turno
from modelos.organizacion.organigrama import responsables
from modelos.organizacion.permisos import Quien, puede_atender, puede_liberar, puede_reasignar
from modelos.plazos import vencimientos
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
class RenglonDeBandeja:
    """Un renglón de la bandeja. elegibles: a quién se le puede dar; vacío si quien mira no puede reasignarlo.

    incidente: por qué no se puede leer ni mover, si su tabla cambió.
    agrupable: puede responderse junto con otros iguales (`es_agrupable`) y le toca a quien mira.
    """

    turno: Turno
    expediente: Expediente
    tabla: Tabla
    actividad: Actividad
    persona: str
    propio: bool
    nuevo: bool
    vencimiento: Vencimiento | None
    toma: bool
    libera: bool
    agrupable: bool
    incidente: str = ""
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
    leido = _Leido.de(s, puerta, quien, turnos, detalle=detalle)
    return [leido.renglon(turno) for turno in turnos]


def cuantos(total: int, *, son_mas: bool) -> str:
    """«12 pendientes», «Más de 1,000 pendientes»."""
    if son_mas:
        return f"Más de {total:,} pendientes"
    return "1 pendiente" if total == 1 else f"{total:,} pendientes"


@dataclass(frozen=True)
class _Leido:
    """Lo leído de una vez para todos los renglones.

    expedientes, tablas: por folio. vencen: por turno, su plazo en palabras; antecedentes: ídem, lo que lo trajo.
    sueltos: los turnos de quien está ausente. elegibles: None si no se pide el detalle.
    """

    quien: Quien
    expedientes: Mapping[str, Expediente]
    tablas: Mapping[str, Tabla]
    nombres: Mapping[int, str]
    nuevos: Collection[str]
    vencen: Mapping[str, Vencimiento]
    antecedentes: Mapping[str, Antecedente]
    sueltos: Collection[str]
    elegibles: _Elegibles | None

    @classmethod
    def de(cls, s: Session, puerta: Puerta, quien: Quien, turnos: Sequence[Turno], *, detalle: bool) -> _Leido:
        de = visibles.asuntos(s, (t.folio for t in turnos))
        nombres = visibles.nombres(s, (t.persona_id for t in turnos))
        nuevos = _nuevos(s, quien, turnos)
        rigen = vencimientos.plazos_de(s, turnos)
        dichos = frases_plazos.dichos(s, rigen.values())
        tablas = {f: puerta.tablas.para_ver(e) for f, e in de.items()}
        return cls(
            quien,
            de,
            tablas,
            nombres,
            nuevos,
            {id_: dichos[plazo.id] for id_, plazo in rigen.items()},
            _antecedentes(s, turnos, tablas) if detalle else {},
            ausentes(s, turnos),
            _Elegibles(s) if detalle else None,
        )

    def renglon(self, turno: Turno) -> RenglonDeBandeja:
        """El de un turno, con lo que quien mira puede hacer desde ahí."""
        expediente, tabla = self.expedientes[turno.folio], self.tablas[turno.folio]
        actividad = tabla.fila(turno.actividad)
        incidente = expedientes.ilegible(tabla, expediente, turno.actividad)
        mueve = expediente.estado == EstadoExpediente.EN_CURSO and not incidente
        atiende = mueve and puede_atender(self.quien, turno.unidad)
        propio = turno.persona_id == self.quien.persona
        libre = self._libre(turno)
        return RenglonDeBandeja(
            turno,
            expediente,
            tabla,
            actividad,
            self._quien_lo_tiene(turno),
            propio,
            turno.id in self.nuevos,
            self.vencen.get(turno.id),
            toma=atiende and libre,
            libera=mueve and not libre and self._libera(turno, expediente),
            incidente=incidente,
            agrupable=atiende and (propio or libre) and es_agrupable(actividad),
            elegibles=self._a_quien_darlo(turno, expediente) if mueve else (),
            antecedente=self.antecedentes.get(turno.id),
        )

    def _libre(self, turno: Turno) -> bool:
        return turno.persona_id is None or turno.id in self.sueltos

    def _quien_lo_tiene(self, turno: Turno) -> str:
        return "" if self._libre(turno) else self.nombres.get(turno.persona_id or 0, "")

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


def _antecedentes(s: Session, turnos: Sequence[Turno], tablas: Mapping[str, Tabla]) -> dict[str, Antecedente]:
    """El asiento que abrió cada turno, por id de turno; una consulta para todos."""
    pares = {(t.folio, t.apertura) for t in turnos}
    asientos = _leer(s, pares)
    actores = {a.actor for a in asientos.values() if a.actor.startswith(PERSONA)}
    nombres = visibles.nombres(s, (int(actor.removeprefix(PERSONA)) for actor in actores))
    return {
        t.id: _decir(asiento, tablas[t.folio], nombres)
        for t in turnos
        if (asiento := asientos.get((t.folio, t.apertura))) is not None
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
