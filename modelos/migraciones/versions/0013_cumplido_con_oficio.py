"""El acto escrito con que se cumple un plazo, los oficios que se firmaron fuera y el aviso de lo que falta firmar.

Los plazos que ya corrían no llevan acto: se cumplen como cuando se abrieron.

Revisión: 0013
"""

import sqlalchemy as sa
from alembic import op

from modelos.columnas import Instante

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ESTADOS = "'borrador', 'firmado', 'enviado', 'cancelado', 'sustituido', 'descartado'"
_PENDIENTE = "estado IN ('borrador', 'firmado')"


def upgrade() -> None:
    """Aplica el cambio."""
    op.add_column("plazo", sa.Column("acto", sa.String(length=60), nullable=False, server_default=""))
    op.add_column("plazo", sa.Column("atendido", Instante(), nullable=True))
    op.add_column("plazo", sa.Column("cumplio", sa.String(length=160), nullable=True))
    with op.batch_alter_table("oficio") as tabla:
        tabla.add_column(sa.Column("numero_fuera", sa.String(length=80), nullable=True))
        tabla.add_column(sa.Column("fecha_fuera", sa.Date(), nullable=True))
        tabla.add_column(sa.Column("anexo_fuera", sa.String(length=36), nullable=True))
        tabla.create_foreign_key("fk_oficio_anexo_fuera_anexo", "anexo", ["anexo_fuera"], ["id"])
    _estados(f"{_ESTADOS}, 'firmado_fuera'", "'borrador', 'descartado', 'firmado_fuera'")
    op.create_index(
        "ix_oficio_pendiente",
        "oficio",
        ["folio", "id"],
        sqlite_where=sa.text(_PENDIENTE),
        postgresql_where=sa.text(_PENDIENTE),
    )
    _clases("'turno', 'hito', 'oficio', 'firma'")


def downgrade() -> None:
    """Lo deshace; lo firmado fuera vuelve a ser un borrador."""
    op.execute("DELETE FROM notificacion WHERE clase = 'firma'")
    _clases("'turno', 'hito', 'oficio'")
    op.drop_index("ix_oficio_pendiente", table_name="oficio")
    op.execute("UPDATE oficio SET estado = 'borrador' WHERE estado = 'firmado_fuera'")
    _estados(_ESTADOS, "'borrador', 'descartado'")
    with op.batch_alter_table("oficio") as tabla:
        tabla.drop_constraint("fk_oficio_anexo_fuera_anexo", type_="foreignkey")
        for columna in ("anexo_fuera", "fecha_fuera", "numero_fuera"):
            tabla.drop_column(columna)
    for columna in ("cumplio", "atendido", "acto"):
        op.drop_column("plazo", columna)


def _estados(admitidos: str, sin_numero: str) -> None:
    """Cambia los estados de un oficio que se admiten, y en cuáles no tiene número."""
    with op.batch_alter_table("oficio") as tabla:
        tabla.drop_constraint("ck_oficio_estado", type_="check")
        tabla.drop_constraint("ck_oficio_numero_al_firmar", type_="check")
        tabla.create_check_constraint("ck_oficio_estado", f"estado IN ({admitidos})")
        tabla.create_check_constraint("ck_oficio_numero_al_firmar", f"(numero IS NULL) = (estado IN ({sin_numero}))")


def _clases(admitidas: str) -> None:
    """Cambia las clases de notificación que se admiten."""
    with op.batch_alter_table("notificacion") as tabla:
        tabla.drop_constraint("ck_notificacion_clase", type_="check")
        tabla.create_check_constraint("ck_notificacion_clase", f"clase IN ({admitidas})")
