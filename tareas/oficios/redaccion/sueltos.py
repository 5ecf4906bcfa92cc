"""El oficio suelto: el que ningún paso pidió y una persona emite con cualquier plantilla."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlmodel import col

from modelos.actos.turnos.atender import persona_que_actua
from modelos.actos.turnos.mover import Contexto, bloquear
from modelos.errores import FormularioIncompleto, NoLeCorresponde
from modelos.escritura import limpiar_texto
from modelos.expedientes.visibles import expediente_visible
from modelos.oficios.contexto import PedidoDeOficio
from modelos.oficios.oficio import Oficio
from modelos.organizacion.organigrama import Unidad
from modelos.organizacion.permisos import lleva
from modelos.tabla import Tabla
from modelos.tabla.emision import Destino, Emision, Forma, Hacia
from tareas.oficios.redaccion import borrador
from tareas.oficios.redaccion.borrador import Nuevo


def emitir(
    ctx: Contexto,
    folio: str,
    plantilla: str,
    emisor: str,
    para: Sequence[str],
    ccp: Sequence[str] = (),
    externos: Sequence[Mapping[str, str]] = (),
) -> Oficio:
    """Redacta su borrador.

    para, ccp: claves de unidades. externos: nombre, cargo e institución de quienes no están en el sistema y lo reciben
    en papel.

    Lanza:
        NoExiste, NoLeCorresponde, FormularioIncompleto, PlantillaRota, TallerSinTerminar.
    """
    quien = persona_que_actua(ctx)
    expediente, tabla = bloquear(ctx, folio)
    expediente_visible(ctx.s, quien, folio)  # la plantilla dice lo que hay en él
    if not lleva(quien, emisor, expediente.duena):
        raise NoLeCorresponde("emitir un oficio aquí", f"{emisor} o la coordinación de la {expediente.duena}")
    escritos = [{campo: limpiar_texto("externos", dicho) for campo, dicho in e.items()} for e in externos]
    _exigir_completo(ctx, emisor, para, ccp, escritos)
    numero = (ctx.s.scalar(select(func.count()).where(col(Oficio.folio) == folio)) or 0) + 1
    emision = _que_la_pide(tabla, plantilla)
    pedido = PedidoDeOficio(
        clave=emision.clave if emision else _clave_de(plantilla),
        emisor=emisor,
        para=[Destino(Hacia.UNIDAD, unidad) for unidad in para],
        ccp=[Destino(Hacia.UNIDAD, unidad) for unidad in ccp],
        externos=escritos,
    )
    forma = emision.forma if emision else _forma(para)
    return borrador.crear(ctx, expediente, tabla, Nuevo(f"{folio}.suelto-{numero}.{emisor}", plantilla, forma, pedido))


def _exigir_completo(
    ctx: Contexto, emisor: str, para: Sequence[str], ccp: Sequence[str], externos: Sequence[Mapping[str, str]]
) -> None:
    faltas = _sin_unidad(ctx, {"emisor": [emisor], "para": para, "ccp": ccp})
    if falta := _sin_destino(emisor, para, externos):
        faltas["para"] = falta
    if any(map(_anonimo, externos)):
        faltas["externos"] = "escriba el nombre o el cargo de cada destinatario"
    if faltas:
        raise FormularioIncompleto(faltas)


def _sin_unidad(ctx: Contexto, claves: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """De cada campo, las claves que no son de ninguna unidad."""
    faltas = {}
    for campo, suyas in claves.items():
        ajenas = [ajena for ajena in suyas if ctx.s.get(Unidad, ajena) is None]
        if ajenas:
            faltas[campo] = f"no hay unidades con clave {', '.join(ajenas)}"
    return faltas


def _sin_destino(emisor: str, para: Sequence[str], externos: Sequence[Mapping[str, str]]) -> str:
    """Por qué no va a nadie; vacío si va a alguien más que a quien lo emite."""
    if externos or set(para) - {emisor}:
        return ""
    if not para:
        return "elija al menos a una unidad, o escriba a quién va"
    return f"{emisor} lo emite y no se dirige a sí misma; elija a otra, o escriba a quién va"


def _anonimo(externo: Mapping[str, str]) -> bool:
    return not externo.get("nombre", "").strip() and not externo.get("cargo", "").strip()


def _que_la_pide(tabla: Tabla, plantilla: str) -> Emision | None:
    """El oficio de la tabla que se redacta con esa plantilla, si un paso lo pide."""
    return next((e for a in tabla.actividades for e in a.oficios if e.plantilla == plantilla), None)


def _forma(para: Sequence[str]) -> Forma:
    return Forma.CIRCULAR if len(para) > 1 else Forma.OFICIO


def _clave_de(plantilla: str) -> str:
    """De `registro_mensual/of_23`, «OF-23»; de una con otro nombre, su archivo."""
    archivo = plantilla.rpartition("/")[2]
    return f"OF-{archivo.removeprefix('of_')}" if archivo.startswith("of_") else archivo
