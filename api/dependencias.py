"""De dónde sale lo que una ruta necesita: los ajustes, la sesión de quien llama y la transacción.

La autenticación se resuelve dentro de la transacción del acto: así quien acaba de
perder el acceso no alcanza a decidir, y cada petición hace una consulta menos.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from api import cookies
from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.actos.turnos.mover import Contexto
from modelos.ajustes import Ajustes
from modelos.organizacion import acceso
from modelos.organizacion.errores import ClaveProvisional
from modelos.organizacion.permisos import Quien, exigir_administracion
from modelos.sesion import lectura, transaccion
from modelos.tabla import Catalogo


@dataclass(frozen=True)
class Puerta:
    """Lo que trae una petición; de aquí salen la lectura y el acto, ya con su persona.

    equipo: la ficha que recuerda su navegador. direccion: la de red de quien pide.
    es_uso: si la pide una persona, y no la página por su cuenta; sólo entonces su sesión sigue en uso.
    """

    ajustes: Ajustes
    tablas: Catalogo
    token: str | None
    equipo: str | None = None
    direccion: str = ""
    es_uso: bool = True

    @contextmanager
    def lectura(self, *, provisional: bool = False) -> Iterator[tuple[Session, Quien]]:
        """Una lectura por quien trae la sesión.

        provisional: si basta la que sólo sirve para cambiar la contraseña.

        Lanza:
            SinSesion. ClaveProvisional: antes debe cambiar la contraseña que le dieron.
        """
        with lectura(self.ajustes.url_base) as s:
            suya = self._en_curso(s, provisional=provisional)
            yield s, suya.quien
        if self.es_uso and self.token and acceso.por_renovar(self.ajustes, suya):
            acceso.renovar_aparte(self.ajustes, self.token, suya)

    @contextmanager
    def acto(self, *, provisional: bool = False) -> Iterator[Contexto]:
        """Una transacción por quien trae la sesión; se confirma al salir sin error. Lanza lo que `lectura`."""
        with transaccion(self.ajustes.url_base) as s:
            suya = self._en_curso(s, provisional=provisional)
            yield Contexto(s, self.tablas, suya.quien, reloj.ahora())
            if self.token and acceso.por_renovar(self.ajustes, suya):
                acceso.renovar(s, self.ajustes, self.token, suya)

    def _en_curso(self, s: Session, *, provisional: bool) -> acceso.EnCurso:
        suya = acceso.en_curso(s, self.token)
        if suya.provisional and not provisional:
            raise ClaveProvisional
        return suya


@dataclass(frozen=True)
class PuertaDeAdministracion(Puerta):
    """La de las rutas de la administración: por nadie más lee, ni confirma un acto.

    que: cómo se llama lo que se pide, para decir que no le corresponde.
    """

    que: str = ""

    @contextmanager
    def lectura(self, *, provisional: bool = False) -> Iterator[tuple[Session, Quien]]:
        """Como la de cualquiera. Lanza además NoLeCorresponde."""
        with super().lectura(provisional=provisional) as (s, quien):
            yield s, exigir_administracion(quien, self.que)

    @contextmanager
    def acto(self, *, provisional: bool = False) -> Iterator[Contexto]:
        """Como el de cualquiera. Lanza además NoLeCorresponde, con el nombre del acto o, si éste no lo exige, `que`."""
        with super().acto(provisional=provisional) as ctx:
            yield ctx
            # Al final y antes de confirmar: el acto que lo exige dice antes cómo se llama; el que no, aquí se deshace.
            exigir_administracion(ctx.quien, self.que)

    def exigir(self) -> Quien:
        """Quien pide, y suelta la base: para lo que tarda antes del acto. Lanza NoLeCorresponde."""
        with self.lectura() as (_, quien):
            return quien


async def puerta(request: Request) -> Puerta:
    """Asíncrona a propósito: no hace nada que espere y así no gasta un hilo."""
    ajustes: Ajustes = request.app.state.ajustes
    direccion = request.client.host if request.client else ""
    equipo = cookies.equipo(request.cookies, ajustes)
    sola = request.url.path == "/vivo" or "x-vivo" in request.headers
    return Puerta(ajustes, CATALOGO, token_de(request, ajustes), equipo, direccion, es_uso=not sola)


def token_de(request: Request, ajustes: Ajustes) -> str | None:
    """La ficha de la petición: la del encabezado `Authorization: Bearer`, o la de la cookie."""
    esquema, _, ficha = request.headers.get("authorization", "").partition(" ")
    if esquema.lower() == "bearer":
        return ficha.strip() or None
    return cookies.sesion(request.cookies, ajustes)


Entrada = Annotated[Puerta, Depends(puerta)]


def administracion(que: str) -> Any:  # noqa: ANN401 - así devuelve FastAPI sus dependencias
    """La dependencia de una ruta que es sólo de la administración: `Annotated[PuertaDeAdministracion, …]`.

    que: cómo se llama lo que se pide: «administrar personas».
    """

    async def suya(entrada: Entrada) -> PuertaDeAdministracion:
        return PuertaDeAdministracion(
            entrada.ajustes,
            entrada.tablas,
            entrada.token,
            entrada.equipo,
            entrada.direccion,
            es_uso=entrada.es_uso,
            que=que,
        )

    return Depends(suya)
