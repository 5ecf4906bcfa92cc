"""La huella de cada tabla publicada, y la cuarentena de lo que no se reproduce con ella.

Revisión: 0010
"""

import sqlalchemy as sa
from alembic import op

from modelos.columnas import Instante

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Aplica el cambio."""
    op.create_table(
        "tablapublicada",
        sa.Column("clave", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=10), nullable=False),
        sa.Column("orden", sa.Integer(), nullable=False),
        sa.Column("huella", sa.String(length=64), nullable=False),
        sa.Column("contenido", sa.Text(), nullable=False),
        sa.Column("registrada", Instante(), nullable=False),
        sa.Column("motivo", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("clave", "version", "orden", name="pk_tablapublicada"),
    )
    op.add_column("expediente", sa.Column("cuarentena", sa.Text(), nullable=True))


def downgrade() -> None:
    """Lo deshace."""
    op.drop_column("expediente", "cuarentena")
    op.drop_table("tablapublicada")
