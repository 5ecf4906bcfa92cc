"""La administración de las normas en que se fundan los oficios: en qué estado están y desde cuándo rigen."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from api.dependencias import PuertaDeAdministracion, administracion
from api.web.administracion.piezas import escrito, fechas, resumen
from api.web.piezas.formularios import CORTO, LISTA, Formulario, de_molde
from api.web.piezas.pagina import pagina
from api.web.piezas.rechazo import Intento, Rechazo, mostrar
from modelos import reloj
from modelos.actos.oficios import papeleria as actos
from modelos.administracion.papeleria import ROTULOS
from modelos.errores import FormularioIncompleto, NoExiste
from modelos.oficios import ordenamientos
from modelos.oficios.ordenamientos import LARGOS, EstadoNorma, Ordenamiento
from modelos.organizacion.cambios import Cosa, historia

ruta = APIRouter()
Administracion = Annotated[PuertaDeAdministracion, administracion("ver los ordenamientos")]
ESTADOS = {
    EstadoNorma.VIGENTE.value: ("✓", "Vigente"),
    EstadoNorma.PROYECTO.value: ("○", "En proyecto"),
    EstadoNorma.ABROGADO.value: ("✕", "Abrogado"),
}


class _Norma(BaseModel):
    nombre: str = Field(title=ROTULOS["nombre"], max_length=LARGOS["nombre"], json_schema_extra=CORTO)
    cita: str = Field(
        title=ROTULOS["cita"],
        description="Lo que sigue a «en los artículos 1 y 2…»: empieza con «del» o «de los».",
        max_length=LARGOS["cita"],
        json_schema_extra=CORTO,
    )
    estado: str = Field(
        title=ROTULOS["estado"],
        description="Un oficio que cite una norma que no consta como vigente lo avisa, o no se firma, según el ajuste.",
        json_schema_extra=LISTA,
    )
    acuerdo: str = Field("", title=ROTULOS["acuerdo"], description="Sólo si consta.", max_length=LARGOS["acuerdo"])
    emitido: date | None = Field(None, title=ROTULOS["emitido"])
    publicado: date | None = Field(None, title=ROTULOS["publicado"])
    vigente_desde: date | None = Field(
        None, title=ROTULOS["vigente_desde"], description="Hace falta para darla por vigente."
    )
    vigente_hasta: date | None = Field(None, title=ROTULOS["vigente_hasta"], description="El último día, inclusive.")
    nota: str = Field("", title=ROTULOS["nota"], max_length=LARGOS["nota"])


@ruta.get("/administracion/ordenamientos")
def lista_normas(request: Request, puerta: Administracion) -> HTMLResponse:
    """Las normas en que se fundan los oficios y en qué están."""
    with puerta.lectura() as (s, quien):
        normas = list(ordenamientos.todos(s).values())
        rigen = {n.clave for n in normas if ordenamientos.rige(n, reloj.hoy())}
    bloquea = puerta.ajustes.norma_en_proyecto == "bloquear"
    return pagina(
        request,
        "administracion/oficios/ordenamientos.html",
        quien,
        normas=normas,
        rigen=rigen,
        estados=ESTADOS,
        bloquea=bloquea,
    )


@ruta.get("/administracion/ordenamientos/{clave}")
def ver_norma(request: Request, clave: str, puerta: Administracion, hecho: str = "") -> HTMLResponse:
    """Una norma y quién la ha cambiado."""
    return _norma(request, puerta, clave, hecho=bool(hecho))


@ruta.post("/administracion/ordenamientos/{clave}")
def fijar_norma(request: Request, clave: str, puerta: Administracion, captura: Formulario) -> Response:
    """Actualiza lo que consta de ella."""
    valores = escrito(_Norma, captura)
    with Intento(captura, vuelve=(FormularioIncompleto,)) as intento:
        dadas = fechas(valores, ordenamientos.FECHAS)
        with puerta.acto() as ctx:
            actos.fijar_norma(ctx, clave, valores, dadas)
    if intento.rechazo:
        return _norma(request, puerta, clave, intento.rechazo)
    return RedirectResponse(f"/administracion/ordenamientos/{quote(clave)}?hecho=1#resultado", 303)


# --- piezas --------------------------------------------------------------------


def _norma(
    request: Request, puerta: PuertaDeAdministracion, clave: str, rechazo: Rechazo | None = None, *, hecho: bool = False
) -> HTMLResponse:
    faltas = rechazo.campos if rechazo else {}
    with puerta.lectura() as (s, quien):
        norma = s.get(Ordenamiento, clave)
        if norma is None:
            raise NoExiste("el ordenamiento", clave)
        cambios = historia(s, Cosa.NORMA, [clave])
        rige = ordenamientos.rige(norma, reloj.hoy())
    guardados = {nombre: str(getattr(norma, nombre) or "") for nombre in _Norma.model_fields}
    puestos = escrito(_Norma, rechazo.captura) if rechazo else guardados
    return mostrar(
        request,
        "administracion/oficios/ordenamiento.html",
        quien,
        rechazo,
        norma=norma,
        rige=rige,
        estados=ESTADOS,
        campos=de_molde(
            _Norma, puestos, faltas, {"estado": {clave: palabra for clave, (_, palabra) in ESTADOS.items()}}
        ),
        resumen=resumen(_Norma, faltas),
        cambios=cambios,
        rotulos=ROTULOS,
        hecho=hecho,
    )
