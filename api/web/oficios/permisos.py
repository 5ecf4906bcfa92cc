"""Qué puede hacer con un oficio quien lo mira."""

from __future__ import annotations

from dataclasses import dataclass

from modelos import reloj
from modelos.actos.oficios import tramite as actos
from modelos.actos.oficios.firma import exigir_otra_mano
from modelos.actos.turnos.mover import Contexto
from modelos.errores import NoLeCorresponde
from modelos.expedientes.expediente import Expediente
from modelos.oficios import titulares
from modelos.oficios.advertencias import faltantes
from modelos.oficios.oficio import Oficio
from modelos.oficios.titulares import Firmante
from modelos.organizacion.permisos import Quien, puede_conducir
from modelos.tabla import Tabla
from modelos.tabla.emision import VIGENTES, EstadoOficio


@dataclass(frozen=True)
class PermisosDelOficio:
    """Qué se ofrece. Sólo decide qué se ve: la regla la aplica cada acto.

    estado: el del oficio. firmante: con qué cargo lo firma quien mira, si puede; impedido: por qué no debe.
    completo: no le falta ningún dato ni tiene signos que no se puedan imprimir. de_paso: lo pidió un turno.
    """

    estado: str
    firmante: Firmante | None
    impedido: str
    redacta: bool
    conduce: bool
    completo: bool
    de_paso: bool

    @property
    def borrador(self) -> bool:
        """Si todavía no se firma."""
        return self.estado == EstadoOficio.BORRADOR

    @property
    def vigente(self) -> bool:
        """Si ya se firmó y surte efectos."""
        return self.estado in VIGENTES

    @property
    def manda(self) -> bool:
        """Si puede retirarlo o sustituirlo ya firmado."""
        return self.firmante is not None or self.conduce

    @property
    def firmar(self) -> bool:
        """Si puede firmarlo ya."""
        return self.borrador and self.firmante is not None and not self.impedido and self.completo

    @property
    def corregir(self) -> bool:
        """Si puede cambiar lo que dice."""
        return self.borrador and self.redacta

    @property
    def registrar_fuera(self) -> bool:
        """Si puede registrar que se firmó en papel."""
        return self.borrador and self.redacta and self.de_paso

    @property
    def anular_fuera(self) -> bool:
        """Si puede deshacer que se firmó en papel."""
        return self.estado == EstadoOficio.FIRMADO_FUERA and self.redacta

    @property
    def cancelar(self) -> bool:
        """Si puede descartarlo o, ya firmado, cancelarlo."""
        return (self.borrador and self.redacta) or (self.vigente and self.manda)

    @property
    def sustituir(self) -> bool:
        """Si puede abrir el que lo sustituya."""
        return self.vigente and self.manda

    @property
    def capturar_papel(self) -> bool:
        """Si puede asentar los acuses que llegaron en papel."""
        return self.vigente and self.redacta


def de_quien_mira(
    ctx: Contexto, quien: Quien, oficio: Oficio, expediente: Expediente, *, imprimible: bool
) -> PermisosDelOficio:
    """Lo que se ofrece a `quien`; imprimible: si todos sus signos tienen letra."""
    return PermisosDelOficio(
        estado=oficio.estado,
        firmante=titulares.como_firma(ctx.s, quien.persona, oficio.unidad, expediente.procedimiento, reloj.hoy()),
        impedido=_impedido(ctx, oficio, ctx.tablas.para_ver(expediente), quien),
        redacta=actos.puede_redactar(ctx, quien, oficio, expediente),
        conduce=puede_conducir(quien, expediente.duena),
        completo=not faltantes(oficio) and imprimible,
        de_paso=oficio.turno_id is not None,
    )


def _impedido(ctx: Contexto, oficio: Oficio, tabla: Tabla, quien: Quien) -> str:
    try:
        exigir_otra_mano(ctx, oficio, tabla, quien)
    except NoLeCorresponde as error:
        return str(error)
    return ""
