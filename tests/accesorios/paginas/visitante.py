"""Quien usa las páginas sin navegador: un cliente con cookies que llena formularios."""

from __future__ import annotations

import re
from typing import Self

import httpx

from modelos.administracion.demo import CLAVE
from tests.accesorios.fabricas import Instancia


class Visitante(httpx.Client):
    """Un navegador sin pantalla: guarda su cookie y dice de dónde viene.

    vencida: uno en que ya había entrado alguien, y su sesión venció.
    """

    def __init__(self, direccion: str, alias: str | None = None, *, vencida: bool = False) -> None:
        origen = {"Sec-Fetch-Site": "same-origin"}
        super().__init__(base_url=direccion, timeout=300, headers=origen, verify=False)
        self.alias, self.vencida = alias, vencida

    def __enter__(self) -> Self:
        super().__enter__()
        if self.alias:
            assert self.entrar(self.alias).status_code == 303
        if self.vencida:
            assert self.entrar("direccion").status_code == 303
            self.perder_la_sesion()
        return self

    def entrar(self, alias: str, clave: str = CLAVE, **mas: str) -> httpx.Response:
        return self.post("/entrar", data={"correo": f"{alias}@demo.local", "clave": clave, **mas})

    def perder_la_sesion(self) -> None:
        """Como cuando vence: el navegador ya no la trae, pero es el mismo equipo."""
        self.cookies.delete("dstc_sesion")

    def iniciar(self, **mas: str) -> httpx.Response:
        return self.post("/procedimientos/normatividad/iniciar", data={"campo-tope_vueltas": "5", **mas})


def hasta_la_consulta(instancia: Instancia) -> str:
    """Un expediente que espera a los tres CAST."""
    folio = instancia.iniciar("normatividad")
    for _ in range(3):
        instancia.atender(instancia.abiertos(folio)[0])
    assert len(instancia.abiertos(folio)) == 3
    return folio


def folio_de(v: Visitante) -> str:
    hallado = re.search(r"/expedientes/([A-Z]+-\d{4}-\d{4})", v.get("/expedientes").text)
    assert hallado
    return hallado.group(1)
