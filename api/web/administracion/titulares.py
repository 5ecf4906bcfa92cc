"""La administración de quién firma: nombrar, registrar una suplencia con su precepto y terminar, sin borrar nada."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from api.dependencias import PuertaDeAdministracion, administracion
from api.web.administracion.piezas import escrito, fechas, resumen, una_fecha
from api.web.piezas.formularios import CORTO, LARGO_RENGLON, Falta, Formulario, LoEscrito, de_molde
from api.web.piezas.pagina import pagina
from api.web.piezas.rechazo import Intento, Rechazo, mostrar
from modelos import reloj
from modelos.actos.oficios import papeleria as actos
from modelos.actos.turnos.mover import Contexto
from modelos.administracion import papeleria as consultas
from modelos.administracion import personas
from modelos.administracion.papeleria import ROTULOS
from modelos.errores import DatoRepetido, FormularioIncompleto, NoExiste
from modelos.oficios.titulares import LARGOS

ruta = APIRouter()
VER = "ver quién firma por cada unidad"
Administracion = Annotated[PuertaDeAdministracion, administracion(VER)]
_CORREO = "El correo con que entra al sistema."
_HECHOS = {
    "nombrar": "Quedó el nombramiento.",
    "suplir": "Quedó la suplencia.",
    "vacar": "El nombramiento termina ese día.",
    "terminar": "La suplencia termina ese día.",
}


class _Nombrar(BaseModel):
    correo: str = Field(title="Persona", description=_CORREO, max_length=LARGO_RENGLON)
    cargo: str = Field(
        title=ROTULOS["cargo"],
        description="Como se imprime bajo su nombre.",
        max_length=LARGOS["cargo"],
        json_schema_extra=CORTO,
    )
    tratamiento: str = Field(
        "",
        title=ROTULOS["tratamiento"],
        description="Lo que va antes del nombre: «Mtra.», «Ing.».",
        max_length=LARGOS["tratamiento"],
    )
    iniciales: str = Field(
        "",
        title=ROTULOS["iniciales"],
        description="Con las que se marca lo que firma: «AAA».",
        max_length=LARGOS["iniciales"],
    )
    desde: date | None = Field(
        None, title=ROTULOS["desde"], description="Vacío: desde hoy. Al anterior le termina la víspera."
    )


class _Suplir(BaseModel):
    correo: str = Field(title="Persona que suple", description=_CORREO, max_length=LARGO_RENGLON)
    cargo: str = Field(
        title="Su cargo",
        description="El de quien suple, no el del titular.",
        max_length=LARGOS["cargo"],
        json_schema_extra=CORTO,
    )
    tratamiento: str = Field("", title=ROTULOS["tratamiento"], max_length=LARGOS["tratamiento"])
    precepto: str = Field(
        title=ROTULOS["precepto"],
        description="Sigue a «con fundamento en»: «el artículo … del Estatuto Orgánico…».",
        max_length=LARGOS["precepto"],
        json_schema_extra=CORTO,
    )
    ausencia: str = Field(
        "",
        title=ROTULOS["ausencia"],
        description="Por qué no está: «comisión oficial». Se imprime.",
        max_length=LARGOS["ausencia"],
    )
    desde: date = Field(title=ROTULOS["desde"])
    hasta: date = Field(title=ROTULOS["hasta"], description="Incluido.")


@ruta.get("/administracion/titulares")
def lista(request: Request, puerta: Administracion) -> HTMLResponse:
    """Quién tiene el cargo de cada unidad y quién lo suple hoy."""
    with puerta.lectura() as (s, quien):
        cargos = consultas.cargos(s, reloj.hoy())
    vacantes = [c.unidad for c in cargos if c.titular is None]
    return pagina(request, "administracion/oficios/titulares.html", quien, cargos=cargos, vacantes=vacantes)


@ruta.get("/administracion/titulares/{unidad}")
def ver(request: Request, unidad: str, puerta: Administracion, hecho: str = "") -> HTMLResponse:
    """El cargo de una unidad, su historia y los formularios."""
    return _pagina(request, puerta, unidad, Rechazo(), hecho=_HECHOS.get(hecho, ""))


@ruta.get("/administracion/titulares/{unidad}/{acto}")
def formulario(request: Request, unidad: str, acto: str, puerta: Administracion) -> Response:
    """El formulario para nombrar o suplir; quien recarga la dirección de otro acto vuelve a la unidad."""
    if acto not in _CONTROLES:
        return RedirectResponse(f"/administracion/titulares/{quote(unidad)}", 303)
    return _formulario(request, puerta, unidad, Rechazo(acto))


@ruta.post("/administracion/titulares/{unidad}/{acto}")
def hacer(request: Request, unidad: str, acto: str, puerta: Administracion, captura: Formulario) -> Response:
    """Nombra, registra una suplencia, o termina una u otro."""
    hacer_ = _ACTOS.get(acto)
    if hacer_ is None:
        raise NoExiste("el acto", acto)
    intento = Intento(captura, acto, vuelve=(FormularioIncompleto, DatoRepetido))
    with intento, puerta.acto() as ctx:
        hacer_(ctx, unidad, captura)
    if intento.rechazo:
        mostrar_ = _formulario if acto in _CONTROLES else _pagina
        return mostrar_(request, puerta, unidad, intento.rechazo)
    return RedirectResponse(f"/administracion/titulares/{quote(unidad)}?hecho={acto}#resultado", 303)


# --- actos -----------------------------------------------------------------------


def _nombrar(ctx: Contexto, unidad: str, captura: LoEscrito) -> None:
    valores = escrito(_Nombrar, captura)
    actos.nombrar(ctx, unidad, valores["correo"].strip(), fechas(valores, ["desde"])["desde"], valores)


def _suplir(ctx: Contexto, unidad: str, captura: LoEscrito) -> None:
    valores = escrito(_Suplir, captura)
    desde, hasta = una_fecha(valores, "desde"), una_fecha(valores, "hasta")
    cuales = [t.clave for t in ctx.tablas if captura.texto(f"procedimiento-{t.clave}")]
    actos.suplir(ctx, unidad, valores["correo"].strip(), desde, hasta, valores, cuales)


def _vacar(ctx: Contexto, _unidad: str, captura: LoEscrito) -> None:
    actos.vacar(ctx, captura.entero("id"), una_fecha({"hasta": captura.texto("hasta")}, "hasta"))


def _terminar(ctx: Contexto, _unidad: str, captura: LoEscrito) -> None:
    actos.terminar(ctx, captura.entero("id"), una_fecha({"hasta": captura.texto("hasta")}, "hasta"))


_CONTROLES: dict[str, type[BaseModel]] = {"nombrar": _Nombrar, "suplir": _Suplir}
_ACTOS = {"nombrar": _nombrar, "suplir": _suplir, "vacar": _vacar, "terminar": _terminar}

# --- piezas ----------------------------------------------------------------------


def _pagina(
    request: Request, puerta: PuertaDeAdministracion, clave: str, rechazo: Rechazo, hecho: str = ""
) -> HTMLResponse:
    acto, captura, errores = rechazo.acto, rechazo.captura, rechazo.errores_en("desde")
    with puerta.lectura() as (s, quien):
        unidad = consultas.una_unidad(s, clave)
        datos: dict[str, object] = {
            "cargo": consultas.cargo(s, unidad, reloj.hoy()),
            "nombramientos": consultas.nombramientos(s, clave),
            "suplencias": consultas.suplencias(s, clave),
            "cambios": consultas.cambios_de_cargos(s, clave),
        }
    return mostrar(
        request,
        "administracion/oficios/titulares_unidad.html",
        quien,
        rechazo,
        **datos,
        hoy=reloj.hoy(),
        rechazado={"acto": acto, "id": captura.entero("id"), "hasta": captura.texto("hasta")},
        error=errores.get("hasta", ""),
        resumen=[Falta(f"Último día: {m}.", f"{acto}-{captura.entero('id')}") for m in errores.values()],
        tablas={tabla.clave: tabla.nombre for tabla in puerta.tablas},
        rotulos=ROTULOS,
        hecho=hecho,
    )


def _formulario(request: Request, puerta: PuertaDeAdministracion, clave: str, rechazo: Rechazo) -> HTMLResponse:
    molde, llego, errores = _CONTROLES[rechazo.acto], rechazo.captura, rechazo.errores_en("desde")
    with puerta.lectura() as (s, quien):
        unidad = consultas.una_unidad(s, clave)
        cargo = consultas.cargo(s, unidad, reloj.hoy())
        correos = [(ficha.correo, ficha.nombre) for ficha in personas.lista(s, unidad=clave) if ficha.activa]
    return mostrar(
        request,
        "administracion/oficios/titulares_acto.html",
        quien,
        rechazo,
        unidad=unidad,
        cargo=cargo,
        acto=rechazo.acto,
        campos=de_molde(molde, escrito(molde, llego), errores),
        resumen=resumen(molde, errores),
        correos=correos,
        tablas={tabla.clave: tabla.nombre for tabla in puerta.tablas},
        elegidos={t.clave for t in puerta.tablas if llego.texto(f"procedimiento-{t.clave}")},
    )
