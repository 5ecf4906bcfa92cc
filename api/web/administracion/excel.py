"""Unidades, personas y adscripciones en Excel: descargarlas, y cargarlas revisando antes cada renglón.

Son dos páginas: la primera dice qué haría la carga, o todas sus faltas; la segunda la hace entera o no hace nada. Lo
leído viaja en la propia página, así que no queda ningún archivo guardado si nadie confirma.
"""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from api.dependencias import PuertaDeAdministracion, administracion
from api.web.administracion.piezas import escrito, resumen
from api.web.piezas.formularios import Falta, Formulario, de_molde
from api.web.piezas.pagina import pagina
from api.web.piezas.rechazo import Intento, Rechazo, mostrar
from modelos import reloj
from modelos.actos import idempotencia
from modelos.actos.administracion import carga as actos
from modelos.actos.administracion.unidades import LARGO_FUENTE
from modelos.administracion.carga import descarga
from modelos.administracion.carga import hojas as carga_hojas
from modelos.administracion.carga import plan as carga_plan
from modelos.errores import (
    ActoNoProcede,
    ArchivoRechazado,
    ClaveRepetida,
    FormularioIncompleto,
)
from tareas.hojas import catalogos as excel

ruta = APIRouter()
Carga = Annotated[PuertaDeAdministracion, administracion(actos.CARGAR)]
Descarga = Annotated[PuertaDeAdministracion, administracion("descargar unidades y personas")]
RAIZ = "/administracion/excel"
FALTAS_QUE_SE_VEN = 500


class _Motivo(BaseModel):
    motivo: str = Field(
        title="Por qué se carga", description="Queda en quién cambió qué, con cada cambio.", max_length=LARGO_FUENTE
    )


@ruta.get(RAIZ)
def inicio(request: Request, puerta: Carga, hecho: str = "") -> HTMLResponse:
    """De dónde se descarga y por dónde se sube."""
    aviso = "Esa carga ya estaba hecha. Si no copió las contraseñas, restablézcalas persona por persona."
    return _inicio(request, puerta, hecho=aviso if hecho == "repetida" else "")


@ruta.get(RAIZ + "/catalogos.xlsx")
def descargar(puerta: Descarga) -> Response:
    """El libro con lo que hay; sirve para corregirlo y volver a cargarlo."""
    with puerta.lectura() as (s, _):
        hojas = descarga.hojas(s)
    nombre = f"unidades-y-personas-{reloj.hoy().isoformat()}.xlsx"
    encabezados = {"Content-Disposition": f'attachment; filename="{nombre}"'}
    return Response(excel.escribir(hojas), media_type=excel.TIPO, headers=encabezados)


@ruta.post(RAIZ + "/revisar")
def revisar(request: Request, puerta: Carga, captura: Formulario) -> Response:
    """Lee el libro y dice, renglón por renglón, qué haría o qué corregir. No guarda nada."""
    puerta.exigir()
    archivo = captura.archivos.get("archivo")
    if archivo is None:
        falta = FormularioIncompleto({"archivo": "elija un archivo"})
        return _inicio(request, puerta, Rechazo("revisar", captura, falta))
    with Intento(captura, "revisar", vuelve=(ArchivoRechazado,)) as intento:
        leido = excel.leer(archivo.filename or "", archivo.file.read(excel.MAXIMO_BYTES + 1))
    if intento.rechazo:
        return _inicio(request, puerta, intento.rechazo)
    return _revision(request, puerta, leido, archivo.filename or "")


