"""Lo que se lee al terminar un año simulado: qué se abrió, qué se recordó a quién, qué venció."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.avisos.entrega import Entrega
from modelos.ciclos.ciclo import Apertura
from modelos.comprobacion import verificacion
from modelos.expedientes.expediente import Expediente
from modelos.expedientes.notificacion import ClaseDeNotificacion, Notificacion
from modelos.oficios.deuda import SE_DEBE
from modelos.oficios.oficio import Oficio
from modelos.organizacion.organigrama import Persona
from modelos.plazos.plazo import POR_CUMPLIR, Plazo, Recordatorio
from modelos.tabla import Catalogo
from tareas.avisos import turno_nuevo
from tareas.avisos.puntos import SEMANA
from tareas.simulacion import correos
from tareas.simulacion.correos import Correos

MUESTRA = 12


@dataclass(frozen=True)
class LoActuado:
    """Lo que hizo el personal simulado; fuera: oficios que se firmaron en papel."""

    atendidos: int
    firmados: int
    fuera: int
    acusados: int


@dataclass(frozen=True)
class InformeDelAnio:
    """El año en cifras, y las faltas que no debería haber; los renglones completos quedan en archivos CSV."""

    aperturas: dict[str, int]
    expedientes: int
    turnos_atendidos: int
    recordatorios: int
    sustituidos: int
    notificaciones: int
    semanales: int
    mensajes: dict[str, int]
    vencidos: int
    vencidos_abiertos: int
    firmados: int
    fuera: int
    acusados: int
    deben: int
    correos: Correos
    faltas: tuple[str, ...]
    segundos: float

    def __str__(self) -> str:
        abiertas = "\n".join(f"  {cuantas:5d}  {cual}" for cual, cuantas in sorted(self.aperturas.items()))
        estados = ", ".join(f"{n} {estado}" for estado, n in sorted(self.mensajes.items())) or "ninguno"
        faltas = "\n".join(f"  ✕ {falta}" for falta in self.faltas) or "  ninguna"
        return (
            f"Se abrió solo (periodo por periodo, unidad por unidad):\n{abiertas}\n"
            f"Expedientes: {self.expedientes}. Turnos atendidos por personal simulado: {self.turnos_atendidos}.\n"
            f"Hitos recordados: {self.recordatorios} ({self.sustituidos} sustituidos por otro más reciente), "
            f"en {self.notificaciones} avisos a personas, {self.semanales} de ellos en el resumen de la semana.\n"
            f"Mensajes: {estados}.\n"
            f"{self.correos}\n"
            f"Plazos vencidos: {self.vencidos}, de ellos {self.vencidos_abiertos} siguen sin cumplirse.\n"
            f"Oficios: {self.firmados} firmados aquí y {self.fuera} en papel; {self.acusados} acuses. "
            f"Esperan firma o salida {self.deben}.\n"
            f"Faltas:\n{faltas}\n"
            f"Tardó {self.segundos:.0f} s."
        )


def escribir(s: Session, tablas: Catalogo, carpeta: Path, hecho: LoActuado, segundos: float) -> InformeDelAnio:
    """Escribe `aperturas.csv`, `recordatorios.csv`, `vencidos.csv` y `correos.csv`, y devuelve el resumen."""
    aperturas = s.execute(
        select(
            col(Apertura.procedimiento),
            col(Apertura.periodo),
            col(Apertura.unidad),
            col(Apertura.prevista),
            col(Apertura.hecha),
            col(Apertura.folio),
        ).order_by(col(Apertura.hecha), col(Apertura.folio))
    ).all()
    _csv(carpeta / "aperturas.csv", ("procedimiento", "periodo", "unidad", "prevista", "hecha", "folio"), aperturas)
    recordados = s.execute(_recordados()).all()
    titulos = ("dia", "plazo", "que", "hito", "tocaba", "fundamento", "conservador", "vence", "correo")
    _csv(carpeta / "recordatorios.csv", titulos, recordados)
    vencidos = _vencidos(s)
    _csv(carpeta / "vencidos.csv", ("plazo", "que", "unidad", "vence", "cerrado", "estado"), vencidos)
    correos_ = correos.contar(s)
    _csv(carpeta / "correos.csv", ("correo", "semana", "mensajes", "sin_turno_nuevo"), correos_.renglones)
    por_estado = select(col(Entrega.estado), func.count()).group_by(col(Entrega.estado))
    mensajes: list[tuple[str, int]] = [(estado, n) for estado, n in s.execute(por_estado)]
    return InformeDelAnio(
        aperturas=dict(Counter(f"{fila.procedimiento} {fila.periodo}" for fila in aperturas)),
        expedientes=s.scalar(select(func.count()).select_from(Expediente)) or 0,
        turnos_atendidos=hecho.atendidos,
        recordatorios=_cuantos(s, enviado=True),
        sustituidos=_cuantos(s, enviado=False),
        notificaciones=s.scalar(select(func.count()).where(col(Notificacion.clase) == ClaseDeNotificacion.HITO.value))
        or 0,
        semanales=sum(fila.hito == SEMANA for fila in recordados),
        mensajes=dict(mensajes),
        vencidos=len(vencidos),
        vencidos_abiertos=sum(fila[-1] in POR_CUMPLIR for fila in vencidos),
        firmados=hecho.firmados,
        fuera=hecho.fuera,
        acusados=hecho.acusados,
        deben=s.scalar(select(func.count()).select_from(Oficio).where(SE_DEBE)) or 0,
        correos=correos_,
        faltas=tuple(_faltas(s, tablas)),
        segundos=segundos,
    )


def _recordados() -> Any:  # noqa: ANN401 - un Select de nueve columnas
    """Cada aviso de un plazo a una persona: el de un hito, o el de lo vencido en el resumen de la semana."""
    return (
        select(
            col(Notificacion.dia),
            col(Plazo.id),
            col(Plazo.que),
            func.coalesce(col(Recordatorio.hito), SEMANA).label("hito"),
            func.coalesce(col(Recordatorio.toca), col(Notificacion.dia)),
            col(Plazo.fundamento),
            col(Plazo.conservador),
            col(Plazo.vence),
            col(Persona.correo),
        )
        .join(Plazo, col(Plazo.id) == Notificacion.plazo_id)
        .join(Persona, col(Persona.id) == Notificacion.persona_id)
        .join(
            Recordatorio,
            (col(Recordatorio.plazo_id) == Plazo.id)
            & (col(Notificacion.clave) == "hito:" + col(Plazo.id) + ":" + col(Recordatorio.hito)),
            isouter=True,
        )
        .where(col(Notificacion.clase) == ClaseDeNotificacion.HITO.value)
        .order_by(col(Notificacion.dia), col(Plazo.id), col(Persona.correo))
    )


def _vencidos(s: Session) -> list[tuple[Any, ...]]:
    """Los que se cumplieron tarde o siguen sin cumplirse después de su fecha legal."""
    consulta = select(Plazo).where(col(Plazo.vence).is_not(None)).order_by(col(Plazo.vence), col(Plazo.id))
    hoy = reloj.hoy()
    filas = []
    for plazo in s.scalars(consulta.where(col(Plazo.estado) != "cancelado")):
        cuando = reloj.local(plazo.cerrado).date() if plazo.cerrado else hoy
        if plazo.vence and cuando > plazo.vence:
            filas.append((plazo.id, plazo.que, plazo.unidad, plazo.vence, plazo.cerrado and cuando, plazo.estado))
    return filas


def _faltas(s: Session, tablas: Catalogo) -> Iterable[str]:
    """Lo que un año sano no tiene: bitácoras rotas, hitos sin ver, avisos que no salieron."""
    yield from (str(falla) for falla in verificacion.verificar(s, tablas).fallas[:MUESTRA])
    sin_ver = select(func.count()).where(col(Plazo.estado) == "abierto", col(Plazo.proximo) < reloj.hoy())
    if cuantos := s.scalar(sin_ver):
        yield f"{cuantos} plazos con un hito que ya tocaba y nadie vio"
    # Los de hoy que aparecieron después del resumen esperan al de mañana, que el año ya no alcanza.
    antes_de_hoy = col(Notificacion.dia) < reloj.hoy()
    sin_salir = s.scalar(select(func.count()).where(col(Notificacion.salio).is_(None), antes_de_hoy))
    if sin_salir:
        yield f"{sin_salir} avisos sin salir"
    if sin_decir := turno_nuevo.sin_decir(s):
        yield f"{len(sin_decir)} turnos abiertos de los que nadie de a quienes tocan sabe: {sin_decir[0]}"
    por_enviar = s.scalar(select(func.count()).where(col(Entrega.estado).in_(("pendiente", "fallida"))))
    if por_enviar:
        yield f"{por_enviar} mensajes sin entregar"


def _cuantos(s: Session, *, enviado: bool) -> int:
    return s.scalar(select(func.count()).where(col(Recordatorio.enviado).is_(enviado))) or 0


def _csv(archivo: Path, titulos: Sequence[str], filas: Iterable[Sequence[Any]]) -> None:
    with archivo.open("w", encoding="utf-8", newline="") as destino:
        escritor = csv.writer(destino)
        escritor.writerow(titulos)
        escritor.writerows(filas)
