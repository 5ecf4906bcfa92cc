"""Lo que enseña la página de un oficio: cómo saldrá, qué notar, quién falta y qué puede hacer quien la mira."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.archivos import oficios
from api.dependencias import Puerta
from api.vistas import oficios as vistas_oficios
from api.web.historia import relato
from api.web.piezas import frases_plazos
from api.web.piezas.comparacion import comparar
from modelos import reloj
from modelos.actos.oficios import tramite as actos
from modelos.actos.oficios.firma import exigir_otra_mano, numero_probable
from modelos.actos.turnos.mover import Contexto
from modelos.errores import NoLeCorresponde
from modelos.expedientes import visibles
from modelos.expedientes.expediente import Anexo, Encargo, Expediente, Turno
from modelos.oficios import deuda, titulares
from modelos.oficios import visibles as consultas_oficios
from modelos.oficios.advertencias import faltantes
from modelos.oficios.impreso import huellas
from modelos.oficios.oficio import LARGO_ASUNTO, Destinatario, Oficio
from modelos.organizacion.permisos import Quien, atiende, puede_conducir
from modelos.tabla import Actividad
from modelos.tabla.emision import HECHOS, VIGENTES, EstadoOficio
from tareas.oficios.ajenos import ajenos
from tareas.oficios.papel.hoja import leida
from tareas.oficios.redaccion.borrador import EXTENSION, del_archivo, del_sistema
from tareas.oficios.redaccion.texto import html_de

ESTADOS = {
    "borrador": ("✎", "Borrador"),
    "firmado": ("✓", "Firmado; se está enviando"),
    "enviado": ("➤", "Enviado"),
    "cancelado": ("✕", "Cancelado"),
    "sustituido": ("↻", "Sustituido"),
    "descartado": ("✕", "Descartado sin firmar"),
    "firmado_fuera": ("✓", "Firmado fuera del sistema"),
}
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


def datos(s: Session, puerta: Puerta, quien: Quien, id_: str) -> dict[str, Any]:
    """Todo lo que la plantilla necesita, leído de una vez. Lanza NoExiste, NoLeCorresponde."""
    oficio = consultas_oficios.visible(s, quien, id_)
    expediente = s.get_one(Expediente, oficio.folio)
    tabla = puerta.tablas.para_ver(expediente)
    a_quien = consultas_oficios.destinatarios_de(s, [id_])[id_]
    nombres = visibles.nombres(s, [*(d.acusado_por for d in a_quien), oficio.editado_por])
    contenido = json.loads(oficio.contenido) if oficio.contenido else oficios.borrador(s, puerta, quien, oficio)
    hoja = leida(contenido)
    sin_letra = ajenos(contenido) if oficio.estado == EstadoOficio.BORRADOR else []
    debido = deuda.de_oficios(s, puerta.tablas, [oficio])[id_]
    reciben = [_recibe(s, d, quien, nombres) for d in a_quien]
    permitido = _permitido(s, puerta, quien, oficio, expediente)
    permitido["puede_firmar"] = permitido["puede_firmar"] and not sin_letra
    # A quien lo recibe no se le dice cómo entregarlo.
    interesa = permitido["redacta"] or oficio.estado == EstadoOficio.BORRADOR
    return {
        "oficio": oficio,
        "expediente": expediente,
        "tabla": tabla,
        "actividad": tabla[oficio.actividad] if oficio.actividad and oficio.actividad in tabla else None,
        "debido": debido,
        "vence": frases_plazos.dichos(s, [debido.plazo]).get(debido.plazo.id) if debido.plazo else None,
        "anexo_fuera": s.get(Anexo, oficio.anexo_fuera) if oficio.anexo_fuera else None,
        "adjuntos": visibles.anexos_de(s, [oficio.turno_id]) if oficio.turno_id else [],
        "hoja": hoja,
        "vista": Markup(html_de(hoja["cuerpo"])),  # noqa: S704 - escapa todo lo que no es suyo
        "leido": huellas(contenido),
        "sin_letra": sin_letra,
        "avisos": vistas_oficios.de_avisos(s, puerta.ajustes).de(oficio, a_quien) if interesa else [],
        "reciben": reciben,
        "faltan_acuses": [r for r in reciben if r.fila.clase == "para" and r.fila.acusado is None],
        "por_recordar": oficio.estado == EstadoOficio.ENVIADO and any(_sin_recordar(d) for d in a_quien),
        "corrigio": nombres.get(oficio.editado_por or 0, ""),
        "firmado_como": vistas_oficios.firmado_como(oficio),
        "unidades": visibles.unidades(s),
        "sustituto": s.scalar(select(Oficio).where(col(Oficio.sustituye) == id_).order_by(col(Oficio.creado).desc())),
        "sustituye_a": s.get(Oficio, oficio.sustituye) if oficio.sustituye else None,
        "ve_expediente": _ve_expediente(s, quien, oficio.folio),
        "hechos": [h for h in relato.contar(s, tabla, expediente).hechos if h.oficio == id_],
        "cambios": {
            "asunto": comparar(oficio.borrador_asunto, oficio.asunto),
            "cuerpo": comparar(oficio.borrador_cuerpo, oficio.cuerpo),
        },
        "estados": ESTADOS,
        "hoy": reloj.hoy(),
        "vigente": oficio.estado in VIGENTES,
        "es_borrador": oficio.estado == EstadoOficio.BORRADOR,
        "largos": {"asunto": LARGO_ASUNTO, "cuerpo": actos.LARGO_CUERPO, "anexos": actos.LARGO_ANEXOS},
        "a_la_vista": A_LA_VISTA,
        **permitido,
    }


def para_firmar(s: Session, puerta: Puerta, quien: Quien, id_: str) -> dict[str, Any]:
    """Lo que se confirma antes de firmar. Lanza NoLeCorresponde si quien mira no puede."""
    vista = datos(s, puerta, quien, id_)
    oficio, firmante = vista["oficio"], vista["firmante"]
    if vista["es_borrador"] and firmante is None:
        raise NoLeCorresponde(f"firmar por {oficio.unidad}", "quien tiene el cargo o quien lo suple")
    if vista["es_borrador"] and vista["impedido"]:
        exigir_otra_mano(_contexto(s, puerta, quien), oficio, vista["tabla"], quien)
    return {**vista, "numero_probable": numero_probable(s, oficio.unidad, reloj.hoy().year)}


def de_turno(s: Session, puerta: Puerta, quien: Quien, turno: Turno, actividad: Actividad) -> dict[str, Any]:
    """Los oficios que pidió un turno, los que se están redactando y los que se redactarán según se responda.

    cumplen: por documento que se pide, el número del oficio que ya vale por él.
    """
    suyos = consultas_oficios.de_turno(s, quien, turno.id)
    pendientes = [e for e in _por_redactar(s, turno.folio) if e.datos.get("turno") == turno.id]
    agotados = [e for e in pendientes if e.intentos >= puerta.ajustes.encargos_intentos]
    valen = {emision.clave: emision.cumple for emision in actividad.oficios if emision.cumple}
    return {
        "oficios": suyos,
        "preparando": len(pendientes) - len(agotados),
        "fallidos": [e.error or e.nombre for e in agotados],
        "sin_firmar": [o for o in suyos if o.estado == EstadoOficio.BORRADOR],
        "al_responder": [e for e in actividad.oficios if e.salidas] if turno.cierre is None else [],
        "valen": set(valen.values()),
        "cumplen": {
            valen[o.clave]: o.numero or o.numero_fuera for o in suyos if o.clave in valen and o.estado in HECHOS
        },
    }


def de_expediente(s: Session, puerta: Puerta, quien: Quien, expediente: Expediente) -> dict[str, Any]:
    """Los oficios del expediente que le toca ver, los que debe, y si puede emitir otro.

    debidos: con su plazo, si hay; que se deben lo sabe quien ve el expediente, aunque el borrador no le toque.
    """
    pagina = consultas_oficios.del_expediente(s, quien, expediente.folio, limite=100)
    vivos = [o for o in pagina.elementos if o.estado != EstadoOficio.DESCARTADO]
    debidos = deuda.de_expediente(s, puerta.tablas, expediente.folio)
    return {
        "debidos": debidos,
        "debe": max(len(debidos), deuda.cuantos(s, [expediente.folio]).get(expediente.folio, 0)),
        "con_fecha": frases_plazos.dichos(s, [d.plazo for d in debidos if d.plazo]),
        "los_ve": {o.id for o in vivos},
        "oficios": vivos,
        "a_quien": consultas_oficios.destinatarios_de(s, [o.id for o in vivos]),
        "mias": atiende(quien),
        "descartados": [o for o in pagina.elementos if o.estado == EstadoOficio.DESCARTADO],
        "mas_oficios": pagina.siguiente is not None,
        "puede_emitir": puede_conducir(quien, expediente.duena) or bool(atiende(quien)),
        "estados_oficio": ESTADOS,
    }


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


def _contexto(s: Session, puerta: Puerta, quien: Quien) -> Contexto:
    return Contexto(s, puerta.tablas, quien, reloj.ahora())


def _permitido(s: Session, puerta: Puerta, quien: Quien, oficio: Oficio, expediente: Expediente) -> dict[str, Any]:
    """Qué se ofrece. Sólo decide qué se ve: la regla la aplica cada acto."""
    ctx = _contexto(s, puerta, quien)
    tabla = puerta.tablas.para_ver(expediente)
    hoy = reloj.hoy()
    firmante = titulares.como_firma(s, quien.persona, oficio.unidad, expediente.procedimiento, hoy)
    redacta = actos.puede_redactar(ctx, quien, oficio, expediente)
    conduce = puede_conducir(quien, expediente.duena)
    impedido = ""
    try:
        exigir_otra_mano(ctx, oficio, tabla, quien)
    except NoLeCorresponde as error:
        impedido = str(error)
    borrador = oficio.estado == EstadoOficio.BORRADOR
    manda = firmante is not None or conduce
    return {
        "firmante": firmante,
        "impedido": impedido,
        "redacta": redacta,
        "puede_firmar": borrador and firmante is not None and not impedido and not faltantes(oficio),
        "puede_corregir": borrador and redacta,
        "puede_registrar_fuera": borrador and redacta and oficio.turno_id is not None,
        "puede_anular_fuera": oficio.estado == EstadoOficio.FIRMADO_FUERA and redacta,
        "puede_cancelar": (borrador and redacta) or (oficio.estado in VIGENTES and manda),
        "puede_sustituir": oficio.estado in VIGENTES and manda,
        "captura_papel": oficio.estado in VIGENTES and redacta,
    }


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


def _por_redactar(s: Session, folio: str) -> Sequence[Encargo]:
    consulta = select(Encargo).where(
        col(Encargo.folio) == folio, col(Encargo.hecho).is_(None), col(Encargo.efecto).startswith("oficio:")
    )
    return s.scalars(consulta.order_by(col(Encargo.asiento), col(Encargo.efecto))).all()
