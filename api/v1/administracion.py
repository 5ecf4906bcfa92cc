"""Unidades, personas, quién cambió qué y la carga desde Excel. Sólo la administración."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Path, Query, Response, UploadFile
from sqlalchemy.orm import Session

from api.dependencias import PuertaDeAdministracion, administracion
from api.v1.esquemas import administracion as formas
from api.v1.esquemas.comunes import ENTERO_MAXIMO, Lista
from api.v1.expedientes.expedientes import ClaveIdempotencia
from api.v1.parametros import Limite, uno_de
from api.v1.respuestas import archivo, errores
from modelos import reloj
from modelos.actos import idempotencia
from modelos.actos.administracion import carga, personas
from modelos.actos.administracion import unidades as actos
from modelos.actos.administracion.personas import Alta
from modelos.actos.turnos.mover import Contexto
from modelos.administracion import buscar_personas as consultas
from modelos.administracion import buscar_unidades, sin_nadie
from modelos.administracion.carga import descarga
from modelos.administracion.carga import plan as carga_plan
from modelos.administracion.carga.plan import Paso, Plan
from modelos.errores import NoExiste
from modelos.listas import LIMITE
from modelos.organizacion.cambios import Cosa
from modelos.organizacion.organigrama import Adscripcion, Unidad
from modelos.organizacion.permisos import Rol, exigir_administracion
from modelos.tabla.unidades import TipoUnidad
from tareas.hojas import catalogos as excel

ruta = APIRouter(tags=["Unidades y personas"])
VER = "administrar unidades y personas"
Administracion = Annotated[PuertaDeAdministracion, administracion(VER)]
VeCambios = Annotated[PuertaDeAdministracion, administracion("ver quién cambió qué")]
Descarga = Annotated[PuertaDeAdministracion, administracion("descargar unidades y personas")]
Carga = Annotated[PuertaDeAdministracion, administracion(carga.CARGAR)]
Id = Annotated[int, Path(ge=1, le=ENTERO_MAXIMO)]
Tipo = Annotated[str, Query(json_schema_extra=uno_de("", *TipoUnidad))]
EstadoUnidad = Annotated[str, Query(json_schema_extra=uno_de("", *buscar_unidades.ESTADOS))]
EstadoPersona = Annotated[str, Query(json_schema_extra=uno_de("", *consultas.ESTADOS))]
RolPedido = Annotated[str, Query(json_schema_extra=uno_de("", *Rol))]
CosaPedida = Annotated[str, Query(json_schema_extra=uno_de("", *Cosa))]
Cursor = Annotated[str, Query(max_length=140, description="El `siguiente` del tramo anterior.")]
Texto = Annotated[str, Query(max_length=200, description="Sin acentos ni mayúsculas.")]
ElLibro = Annotated[UploadFile, File(description="Un .xlsx de 2 MB y 2000 renglones por hoja a lo más.")]
_LEER: dict[str, Any] = {"responses": errores(401, 403, 404, 422)}
_ACTO: dict[str, Any] = {"responses": errores(401, 403, 404, 409, 422)}
_ARCHIVO: dict[str, Any] = {"responses": errores(401, 403, 404, 409, 413, 422)}


# --- unidades --------------------------------------------------------------------


@ruta.get("/unidades", response_model=Lista[formas.Unidad], summary="Las unidades", **_LEER)
def listar_unidades(
    puerta: Administracion,
    texto: Texto = "",
    tipo: Tipo = "",
    estado: EstadoUnidad = "",
    cursor: Cursor = "",
    limite: Limite = LIMITE,
) -> dict[str, Any]:
    """Por clave. tipo: nacional, estatal o cast; estado: activas, baja o por_confirmar."""
    with puerta.lectura() as (s, _):
        tramo = buscar_unidades.buscar(s, texto=texto, tipo=tipo, estado=estado, cursor=cursor, limite=limite)
        return {**_lista(u.model_dump() for u in tramo.elementos), "total": tramo.total, "siguiente": tramo.siguiente}


@ruta.post("/unidades", status_code=201, response_model=formas.Unidad, summary="Dar de alta un CAST", **_ACTO)
def alta_unidad(cuerpo: formas.UnidadNueva, puerta: Administracion, clave: ClaveIdempotencia = None) -> dict[str, Any]:
    """Desde que existe recibe lo que se turne a todos los CAST."""
    with puerta.acto() as ctx:
        suya = _una_vez(
            ctx,
            clave,
            ["unidades", cuerpo.model_dump(mode="json")],
            lambda: actos.alta_cast(ctx, cuerpo.clave, cuerpo.nombre, cuerpo.depende_de).clave,
        )
        return ctx.s.get_one(Unidad, suya).model_dump()


@ruta.put("/unidades/{clave}", response_model=formas.Unidad, summary="Corregir una unidad", **_ACTO)
def corregir_unidad(clave: str, cuerpo: formas.UnidadCorregida, puerta: Administracion) -> dict[str, Any]:
    """Su denominación, y de un CAST de quién depende; lo firmado y lo repartido no cambian."""
    campos = cuerpo.model_dump(include={"nombre", "depende_de", "fuente"})
    with puerta.acto() as ctx:
        return actos.corregir_unidad(ctx, clave, campos, confirmada=cuerpo.confirmada).model_dump()


@ruta.post("/unidades/{clave}/baja", response_model=formas.UnidadDeBaja, summary="Dar de baja un CAST", **_ACTO)
def baja_unidad(clave: str, cuerpo: formas.BajaDeUnidad, puerta: Administracion) -> dict[str, Any]:
    """Deja de recibir turnos; los abiertos siguen siendo suyos y hay que decir que se vieron."""
    with puerta.acto() as ctx:
        unidad = actos.baja_unidad(ctx, clave, cuerpo.desde, cuerpo.motivo, cuerpo.turnos_vistos)
        return {**unidad.model_dump(), "turnos_sin_nadie": sin_nadie.de_unidad(ctx.s, clave, reloj.hoy())}


@ruta.post("/unidades/{clave}/reactivar", response_model=formas.Unidad, summary="Reactivar un CAST", **_ACTO)
def reactivar_unidad(clave: str, cuerpo: formas.ConMotivo, puerta: Administracion) -> dict[str, Any]:
    """Vuelve a recibir turnos."""
    with puerta.acto() as ctx:
        return actos.reactivar_unidad(ctx, clave, cuerpo.motivo).model_dump()


# --- personas --------------------------------------------------------------------


@ruta.get("/personas", response_model=Lista[formas.PersonaListada], summary="Las personas", **_LEER)
def listar_personas(
    puerta: Administracion,
    texto: Texto = "",
    unidad: str = "",
    rol: RolPedido = "",
    estado: EstadoPersona = "",
    cursor: Cursor = "",
    limite: Limite = LIMITE,
) -> dict[str, Any]:
    """Por nombre. unidad y rol: lo que tienen hoy; estado: activas, baja o sueltas (hoy sin unidad)."""
    with puerta.lectura() as (s, _):
        tramo = consultas.buscar(s, texto=texto, unidad=unidad, rol=rol, estado=estado, cursor=cursor, limite=limite)
        datos = {"id", "correo", "nombre", "activa"}
        filas = ({**e.persona.model_dump(include=datos), "vigentes": e.vigentes} for e in tramo.elementos)
        return {**_lista(filas), "total": tramo.total, "siguiente": tramo.siguiente}


@ruta.post(
    "/personas", status_code=201, response_model=formas.PersonaConClave, summary="Dar de alta a una persona", **_ACTO
)
def alta_persona(
    cuerpo: formas.PersonaNueva, puerta: Administracion, clave: ClaveIdempotencia = None
) -> dict[str, Any]:
    """Con una contraseña que se genera sola y sólo se devuelve aquí, la primera vez."""
    inicial: list[str] = []

    def hacer() -> str:
        hecha = personas.alta_persona(ctx, cuerpo.correo, cuerpo.nombre, cuerpo.unidad, cuerpo.rol)
        inicial.append(hecha.clave)
        return str(hecha.persona.id)

    with puerta.acto() as ctx:
        suya = _una_vez(ctx, clave, ["personas", cuerpo.model_dump(mode="json")], hacer)
        return {**_detalle(ctx.s, int(suya)), "clave_inicial": inicial[0] if inicial else None}


@ruta.get("/personas/{id}", response_model=formas.PersonaDetalle, summary="Una persona", **_LEER)
def ver_persona(id: Id, puerta: Administracion) -> dict[str, Any]:  # noqa: A002 - nombre del contrato
    """Con sus adscripciones, los turnos que tiene tomados y por quién firma."""
    with puerta.lectura() as (s, _):
        return _detalle(s, id)


@ruta.put("/personas/{id}", response_model=formas.PersonaDetalle, summary="Corregir a una persona", **_ACTO)
def corregir_persona(id: Id, cuerpo: formas.PersonaCorregida, puerta: Administracion) -> dict[str, Any]:  # noqa: A002
    """Su nombre, o el correo con que entra."""
    with puerta.acto() as ctx:
        personas.corregir_persona(ctx, id, cuerpo.correo, cuerpo.nombre)
        return _detalle(ctx.s, id)


@ruta.post(
    "/personas/{id}/adscripciones",
    status_code=201,
    response_model=formas.Adscrita,
    summary="Adscribir a una persona",
    **_ACTO,
)
def adscribir(
    id: Id,  # noqa: A002
    cuerpo: formas.AdscripcionNueva,
    puerta: Administracion,
    clave: ClaveIdempotencia = None,
) -> dict[str, Any]:
    """Le da un rol más en una unidad; sin fechas, desde hoy y sin fin."""

    def hacer() -> str:
        return str(personas.adscribir(ctx, id, cuerpo.unidad, cuerpo.rol, cuerpo.desde, cuerpo.hasta).id)

    with puerta.acto() as ctx:
        suya = _una_vez(ctx, clave, ["adscripciones", id, cuerpo.model_dump(mode="json")], hacer)
        fila = ctx.s.get(Adscripcion, int(suya))
        if fila is None:  # se repitió la solicitud, y entretanto se quitó sin que llegara a regir
            raise NoExiste("la adscripción", suya)
        return fila.model_dump()


@ruta.post(
    "/personas/{id}/adscripciones/{adscripcion}/vigencia",
    response_model=formas.PersonaDetalle,
    summary="Retirar o alargar una adscripción",
    **_ACTO,
)
def fijar_ultimo_dia(
    id: Id,  # noqa: A002
    adscripcion: Id,
    cuerpo: formas.Vigencia,
    puerta: Administracion,
) -> dict[str, Any]:
    """Fija su último día. La fecha de ayer la corta en este momento; lo que ya rigió no se reescribe."""
    with puerta.acto() as ctx:
        personas.fijar_ultimo_dia(ctx, id, adscripcion, cuerpo.hasta)
        return _detalle(ctx.s, id)


@ruta.post("/personas/{id}/clave", response_model=formas.PersonaConClave, summary="Restablecer su contraseña", **_ACTO)
def restablecer(id: Id, puerta: Administracion) -> dict[str, Any]:  # noqa: A002
    """Genera otra, que sólo se devuelve aquí, y cierra sus sesiones."""
    with puerta.acto() as ctx:
        return _con_clave(ctx.s, personas.restablecer_clave(ctx, id))


@ruta.post("/personas/{id}/baja", response_model=formas.PersonaDetalle, summary="Dar de baja a una persona", **_ACTO)
def baja_persona(id: Id, cuerpo: formas.ConMotivo, puerta: Administracion) -> dict[str, Any]:  # noqa: A002
    """Deja de poder entrar en este momento; los turnos que tenía tomados vuelven a su unidad, y se les avisa.

    Los de un expediente en cuarentena vuelven cuando se arregle su tabla.
    """
    with puerta.acto() as ctx:
        personas.baja_persona(ctx, id, cuerpo.motivo)
        return _detalle(ctx.s, id)


@ruta.post(
    "/personas/{id}/reactivar", response_model=formas.PersonaConClave, summary="Reactivar a una persona", **_ACTO
)
def reactivar_persona(id: Id, puerta: Administracion) -> dict[str, Any]:  # noqa: A002
    """Con otra contraseña; sus adscripciones siguen cerradas."""
    with puerta.acto() as ctx:
        return _con_clave(ctx.s, personas.reactivar_persona(ctx, id))


# --- cambios y Excel -------------------------------------------------------------


@ruta.get("/cambios", response_model=Lista[formas.CambioHecho], summary="Quién cambió qué", **_LEER)
def listar_cambios(
    puerta: VeCambios, cosa: CosaPedida = "", quien: str = "", cursor: Cursor = "", limite: Limite = LIMITE
) -> dict[str, Any]:
    """Lo último primero. quien: el id de quien cambió, o «consola»."""
    with puerta.lectura() as (s, _):
        tramo = consultas.anotados(s, cosa=cosa, quien=quien, cursor=cursor, limite=limite)
    filas = (
        {
            "id": a.id,
            "cosa": a.cosa,
            "cual": a.cual,
            "quien": a.renglon.quien,
            "cuando": reloj.iso(a.renglon.cuando),
            "nuevo": a.renglon.nuevo,
            "campos": [{"campo": c, "antes": antes, "despues": despues} for c, antes, despues in a.renglon.campos],
        }
        for a in tramo.elementos
    )
    return {**_lista(filas), "total": tramo.total, "siguiente": tramo.siguiente}


@ruta.get(
    "/catalogos.xlsx",
    response_class=Response,
    responses={**archivo(excel.TIPO, "El libro."), **errores(401, 403)},
    summary="Unidades y personas en Excel",
)
def descargar(puerta: Descarga) -> Response:
    """El libro con lo que hay, sin contraseñas; volver a cargarlo no cambia nada."""
    with puerta.lectura() as (s, _):
        hojas = descarga.hojas(s)
    encabezados = {"Content-Disposition": f'attachment; filename="unidades-y-personas-{reloj.hoy().isoformat()}.xlsx"'}
    return Response(excel.escribir(hojas), media_type=excel.TIPO, headers=encabezados)


@ruta.post("/catalogos/revisar", response_model=formas.Revision, summary="Revisar una carga", **_ARCHIVO)
def revisar(puerta: Carga, archivo: ElLibro) -> dict[str, Any]:
    """Qué haría con cada renglón, o todas sus faltas. No guarda nada."""
    puerta.exigir()
    libro = excel.leer(archivo.filename or "", archivo.file.read(excel.MAXIMO_BYTES + 1))  # tarda: sin la base abierta
    with puerta.lectura() as (s, quien):
        plan = carga_plan.planear(s, libro, quien.persona)
    faltas = [{"hoja": f.hoja, "renglon": f.numero, "columna": f.letra, "que": f.que} for f in plan.faltas]
    return {"huella": plan.huella, "pasos": _pasos(plan), "faltas": faltas, "notas": list(plan.notas)}


@ruta.post("/catalogos/cargar", response_model=formas.CargaHecha, summary="Cargar unidades y personas", **_ARCHIVO)
def cargar(
    puerta: Carga,
    archivo: ElLibro,
    motivo: Annotated[str, Form(max_length=300)],
    huella: Annotated[str, Form(max_length=64, description="La de la revisión; si ya sería otra cosa, 409.")] = "",
) -> dict[str, Any]:
    """Entra completa o no entra; repetirla no duplica. Devuelve las contraseñas de las personas nuevas."""
    puerta.exigir()
    libro = excel.leer(archivo.filename or "", archivo.file.read(excel.MAXIMO_BYTES + 1))
    with puerta.acto() as ctx:
        hecha = carga.cargar(ctx, libro, motivo, huella)
    altas = [{"correo": a.persona.correo, "clave_inicial": a.clave} for a in hecha.altas]
    return {"pasos": _pasos(hecha.plan), "altas": altas}


# --- piezas ----------------------------------------------------------------------


def _una_vez(ctx: Contexto, clave: str | None, solicitud: object, hacer: Callable[[], str]) -> str:
    """El id de lo que se creó, ahora o la primera vez que llegó esa Idempotency-Key. Lanza NoLeCorresponde."""
    exigir_administracion(ctx.quien, VER)  # antes de mirar si esa solicitud ya se había hecho
    if clave is None:
        return hacer()
    if previo := idempotencia.reservar(ctx, clave, solicitud):
        return previo
    hecho = hacer()
    idempotencia.cumplir(ctx, clave, hecho)
    return hecho


def _lista(elementos: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"elementos": list(elementos)}


def _detalle(s: Session, id_: int) -> dict[str, Any]:
    suyo = consultas.una(s, id_)
    return {
        **suyo.persona.model_dump(include={"id", "correo", "nombre", "activa"}),
        "adscripciones": [a.model_dump() for a in suyo.adscripciones],
        "turnos_tomados": [t.id for t in suyo.tomados],
        "firma_por": list(suyo.firma_por),
        "turnos_sin_nadie": [asdict(hueco) for hueco in suyo.sin_nadie.quedan],
        "turnos_sin_nadie_si_se_va": [asdict(hueco) for hueco in suyo.sin_nadie.si_se_va],
    }


def _con_clave(s: Session, hecha: Alta) -> dict[str, Any]:
    return {**_detalle(s, hecha.persona.id or 0), "clave_inicial": hecha.clave}


def _pasos(plan: Plan) -> list[dict[str, Any]]:
    def uno(paso: Paso) -> dict[str, Any]:
        return {
            "hoja": paso.renglon.hoja,
            "renglon": paso.renglon.numero,
            "que": paso.que.value,
            "nombre": paso.nombre,
        }

    return [uno(paso) for paso in plan.pasos]
