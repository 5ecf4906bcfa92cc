"""Lo que puede salir mal con una tabla: al escribirla, al publicarla y al recorrerla. Código HTTP: `api/errores.py`."""

from __future__ import annotations

from collections.abc import Sequence

from modelos.errores import ErrorGestion


class TablaInvalida(ErrorGestion):
    """La tabla de un procedimiento tiene faltas; se listan todas a la vez."""

    titulo = "Tabla inválida"

    def __init__(self, clave: str, faltas: Sequence[str]) -> None:
        super().__init__(clave, tuple(faltas))
        self.clave, self.faltas = clave, tuple(faltas)

    def __str__(self) -> str:
        return f"La tabla «{self.clave}» no se puede publicar: " + "; ".join(self.faltas) + "."


class CatalogoInvalido(ErrorGestion):
    """Alguna tabla del catálogo no se puede publicar; se listan las faltas de todas."""

    titulo = "Catálogo inválido"

    def __init__(self, faltas: Sequence[str]) -> None:
        super().__init__(tuple(faltas))
        self.faltas = tuple(faltas)

    def __str__(self) -> str:
        return "Las tablas no se pueden publicar así. Corrija cada falta:\n- " + ";\n- ".join(self.faltas) + "."


class ProcedimientoDesconocido(ErrorGestion):
    """No hay tabla publicada con esa clave (o con esa clave y versión)."""

    titulo = "Procedimiento desconocido"

    def __init__(self, clave: str, version: str = "") -> None:
        super().__init__(clave, version)
        self.clave, self.version = clave, version

    def __str__(self) -> str:
        version = f" versión {self.version}" if self.version else ""
        return (
            f"No existe el procedimiento «{self.clave}»{version}. "
            "Consulte la lista de procedimientos y use una de sus claves."
        )


class TablaAlterada(ErrorGestion):
    """A la tabla publicada con que se abrió un expediente le falta algo de lo que él usa; sobre él no se actúa.

    que: qué le falta, para después de «esa versión».
    """

    titulo = "La tabla de este expediente cambió"

    def __init__(self, clave: str, version: str, que: str) -> None:
        super().__init__(clave, version, que)
        self.clave, self.version, self.que = clave, version, que

    def __str__(self) -> str:
        return (
            f"El expediente se abrió con la tabla «{self.clave}», versión {self.version}, y esa versión {self.que}. "
            "No se registró nada. Avise a quien administra el sistema: debe reponer la tabla como se publicó."
        )


class EnCuarentena(ErrorGestion):
    """El expediente no se puede reproducir con su tabla de ahora: se mira, pero no se actúa sobre él."""

    titulo = "El expediente está en cuarentena"

    def __init__(self, folio: str, motivo: str) -> None:
        super().__init__(folio, motivo)
        self.folio, self.motivo = folio, motivo

    def __str__(self) -> str:
        return f"{self.folio} está en cuarentena y no se registró nada. {self.motivo.rstrip('.')}."


class TablasAlteradas(ErrorGestion):
    """Las tablas de este programa no son las que se publicaron en la base; así no se arranca.

    faltas: una frase por cada cosa que no cuadra.
    """

    titulo = "Las tablas no son las publicadas"

    def __init__(self, faltas: Sequence[str]) -> None:
        super().__init__(tuple(faltas))
        self.faltas = tuple(faltas)

    def __str__(self) -> str:
        faltas = "".join(f"- {falta}\n" for falta in self.faltas)
        return (
            "No se arranca, para no romper lo que se abrió con tablas ya publicadas y que aquí son otras:\n"
            f"{faltas}"
            "Qué hacer: reponga cada tabla como estaba y publique el cambio como versión nueva (otra vigente_desde). "
            "Si el cambio es inocuo y lo abierto con ella se sigue reproduciendo, acéptelo con "
            "./dstc tablas aceptar CLAVE --motivo «por qué no rompe nada». Para arrancar mientras tanto, con lo que no "
            "se reproduzca en cuarentena, fije DSTC_TABLA_ALTERADA=cuarentena."
        )


class BitacoraIncongruente(ErrorGestion):
    """Un asiento no corresponde a lo que la tabla tenía pendiente."""

    titulo = "Bitácora incongruente"

    def __init__(self, orden: int, motivo: str) -> None:
        super().__init__(orden, motivo)
        self.orden, self.motivo = orden, motivo

    def __str__(self) -> str:
        return f"El asiento {self.orden} no cuadra con la tabla: {self.motivo}."


class SalidaInexistente(ErrorGestion):
    """La respuesta no está entre las salidas de la actividad."""

    titulo = "Esa respuesta no existe"

    def __init__(self, actividad: str, salida: str, posibles: Sequence[str]) -> None:
        super().__init__(actividad, salida, tuple(posibles))
        self.actividad, self.salida, self.posibles = actividad, salida, tuple(posibles)

    def __str__(self) -> str:
        return (
            f"La actividad {self.actividad} no admite la salida «{self.salida}». "
            f"Elija una de: {', '.join(self.posibles) or 'ninguna (no se atiende a mano)'}."
        )


class TopeDeVueltas(ErrorGestion):
    """La devolución superaría el tope de vueltas del expediente."""

    titulo = "Se alcanzó el tope de vueltas"

    def __init__(self, folio: str, actividad: str, tope: int) -> None:
        super().__init__(folio, actividad, tope)
        self.folio, self.actividad, self.tope = folio, actividad, tope

    def __str__(self) -> str:
        return (
            f"A la actividad {self.actividad} de {self.folio} ya se le devolvió el trabajo {self.tope} veces, el tope. "
            "Elija otra salida, o pida a la coordinación que amplíe las vueltas del expediente."
        )
