"""Lo que necesita quien edita plantillas: cuáles hay, si la suya sirve, y cómo quedaría un oficio de verdad."""

from __future__ import annotations

import re
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
from modelos.oficios import impreso, letras, ordenamientos
from modelos.oficios.contexto import Pedido, contexto, resolver
from modelos.oficios.oficio import LARGO_ASUNTO, Destinatario, Oficio, PlantillaEditada
from modelos.organizacion.organigrama import Unidad, activas
from modelos.organizacion.permisos import exigir_administracion
from modelos.tabla import Tabla
from modelos.tabla.actividad import es_grupo
from modelos.tabla.emision import EstadoOficio, Forma
from tareas.oficios.errores import OficioDemasiadoLargo, PlantillaRota, TallerSinTerminar
from tareas.oficios.redaccion import borrador, taller
from tareas.oficios.redaccion.borrador import EXTENSION, Texto
from tareas.oficios.redaccion.ejemplo import Uso, ejemplos, minimo, usos
from tareas.oficios.redaccion.plantilla import Redactado

LARGO_CITA = 90
_BLOQUE = re.compile(r"\{%[-+]?\s*block\s+(\w+)")
_HEREDA = re.compile(r"\{%[-+]?\s*extends\s")


@dataclass(frozen=True)
class Ficha:
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


def fichas(ctx: Contexto) -> list[tuple[str, list[Ficha]]]:
    """Todas, por procedimiento; primero las comunes."""
    ultimas = select(col(PlantillaEditada.plantilla), func.max(col(PlantillaEditada.version)))
    numeros = dict(ctx.s.execute(ultimas.group_by(col(PlantillaEditada.plantilla))).all())
    editadas = {p.plantilla: p for p in ctx.s.scalars(select(PlantillaEditada)) if numeros[p.plantilla] == p.version}
    tablas = {tabla.clave: tabla for tabla in _vigentes(ctx)}
    grupos: dict[str, list[Ficha]] = {}
    for clave in (*borrador.comunes(), *borrador.del_sistema()):
        carpeta = clave.rpartition("/")[0]
        nombre = tablas[carpeta].nombre if carpeta in tablas else carpeta or "Lo común a todos"
        grupos.setdefault(nombre, []).append(_ficha(clave, editadas.get(clave), list(tablas.values())))
    return list(grupos.items())


def ficha(ctx: Contexto, clave: str) -> Ficha:
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
        _revisar_comun(ctx, clave, limpio) if clave in borrador.comunes() else _revisar(ctx, Texto(clave, limpio, 1))
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
    es_comun = clave in borrador.comunes()
    propia = _una_del_expediente(ctx, tabla, folio) if es_comun else clave
    con = borrador.juego(ctx, borrador.vigente(ctx, propia) if es_comun else Texto(clave, limpio, 1))
    if es_comun:
        con = replace(con, comunes=tuple(Texto(c.clave, limpio, 1) if c.clave == clave else c for c in con.comunes))
    uso = usos([tabla], propia)[0]
    previo = ctx.s.scalar(_previos(folio).where(col(Oficio.plantilla) == propia).limit(1))
    emision = uso.emision
    salida, comentario = borrador.de_la_decision(ctx, previo) if previo else ("", "")
    pedido = Pedido(
        emision.clave if emision else clave,
        previo.unidad if previo else _emisor(ctx, uso, expediente),
        emision.para if emision else (),
        emision.ccp if emision else (),
        uso.actividad.clave if uso.actividad else "",
        salida or (emision.salidas[0] if emision and emision.salidas else ""),
        comentario,
        sustituye=previo.sustituye if previo else None,
    )
    hoy = reloj.local(ctx.ahora).date()
    a_quien = resolver(ctx.s, expediente, pedido, hoy)
    hecho = borrador.aplicar(ctx, con, contexto(ctx.s, tabla, expediente, pedido, a_quien, hoy))
    forma = emision.forma if emision else Forma.OFICIO
    return Muestra(hecho, _contenido(ctx, folio, pedido, forma, hecho, a_quien, direccion))


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


def _ficha(clave: str, fila: PlantillaEditada | None, tablas: Sequence[Tabla]) -> Ficha:
    pasos = [u for u in usos(tablas, clave) if u.emision and u.actividad]
    rige = fila is not None and fila.texto is not None
    return Ficha(
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


def _revisar(ctx: Contexto, texto: Texto) -> None:
    con = borrador.juego(ctx, texto)
    _exigir_bloques(texto, "\n".join(c.texto for c in con.comunes))
    normas = ordenamientos.todos(ctx.s)
    donde = usos(_vigentes(ctx), texto.clave)
    nombres = _nombres(ctx)
    aparte = taller.taller()

    def citar(claves: Sequence[str]) -> str:
        return ordenamientos.citar(normas, claves, ctx.tablas.citables).texto

    for ejemplo in ejemplos(donde, nombres):
        aparte.revisar(texto.texto, ejemplo, citar, editadas=con.editadas, nombre=texto.archivo)
    vacio = minimo(donde, nombres)
    aparte.redactar(texto.texto, vacio, citar, editadas=con.editadas, nombre=texto.archivo)


def _exigir_bloques(texto: Texto, comunes: str) -> None:
    """Un bloque que la común no tiene no sale en ninguna parte, y nadie se entera."""
    if not _HEREDA.search(texto.texto):
        return
    conocidos = {"asunto", *_BLOQUE.findall(comunes)}
    for linea, renglon in enumerate(texto.texto.split("\n"), 1):
        for bloque in _BLOQUE.findall(renglon):
            if bloque not in conocidos:
                hay = ", ".join(sorted(conocidos))
                raise PlantillaRota(texto.archivo, linea, f"el bloque «{bloque}» no saldría: la común sólo tiene {hay}")


def _revisar_comun(ctx: Contexto, clave: str, limpio: str) -> None:
    """La común sola, y cada una que la hereda; lo que ya estaba roto antes no se le achaca."""
    archivo = f"{clave}{EXTENSION}"
    sola = limpio if "asunto" in _BLOQUE.findall(limpio) else f"{limpio}{{% block asunto %}}Asunto{{% endblock %}}"
    tablas, nombres, aparte = _vigentes(ctx), _nombres(ctx), taller.taller()
    todas = usos(tablas, clave)
    aparte.revisar(sola, next(ejemplos(todas, nombres)), nombre=archivo)
    tiene = set(_BLOQUE.findall(limpio))
    for hija in (borrador.vigente(ctx, c) for c in borrador.del_sistema()):
        if archivo not in hija.texto:
            continue
        if perdidos := set(_BLOQUE.findall(hija.texto)) - tiene - {"asunto"}:
            raise PlantillaRota(archivo, 0, f"le falta el bloque «{min(perdidos)}», que usa {hija.clave}: no saldría")
        ejemplo = next(ejemplos(usos(tablas, hija.clave), nombres))
        try:
            aparte.redactar(hija.texto, ejemplo, ", ".join, editadas={archivo: limpio}, nombre=hija.archivo)
        except PlantillaRota as error:
            if error.plantilla == archivo:
                raise


def _nombres(ctx: Contexto) -> dict[str, str]:
    return dict(ctx.s.execute(select(col(Unidad.clave), col(Unidad.nombre))).all())


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
    pedido: Pedido,
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
