"""La primera versión de cada tabla, que es la que se transcribió dos veces; lo que cambia otra, en su propia prueba."""

from __future__ import annotations

from flujos.catalogo import CATALOGO
from modelos.tabla import Tabla


def _primera(clave: str) -> Tabla:
    return min((tabla for tabla in CATALOGO if tabla.clave == clave), key=lambda tabla: tabla.vigente_desde)


PRIMERAS = {clave: _primera(clave) for clave in dict.fromkeys(tabla.clave for tabla in CATALOGO)}
