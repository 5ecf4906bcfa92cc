"""«No procedió»: de un error propio a lo que una página vuelve a mostrar.

La ruta hace su acto dentro de un `Intento`. Lo que no procede no sale de ahí como error: queda en su `rechazo`, con el
código, la falta de cada campo y lo que se había escrito, y la ruta muestra con él la misma página. Lo que no tiene
página a la que volver sigue siendo error, y lo dice `api.web.errores`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Self

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.errores import codigo, decir_espera
from api.web.piezas.formularios import SIN_CAPTURA, Falta, LoEscrito
from api.web.piezas.pagina import pagina
from modelos.errores import ErrorGestion, FaltaConfirmar, FormularioIncompleto, NoExiste
from modelos.organizacion.errores import SinSesion
from modelos.organizacion.permisos import Quien

Errores = tuple[type[ErrorGestion], ...]
SIN_PAGINA: Errores = (SinSesion, NoExiste)
"""Los que nunca se vuelven a mostrar: hay que entrar otra vez, o ya no existe aquello de que trataba la página."""
CUALQUIERA: Errores = (ErrorGestion,)


@dataclass(frozen=True)
class Rechazo:
    """Un acto que no procedió, con lo que se había escrito.

    error: None si no se intentó nada y sólo se vuelve a lo que se estaba escribiendo.
    titulos: cómo se lee cada campo. ancla: de un campo, el id de su control, o vacío.
    """

    acto: str = ""
    captura: LoEscrito = SIN_CAPTURA
    error: ErrorGestion | None = None
    titulos: Mapping[str, str] = field(default_factory=dict)
    ancla: Callable[[str], str] = str

    @property
    def status(self) -> int:
        """El código HTTP con que vuelve la página."""
        return codigo(self.error) if self.error else 200

    @property
    def titulo(self) -> str:
        """Qué pasó, en dos o tres palabras; vacío si no se intentó nada."""
        return self.error.titulo if self.error else ""

    @property
    def frase(self) -> str:
        """Lo que se dice si no es de ningún campo; vacía si lo es."""
        return str(self.error) if self.error and not self.campos else ""

    @property
    def textos(self) -> Mapping[str, str]:
        """Lo que se había escrito, por control."""
        return self.captura.textos

    @property
    def campos(self) -> dict[str, str]:
        """Qué corregir en cada campo."""
        return self.error.campos if isinstance(self.error, FormularioIncompleto) else {}

    @property
    def falta(self) -> FaltaConfirmar | None:
        """Lo que hay que saber antes y confirmar."""
        return self.error if isinstance(self.error, FaltaConfirmar) else None

    @property
    def confirmadas(self) -> Sequence[str]:
        """Lo que ya venía confirmado."""
        return self.captura.lista("confirmar")

    @property
    def resumen(self) -> list[Falta]:
        """Los renglones de error, con su enlace; ninguno si sólo falta confirmar."""
        if self.error is None or self.falta:
            return []
        por_campo = [Falta(f"{self.titulos.get(c, c)}: {m}.", self.ancla(c)) for c, m in self.campos.items()]
        return por_campo or [Falta(self.frase)]

    def errores_en(self, campo: str) -> dict[str, str]:
        """Por campo, sin punto final; lo que no es de ninguno se dice en `campo`."""
        return self.campos or ({campo: self.frase.rstrip(".")} if self.error else {})


class Intento:
    """Lo de dentro se hace entero o queda rechazado.

    vuelve: los errores con que la página se vuelve a mostrar; los demás siguen su camino.
    """

    def __init__(
        self,
        captura: LoEscrito = SIN_CAPTURA,
        acto: str = "",
        *,
        vuelve: Errores = CUALQUIERA,
        titulos: Mapping[str, str] | None = None,
        ancla: Callable[[str], str] = str,
    ) -> None:
        """Recibe lo que llevará el rechazo, si lo hay."""
        self.rechazo: Rechazo | None = None
        self._vuelve = vuelve
        self._rechazar = partial(Rechazo, acto, captura, titulos=titulos or {}, ancla=ancla)

    def __enter__(self) -> Self:
        """El propio intento, para preguntarle después cómo le fue."""
        return self

    def __exit__(self, _: object, error: BaseException | None, _traza: TracebackType | None) -> bool:
        """Se queda con el error si la página sabe volver con él."""
        if not isinstance(error, self._vuelve) or isinstance(error, SIN_PAGINA):
            return False
        self.rechazo = self._rechazar(error=error)
        return True


def mostrar(
    request: Request, plantilla: str, quien: Quien | None, rechazo: Rechazo | None, /, **datos: object
) -> HTMLResponse:
    """La página, con el código de lo que no procedió y cuánto esperar si de eso se sale esperando."""
    respuesta = pagina(request, plantilla, quien, rechazo.status if rechazo else 200, **datos)
    if rechazo and rechazo.error:
        decir_espera(respuesta, rechazo.error)
    return respuesta
