"""Hasta qué asiento se dijo en Prefect lo que espera cada expediente.

Revisión: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Aplica el cambio."""
    op.create_table(
        "dicho",
        sa.Column("folio", sa.String(length=40), nullable=False),
        sa.Column("asientos", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["folio"], ["expediente.folio"], name="fk_dicho_folio_expediente"),
        sa.PrimaryKeyConstraint("folio", name="pk_dicho"),
    )


def downgrade() -> None:
    """Lo deshace."""
    op.drop_table("dicho")
