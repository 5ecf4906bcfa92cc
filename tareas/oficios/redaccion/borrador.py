"""Redactar el borrador de un oficio: al cumplir su encargo, suelto, o de nuevo con los datos de hoy."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import col

from modelos import reloj
from modelos.actos.oficios import tramite as actos
from modelos.actos.turnos.atender import persona_que_actua
from modelos.actos.turnos.mover import Contexto, bloquear
from modelos.errores import FormularioIncompleto, NoExiste, NoLeCorresponde
from modelos.escritura import limpiar_texto
from modelos.expedientes.expediente import Encargo, EstadoExpediente, EstadoTurno, Expediente, Turno
from modelos.expedientes.visibles import expediente_visible
from modelos.oficios import ordenamientos
from modelos.oficios.contexto import Pedido, contexto, nombrar, resolver
from modelos.oficios.oficio import LARGO_ASUNTO, Molde, Oficio, PlantillaEditada
from modelos.organizacion.organigrama import Unidad
from modelos.organizacion.permisos import lleva
from modelos.sesion import insertar
from modelos.tabla import Tabla
from modelos.tabla.emision import Destino, EstadoOficio, Forma, Hacia
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
    pedido = Pedido(
        emision.clave,
        datos["unidad"],
        emision.para,
        emision.ccp,
        datos["actividad"],
        datos["salida"],
        datos["comentario"],
    )
    id_ = f"{encargo.folio}.{encargo.asiento}.{emision.clave}.{datos['turno'].split('.')[2]}"
    _descartar_previos(ctx, encargo.folio, emision.clave, datos["unidad"])
    oficio = _crear(ctx, expediente, tabla, pedido, id_, emision.plantilla, emision.forma, datos["turno"])
    oficio.asiento = encargo.asiento
    ctx.s.flush()
    return f"borrador de {emision.clave}: {oficio.asunto}"


def emitir(
    ctx: Contexto,
    folio: str,
    clave: str,
    emisor: str,
    para: Sequence[str],
    ccp: Sequence[str] = (),
    externos: Sequence[Mapping[str, str]] = (),
) -> Oficio:
    """Redacta un oficio suelto, que ningún paso pidió, con cualquier plantilla.

    clave: la de la plantilla. para, ccp: claves de unidades. externos: nombre, cargo e institución de quienes no están
    en el sistema y lo reciben en papel.

    Lanza:
        NoExiste, NoLeCorresponde, FormularioIncompleto, PlantillaRota, TallerSinTerminar.
    """
    quien = persona_que_actua(ctx)
    expediente, tabla = bloquear(ctx, folio)
    expediente_visible(ctx.s, quien, folio)  # la plantilla dice lo que hay en él
    if not lleva(quien, emisor, expediente.duena):
        raise NoLeCorresponde("emitir un oficio aquí", f"{emisor} o la coordinación de la {expediente.duena}")
    faltas = {}
    for campo, claves in (("emisor", [emisor]), ("para", para), ("ccp", ccp)):
        ajenas = [ajena for ajena in claves if ctx.s.get(Unidad, ajena) is None]
        if ajenas:
            faltas[campo] = f"no hay unidades con clave {', '.join(ajenas)}"
    if not para and not externos:
        faltas["para"] = "elija al menos a una unidad, o escriba a quién va"
    elif set(para) <= {emisor} and not externos:
        faltas["para"] = f"{emisor} lo emite y no se dirige a sí misma; elija a otra, o escriba a quién va"
    escritos = [{campo: limpiar_texto("externos", dicho) for campo, dicho in e.items()} for e in externos]
    if any(not e.get("nombre", "").strip() and not e.get("cargo", "").strip() for e in escritos):
        faltas["externos"] = "escriba el nombre o el cargo de cada destinatario"
    if faltas:
        raise FormularioIncompleto(faltas)
    a_quien, copias = ([Destino(Hacia.UNIDAD, unidad) for unidad in claves] for claves in (para, ccp))
    numero = (ctx.s.scalar(select(func.count()).where(col(Oficio.folio) == folio)) or 0) + 1
    emision = next((e for a in tabla.actividades for e in a.oficios if e.plantilla == clave), None)
    forma = emision.forma if emision else Forma.CIRCULAR if len(para) > 1 else Forma.OFICIO
    pedido = Pedido(emision.clave if emision else _clave_de(clave), emisor, a_quien, copias, externos=escritos)
    return _crear(ctx, expediente, tabla, pedido, f"{folio}.suelto-{numero}.{emisor}", clave, forma, None)


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
    pedido = Pedido(
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


def _clave_de(plantilla: str) -> str:
    """De `registro_mensual/of_23`, «OF-23»; de una con otro nombre, su archivo."""
    archivo = plantilla.rpartition("/")[2]
    return f"OF-{archivo.removeprefix('of_')}" if archivo.startswith("of_") else archivo


def _crear(
    ctx: Contexto,
    expediente: Expediente,
    tabla: Tabla,
    pedido: Pedido,
    id_: str,
    clave_plantilla: str,
    forma: Forma,
    turno: str | None,
) -> Oficio:
    hoy = reloj.local(ctx.ahora).date()
    a_quien = resolver(ctx.s, expediente, pedido, hoy)
    con = juego(ctx, vigente(ctx, clave_plantilla))
    variables = contexto(ctx.s, tabla, expediente, pedido, a_quien, hoy)
    hecho = aplicar(ctx, con, variables)
    oficio = Oficio(
        id=id_,
        folio=expediente.folio,
        clave=pedido.clave,
        plantilla=clave_plantilla,
        molde=_guardar_molde(ctx, con),
        forma=forma.value,
        unidad=pedido.emisor,
        actividad=pedido.actividad or None,
        turno_id=turno,
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
        destinatario.oficio_id = id_
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
        return ordenamientos.citar(normas, claves).texto

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
