"""Lo que puede salir mal con un enlace de suscripción. Código HTTP: `api/errores.py`."""

from __future__ import annotations

from modelos.errores import ErrorGestion


class EnlaceRevocado(ErrorGestion):
    """Un enlace de calendario que ya no sirve, o que nunca sirvió; no se dice cuál."""

    titulo = "El enlace ya no sirve"

    def __str__(self) -> str:
        return (
            "Este enlace de calendario no existe o se revocó. "
            "Entre al sistema y pida otro en «Calendario», «Suscribirme»."
        )
