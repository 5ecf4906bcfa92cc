"""La vida de un oficio alrededor de su firma: corregirlo, acusarlo, cancelarlo o sustituirlo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.actos.plazos import plazos
from modelos.actos.turnos.atender import nombre_de, persona_que_actua
from modelos.actos.turnos.mover import Contexto, bloquear
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoExiste, NoLeCorresponde
from modelos.escritura import en_un_renglon, faltas_de_largo, limpiar_texto
from modelos.expedientes import bitacora
from modelos.expedientes.expediente import EstadoExpediente, Expediente
from modelos.oficios import titulares
from modelos.oficios.errores import OficioCambio
from modelos.oficios.oficio import LARGO_ASUNTO, Destinatario, Oficio
from modelos.organizacion.permisos import Quien, lleva, puede_atender, puede_conducir
from modelos.tabla import Tabla
from modelos.tabla.emision import HECHOS, VIGENTES, EstadoOficio
from modelos.tabla.formularios import exigir_motivo

LARGO_CUERPO = 60_000
LARGO_ANEXOS = 5_000


def leer(ctx: Contexto, id_: str, *, reservar: bool = False) -> Oficio:
    """El oficio como está en la base. Lanza NoExiste."""
    consulta = select(Oficio).where(col(Oficio.id) == id_).execution_options(populate_existing=True)
    oficio = ctx.s.scalar(consulta.with_for_update() if reservar else consulta)
    if oficio is None:
        raise NoExiste("el oficio", id_)
    return oficio


def destinatarios(ctx: Contexto, id_: str) -> list[Destinatario]:
    """A quién va, en orden."""
    consulta = select(Destinatario).where(col(Destinatario.oficio_id) == id_).order_by(col(Destinatario.orden))
    return list(ctx.s.scalars(consulta))


def editar(
    ctx: Contexto, id_: str, version: int, campos: dict[str, str], a_quien: Sequence[dict[str, str]] | None = None
) -> Oficio:
    """Corrige un borrador.

    campos: `asunto`, `cuerpo` (Markdown) y `anexos` (uno por renglón). a_quien: nombre, cargo e institución de cada
    destinatario, en su orden; sin él no cambian.

    Lanza:
        NoExiste, NoLeCorresponde, ActoNoProcede, OficioCambio, FormularioIncompleto.
    """
    oficio, expediente, _ = reservar_borrador(ctx, id_, version, "corregir el oficio")
    exigir_redaccion(ctx, oficio, expediente, "corregir este oficio")
    asunto = en_un_renglon("asunto", campos["asunto"])
    cuerpo = limpiar_texto("cuerpo", campos["cuerpo"]).replace("\r\n", "\n").strip()
    anexos = limpiar_texto("anexos", campos.get("anexos", "")).replace("\r\n", "\n").strip()
    faltas = {}
    if not 1 <= len(asunto) <= LARGO_ASUNTO:
        faltas["asunto"] = f"escríbalo en {LARGO_ASUNTO} caracteres o menos"
    if not 1 <= len(cuerpo) <= LARGO_CUERPO:
        faltas["cuerpo"] = f"escríbalo en {LARGO_CUERPO} caracteres o menos"
    if len(anexos) > LARGO_ANEXOS:
        faltas["anexos"] = f"escríbalos en {LARGO_ANEXOS} caracteres o menos"
    actuales = destinatarios(ctx, id_)
    if a_quien is not None and len(a_quien) != len(actuales):
        faltas["destinatarios"] = "cambiaron mientras los corregía; recargue el oficio"
    if faltas:
        raise FormularioIncompleto(faltas)
    for destinatario, escrito in zip(actuales, a_quien or (), strict=False):
        faltas |= _corregir_destinatario(destinatario, escrito)
    if faltas:
        raise FormularioIncompleto(faltas)
    oficio.asunto, oficio.cuerpo, oficio.anexos = asunto, cuerpo, anexos
    oficio.editado, oficio.editado_por = ctx.ahora, persona_que_actua(ctx).persona
    oficio.version += 1
    ctx.s.flush()
    return oficio


def cancelar(ctx: Contexto, id_: str, motivo: str) -> Oficio:
    """Deja sin efecto un oficio: firmado, conserva su número y queda asentado; borrador, se descarta.

    El que era el acto de un plazo, o lo exige la norma, se sigue debiendo: el plazo vuelve a correr y queda un borrador
    por firmar. Lo que se dijo firmado fuera vuelve a ser borrador.

    Lanza:
        NoExiste, NoLeCorresponde, ActoNoProcede, FormularioIncompleto.
    """
    limpio = exigir_motivo(motivo)
    expediente, tabla = bloquear(ctx, leer(ctx, id_).folio)
    oficio = leer(ctx, id_, reservar=True)
    if oficio.estado == EstadoOficio.BORRADOR:
        exigir_redaccion(ctx, oficio, expediente, "descartar este borrador")
        _exigir_descartable(ctx, oficio, expediente, tabla)
        oficio.estado = EstadoOficio.DESCARTADO.value
        if oficio.turno_id:
            asentado = {"oficio": oficio.id, "clave": oficio.clave, "motivo": limpio}
            bitacora.asentar(ctx.s, expediente, "oficio_descarte", ctx.actor, oficio.unidad, asentado, ctx.ahora)
    elif oficio.estado in VIGENTES:
        _exigir_firma(ctx, oficio, expediente, "cancelar este oficio")
        oficio.estado = EstadoOficio.CANCELADO.value
        _dejar_sin_efecto(ctx, oficio, expediente, oficio.numero, limpio)
        if _se_sigue_debiendo(ctx, oficio, expediente, tabla):
            _borrador_igual(ctx, oficio)
    elif oficio.estado == EstadoOficio.FIRMADO_FUERA:
        exigir_redaccion(ctx, oficio, expediente, "corregir lo que se firmó fuera")
        _dejar_sin_efecto(ctx, oficio, expediente, oficio.numero_fuera, limpio)
        oficio.estado, oficio.version = EstadoOficio.BORRADOR.value, oficio.version + 1
        oficio.numero_fuera, oficio.fecha_fuera, oficio.anexo_fuera, oficio.terminado = None, None, None, None
        ctx.s.flush()
        return oficio
    else:
        raise ActoNoProcede("cancelar el oficio", f"ya está {oficio.estado}", "Recargue para ver cómo quedó.")
    oficio.motivo, oficio.terminado, oficio.version = limpio, ctx.ahora, oficio.version + 1
    ctx.s.flush()
    return oficio


def _se_sigue_debiendo(ctx: Contexto, oficio: Oficio, expediente: Expediente, tabla: Tabla) -> str:
    """Por qué hay que firmarlo, o reemplazarlo si quedó sin efecto; vacío si no es de un plazo que corre ni exigido."""
    if expediente.estado == EstadoExpediente.CANCELADO or oficio.turno_id is None:
        return ""
    if plazos.por_cumplir_con(ctx.s, oficio):
        return "con él se cumple un plazo que corre"
    otro = select(col(Oficio.id)).where(
        col(Oficio.folio) == oficio.folio,
        col(Oficio.clave) == oficio.clave,
        col(Oficio.unidad) == oficio.unidad,
        col(Oficio.id) != oficio.id,
        col(Oficio.estado).in_(HECHOS),
    )
    emision = tabla.emisiones.get(oficio.clave)
    return "la norma lo exige" if emision and emision.exigido and ctx.s.scalar(otro.limit(1)) is None else ""


def _exigir_descartable(ctx: Contexto, oficio: Oficio, expediente: Expediente, tabla: Tabla) -> None:
    """Lo que se debe por un plazo o por la norma no se descarta: se firma. Lanza ActoNoProcede."""
    if motivo := _se_sigue_debiendo(ctx, oficio, expediente, tabla):
        que_hacer = "Fírmelo o, si se firmó fuera, regístrelo con el documento, su número y su fecha."
        raise ActoNoProcede("descartar el oficio", motivo, que_hacer)


def _dejar_sin_efecto(ctx: Contexto, oficio: Oficio, expediente: Expediente, numero: str | None, motivo: str) -> None:
    """Lo asienta, con los plazos que había cumplido y vuelven a correr."""
    asentado: dict[str, Any] = {"oficio": oficio.id, "numero": numero, "motivo": motivo}
    cumplidos = plazos.cumplidos_con(ctx.s, oficio.folio, _con_los_que_sustituyo(ctx, oficio))
    if cumplidos and expediente.estado != EstadoExpediente.CANCELADO:
        if expediente.estado == EstadoExpediente.SUSPENDIDO:
            que = "cumplió un plazo y el expediente está suspendido"
            raise ActoNoProcede("dejar sin efecto el oficio", que, "Pida a la coordinación que lo reanude antes.")
        asentado["plazos"] = plazos.reabrir(ctx.s, cumplidos, ctx.ahora)
    bitacora.asentar(ctx.s, expediente, "oficio_cancelacion", ctx.actor, oficio.unidad, asentado, ctx.ahora)


def _con_los_que_sustituyo(ctx: Contexto, oficio: Oficio) -> list[str]:
    """Su id y los de la cadena de los que dejó sin efecto: el primero pudo cumplir el plazo."""
    ids, anterior = [oficio.id], oficio.sustituye
    while anterior:
        ids.append(anterior)
        anterior = ctx.s.scalar(select(col(Oficio.sustituye)).where(col(Oficio.id) == anterior))
    return ids


def descartar_los_de(ctx: Contexto, folio: str, motivo: str) -> None:
    """Descarta los borradores de un expediente que se cancela; lo firmado sigue su curso."""
    suyos = update(Oficio).where(col(Oficio.folio) == folio, col(Oficio.estado) == EstadoOficio.BORRADOR.value)
    valores = {"estado": EstadoOficio.DESCARTADO.value, "motivo": motivo, "terminado": ctx.ahora}
    ctx.s.execute(suyos.values(**valores, version=Oficio.version + 1), execution_options={"synchronize_session": False})


def sustituir(ctx: Contexto, id_: str) -> Oficio:
    """Abre un borrador igual al firmado; al firmarse, el anterior queda sustituido. Repetirlo da el mismo borrador.

    Lanza:
        NoExiste, NoLeCorresponde, ActoNoProcede.
    """
    expediente, _ = bloquear(ctx, leer(ctx, id_).folio)
    oficio = leer(ctx, id_, reservar=True)
    _exigir_firma(ctx, oficio, expediente, "sustituir este oficio")
    if oficio.estado not in VIGENTES:
        raise ActoNoProcede("sustituir el oficio", f"está {oficio.estado}", "Sólo se sustituye uno vigente.")
    return _borrador_igual(ctx, oficio)


def _borrador_igual(ctx: Contexto, oficio: Oficio) -> Oficio:
    """Un borrador con lo mismo, que lo reemplaza; si ya hay uno, ése."""
    id_ = oficio.id
    en_curso = select(Oficio).where(col(Oficio.sustituye) == id_, col(Oficio.estado) == EstadoOficio.BORRADOR.value)
    if (abierto := ctx.s.scalar(en_curso)) is not None:
        return abierto
    previos = len(ctx.s.scalars(select(col(Oficio.id)).where(col(Oficio.sustituye) == id_)).all())
    copiados = ("folio", "clave", "plantilla", "molde", "forma", "unidad", "actividad", "turno_id", "asiento")
    nuevo = Oficio(
        **{campo: getattr(oficio, campo) for campo in copiados},
        id=f"{oficio.id}.s{previos + 1}"[:160],
        estado=EstadoOficio.BORRADOR.value,
        asunto=oficio.asunto,
        cuerpo=oficio.cuerpo,
        borrador_asunto=oficio.asunto,
        borrador_cuerpo=oficio.cuerpo,
        anexos=oficio.anexos,
        ordenamientos=list(oficio.ordenamientos),
        creado=ctx.ahora,
        sustituye=id_,
    )
    ctx.s.add(nuevo)
    ctx.s.flush()
    for previo in destinatarios(ctx, id_):
        copia = {c: getattr(previo, c) for c in ("orden", "clase", "unidad", "nombre", "cargo", "institucion")}
        ctx.s.add(Destinatario(oficio_id=nuevo.id, **copia))
    ctx.s.flush()
    return nuevo


def acusar(ctx: Contexto, id_: str, orden: int, nota: str = "") -> Destinatario:
    """Asienta que un destinatario lo recibió: él mismo, o quien lo emitió si lo entregó en papel (con una nota).

    Repetirlo no cambia nada.

    Lanza:
        NoExiste, NoLeCorresponde, ActoNoProcede, FormularioIncompleto.
    """
    quien = persona_que_actua(ctx)
    expediente, _ = bloquear(ctx, leer(ctx, id_).folio)
    oficio = leer(ctx, id_, reservar=True)
    destinatario = ctx.s.get(Destinatario, (id_, orden), populate_existing=True)
    if destinatario is None:
        raise NoExiste("ese destinatario del oficio", f"{id_}, {orden}")
    hoy = reloj.local(ctx.ahora).date()
    propio = destinatario.unidad is not None and recibe(ctx.s, quien, destinatario.unidad, hoy)
    if not propio and not puede_redactar(ctx, quien, oficio, expediente):
        raise NoLeCorresponde("acusar de recibido este oficio", destinatario.unidad or "quien lo emitió")
    if oficio.estado not in VIGENTES:
        raise ActoNoProcede("acusar de recibido el oficio", f"está {oficio.estado}", "Recargue para ver cómo quedó.")
    if destinatario.acusado is not None:
        return destinatario
    limpia = limpiar_texto("nota", nota).strip()
    if not propio:
        limpia = exigir_motivo_de_papel(limpia)
    destinatario.acuse = "sistema" if propio else "papel"
    destinatario.acusado, destinatario.acusado_por, destinatario.nota = ctx.ahora, quien.persona, limpia[:2000]
    _asentar_acuse(ctx, expediente, oficio, destinatario)
    ctx.s.flush()
    return destinatario


def _asentar_acuse(ctx: Contexto, expediente: Expediente, oficio: Oficio, de: Destinatario) -> None:
    asentado = {
        "oficio": oficio.id,
        "numero": oficio.numero,
        "de": de.unidad or "externo",
        "orden": de.orden,
        "acuse": de.acuse,
    }
    bitacora.asentar(ctx.s, expediente, "oficio_acuse", ctx.actor, de.unidad or oficio.unidad, asentado, ctx.ahora)


def exigir_motivo_de_papel(nota: str) -> str:
    """Quien acusa por otro dice cómo lo entregó. Lanza FormularioIncompleto."""
    if not nota:
        raise FormularioIncompleto({"nota": "diga a quién y cuándo se entregó, o dónde está el acuse en papel"})
    return nota


# --- quién puede ---------------------------------------------------------------


def puede_redactar(ctx: Contexto, quien: Quien, oficio: Oficio, expediente: Expediente) -> bool:
    """Si corrige o descarta su borrador: la unidad que lo emite, quien conduce el expediente o quien lo firma."""
    if lleva(quien, oficio.unidad, expediente.duena):
        return True
    hoy = reloj.local(ctx.ahora).date()
    return quien.persona in titulares.firman(ctx.s, oficio.unidad, hoy, expediente.procedimiento)


def recibe(s: Session, quien: Quien, unidad: str, hoy: date) -> bool:
    """Si acusa por esa unidad: quien la atiende, o quien tiene el cargo o lo suple, a cuyo nombre va."""
    return puede_atender(quien, unidad) or quien.persona in titulares.firman(s, unidad, hoy)


def exigir_redaccion(ctx: Contexto, oficio: Oficio, expediente: Expediente, acto: str) -> None:
    """Lanza NoLeCorresponde si no puede."""
    if not puede_redactar(ctx, persona_que_actua(ctx), oficio, expediente):
        raise NoLeCorresponde(acto, f"{oficio.unidad}, que lo emite, o la coordinación de la {expediente.duena}")


def _exigir_firma(ctx: Contexto, oficio: Oficio, expediente: Expediente, acto: str) -> None:
    quien, hoy = persona_que_actua(ctx), reloj.local(ctx.ahora).date()
    firma = titulares.como_firma(ctx.s, quien.persona, oficio.unidad, expediente.procedimiento, hoy)
    if firma is None and not puede_conducir(quien, expediente.duena):
        raise NoLeCorresponde(acto, f"quien firma por {oficio.unidad} o la coordinación de la {expediente.duena}")


# --- piezas ----------------------------------------------------------------------


def reservar_borrador(ctx: Contexto, id_: str, version: int, acto: str) -> tuple[Oficio, Expediente, Tabla]:
    """El oficio reservado, si sigue siendo el borrador que se leyó."""
    expediente, tabla = bloquear(ctx, leer(ctx, id_).folio)
    oficio = leer(ctx, id_, reservar=True)
    if oficio.estado != EstadoOficio.BORRADOR:
        por = f" (lo firmó {nombre_de(ctx, oficio.firmante_id)})" if oficio.firmante_id else ""
        como = oficio.estado.replace("_", " ")
        raise ActoNoProcede(acto, f"ya está {como}{por}", "Recargue para ver cómo quedó.")
    if oficio.version != version:
        raise OficioCambio(nombre_de(ctx, oficio.editado_por))
    return oficio, expediente, tabla


def _corregir_destinatario(destinatario: Destinatario, escrito: dict[str, str]) -> dict[str, str]:
    """Lo corrige y devuelve lo que le falta, por campo: `destinatarios.0.nombre`."""
    largos = {"nombre": 200, "cargo": 250, "institucion": 200}
    limpios = {campo: en_un_renglon(campo, escrito.get(campo, "")) for campo in largos}
    faltas = faltas_de_largo(limpios, largos)
    if not limpios["nombre"] and not limpios["cargo"]:
        faltas["nombre"] = "escriba el nombre o el cargo de cada destinatario"
    if not faltas:
        for campo, valor in limpios.items():
            setattr(destinatario, campo, valor)
    return {f"destinatarios.{destinatario.orden}.{campo}": falta for campo, falta in faltas.items()}
