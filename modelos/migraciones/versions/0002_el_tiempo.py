"""El tiempo: plazos, hitos vistos, días institucionales, notificaciones, ciclos y enlaces de calendario.

Revisión: 0002
"""

import sqlalchemy as sa
from alembic import op

from modelos.columnas import Instante, columna_json

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Aplica el cambio."""
    op.create_table(
        "jornada",
        sa.Column("trabajo", sa.String(length=40), nullable=False),
        sa.Column("dia", sa.Date(), nullable=False),
        sa.Column("terminada", Instante(), nullable=False),
        sa.Column("resultado", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("trabajo", "dia", name="pk_jornada"),
    )
    op.create_table(
        "apertura",
        sa.Column("procedimiento", sa.String(length=60), nullable=False),
        sa.Column("periodo", sa.String(length=10), nullable=False),
        sa.Column("unidad", sa.String(length=40), nullable=False),
        sa.Column("estado", sa.String(length=20), nullable=False),
        sa.Column("folio", sa.String(length=40), nullable=True),
        sa.Column("prevista", sa.Date(), nullable=False),
        sa.Column("hecha", Instante(), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=True),
        sa.Column("motivo", sa.String(length=2000), nullable=False),
        sa.CheckConstraint("estado IN ('abierta', 'dispensada')", name="ck_apertura_estado"),
        sa.ForeignKeyConstraint(["folio"], ["expediente.folio"], name="fk_apertura_folio_expediente"),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_apertura_persona_id_persona"),
        sa.PrimaryKeyConstraint("procedimiento", "periodo", "unidad", name="pk_apertura"),
    )
    op.create_table(
        "canal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=True),
        sa.Column("unidad", sa.String(length=40), nullable=True),
        sa.Column("nombre", sa.String(length=100), nullable=False),
        sa.Column("direccion", sa.Text(), nullable=False),
        sa.Column("activo", sa.Boolean(), nullable=False),
        sa.Column("creado", Instante(), nullable=False),
        sa.Column("creado_por", sa.Integer(), nullable=True),
        sa.CheckConstraint("(persona_id IS NULL) <> (unidad IS NULL)", name="ck_canal_de_quien"),
        sa.ForeignKeyConstraint(["creado_por"], ["persona.id"], name="fk_canal_creado_por_persona"),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_canal_persona_id_persona"),
        sa.ForeignKeyConstraint(["unidad"], ["unidad.clave"], name="fk_canal_unidad_unidad"),
        sa.PrimaryKeyConstraint("id", name="pk_canal"),
    )
    op.create_index("ix_canal_persona_id", "canal", ["persona_id"], unique=False)
    op.create_index("ix_canal_unidad", "canal", ["unidad"], unique=False)
    op.create_table(
        "publicacion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estado", sa.String(length=20), nullable=False),
        sa.Column("orden", sa.Integer(), nullable=True),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("motivo", sa.String(length=2000), nullable=False),
        sa.Column("propuesta", Instante(), nullable=False),
        sa.Column("propuesta_por", sa.Integer(), nullable=False),
        sa.Column("resuelta", Instante(), nullable=True),
        sa.Column("resuelta_por", sa.Integer(), nullable=True),
        sa.Column("movidos", sa.Integer(), nullable=False),
        sa.Column("sin_cambio", sa.Integer(), nullable=False),
        sa.Column("terminada", sa.Boolean(), nullable=False),
        sa.CheckConstraint("estado IN ('propuesta', 'aprobada', 'descartada')", name="ck_publicacion_estado"),
        sa.ForeignKeyConstraint(["propuesta_por"], ["persona.id"], name="fk_publicacion_propuesta_por_persona"),
        sa.ForeignKeyConstraint(["resuelta_por"], ["persona.id"], name="fk_publicacion_resuelta_por_persona"),
        sa.PrimaryKeyConstraint("id", name="pk_publicacion"),
        sa.UniqueConstraint("orden", name="uq_publicacion_orden"),
    )
    op.create_table(
        "suscripcion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("huella", sa.String(length=64), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=False),
        sa.Column("unidad", sa.String(length=40), nullable=True),
        sa.Column("creada", Instante(), nullable=False),
        sa.Column("revocada", Instante(), nullable=True),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_suscripcion_persona_id_persona"),
        sa.ForeignKeyConstraint(["unidad"], ["unidad.clave"], name="fk_suscripcion_unidad_unidad"),
        sa.PrimaryKeyConstraint("id", name="pk_suscripcion"),
        sa.UniqueConstraint("huella", name="uq_suscripcion_huella"),
    )
    op.create_index("ix_suscripcion_persona_id", "suscripcion", ["persona_id"], unique=False)
    op.create_table(
        "diainhabil",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inicio", sa.Date(), nullable=False),
        sa.Column("fin", sa.Date(), nullable=False),
        sa.Column("tipo", sa.String(length=30), nullable=False),
        sa.Column("ambito", sa.String(length=20), nullable=False),
        sa.Column("lugar", sa.String(length=40), nullable=False),
        sa.Column("motivo", sa.String(length=300), nullable=False),
        sa.Column("fuente", sa.String(length=300), nullable=False),
        sa.Column("publicado_dof", sa.Date(), nullable=True),
        sa.Column("alta", sa.Integer(), nullable=False),
        sa.Column("baja", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["alta"], ["publicacion.id"], name="fk_diainhabil_alta_publicacion"),
        sa.ForeignKeyConstraint(["baja"], ["publicacion.id"], name="fk_diainhabil_baja_publicacion"),
        sa.PrimaryKeyConstraint("id", name="pk_diainhabil"),
    )
    op.create_index("ix_diainhabil_alta", "diainhabil", ["alta"], unique=False)
    op.create_index("ix_diainhabil_baja", "diainhabil", ["baja"], unique=False)
    op.create_table(
        "entrega",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=True),
        sa.Column("canal_id", sa.Integer(), nullable=True),
        sa.Column("estado", sa.String(length=20), nullable=False),
        sa.Column("asunto", sa.String(length=300), nullable=False),
        sa.Column("notificaciones", columna_json(), nullable=False),
        sa.Column("creada", Instante(), nullable=False),
        sa.Column("proximo", sa.Float(), nullable=False),
        sa.Column("intentos", sa.Integer(), nullable=False),
        sa.Column("motor", sa.String(length=100), nullable=True),
        sa.Column("tomada", sa.Float(), nullable=True),
        sa.Column("enviada", Instante(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("estado IN ('pendiente', 'enviada', 'fallida', 'descartada')", name="ck_entrega_estado"),
        sa.ForeignKeyConstraint(["canal_id"], ["canal.id"], name="fk_entrega_canal_id_canal"),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_entrega_persona_id_persona"),
        sa.PrimaryKeyConstraint("id", name="pk_entrega"),
    )
    op.create_index("ix_entrega_creada", "entrega", ["creada", "id"], unique=False)
    op.create_index(
        "ix_entrega_pendiente",
        "entrega",
        ["proximo", "id"],
        unique=False,
        sqlite_where=sa.text("estado = 'pendiente'"),
        postgresql_where=sa.text("estado = 'pendiente'"),
    )
    op.create_index("ix_entrega_persona_id", "entrega", ["persona_id"], unique=False)
    op.create_table(
        "plazo",
        sa.Column("id", sa.String(length=140), nullable=False),
        sa.Column("folio", sa.String(length=40), nullable=False),
        sa.Column("turno_id", sa.String(length=140), nullable=True),
        sa.Column("clave", sa.String(length=40), nullable=False),
        sa.Column("que", sa.String(length=200), nullable=False),
        sa.Column("unidad", sa.String(length=40), nullable=False),
        sa.Column("estado", sa.String(length=20), nullable=False),
        sa.Column("fundamento", sa.String(length=300), nullable=False),
        sa.Column("inferido", sa.String(length=500), nullable=False),
        sa.Column("perfil", sa.String(length=10), nullable=False),
        sa.Column("regla", columna_json(), nullable=False),
        sa.Column("vence", sa.Date(), nullable=True),
        sa.Column("conservador", sa.Date(), nullable=True),
        sa.Column("computo", columna_json(), nullable=False),
        sa.Column("calendario", sa.String(length=60), nullable=False),
        sa.Column("publicacion", sa.Integer(), nullable=False),
        sa.Column("suspensiones", columna_json(), nullable=False),
        sa.Column("ampliaciones", columna_json(), nullable=False),
        sa.Column("hitos", columna_json(), nullable=False),
        sa.Column("vencido_cada", sa.Integer(), nullable=False),
        sa.Column("insistencias", sa.Integer(), nullable=False),
        sa.Column("vuelta", sa.Integer(), nullable=False),
        sa.Column("proximo", sa.Date(), nullable=True),
        sa.Column("abierto", Instante(), nullable=False),
        sa.Column("cerrado", Instante(), nullable=True),
        sa.CheckConstraint(
            "estado IN ('abierto', 'suspendido', 'sin_calcular', 'cumplido', 'cancelado')", name="ck_plazo_estado"
        ),
        sa.ForeignKeyConstraint(["folio"], ["expediente.folio"], name="fk_plazo_folio_expediente"),
        sa.ForeignKeyConstraint(["turno_id"], ["turno.id"], name="fk_plazo_turno_id_turno"),
        sa.ForeignKeyConstraint(["unidad"], ["unidad.clave"], name="fk_plazo_unidad_unidad"),
        sa.PrimaryKeyConstraint("id", name="pk_plazo"),
    )
    op.create_index("ix_plazo_folio", "plazo", ["folio"], unique=False)
    op.create_index(
        "ix_plazo_proximo",
        "plazo",
        ["proximo", "id"],
        unique=False,
        sqlite_where=sa.text("estado = 'abierto'"),
        postgresql_where=sa.text("estado = 'abierto'"),
    )
    op.create_index(
        "ix_plazo_publicacion",
        "plazo",
        ["publicacion", "id"],
        unique=False,
        sqlite_where=sa.text("estado IN ('abierto', 'suspendido', 'sin_calcular')"),
        postgresql_where=sa.text("estado IN ('abierto', 'suspendido', 'sin_calcular')"),
    )
    op.create_index(
        "ix_plazo_unidad",
        "plazo",
        ["unidad", "vence", "id"],
        unique=False,
        sqlite_where=sa.text("estado IN ('abierto', 'suspendido', 'sin_calcular')"),
        postgresql_where=sa.text("estado IN ('abierto', 'suspendido', 'sin_calcular')"),
    )
    op.create_index(
        "ix_plazo_vence",
        "plazo",
        ["vence", "id"],
        unique=False,
        sqlite_where=sa.text("estado IN ('abierto', 'suspendido', 'sin_calcular')"),
        postgresql_where=sa.text("estado IN ('abierto', 'suspendido', 'sin_calcular')"),
    )
    op.create_table(
        "notificacion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=False),
        sa.Column("clave", sa.String(length=200), nullable=False),
        sa.Column("clase", sa.String(length=10), nullable=False),
        sa.Column("folio", sa.String(length=40), nullable=False),
        sa.Column("turno_id", sa.String(length=140), nullable=True),
        sa.Column("plazo_id", sa.String(length=140), nullable=True),
        sa.Column("datos", columna_json(), nullable=False),
        sa.Column("creada", Instante(), nullable=False),
        sa.Column("dia", sa.Date(), nullable=False),
        sa.Column("salio", Instante(), nullable=True),
        sa.CheckConstraint("clase IN ('turno', 'hito')", name="ck_notificacion_clase"),
        sa.ForeignKeyConstraint(["folio"], ["expediente.folio"], name="fk_notificacion_folio_expediente"),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_notificacion_persona_id_persona"),
        sa.ForeignKeyConstraint(["plazo_id"], ["plazo.id"], name="fk_notificacion_plazo_id_plazo"),
        sa.ForeignKeyConstraint(["turno_id"], ["turno.id"], name="fk_notificacion_turno_id_turno"),
        sa.PrimaryKeyConstraint("id", name="pk_notificacion"),
        sa.UniqueConstraint("persona_id", "clave", name="uq_notificacion_persona_id_clave"),
    )
    op.create_index(
        "ix_notificacion_salida",
        "notificacion",
        ["persona_id", "id"],
        unique=False,
        sqlite_where=sa.text("salio IS NULL"),
        postgresql_where=sa.text("salio IS NULL"),
    )
    op.create_table(
        "recordatorio",
        sa.Column("plazo_id", sa.String(length=140), nullable=False),
        sa.Column("hito", sa.String(length=20), nullable=False),
        sa.Column("toca", sa.Date(), nullable=False),
        sa.Column("visto", sa.Date(), nullable=False),
        sa.Column("enviado", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["plazo_id"], ["plazo.id"], name="fk_recordatorio_plazo_id_plazo"),
        sa.PrimaryKeyConstraint("plazo_id", "hito", name="pk_recordatorio"),
    )


def downgrade() -> None:
    """Lo deshace."""
    op.drop_table("recordatorio")
    op.drop_index(
        "ix_notificacion_salida",
        table_name="notificacion",
        sqlite_where=sa.text("salio IS NULL"),
        postgresql_where=sa.text("salio IS NULL"),
    )
    op.drop_table("notificacion")
    op.drop_index(
        "ix_plazo_vence",
        table_name="plazo",
        sqlite_where=sa.text("estado IN ('abierto', 'suspendido', 'sin_calcular')"),
        postgresql_where=sa.text("estado IN ('abierto', 'suspendido', 'sin_calcular')"),
    )
    op.drop_index(
        "ix_plazo_unidad",
        table_name="plazo",
        sqlite_where=sa.text("estado IN ('abierto', 'suspendido', 'sin_calcular')"),
        postgresql_where=sa.text("estado IN ('abierto', 'suspendido', 'sin_calcular')"),
    )
    op.drop_index(
        "ix_plazo_publicacion",
        table_name="plazo",
        sqlite_where=sa.text("estado IN ('abierto', 'suspendido', 'sin_calcular')"),
        postgresql_where=sa.text("estado IN ('abierto', 'suspendido', 'sin_calcular')"),
    )
    op.drop_index(
        "ix_plazo_proximo",
        table_name="plazo",
        sqlite_where=sa.text("estado = 'abierto'"),
        postgresql_where=sa.text("estado = 'abierto'"),
    )
    op.drop_index("ix_plazo_folio", table_name="plazo")
    op.drop_table("plazo")
    op.drop_index("ix_entrega_persona_id", table_name="entrega")
    op.drop_index(
        "ix_entrega_pendiente",
        table_name="entrega",
        sqlite_where=sa.text("estado = 'pendiente'"),
        postgresql_where=sa.text("estado = 'pendiente'"),
    )
    op.drop_index("ix_entrega_creada", table_name="entrega")
    op.drop_table("entrega")
    op.drop_index("ix_diainhabil_baja", table_name="diainhabil")
    op.drop_index("ix_diainhabil_alta", table_name="diainhabil")
    op.drop_table("diainhabil")
    op.drop_index("ix_suscripcion_persona_id", table_name="suscripcion")
    op.drop_table("suscripcion")
    op.drop_table("publicacion")
    op.drop_index("ix_canal_unidad", table_name="canal")
    op.drop_index("ix_canal_persona_id", table_name="canal")
    op.drop_table("canal")
    op.drop_table("apertura")
    op.drop_table("jornada")
