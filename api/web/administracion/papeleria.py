"""La administración de lo que rodea a un oficio: la papelería de cada unidad y la leyenda del año."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.dependencias import Entrada, Puerta
from api.errores import codigo
from api.web.administracion.piezas import Control, campos, escrito, resumen
from api.web.piezas.formularios import Formulario, numero
from api.web.piezas.pagina import pagina
from modelos import reloj
from modelos.actos.oficios import papeleria as actos
from modelos.administracion import papeleria as consultas
from modelos.administracion.papeleria import ROTULOS
from modelos.errores import FormularioIncompleto
from modelos.oficios import papeleria
from modelos.organizacion.cambios import Cosa, historia
from modelos.organizacion.permisos import exigir_administracion
from modelos.tabla.emision import FORMATO, LARGO_FORMATO, falta_de_formato
from tareas.oficios.papel import sello

ruta = APIRouter()
VER = "ver la papelería de los oficios"
_HOJA = (
    Control(
        "formato",
        ROTULOS["formato"],
        "Lleva una vez {consecutivo:03d} y una vez {anio}; {SIGLA} es la clave de la unidad.",
        obligatorio=True,
        maximo=LARGO_FORMATO,
    ),
    Control("lugar", ROTULOS["lugar"], "Como va en la fecha: «Metepec, Estado de México».", maximo=120),
    Control("domicilio", ROTULOS["domicilio"], "Sale al pie, en una o dos líneas.", maximo=300),
    Control("telefono", ROTULOS["telefono"], maximo=60),
    Control("sitio", ROTULOS["sitio"], maximo=120),
)
_LEYENDA = (
    Control("anio", ROTULOS["anio"], control="numero", obligatorio=True),
    Control("texto", ROTULOS["texto"], "Sin comillas: se ponen al imprimirla.", obligatorio=True, maximo=300),
    Control("fuente", ROTULOS["fuente"], "El decreto o acuerdo, y dónde se publicó.", obligatorio=True, maximo=500),
)


@ruta.get("/administracion/papeleria")
def lista_papeleria(request: Request, puerta: Entrada) -> HTMLResponse:
    """La de cada unidad, con el número que seguiría."""
    with puerta.lectura() as (s, quien):
        exigir_administracion(quien, VER)
        hojas = consultas.hojas(s, reloj.hoy().year)
        faltan = papeleria.sin_leyenda(s, reloj.hoy())
    como_esta = sello.estado(puerta.ajustes)
    return pagina(
        request, "administracion/oficios/papeleria.html", quien, hojas=hojas, sin_leyenda=faltan, sello=como_esta
    )


@ruta.get("/administracion/papeleria/{unidad}")
def ver_papeleria(request: Request, unidad: str, puerta: Entrada, hecho: str = "") -> HTMLResponse:
    """La de una unidad y quién la ha cambiado."""
    return _hoja(request, puerta, unidad, hecho=bool(hecho))


@ruta.post("/administracion/papeleria/{unidad}")
def fijar_papeleria(request: Request, unidad: str, puerta: Entrada, captura: Formulario) -> Response:
    """La fija; con «probar» sólo dice cómo quedaría el número."""
    valores = escrito(_HOJA, captura)
    if captura.texto("acto") == "probar":
        falta = falta_de_formato(valores["formato"].strip() or FORMATO)
        return _hoja(request, puerta, unidad, valores, {"formato": falta} if falta else {}, 422 if falta else 200)
    try:
        with puerta.acto() as ctx:
            actos.fijar_papeleria(ctx, unidad, valores)
    except FormularioIncompleto as error:
        return _hoja(request, puerta, unidad, valores, error.campos, codigo(error))
    return RedirectResponse(f"/administracion/papeleria/{quote(unidad)}?hecho=1#resultado", 303)


@ruta.get("/administracion/leyendas")
def lista_leyendas(request: Request, puerta: Entrada, anio: str = "", hecho: str = "") -> HTMLResponse:
    """Las leyendas, cuáles faltan y el formulario para capturar o corregir una."""
    return _leyendas(request, puerta, anio=numero(anio), hecho=numero(hecho))


@ruta.post("/administracion/leyendas")
def fijar_leyenda(request: Request, puerta: Entrada, captura: Formulario) -> Response:
    """Guarda la leyenda de un año."""
    valores = escrito(_LEYENDA, captura)
    anio = numero(valores["anio"].strip())
    try:
        with puerta.acto() as ctx:
            actos.fijar_leyenda(ctx, anio, valores["texto"], valores["fuente"])
    except FormularioIncompleto as error:
        return _leyendas(request, puerta, valores=valores, errores=error.campos, status=codigo(error))
    return RedirectResponse(f"/administracion/leyendas?hecho={anio}#resultado", 303)


# --- piezas --------------------------------------------------------------------


def _hoja(
    request: Request,
    puerta: Puerta,
    clave: str,
    valores: Mapping[str, str] | None = None,
    errores: Mapping[str, str] | None = None,
    status: int = 200,
    *,
    hecho: bool = False,
) -> HTMLResponse:
    faltas, anio = dict(errores or {}), reloj.hoy().year
    with puerta.lectura() as (s, quien):
        exigir_administracion(quien, VER)
        hoja = consultas.hoja(s, clave, anio)
        puestos = valores or {c.nombre: getattr(hoja.papeleria, c.nombre) for c in _HOJA}
        formato = puestos["formato"].strip() or FORMATO
        muestra = "" if falta_de_formato(formato) else consultas.ejemplo(s, clave, formato, anio)
        cambios = historia(s, Cosa.PAPELERIA, [clave])
    return pagina(
        request,
        "administracion/oficios/papeleria_unidad.html",
        quien,
        status,
        hoja=hoja,
        campos=campos(_HOJA, puestos, faltas),
        resumen=resumen(_HOJA, faltas),
        muestra=muestra,
        probado=valores is not None,
        cambios=cambios,
        rotulos=ROTULOS,
        hecho=hecho,
    )


def _leyendas(
    request: Request,
    puerta: Puerta,
    *,
    anio: int = 0,
    valores: Mapping[str, str] | None = None,
    errores: Mapping[str, str] | None = None,
    status: int = 200,
    hecho: int = 0,
) -> HTMLResponse:
    faltas = dict(errores or {})
    with puerta.lectura() as (s, quien):
        exigir_administracion(quien, VER)
        lista = consultas.leyendas(s)
        faltan = papeleria.sin_leyenda(s, reloj.hoy())
        cambios = historia(s, Cosa.LEYENDA, [str(fila.anio) for fila in lista])
    elegida = next((fila for fila in lista if fila.anio == anio), None)
    iniciales = {"anio": str(anio or next(iter(faltan), ""))}
    if elegida:
        iniciales |= {"texto": elegida.texto, "fuente": elegida.fuente}
    return pagina(
        request,
        "administracion/oficios/leyendas.html",
        quien,
        status,
        leyendas=lista,
        sin_leyenda=faltan,
        corrige=elegida is not None,
        campos=campos(_LEYENDA, valores or iniciales, faltas),
        resumen=resumen(_LEYENDA, faltas),
        cambios=cambios,
        rotulos=ROTULOS,
        hecho=hecho,
    )
