"""Lo que cada quien hace con su propia cuenta: hoy, cambiar su contraseña."""

from __future__ import annotations

from modelos import reloj
from modelos.administracion import personas
from modelos.ajustes import Ajustes
from modelos.errores import ActoNoProcede, FormularioIncompleto
from modelos.organizacion import acceso, contrasenas
from modelos.organizacion.acceso import Entrada
from modelos.organizacion.cambios import Cosa, anotar, foto
from modelos.organizacion.claves import cifrar, normal
from modelos.organizacion.errores import CredencialesInvalidas
from modelos.organizacion.organigrama import Persona, lo_suyo
from modelos.sesion import lectura, transaccion


def cambiar_clave(
    ajustes: Ajustes, token: str | None, direccion: str, actual: str, nueva: str, equipo: str | None = None
) -> Entrada:
    """Cambia la contraseña de quien trae esa sesión; cierra todas las suyas y le abre otra.

    direccion, equipo: como al entrar, para contar fallos.

    Lanza:
        SinSesion. ActoNoProcede: es una cuenta de demostración. DemasiadosIntentos.
        FormularioIncompleto: la actual no es la suya, o la nueva no sirve o es la misma.
    """
    with lectura(ajustes.url_base) as s:
        persona = s.get_one(Persona, acceso.en_curso(s, token).quien.persona)
        suyo = lo_suyo(s, persona)
    if persona.es_demo:
        raise ActoNoProcede("cambiar esta contraseña", "es una cuenta de demostración", "Pruébelo con una de verdad.")
    faltas = {} if actual else {"actual": "escriba la que usa hoy"}
    if normal(nueva) == normal(actual):
        faltas["nueva"] = "es la misma de hoy; elija otra"
    elif falta := contrasenas.falta(nueva, suyo):
        faltas["nueva"] = falta
    if faltas:
        raise FormularioIncompleto(faltas)
    try:
        acceso.entrar(ajustes, persona.correo, actual, direccion, equipo)
    except CredencialesInvalidas as error:
        raise FormularioIncompleto({"actual": "no es la suya"}) from error
    cifrada = cifrar(nueva)
    with transaccion(ajustes.url_base) as s:
        suya = personas.cambiar_clave(s, persona.correo, nueva, provisional=False, cifrada=cifrada)
        hecho = "Cambió su propia contraseña y se cerraron sus demás sesiones"
        anotar(s, Cosa.PERSONA, str(suya.id), foto(suya), suya, suya.id, reloj.ahora(), hecho=hecho)
        return acceso.abrir(s, ajustes, suya, reloj.ahora(), equipo)
