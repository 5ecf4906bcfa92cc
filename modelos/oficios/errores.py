"""Lo que puede salir mal al llevar, firmar o verificar un oficio. Código HTTP: `api/errores.py`."""

from __future__ import annotations

from collections.abc import Sequence

from modelos.errores import ErrorGestion


class SinTipografias(ErrorGestion):
    """Faltan los archivos de letra con que se componen los oficios."""

    titulo = "Faltan las tipografías"

    def __init__(self, carpeta: str) -> None:
        super().__init__(carpeta)
        self.carpeta = carpeta

    def __str__(self) -> str:
        return f"No están las tipografías en {self.carpeta}. Quien administra debe correr ./dstc, que las repone."


class OficioIncompleto(ErrorGestion):
    """El borrador tiene datos que la plantilla no encontró y nadie ha escrito."""

    titulo = "Faltan datos en el oficio"

    def __init__(self, faltan: Sequence[str]) -> None:
        super().__init__(tuple(faltan))
        self.faltan = tuple(faltan)

    def __str__(self) -> str:
        return (
            f"El oficio todavía no se puede firmar: faltan {', '.join(self.faltan)}. "
            "Corrija el borrador donde dice FALTA y guárdelo."
        )


class OficiosExigidos(ErrorGestion):
    """El expediente terminaría sin los oficios que la norma pide expresamente; no se registró la respuesta."""

    titulo = "Faltan oficios que la norma exige"

    def __init__(self, folio: str, faltan: Sequence[str]) -> None:
        super().__init__(folio, tuple(faltan))
        self.folio, self.faltan = folio, tuple(faltan)

    def __str__(self) -> str:
        return (
            f"{self.folio} no puede terminar todavía: falta firmar {'; '.join(self.faltan)}. "
            "Pida la firma a quien tiene el cargo o, si ya se firmó en papel, registre en el oficio el documento, su "
            "número y su fecha. Después vuelva a responder: lo que capturó sigue aquí."
        )


class NormaEnProyecto(ErrorGestion):
    """El oficio se funda en una norma que no está vigente y el ajuste impide firmarlo."""

    titulo = "La norma no está vigente"

    def __init__(self, normas: Sequence[str]) -> None:
        super().__init__(tuple(normas))
        self.normas = tuple(normas)

    def __str__(self) -> str:
        return (
            f"El oficio se funda en normas que no constan como vigentes: {'; '.join(self.normas)}. "
            "Pida a la administración que registre su publicación, o cambie el fundamento."
        )


class LeidoCambio(ErrorGestion):
    """Lo que se imprimiría ya no es lo que leyó quien firma; no se firmó. partes: qué cambió, en palabras."""

    titulo = "Lo que leyó ya no es lo que saldría"

    def __init__(self, partes: Sequence[str]) -> None:
        super().__init__(tuple(partes))
        self.partes = tuple(partes)

    def __str__(self) -> str:
        return f"No se firmó: desde que lo leyó cambió {'; '.join(self.partes)}. Léalo de nuevo y firme."


class OficioCambio(ErrorGestion):
    """El borrador se corrigió después de que esta persona lo leyó."""

    titulo = "El oficio cambió"

    def __init__(self, quien: str) -> None:
        super().__init__(quien)
        self.quien = quien

    def __str__(self) -> str:
        return (
            f"{self.quien} corrigió este oficio después de que usted lo leyó, y lo suyo no se guardó. "
            "Compare con la versión de ahora, junte los cambios y vuelva a guardar."
        )


class CodigoDesconocido(ErrorGestion):
    """Ningún oficio firmado lleva ese código; no se dice si está mal escrito o no existe."""

    titulo = "No hay un oficio con ese código"

    def __str__(self) -> str:
        return (
            "Ningún oficio emitido lleva ese código. Revíselo contra el papel: son dieciséis letras y números, "
            "y los guiones no importan."
        )
