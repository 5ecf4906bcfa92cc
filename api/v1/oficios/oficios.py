"""Los oficios: verlos, corregirlos, firmarlos, acusarlos y lo que les sigue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Header, Path, Query, UploadFile
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.archivos import anexos, oficios
from api.dependencias import Entrada, Puerta
from api.v1.esquemas.comunes import ENTERO_MAXIMO, Lista
from api.v1.esquemas.oficios import Acuse, Correccion, Firma, Leido, MotivoOficio, Oficio, OficioEntero, OficioNuevo
from api.v1.expedientes.expedientes import ClaveIdempotencia
from api.v1.parametros import OFICIO, Cursor, Limite
from api.v1.respuestas import archivo, errores
from api.vistas import oficios as vistas_oficios
from api.vistas.comunes import lista
from modelos import listas
from modelos.actos import idempotencia
from modelos.actos.oficios import acuses
from modelos.actos.oficios import tramite as actos
from modelos.actos.turnos.atender import persona_que_actua
from modelos.actos.turnos.mover import Contexto
from modelos.errores import FormularioIncompleto
from modelos.expedientes import visibles
from modelos.fechas import Fecha
from modelos.oficios import visibles as consultas_oficios
from modelos.oficios.oficio import Oficio as Fila
from modelos.organizacion.permisos import Quien
from tareas.oficios.redaccion import borrador, sueltos, texto
from tareas.oficios.redaccion.fuera import sin_tomar_la_base

ruta = APIRouter(tags=["Oficios"])
_LISTA: dict[str, Any] = {"response_model": Lista[Oficio], "responses": errores(401, 403, 404, 422)}
_ACTO: dict[str, Any] = {"response_model": OficioEntero, "responses": errores(401, 403, 404, 409, 422, 500)}


@ruta.get("/expedientes/{folio}/oficios", summary="Los oficios de un expediente", **_LISTA)
def del_expediente(folio: str, puerta: Entrada, cursor: Cursor = None, limite: Limite = listas.LIMITE) -> Lista[Oficio]:
    """Los que a quien pregunta le toca ver, el más reciente primero; un borrador, sólo quien lo puede corregir."""
    with puerta.lectura() as (s, quien):
        visibles.expediente_visible(s, quien, folio)
        pagina = consultas_oficios.del_expediente(s, quien, folio, cursor=cursor, limite=limite)
        return lista(pagina, vistas_oficios.oficios(s, puerta.tablas, puerta.ajustes, pagina.elementos))


@ruta.post(
    "/expedientes/{folio}/oficios",
    status_code=201,
    response_model=OficioEntero,
    responses=errores(401, 403, 404, 409, 422),
    summary="Redactar otro oficio",
)
def emitir(folio: str, cuerpo: OficioNuevo, puerta: Entrada, clave: ClaveIdempotencia = None) -> OficioEntero:
    """Deja el borrador de un oficio que ningún paso pidió, con cualquier plantilla."""

    def acto() -> OficioEntero:
        with puerta.acto() as ctx:
            if clave is not None:
                previo = idempotencia.reservar(ctx, clave, ["oficios", folio, cuerpo.model_dump(mode="json")])
                if previo is not None:
                    return _ver(ctx, puerta, actos.leer(ctx, previo))
            externos: list[Mapping[str, str]] = [externo.model_dump() for externo in cuerpo.externos]
            oficio = sueltos.emitir(ctx, folio, cuerpo.plantilla, cuerpo.emisor, cuerpo.para, cuerpo.ccp, externos)
            if clave is not None:
                idempotencia.cumplir(ctx, clave, oficio.id)
            return _ver(ctx, puerta, oficio)

    return sin_tomar_la_base(acto)


@ruta.get("/oficios", summary="Buscar oficios", **_LISTA)
def listar(
    puerta: Entrada,
    estado: Annotated[str, Query(json_schema_extra=OFICIO)] = "",
    unidad: Annotated[str, Query(description="La que lo emite.")] = "",
    texto: Annotated[str, Query(description="En el número o en el asunto.", max_length=200)] = "",
    cursor: Cursor = None,
    limite: Limite = listas.LIMITE,
) -> Lista[Oficio]:
    """Los que a quien pregunta le toca ver, el más reciente primero."""
    with puerta.lectura() as (s, quien):
        pagina = consultas_oficios.lista(
            s, quien, estado=estado, unidad=unidad, texto=texto, cursor=cursor, limite=limite
        )
        return lista(pagina, vistas_oficios.oficios(s, puerta.tablas, puerta.ajustes, pagina.elementos))


@ruta.get(
    "/oficios/{id}", response_model=OficioEntero, responses=errores(401, 403, 404), summary="Un oficio con su texto"
)
def ver(id: str, puerta: Entrada) -> OficioEntero:  # noqa: A002 - nombre del contrato
    """El oficio, a quién va, quién ya acusó y qué conviene notar."""
    with puerta.lectura() as (s, quien):
        return _entero(s, puerta, quien, consultas_oficios.visible(s, quien, id))


@ruta.get(
    "/oficios/{id}/pdf",
    response_class=Response,
    responses={
        **archivo(oficios.PDF, "El PDF."),
        304: {"description": "Es el que ya se tiene."},
        **errores(401, 403, 404, 500),
    },
    summary="El PDF de un oficio",
)
def pdf(
    id: str,  # noqa: A002
    puerta: Entrada,
    ya_tiene: Annotated[str, Header(alias="If-None-Match")] = "",
) -> Response:
    """El archivo que se firmó, con su sha256 por `ETag`; de un borrador, uno con marca de agua y sin número."""
    return oficios.entregar_pdf(puerta, id, ya_tiene)


@ruta.get(
    "/oficios/{id}/docx",
    response_class=Response,
    responses={
        **archivo(oficios.DOCX, "El documento de Word."),
        **errores(401, 403, 404, 501),
    },
    summary="El borrador en Word",
)
def docx(id: str, puerta: Entrada) -> Response:  # noqa: A002
    """El texto para trabajarlo en Word, sin número ni validez; lo que se firma es el PDF."""
    return oficios.entregar_docx(puerta, id)


@ruta.post("/oficios/{id}/editar", summary="Corregir un borrador", **_ACTO)
def editar(id: str, cuerpo: Correccion, puerta: Entrada) -> OficioEntero:  # noqa: A002
    """Cambia el asunto, el texto, los anexos o cómo se nombra a los destinatarios."""
    with puerta.acto() as ctx:
        actual = actos.leer(ctx, id)
        campos = {
            "asunto": actual.asunto if cuerpo.asunto is None else cuerpo.asunto,
            "cuerpo": actual.cuerpo if cuerpo.cuerpo is None else cuerpo.cuerpo,
            "anexos": actual.anexos if cuerpo.anexos is None else "\n".join(cuerpo.anexos),
        }
        if que_falta := texto.falta(campos["cuerpo"]):
            raise FormularioIncompleto({"cuerpo": que_falta})
        a_quien = None if cuerpo.destinatarios is None else [d.model_dump() for d in cuerpo.destinatarios]
        return _ver(ctx, puerta, actos.editar(ctx, id, cuerpo.version, campos, a_quien))


@ruta.post("/oficios/{id}/rehacer", summary="Volver a redactar un borrador", **_ACTO)
def rehacer(id: str, cuerpo: Leido, puerta: Entrada) -> OficioEntero:  # noqa: A002
    """Lo redacta otra vez con la plantilla y los datos de hoy; lo corregido a mano se pierde."""

    def acto() -> OficioEntero:
        with puerta.acto() as ctx:
            return _ver(ctx, puerta, borrador.rehacer(ctx, id, cuerpo.version))

    return sin_tomar_la_base(acto)


@ruta.post("/oficios/{id}/firmar", summary="Firmar y enviar", **_ACTO)
def firmar(id: str, cuerpo: Firma, puerta: Entrada) -> OficioEntero:  # noqa: A002
    """Le da número y código, guarda su PDF, lo asienta y pide enviarlo; firma quien tiene el cargo o lo suple."""
    with puerta.acto() as ctx:
        return _ver(ctx, puerta, oficios.firmar(puerta, ctx, id, cuerpo.version, cuerpo.leido))


@ruta.post(
    "/oficios/{id}/firmado-fuera",
    response_model=OficioEntero,
    responses=errores(401, 403, 404, 409, 413, 422, 507),
    summary="Registrar que se firmó fuera",
)
def firmado_fuera(
    id: str,  # noqa: A002
    puerta: Entrada,
    version: Annotated[int, Form(ge=1, le=ENTERO_MAXIMO, description="La `version` del oficio que se leyó.")],
    numero: Annotated[str, Form(max_length=200, description="El que lleva el documento firmado.")],
    fecha: Annotated[Fecha, Form(description="La del documento: es la que cumple el plazo.")],
    archivo: Annotated[UploadFile | None, File(description="El documento firmado.")] = None,
    anexo: Annotated[
        str, Form(max_length=36, description="En lugar de `archivo`: el id de uno ya adjunto al turno del oficio.")
    ] = "",
) -> OficioEntero:
    """Da por hecho el oficio con el documento que se firmó en papel, y cumple con su fecha el plazo que lo esperaba."""
    oficio = anexos.firmado_fuera(puerta, id, version, numero, fecha, archivo or anexo)
    with puerta.lectura() as (s, quien):
        return _entero(s, puerta, quien, oficio)


@ruta.post("/oficios/{id}/cancelar", summary="Cancelar o descartar", **_ACTO)
def cancelar(id: str, cuerpo: MotivoOficio, puerta: Entrada) -> OficioEntero:  # noqa: A002
    """Firmado, queda sin efecto y conserva su número; borrador, se descarta; firmado fuera, vuelve a ser borrador.

    No se descarta el que cumple un plazo que corre ni el que la norma exige.
    """
    with puerta.acto() as ctx:
        return _ver(ctx, puerta, actos.cancelar(ctx, id, cuerpo.motivo))


@ruta.post("/oficios/{id}/sustituir", summary="Sustituir", **_ACTO)
def sustituir(id: str, puerta: Entrada) -> OficioEntero:  # noqa: A002
    """Devuelve el borrador del que lo sustituye; al firmarse, el anterior deja de estar vigente."""
    with puerta.acto() as ctx:
        return _ver(ctx, puerta, actos.sustituir(ctx, id))


@ruta.post("/oficios/{id}/destinatarios/{orden}/acusar", summary="Acusar de recibido", **_ACTO)
def acusar(
    id: str,  # noqa: A002
    orden: Annotated[int, Path(ge=0, le=ENTERO_MAXIMO)],
    puerta: Entrada,
    cuerpo: Acuse | None = None,
) -> OficioEntero:
    """Lo asienta el destinatario, o quien lo emitió si lo entregó en papel; repetirlo no cambia nada."""
    with puerta.acto() as ctx:
        actos.acusar(ctx, id, orden, cuerpo.nota if cuerpo else "")
        return _ver(ctx, puerta, actos.leer(ctx, id))


@ruta.post("/oficios/{id}/recordar", summary="Recordar a quienes no han acusado", **_ACTO)
def recordar(id: str, puerta: Entrada) -> OficioEntero:  # noqa: A002
    """Les avisa una vez; a quien ya se le recordó no se le repite."""
    with puerta.acto() as ctx:
        acuses.recordar(ctx, id)
        return _ver(ctx, puerta, actos.leer(ctx, id))


def _ver(ctx: Contexto, puerta: Puerta, fila: Fila) -> OficioEntero:
    return _entero(ctx.s, puerta, persona_que_actua(ctx), fila)


def _entero(s: Session, puerta: Puerta, quien: Quien, fila: Fila) -> OficioEntero:
    return vistas_oficios.oficio(s, puerta.tablas, puerta.ajustes, fila, oficios.leido(s, puerta, quien, fila))
