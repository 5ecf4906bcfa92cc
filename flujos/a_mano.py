"""Lo que alguien pide desde la interfaz de Prefect y no es de ningún expediente: qué contestarle.

*Run* en un despliegue crea una corrida que no conduce nada. Dejarla sin atender la muestra «Submitting» para
siempre; se termina con una frase que dice qué hacer.
"""

from __future__ import annotations

from prefect.client.schemas.objects import FlowRun
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.ajustes import ajustes
from modelos.expedientes.expediente import Expediente

LARGO = 60


def por_que_no(s: Session, corrida: FlowRun) -> str:
    """Por qué esa corrida no se conduce y qué hacer en su lugar; vacío si es la de su expediente."""
    folio = str(corrida.parameters.get("folio") or "").strip()
    web = ajustes().url_publica
    if not folio:
        return f"No hizo nada: un expediente se inicia en {web}/iniciar y su corrida se crea sola."
    fila = s.execute(select(col(Expediente.corrida)).where(col(Expediente.folio) == folio)).first()
    if fila is None:
        return f"No hizo nada: no existe el expediente «{folio[:LARGO]}». Búsquelo o inícielo en {web}/expedientes."
    if fila[0] == str(corrida.id):
        return ""
    return f"No hizo nada: {folio} ya se conduce con su propia corrida. Atiéndalo en {web}/expedientes/{folio}."
