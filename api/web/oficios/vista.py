"""Lo que enseña la página de un oficio: cómo saldrá, qué notar, quién falta y qué puede hacer quien la mira."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.archivos import oficios
from api.dependencias import Puerta
from api.vistas import oficios as vistas_oficios
from api.web.historia import relato
from api.web.historia.relato import HechoContado
from api.web.oficios.permisos import PermisosDelOficio, de_quien_mira
from api.web.oficios.resumidos import ESTADOS
from api.web.piezas import frases_plazos
from api.web.piezas.comparacion import Trozo, comparar
from api.web.piezas.frases_plazos import Vencimiento
from modelos import reloj
from modelos.actos.oficios import tramite as actos
from modelos.actos.oficios.firma import exigir_otra_mano, numero_probable
from modelos.actos.turnos.mover import Contexto
from modelos.errores import NoLeCorresponde
from modelos.expedientes import visibles
from modelos.expedientes.expediente import Anexo, Expediente
from modelos.oficios import deuda
from modelos.oficios import visibles as consultas_oficios
from modelos.oficios.advertencias import Advertencia
from modelos.oficios.deuda import Debido
from modelos.oficios.impreso import huellas
from modelos.oficios.oficio import LARGO_ASUNTO, Destinatario, Oficio
from modelos.organizacion.permisos import Quien
from modelos.tabla import Actividad, Tabla
from modelos.tabla.emision import EstadoOficio
from tareas.oficios.ajenos import Ajeno, ajenos
from tareas.oficios.papel.hoja import leida
from tareas.oficios.redaccion.borrador import EXTENSION, del_archivo, del_sistema
from tareas.oficios.redaccion.texto import html_de

LARGOS = {"asunto": LARGO_ASUNTO, "cuerpo": actos.LARGO_CUERPO, "anexos": actos.LARGO_ANEXOS}
A_LA_VISTA = 8
"""Con más destinatarios que éstos, la lista se pliega."""
_ASUNTO = re.compile(r"\{%-?\s*block asunto\s*-?%\}(.*?)\{%-?\s*endblock", re.DOTALL)
_JINJA = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_DATO = re.compile(r"\{\{.*?\}\}", re.DOTALL)


@dataclass(frozen=True)
class Recibe:
    """Un destinatario en la página. propio: lo puede acusar quien mira; acuso: quién lo acusó."""

    fila: Destinatario
    propio: bool
    acuso: str

    @property
    def rotulo(self) -> str:
        """Cómo se le llama en una lista: su clave, o su nombre si es de fuera."""
        return self.fila.unidad or self.fila.nombre or self.fila.cargo


@dataclass(frozen=True)
class PorImprimir:
    """Cómo sale: la hoja con sus partes, y su cuerpo en HTML.

    leido: la huella de lo que se lee; sin_letra: los signos que no se pueden imprimir.
    """

    hoja: Mapping[str, Any]
    cuerpo: Markup
    leido: str
    sin_letra: Sequence[Ajeno]


@dataclass(frozen=True)
class Recepcion:
    """Quiénes lo reciben. por_recordar: a alguno que no ha acusado se le puede recordar."""

    todos: Sequence[Recibe]
    por_recordar: bool

    @property
    def sin_acusar(self) -> list[Recibe]:
        """Los que deben acusarlo y no lo han hecho."""
        return [r for r in self.todos if r.fila.clase == "para" and r.fila.acusado is None]


@dataclass(frozen=True)
class PaginaOficio:
    """La página de un oficio. debido: lo que se debe de él; vence: el plazo que se cumple con él, en palabras.

    sustituto: el que lo sustituye o lo sustituirá; sustituye_a: al que éste. cambios: contra lo que dio la plantilla.
    """

    oficio: Oficio
    expediente: Expediente
    tabla: Tabla
    actividad: Actividad | None
    puede: PermisosDelOficio
    papel: PorImprimir
    recepcion: Recepcion
    avisos: Sequence[Advertencia]
    debido: Debido
    vence: Vencimiento | None
    anexo_fuera: Anexo | None
    adjuntos: Sequence[Anexo]
    corrigio: str
    firmado_como: Mapping[str, str]
    unidades: Mapping[str, str]
    sustituto: Oficio | None
    sustituye_a: Oficio | None
    ve_expediente: bool
    hechos: Sequence[HechoContado]
    cambios: Mapping[str, Sequence[Trozo]]
    hoy: date
    estados: Mapping[str, tuple[str, str]]
    largos: Mapping[str, int]
    a_la_vista: int


def leer(s: Session, puerta: Puerta, quien: Quien, id_: str) -> PaginaOficio:
    """Todo lo que la página enseña, leído de una vez. Lanza NoExiste, NoLeCorresponde."""
    oficio = consultas_oficios.visible(s, quien, id_)
    expediente = s.get_one(Expediente, oficio.folio)
    tabla = puerta.tablas.para_ver(expediente)
    a_quien = consultas_oficios.destinatarios_de(s, [id_])[id_]
    nombres = visibles.nombres(s, [*(d.acusado_por for d in a_quien), oficio.editado_por])
    papel = _por_imprimir(s, puerta, quien, oficio)
    debido = deuda.de_oficios(s, puerta.tablas, [oficio])[id_]
    ctx = Contexto(s, puerta.tablas, quien, reloj.ahora())
    puede = de_quien_mira(ctx, quien, oficio, expediente, imprimible=not papel.sin_letra)
    # A quien lo recibe no se le dice cómo entregarlo.
    interesa = puede.redacta or puede.borrador
    return PaginaOficio(
        oficio=oficio,
        expediente=expediente,
        tabla=tabla,
        actividad=_actividad(tabla, oficio),
        puede=puede,
        papel=papel,
        recepcion=_recepcion(s, quien, oficio, a_quien, nombres),
        avisos=vistas_oficios.de_avisos(s, puerta.ajustes).de(oficio, a_quien) if interesa else [],
        debido=debido,
        vence=_vence(s, debido),
        anexo_fuera=s.get(Anexo, oficio.anexo_fuera) if oficio.anexo_fuera else None,
        adjuntos=visibles.anexos_de(s, [oficio.turno_id]) if oficio.turno_id else [],
        corrigio=nombres.get(oficio.editado_por or 0, ""),
        firmado_como=vistas_oficios.firmado_como(oficio),
        unidades=visibles.unidades(s),
        sustituto=s.scalar(select(Oficio).where(col(Oficio.sustituye) == id_).order_by(col(Oficio.creado).desc())),
        sustituye_a=s.get(Oficio, oficio.sustituye) if oficio.sustituye else None,
        ve_expediente=_ve_expediente(s, quien, oficio.folio),
        hechos=[h for h in relato.contar(s, tabla, expediente).hechos if h.oficio == id_],
        cambios=_cambios(oficio),
        hoy=reloj.hoy(),
        estados=ESTADOS,
        largos=LARGOS,
        a_la_vista=A_LA_VISTA,
    )


def para_firmar(s: Session, puerta: Puerta, quien: Quien, id_: str) -> tuple[PaginaOficio, str]:
    """Lo que se confirma antes de firmar, y el número que probablemente le toque.

    Lanza NoLeCorresponde si quien mira no puede.
    """
    vista = leer(s, puerta, quien, id_)
    oficio, puede = vista.oficio, vista.puede
    if puede.borrador and puede.firmante is None:
        raise NoLeCorresponde(f"firmar por {oficio.unidad}", "quien tiene el cargo o quien lo suple")
    if puede.borrador and puede.impedido:
        exigir_otra_mano(Contexto(s, puerta.tablas, quien, reloj.ahora()), oficio, vista.tabla, quien)
    return vista, numero_probable(s, oficio.unidad, reloj.hoy().year)


def plantillas() -> list[tuple[str, list[tuple[str, str]]]]:
    """Las plantillas por procedimiento: su clave y un rótulo con lo que dice su asunto."""
    grupos: dict[str, list[tuple[str, str]]] = {}
    for clave in del_sistema():
        carpeta, _, archivo = clave.partition("/")
        numero = f"OF-{archivo.removeprefix('of_')}" if archivo.startswith("of_") else archivo
        hallado = _ASUNTO.search(del_archivo(clave))
        asunto = " ".join(_DATO.sub("…", _JINJA.sub("", hallado[1])).split()) if hallado else archivo + EXTENSION
        grupos.setdefault(carpeta, []).append((clave, f"{numero}: {asunto}"))
    return list(grupos.items())


# --- piezas --------------------------------------------------------------------


def _por_imprimir(s: Session, puerta: Puerta, quien: Quien, oficio: Oficio) -> PorImprimir:
    """De un borrador, como saldría hoy; de los demás, como quedó."""
    contenido = json.loads(oficio.contenido) if oficio.contenido else oficios.borrador(s, puerta, quien, oficio)
    hoja = leida(contenido)
    return PorImprimir(
        hoja,
        Markup(html_de(hoja["cuerpo"])),  # noqa: S704 - escapa todo lo que no es suyo
        huellas(contenido),
        ajenos(contenido) if oficio.estado == EstadoOficio.BORRADOR else [],
    )


def _actividad(tabla: Tabla, oficio: Oficio) -> Actividad | None:
    """La que lo pidió; None si se emitió suelto o ya no está en la tabla."""
    return tabla[oficio.actividad] if oficio.actividad and oficio.actividad in tabla else None


def _vence(s: Session, debido: Debido) -> Vencimiento | None:
    return frases_plazos.dichos(s, [debido.plazo]).get(debido.plazo.id) if debido.plazo else None


def _cambios(oficio: Oficio) -> dict[str, list[Trozo]]:
    return {
        "asunto": comparar(oficio.borrador_asunto, oficio.asunto),
        "cuerpo": comparar(oficio.borrador_cuerpo, oficio.cuerpo),
    }


def _recepcion(
    s: Session, quien: Quien, oficio: Oficio, a_quien: Sequence[Destinatario], nombres: Mapping[int, str]
) -> Recepcion:
    enviado = oficio.estado == EstadoOficio.ENVIADO
    reciben = [_recibe(s, d, quien, nombres) for d in a_quien]
    return Recepcion(reciben, enviado and any(_sin_recordar(d) for d in a_quien))


def _sin_recordar(fila: Destinatario) -> bool:
    pendiente = fila.clase == "para" and fila.acusado is None
    return pendiente and fila.unidad is not None and fila.recordado is None


def _recibe(s: Session, fila: Destinatario, quien: Quien, nombres: Mapping[int, str]) -> Recibe:
    propio = fila.acusado is None and fila.unidad is not None and actos.recibe(s, quien, fila.unidad, reloj.hoy())
    return Recibe(fila, propio, nombres.get(fila.acusado_por or 0, ""))


def _ve_expediente(s: Session, quien: Quien, folio: str) -> bool:
    try:
        visibles.expediente_visible(s, quien, folio)
    except NoLeCorresponde:
        return False
    return True
