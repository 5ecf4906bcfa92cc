"""Lo que una plantilla puede decir de un expediente, y a quién va de verdad cada oficio.

Todo son textos, números y listas: se puede mandar a otro proceso, y una plantilla no alcanza nada más.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.calendario import fecha_larga
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.expediente import Expediente
from modelos.oficios import papeleria, titulares
from modelos.oficios.oficio import Destinatario, Oficio
from modelos.organizacion.organigrama import Unidad, activas, de_la
from modelos.plazos.plazo import POR_CUMPLIR, Plazo
from modelos.tabla import Tabla
from modelos.tabla.actividad import texto_salida
from modelos.tabla.emision import HECHOS, Destino, Hacia
from modelos.tabla.periodo import Periodo, nombre_periodo
from modelos.tabla.unidades import TipoUnidad
from modelos.tabla.unidades import Unidad as Sigla

EXTERNO = "Destinatario externo"
_CITA_OFICIO = re.compile(r'oficios\["([^"]+)"\]')


@dataclass(frozen=True)
class PedidoDeOficio:
    """Qué oficio se redacta: de quién, para quién y por qué.

    salida y comentario: los de la decisión que lo pide; vacíos si se redacta al llegar a la actividad.
    externos: nombre, cargo e institución de quienes lo reciben en papel, escritos a mano.
    sustituye: el oficio al que éste reemplaza, que por eso no es su antecedente.
    """

    clave: str
    emisor: str
    para: Sequence[Destino]
    ccp: Sequence[Destino] = ()
    actividad: str = ""
    salida: str = ""
    comentario: str = ""
    externos: Sequence[Mapping[str, str]] = ()
    sustituye: str | None = None


def contexto(
    s: Session,
    tabla: Tabla,
    expediente: Expediente,
    pedido: PedidoDeOficio,
    destinatarios: Sequence[Destinatario],
    hoy: date,
) -> dict[str, Any]:
    """Las variables de la plantilla (`docs/oficios.md`)."""
    emisor = s.get_one(Unidad, pedido.emisor)
    nombres = dict(s.execute(select(col(Unidad.clave), col(Unidad.nombre))).all())
    decisiones = list(_decisiones(s, tabla, expediente, nombres))
    clave_periodo = expediente.datos.get("periodo")
    return {
        "expediente": {
            "folio": expediente.folio,
            "asunto": expediente.asunto,
            "procedimiento": tabla.nombre,
            "codigo": tabla.codigo,
            "abierto": fecha_larga(reloj.local(expediente.abierto).date()),
        },
        "datos": expediente.datos,
        "actividad": _actividad(tabla, pedido.actividad),
        "emisor": {"clave": emisor.clave, "nombre": emisor.nombre},
        "destinatarios": [
            {"clave": d.unidad or "", "nombre_unidad": nombres.get(d.unidad or "", d.institucion), **d.a_json()}
            for d in destinatarios
            if d.clase == "para"
        ],
        "decisiones": decisiones,
        "ultima": {decision["actividad"]: decision for decision in decisiones},
        "plazos": _plazos(s, expediente.folio),
        "oficios": _citables(s, expediente.folio, pedido.sustituye),
        "salida": pedido.salida,
        "comentario": pedido.comentario,
        "periodo": nombre_periodo(Periodo.leer(clave_periodo)) if isinstance(clave_periodo, str) else "",
        "anio": hoy.year,
        "anio_siguiente": hoy.year + 1,
        "unidades": nombres,
    }


def resolver(s: Session, expediente: Expediente, pedido: PedidoDeOficio, hoy: date) -> list[Destinatario]:
    """A quién va, con nombre y cargo de hoy, sin guardar y sin repetir; primero a quien se dirige, luego las copias.

    De una circular a todo un grupo se nombra a cada quien: así se sabe quién ya acusó.
    """
    hallados: list[Destinatario] = []
    vistos: set[str] = set()
    for clase, destinos in (("para", pedido.para), ("ccp", pedido.ccp)):
        for destino in destinos:
            for quien in _resolver(s, expediente, pedido.emisor, destino, hoy):
                huella = quien.unidad or f"{quien.nombre}|{quien.cargo}"
                if huella not in vistos and quien.unidad != pedido.emisor:
                    vistos.add(huella)
                    quien.clase, quien.orden = clase, len(hallados)
                    hallados.append(quien)
    for escrito in pedido.externos:
        quien = _externo(*(" ".join(escrito.get(c, "").split()) for c in ("nombre", "cargo", "institucion")))
        quien.orden = len(hallados)
        hallados.append(quien)
    return hallados


def nombrar(s: Session, destinatarios: Sequence[Destinatario], hoy: date) -> None:
    """Pone a cada unidad el nombre y el cargo de hoy; a quien se escribió a mano no lo toca."""
    for destinatario in destinatarios:
        if destinatario.unidad:
            de_hoy = _de_unidad(s, destinatario.unidad, hoy)
            for campo in ("nombre", "cargo", "institucion"):
                setattr(destinatario, campo, getattr(de_hoy, campo))


def por_citar(s: Session, oficio: Oficio, molde: str) -> list[str]:
    """Los números que la plantilla de un borrador puede citar y que se firmaron después de redactarlo.

    molde: el texto de la plantilla con que se redactó.
    """
    claves = set(_CITA_OFICIO.findall(molde))
    return [
        otro.numero_dado
        for otro in _firmados(s, oficio.folio)
        if otro.clave in claves
        and (otro.firmado or otro.terminado or otro.creado) > oficio.creado
        and otro.id not in {oficio.id, oficio.sustituye}
        and otro.numero_dado not in oficio.cuerpo
    ]


def _resolver(s: Session, expediente: Expediente, emisor: str, destino: Destino, hoy: date) -> list[Destinatario]:
    if destino.hacia is Hacia.PERSONA:
        return [_externo(str(expediente.datos.get(destino.valor) or EXTERNO), "", "")]
    return [_de_unidad(s, clave, hoy) for clave in _claves(s, expediente, emisor, destino)]


def _claves(s: Session, expediente: Expediente, emisor: str, destino: Destino) -> list[str]:
    """Las unidades a que va."""
    match destino.hacia:
        case Hacia.TODAS:
            return activas(s, Sigla(destino.valor))
        case Hacia.UNIDAD:
            return [destino.valor]
        case Hacia.SUPERIOR:
            superior = s.get_one(Unidad, emisor).depende_de
            return [superior] if superior else []
    dicho = expediente.datos.get(destino.valor)
    claves = [str(clave) for clave in (dicho if isinstance(dicho, list) else [dicho]) if clave]
    return [_estatal(s, clave) for clave in claves] if destino.hacia is Hacia.ESTATAL_DE else claves


def _estatal(s: Session, clave: str) -> str:
    unidad = s.get(Unidad, clave)
    es_cast = unidad is not None and unidad.tipo == TipoUnidad.CAST.value
    return (unidad.depende_de or clave) if unidad is not None and es_cast else clave


def _de_unidad(s: Session, clave: str, hoy: date) -> Destinatario:
    """Quien tiene el cargo en la unidad; «Persona titular» si está vacante o no se ha capturado."""
    unidad = s.get(Unidad, clave)
    if unidad is None:  # la Junta Directiva Estatal no está en el catálogo: se le entrega en papel
        nombre = {"JDE": "Junta Directiva Estatal"}.get(clave, clave)
        return _externo("", f"Presidencia de la {nombre}" if clave == "JDE" else nombre, "")
    con_cargo = titulares.titular(s, clave, hoy)
    if con_cargo:
        titularidad, persona = con_cargo
        nombre, cargo = titulares.con_nombre(titularidad.tratamiento, persona.nombre), titularidad.cargo
    else:
        nombre, cargo = "", f"Persona titular {de_la(unidad.nombre)}"
    return Destinatario(
        oficio_id="", orden=0, clase="para", unidad=clave, nombre=nombre, cargo=cargo, institucion=_institucion(unidad)
    )


def _institucion(unidad: Unidad) -> str:
    return papeleria.INSTITUCION if unidad.tipo == TipoUnidad.NACIONAL.value else ""


def _externo(nombre: str, cargo: str, institucion: str) -> Destinatario:
    return Destinatario(
        oficio_id="",
        orden=0,
        clase="para",
        unidad=None,
        nombre=nombre[:200],
        cargo=cargo[:250],
        institucion=institucion[:200],
    )


def _actividad(tabla: Tabla, clave: str) -> dict[str, str]:
    """La que lo pide; sin nada si se emitió suelto."""
    if clave not in tabla:
        return dict.fromkeys(("clave", "numero", "accion", "fundamento"), "")
    actividad = tabla[clave]
    return {
        "clave": actividad.clave,
        "numero": actividad.numero_impreso,
        "accion": actividad.accion,
        "fundamento": actividad.fundamento,
    }


def _decisiones(s: Session, tabla: Tabla, expediente: Expediente, nombres: dict[str, str]) -> Any:  # noqa: ANN401
    consulta = select(Asiento).where(col(Asiento.folio) == expediente.folio, col(Asiento.tipo) == "decision")
    for asiento in s.scalars(consulta.order_by(col(Asiento.orden))):
        datos = json.loads(asiento.datos)
        actividad = tabla.fila(datos["actividad"])
        yield {
            "actividad": actividad.clave,
            "numero": actividad.numero_impreso,
            "unidad": asiento.unidad,
            "nombre_unidad": nombres.get(asiento.unidad, asiento.unidad),
            "salida": datos["salida"],
            "salida_texto": texto_salida(datos["salida"]),
            "datos": datos["datos"],
            "comentario": datos["comentario"],
            "fecha": fecha_larga(_dia(asiento.fecha)),
        }


def _dia(instante: str) -> date:
    return reloj.local(datetime.fromisoformat(instante)).date()


def _plazos(s: Session, folio: str) -> dict[str, dict[str, str]]:
    consulta = select(col(Plazo.clave), col(Plazo.que), col(Plazo.vence)).where(
        col(Plazo.folio) == folio, col(Plazo.estado).in_(POR_CUMPLIR)
    )
    return {clave: {"que": que, "vence": fecha_larga(vence)} for clave, que, vence in s.execute(consulta) if vence}


def _citables(s: Session, folio: str, menos: str | None) -> dict[str, dict[str, str]]:
    """Los firmados y vigentes del expediente, aquí o fuera, el último de cada clave."""
    return {
        oficio.clave: {"numero": oficio.numero_dado, "fecha": fecha_larga(fecha)}
        for oficio in _firmados(s, folio)
        if oficio.id != menos and (fecha := oficio.fecha_dada)
    }


def _firmados(s: Session, folio: str) -> list[Oficio]:
    consulta = select(Oficio).where(col(Oficio.folio) == folio, col(Oficio.estado).in_(HECHOS))
    return sorted(s.scalars(consulta), key=lambda o: (o.firmado or o.terminado or o.creado, o.id))
