"""Todo lo que puede salir mal con nombre propio.

Cada clase se llama como la situación, conserva sus datos y dice qué hacer.
Pasa todos sus argumentos a `super().__init__` porque Prefect serializa
excepciones. Qué código HTTP le toca a cada una se decide en `api/errores.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class ErrorGestion(Exception):
    """Raíz de los errores propios; `str()` da siempre una frase para quien usa el sistema."""

    titulo = "No se pudo hacer"


# --- tablas y avance ---------------------------------------------------------


# --- actos -------------------------------------------------------------------


class NoExiste(ErrorGestion):
    """No hay tal cosa, o quien pregunta no tiene por qué saber que la hay."""

    titulo = "No se encontró"

    def __init__(self, que: str, cual: str) -> None:
        super().__init__(que, cual)
        self.que, self.cual = que, cual

    def __str__(self) -> str:
        return f"No se encontró {self.que} «{self.cual}». Revise el dato o búsquelo en su lista."


class NoLeCorresponde(ErrorGestion):
    """La persona no es elegible para este acto por su unidad o su rol."""

    titulo = "No le corresponde"

    def __init__(self, acto: str, quien_puede: str) -> None:
        super().__init__(acto, quien_puede)
        self.acto, self.quien_puede = acto, quien_puede

    def __str__(self) -> str:
        return f"Usted no puede {self.acto}: corresponde a {self.quien_puede}."


class ActoNoProcede(ErrorGestion):
    """El expediente o el turno no están en un estado que admita el acto."""

    titulo = "Ahora no procede"

    def __init__(self, acto: str, motivo: str, que_hacer: str) -> None:
        super().__init__(acto, motivo, que_hacer)
        self.acto, self.motivo, self.que_hacer = acto, motivo, que_hacer

    def __str__(self) -> str:
        return f"No procede {self.acto}: {self.motivo}. {self.que_hacer}"


class FormularioIncompleto(ErrorGestion):
    """Lo capturado no cumple el formulario; dice campo por campo qué falta."""

    titulo = "Revise lo capturado"

    def __init__(self, campos: Mapping[str, str]) -> None:
        super().__init__(dict(campos))
        self.campos = dict(campos)

    def __str__(self) -> str:
        return "Corrija y vuelva a enviar: " + "; ".join(f"{c}: {m}" for c, m in self.campos.items()) + "."


class ArchivoRechazado(ErrorGestion):
    """El archivo no se guardó: por su tamaño, su tipo real o su contenido."""

    titulo = "Archivo rechazado"

    def __init__(self, nombre: str, motivo: str) -> None:
        super().__init__(nombre, motivo)
        self.nombre, self.motivo = nombre, motivo

    def __str__(self) -> str:
        return f"No se guardó «{self.nombre}»: {self.motivo}."


class ArchivoDemasiadoGrande(ArchivoRechazado):
    """El archivo pasa del tamaño máximo configurado."""

    titulo = "Archivo demasiado grande"


def peso(bytes_: int) -> str:
    """Un tamaño como se dice: «25 MB», «300 KB»."""
    mega = 1024 * 1024
    return f"{bytes_ / mega:.0f} MB" if bytes_ >= mega else f"{bytes_ // 1024} KB"


class SinEspacio(ErrorGestion):
    """El disco no admitió el archivo; nada quedó a medias."""

    titulo = "No hay espacio para guardar"

    def __init__(self, nombre: str, detalle: str) -> None:
        super().__init__(nombre, detalle)
        self.nombre, self.detalle = nombre, detalle

    def __str__(self) -> str:
        return (
            f"No se pudo guardar «{self.nombre}»: {self.detalle}. Lo demás que capturó sigue en pantalla: "
            "avise a quien administra el sistema y vuelva a intentar."
        )


class BaseInaccesible(ErrorGestion):
    """La base de datos no responde; el acto no se registró."""

    titulo = "La base de datos no responde"

    def __str__(self) -> str:
        return (
            "La base de datos no responde y su acto no se registró. Espere un minuto y vuelva a enviar; "
            "si sigue igual, avise a quien administra el sistema."
        )


class DiscoLleno(BaseInaccesible):
    """Disco lleno: no hay dónde escribir; el acto no se registró."""

    titulo = "Disco lleno"

    def __str__(self) -> str:
        return (
            "El disco del servidor está lleno y no se registró nada de lo que envió. Avise a quien administra el "
            "sistema: debe liberar espacio. Después, vuelva a enviarlo."
        )


class BaseSinPreparar(ErrorGestion):
    """La base responde, pero le faltan tablas o columnas: no se ha migrado."""

    titulo = "Falta preparar la base de datos"

    def __str__(self) -> str:
        return "A la base de datos le faltan tablas; no se registró nada. Quien administra debe correr ./dstc migrar."


class ClaveRepetida(ErrorGestion):
    """La misma Idempotency-Key llegó con otra solicitud."""

    titulo = "Idempotency-Key repetida"

    def __init__(self, clave: str) -> None:
        super().__init__(clave)
        self.clave = clave

    def __str__(self) -> str:
        return f"La Idempotency-Key «{self.clave}» ya se usó con otro contenido. Use una nueva por solicitud."


class DatoRepetido(ErrorGestion):
    """Ya existe un registro con esa clave natural."""

    titulo = "Ya existe"

    def __init__(self, que: str, cual: str) -> None:
        super().__init__(que, cual)
        self.que, self.cual = que, cual

    def __str__(self) -> str:
        return f"Ya existe {self.que} «{self.cual}». Use otro, o modifique el que ya está."


# --- acceso ------------------------------------------------------------------


class FaltaConfirmar(ErrorGestion):
    """Se puede hacer, pero antes hay algo que saber y confirmar; no se hizo nada.

    confirmar: una clave por advertencia, en el mismo orden; es lo que se devuelve para confirmarla.
    folios: las claves que son un expediente.
    """

    titulo = "Falta confirmar"

    def __init__(self, advertencias: Sequence[str], confirmar: Sequence[str], folios: Sequence[str]) -> None:
        super().__init__(tuple(advertencias), tuple(confirmar), tuple(folios))
        self.advertencias, self.confirmar, self.folios = tuple(advertencias), tuple(confirmar), tuple(folios)

    @property
    def pares(self) -> tuple[tuple[str, str], ...]:
        """Cada clave con su advertencia."""
        return tuple(zip(self.confirmar, self.advertencias, strict=True))

    def __str__(self) -> str:
        return f"No se abrió nada: {'; '.join(self.advertencias)}. Si aun así procede, confírmelo."


# --- oficios -----------------------------------------------------------------
