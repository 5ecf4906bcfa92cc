"""Equipos conocidos, contraseñas que dio otra persona y sesiones que caducan sin uso.

Revisión: 0012
"""

import sqlalchemy as sa
from alembic import op

from modelos.columnas import Instante

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Aplica el cambio."""
    op.create_table(
        "equipo",
        sa.Column("huella", sa.String(length=64), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=False),
        sa.Column("visto", Instante(), nullable=False),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_equipo_persona_id_persona"),
        sa.PrimaryKeyConstraint("huella", "persona_id", name="pk_equipo"),
    )
    op.create_index("ix_equipo_persona_id", "equipo", ["persona_id"], unique=False)
    op.add_column("persona", sa.Column("clave_provisional", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("sesion", sa.Column("caduca", Instante(), nullable=True))
    # Las que ya estaban abiertas siguen hasta su vencimiento o hasta que se usen.
    op.execute("UPDATE sesion SET caduca = vence")
    with op.batch_alter_table("sesion") as tabla:
        tabla.alter_column("caduca", existing_type=Instante(), nullable=False)


def downgrade() -> None:
    """Lo deshace."""
    op.drop_column("sesion", "caduca")
    op.drop_column("persona", "clave_provisional")
    op.drop_index("ix_equipo_persona_id", table_name="equipo")
    op.drop_table("equipo")
