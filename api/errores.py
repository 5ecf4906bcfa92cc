"""De cada situación con nombre, a un código HTTP y a un `application/problem+json`.

Una prueba recorre las clases de `modelos.errores` y falla si a una le falta su código.
"""

from __future__ import annotations

import re
from typing import Any

from fastapi.responses import JSONResponse, Response

from modelos import errores as e
from modelos.calendario import errores as dias
from tareas.oficios import errores as papeles

TIPO = "application/problem+json"

CODIGOS: dict[type[e.ErrorGestion], int] = {
    e.TablaInvalida: 500,
    e.BitacoraIncongruente: 500,
    e.ProcedimientoDesconocido: 404,
    e.TablaAlterada: 409,
    e.EnCuarentena: 409,
    e.TablasAlteradas: 409,
    e.SalidaInexistente: 422,
    e.TopeDeVueltas: 409,
    e.NoExiste: 404,
    e.NoLeCorresponde: 403,
    e.ActividadYaAtendida: 409,
    e.VersionVieja: 409,
    e.OficioCambio: 409,
    e.LeidoCambio: 409,
    e.OficioIncompleto: 422,
    e.OficiosExigidos: 409,
    e.NormaEnProyecto: 409,
    e.TurnoTomado: 409,
    e.ActoNoProcede: 409,
    e.SinDestinatarios: 409,
    e.FaltaConfirmar: 409,
    e.FormularioIncompleto: 422,
    e.EvidenciaFaltante: 422,
    e.ArchivoRechazado: 422,
    e.ArchivoDemasiadoGrande: 413,
    e.SolicitudDemasiadoGrande: 413,
    e.SinEspacio: 507,
    e.SinTipografias: 500,
    e.BaseInaccesible: 503,
    e.DiscoLleno: 507,
    e.BaseSinPreparar: 503,
    e.ClaveRepetida: 409,
    e.DatoRepetido: 409,
    e.SinSesion: 401,
    e.EnlaceRevocado: 404,
    e.CredencialesInvalidas: 401,
    e.ClaveProvisional: 403,
    e.SinPalabras: 500,
    e.DemasiadosIntentos: 429,
    e.PorteriaLlena: 503,
    e.ComparacionesLlenas: 503,
    e.OrigenAjeno: 403,
    e.CodigoDesconocido: 404,
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
    if isinstance(error, e.SinSesion):
        respuesta.headers["WWW-Authenticate"] = "Bearer"
    decir_espera(respuesta, error)
    return respuesta


def decir_espera(respuesta: Response, error: e.ErrorGestion) -> None:
    """Pone `Retry-After` si de ese error se sale esperando."""
    if isinstance(error, e.DemasiadosIntentos | e.PorteriaLlena | e.ComparacionesLlenas):
        respuesta.headers["Retry-After"] = str(max(1, error.espera_s))
    if isinstance(error, e.BaseInaccesible):
        respuesta.headers["Retry-After"] = "30"
