"""Lo que se le espera a una conexión: que pida, que mande y que reciba; la que no avanza se corta.

uvicorn sólo corta la que queda ociosa entre dos peticiones: unos cientos que manden un byte de
vez en cuando le ocupan todos los lugares. Aquí cada una se mira cada cinco segundos. Una
línea lenta avanza; lo que no se admite es no avanzar nada.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

VUELTA_S = 5.0
VUELTAS_SIN_PEDIR = 3
"""Lo más que tarda una petición en llegar entera hasta su cuerpo, mande lo que mande mientras."""
VUELTAS_SIN_AVANZAR = 6
MINIMO = 2048
"""Bytes por vuelta con que un cuerpo, o una respuesta, avanza."""
SOBRANTE_MAXIMO = 128 << 20
"""Bytes que se tiran de un cuerpo que ya se rechazó: si se colgara antes, el navegador no vería por qué."""
CONEXIONES = 1000
"""De ahí en adelante, por cada una nueva se corta la más antigua de las que no han pedido nada."""


class Conexion(H11Protocol):
    """El protocolo de uvicorn, con alguien que mira el reloj."""

    def __init__(self, *args: Any, **opciones: Any) -> None:  # noqa: ANN401 - los de uvicorn, tal cual
        """Como el de uvicorn."""
        super().__init__(*args, **opciones)
        self._vigia: asyncio.TimerHandle | None = None
        self._nacio = self.loop.time()
        self._ciclo: object = None
        self._recibido = self._visto = self._sobrante = self._por_salir = 0
        self._sin_pedir = self._sin_avanzar = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # como uvicorn
        """Empieza a contar; si ya son demasiadas, hace lugar."""
        super().connection_made(transport)
        self._vigia = self.loop.call_later(VUELTA_S, self._mirar)
        if len(self.connections) > CONEXIONES:
            calladas = [c for c in self.connections if isinstance(c, Conexion) and c is not self and c.espera_peticion]
            if calladas:
                min(calladas, key=lambda c: c._nacio).transport.abort()  # noqa: SLF001 - son de esta misma clase

    def connection_lost(self, exc: Exception | None) -> None:
        """Deja de contar."""
        if self._vigia is not None:
            self._vigia.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Cuenta lo que llega; lo que llega después de responder se tira hasta cierto punto."""
        self._recibido += len(data)
        # uvicorn la empieza vacía, aunque no lo diga su tipo.
        ya_respondio = self.cycle is not None and self.cycle.response_complete  # type: ignore[redundant-expr]
        if ya_respondio and self.conn.their_state is h11.SEND_BODY:
            self._sobrante += len(data)
            if self._sobrante > SOBRANTE_MAXIMO:
                self.transport.abort()
                return
        super().data_received(data)

    @property
    def espera_peticion(self) -> bool:
        """Si todavía no llega entera hasta su cuerpo."""
        return self.conn.their_state is h11.IDLE

    def _mirar(self) -> None:
        if self.transport.is_closing() and not self.transport.get_write_buffer_size():
            return
        otra = self.cycle is not self._ciclo
        self._sin_pedir = self._sin_pedir + 1 if self.espera_peticion and not otra else 0
        self._sin_avanzar = 0 if otra or self._avanza() else self._sin_avanzar + 1
        self._ciclo, self._visto, self._por_salir = self.cycle, self._recibido, self.transport.get_write_buffer_size()
        calla = self._sin_pedir >= VUELTAS_SIN_PEDIR and not self._por_salir
        if calla or self._sin_avanzar >= VUELTAS_SIN_AVANZAR:
            self.transport.abort()
        else:
            self._vigia = self.loop.call_later(VUELTA_S, self._mirar)

    def _avanza(self) -> bool:
        """Si lo que toca a la otra punta se movió desde la vuelta anterior; lo que nos toca hacer no se le cuenta."""
        por_salir = self.transport.get_write_buffer_size()
        if por_salir:
            return por_salir > self._por_salir or por_salir <= self._por_salir - MINIMO
        nos_espera = self.flow.read_paused or self.conn.they_are_waiting_for_100_continue
        if self.conn.their_state is h11.SEND_BODY and not nos_espera:
            return self._recibido - self._visto >= MINIMO
        return True
