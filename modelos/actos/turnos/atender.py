"""Cerrar un turno: con la decisión de una persona, o porque concluyó el subexpediente que esperaba."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update
from sqlmodel import col

from modelos import reloj
from modelos.actos.turnos.mover import (
    Contexto,
    EncargoPedido,
    Hecho,
    asentar,
    bloquear,
    exigir_en_curso,
    id_turno,
    marcar_atendido,
    rotulo,
)
from modelos.actos.turnos.reparto import repartir
from modelos.actos.turnos.tenencia import soltar_si_no_esta
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoExiste, NoLeCorresponde
from modelos.escritura import limpiar_texto
from modelos.expedientes.errores import ActividadYaAtendida, EvidenciaFaltante, TurnoTomado, VersionVieja
from modelos.expedientes.expediente import ABIERTOS, Anexo, EstadoExpediente, EstadoTurno, Expediente, Turno
from modelos.oficios import deuda
from modelos.oficios.errores import OficiosExigidos
from modelos.oficios.oficio import Oficio
from modelos.organizacion.organigrama import Persona, exigir_unidades
from modelos.organizacion.permisos import Quien, puede_atender
from modelos.tabla import Actividad, Tabla, avance
from modelos.tabla.actividad import es_grupo
from modelos.tabla.avance import Pendiente, Situacion
from modelos.tabla.emision import HECHOS, EstadoOficio
from modelos.tabla.formularios import exigir_pasadas, validar

LARGO_COMENTARIO = 5000
LARGO_SALIDA = 60
ENTERO_MAXIMO = 2**31 - 1
NO_HACE_FALTA = "Según lo que se respondió, esta vez no hace falta."


@dataclass(frozen=True)
class Atendido:
    """Lo que resultó de atender: el expediente como quedó y los turnos que se abrieron."""

    expediente: Expediente
    tabla: Tabla
    turnos: list[dict[str, Any]]

    @property
    def abiertos(self) -> list[Turno] | None:
        """Todos los turnos abiertos, si son justo los que se acaban de abrir; None: hay que leerlos."""
        if len(self.turnos) != len(self.expediente.situacion["pendientes"]):
            return None
        return [Turno(**fila) for fila in self.turnos]


def atender(ctx: Contexto, id_: str, salida: str, datos: dict[str, Any], comentario: str, version: int) -> Atendido:
    """Cierra un turno con la decisión de una persona y abre lo que sigue.

    version: la que traía el turno al leerlo; si cambió, la respuesta no se registra.

    Lanza:
        NoExiste, NoLeCorresponde, ActividadYaAtendida, TurnoTomado, VersionVieja, ActoNoProcede,
        SalidaInexistente, FormularioIncompleto, EvidenciaFaltante, TopeDeVueltas, SinDestinatarios.
    """
    quien = persona_que_actua(ctx)
    pendiente = pendiente_de(id_)
    expediente, tabla = bloquear(ctx, id_.partition(".")[0])
    actividad = _actividad(ctx, tabla, pendiente, id_)
    if not puede_atender(quien, pendiente.unidad):
        leer_turno(ctx, id_)
        raise NoLeCorresponde("atender este turno", f"{pendiente.unidad}, con rol de operación o coordinación")
    if not 0 <= version <= ENTERO_MAXIMO:
        raise FormularioIncompleto({"version": "no es una que se haya dado; recargue el turno"})
    con_anexos = _ganar(ctx, expediente, id_, version, salida)
    exigir_en_curso(expediente, "atender el turno")
    ruta = actividad.ruta(salida)
    limpios = _capturado(ctx, actividad, datos)
    comentario = limpiar_texto("comentario", comentario).strip()
    if len(comentario) > LARGO_COMENTARIO:
        raise FormularioIncompleto({"comentario": f"escríbalo en {LARGO_COMENTARIO} caracteres o menos"})
    if ruta.devuelve and not comentario:
        raise FormularioIncompleto({"comentario": "escriba el motivo de la devolución"})
    anexos, firmados = _evidencia(ctx, actividad, id_, con_anexos=con_anexos > 0)
    acumulados = {**expediente.datos, **limpios}
    movimiento = avance.atender(
        tabla,
        Situacion.de_json(expediente.situacion),
        pendiente,
        salida,
        repartir(ctx.s, acumulados),
        expediente.folio,
    )
    if limpios:
        expediente.datos = acumulados
    asentado = {
        "actividad": actividad.clave,
        "vuelta": pendiente.vuelta,
        "salida": salida,
        "datos": limpios,
        "comentario": comentario,
        "anexos": anexos,
        "abre": movimiento.abre(),
        **({"oficios": firmados} if firmados else {}),
    }
    if actividad.captura:
        asentado["en_nombre_de"] = actividad.unidad.value
    atendido = _cerrar(ctx, expediente, tabla, pendiente, salida, movimiento, asentado)
    _descartar_sobrantes(ctx, actividad, id_, limpios)
    exigir_oficios(ctx, expediente, tabla)
    return atendido


def _descartar_sobrantes(ctx: Contexto, actividad: Actividad, id_: str, datos: dict[str, Any]) -> None:
    """Los borradores que, según lo que se respondió, esta vez no hacen falta."""
    sobran = [oficio.clave for oficio in actividad.oficios if oficio.salvo and datos.get(oficio.salvo)]
    if sobran:
        suyos = update(Oficio).where(
            col(Oficio.turno_id) == id_,
            col(Oficio.clave).in_(sobran),
            col(Oficio.estado) == EstadoOficio.BORRADOR.value,
        )
        valores = {"estado": EstadoOficio.DESCARTADO.value, "motivo": NO_HACE_FALTA, "terminado": ctx.ahora}
        ctx.s.execute(
            suyos.values(**valores, version=Oficio.version + 1), execution_options={"synchronize_session": False}
        )


def exigir_oficios(ctx: Contexto, expediente: Expediente, tabla: Tabla) -> None:
    """Un expediente no termina sin los oficios que la norma exige de lo que en él se respondió.

    Lanza:
        OficiosExigidos: con los que faltan y quién los firma.
    """
    if expediente.estado != EstadoExpediente.CONCLUIDO:
        return
    faltan = deuda.exigidos_sin_firmar(ctx.s, tabla, expediente)
    if faltan:
        raise OficiosExigidos(
            expediente.folio,
            [
                f"{e.clave} de {de}, de la actividad {a.numero_impreso or a.clave} ({e.fundamento})"
                for a, e, de in faltan
            ],
        )


def concluir_subprocedimiento(ctx: Contexto, turno: Turno, hijo: Expediente) -> Atendido | None:
    """El sistema cierra el turno que esperaba a un subexpediente ya concluido; None si ya estaba cerrado."""
    expediente, tabla = bloquear(ctx, turno.folio)
    actual = ctx.s.get(Turno, turno.id, populate_existing=True)
    # Suspendido, nada avanza: al reanudarlo se vuelve a pedir (`conducir.reanudar`).
    en_curso = expediente.estado == EstadoExpediente.EN_CURSO
    if actual is None or actual.estado not in ABIERTOS or not en_curso:
        return None
    actividad = tabla[turno.actividad]
    (salida,) = actividad.salidas
    pendiente = Pendiente(turno.actividad, turno.unidad, turno.vuelta)
    situacion = Situacion.de_json(expediente.situacion)
    movimiento = avance.atender(tabla, situacion, pendiente, salida, repartir(ctx.s, expediente.datos))
    asentado = {
        "actividad": actividad.clave,
        "vuelta": turno.vuelta,
        "salida": salida,
        "datos": {},
        "comentario": "",
        "anexos": [],
        "subexpediente": hijo.folio,
        "desenlace": hijo.desenlace,
        "abre": movimiento.abre(),
    }
    marcar_atendido(ctx, turno.id, salida, expediente.asientos + 1)
    return _cerrar(ctx, expediente, tabla, pendiente, salida, movimiento, asentado)


# --- piezas ------------------------------------------------------------------


def persona_que_actua(ctx: Contexto) -> Quien:
    """La persona que hace el acto; el sistema no puede hacerlo."""
    if ctx.quien is None:
        raise NoLeCorresponde("hacer este acto", "una persona")
    return ctx.quien


def pendiente_de(id_: str) -> Pendiente:
    """Lo que dice el id de un turno: actividad, unidad y vuelta; un id malformado es un turno que no existe."""
    partes = id_.split(".")
    if len(partes) != 4 or not partes[3].isdecimal() or len(partes[3]) > 6 or "\x00" in id_:
        raise NoExiste("el turno", id_)
    return Pendiente(partes[1], partes[2], int(partes[3]))


def _actividad(ctx: Contexto, tabla: Tabla, pendiente: Pendiente, id_: str) -> Actividad:
    if pendiente.actividad not in tabla:
        leer_turno(ctx, id_)  # si existe, la que cambió es la tabla
    return tabla[pendiente.actividad]


def leer_turno(ctx: Contexto, id_: str) -> Turno:
    """El turno como está ahora en la base, no como se haya leído antes."""
    turno = ctx.s.get(Turno, id_, populate_existing=True)
    if turno is None:
        raise NoExiste("el turno", id_)
    return turno


_GANAR = (
    update(Turno.__table__)  # type: ignore[attr-defined]
    .where(
        col(Turno.id) == bindparam("el_turno"),
        col(Turno.version) == bindparam("leida"),
        col(Turno.a_mano).is_(True),
        or_(
            col(Turno.estado) == EstadoTurno.PENDIENTE.value,
            and_(col(Turno.estado) == EstadoTurno.TOMADO.value, col(Turno.persona_id) == bindparam("quien")),
        ),
    )
    .values(
        estado=EstadoTurno.ATENDIDO.value,
        version=bindparam("nueva"),
        persona_id=bindparam("quien"),
        cerrado=bindparam("ahora"),
        cierre=bindparam("orden"),
        salida=bindparam("respuesta"),
    )
    .returning(col(Turno.anexos))
)


def _ganar(ctx: Contexto, expediente: Expediente, id_: str, version: int, salida: str) -> int:
    """Cierra el turno si sigue abierto y en esa versión, y dice cuántos anexos trae; un solo ganador (invariante 2)."""
    quien = persona_que_actua(ctx)
    valores = {
        "el_turno": id_,
        "leida": version,
        "nueva": version + 1,
        "quien": quien.persona,
        "ahora": ctx.ahora,
        "orden": expediente.asientos + 1,
        "respuesta": salida[:LARGO_SALIDA],  # si no existe se rechaza enseguida; aquí sólo tiene que caber
    }
    ganada = ctx.s.connection().execute(_GANAR, valores).first()
    if ganada is not None:
        return int(ganada[0])
    turno = leer_turno(ctx, id_)
    if turno.version == version and soltar_si_no_esta(ctx, expediente, turno, avisa=False):
        return _ganar(ctx, expediente, id_, turno.version, salida)
    exigir_abierto(ctx, turno)
    if not turno.a_mano:
        raise ActoNoProcede("atender el turno", "espera a su subexpediente", "Atienda los turnos de éste.")
    if turno.version != version:
        raise VersionVieja(id_, version, turno.version)
    raise TurnoTomado(id_, nombre_de(ctx, turno.persona_id))


def _cerrar(
    ctx: Contexto,
    expediente: Expediente,
    tabla: Tabla,
    pendiente: Pendiente,
    salida: str,
    movimiento: avance.Movimiento,
    asentado: dict[str, Any],
) -> Atendido:
    actividad = tabla[pendiente.actividad]
    unidad = pendiente.unidad if es_grupo(actividad.unidad) else actividad.unidad.value
    id_ = id_turno(expediente.folio, pendiente)
    encargo = EncargoPedido("actividad", rotulo(actividad, unidad, salida), {"turno": id_})
    hecho = Hecho("decision", pendiente.unidad, asentado, (pendiente, salida), [encargo])
    nuevos = asentar(ctx, expediente, tabla, movimiento, hecho)
    ctx.s.flush()
    return Atendido(expediente, tabla, nuevos)


def _capturado(ctx: Contexto, actividad: Actividad, datos: dict[str, Any]) -> dict[str, Any]:
    limpios = validar(actividad.formulario, datos)
    if actividad.formulario:
        exigir_unidades(ctx.s, actividad.formulario, limpios)
        exigir_pasadas(actividad.formulario, limpios, reloj.local(ctx.ahora).date())
    return limpios


def _evidencia(
    ctx: Contexto, actividad: Actividad, id_: str, *, con_anexos: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Los anexos y los oficios firmados del turno, como se asientan; un oficio puede ser el documento que se pide.

    Lanza:
        EvidenciaFaltante: con lo que falta.
    """
    anexos = _anexos(ctx, id_) if con_anexos else []
    cumplen = {oficio.clave: oficio.cumple for oficio in actividad.oficios if oficio.cumple}
    oficios = _firmados(ctx, id_, cumplen) if cumplen else []
    presentes = {anexo["evidencia"] for anexo in anexos} | {cumplen[oficio.clave] for oficio in oficios}
    _exigir_documentos(actividad, presentes)
    sha256 = {anexo["id"]: anexo["sha256"] for anexo in anexos}
    return anexos, [_oficio(x, cumplen[x.clave], sha256) for x in oficios]


