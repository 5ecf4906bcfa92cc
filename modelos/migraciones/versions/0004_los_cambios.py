"""Quién cambió qué de la papelería, las leyendas, las normas y quién firma.

Revisión: 0004
"""

import sqlalchemy as sa
from alembic import op

from modelos.columnas import Instante, columna_json

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Aplica el cambio."""
    op.create_table(
        "cambio",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cosa", sa.String(length=20), nullable=False),
        sa.Column("cual", sa.String(length=60), nullable=False),
        sa.Column("antes", columna_json(), nullable=False),
        sa.Column("despues", columna_json(), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=True),
        sa.Column("cuando", Instante(), nullable=False),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_cambio_persona_id_persona"),
        sa.PrimaryKeyConstraint("id", name="pk_cambio"),
    )
    op.create_index("ix_cambio_cosa_cual", "cambio", ["cosa", "cual", "id"], unique=False)


def downgrade() -> None:
    """Lo deshace."""
    op.drop_index("ix_cambio_cosa_cual", table_name="cambio")
    op.drop_table("cambio")
