"""Lo que el motor ve y la salud repite, y lo que sólo uno puede estar haciendo.

Revisión: 0007
"""

import sqlalchemy as sa
from alembic import op

from modelos.columnas import columna_json

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Aplica el cambio."""
    op.create_table(
        "senal",
        sa.Column("clave", sa.String(length=40), nullable=False),
        sa.Column("visto", sa.Float(), nullable=False),
        sa.Column("datos", columna_json(), nullable=False),
        sa.PrimaryKeyConstraint("clave", name="pk_senal"),
    )
    op.create_table(
        "exclusiva",
        sa.Column("que", sa.String(length=40), nullable=False),
        sa.Column("quien", sa.String(length=100), nullable=False),
        sa.Column("hasta", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("que", name="pk_exclusiva"),
    )
    op.add_column("latido", sa.Column("desde", sa.Float(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Lo deshace."""
    op.drop_column("latido", "desde")
    op.drop_table("exclusiva")
    op.drop_table("senal")
