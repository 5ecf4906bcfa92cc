"""De dónde sale lo que una ruta necesita: los ajustes, la sesión de quien llama y la transacción.

La autenticación se resuelve dentro de la transacción del acto: así quien acaba de
perder el acceso no alcanza a decidir, y cada petición hace una consulta menos.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from flujos.catalogo import CATALOGO
from modelos import acceso, reloj
from modelos.actos.mover import Contexto
from modelos.ajustes import Ajustes
from modelos.permisos import Quien
from modelos.sesion import lectura, transaccion
from modelos.tabla import Catalogo

COOKIE = "dstc_sesion"


@dataclass(frozen=True)
class Puerta:
    """Lo que trae una petición; de aquí salen la lectura y el acto, ya con su persona."""

    ajustes: Ajustes
    tablas: Catalogo
    token: str | None

    @contextmanager
    def lectura(self) -> Iterator[tuple[Session, Quien]]:
        """Una lectura por quien trae la sesión. Lanza SinSesion."""
        with lectura(self.ajustes.url_base) as s:
            yield s, acceso.quien_trae(s, self.token)

    @contextmanager
    def acto(self) -> Iterator[Contexto]:
        """Una transacción por quien trae la sesión; se confirma al salir sin error. Lanza SinSesion."""
        with transaccion(self.ajustes.url_base) as s:
            yield Contexto(s, self.tablas, acceso.quien_trae(s, self.token), reloj.ahora())


async def puerta(request: Request) -> Puerta:
    """Asíncrona a propósito: no hace nada que espere y así no gasta un hilo."""
    return Puerta(request.app.state.ajustes, CATALOGO, token_de(request))


def token_de(request: Request) -> str | None:
    """La ficha de la petición: la del encabezado `Authorization: Bearer`, o la de la cookie."""
    esquema, _, ficha = request.headers.get("authorization", "").partition(" ")
    if esquema.lower() == "bearer":
        return ficha.strip() or None
    return request.cookies.get(COOKIE)


Entrada = Annotated[Puerta, Depends(puerta)]
