"""Un valor válido para cada cosa que un esquema de OpenAPI describe, sacado del propio esquema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.accesorios.fabricas import PDF

AYER = "2026-11-24"
"""La fecha que se da: pasada y hábil, que vale donde se cuenta un hecho."""
_FORMATOS = {
    "date": AYER,
    "date-time": f"{AYER}T12:00:00Z",
    "time": "12:00:00",
    "uuid": "12345678-1234-5678-1234-567812345678",
    "email": "alguien@ejemplo.mx",
    "uri": "https://ejemplo.mx",
}


class Generador:
    """Da valores con las formas nombradas de un documento."""

    def __init__(self, formas: dict[str, Any]) -> None:
        """Recibe `components.schemas`."""
        self.formas = formas

    def plana(self, esquema: dict[str, Any]) -> dict[str, Any]:
        """El esquema sin referencia y, si admite nulo, el de su valor: lo que se prueba es que el valor se acepte."""
        if "$ref" in esquema:
            return self.plana(self.formas[esquema["$ref"].rpartition("/")[2]])
        variantes = [v for v in esquema.get("anyOf", ()) if v.get("type") != "null"]
        propias = {clave: valor for clave, valor in esquema.items() if clave != "anyOf"}
        return {**self.plana(variantes[0]), **propias} if variantes else esquema

    def valor(self, esquema: dict[str, Any]) -> Any:
        """Un valor válido, con todo lo que pueda llevar."""
        plano = self.plana(esquema)
        if "const" in plano:
            return plano["const"]
        if escogidos := [v for v in plano.get("enum", ()) if v != ""]:
            return escogidos[0]
        if plano.get("examples"):
            return plano["examples"][0]
        de_tipo: dict[str, Callable[[], Any]] = {
            "object": lambda: self.objeto(plano, plano.get("properties", {})),
            "array": lambda: [self.valor(plano["items"])],
            "string": lambda: self._texto(plano),
            "integer": lambda: int(plano.get("minimum", 1)),
            "number": lambda: plano.get("minimum", 1),
            "boolean": lambda: True,
        }
        assert plano.get("type") in de_tipo, f"el generador no sabe dar un valor de {plano}"
        return de_tipo[plano["type"]]()

    def objeto(self, plano: dict[str, Any], campos: Any) -> dict[str, Any]:
        """Un objeto con esos campos; sin propiedades descritas, con una clave si dice de qué tipo son."""
        propiedades: dict[str, Any] = plano.get("properties", {})
        dado = {campo: self.valor(propiedades[campo]) for campo in campos}
        otros = plano.get("additionalProperties")
        if not propiedades and isinstance(otros, dict):
            dado["clave"] = self.valor(otros)
        return dado

    @staticmethod
    def _texto(plano: dict[str, Any]) -> Any:
        if "contentMediaType" in plano or plano.get("format") == "binary":
            return PDF
        if plano.get("format") in _FORMATOS:
            return _FORMATOS[plano["format"]]
        assert "format" not in plano, f"el generador no sabe de «{plano['format']}»"
        assert "pattern" not in plano, f"dé un ejemplo de {plano['pattern']} en el esquema"
        return "Prueba"[: plano.get("maxLength", 6)]