@ruta.post(RAIZ + "/cargar")
def cargar(request: Request, puerta: Carga, captura: Formulario) -> Response:
    """Hace lo que se revisó, entero o nada, y muestra las contraseñas de las personas nuevas, esta vez y nunca más."""
    nombre = captura.texto("nombre")[:200]
    with Intento(captura, "cargar", vuelve=(FormularioIncompleto,)) as lectura:
        leido = carga_hojas.desempacar(captura.texto("carga"))
    if lectura.rechazo:
        return _inicio(request, puerta, lectura.rechazo)
    motivo = escrito(_Motivo, captura)["motivo"]
    intento = Intento(captura, "cargar", vuelve=(FormularioIncompleto, ActoNoProcede, ClaveRepetida))
    with intento, puerta.acto() as ctx:
        ficha = f"pagina-{captura.texto('ficha')[:100] or uuid4()}"
        if idempotencia.reservar(ctx, ficha, ["carga", captura.texto("huella"), motivo]):
            return RedirectResponse(f"{RAIZ}?hecho=repetida#resultado", 303)
        hecha = actos.cargar(ctx, leido, motivo, captura.texto("huella")[:64])
        idempotencia.cumplir(ctx, ficha, "carga")
    if intento.rechazo:
        return _revision(request, puerta, leido, nombre, intento.rechazo)
    return pagina(request, "administracion/excel_hecho.html", ctx.quien, hecha=hecha, hojas=_hojas(hecha.plan))


@ruta.get(RAIZ + "/{_acto}")
def volver(_acto: str) -> Response:
    """Quien recarga la dirección de un acto vuelve al principio."""
    return RedirectResponse(RAIZ, 303)


# --- piezas ----------------------------------------------------------------------


def _inicio(
    request: Request, puerta: PuertaDeAdministracion, rechazo: Rechazo | None = None, hecho: str = ""
) -> HTMLResponse:
    error = rechazo.errores_en("archivo")["archivo"] if rechazo else ""
    quien = puerta.exigir()
    return mostrar(
        request,
        "administracion/excel.html",
        quien,
        rechazo,
        error=error,
        resumen=[Falta(f"Archivo: {error}.", "archivo")] if error else [],
        hojas=carga_hojas.HOJAS,
        maximo_mb=excel.MAXIMO_BYTES // 1024 // 1024,
        maximo_renglones=carga_hojas.MAXIMO_RENGLONES,
        hecho=hecho,
    )


def _hojas(plan: carga_plan.Plan) -> list[tuple[str, dict[str, list[carga_plan.Paso]]]]:
    """De cada hoja que trae algo, sus pasos: nuevos, cambian e iguales."""
    por_hoja = [(hoja, {que.value: plan.de(hoja, que) for que in carga_plan.QueSeHace}) for hoja in carga_hojas.HOJAS]
    return [(hoja, pasos) for hoja, pasos in por_hoja if any(pasos.values())]


def _del_motivo(rechazo: Rechazo | None, plan: carga_plan.Plan) -> dict[str, str]:
    """Lo que se dice junto al motivo o, si no es de él, arriba; nada si ya se dice renglón por renglón."""
    if rechazo is None:
        return {}
    if motivo := rechazo.campos.get("motivo"):
        return {"motivo": motivo}
    return {} if plan.faltas else {"": str(rechazo.error)}


def _revision(
    request: Request,
    puerta: PuertaDeAdministracion,
    leido: carga_hojas.Libro,
    nombre: str,
    rechazo: Rechazo | None = None,
) -> HTMLResponse:
    with puerta.lectura() as (s, quien):
        plan = carga_plan.planear(s, leido, quien.persona)
    errores = _del_motivo(rechazo, plan)
    status = rechazo.status if rechazo else 422 if plan.faltas else 200
    return pagina(
        request,
        "administracion/excel_revision.html",
        quien,
        status,
        plan=plan,
        faltas=plan.faltas[:FALTAS_QUE_SE_VEN],
        hojas=_hojas(plan),
        nombre=nombre,
        carga=carga_hojas.empacar(leido),
        campos=de_molde(_Motivo, escrito(_Motivo, rechazo.captura) if rechazo else {}, errores),
        resumen=resumen(_Motivo, errores),
        ficha=str(uuid4()),
    )
