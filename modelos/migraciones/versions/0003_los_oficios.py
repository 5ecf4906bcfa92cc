"""Los oficios: borradores, firmas, destinatarios, plantillas editadas, papelería, normas y quién firma.

Revisión: 0003
"""

import sqlalchemy as sa
from alembic import op

from modelos.columnas import Instante, columna_json

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Aplica el cambio."""
    _clases("'turno', 'hito', 'oficio'")
    _largo_de_serie(60)
    op.create_table(
        "leyenda",
        sa.Column("anio", sa.Integer(), nullable=False),
        sa.Column("texto", sa.String(length=300), nullable=False),
        sa.Column("fuente", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("anio", name="pk_leyenda"),
    )
    op.create_table(
        "molde",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("texto", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_molde"),
    )
    op.create_table(
        "ordenamiento",
        sa.Column("clave", sa.String(length=10), nullable=False),
        sa.Column("nombre", sa.String(length=300), nullable=False),
        sa.Column("cita", sa.String(length=300), nullable=False),
        sa.Column("estado", sa.String(length=20), nullable=False),
        sa.Column("acuerdo", sa.String(length=200), nullable=False),
        sa.Column("emitido", sa.Date(), nullable=True),
        sa.Column("publicado", sa.Date(), nullable=True),
        sa.Column("vigente_desde", sa.Date(), nullable=True),
        sa.Column("vigente_hasta", sa.Date(), nullable=True),
        sa.Column("nota", sa.String(length=1000), nullable=False),
        sa.CheckConstraint("estado IN ('proyecto', 'vigente', 'abrogado')", name="ck_ordenamiento_estado"),
        sa.PrimaryKeyConstraint("clave", name="pk_ordenamiento"),
    )
    op.create_table(
        "papeleria",
        sa.Column("unidad", sa.String(length=40), nullable=False),
        sa.Column("formato", sa.String(length=80), nullable=False),
        sa.Column("lugar", sa.String(length=120), nullable=False),
        sa.Column("domicilio", sa.String(length=300), nullable=False),
        sa.Column("telefono", sa.String(length=60), nullable=False),
        sa.Column("sitio", sa.String(length=120), nullable=False),
        sa.Column("actualizada", Instante(), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_papeleria_persona_id_persona"),
        sa.ForeignKeyConstraint(["unidad"], ["unidad.clave"], name="fk_papeleria_unidad_unidad"),
        sa.PrimaryKeyConstraint("unidad", name="pk_papeleria"),
    )
    op.create_table(
        "plantillaeditada",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plantilla", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("texto", sa.Text(), nullable=True),
        sa.Column("base", sa.String(length=64), nullable=False),
        sa.Column("motivo", sa.String(length=2000), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=False),
        sa.Column("creada", Instante(), nullable=False),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_plantillaeditada_persona_id_persona"),
        sa.PrimaryKeyConstraint("id", name="pk_plantillaeditada"),
        sa.UniqueConstraint("plantilla", "version", name="uq_plantillaeditada_plantilla_version"),
    )
    op.create_table(
        "suplencia",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unidad", sa.String(length=40), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=False),
        sa.Column("cargo", sa.String(length=250), nullable=False),
        sa.Column("tratamiento", sa.String(length=20), nullable=False),
        sa.Column("precepto", sa.String(length=300), nullable=False),
        sa.Column("ausencia", sa.String(length=200), nullable=False),
        sa.Column("procedimientos", columna_json(), nullable=False),
        sa.Column("desde", sa.Date(), nullable=False),
        sa.Column("hasta", sa.Date(), nullable=False),
        sa.Column("creada", Instante(), nullable=False),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_suplencia_persona_id_persona"),
        sa.ForeignKeyConstraint(["unidad"], ["unidad.clave"], name="fk_suplencia_unidad_unidad"),
        sa.PrimaryKeyConstraint("id", name="pk_suplencia"),
    )
    op.create_index("ix_suplencia_persona_id", "suplencia", ["persona_id"], unique=False)
    op.create_index("ix_suplencia_unidad", "suplencia", ["unidad"], unique=False)
    op.create_table(
        "titularidad",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unidad", sa.String(length=40), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=False),
        sa.Column("cargo", sa.String(length=250), nullable=False),
        sa.Column("tratamiento", sa.String(length=20), nullable=False),
        sa.Column("iniciales", sa.String(length=10), nullable=False),
        sa.Column("desde", sa.Date(), nullable=False),
        sa.Column("hasta", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_titularidad_persona_id_persona"),
        sa.ForeignKeyConstraint(["unidad"], ["unidad.clave"], name="fk_titularidad_unidad_unidad"),
        sa.PrimaryKeyConstraint("id", name="pk_titularidad"),
    )
    op.create_index("ix_titularidad_persona_id", "titularidad", ["persona_id"], unique=False)
    op.create_index("ix_titularidad_unidad", "titularidad", ["unidad"], unique=False)
    op.create_table(
        "oficio",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("folio", sa.String(length=40), nullable=False),
        sa.Column("clave", sa.String(length=60), nullable=False),
        sa.Column("plantilla", sa.String(length=100), nullable=False),
        sa.Column("molde", sa.String(length=64), nullable=False),
        sa.Column("forma", sa.String(length=20), nullable=False),
        sa.Column("unidad", sa.String(length=40), nullable=False),
        sa.Column("actividad", sa.String(length=20), nullable=True),
        sa.Column("turno_id", sa.String(length=140), nullable=True),
        sa.Column("asiento", sa.Integer(), nullable=False),
        sa.Column("estado", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("asunto", sa.String(length=300), nullable=False),
        sa.Column("cuerpo", sa.Text(), nullable=False),
        sa.Column("borrador_asunto", sa.String(length=300), nullable=False),
        sa.Column("borrador_cuerpo", sa.Text(), nullable=False),
        sa.Column("anexos", sa.Text(), nullable=False),
        sa.Column("ordenamientos", columna_json(), nullable=False),
        sa.Column("creado", Instante(), nullable=False),
        sa.Column("editado", Instante(), nullable=True),
        sa.Column("editado_por", sa.Integer(), nullable=True),
        sa.Column("numero", sa.String(length=80), nullable=True),
        sa.Column("serie", sa.String(length=60), nullable=True),
        sa.Column("consecutivo", sa.Integer(), nullable=True),
        sa.Column("codigo", sa.String(length=16), nullable=True),
        sa.Column("firmado", Instante(), nullable=True),
        sa.Column("firmante_id", sa.Integer(), nullable=True),
        sa.Column("contenido", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("tamano", sa.Integer(), nullable=True),
        sa.Column("sellado", sa.Boolean(), nullable=False),
        sa.Column("enviado", Instante(), nullable=True),
        sa.Column("sustituye", sa.String(length=160), nullable=True),
        sa.Column("terminado", Instante(), nullable=True),
        sa.Column("motivo", sa.String(length=2000), nullable=False),
        sa.CheckConstraint(
            "(numero IS NULL) = (estado IN ('borrador', 'descartado'))", name="ck_oficio_numero_al_firmar"
        ),
        sa.CheckConstraint(
            "estado IN ('borrador', 'firmado', 'enviado', 'cancelado', 'sustituido', 'descartado')",
            name="ck_oficio_estado",
        ),
        sa.ForeignKeyConstraint(["editado_por"], ["persona.id"], name="fk_oficio_editado_por_persona"),
        sa.ForeignKeyConstraint(["firmante_id"], ["persona.id"], name="fk_oficio_firmante_id_persona"),
        sa.ForeignKeyConstraint(["folio"], ["expediente.folio"], name="fk_oficio_folio_expediente"),
        sa.ForeignKeyConstraint(["molde"], ["molde.sha256"], name="fk_oficio_molde_molde"),
        sa.ForeignKeyConstraint(["sustituye"], ["oficio.id"], name="fk_oficio_sustituye_oficio"),
        sa.ForeignKeyConstraint(["turno_id"], ["turno.id"], name="fk_oficio_turno_id_turno"),
        sa.ForeignKeyConstraint(["unidad"], ["unidad.clave"], name="fk_oficio_unidad_unidad"),
        sa.PrimaryKeyConstraint("id", name="pk_oficio"),
        sa.UniqueConstraint("codigo", name="uq_oficio_codigo"),
        sa.UniqueConstraint("serie", "consecutivo", name="uq_oficio_serie_consecutivo"),
        sa.UniqueConstraint("numero", name="uq_oficio_numero"),
    )
    op.create_index("ix_oficio_folio", "oficio", ["folio"], unique=False)
    op.create_index("ix_oficio_turno_id", "oficio", ["turno_id"], unique=False)
    op.create_index("ix_oficio_unidad_estado", "oficio", ["unidad", "estado", "creado", "id"], unique=False)
    op.create_table(
        "destinatario",
        sa.Column("oficio_id", sa.String(length=160), nullable=False),
        sa.Column("orden", sa.Integer(), nullable=False),
        sa.Column("clase", sa.String(length=10), nullable=False),
        sa.Column("unidad", sa.String(length=40), nullable=True),
        sa.Column("nombre", sa.String(length=200), nullable=False),
        sa.Column("cargo", sa.String(length=250), nullable=False),
        sa.Column("institucion", sa.String(length=200), nullable=False),
        sa.Column("acuse", sa.String(length=10), nullable=False),
        sa.Column("acusado", Instante(), nullable=True),
        sa.Column("acusado_por", sa.Integer(), nullable=True),
        sa.Column("nota", sa.String(length=2000), nullable=False),
        sa.Column("recordado", Instante(), nullable=True),
        sa.CheckConstraint("acuse IN ('', 'sistema', 'papel')", name="ck_destinatario_acuse"),
        sa.CheckConstraint("clase IN ('para', 'ccp')", name="ck_destinatario_clase"),
        sa.ForeignKeyConstraint(["acusado_por"], ["persona.id"], name="fk_destinatario_acusado_por_persona"),
        sa.ForeignKeyConstraint(["oficio_id"], ["oficio.id"], name="fk_destinatario_oficio_id_oficio"),
        sa.ForeignKeyConstraint(["unidad"], ["unidad.clave"], name="fk_destinatario_unidad_unidad"),
        sa.PrimaryKeyConstraint("oficio_id", "orden", name="pk_destinatario"),
    )
    op.create_index(
        "ix_destinatario_sin_acuse",
        "destinatario",
        ["unidad", "oficio_id"],
        unique=False,
        sqlite_where=sa.text("acusado IS NULL AND clase = 'para'"),
        postgresql_where=sa.text("acusado IS NULL AND clase = 'para'"),
    )
    op.create_index("ix_destinatario_unidad", "destinatario", ["unidad", "oficio_id"], unique=False)


def downgrade() -> None:
    """Lo deshace."""
    op.execute("DELETE FROM notificacion WHERE clase = 'oficio'")
    _clases("'turno', 'hito'")
    op.execute("DELETE FROM serie WHERE clave LIKE 'oficio-%'")
    _largo_de_serie(40)
    op.drop_index("ix_destinatario_unidad", table_name="destinatario")
    op.drop_index(
        "ix_destinatario_sin_acuse",
        table_name="destinatario",
        sqlite_where=sa.text("acusado IS NULL AND clase = 'para'"),
        postgresql_where=sa.text("acusado IS NULL AND clase = 'para'"),
    )
    op.drop_table("destinatario")
    op.drop_index("ix_oficio_unidad_estado", table_name="oficio")
    op.drop_index("ix_oficio_turno_id", table_name="oficio")
    op.drop_index("ix_oficio_folio", table_name="oficio")
    op.drop_table("oficio")
    op.drop_index("ix_titularidad_unidad", table_name="titularidad")
    op.drop_index("ix_titularidad_persona_id", table_name="titularidad")
    op.drop_table("titularidad")
    op.drop_index("ix_suplencia_unidad", table_name="suplencia")
    op.drop_index("ix_suplencia_persona_id", table_name="suplencia")
    op.drop_table("suplencia")
    op.drop_table("plantillaeditada")
    op.drop_table("papeleria")
    op.drop_table("ordenamiento")
    op.drop_table("molde")
    op.drop_table("leyenda")


def _clases(admitidas: str) -> None:
    """Cambia las clases de notificación que se admiten."""
    regla = f"clase IN ({admitidas})"
    with op.batch_alter_table("notificacion") as tabla:
        tabla.drop_constraint("ck_notificacion_clase", type_="check")
        tabla.create_check_constraint("ck_notificacion_clase", regla)


def _largo_de_serie(largo: int) -> None:
    """La clave de una serie de oficios lleva la de la unidad, que puede medir 40."""
    with op.batch_alter_table("serie") as tabla:
        tabla.alter_column("clave", type_=sa.String(length=largo), existing_type=sa.String(), existing_nullable=False)
