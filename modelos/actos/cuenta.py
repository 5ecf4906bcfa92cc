"""Lo que cada quien hace con su propia cuenta: hoy, cambiar su contraseña."""

from __future__ import annotations

from modelos import acceso, personas, reloj
from modelos.acceso import Entrada
from modelos.ajustes import Ajustes
from modelos.cambios import Cosa, anotar, foto
from modelos.errores import ActoNoProcede, CredencialesInvalidas, FormularioIncompleto
from modelos.organizacion import LARGO_MINIMO_CLAVE, Persona
from modelos.sesion import transaccion


def cambiar_clave(ajustes: Ajustes, token: str | None, direccion: str, actual: str, nueva: str) -> Entrada:
    """Cambia la contraseña de quien trae esa sesión; cierra todas las suyas y le abre otra.

    direccion: la de red, para contar fallos igual que al entrar.

    Lanza:
        SinSesion. ActoNoProcede: es una cuenta de demostración. DemasiadosIntentos.
        FormularioIncompleto: la actual no es la suya, o la nueva es corta o la misma.
    """
    with transaccion(ajustes.url_base) as s:
        persona = s.get_one(Persona, acceso.quien_trae(s, token).persona)
    if persona.es_demo:
        raise ActoNoProcede("cambiar esta contraseña", "es una cuenta de demostración", "Pruébelo con una de verdad.")
    faltas = {} if actual else {"actual": "escriba la que usa hoy"}
    if len(nueva) < LARGO_MINIMO_CLAVE:
        faltas["nueva"] = f"lleva al menos {LARGO_MINIMO_CLAVE} caracteres"
    elif nueva == actual:
        faltas["nueva"] = "es la misma de hoy; elija otra"
    if faltas:
        raise FormularioIncompleto(faltas)
    try:
        acceso.entrar(ajustes, persona.correo, actual, direccion)
    except CredencialesInvalidas as error:
        raise FormularioIncompleto({"actual": "no es la suya"}) from error
    with transaccion(ajustes.url_base) as s:
        suya = personas.cambiar_clave(s, persona.correo, nueva)
        hecho = "Cambió su propia contraseña y se cerraron sus demás sesiones"
        anotar(s, Cosa.PERSONA, str(suya.id), foto(suya), suya, suya.id, reloj.ahora(), hecho=hecho)
        return acceso.abrir(s, ajustes, suya, reloj.ahora())