def _exigir_documentos(actividad: Actividad, presentes: set[str]) -> None:
    faltan = [doc.nombre for doc in actividad.evidencia if doc.obligatoria and doc.clave not in presentes]
    if faltan:
        raise EvidenciaFaltante(faltan)


def _anexos(ctx: Contexto, turno: str) -> list[dict[str, Any]]:
    """Los del turno, en el orden en que se subieron, como se asientan."""
    consulta = select(Anexo).where(col(Anexo.turno_id) == turno).order_by(col(Anexo.subido), col(Anexo.id))
    return [
        {"id": x.id, "evidencia": x.evidencia, "nombre": x.nombre, "tamano": x.tamano, "sha256": x.sha256}
        for x in ctx.s.scalars(consulta)
    ]


def _oficio(oficio: Oficio, evidencia: str, anexos: Mapping[str, str]) -> dict[str, Any]:
    """Como se asienta. anexos: el sha256 de cada uno, por su id; ahí está el de lo que se firmó fuera."""
    sha256 = oficio.sha256 or anexos.get(oficio.anexo_fuera or "")
    numero = oficio.numero or oficio.numero_fuera
    return {"id": oficio.id, "evidencia": evidencia, "numero": numero, "sha256": sha256}


def _firmados(ctx: Contexto, turno: str, claves: Iterable[str]) -> list[Oficio]:
    """Los de esas claves que el turno pidió y ya se firmaron, aquí o fuera."""
    suyos = select(Oficio).where(
        col(Oficio.turno_id) == turno, col(Oficio.clave).in_(list(claves)), col(Oficio.estado).in_(HECHOS)
    )
    return list(ctx.s.scalars(suyos.order_by(col(Oficio.firmado))))


def exigir_abierto(ctx: Contexto, turno: Turno) -> None:
    """Rechaza el acto si el turno ya se atendió, y dice quién y cuándo, o si se canceló."""
    if turno.estado == EstadoTurno.ATENDIDO:
        propio = ctx.quien is not None and turno.persona_id == ctx.quien.persona
        por = "Usted" if propio else nombre_de(ctx, turno.persona_id)
        cuando = reloj.local(turno.cerrado).strftime("%d/%m/%Y a las %H:%M") if turno.cerrado else ""
        expediente = ctx.s.get_one(Expediente, turno.folio)
        actividad = ctx.tablas.para_ver(expediente).fila(turno.actividad)
        raise ActividadYaAtendida(turno.folio, actividad.numero_impreso or actividad.clave, por, cuando)
    if turno.estado == EstadoTurno.CANCELADO:
        raise ActoNoProcede("atender el turno", "se canceló", "Recargue el expediente para ver por qué.")


def nombre_de(ctx: Contexto, persona: int | None) -> str:
    """Cómo se llama una persona; «El sistema» si no hay tal."""
    encontrada = ctx.s.get(Persona, persona) if persona else None
    return encontrada.nombre if encontrada else "El sistema"
