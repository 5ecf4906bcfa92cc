"""El estado inicial: organización, expedientes, bitácora que sólo crece y encargos.

Revisión: 0001
"""

import sqlalchemy as sa
from alembic import op

from modelos.columnas import Instante, columna_json

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

RECHAZO = "la bitacora solo se agrega"


def upgrade() -> None:
    """Aplica el cambio."""
    op.create_table(
        "expediente",
        sa.Column("folio", sa.String(length=40), nullable=False),
        sa.Column("procedimiento", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=10), nullable=False),
        sa.Column("duena", sa.String(length=40), nullable=False),
        sa.Column("asunto", sa.String(length=300), nullable=False),
        sa.Column("datos", columna_json(), nullable=False),
        sa.Column("estado", sa.String(length=20), nullable=False),
        sa.Column("desenlace", sa.String(length=60), nullable=True),
        sa.Column("abierto", Instante(), nullable=False),
        sa.Column("cerrado", Instante(), nullable=True),
        sa.Column("padre", sa.String(length=40), nullable=True),
        sa.Column("padre_turno", sa.String(length=140), nullable=True),
        sa.Column("situacion", columna_json(), nullable=False),
        sa.Column("asientos", sa.Integer(), nullable=False),
        sa.Column("ultimo_hash", sa.String(length=64), nullable=False),
        sa.Column("corrida", sa.String(length=36), nullable=True),
        sa.Column("detenido", sa.Boolean(), nullable=False),
        sa.Column("busqueda", sa.String(length=350), nullable=False),
        sa.ForeignKeyConstraint(["padre"], ["expediente.folio"], name="fk_expediente_padre_expediente"),
        sa.CheckConstraint(
            "estado IN ('en_curso', 'suspendido', 'concluido', 'cancelado')", name="ck_expediente_estado"
        ),
        sa.PrimaryKeyConstraint("folio", name="pk_expediente"),
    )
    op.create_index("ix_expediente_estado_abierto", "expediente", ["estado", "abierto", "folio"], unique=False)
    op.create_index("ix_expediente_padre", "expediente", ["padre"], unique=False)
    op.create_index("ix_expediente_procedimiento", "expediente", ["procedimiento"], unique=False)

    op.create_table(
        "latido",
        sa.Column("motor", sa.String(length=100), nullable=False),
        sa.Column("visto", sa.Float(), nullable=False),
        sa.Column("prefect", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("motor", name="pk_latido"),
    )
    op.create_table(
        "reserva",
        sa.Column("folio", sa.String(length=40), nullable=False),
        sa.Column("motor", sa.String(length=100), nullable=False),
        sa.Column("no_antes", sa.Float(), nullable=False),
        sa.Column("fallas", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["folio"], ["expediente.folio"], name="fk_reserva_folio_expediente"),
        sa.PrimaryKeyConstraint("folio", name="pk_reserva"),
    )
    op.create_table(
        "intento",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("llave", sa.String(length=64), nullable=False),
        sa.Column("cuando", Instante(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_intento"),
    )
    op.create_index("ix_intento_llave", "intento", ["llave"], unique=False)

    op.create_table(
        "persona",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("correo", sa.String(length=200), nullable=False),
        sa.Column("nombre", sa.String(length=200), nullable=False),
        sa.Column("clave_cifrada", sa.String(length=200), nullable=False),
        sa.Column("activa", sa.Boolean(), nullable=False),
        sa.Column("creada", Instante(), nullable=False),
        sa.Column("es_demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_persona"),
        sa.UniqueConstraint("correo", name="uq_persona_correo"),
    )
    op.create_table(
        "serie",
        sa.Column("clave", sa.String(length=40), nullable=False),
        sa.Column("ultimo", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("clave", name="pk_serie"),
    )
    op.create_table(
        "unidad",
        sa.Column("clave", sa.String(length=40), nullable=False),
        sa.Column("nombre", sa.String(length=200), nullable=False),
        sa.Column("tipo", sa.String(length=20), nullable=False),
        sa.Column("depende_de", sa.String(length=40), nullable=True),
        sa.Column("entidad", sa.String(length=10), nullable=True),
        sa.Column("activa", sa.Boolean(), nullable=False),
        sa.Column("por_confirmar", sa.Boolean(), nullable=False),
        sa.Column("es_demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("clave", name="pk_unidad"),
    )
    op.create_index("ix_unidad_tipo", "unidad", ["tipo"], unique=False)

    op.create_table(
        "adscripcion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=False),
        sa.Column("unidad", sa.String(length=40), nullable=False),
        sa.Column("rol", sa.String(length=20), nullable=False),
        sa.Column("desde", sa.Date(), nullable=False),
        sa.Column("hasta", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_adscripcion_persona_id_persona"),
        sa.ForeignKeyConstraint(["unidad"], ["unidad.clave"], name="fk_adscripcion_unidad_unidad"),
        sa.PrimaryKeyConstraint("id", name="pk_adscripcion"),
        sa.UniqueConstraint("persona_id", "unidad", "rol", "desde", name="uq_adscripcion_persona_id_unidad_rol_desde"),
    )
    op.create_index("ix_adscripcion_persona_id", "adscripcion", ["persona_id"], unique=False)
    op.create_index("ix_adscripcion_unidad_persona", "adscripcion", ["unidad", "persona_id"], unique=False)

    op.create_table(
        "asiento",
        sa.Column("folio", sa.String(length=40), nullable=False),
        sa.Column("orden", sa.Integer(), nullable=False),
        sa.Column("fecha", sa.String(length=27), nullable=False),
        sa.Column("tipo", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("unidad", sa.String(length=40), nullable=False),
        sa.Column("datos", sa.Text(), nullable=False),
        sa.Column("hash_anterior", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["folio"], ["expediente.folio"], name="fk_asiento_folio_expediente"),
        sa.PrimaryKeyConstraint("folio", "orden", name="pk_asiento"),
    )
    op.create_table(
        "encargo",
        sa.Column("folio", sa.String(length=40), nullable=False),
        sa.Column("asiento", sa.Integer(), nullable=False),
        sa.Column("efecto", sa.String(length=60), nullable=False),
        sa.Column("nombre", sa.String(length=200), nullable=False),
        sa.Column("datos", columna_json(), nullable=False),
        sa.Column("creado", Instante(), nullable=False),
        sa.Column("proximo", sa.Float(), nullable=False),
        sa.Column("intentos", sa.Integer(), nullable=False),
        sa.Column("hecho", Instante(), nullable=True),
        sa.Column("mostrado", sa.Float(), nullable=True),
        sa.Column("registrado", Instante(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["folio"], ["expediente.folio"], name="fk_encargo_folio_expediente"),
        sa.PrimaryKeyConstraint("folio", "asiento", "efecto", name="pk_encargo"),
    )
    op.create_index(
        "ix_encargo_pendiente",
        "encargo",
        ["proximo", "folio"],
        unique=False,
        sqlite_where=sa.text("registrado IS NULL"),
        postgresql_where=sa.text("registrado IS NULL"),
    )

    op.create_table(
        "idempotencia",
        sa.Column("persona_id", sa.Integer(), nullable=False),
        sa.Column("clave", sa.String(length=200), nullable=False),
        sa.Column("huella", sa.String(length=64), nullable=False),
        sa.Column("recurso", sa.String(length=140), nullable=False),
        sa.Column("creada", Instante(), nullable=False),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_idempotencia_persona_id_persona"),
        sa.PrimaryKeyConstraint("persona_id", "clave", name="pk_idempotencia"),
    )
    op.create_table(
        "sesion",
        sa.Column("huella", sa.String(length=64), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=False),
        sa.Column("creada", Instante(), nullable=False),
        sa.Column("vence", Instante(), nullable=False),
        sa.Column("revocada", Instante(), nullable=True),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_sesion_persona_id_persona"),
        sa.PrimaryKeyConstraint("huella", name="pk_sesion"),
    )
    op.create_index("ix_sesion_persona_id", "sesion", ["persona_id"], unique=False)

    op.create_table(
        "turno",
        sa.Column("id", sa.String(length=140), nullable=False),
        sa.Column("folio", sa.String(length=40), nullable=False),
        sa.Column("procedimiento", sa.String(length=60), nullable=False),
        sa.Column("actividad", sa.String(length=20), nullable=False),
        sa.Column("unidad", sa.String(length=40), nullable=False),
        sa.Column("vuelta", sa.Integer(), nullable=False),
        sa.Column("estado", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("a_mano", sa.Boolean(), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=True),
        sa.Column("abierto", Instante(), nullable=False),
        sa.Column("cerrado", Instante(), nullable=True),
        sa.Column("apertura", sa.Integer(), nullable=False),
        sa.Column("cierre", sa.Integer(), nullable=True),
        sa.Column("anexos", sa.Integer(), nullable=False),
        sa.Column("salida", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["folio"], ["expediente.folio"], name="fk_turno_folio_expediente"),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_turno_persona_id_persona"),
        sa.ForeignKeyConstraint(["unidad"], ["unidad.clave"], name="fk_turno_unidad_unidad"),
        sa.CheckConstraint("estado IN ('pendiente', 'tomado', 'atendido', 'cancelado')", name="ck_turno_estado"),
        sa.PrimaryKeyConstraint("id", name="pk_turno"),
        sa.UniqueConstraint("folio", "actividad", "unidad", "vuelta", name="uq_turno_folio_actividad_unidad_vuelta"),
    )
    op.create_index(
        "ix_turno_bandeja",
        "turno",
        ["unidad", "abierto", "id"],
        unique=False,
        sqlite_where=sa.text("estado IN ('pendiente', 'tomado')"),
        postgresql_where=sa.text("estado IN ('pendiente', 'tomado')"),
    )

    op.create_table(
        "anexo",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("folio", sa.String(length=40), nullable=False),
        sa.Column("turno_id", sa.String(length=140), nullable=False),
        sa.Column("evidencia", sa.String(length=60), nullable=True),
        sa.Column("nombre", sa.String(length=150), nullable=False),
        sa.Column("tipo", sa.String(length=100), nullable=False),
        sa.Column("tamano", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=False),
        sa.Column("subido", Instante(), nullable=False),
        sa.ForeignKeyConstraint(["folio"], ["expediente.folio"], name="fk_anexo_folio_expediente"),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_anexo_persona_id_persona"),
        sa.ForeignKeyConstraint(["turno_id"], ["turno.id"], name="fk_anexo_turno_id_turno"),
        sa.PrimaryKeyConstraint("id", name="pk_anexo"),
    )
    op.create_index("ix_anexo_folio", "anexo", ["folio"], unique=False)
    op.create_index("ix_anexo_turno_id", "anexo", ["turno_id"], unique=False)

    op.create_table(
        "aviso",
        sa.Column("persona_id", sa.Integer(), nullable=False),
        sa.Column("turno_id", sa.String(length=140), nullable=False),
        sa.Column("creado", Instante(), nullable=False),
        sa.Column("visto", Instante(), nullable=True),
        sa.ForeignKeyConstraint(["persona_id"], ["persona.id"], name="fk_aviso_persona_id_persona"),
        sa.ForeignKeyConstraint(["turno_id"], ["turno.id"], name="fk_aviso_turno_id_turno"),
        sa.PrimaryKeyConstraint("persona_id", "turno_id", name="pk_aviso"),
    )

    _cerrar_bitacora()


def _cerrar_bitacora() -> None:
    """La bitácora sólo se agrega: la base misma rechaza cambiarla o borrarla."""
    if op.get_bind().dialect.name == "sqlite":
        for accion in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER asiento_no_{accion.lower()} BEFORE {accion} ON asiento "
                f"BEGIN SELECT RAISE(ABORT, '{RECHAZO}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION asiento_solo_crece() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{RECHAZO}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER asiento_solo_crece BEFORE UPDATE OR DELETE ON asiento "
        "FOR EACH ROW EXECUTE FUNCTION asiento_solo_crece()"
    )
    op.execute(
        "CREATE TRIGGER asiento_no_se_vacia BEFORE TRUNCATE ON asiento "
        "FOR EACH STATEMENT EXECUTE FUNCTION asiento_solo_crece()"
    )


def downgrade() -> None:
    """Lo deshace."""
    op.drop_table("aviso")
    op.drop_index("ix_anexo_turno_id", "anexo")
    op.drop_index("ix_anexo_folio", "anexo")

    op.drop_table("anexo")
    op.drop_index("ix_turno_bandeja", "turno")

    op.drop_table("turno")
    op.drop_index("ix_sesion_persona_id", "sesion")

    op.drop_table("sesion")
    op.drop_table("idempotencia")
    op.drop_index("ix_encargo_pendiente", "encargo")

    op.drop_table("encargo")
    op.drop_table("asiento")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION asiento_solo_crece")
    op.drop_index("ix_adscripcion_unidad_persona", "adscripcion")
    op.drop_index("ix_adscripcion_persona_id", "adscripcion")

    op.drop_table("adscripcion")
    op.drop_index("ix_unidad_tipo", "unidad")

    op.drop_table("unidad")
    op.drop_table("serie")
    op.drop_table("persona")
    op.drop_index("ix_intento_llave", "intento")

    op.drop_table("intento")
    op.drop_table("reserva")
    op.drop_table("latido")
    op.drop_index("ix_expediente_procedimiento", "expediente")
    op.drop_index("ix_expediente_padre", "expediente")
    op.drop_index("ix_expediente_estado_abierto", "expediente")

    op.drop_table("expediente")
