"""Filtros guardados, capturas a medias, comentarios, menciones y seguimiento.

Revisión: 0005
"""

import sqlalchemy as sa
from alembic import op

from modelos.columnas import Instante, columna_json

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Aplica el cambio."""
    op.create_table(
        "comentario",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folio", sa.String(length=40), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=False),
        sa.Column("texto", sa.Text(), nullable=False),
        sa.Column("creado", Instante(), nullable=False),
        sa.ForeignKeyConstraint(["folio"], ["expediente.folio"], name="fk_comentario_folio_expediente"),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_comentario_persona_id_persona"),
        sa.PrimaryKeyConstraint("id", name="pk_comentario"),
    )
    op.create_index("ix_comentario_folio", "comentario", ["folio", "id"], unique=False)
    op.create_table(
        "filtro",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=False),
        sa.Column("nombre", sa.String(length=80), nullable=False),
        sa.Column("camino", sa.String(length=100), nullable=False),
        sa.Column("consulta", sa.String(length=1000), nullable=False),
        sa.Column("creado", Instante(), nullable=False),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_filtro_persona_id_persona"),
        sa.PrimaryKeyConstraint("id", name="pk_filtro"),
        sa.UniqueConstraint("persona_id", "camino", "nombre", name="uq_filtro_persona_id_camino_nombre"),
    )
    op.create_index("ix_filtro_persona_id", "filtro", ["persona_id"], unique=False)
    op.create_table(
        "seguimiento",
        sa.Column("persona_id", sa.Integer(), nullable=False),
        sa.Column("folio", sa.String(length=40), nullable=False),
        sa.Column("desde", Instante(), nullable=False),
        sa.Column("visto", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["folio"], ["expediente.folio"], name="fk_seguimiento_folio_expediente"),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_seguimiento_persona_id_persona"),
        sa.PrimaryKeyConstraint("persona_id", "folio", name="pk_seguimiento"),
    )
    op.create_index("ix_seguimiento_folio", "seguimiento", ["folio"], unique=False)
    op.create_table(
        "capturaguardada",
        sa.Column("persona_id", sa.Integer(), nullable=False),
        sa.Column("turno_id", sa.String(length=140), nullable=False),
        sa.Column("textos", columna_json(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("guardada", Instante(), nullable=False),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_capturaguardada_persona_id_persona"),
        sa.ForeignKeyConstraint(["turno_id"], ["turno.id"], name="fk_capturaguardada_turno_id_turno"),
        sa.PrimaryKeyConstraint("persona_id", "turno_id", name="pk_capturaguardada"),
    )
    op.create_table(
        "mencion",
        sa.Column("comentario_id", sa.Integer(), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=False),
        sa.Column("visto", Instante(), nullable=True),
        sa.ForeignKeyConstraint(["comentario_id"], ["comentario.id"], name="fk_mencion_comentario_id_comentario"),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_mencion_persona_id_persona"),
        sa.PrimaryKeyConstraint("comentario_id", "persona_id", name="pk_mencion"),
    )
    op.create_index("ix_mencion_persona_id", "mencion", ["persona_id"], unique=False)


def downgrade() -> None:
    """Lo deshace."""
    op.drop_index("ix_mencion_persona_id", table_name="mencion")
    op.drop_table("mencion")
    op.drop_table("capturaguardada")
    op.drop_index("ix_seguimiento_folio", table_name="seguimiento")
    op.drop_table("seguimiento")
    op.drop_index("ix_filtro_persona_id", table_name="filtro")
    op.drop_table("filtro")
    op.drop_index("ix_comentario_folio", table_name="comentario")
    op.drop_table("comentario")
