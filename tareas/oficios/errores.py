"""Lo que puede salir mal al redactar, componer o sellar un oficio. Qué código HTTP le toca: `api/errores.py`."""

from __future__ import annotations

from modelos.errores import ErrorGestion


class PlantillaRota(ErrorGestion):
    """La plantilla no se pudo leer o redactar; el expediente no cambió. linea: 0 si no se sabe."""

    titulo = "La plantilla del oficio está mal"

    def __init__(self, plantilla: str, linea: int, motivo: str) -> None:
        super().__init__(plantilla, linea, motivo)
        self.plantilla, self.linea, self.motivo = plantilla, linea, motivo

    def __str__(self) -> str:
        donde = f", línea {self.linea}" if self.linea else ""
        return f"La plantilla «{self.plantilla}»{donde}: {self.motivo}. Corríjala en la administración de plantillas."


class TallerSinTerminar(ErrorGestion):
    """Se cortó la redacción: la plantilla no terminó a tiempo, pidió demasiada memoria o se murió su proceso."""

    titulo = "La plantilla no termina"

    def __init__(self, plantilla: str, motivo: str) -> None:
        super().__init__(plantilla, motivo)
        self.plantilla, self.motivo = plantilla, motivo

    def __str__(self) -> str:
        return (
            f"La plantilla «{self.plantilla}» se cortó: {self.motivo}. "
            "Revise sus ciclos, o vuelva a la versión anterior en la administración de plantillas."
        )


class OficioDemasiadoLargo(ErrorGestion):
    """El cuerpo pasa de lo que se compone; no se guardó."""

    titulo = "El oficio es demasiado largo"

    def __init__(self, largo: int, maximo: int) -> None:
        super().__init__(largo, maximo)
        self.largo, self.maximo = largo, maximo

    def __str__(self) -> str:
        return (
            f"El oficio tiene {self.largo} caracteres y se admiten {self.maximo}. Pase lo extenso a un anexo y repita."
        )


class SignosSinLetra(ErrorGestion):
    """El oficio lleva signos que la letra no dibuja; no se firmó. ajenos: cuál es cada uno y dónde está."""

    titulo = "Hay signos que no se pueden imprimir"

    def __init__(self, ajenos: tuple[str, ...]) -> None:
        super().__init__(ajenos)
        self.ajenos = ajenos

    def __str__(self) -> str:
        return f"No se firmó, porque lo firmado no diría lo que se lee. {en_palabras(self.ajenos)}"


SIGNOS_A_LA_VISTA = 5


def en_palabras(ajenos: tuple[str, ...]) -> str:
    """Los signos sin letra y qué hacer con ellos."""
    cuales = "; ".join(ajenos[:SIGNOS_A_LA_VISTA])
    mas = f"; y {len(ajenos) - SIGNOS_A_LA_VISTA} más" if len(ajenos) > SIGNOS_A_LA_VISTA else ""
    return f"La letra de los oficios no tiene {cuales}{mas}. Escríbalos con palabras o con otro signo."


class SinLogotipo(ErrorGestion):
    """El logotipo configurado no se pudo poner en el membrete."""

    titulo = "Falta el logotipo"

    def __init__(self, ruta: str, motivo: str) -> None:
        super().__init__(ruta, motivo)
        self.ruta, self.motivo = ruta, motivo

    def __str__(self) -> str:
        return f"El logotipo {self.ruta} {self.motivo}. Quien administra debe corregir ese ajuste o dejarlo vacío."


class ComposicionFallida(ErrorGestion):
    """La composición rechazó el documento: un dato no tiene la forma que espera."""

    titulo = "No se pudo componer el oficio"

    def __init__(self, motivo: str) -> None:
        super().__init__(motivo)
        self.motivo = motivo

    def __str__(self) -> str:
        return f"No se pudo componer el PDF: {self.motivo}. Avise a quien administra el sistema; no se firmó nada."


class ComposicionSinTerminar(ErrorGestion):
    """El PDF tardaba demasiado en componerse y se cortó; nada se guardó ni se firmó."""

    titulo = "El oficio no se termina de componer"

    def __init__(self, motivo: str) -> None:
        super().__init__(motivo)
        self.motivo = motivo

    def __str__(self) -> str:
        que_hacer = "Acorte el texto y sus tablas, quite los signos raros, y repita."
        return f"El PDF no se pudo componer: {self.motivo}. {que_hacer}"


class BibliotecaFaltante(ErrorGestion):
    """La función pedida necesita una biblioteca opcional que aquí no se instaló."""

    titulo = "Falta una biblioteca"

    def __init__(self, biblioteca: str, para_que: str) -> None:
        super().__init__(biblioteca, para_que)
        self.biblioteca, self.para_que = biblioteca, para_que

    def __str__(self) -> str:
        return (
            f"Para {self.para_que} falta la biblioteca «{self.biblioteca}». "
            "Quien administra debe correr ./dstc, que la instala, o instalarla en su entorno."
        )


class SelloInservible(ErrorGestion):
    """El certificado del sello institucional no se puede usar; el oficio no se selló."""

    titulo = "El sello no se puede usar"

    def __init__(self, certificado: str, motivo: str, que_hacer: str) -> None:
        super().__init__(certificado, motivo, que_hacer)
        self.certificado, self.motivo, self.que_hacer = certificado, motivo, que_hacer

    def __str__(self) -> str:
        return f"El certificado del sello ({self.certificado}) no sirve: {self.motivo}. {self.que_hacer}"


class PdfIlegible(ErrorGestion):
    """El archivo que se dio a sellar o a revisar no es un PDF que se entienda."""

    titulo = "El PDF no se entiende"

    def __init__(self, motivo: str) -> None:
        super().__init__(motivo)
        self.motivo = motivo

    def __str__(self) -> str:
        return f"El archivo no es un PDF que se entienda ({self.motivo}). Vuelva a descargarlo y súbalo otra vez."
