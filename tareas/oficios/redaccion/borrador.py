"""Redactar el borrador de un oficio: al cumplir su encargo, o de nuevo con los datos de hoy."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from modelos import reloj
from modelos.actos.oficios import tramite as actos
from modelos.actos.turnos.mover import Contexto
from modelos.errores import NoExiste
from modelos.expedientes.expediente import Encargo, EstadoExpediente, EstadoTurno, Expediente, Turno
from modelos.oficios import ordenamientos
from modelos.oficios.contexto import PedidoDeOficio, contexto, nombrar, resolver
from modelos.oficios.oficio import LARGO_ASUNTO, Molde, Oficio, PlantillaEditada
from modelos.sesion import insertar
from modelos.tabla import Tabla
from modelos.tabla.emision import EstadoOficio, Forma
from tareas.oficios.redaccion import fuera, plantilla
from tareas.oficios.redaccion.fuera import Trabajo
from tareas.oficios.redaccion.plantilla import Redactado

CARPETA = plantilla.CARPETA
EXTENSION = plantilla.EXTENSION


@dataclass(frozen=True)
class Texto:
    """La plantilla que rige. version: 0 si es la del sistema; editada: la hizo la administración."""

    clave: str
    texto: str
    version: int

    @property
    def editada(self) -> bool:
        """Si no es la del sistema: se redacta aparte, con corte a tiempo."""
        return self.version > 0

    @property
    def archivo(self) -> str:
        """Como la nombran las que la heredan."""
        return f"{self.clave}{EXTENSION}"


@dataclass(frozen=True)
class Juego:
    """Una plantilla con las comunes que hereda o incluye: todo lo que decide lo que se redacta."""

    texto: Texto
    comunes: tuple[Texto, ...]

    @property
    def molde(self) -> str:
        """Lo que se guarda de lo que redactó: la plantilla y, después, cada común."""
        return "".join([self.texto.texto, *(f"\n{{#- {c.archivo} -#}}\n{c.texto}" for c in self.comunes)])

    @property
    def editadas(self) -> dict[str, str]:
        """Las comunes que cambió la administración, por archivo."""
        return {comun.archivo: comun.texto for comun in self.comunes if comun.editada}


@dataclass(frozen=True)
class Nuevo:
    """Un oficio por redactar: con qué id, plantilla y forma, lo que se pide de él y el turno que lo pide."""

    id: str
    plantilla: str
    forma: Forma
    pedido: PedidoDeOficio
    turno: str | None = None


def huella(texto: str) -> str:
    """sha256 hexadecimal de un texto."""
    return hashlib.sha256(texto.encode()).hexdigest()


def del_sistema() -> list[str]:
    """Las plantillas que trae el sistema, `carpeta/archivo`, en orden."""
    return _en_disco(f"*/*{EXTENSION}")


def comunes() -> list[str]:
    """Las que otras heredan o incluyen: `_base`."""
    return _en_disco(f"_*{EXTENSION}")


def _en_disco(patron: str) -> list[str]:
    return sorted(ruta.relative_to(CARPETA).as_posix().removesuffix(EXTENSION) for ruta in CARPETA.glob(patron))


def del_archivo(clave: str) -> str:
    """El texto que trae el sistema. Lanza NoExiste."""
    if clave not in (*del_sistema(), *comunes()):
        raise NoExiste("la plantilla", clave)
    return (CARPETA / f"{clave}{EXTENSION}").read_text("utf-8")


def vigente(ctx: Contexto, clave: str) -> Texto:
    """La plantilla que rige: la última que editó la administración, o la del sistema. Lanza NoExiste."""
    ultima = select(PlantillaEditada).where(col(PlantillaEditada.plantilla) == clave)
    fila = ctx.s.scalar(ultima.order_by(col(PlantillaEditada.version).desc()).limit(1))
    if fila is not None and fila.texto is not None:
        return Texto(clave, fila.texto, fila.version)
    return Texto(clave, del_archivo(clave), 0)


def juego(ctx: Contexto, texto: Texto) -> Juego:
    """Esa plantilla con las comunes que rigen hoy."""
    usadas = [clave for clave in comunes() if f"{clave}{EXTENSION}" in texto.texto]
    return Juego(texto, tuple(vigente(ctx, clave) for clave in usadas))


def redactar(ctx: Contexto, encargo: Encargo) -> str:
    """Cumple el encargo: deja el borrador y descarta el que quedó sin firmar de una vuelta anterior.

    Lanza:
        PlantillaRota, TallerSinTerminar: el expediente queda con un incidente que dice qué corregir.
        PorRedactar: para `fuera.sin_tomar_la_base`, en que va también la marca de hecho de su encargo.
    """
    datos = encargo.datos
    expediente = ctx.s.get_one(Expediente, encargo.folio)
    if expediente.estado == EstadoExpediente.CANCELADO:
        return "el expediente se canceló: ya no hace falta"
    tabla = ctx.tablas.de(expediente)
    emision = next((e for e in tabla[datos["actividad"]].oficios if e.clave == datos["oficio"]), None)
    if emision is None:
        raise NoExiste("en la tabla el oficio", datos["oficio"])
    if emision.salvo and expediente.datos.get(emision.salvo):
        turno = ctx.s.get(Turno, datos["turno"])
        if turno is not None and turno.estado == EstadoTurno.ATENDIDO:
            return "según lo que se respondió, esta vez no hace falta"
    pedido = PedidoDeOficio(
        clave=emision.clave,
        emisor=datos["unidad"],
        para=emision.para,
        ccp=emision.ccp,
        actividad=datos["actividad"],
        salida=datos["salida"],
        comentario=datos["comentario"],
    )
    id_ = f"{encargo.folio}.{encargo.asiento}.{emision.clave}.{datos['turno'].split('.')[2]}"
    _descartar_previos(ctx, encargo.folio, emision.clave, datos["unidad"])
    nuevo = Nuevo(id_, emision.plantilla, emision.forma, pedido, datos["turno"])
    oficio = crear(ctx, expediente, tabla, nuevo)
    oficio.asiento = encargo.asiento
    ctx.s.flush()
    return f"borrador de {emision.clave}: {oficio.asunto}"


def rehacer(ctx: Contexto, id_: str, version: int) -> Oficio:
    """Vuelve a redactar un borrador con la plantilla y los datos de hoy; lo corregido a mano se pierde.

    Cada unidad se vuelve a nombrar por quien hoy tiene su cargo; a quien se escribió a mano no se le toca.

    Lanza:
        NoExiste, NoLeCorresponde, ActoNoProcede, OficioCambio, PlantillaRota, TallerSinTerminar.
    """
    oficio, expediente, tabla = actos.reservar_borrador(ctx, id_, version, "volver a redactar el oficio")
    actos.exigir_redaccion(ctx, oficio, expediente, "volver a redactar este oficio")
    con = juego(ctx, vigente(ctx, oficio.plantilla))
    salida, comentario = de_la_decision(ctx, oficio)
    pedido = PedidoDeOficio(
        oficio.clave, oficio.unidad, (), (), oficio.actividad or "", salida, comentario, sustituye=oficio.sustituye
    )
    hoy = reloj.local(ctx.ahora).date()
    a_quien = actos.destinatarios(ctx, id_)
    nombrar(ctx.s, a_quien, hoy)
    variables = contexto(ctx.s, tabla, expediente, pedido, a_quien, hoy)
    hecho = aplicar(ctx, con, variables)
    oficio.molde = _guardar_molde(ctx, con)
    oficio.asunto = oficio.borrador_asunto = hecho.asunto[:LARGO_ASUNTO]
    oficio.cuerpo = oficio.borrador_cuerpo = hecho.cuerpo
    oficio.ordenamientos = _normas(hecho)
    oficio.editado = oficio.editado_por = None
    oficio.version += 1
    ctx.s.flush()
    return oficio


# --- piezas --------------------------------------------------------------------


def crear(ctx: Contexto, expediente: Expediente, tabla: Tabla, nuevo: Nuevo) -> Oficio:
    """Redacta y guarda el borrador, con sus destinatarios. Lanza lo que `aplicar`."""
    pedido = nuevo.pedido
    hoy = reloj.local(ctx.ahora).date()
    a_quien = resolver(ctx.s, expediente, pedido, hoy)
    con = juego(ctx, vigente(ctx, nuevo.plantilla))
    variables = contexto(ctx.s, tabla, expediente, pedido, a_quien, hoy)
    hecho = aplicar(ctx, con, variables)
    oficio = Oficio(
        id=nuevo.id,
        folio=expediente.folio,
        clave=pedido.clave,
        plantilla=nuevo.plantilla,
        molde=_guardar_molde(ctx, con),
        forma=nuevo.forma.value,
        unidad=pedido.emisor,
        actividad=pedido.actividad or None,
        turno_id=nuevo.turno,
        asiento=expediente.asientos,
        estado=EstadoOficio.BORRADOR.value,
        asunto=hecho.asunto[:LARGO_ASUNTO],
        cuerpo=hecho.cuerpo,
        borrador_asunto=hecho.asunto[:LARGO_ASUNTO],
        borrador_cuerpo=hecho.cuerpo,
        ordenamientos=_normas(hecho),
        creado=ctx.ahora,
    )
    ctx.s.add(oficio)
    ctx.s.flush()
    for destinatario in a_quien:
        destinatario.oficio_id = nuevo.id
        ctx.s.add(destinatario)
    ctx.s.flush()
    return oficio


def aplicar(ctx: Contexto, con: Juego, variables: Mapping[str, Any]) -> Redactado:
    """Con la del sistema, aquí mismo; si algo es de la administración, en un proceso que se corta a tiempo.

    Lanza:
        PlantillaRota, TallerSinTerminar, OficioDemasiadoLargo.
        PorRedactar: el acto va en `sin_tomar_la_base`, que lo repite con lo que aquí falta.
    """
    normas = ordenamientos.todos(ctx.s)

    def citar(claves: Sequence[str]) -> str:
        return ordenamientos.citar(normas, claves, ctx.tablas.citables).texto

    texto, archivo = con.texto.texto, con.texto.archivo
    if con.texto.editada or con.editadas:
        hecho = fuera.bosquejo(Trabajo(texto, archivo, con.editadas, variables))
        return plantilla.terminar(texto, hecho, citar, archivo)
    return plantilla.redactar(texto, variables, citar, nombre=archivo)


def _normas(hecho: Redactado) -> list[str]:
    """De «M-N-7» y «L-22», las normas: M y L."""
    return list(dict.fromkeys(clave.partition("-")[0] for clave in hecho.ordenamientos_citados))


def _guardar_molde(ctx: Contexto, con: Juego) -> str:
    resumen = huella(con.molde)
    guardar = insertar(ctx.s, Molde).values(sha256=resumen, texto=con.molde)
    ctx.s.execute(guardar.on_conflict_do_nothing())
    return resumen


def _descartar_previos(ctx: Contexto, folio: str, clave: str, unidad: str) -> None:
    """Al volver a llegar al paso, el borrador que nadie firmó ya no es el que toca."""
    suyos = update(Oficio).where(
        col(Oficio.folio) == folio,
        col(Oficio.clave) == clave,
        col(Oficio.unidad) == unidad,
        col(Oficio.estado) == EstadoOficio.BORRADOR.value,
        col(Oficio.turno_id).is_not(None),
        col(Oficio.sustituye).is_(None),  # el que corrige a uno ya firmado no depende de este paso
    )
    motivo = "Se volvió a llegar a este paso y se redactó otro."
    valores = {"estado": EstadoOficio.DESCARTADO.value, "motivo": motivo, "terminado": ctx.ahora}
    ctx.s.execute(suyos.values(**valores), execution_options={"synchronize_session": False})


def de_la_decision(ctx: Contexto, oficio: Oficio) -> tuple[str, str]:
    """La salida y el comentario con que se cerró el paso que lo pidió; vacíos si no lo pidió un cierre."""
    encargo = ctx.s.scalar(
        select(Encargo).where(
            col(Encargo.folio) == oficio.folio,
            col(Encargo.asiento) == oficio.asiento,
            col(Encargo.efecto).startswith(f"oficio:{oficio.clave}:"),
        )
    )
    return (encargo.datos["salida"], encargo.datos["comentario"]) if encargo else ("", "")
