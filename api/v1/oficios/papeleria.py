"""Lo que rodea a un oficio: papelería, leyendas, normas y quién firma. Sólo la administración."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Path

from api.dependencias import PuertaDeAdministracion, administracion
from api.v1.esquemas import papeleria as formas
from api.v1.esquemas.comunes import ENTERO_MAXIMO, Lista
from api.v1.respuestas import errores
from modelos import reloj
from modelos.actos.oficios import papeleria as actos
from modelos.administracion import papeleria as consultas
from modelos.administracion.papeleria import HojaMembretada
from modelos.oficios import ordenamientos, papeleria
from modelos.oficios.ordenamientos import FECHAS, Ordenamiento
from modelos.oficios.titulares import Suplencia, Titularidad
from modelos.organizacion.organigrama import Persona

ruta = APIRouter(tags=["Administración de oficios"])
VER = "ver lo que fija la administración de los oficios"
Administracion = Annotated[PuertaDeAdministracion, administracion(VER)]
Id = Annotated[int, Path(ge=1, le=ENTERO_MAXIMO)]
_LEER: dict[str, Any] = {"responses": errores(401, 403)}
_ACTO: dict[str, Any] = {"responses": errores(401, 403, 404, 409, 422)}


@ruta.get("/papeleria", response_model=Lista[formas.Papeleria], summary="La papelería de las unidades", **_LEER)
def listar_papeleria(puerta: Administracion) -> dict[str, Any]:
    """La de cada unidad activa, con el número que llevaría su próximo oficio."""
    with puerta.lectura() as (s, _):
        return _lista(_hoja(hoja) for hoja in consultas.hojas(s, reloj.hoy().year))


@ruta.put("/papeleria/{unidad}", response_model=formas.Papeleria, summary="Fijar la papelería", **_ACTO)
def fijar_papeleria(unidad: str, cuerpo: formas.PapeleriaNueva, puerta: Administracion) -> dict[str, Any]:
    """La llevan los oficios que se firmen desde ahora. Un formato que repetiría números se rechaza."""
    with puerta.acto() as ctx:
        actos.fijar_papeleria(ctx, unidad, cuerpo.model_dump())
        return _hoja(consultas.hoja(ctx.s, unidad, reloj.hoy().year))


@ruta.get("/leyendas", response_model=formas.Leyendas, summary="Las leyendas del año", **_LEER)
def listar_leyendas(puerta: Administracion) -> dict[str, Any]:
    """Las capturadas, y en `faltan` los años que ya deberían tenerla."""
    with puerta.lectura() as (s, _):
        lista = _lista(fila.model_dump() for fila in consultas.leyendas(s))
        return {**lista, "faltan": papeleria.sin_leyenda(s, reloj.hoy())}


@ruta.put("/leyendas/{anio}", response_model=formas.Leyenda, summary="Fijar la leyenda de un año", **_ACTO)
def fijar_leyenda(anio: int, cuerpo: formas.LeyendaNueva, puerta: Administracion) -> dict[str, Any]:
    """Con la fuente en que consta; lo ya firmado no cambia."""
    with puerta.acto() as ctx:
        return actos.fijar_leyenda(ctx, anio, cuerpo.texto, cuerpo.fuente).model_dump()


@ruta.get("/ordenamientos", response_model=Lista[formas.Norma], summary="Las normas que se citan", **_LEER)
def listar_normas(puerta: Administracion) -> dict[str, Any]:
    """En qué estado está cada una."""
    with puerta.lectura() as (s, _):
        return _lista(_norma(fila) for fila in ordenamientos.todos(s).values())


@ruta.put("/ordenamientos/{clave}", response_model=formas.Norma, summary="Actualizar una norma", **_ACTO)
def fijar_norma(clave: str, cuerpo: formas.NormaNueva, puerta: Administracion) -> dict[str, Any]:
    """Su estado, su acuerdo y sus fechas; queda quién lo cambió."""
    datos = cuerpo.model_dump()
    with puerta.acto() as ctx:
        dadas = {nombre: datos.pop(nombre) for nombre in FECHAS}
        return _norma(actos.fijar_norma(ctx, clave, datos, dadas))


@ruta.get("/titulares", response_model=Lista[formas.Nombramiento], summary="Quién tiene cada cargo", **_LEER)
def listar_titulares(puerta: Administracion, unidad: str = "") -> dict[str, Any]:
    """Los nombramientos que ha habido, por unidad, el último primero."""
    with puerta.lectura() as (s, _):
        return _lista(_nombramiento(*fila) for fila in consultas.nombramientos(s, unidad))


@ruta.post(
    "/titulares", status_code=201, response_model=formas.Nombramiento, summary="Nombrar a quien tiene un cargo", **_ACTO
)
def nombrar(cuerpo: formas.NombramientoNuevo, puerta: Administracion) -> dict[str, Any]:
    """Al anterior le termina la víspera. Con el mismo día corrige el nombramiento que empieza entonces."""
    campos = cuerpo.model_dump(include={"cargo", "tratamiento", "iniciales"})
    with puerta.acto() as ctx:
        fila = actos.nombrar(ctx, cuerpo.unidad, cuerpo.correo, cuerpo.desde, campos)
        return _nombramiento(fila, ctx.s.get_one(Persona, fila.persona_id))


@ruta.post("/titulares/{id}/terminar", response_model=formas.Nombramiento, summary="Dejar vacante un cargo", **_ACTO)
def vacar(id: Id, cuerpo: formas.UltimoDia, puerta: Administracion) -> dict[str, Any]:  # noqa: A002 - nombre del contrato
    """Fija el último día de quien lo tiene; lo que ya firmó no cambia."""
    with puerta.acto() as ctx:
        fila = actos.vacar(ctx, id, cuerpo.hasta)
        return _nombramiento(fila, ctx.s.get_one(Persona, fila.persona_id))


@ruta.get("/suplencias", response_model=Lista[formas.Suplencia], summary="Las suplencias", **_LEER)
def listar_suplencias(puerta: Administracion, unidad: str = "") -> dict[str, Any]:
    """Las que ha habido, por unidad, la última primero."""
    with puerta.lectura() as (s, _):
        return _lista(_suplencia(*fila) for fila in consultas.suplencias(s, unidad))


@ruta.post("/suplencias", status_code=201, response_model=formas.Suplencia, summary="Registrar una suplencia", **_ACTO)
def suplir(cuerpo: formas.SuplenciaNueva, puerta: Administracion) -> dict[str, Any]:
    """Con el precepto que la funda y su periodo; ambos días se incluyen."""
    campos = cuerpo.model_dump(include={"cargo", "tratamiento", "precepto", "ausencia"})
    with puerta.acto() as ctx:
        fila = actos.suplir(
            ctx, cuerpo.unidad, cuerpo.correo, cuerpo.desde, cuerpo.hasta, campos, cuerpo.procedimientos
        )
        return _suplencia(fila, ctx.s.get_one(Persona, fila.persona_id))


@ruta.post("/suplencias/{id}/terminar", response_model=formas.Suplencia, summary="Terminar una suplencia", **_ACTO)
def terminar(id: Id, cuerpo: formas.UltimoDia, puerta: Administracion) -> dict[str, Any]:  # noqa: A002
    """Adelanta su último día; lo que ya firmó no cambia."""
    with puerta.acto() as ctx:
        fila = actos.terminar(ctx, id, cuerpo.hasta)
        return _suplencia(fila, ctx.s.get_one(Persona, fila.persona_id))


# --- piezas --------------------------------------------------------------------


def _lista(elementos: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Van enteras: hay una por unidad, norma o año, y no miles."""
    todos = list(elementos)
    return {"elementos": todos, "total": len(todos), "siguiente": None}


def _hoja(hoja: HojaMembretada) -> dict[str, Any]:
    campos = hoja.papeleria.model_dump(include={"formato", "lugar", "domicilio", "telefono", "sitio"})
    return {
        "unidad": hoja.unidad.clave,
        "nombre": hoja.unidad.nombre,
        "ejemplo": hoja.ejemplo,
        "fijada": hoja.fijada,
        **campos,
    }


def _norma(norma: Ordenamiento) -> dict[str, Any]:
    return {**norma.model_dump(), "rige": ordenamientos.rige(norma, reloj.hoy())}


def _nombramiento(fila: Titularidad, quien: Persona) -> dict[str, Any]:
    return {**fila.model_dump(exclude={"persona_id"}), "persona": {"id": quien.id, "nombre": quien.nombre}}


def _suplencia(fila: Suplencia, quien: Persona) -> dict[str, Any]:
    return {**fila.model_dump(exclude={"persona_id", "creada"}), "persona": {"id": quien.id, "nombre": quien.nombre}}
