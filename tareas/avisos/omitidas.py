"""Lo que se dejó de decir: por qué, y a quién se le dice ahora si lo que pasó es que esa persona se fue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from modelos import reloj
from modelos.avisos import mensajes
from modelos.avisos.a_quien import Organigrama
from modelos.plazos import hitos

SIN_DESTINO = "La persona se dio de baja o el canal se desactivó."
NO_LO_VE = "Ya no puede ver el expediente."
_DE_QUIEN_SE_FUE = (mensajes.NO_LE_TOCA, mensajes.DE_BAJA, SIN_DESTINO)


def descartar(s: Session, motivos: Mapping[int, str], ahora: datetime, *, en_canales: bool) -> None:
    """Anota por qué no se dijo cada cosa; lo que iba para quien se fue, se dice en la vuelta siguiente a quien toca.

    en_canales: si ya se había armado, y por tanto los canales de su unidad ya lo llevan.
    """
    mensajes.descartar(s, motivos)
    huerfanas = [id_ for id_, motivo in motivos.items() if motivo in _DE_QUIEN_SE_FUE]
    hitos.notificar(
        s, mensajes.relevos(s, huerfanas, Organigrama(s), en_canales=en_canales), ahora, reloj.local(ahora).date()
    )
