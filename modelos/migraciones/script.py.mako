"""${message}

Revisión: ${up_revision}
Sigue a: ${down_revision | comma,n}
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from modelos.columnas import Instante

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Aplica el cambio."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Lo deshace."""
    ${downgrades if downgrades else "pass"}
