"""Lo que puede salir mal al contar días: cada falta dice qué archivo o qué dato corregir."""

from __future__ import annotations

from collections.abc import Sequence

from modelos.errores import ErrorGestion


class CalendarioSinPublicar(ErrorGestion):
    """El cómputo necesita un año cuyos días inhábiles nadie ha cargado; nunca se extrapola."""

    titulo = "Falta publicar el calendario"

    def __init__(self, anio: int, archivo: str) -> None:
        super().__init__(anio, archivo)
        self.anio, self.archivo = anio, archivo

    def __str__(self) -> str:
        return (
            f"El calendario de días inhábiles de {self.anio} no está publicado y la fecha no se puede calcular. "
            f"Pida que agreguen a {self.archivo} la sección anios.{self.anio} con cada fecha y su fuente."
        )


class CalendarioIlegible(ErrorGestion):
    """Un archivo de días inhábiles tiene faltas; con él no se calcula nada."""

    titulo = "Calendario ilegible"

    def __init__(self, archivo: str, motivo: str) -> None:
        super().__init__(archivo, motivo)
        self.archivo, self.motivo = archivo, motivo

    def __str__(self) -> str:
        return f"El calendario no se pudo cargar. Corrija {self.archivo}: {self.motivo}."


class PerfilDesconocido(ErrorGestion):
    """No hay perfil de calendario con esa clave."""

    titulo = "Perfil de calendario desconocido"

    def __init__(self, perfil: str, posibles: Sequence[str]) -> None:
        super().__init__(perfil, tuple(posibles))
        self.perfil, self.posibles = perfil, tuple(posibles)

    def __str__(self) -> str:
        return f"No existe el perfil de calendario «{self.perfil}». Use uno de: {', '.join(self.posibles)}."


class PlazoInvalido(ErrorGestion):
    """Lo pedido no es un plazo que se pueda contar."""

    titulo = "Plazo inválido"

    def __init__(self, motivo: str, que_hacer: str) -> None:
        super().__init__(motivo, que_hacer)
        self.motivo, self.que_hacer = motivo, que_hacer

    def __str__(self) -> str:
        return f"El plazo no se puede calcular: {self.motivo}. {self.que_hacer}"


class AmpliacionExcesiva(ErrorGestion):
    """La ampliación, sumada a las anteriores, pasa de la mitad del plazo original."""

    titulo = "Ampliación mayor que el tope"

    def __init__(self, pedida: int, original: int, tope: int, ya: int = 0) -> None:
        super().__init__(pedida, original, tope, ya)
        self.pedida, self.original, self.tope, self.ya = pedida, original, tope, ya

    def __str__(self) -> str:
        admite = f"Un plazo de {self.original} admite ampliarse en total hasta {self.tope} (la mitad, LFPA art. 31)"
        queda = self.tope - self.ya
        lleva = f", ya lleva {self.ya}" if self.ya else ""
        que_hacer = f"Pida {queda} o menos." if queda else "Ya no se puede ampliar más."
        return f"{admite}{lleva} y se pidió {self.pedida}. {que_hacer}"


class DiasInstitucionalesInvalidos(ErrorGestion):
    """Los días institucionales capturados no se pueden aplicar a un calendario."""

    titulo = "Días institucionales inválidos"

    def __init__(self, motivo: str, que_hacer: str) -> None:
        super().__init__(motivo, que_hacer)
        self.motivo, self.que_hacer = motivo, que_hacer

    def __str__(self) -> str:
        return f"Los días institucionales no se aceptaron: {self.motivo}. {self.que_hacer}"


class PublicacionAtrasada(ErrorGestion):
    """Otra persona publicó días después de que ésta revisó los efectos de los suyos; no se aprobó nada."""

    titulo = "Los días publicados cambiaron"

    def __init__(self, por: str, cuando: str) -> None:
        super().__init__(por, cuando)
        self.por, self.cuando = por, cuando

    def __str__(self) -> str:
        return (
            f"{self.por} publicó otros días inhábiles ({self.cuando}) después de que usted revisó éstos. "
            "No se aprobó nada: revise otra vez qué plazos se mueven y vuelva a aprobar."
        )
