"""Avance de un expediente: de lo asentado a lo pendiente.

Puro a propósito: sin SQL, sin Prefect, sin reloj. La misma función decide en la
transacción, pinta la pantalla, reproduce la bitácora y prueba las tablas.

Un expediente es una `Situacion`; cada paso asentado la convierte en otra y dice
qué turnos abrió y cuáles canceló. La situación cabe en una columna de la base,
así que decidir cuesta lo mismo el primer día que al año.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from modelos.tabla.actividad import Actividad, Ruta, es_final
from modelos.tabla.errores import BitacoraIncongruente, TopeDeVueltas
from modelos.tabla.tabla import Tabla

Destinatarios = Callable[[Actividad], Sequence[str]]
"""Dice qué unidades concretas atienden una actividad que se abre (claves; una o más)."""


@dataclass(frozen=True, order=True)
class Pendiente:
    """Un turno, visto desde la tabla: quién debe qué: una actividad, en su enésima vuelta, en una unidad concreta."""

    actividad: str
    unidad: str
    vuelta: int


@dataclass(frozen=True)
class Situacion:
    """Lo que hay que recordar entre un paso y otro.

    tope: devoluciones que admite cada actividad, 1 o más.
    vueltas: cuántas veces se ha abierto cada actividad.
    devoluciones: cuántas de ellas, porque alguien le devolvió el trabajo.
    llegadas: ramas que ya llegaron a cada unión todavía incompleta.
    hechas: turnos atendidos de cada abanico en curso.
    desenlace: el final alcanzado, o None mientras haya pendientes.
    """

    tope: int
    pendientes: tuple[Pendiente, ...] = ()
    vueltas: Mapping[str, int] = field(default_factory=dict)
    devoluciones: Mapping[str, int] = field(default_factory=dict)
    llegadas: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hechas: Mapping[str, int] = field(default_factory=dict)
    desenlace: str | None = None

    def a_json(self) -> dict[str, Any]:
        """Como se guarda: tipos de JSON y nada más."""
        return {
            "tope": self.tope,
            "pendientes": [[t.actividad, t.unidad, t.vuelta] for t in self.pendientes],
            "vueltas": dict(self.vueltas),
            "devoluciones": dict(self.devoluciones),
            "llegadas": {union: list(ramas) for union, ramas in self.llegadas.items()},
            "hechas": dict(self.hechas),
            "desenlace": self.desenlace,
        }

    @classmethod
    def de_json(cls, crudo: Mapping[str, Any]) -> Situacion:
        """La situación guardada con `a_json`."""
        return cls(
            tope=crudo["tope"],
            pendientes=tuple(Pendiente(*t) for t in crudo["pendientes"]),
            vueltas=crudo["vueltas"],
            devoluciones=crudo["devoluciones"],
            llegadas={union: tuple(ramas) for union, ramas in crudo["llegadas"].items()},
            hechas=crudo["hechas"],
            desenlace=crudo["desenlace"],
        )


@dataclass(frozen=True)
class Movimiento:
    """Lo que cambió con un paso: la situación nueva, los turnos abiertos y los cancelados."""

    situacion: Situacion
    abiertos: tuple[Pendiente, ...] = ()
    cancelados: tuple[Pendiente, ...] = ()

    def abre(self) -> dict[str, list[str]]:
        """Los abiertos por actividad, como se asientan para poder reproducirlos."""
        por_actividad: dict[str, list[str]] = {}
        for turno in self.abiertos:
            por_actividad.setdefault(turno.actividad, []).append(turno.unidad)
        return por_actividad


def iniciar(tabla: Tabla, tope: int, destinatarios: Destinatarios) -> Movimiento:
    """Abre la primera actividad.

    tope: veces que se le puede devolver el trabajo a una misma actividad, 1 o más.
    """
    return _abrir(tabla.inicio, Situacion(tope=tope), destinatarios)


def atender(
    tabla: Tabla, situacion: Situacion, turno: Pendiente, salida: str, destinatarios: Destinatarios, folio: str = ""
) -> Movimiento:
    """Cierra un turno por una de sus salidas y abre lo que sigue, si ya toca.

    Lanza:
        BitacoraIncongruente: ese turno no está pendiente.
        SalidaInexistente: la actividad no tiene esa salida.
        TopeDeVueltas: es una devolución y al destino ya se le devolvió `tope` veces.
    """
    actividad = _pendiente(tabla, situacion, turno)
    ruta = actividad.ruta(salida)
    if ruta.devuelve:
        _cuidar_tope(situacion, ruta, folio)
    quedan = tuple(t for t in situacion.pendientes if t != turno)
    if actividad.por_cada is None:
        return _tomar_ruta(tabla, actividad, ruta, replace(situacion, pendientes=quedan), destinatarios)
    hermanos = tuple(t for t in quedan if t.actividad == actividad.clave)
    hechas = situacion.hechas.get(actividad.clave, 0) + 1
    if not actividad.por_cada.reunido(hechas, len(hermanos)):
        contadas = {**situacion.hechas, actividad.clave: hechas}
        return Movimiento(replace(situacion, pendientes=quedan, hechas=contadas))
    return _reunir(tabla, actividad, replace(situacion, pendientes=quedan), destinatarios)


def cerrar_espera(
    tabla: Tabla, situacion: Situacion, actividad: str, destinatarios: Destinatarios, folio: str = ""
) -> Movimiento:
    """Sigue con lo reunido de un abanico `al_vencer`; lo que falta se cancela.

    Lanza:
        BitacoraIncongruente: esa actividad no es un abanico `al_vencer` con turnos pendientes.
    """
    fila = tabla[actividad] if actividad in tabla else None  # noqa: SIM401 - una Tabla no tiene get
    esperan = any(t.actividad == actividad for t in situacion.pendientes)
    if fila is None or fila.por_cada is None or fila.por_cada.union != "al_vencer" or not esperan:
        raise BitacoraIncongruente(0, f"la {actividad} no es una espera que se pueda cerrar")
    for ruta in fila.salidas.values():
        if ruta.devuelve:
            _cuidar_tope(situacion, ruta, folio)
    return _reunir(tabla, fila, situacion, destinatarios)


def cancelar(situacion: Situacion) -> Movimiento:
    """Deja el expediente sin pendientes y sin desenlace: se canceló antes de llegar a un final."""
    vacia = replace(situacion, pendientes=(), llegadas={}, hechas={})
    return Movimiento(vacia, cancelados=situacion.pendientes)


def ampliar_tope(situacion: Situacion, tope: int) -> Movimiento:
    """Cambia el tope de vueltas; no abre ni cierra nada."""
    return Movimiento(replace(situacion, tope=tope))


# --- piezas ------------------------------------------------------------------


def _pendiente(tabla: Tabla, situacion: Situacion, turno: Pendiente) -> Actividad:
    if turno not in situacion.pendientes or turno.actividad not in tabla:
        raise BitacoraIncongruente(0, f"la {turno.actividad} de {turno.unidad} no estaba pendiente")
    return tabla[turno.actividad]


def _cuidar_tope(situacion: Situacion, ruta: Ruta, folio: str) -> None:
    for destino in ruta.destinos:
        if situacion.devoluciones.get(destino, 0) >= situacion.tope:
            raise TopeDeVueltas(folio, destino, situacion.tope)


def _reunir(tabla: Tabla, fila: Actividad, situacion: Situacion, destinatarios: Destinatarios) -> Movimiento:
    """Cierra un abanico: cancela los turnos que falten y toma su única salida."""
    sobran = tuple(t for t in situacion.pendientes if t.actividad == fila.clave)
    limpia = replace(
        situacion,
        pendientes=tuple(t for t in situacion.pendientes if t.actividad != fila.clave),
        hechas={clave: n for clave, n in situacion.hechas.items() if clave != fila.clave},
    )
    (ruta,) = fila.salidas.values()
    movimiento = _tomar_ruta(tabla, fila, ruta, limpia, destinatarios)
    return replace(movimiento, cancelados=sobran)


def _tomar_ruta(
    tabla: Tabla, origen: Actividad, ruta: Ruta, situacion: Situacion, destinatarios: Destinatarios
) -> Movimiento:
    abiertos: tuple[Pendiente, ...] = ()
    if ruta.devuelve:
        devueltas = {d: situacion.devoluciones.get(d, 0) + 1 for d in ruta.destinos}
        situacion = replace(situacion, devoluciones={**situacion.devoluciones, **devueltas})
    for destino in ruta.destinos:
        if es_final(destino):
            situacion = replace(situacion, desenlace=destino)
            continue
        fila = tabla[destino]
        if fila.une:
            llegadas = tuple(sorted({*situacion.llegadas.get(destino, ()), origen.clave}))
            completa = set(llegadas) == set(fila.une)
            resto = {union: ramas for union, ramas in situacion.llegadas.items() if union != destino}
            situacion = replace(situacion, llegadas=resto if completa else {**resto, destino: llegadas})
            if not completa:
                continue
        movimiento = _abrir(fila, situacion, destinatarios)
        situacion, abiertos = movimiento.situacion, abiertos + movimiento.abiertos
    return Movimiento(situacion, abiertos)


def _abrir(fila: Actividad, situacion: Situacion, destinatarios: Destinatarios) -> Movimiento:
    vuelta = situacion.vueltas.get(fila.clave, 0) + 1
    nuevos = tuple(Pendiente(fila.clave, unidad, vuelta) for unidad in destinatarios(fila))
    abierta = replace(
        situacion,
        # Ordenados: que dos ramas terminen en otro orden no debe cambiar la situación.
        pendientes=tuple(sorted((*situacion.pendientes, *nuevos))),
        vueltas={**situacion.vueltas, fila.clave: vuelta},
    )
    return Movimiento(abierta, abiertos=nuevos)
