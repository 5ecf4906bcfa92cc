"""Las tablas, como se leen impresas, y el formulario para iniciar un expediente."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.archivos.diagramas import entregar_bpmn, nombre_de_archivo
from api.archivos.oficios import PDF, POLITICA_PDF
from api.dependencias import Entrada, Puerta
from api.vistas import reglas_plazo
from api.web.piezas import frases
from api.web.piezas.pagina import pagina
from api.web.procedimientos import diagrama, vista
from modelos import reloj
from modelos.expedientes import visibles
from modelos.organizacion.permisos import puede_iniciar
from modelos.tabla import Tabla
from tareas import procedimiento_pdf

ruta = APIRouter()


@ruta.get("/procedimientos")
def listar(request: Request, puerta: Entrada) -> HTMLResponse:
    """Los procedimientos vigentes."""
    with puerta.lectura() as (_, quien):
        tablas = puerta.tablas.vigentes(reloj.hoy())
    iniciables = {t.clave for t in tablas if puede_iniciar(quien, t)}
    return pagina(request, "procedimientos/procedimientos.html", quien, tablas=tablas, iniciables=iniciables)


@ruta.get("/procedimientos/{clave}")
def ver(request: Request, clave: str, puerta: Entrada, version: str | None = None) -> HTMLResponse:
    """La tabla vigente, o la de `version`, con la que se abrió un expediente."""
    with puerta.lectura() as (s, quien):
        unidades = visibles.unidades(s)
    vigente = puerta.tablas.vigente(clave, reloj.hoy())
    tabla = puerta.tablas.version(clave, version) if version else vigente
    return pagina(
        request,
        "procedimientos/procedimiento.html",
        quien,
        tabla=tabla,
        vigente=tabla.version == vigente.version,
        versiones=sorted((t.vigente_desde for t in puerta.tablas if t.clave == clave), reverse=True),
        puede_iniciar=puede_iniciar(quien, tabla),
        caminos={act.clave: frases.caminos(tabla, act) for act in tabla.actividades},
        plazos=vista.plazos(tabla),
        oficios=vista.oficios(tabla),
        direccion=diagrama.direccion,
        unidades=unidades,
        nombres_tablas={t.clave: t.nombre for t in puerta.tablas},
        frases=frases,
        reglas=reglas_plazo,
    )


@ruta.get("/procedimientos/{clave}/diagrama.bpmn")
def bajar_bpmn(clave: str, puerta: Entrada, version: str | None = None) -> Response:
    """El diagrama en BPMN 2.0: lo lee la página para poder recorrerlo, y se descarga para otras herramientas."""
    return entregar_bpmn(_version(puerta, clave, version)[0])


@ruta.get("/procedimientos/{clave}/copia.pdf")
def bajar_pdf(clave: str, puerta: Entrada, version: str | None = None) -> Response:
    """El procedimiento en PDF, con su nota de copia no controlada."""
    tabla, unidades = _version(puerta, clave, version)
    pdf = procedimiento_pdf.componer(vista.contenido_pdf(tabla, unidades, reloj.hoy()))
    nombre = f'inline; filename="{nombre_de_archivo(tabla, "pdf")}"'
    encabezados = {"Content-Disposition": nombre, "Content-Security-Policy": POLITICA_PDF}
    return Response(pdf, media_type=PDF, headers=encabezados)


def _version(puerta: Puerta, clave: str, version: str | None) -> tuple[Tabla, dict[str, str]]:
    """La tabla pedida, o la vigente, con los nombres de las unidades; a quien tenga sesión."""
    with puerta.lectura() as (s, _):
        unidades = visibles.unidades(s)
    tabla = puerta.tablas.version(clave, version) if version else puerta.tablas.vigente(clave, reloj.hoy())
    return tabla, unidades
