"""La administración de las personas: buscarlas, darles acceso y unidad, y quitárselos. Nada de lo que rigió se borra.

Las direcciones llevan el id y nunca el correo ni el nombre. Una contraseña inicial sólo sale en la respuesta al envío
que la generó: ni se guarda ni se puede volver a ver.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from api.dependencias import PuertaDeAdministracion, administracion
from api.web.administracion.parametros import ROTULOS
from api.web.administracion.piezas import escrito, fechas, resumen
from api.web.piezas.formularios import LISTA, PREFIJO, Falta, Formulario, LoEscrito, de_molde, numero
from api.web.piezas.pagina import mas, pagina
from api.web.piezas.rechazo import Intento, Rechazo, mostrar
from modelos import reloj
from modelos.actos import idempotencia
from modelos.actos.administracion import personas as actos
from modelos.actos.administracion.personas import Alta
from modelos.actos.turnos.mover import Contexto
from modelos.administracion import buscar_personas as consultas
from modelos.administracion import buscar_unidades
from modelos.errores import ActoNoProcede, ClaveRepetida, DatoRepetido, FormularioIncompleto, NoExiste
from modelos.organizacion.errores import SinSesion
from modelos.organizacion.organigrama import LARGO_MAXIMO
from modelos.organizacion.permisos import NOMBRES, Quien, exigir_administracion
from modelos.tabla.formularios import LARGO_MOTIVO

ruta = APIRouter()
VER = "administrar personas"
Administracion = Annotated[PuertaDeAdministracion, administracion(VER)]
POR_PAGINA = 30
RAIZ = "/administracion/personas"
_ROLES = {rol.value: nombre[:1].upper() + nombre[1:] for rol, nombre in NOMBRES.items()}
_REPETIDO = {"alta": "correo", "corregir": "correo", "adscribir": "desde"}
"""De cada acto, el campo que tendría que ser otro si ya existe."""
_HECHOS = {
    "repetida": "Ya estaba hecho. Si no alcanzó a copiar la contraseña, restablézcala y copie la nueva.",
    "corregir": "Quedó corregida.",
    "adscribir": "Quedó adscrita.",
    "vigencia": "Quedó su último día.",
    "baja": "Quedó de baja: ya no puede entrar, y lo que tenía tomado volvió a su unidad.",
}


class _Quien(BaseModel):
    correo: str = Field(title="Correo", description="Con el que entra: nombre@conalep.edu.mx", max_length=LARGO_MAXIMO)
    nombre: str = Field(title="Nombre completo", max_length=LARGO_MAXIMO)


class _Donde(BaseModel):
    unidad: str = Field(title="Unidad", json_schema_extra=LISTA)
    rol: str = Field(title="Rol", json_schema_extra=LISTA)


class _Alta(_Donde, _Quien):
    """Quién es y dónde estará, en ese orden."""


class _Adscribir(_Donde):
    desde: date | None = Field(None, title="Primer día", description="Vacío: desde hoy.")
    hasta: date | None = Field(None, title="Último día", description="Todavía cuenta. Vacío: sin fin.")


class _Baja(BaseModel):
    motivo: str = Field(title="Motivo", max_length=LARGO_MOTIVO)


@ruta.get(RAIZ)
def buscar(
    request: Request,
    puerta: Administracion,
    texto: str = "",
    unidad: str = "",
    rol: str = "",
    estado: str = "",
    cursor: str = "",
) -> HTMLResponse:
    """Las personas, por nombre."""
    rol, estado = rol if rol in consultas.ROLES else "", estado if estado in consultas.ESTADOS else ""
    filtros = {n: v for n, v in (("texto", texto), ("unidad", unidad), ("rol", rol), ("estado", estado)) if v}
    with puerta.lectura() as (s, quien):
        tramo = consultas.buscar(
            s, texto=texto[:200], unidad=unidad[:40], rol=rol, estado=estado, cursor=cursor, limite=POR_PAGINA
        )
        unidades = buscar_unidades.activas(s)
    return pagina(
        request,
        "administracion/personas.html",
        quien,
        tramo=tramo,
        filtros=filtros,
        cursor=cursor,
        mas=mas(filtros, tramo.siguiente),
        unidades=unidades,
        roles=consultas.ROLES,
        estados=consultas.ESTADOS,
    )


@ruta.get(RAIZ + "/nueva")
def nueva(request: Request, puerta: Administracion, unidad: str = "") -> HTMLResponse:
    """El formulario para dar de alta; unidad: la que ya viene elegida."""
    return _alta(request, puerta, Rechazo("", LoEscrito({PREFIJO + "unidad": unidad}, {})))


@ruta.post(RAIZ + "/nueva")
def alta(request: Request, puerta: Administracion, captura: Formulario) -> Response:
    """La da de alta y muestra su contraseña, esta vez y nunca más; enviar dos veces la página no da dos."""
    v = {n: t.strip() for n, t in escrito(_Alta, captura).items()}

    def acto(ctx: Contexto) -> Alta:
        return actos.alta_persona(ctx, v["correo"], v["nombre"], v["unidad"], v["rol"])

    with Intento(captura, "alta", vuelve=(FormularioIncompleto, DatoRepetido)) as intento:
        hecha = _una_vez(puerta, captura, ["alta", v], acto)
    if intento.rechazo:
        return _alta(request, puerta, intento.rechazo)
    return _con_clave(request, puerta, hecha, "Quedó dada de alta")


@ruta.get(RAIZ + "/{id_}")
def ver(request: Request, id_: str, puerta: Administracion, hecho: str = "") -> HTMLResponse:
    """Una persona con lo suyo."""
    return _pagina(request, puerta, id_, Rechazo(), hecho=_HECHOS.get(hecho, ""))


@ruta.post(RAIZ + "/{id_}/{acto}")
def hacer(request: Request, id_: str, acto: str, puerta: Administracion, captura: Formulario) -> Response:
    """Corrige, adscribe, retira, restablece su contraseña, la da de baja o la reactiva."""
    persona = _id(id_)
    with Intento(captura, acto, vuelve=(FormularioIncompleto, DatoRepetido, ActoNoProcede)) as intento:
        if con_clave := _CON_CLAVE.get(acto):
            hecha = _una_vez(puerta, captura, [acto, persona], lambda ctx: con_clave[0](ctx, persona))
            return _con_clave(request, puerta, hecha, con_clave[1])
        hacer_ = _ACTOS.get(acto)
        if hacer_ is None:
            raise NoExiste("el acto", acto)
        with puerta.acto() as ctx:
            hacer_(ctx, persona, captura)
    if intento.rechazo:
        return _pagina(request, puerta, id_, intento.rechazo)
    return RedirectResponse(f"{RAIZ}/{persona}?hecho={acto}#resultado", 303)


@ruta.get(RAIZ + "/{id_}/{_acto}")
def volver(id_: str, _acto: str) -> Response:
    """Quien recarga la dirección de un acto vuelve a la persona."""
    return RedirectResponse(f"{RAIZ}/{_id(id_)}", 303)


# --- actos -----------------------------------------------------------------------


def _corregir(ctx: Contexto, persona: int, captura: LoEscrito) -> None:
    valores = escrito(_Quien, captura)
    actos.corregir_persona(ctx, persona, valores["correo"], valores["nombre"])


def _adscribir(ctx: Contexto, persona: int, captura: LoEscrito) -> None:
    v = escrito(_Adscribir, captura)
    if vacios := {c: m for c, m in (("unidad", "elija una"), ("rol", "elija uno")) if not v[c]}:
        raise FormularioIncompleto(vacios)
    dias = fechas(v, ["desde", "hasta"])
    actos.adscribir(ctx, persona, v["unidad"], v["rol"], dias["desde"], dias["hasta"])


def _vigencia(ctx: Contexto, persona: int, captura: LoEscrito) -> None:
    hasta = fechas({"hasta": captura.texto("hasta")}, ["hasta"])["hasta"]
    actos.fijar_ultimo_dia(ctx, persona, captura.entero("id"), hasta)


def _baja(ctx: Contexto, persona: int, captura: LoEscrito) -> None:
    actos.baja_persona(ctx, persona, escrito(_Baja, captura)["motivo"])


_MOLDES: dict[str, type[BaseModel]] = {"corregir": _Quien, "adscribir": _Adscribir, "baja": _Baja}
_ACTOS = {"corregir": _corregir, "adscribir": _adscribir, "vigencia": _vigencia, "baja": _baja}
_CON_CLAVE: dict[str, tuple[Callable[[Contexto, int], Alta], str]] = {
    "clave": (actos.restablecer_clave, "Quedó otra contraseña, y se cerraron sus sesiones"),
    "reactivar": (actos.reactivar_persona, "Está activa otra vez. Dele las unidades que le toquen"),
}


def _una_vez(
    puerta: PuertaDeAdministracion, captura: LoEscrito, que: object, acto: Callable[[Contexto], Alta]
) -> Alta | str:
    """Lo que dio el acto; si la misma página ya lo había hecho, el id de la persona y nada más."""
    try:
        with puerta.acto() as ctx:
            exigir_administracion(ctx.quien, VER)  # antes de mirar si esa página ya se había enviado
            ficha = f"pagina-{captura.texto('ficha')[:100] or uuid4()}"
            if previa := idempotencia.reservar(ctx, ficha, que):
                return previa
            hecha = acto(ctx)
            idempotencia.cumplir(ctx, ficha, str(hecha.persona.id))
            return hecha
    except ClaveRepetida as error:
        raise FormularioIncompleto({"": "esta página ya se había enviado con otros datos; recárguela"}) from error


# --- piezas ----------------------------------------------------------------------


def _id(texto: str) -> int:
    id_ = numero(texto)
    if not id_:
        raise NoExiste("la persona", texto)
    return id_


def _errores(rechazo: Rechazo) -> dict[str, str]:
    """Por campo: el dato repetido se dice en el que habría que cambiar."""
    de_acto = _REPETIDO if isinstance(rechazo.error, DatoRepetido) else {}
    return rechazo.errores_en(de_acto.get(rechazo.acto, ""))


def _con_clave(request: Request, puerta: PuertaDeAdministracion, hecha: Alta | str, frase: str) -> Response:
    """La contraseña en la propia respuesta: no pasa por ninguna dirección ni se guarda."""
    if isinstance(hecha, str):
        return RedirectResponse(f"{RAIZ}/{hecha}?hecho=repetida#resultado", 303)
    try:
        with puerta.lectura() as (_, yo):
            quien: Quien | None = yo
    except SinSesion:
        quien = None  # restableció la suya: su sesión se cerró con las demás, y aun así debe ver la nueva
    return pagina(request, "administracion/persona_clave.html", quien, alta=hecha, frase=frase)


def _alta(request: Request, puerta: PuertaDeAdministracion, rechazo: Rechazo) -> HTMLResponse:
    errores = _errores(rechazo)
    with puerta.lectura() as (s, quien):
        listas = {"unidad": dict(buscar_unidades.activas(s)), "rol": _ROLES}
    return mostrar(
        request,
        "administracion/persona_nueva.html",
        quien,
        rechazo,
        campos=de_molde(_Alta, escrito(_Alta, rechazo.captura), errores, listas),
        resumen=resumen(_Alta, errores),
        ficha=str(uuid4()),
    )


def _pagina(
    request: Request, puerta: PuertaDeAdministracion, id_: str, rechazo: Rechazo, hecho: str = ""
) -> HTMLResponse:
    errores = _errores(rechazo)
    with puerta.lectura() as (s, quien):
        detalle = consultas.una(s, _id(id_))
        listas = {"unidad": dict(buscar_unidades.activas(s)), "rol": _ROLES}
        cambios = consultas.de_persona(s, _id(id_))
    guardado = {"correo": detalle.persona.correo, "nombre": detalle.persona.nombre}
    formularios = {}
    for acto, molde in _MOLDES.items():
        este = rechazo.acto == acto
        valores = escrito(molde, rechazo.captura) if este else guardado
        formularios[acto] = de_molde(molde, valores, errores if este else {}, listas)
    de_vigencia = rechazo.captura.entero("id") if rechazo.acto == "vigencia" else 0
    return mostrar(
        request,
        "administracion/persona.html",
        quien,
        rechazo,
        d=detalle,
        p=detalle.persona,
        es_yo=detalle.persona.id == quien.persona,
        formularios=formularios,
        acto=rechazo.acto,
        vigencia={
            "id": de_vigencia,
            "hasta": rechazo.captura.texto("hasta"),
            "error": errores.get("hasta", "") if de_vigencia else "",
        },
        resumen=_resumen(rechazo, de_vigencia),
        hoy=reloj.hoy(),
        estado_de=consultas.estado_de,
        roles=consultas.ROLES,
        cambios=cambios,
        rotulos=ROTULOS,
        ficha=str(uuid4()),
        hecho=hecho,
    )


def _resumen(rechazo: Rechazo, de_vigencia: int) -> list[Falta]:
    errores = _errores(rechazo)
    if de_vigencia and "hasta" in errores:
        return [Falta(f"Último día: {errores['hasta']}.", f"hasta-{de_vigencia}")]
    return resumen(_MOLDES.get(rechazo.acto, BaseModel), errores)
