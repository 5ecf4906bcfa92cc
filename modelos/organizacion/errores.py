"""Lo que puede salir mal al entrar, o al elegir con qué se entra. Código HTTP: `api/errores.py`."""

from __future__ import annotations

import math

from modelos.errores import ErrorGestion


class SinSesion(ErrorGestion):
    """No hay sesión, venció o se revocó."""

    titulo = "Entre de nuevo"

    def __str__(self) -> str:
        return "Su sesión no existe, venció o se cerró. Entre de nuevo; lo que no envió no se registró."


class CredencialesInvalidas(ErrorGestion):
    """El correo o la contraseña no corresponden (no se dice cuál)."""

    titulo = "No se pudo entrar"

    def __str__(self) -> str:
        return "El correo o la contraseña no son correctos. Revíselos e intente otra vez."


class DemasiadosIntentos(ErrorGestion):
    """Demasiadas contraseñas falladas; hay que esperar."""

    titulo = "Demasiados intentos"

    def __init__(self, espera_s: int) -> None:
        super().__init__(espera_s)
        self.espera_s = espera_s

    def __str__(self) -> str:
        segundos = max(1, math.ceil(self.espera_s))
        cuanto = f"{segundos} s" if segundos < 120 else f"{math.ceil(segundos / 60)} min"
        return f"Hubo demasiados intentos fallidos. Espere {cuanto} y vuelva a intentar."


class SinPalabras(ErrorGestion):
    """Faltan las listas con que se reconoce una contraseña fácil de adivinar."""

    titulo = "Faltan las listas de palabras"

    def __init__(self, carpeta: str) -> None:
        super().__init__(carpeta)
        self.carpeta = carpeta

    def __str__(self) -> str:
        return (
            f"No están las listas de palabras en {self.carpeta} y sin ellas no se admite ninguna contraseña nueva. "
            "Quien administra debe correr ./dstc, que las repone."
        )


class ClaveProvisional(ErrorGestion):
    """Entró con una contraseña que le dio otra persona, o que ya no se admite: antes de seguir la cambia."""

    titulo = "Cambie su contraseña"

    def __str__(self) -> str:
        return (
            "Antes de seguir cambie su contraseña: la que usó se la dio otra persona o ya no se admite. "
            "En la página, en «Su cuenta»; un programa, con POST /api/v1/sesiones/actual/clave."
        )
