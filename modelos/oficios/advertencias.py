"""Lo que conviene saber de un oficio antes de firmarlo, o mientras falta un acuse; y qué hacer en cada caso."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.oficios import contexto, ordenamientos, papeleria, titulares
from modelos.oficios.oficio import Destinatario, Molde, Oficio
from modelos.oficios.titulares import Titularidad
from modelos.organizacion.organigrama import Adscripcion, Persona, vigente
from modelos.organizacion.permisos import ATIENDEN
from modelos.tabla.emision import FALTA, VIGENTES, EstadoOficio

A_LA_VISTA = 6
"""Unidades que se nombran; de las demás se dice cuántas son."""


@dataclass(frozen=True)
class Advertencia:
    """Algo que notar. que: qué pasa; remedio: qué hacer. impide: mientras siga, no se puede firmar."""

    clave: str
    que: str
    remedio: str
    impide: bool = False

    def __str__(self) -> str:
        return f"{self.que} {self.remedio}"


class Avisador:
    """Los avisos de varios oficios, leyendo una sola vez lo que comparten."""

    def __init__(self, s: Session, hoy: date, *, bloquear_proyecto: bool) -> None:
        """bloquear_proyecto: si el ajuste impide firmar lo que se funda en una norma en proyecto."""
        self.s, self.hoy, self.bloquear = s, hoy, bloquear_proyecto
        self._firman: dict[str, bool] = {}

    def de(self, oficio: Oficio, a_quien: Sequence[Destinatario]) -> list[Advertencia]:
        """Los de un oficio: de un borrador, todos; de uno vigente, a quién hay que llevárselo en papel."""
        if oficio.estado in VIGENTES:
            return self._sin_cuenta([d for d in a_quien if d.acusado is None], "Entréguelo")
        if oficio.estado != EstadoOficio.BORRADOR:
            return []
        return [
            *self._incompleto(oficio),
            *self._sin_firma(oficio),
            *self._en_proyecto(oficio),
            *self._sin_leyenda(),
            *self._otro_titular(a_quien),
            *self._por_citar(oficio),
            *self._sin_cuenta(a_quien, "Una vez firmado, entréguelo"),
        ]

    def _incompleto(self, oficio: Oficio) -> list[Advertencia]:
        faltan = faltantes(oficio)
        if not faltan:
            return []
        que = f"Faltan datos por escribir: {', '.join(faltan)}."
        return [
            Advertencia(
                "faltan", que, "Corrija el texto donde dice FALTA y guárdelo; sin eso no se firma.", impide=True
            )
        ]

    def _sin_firma(self, oficio: Oficio) -> list[Advertencia]:
        unidad = oficio.unidad
        if unidad not in self._firman:
            self._firman[unidad] = bool(titulares.firman(self.s, unidad, self.hoy))
        if self._firman[unidad]:
            return []
        que = f"No consta quién tiene el cargo en {unidad} ni quién lo suple."
        remedio = "Pida a la administración que lo registre; sin eso no se firma."
        return [Advertencia("sin_titular", que, remedio, impide=True)]

    def _en_proyecto(self, oficio: Oficio) -> list[Advertencia]:
        dudosas = [self._dudosas[clave] for clave in oficio.ordenamientos if clave in self._dudosas]
        if not dudosas:
            return []
        que = f"Se funda en normas que no constan como vigentes: {'; '.join(dudosas)}."
        remedio = (
            "Pida a la administración que registre su publicación, o cambie el fundamento; sin eso no se firma."
            if self.bloquear
            else "El oficio lo dirá bajo el membrete. Si ya se publicaron, pida a la administración que lo registre."
        )
        return [Advertencia("en_proyecto", que, remedio, impide=self.bloquear)]

    def _sin_leyenda(self) -> list[Advertencia]:
        if self._hay_leyenda:
            return []
        que = f"No se ha capturado la leyenda oficial de {self.hoy.year}: el oficio saldrá sin ella."
        return [Advertencia("sin_leyenda", que, "Si ya se publicó, pida a la administración que la capture.")]

    def _otro_titular(self, a_quien: Sequence[Destinatario]) -> list[Advertencia]:
        """Se redactó a nombre de quien entonces tenía el cargo, y hoy lo tiene otra persona."""
        cambiaron = []
        for d in a_quien:
            hoy = self._cargos.get(d.unidad or "")
            if d.nombre and hoy and hoy != d.nombre:
                cambiaron.append(d.unidad or "")
        if not cambiaron:
            return []
        que = f"Cambió quien tiene el cargo en {', '.join(cambiaron[:A_LA_VISTA])}."
        return [Advertencia("otro_titular", que, "Vuelva a redactarlo, o corrija el nombre a quien se dirige.")]

    def _por_citar(self, oficio: Oficio) -> list[Advertencia]:
        """El antecedente se firmó después de redactar el que lo citaría."""
        molde = self.s.get(Molde, oficio.molde)
        numeros = contexto.por_citar(self.s, oficio, molde.texto) if molde else []
        if not numeros:
            return []
        que = f"Después de redactarlo se firmó {', '.join(numeros[:A_LA_VISTA])}, que su plantilla puede citar."
        return [Advertencia("por_citar", que, "Si debe citarlo, vuelva a redactarlo.")]

    def _sin_cuenta(self, a_quien: Sequence[Destinatario], entreguelo: str) -> list[Advertencia]:
        afuera = [d.unidad or d.nombre or d.cargo for d in a_quien if d.unidad not in self._con_cuenta]
        if not afuera:
            return []
        cuales = ", ".join(afuera[:A_LA_VISTA])
        cuales += f" y {len(afuera) - A_LA_VISTA} más" if len(afuera) > A_LA_VISTA else ""
        que = f"Por el sistema no le llega a {cuales}: no tiene quien entre aquí."
        return [Advertencia("sin_cuenta", que, f"{entreguelo} en papel y capture su acuse en esta página.")]

    @cached_property
    def _dudosas(self) -> dict[str, str]:
        normas = ordenamientos.todos(self.s)
        dudosas = set(ordenamientos.en_proyecto(self.s, list(normas)))
        return {clave: norma.nombre for clave, norma in normas.items() if norma.nombre in dudosas}

    @cached_property
    def _cargos(self) -> dict[str, str]:
        """De cada unidad, el nombre con que hoy se le escribe a quien tiene el cargo."""
        consulta = (
            select(Titularidad, col(Persona.nombre))
            .join(Persona, col(Persona.id) == Titularidad.persona_id)
            .where(titulares.rige(Titularidad, self.hoy), col(Persona.activa).is_(True))
        )
        return {t.unidad: titulares.con_nombre(t.tratamiento, nombre) for t, nombre in self.s.execute(consulta)}

    @cached_property
    def _hay_leyenda(self) -> bool:
        return bool(papeleria.leyenda(self.s, self.hoy.year))

    @cached_property
    def _con_cuenta(self) -> set[str | None]:
        """Las unidades de las que alguien recibiría el oficio; las mismas que usa el envío."""
        atienden = (
            select(col(Adscripcion.unidad))
            .join(Persona, col(Persona.id) == Adscripcion.persona_id)
            .where(
                col(Adscripcion.rol).in_(ATIENDEN),
                col(Persona.activa).is_(True),
                vigente(self.hoy),
            )
        )
        con_cargo = (
            select(col(Titularidad.unidad))
            .join(Persona, col(Persona.id) == Titularidad.persona_id)
            .where(titulares.rige(Titularidad, self.hoy), col(Persona.activa).is_(True))
        )
        return {*self.s.scalars(atienden.distinct()), *self.s.scalars(con_cargo.distinct())}


def faltantes(oficio: Oficio) -> list[str]:
    """Los datos que la plantilla no encontró y siguen sin escribirse."""
    return list(dict.fromkeys(FALTA.findall(f"{oficio.asunto}\n{oficio.cuerpo}\n{oficio.anexos}")))
