"""Cada dirección de correo, en su forma única: la misma escrita de dos maneras ya no son dos personas.

Si dos filas quedan con la misma, la conserva la activa (o la más antigua) y la otra pasa a ser `nombre+NÚMERO@…`, que
llega al mismo buzón: nadie pierde su cuenta, sus roles ni lo que hizo, y queda anotado en sus cambios.

Revisión: 0014
"""

import sqlalchemy as sa
from alembic import op

from modelos import reloj
from modelos.columnas import Instante, columna_json
from modelos.organizacion.correos import normalizado

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOTIVO = "Se escribe como en las demás puertas."
REPETIDA = "Era la misma dirección que la de otra persona, escrita de otra manera; corríjala o dé de baja la que sobre."
_PERSONA = sa.table("persona", sa.column("id"), sa.column("correo"), sa.column("activa"))
_CAMBIO = sa.table(
    "cambio",
    sa.column("cosa"),
    sa.column("cual"),
    sa.column("antes", columna_json()),
    sa.column("despues", columna_json()),
    sa.column("cuando", Instante()),
)


def upgrade() -> None:
    """Aplica el cambio."""
    base = op.get_bind()
    filas = base.execute(sa.select(_PERSONA.c.id, _PERSONA.c.correo, _PERSONA.c.activa)).all()
    nuevos: dict[int, tuple[str, str, str]] = {}
    dados: set[str] = set()
    # Primero quien conserva la suya: la activa antes que la dada de baja, y luego la más antigua.
    for id_, correo, _ in sorted(filas, key=lambda f: (not f.activa, f.id)):
        unico, motivo = normalizado(correo), MOTIVO
        if unico in dados:
            local, _, dominio = unico.rpartition("@")
            unico, motivo = f"{local}+{id_}@{dominio}", REPETIDA
        dados.add(unico)
        if unico != correo:
            nuevos[id_] = (correo, unico, motivo)
    # En dos vueltas: a media fila, la nueva de una puede ser todavía la vieja de otra.
    for id_ in nuevos:
        base.execute(sa.update(_PERSONA).where(_PERSONA.c.id == id_).values(correo=f"pendiente-{id_}"))
    for id_, (antes, despues, motivo) in nuevos.items():
        base.execute(sa.update(_PERSONA).where(_PERSONA.c.id == id_).values(correo=despues))
        anotado = {
            "cosa": "persona",
            "cual": str(id_),
            "antes": {"correo": antes},
            "despues": {"correo": despues, "motivo": motivo},
            "cuando": reloj.ahora(),
        }
        base.execute(sa.insert(_CAMBIO).values(anotado))


def downgrade() -> None:
    """Nada que deshacer: la forma única también servía antes."""
