"""Los días inhábiles: cuáles son, y cómo la administración publica los institucionales."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, UploadFile

from api.dependencias import Entrada, PuertaDeAdministracion, administracion
from api.v1.esquemas import dias as formas
from api.v1.esquemas.comunes import ENTERO_MAXIMO, Lista, Motivo
from api.v1.parametros import PERFIL, PUBLICACION, Cursor, Limite
from api.v1.respuestas import errores
from api.vistas import dias as vistas_dias
from api.vistas.comunes import lista
from modelos import listas, reloj
from modelos.actos.administracion import dias as actos
from modelos.calendario import POR_DEFECTO
from modelos.dias import publicaciones
from modelos.dias.archivo import MAXIMO_BYTES, Escrito, leer
from modelos.dias.dia import Publicacion
from modelos.errores import NoExiste
from modelos.fechas import Fecha

ruta = APIRouter(tags=["Calendario"])
Ve = Annotated[PuertaDeAdministracion, administracion("ver las publicaciones de días inhábiles")]
Propone = Annotated[PuertaDeAdministracion, administracion("proponer días inhábiles")]
UN_ANIO = timedelta(364)
_LEER: dict[str, Any] = {"responses": errores(401, 403, 404, 422)}
_ACTO: dict[str, Any] = {"response_model": formas.PublicacionDetalle, "responses": errores(401, 403, 404, 409, 422)}


@ruta.get("/calendario/dias", response_model=Lista[formas.Dia], summary="Días inhábiles", **_LEER)
def listar_dias(
    puerta: Entrada,
    desde: Annotated[Fecha | None, Query(description="Por defecto, hoy.")] = None,
    hasta: Annotated[Fecha | None, Query(description="Incluido; por defecto, un año después de `desde`.")] = None,
    perfil: Annotated[str, Query(max_length=20, json_schema_extra=PERFIL)] = POR_DEFECTO,
    unidad: Annotated[str, Query(max_length=40, description="Con los de su entidad y su centro.")] = "",
    fines_de_semana: Annotated[bool, Query(description="También sábados y domingos sin otro motivo.")] = False,  # noqa: FBT002
    cursor: Cursor = None,
    limite: Limite = listas.LIMITE,
) -> Lista[formas.Dia]:
    """Los inhábiles de ley y los institucionales, y los habilitados, con quién lo dice.

    Sin `unidad`, los que alcanzan a todo el país. Un año sin publicar responde 422 y dice qué archivo lo lleva.
    """
    inicio = desde or reloj.hoy()
    fin = hasta or _un_anio_despues(inicio)
    desde_el = listas.DE_FECHA.leer(cursor) if cursor else date.min
    with puerta.lectura() as (s, _):
        calendarios = publicaciones.calendarios_de(s, unidad)
    todos = publicaciones.dias_entre(calendarios, perfil, inicio, fin, fines_de_semana=fines_de_semana)
    quedan = [dia for dia in todos if dia.fecha > desde_el]
    tramo = listas.cortar(quedan, limite, len(todos), listas.DE_FECHA, lambda dia: dia.fecha)
    return lista(tramo, [formas.Dia(**vars(dia), dia=dia.dia) for dia in tramo.elementos])


@ruta.get(
    "/calendario/publicaciones",
    response_model=Lista[formas.Publicacion],
    summary="Publicaciones de días inhábiles",
    **_LEER,
)
def listar(
    puerta: Ve,
    estado: Annotated[str, Query(description="Sin él, todas.", json_schema_extra=PUBLICACION)] = "",
    cursor: Cursor = None,
    limite: Limite = listas.LIMITE,
) -> Lista[dict[str, Any]]:
    """Las propuestas, aprobadas y descartadas, la más reciente primero. Sólo la administración."""
    with puerta.lectura() as (s, _):
        tramo = publicaciones.lista(s, estado=estado, cursor=cursor, limite=limite)
        elementos = vistas_dias.publicaciones(s, tramo.elementos)
    return lista(tramo, elementos)


@ruta.post("/calendario/publicaciones", status_code=201, summary="Proponer días inhábiles", **_ACTO)
def proponer(cuerpo: formas.PublicacionNueva, puerta: Ve) -> dict[str, Any]:
    """Guarda la propuesta y devuelve qué plazos movería; todavía no cambia ninguno."""
    dias = [Escrito(f"dias.{i}.", **dia.model_dump()) for i, dia in enumerate(cuerpo.dias)]
    with puerta.acto() as ctx:
        nueva = actos.proponer(ctx, dias, cuerpo.retira, cuerpo.motivo)
    return _detalle(puerta, nueva)


@ruta.post(
    "/calendario/publicaciones/archivo",
    status_code=201,
    response_model=formas.PublicacionDetalle,
    responses=errores(401, 403, 404, 413, 422),
    summary="Proponer días inhábiles de un archivo",
)
def proponer_archivo(
    puerta: Propone,
    archivo: Annotated[UploadFile, File(description="TOML o CSV, de 256 KB y 500 renglones a lo más.")],
    motivo: Annotated[str, Form(max_length=2000)],
) -> dict[str, Any]:
    """Como proponer, con los tramos en un archivo; si un renglón tiene faltas, no entra ninguno."""
    puerta.exigir()
    dias = leer(archivo.filename or "", archivo.file.read(MAXIMO_BYTES + 1))
    with puerta.acto() as ctx:
        nueva = actos.proponer(ctx, dias, (), motivo)
    return _detalle(puerta, nueva)


@ruta.get(
    "/calendario/publicaciones/{id}",
    response_model=formas.PublicacionDetalle,
    summary="Una publicación, con sus efectos o su avance",
    **_LEER,
)
def ver(
    id: int,  # noqa: A002 - nombre del contrato
    puerta: Ve,
    cursor: Annotated[str, Query(max_length=140, description="El `siguiente` de los efectos.")] = "",
    limite: Limite = listas.LIMITE,
) -> dict[str, Any]:
    """De una propuesta, qué plazos movería; de una aprobada, cuánto va del recuento. Sólo la administración."""
    with puerta.lectura() as (s, _):
        return vistas_dias.detalle(s, publicaciones.una(s, _id(id)), limite, cursor)


@ruta.post("/calendario/publicaciones/{id}/aprobar", summary="Aprobar una propuesta", **_ACTO)
def aprobar(id: int, cuerpo: formas.Aprobacion, puerta: Ve) -> dict[str, Any]:  # noqa: A002
    """Publica los días; el sistema recuenta solo los plazos por cumplir y lo asienta en cada expediente."""
    with puerta.acto() as ctx:
        aprobada = actos.aprobar(ctx, _id(id), cuerpo.base)
    return _detalle(puerta, aprobada)


@ruta.post("/calendario/publicaciones/{id}/descartar", summary="Descartar una propuesta", **_ACTO)
def descartar(id: int, cuerpo: Motivo, puerta: Ve) -> dict[str, Any]:  # noqa: A002
    """Cierra la propuesta sin publicarla."""
    with puerta.acto() as ctx:
        descartada = actos.descartar(ctx, _id(id), cuerpo.motivo)
    return _detalle(puerta, descartada)


def _detalle(puerta: PuertaDeAdministracion, fila: Publicacion) -> dict[str, Any]:
    """Se lee aparte: contar los efectos puede tardar y no debe detener a quien quiere escribir."""
    with puerta.lectura() as (s, _):
        return vistas_dias.detalle(s, publicaciones.una(s, fila.id or 0))


def _id(id_: int) -> int:
    """El id, si cabe en la base; si no, no hay tal publicación."""
    if not 0 < id_ <= ENTERO_MAXIMO:
        raise NoExiste("la publicación", str(id_))
    return id_


def _un_anio_despues(inicio: date) -> date:
    ultimo = date(publicaciones.anios_publicados()[-1], 12, 31)
    return max(inicio, min(ultimo, inicio + UN_ANIO)) if inicio <= ultimo else inicio
