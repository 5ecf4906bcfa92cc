"""De cada situación con nombre, a un código HTTP y a un `application/problem+json`.

Cada error está junto a su tema (`modelos/<tema>/errores.py`); y una prueba falla si a uno le
falta su código.
"""

from __future__ import annotations

import re
from typing import Any

from fastapi.responses import JSONResponse, Response

from api import errores_de_entrada as entrada
from modelos import errores as e
from modelos.avisos import errores as avisos
from modelos.calendario import errores as dias
from modelos.expedientes import errores as turnos
from modelos.oficios import errores as oficios
from modelos.organizacion import errores as acceso
from modelos.tabla import errores as tabla
from tareas.oficios import errores as papeles

TIPO = "application/problem+json"

CODIGOS: dict[type[e.ErrorGestion], int] = {
    tabla.TablaInvalida: 500,
    tabla.CatalogoInvalido: 500,
    tabla.BitacoraIncongruente: 500,
    tabla.ProcedimientoDesconocido: 404,
    tabla.TablaAlterada: 409,
    tabla.EnCuarentena: 409,
    tabla.TablasAlteradas: 409,
    tabla.SalidaInexistente: 422,
    tabla.TopeDeVueltas: 409,
    e.NoExiste: 404,
    e.NoLeCorresponde: 403,
    turnos.ActividadYaAtendida: 409,
    turnos.VersionVieja: 409,
    oficios.OficioCambio: 409,
    oficios.LeidoCambio: 409,
    oficios.OficioIncompleto: 422,
    oficios.OficiosExigidos: 409,
    oficios.NormaEnProyecto: 409,
    turnos.TurnoTomado: 409,
    e.ActoNoProcede: 409,
    turnos.SinDestinatarios: 409,
    e.FaltaConfirmar: 409,
    e.FormularioIncompleto: 422,
    turnos.EvidenciaFaltante: 422,
    e.ArchivoRechazado: 422,
    e.ArchivoDemasiadoGrande: 413,
    entrada.SolicitudDemasiadoGrande: 413,
    e.SinEspacio: 507,
    oficios.SinTipografias: 500,
    e.BaseInaccesible: 503,
    e.DiscoLleno: 507,
    e.BaseSinPreparar: 503,
    e.ClaveRepetida: 409,
    e.DatoRepetido: 409,
    acceso.SinSesion: 401,
    avisos.EnlaceRevocado: 404,
    acceso.CredencialesInvalidas: 401,
    acceso.ClaveProvisional: 403,
    acceso.SinPalabras: 500,
    acceso.DemasiadosIntentos: 429,
    entrada.PorteriaLlena: 503,
    entrada.ComparacionesLlenas: 503,
    entrada.OrigenAjeno: 403,
    oficios.CodigoDesconocido: 404,
    dias.CalendarioSinPublicar: 422,
    dias.CalendarioIlegible: 500,
    dias.PerfilDesconocido: 422,
    dias.PlazoInvalido: 422,
    dias.AmpliacionExcesiva: 422,
    dias.DiasInstitucionalesInvalidos: 422,
    dias.PublicacionAtrasada: 409,
    papeles.PlantillaRota: 409,
    papeles.TallerSinTerminar: 409,
    papeles.OficioDemasiadoLargo: 422,
    papeles.PdfIlegible: 422,
    papeles.SignosSinLetra: 422,
    papeles.SinLogotipo: 500,
    papeles.ComposicionFallida: 500,
    papeles.ComposicionSinTerminar: 422,
    papeles.SelloInservible: 500,
    papeles.BibliotecaFaltante: 501,
}


def codigo(error: e.ErrorGestion) -> int:
    """El código HTTP de esa situación; 500 si nadie se lo dio."""
    return CODIGOS.get(type(error), 500)


def problema(status: int, titulo: str, detalle: str, tipo: str = "about:blank", **extra: object) -> JSONResponse:
    """La respuesta de error del contrato: `type`, `title`, `status`, `detail`, y lo que ayude a corregir."""
    cuerpo = {"type": tipo, "title": titulo, "status": status, "detail": detalle, **extra}
    return JSONResponse(cuerpo, status, media_type=TIPO)


def responder(error: e.ErrorGestion) -> JSONResponse:
    """La respuesta JSON de un error propio."""
    nombre = re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()
    extra: dict[str, Any] = {}
    if isinstance(error, e.FormularioIncompleto):
        extra["campos"] = error.campos
    if isinstance(error, e.FaltaConfirmar):
        extra |= {"confirmar": list(error.confirmar), "folios": list(error.folios)}
    respuesta = problema(codigo(error), error.titulo, str(error), f"urn:dstc:error:{nombre}", **extra)
    if isinstance(error, acceso.SinSesion):
        respuesta.headers["WWW-Authenticate"] = "Bearer"
    decir_espera(respuesta, error)
    return respuesta


def decir_espera(respuesta: Response, error: e.ErrorGestion) -> None:
    """Pone `Retry-After` si de ese error se sale esperando."""
    if isinstance(error, acceso.DemasiadosIntentos | entrada.PorteriaLlena | entrada.ComparacionesLlenas):
        respuesta.headers["Retry-After"] = str(max(1, error.espera_s))
    if isinstance(error, e.BaseInaccesible):
        respuesta.headers["Retry-After"] = "30"
