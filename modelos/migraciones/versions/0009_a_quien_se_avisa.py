"""Por qué una notificación no salió, y la fecha compromiso de un plazo.

Revisión: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Aplica el cambio."""
    op.add_column("notificacion", sa.Column("descartada", sa.String(length=200), nullable=True))
    op.add_column("plazo", sa.Column("compromiso", sa.Date(), nullable=True))


def downgrade() -> None:
    """Lo deshace."""
    op.drop_column("plazo", "compromiso")
    op.drop_column("notificacion", "descartada")
