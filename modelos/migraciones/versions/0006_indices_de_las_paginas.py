"""Índices con que inicio, bandeja y tablero cuestan lo mismo con cien mil turnos que con cien.

Revisión: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ABIERTO = "estado IN ('pendiente', 'tomado')"
_DE_TRAMO = "turno_id IS NULL AND estado IN ('abierto', 'suspendido', 'sin_calcular')"
PARCIALES: dict[str, tuple[str, list[str], str, str]] = {
    "ix_aviso_nuevo": ("aviso", ["persona_id", "creado", "turno_id"], "visto IS NULL", "visto IS NULL"),
    "ix_expediente_concluido": (
        "expediente",
        ["procedimiento", "cerrado", "abierto"],
        "estado IN ('concluido')",
        "estado IN ('concluido')",
    ),
    "ix_expediente_detenido": ("expediente", ["folio"], "detenido IS 1", "detenido IS TRUE"),
    "ix_plazo_tramo": ("plazo", ["vence", "folio", "id"], _DE_TRAMO, _DE_TRAMO),
    "ix_turno_procedimiento": ("turno", ["unidad", "procedimiento", "abierto", "id"], _ABIERTO, _ABIERTO),
    "ix_turno_tomado": (
        "turno",
        ["persona_id", "unidad", "abierto", "id"],
        "estado IN ('tomado')",
        "estado IN ('tomado')",
    ),
}
"""Tabla, columnas y su condición en SQLite y en PostgreSQL."""
COMPLETOS = {
    "ix_plazo_tablero": ("plazo", ["vence", "estado", "cerrado", "unidad", "folio", "abierto"]),
    "ix_turno_tablero": (
        "turno",
        ["procedimiento", "actividad", "unidad", "estado", "a_mano", "cerrado", "abierto", "vuelta"],
    ),
}


def upgrade() -> None:
    """Aplica el cambio."""
    for nombre, (tabla, columnas, sqlite, postgresql) in PARCIALES.items():
        op.create_index(nombre, tabla, columnas, sqlite_where=sa.text(sqlite), postgresql_where=sa.text(postgresql))
    for nombre, (tabla, columnas) in COMPLETOS.items():
        op.create_index(nombre, tabla, columnas)


def downgrade() -> None:
    """Lo deshace."""
    for nombre in (*PARCIALES, *COMPLETOS):
        op.drop_index(nombre)
