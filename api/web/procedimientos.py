"""Las tablas, como se leen impresas, y el formulario para iniciar un expediente."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api import reglas_plazo, vistas
from api.dependencias import Entrada, Puerta
from api.errores import codigo
from api.web import frases, repetidos
from api.web.formularios import Captura, Falta, Formulario, a_json, campos, faltas
from api.web.plantillas import pagina
from api.web.repetidos import YaAbierto
from modelos import consultas, idempotencia, reloj
from modelos.actos import apertura
from modelos.errores import ClaveRepetida, FormularioIncompleto, NoLeCorresponde, SinDestinatarios
from modelos.permisos import Quien, atiende, puede_conducir
from modelos.tabla import Tabla

ruta = APIRouter()


@ruta.get("/procedimientos")
def listar(request: Request, puerta: Entrada) -> HTMLResponse:
    """Los procedimientos vigentes."""
    with puerta.lectura() as (_, quien):
        tablas = puerta.tablas.vigentes(reloj.hoy())
    iniciables = {t.clave for t in tablas if apertura.puede_iniciar(quien, t)}
    return pagina(request, "procedimientos.html", quien, tablas=tablas, iniciables=iniciables)


@ruta.get("/procedimientos/{clave}")
def ver(request: Request, clave: str, puerta: Entrada, version: str | None = None) -> HTMLResponse:
    """La tabla vigente, o la de `version`, con la que se abrió un expediente."""
    with puerta.lectura() as (s, quien):
        unidades = consultas.unidades(s)
    vigente = puerta.tablas.vigente(clave, reloj.hoy())
    tabla = puerta.tablas.version(clave, version) if version else vigente
    return pagina(
        request,
        "procedimiento.html",
        quien,
        tabla=tabla,
        vigente=tabla.version == vigente.version,
        puede_iniciar=apertura.puede_iniciar(quien, tabla),
        caminos={act.clave: frases.caminos(tabla, act) for act in tabla.actividades},
        unidades=unidades,
        nombres_tablas={t.clave: t.nombre for t in puerta.tablas},
        frases=frases,
        reglas=reglas_plazo,
    )


@ruta.get("/procedimientos/{clave}/iniciar")
def pedir(request: Request, clave: str, puerta: Entrada) -> HTMLResponse:
    """El formulario para iniciar un expediente."""
    with puerta.lectura() as (s, quien):
        tabla = _iniciable(puerta, quien, clave)
        esquema = _esquema(s, quien, tabla)
    return _formulario(request, quien, tabla, esquema, None, {})


@ruta.post("/procedimientos/{clave}/iniciar")
def iniciar(request: Request, clave: str, puerta: Entrada, captura: Formulario) -> Response:
    """Abre el expediente; enviar dos veces la misma página abre uno solo, y repetir el asunto se pregunta."""
    with puerta.lectura() as (s, quien):
        tabla = _iniciable(puerta, quien, clave)
        esquema = _esquema(s, quien, tabla)
    if captura.recupera:
        return _formulario(request, quien, tabla, esquema, captura, {})
    try:
        folio = _abrir(puerta, tabla, esquema, captura)
    except FormularioIncompleto as error:
        return _formulario(request, quien, tabla, esquema, captura, error.campos, 422)
    except ClaveRepetida:
        # Volvió atrás y cambió lo que ya había enviado: es otro expediente, y debe decirlo.
        aviso = "Esta página ya abrió un expediente con otros datos. Si quiere abrir uno más, revise y envíe de nuevo."
        return _formulario(request, quien, tabla, esquema, captura, {}, 409, aviso, nueva=True)
    except YaAbierto as gemelo:
        return _formulario(request, quien, tabla, esquema, captura, {}, 409, gemelo=gemelo)
    except SinDestinatarios as error:
        return _formulario(request, quien, tabla, esquema, captura, {}, codigo(error), str(error))
    return RedirectResponse(f"/expedientes/{folio}?registrado=1#confirmacion", 303)


def _abrir(puerta: Puerta, tabla: Tabla, esquema: dict[str, Any], captura: Captura) -> str:
    asunto = captura.texto("asunto")
    datos = a_json(esquema, captura)
    with puerta.acto() as ctx:
        ficha = f"pagina-{captura.texto('ficha')[:100] or uuid4()}"
        if previo := idempotencia.reservar(ctx, ficha, ["pagina", tabla.clave, asunto, datos]):
            return previo
        nuevo = apertura.iniciar(ctx, tabla.clave, asunto, datos)
        repetidos.exigir_unico(ctx, nuevo, captura.texto("otro"))
        idempotencia.cumplir(ctx, ficha, nuevo.folio)
        return nuevo.folio


def _iniciable(puerta: Puerta, quien: Quien, clave: str) -> Tabla:
    tabla = puerta.tablas.vigente(clave, reloj.hoy())
    if not apertura.puede_iniciar(quien, tabla):
        raise NoLeCorresponde(f"iniciar «{tabla.nombre}»", f"la coordinación de la {tabla.duena}")
    return tabla


def _esquema(s: Session, quien: Quien, tabla: Tabla) -> dict[str, Any]:
    """El formulario inicial; quien lo promueve sin conducirlo sólo puede elegir a su propia unidad."""
    suyas = None if puede_conducir(quien, tabla.duena) or not tabla.promueve else atiende(quien)
    return vistas.esquema_elegible(s, tabla.datos, suyas)


def _formulario(
    request: Request,
    quien: Quien,
    tabla: Tabla,
    esquema: dict[str, Any],
    captura: Captura | None,
    errores: dict[str, str],
    status: int = 200,
    aviso: str = "",
    *,
    nueva: bool = False,
    gemelo: YaAbierto | None = None,
) -> HTMLResponse:
    controles = campos(esquema, captura.textos if captura else None, errores)
    resumen = faltas(errores, controles, {"asunto": ("Asunto", "asunto")})
    return pagina(
        request,
        "iniciar.html",
        quien,
        status,
        tabla=tabla,
        campos=[c for c in controles if not c.inferido],
        inferidos=[c for c in controles if c.inferido],
        asunto=captura.texto("asunto") if captura else "",
        gemelo=gemelo,
        recuperado=captura is not None and captura.recupera,
        errores=errores,
        resumen=[Falta(aviso), *resumen] if aviso else resumen,
        largo_asunto=apertura.LARGO_ASUNTO,
        ficha=captura.texto("ficha") if captura and not nueva else str(uuid4()),
        primera=frases.rotulo(tabla, tabla.inicio.clave),
    )
