"""Lo que la puerta rechaza antes de saber quién pide. Código HTTP: `api/errores.py`."""

from __future__ import annotations

from modelos.errores import ErrorGestion, peso


class SolicitudDemasiadoGrande(ErrorGestion):
    """La petición entera pasa de lo que se admite; no se leyó."""

    titulo = "Lo que envió es demasiado grande"

    def __init__(self, maximo: int) -> None:
        super().__init__(maximo)
        self.maximo = maximo

    def __str__(self) -> str:
        return (
            f"Lo que envió pasa de {peso(self.maximo)} y no se guardó nada. "
            "Regrese a la página anterior y envíe menos, o adjunte un archivo más pequeño."
        )


class PorteriaLlena(ErrorGestion):
    """Hay tanta gente entrando a la vez que ésta no alcanzó lugar en la fila; no cuenta como intento."""

    titulo = "Hay mucha gente entrando"

    def __init__(self, espera_s: int) -> None:
        super().__init__(espera_s)
        self.espera_s = espera_s

    def __str__(self) -> str:
        return (
            f"Hay mucha gente entrando al mismo tiempo. Espere {self.espera_s} s y vuelva a intentar; "
            "su intento no se contó."
        )


class ComparacionesLlenas(ErrorGestion):
    """Ya se reciben tantos archivos para comparar como se admiten a la vez."""

    titulo = "Hay muchos archivos comparándose"

    def __init__(self, espera_s: int) -> None:
        super().__init__(espera_s)
        self.espera_s = espera_s

    def __str__(self) -> str:
        return f"Se están comparando muchos archivos a la vez. Espere {self.espera_s} s y vuelva a enviar el suyo."


class OrigenAjeno(ErrorGestion):
    """La petición vino de otro sitio web; se rechaza para que nadie actúe por usted."""

    titulo = "Petición de otro sitio"

    def __str__(self) -> str:
        return "La petición no salió de este sistema. Abra la página de aquí y vuelva a intentar."
