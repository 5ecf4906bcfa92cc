"""Alguien que lleva expedientes usando sólo el contrato HTTP, como lo haría otro programa.

No mira la base ni las tablas: lee los turnos, llena el formulario que le dan,
adjunta la evidencia obligatoria y responde.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx

from tests.accesorios.fabricas import PDF, Cliente

UNA_DEL_GRUPO = {"CAST": "CAST-DEMO-01", "CE": "CE-15"}
"""Unidades de la demostración, para un formulario inicial, que no trae la lista de las posibles."""
EXIGIDOS = "Faltan oficios que la norma exige"
"""Con qué título responde el contrato a quien terminaría un expediente sin ellos."""
Elegir = Callable[[dict[str, Any]], str]
"""Recibe un turno del contrato y dice por qué salida responder."""


def primera(turno: dict[str, Any]) -> str:
    """La primera salida."""
    salida: str = turno["salidas"][0]
    return salida


class Caminante:
    """Una sesión por unidad, abiertas según hacen falta."""

    def __init__(self, direccion: str, *, todo: bool = False) -> None:
        """Recibe la dirección de la aplicación. todo: si llena también lo optativo de cada formulario."""
        self.direccion, self.todo = direccion, todo
        self._clientes: dict[str, Cliente] = {}

    def como(self, alias: str) -> Cliente:
        """El cliente con la sesión de esa cuenta de demostración."""
        if alias not in self._clientes:
            self._clientes[alias] = Cliente(self.direccion, alias)
        return self._clientes[alias]

    def cerrar(self) -> None:
        """Cierra las conexiones."""
        for cliente in self._clientes.values():
            cliente.close()

    def iniciar(self, procedimiento: str, asunto: str = "Recorrido", **datos: Any) -> str:
        """Abre un expediente y devuelve su folio; lo obligatorio que no se dé se llena con lo primero que sirva."""
        tabla = self.como("coordinacion").get(f"/procedimientos/{procedimiento}").json()
        solicitud = {
            "procedimiento": procedimiento,
            "asunto": asunto,
            "datos": {**llenar(tabla["formulario"], todo=self.todo), **datos},
        }
        respuesta = self.como("coordinacion").post("/expedientes", json=solicitud)
        if respuesta.status_code == 409 and "confirmar" in respuesta.json():  # ya hay otro, o es tarde: lo sabe
            solicitud["confirmar"] = respuesta.json()["confirmar"]
            respuesta = self.como("coordinacion").post("/expedientes", json=solicitud)
        assert respuesta.status_code == 201, respuesta.text
        folio: str = respuesta.json()["folio"]
        return folio

    def ver(self, folio: str) -> dict[str, Any]:
        """El expediente."""
        respuesta = self.como("coordinacion").get(f"/expedientes/{folio}")
        assert respuesta.status_code == 200, respuesta.text
        caso: dict[str, Any] = respuesta.json()
        return caso

    def atender(self, turno: dict[str, Any], salida: str) -> httpx.Response:
        """Responde un turno como el personal de su unidad, con todo lo que pide."""
        cliente = self.como(turno["unidad"].lower())
        for documento in turno["evidencia"]:
            if documento["obligatoria"]:
                self._adjuntar(cliente, turno["id"], documento["clave"])
        cuerpo = {
            "salida": salida,
            "datos": llenar(turno["formulario"], todo=self.todo),
            "comentario": f"Responde {turno['unidad']}",
            "version": turno["version"],
        }
        return cliente.post(f"/turnos/{turno['id']}/atender", json=cuerpo)

    def caminar(self, folio: str, elegir: Elegir, al_esperar: Callable[[], object], pasos: int = 200) -> dict[str, Any]:
        """Lleva el expediente, y los que abra, hasta que termina; `al_esperar`: cuando nada se puede atender."""
        esperas = 0
        for _ in range(pasos):
            caso = self.ver(folio)
            if caso["estado"] != "en_curso":
                return caso
            abiertos = self.atendibles(caso)
            if not abiertos:
                esperas += 1
                assert esperas < 20, f"{folio} se quedó sin turnos que atender"
                al_esperar()
                continue
            respuesta = self.atender(abiertos[0], elegir(abiertos[0]))
            if respuesta.status_code == 409 and respuesta.json()["title"] == EXIGIDOS:
                al_esperar()
                self.firmar_exigidos(folio)
                respuesta = self.atender(abiertos[0], elegir(abiertos[0]))
            assert respuesta.status_code == 200, respuesta.text
        raise AssertionError(f"{folio} no terminó en {pasos} pasos")

    def firmar_exigidos(self, folio: str) -> None:
        """Firma los que la norma exige, como quien tiene el cargo; lo que les falte por escribir, lo escribe."""
        for oficio in self.como("coordinacion").get(f"/expedientes/{folio}/oficios").json()["elementos"]:
            if oficio["estado"] != "borrador" or not oficio["exigido"]:
                continue
            cliente = self.como(oficio["unidad"].lower())
            entero = cliente.get(f"/oficios/{oficio['id']}").json()
            if entero["faltan"]:
                cuerpo = re.sub(r"\[FALTA: [^\]]*\]", "lo que faltaba", entero["cuerpo"])
                corregido = {"version": entero["version"], "cuerpo": cuerpo}
                entero = cliente.post(f"/oficios/{oficio['id']}/editar", json=corregido).json()
            firmado = cliente.post(f"/oficios/{oficio['id']}/firmar", json={"version": entero["version"]})
            assert firmado.status_code == 200, firmado.text

    def atendibles(self, caso: dict[str, Any]) -> list[dict[str, Any]]:
        """Los turnos que alguien puede responder ahora, los de sus subexpedientes incluidos."""
        abiertos = [turno for turno in caso["turnos"] if turno["salidas"]]
        for folio in caso["subexpedientes"]:
            hijo = self.ver(folio)
            if hijo["estado"] == "en_curso":
                abiertos += self.atendibles(hijo)
        return abiertos

    @staticmethod
    def _adjuntar(cliente: Cliente, turno: str, evidencia: str) -> None:
        archivos = {"archivo": ("constancia.pdf", PDF, "application/pdf")}
        respuesta = cliente.post(f"/turnos/{turno}/anexos", files=archivos, data={"evidencia": evidencia})
        assert respuesta.status_code == 201, respuesta.text


def llenar(esquema: dict[str, Any] | None, *, todo: bool = False) -> dict[str, Any]:
    """Datos que cumplen un JSON Schema plano: sólo los campos obligatorios, o todos los que no traen ya un valor."""
    if not esquema:
        return {}
    campos, obligatorios = esquema.get("properties", {}), esquema.get("required", ())
    return {c: _valor(forma) for c, forma in campos.items() if c in obligatorios or (todo and not forma.get("default"))}


def _valor(campo: dict[str, Any]) -> Any:
    posibles = [forma for forma in campo.get("anyOf", ()) if forma.get("type") != "null"]
    campo = {**campo, **posibles[0]} if posibles else campo
    if "enum" in campo:
        return campo["enum"][0]
    if "examples" in campo:
        return campo["examples"][0]
    if "x-grupo" in campo:
        return UNA_DEL_GRUPO[campo["x-grupo"]]
    ejemplos = {
        "string": "1500.00" if "pattern" in campo else "texto de prueba",
        "integer": campo.get("minimum", 1),
        "number": 1,
        "boolean": True,
    }
    if campo.get("format") == "date":
        return "2026-05-15"
    return ejemplos[campo["type"]]
