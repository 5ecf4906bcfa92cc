"""Lo que necesita quien edita plantillas: cuáles hay, si la suya sirve, y cómo quedaría un oficio de verdad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from modelos import reloj
from modelos.actos.oficios.plantillas import ACTO, Revisada, limpiar_plantilla
from modelos.actos.turnos.mover import Contexto
from modelos.errores import FormularioIncompleto, NoExiste
from modelos.expedientes.expediente import Expediente
from modelos.oficios import impreso, letras
from modelos.oficios.contexto import PedidoDeOficio, contexto, resolver
from modelos.oficios.oficio import LARGO_ASUNTO, Destinatario, Oficio, PlantillaEditada
from modelos.organizacion.organigrama import activas
from modelos.organizacion.permisos import exigir_administracion
from modelos.tabla import Tabla
from modelos.tabla.actividad import es_grupo
from modelos.tabla.emision import EstadoOficio, Forma
from tareas.oficios.errores import OficioDemasiadoLargo, PlantillaRota, TallerSinTerminar
from tareas.oficios.redaccion import borrador, prueba
from tareas.oficios.redaccion.borrador import EXTENSION, Juego, Texto
from tareas.oficios.redaccion.ejemplo import Uso, usos
from tareas.oficios.redaccion.plantilla import Redactado

LARGO_CITA = 90


@dataclass(frozen=True)
class FichaDePlantilla:
    """Una plantilla en la lista. version: la última editada, 0 si ninguna; rige_editada: no es la del sistema.

    atrasada: el sistema trajo otra después de que se editó. pasos: los que la piden, en palabras.
    """

    clave: str
    version: int
    rige_editada: bool
    atrasada: bool
    pasos: tuple[str, ...]


@dataclass(frozen=True)
class Muestra:
    """Cómo quedaría un oficio de un expediente de verdad; nada de esto se guarda."""

    redactado: Redactado
    contenido: dict[str, Any]


def fichas(ctx: Contexto) -> list[tuple[str, list[FichaDePlantilla]]]:
    """Todas, por procedimiento; primero las comunes."""
    ultimas = select(col(PlantillaEditada.plantilla), func.max(col(PlantillaEditada.version)))
    numeros = dict(ctx.s.execute(ultimas.group_by(col(PlantillaEditada.plantilla))).all())
    editadas = {p.plantilla: p for p in ctx.s.scalars(select(PlantillaEditada)) if numeros[p.plantilla] == p.version}
    tablas = {tabla.clave: tabla for tabla in _vigentes(ctx)}
    grupos: dict[str, list[FichaDePlantilla]] = {}
    for clave in (*borrador.comunes(), *borrador.del_sistema()):
        carpeta = clave.rpartition("/")[0]
        nombre = tablas[carpeta].nombre if carpeta in tablas else carpeta or "Lo común a todos"
        grupos.setdefault(nombre, []).append(_ficha(clave, editadas.get(clave), list(tablas.values())))
    return list(grupos.items())


def ficha(ctx: Contexto, clave: str) -> FichaDePlantilla:
    """Una. Lanza NoExiste."""
    borrador.del_archivo(clave)
    ultima = select(PlantillaEditada).where(col(PlantillaEditada.plantilla) == clave)
    fila = ctx.s.scalar(ultima.order_by(col(PlantillaEditada.version).desc()).limit(1))
    return _ficha(clave, fila, _vigentes(ctx))


def revisada(ctx: Contexto, clave: str, texto: str | None) -> Revisada:
    """El texto, ya probado con el ejemplo de cada salida y con uno recién abierto; None: la del sistema.

    Se llama fuera de la transacción que guarda: puede tardar lo que dura el corte.

    Lanza:
        NoLeCorresponde, NoExiste. FormularioIncompleto: no sirve; dice la línea y qué pasa.
    """
    exigir_administracion(ctx.quien, ACTO)
    sistema = borrador.del_archivo(clave)
    if texto is None:
        return Revisada(clave, None, sistema)
    limpio = limpiar_plantilla(texto)
    for linea, renglon in enumerate(limpio.split("\n"), 1):
        if sin_letra := letras.falta(renglon):
            raise FormularioIncompleto({"texto": f"línea {linea}: {sin_letra}"})
    try:
        prueba.probar(ctx, Texto(clave, limpio, 1), _vigentes(ctx))
    except PlantillaRota as error:
        raise FormularioIncompleto({"texto": _donde(error, f"{clave}{EXTENSION}", limpio)}) from error
    except TallerSinTerminar as error:
        raise FormularioIncompleto({"texto": f"se cortó porque {error.motivo}; revise sus ciclos"}) from error
    except OficioDemasiadoLargo as error:
        raise FormularioIncompleto({"texto": f"con el ejemplo da {error.largo} caracteres; acórtela"}) from error
    return Revisada(clave, limpio, sistema)


def muestra(ctx: Contexto, folio: str, clave: str, texto: str, direccion: str) -> Muestra:
    """Lo que daría ese texto con un expediente de verdad, sin guardar nada.

    De una común se muestra el oficio más reciente del expediente, o el primero que su procedimiento pide.

    Lanza:
        NoExiste. FormularioIncompleto: el texto está vacío, o no cabe.
        PlantillaRota, TallerSinTerminar, OficioDemasiadoLargo.
    """
    borrador.del_archivo(clave)
    limpio = limpiar_plantilla(texto)
    expediente = ctx.s.get(Expediente, folio)
    if expediente is None:
        raise NoExiste("el expediente", folio)
    tabla = ctx.tablas.de(expediente)
    con = _con_ese_texto(ctx, tabla, folio, Texto(clave, limpio, 1))
    propia = con.texto.clave
    uso = usos([tabla], propia)[0]
    previo = ctx.s.scalar(_previos(folio).where(col(Oficio.plantilla) == propia).limit(1))
    pedido = _pedido(ctx, uso, expediente, previo, clave)
    hoy = reloj.local(ctx.ahora).date()
    a_quien = resolver(ctx.s, expediente, pedido, hoy)
    hecho = borrador.aplicar(ctx, con, contexto(ctx.s, tabla, expediente, pedido, a_quien, hoy))
    forma = uso.emision.forma if uso.emision else Forma.OFICIO
    return Muestra(hecho, _contenido(ctx, folio, pedido, forma, hecho, a_quien, direccion))


def _con_ese_texto(ctx: Contexto, tabla: Tabla, folio: str, texto: Texto) -> Juego:
    """Con qué se muestra: la misma plantilla o, si es una común, una que la usa con ese texto."""
    if texto.clave not in borrador.comunes():
        return borrador.juego(ctx, texto)
    con = borrador.juego(ctx, borrador.vigente(ctx, _una_del_expediente(ctx, tabla, folio)))
    return replace(con, comunes=tuple(texto if c.clave == texto.clave else c for c in con.comunes))


def _pedido(ctx: Contexto, uso: Uso, expediente: Expediente, previo: Oficio | None, clave: str) -> PedidoDeOficio:
    """Como lo pediría su paso, con la decisión del que ya se redactó, si hay uno."""
    emisor = previo.unidad if previo else _emisor(ctx, uso, expediente)
    salida, comentario = borrador.de_la_decision(ctx, previo) if previo else ("", "")
    sustituye = previo.sustituye if previo else None
    actividad = uso.actividad.clave if uso.actividad else ""
    if uso.emision is None:
        return PedidoDeOficio(clave, emisor, (), (), actividad, salida, comentario, sustituye=sustituye)
    salida = salida or next(iter(uso.emision.salidas), "")
    de = uso.emision
    return PedidoDeOficio(de.clave, emisor, de.para, de.ccp, actividad, salida, comentario, sustituye=sustituye)


# --- piezas --------------------------------------------------------------------


def _donde(error: PlantillaRota, archivo: str, texto: str) -> str:
    """La línea, lo que dice y qué pasa: en un cuadro de texto las líneas no se ven numeradas."""
    if error.plantilla != archivo:
        return f"«{error.plantilla}», línea {error.linea}: {error.motivo}"
    renglones = texto.split("\n")
    if not 0 < error.linea <= len(renglones):
        return error.motivo
    dice = renglones[error.linea - 1].strip()
    cita = f" («{dice[:LARGO_CITA]}{'…' if len(dice) > LARGO_CITA else ''}»)" if dice else ""
    return f"línea {error.linea}{cita}: {error.motivo}"


def _vigentes(ctx: Contexto) -> list[Tabla]:
    return ctx.tablas.vigentes(reloj.local(ctx.ahora).date())


def _ficha(clave: str, fila: PlantillaEditada | None, tablas: Sequence[Tabla]) -> FichaDePlantilla:
    pasos = [u for u in usos(tablas, clave) if u.emision and u.actividad]
    rige = fila is not None and fila.texto is not None
    return FichaDePlantilla(
        clave,
        fila.version if fila else 0,
        rige,
        rige and fila is not None and fila.base != borrador.huella(borrador.del_archivo(clave)),
        tuple(_en_palabras(u) for u in pasos),
    )


def _en_palabras(uso: Uso) -> str:
    assert uso.emision is not None  # noqa: S101 - sólo se llama con los pasos que la piden
    assert uso.actividad is not None  # noqa: S101
    return f"{uso.emision.clave}, {uso.tabla.nombre}, actividad {uso.actividad.numero_impreso}: {uso.actividad.accion}"


def _previos(folio: str) -> Any:  # noqa: ANN401 - un Select
    return select(Oficio).where(col(Oficio.folio) == folio).order_by(col(Oficio.creado).desc())


def _una_del_expediente(ctx: Contexto, tabla: Tabla, folio: str) -> str:
    reciente = ctx.s.scalar(_previos(folio).limit(1))
    if reciente is not None:
        return str(reciente.plantilla)
    pedidas = [e.plantilla for a in tabla.actividades for e in a.oficios]
    if not pedidas:
        raise NoExiste("algún oficio que muestre", tabla.nombre)
    return pedidas[0]


def _emisor(ctx: Contexto, uso: Uso, expediente: Expediente) -> str:
    """Quien lo emitiría: la unidad que dice la tabla, o una del grupo (la del expediente, si la nombra)."""
    if uso.emision is None:
        return uso.tabla.duena.value
    sigla = uso.emision.de
    if not es_grupo(sigla):
        return sigla.value
    posibles = activas(ctx.s, sigla)
    suya = next((v for v in expediente.datos.values() if v in posibles), None)
    return str(suya or next(iter(posibles), uso.tabla.duena.value))


def _contenido(
    ctx: Contexto,
    folio: str,
    pedido: PedidoDeOficio,
    forma: Forma,
    hecho: Redactado,
    a_quien: Sequence[Destinatario],
    direccion: str,
) -> dict[str, Any]:
    oficio = Oficio(
        id="muestra",
        folio=folio,
        clave=pedido.clave,
        plantilla="",
        molde="",
        forma=forma.value,
        unidad=pedido.emisor,
        asiento=0,
        estado=EstadoOficio.BORRADOR.value,
        asunto=hecho.asunto[:LARGO_ASUNTO],
        cuerpo=hecho.cuerpo,
        borrador_asunto="",
        borrador_cuerpo="",
        ordenamientos=list(dict.fromkeys(c.partition("-")[0] for c in hecho.ordenamientos_citados)),
        creado=ctx.ahora,
    )
    return impreso.contenido(ctx.s, oficio, a_quien, None, direccion)
