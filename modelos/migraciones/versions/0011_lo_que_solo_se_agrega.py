"""Lo que sólo se agrega: ni UPDATE, ni DELETE, ni reemplazarlo al insertar, en cada tabla que lo promete.

En SQLite, `INSERT OR REPLACE` borra el renglón viejo sin pasar por el disparador de DELETE: se rechaza antes de
insertar. También el que reemplaza por `rowid`, que no es la llave de estas tablas pero es única.

Revisión: 0011
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

LLAVES = {
    "asiento": (("folio", "orden"), ("rowid",)),
    "cambio": (("id",),),
    "comentario": (("id",),),
    "plantillaeditada": (("id",), ("plantilla", "version")),
    "tablapublicada": (("clave", "version", "orden"), ("rowid",)),
}
"""Cada tabla con todo lo que en ella es único."""
YA_CERRADAS = ("asiento",)
"""Las que ya rechazan UPDATE, DELETE y TRUNCATE."""


def upgrade() -> None:
    """Aplica el cambio."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(
            "CREATE FUNCTION solo_se_agrega() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% solo se agrega', TG_TABLE_NAME; END $$"
        )
    for tabla, llaves in LLAVES.items():
        if sqlite:
            _cerrar_sqlite(tabla, llaves)
        elif tabla not in YA_CERRADAS:
            _cerrar_postgresql(tabla)


def _cerrar_sqlite(tabla: str, llaves: tuple[tuple[str, ...], ...]) -> None:
    rechazo = f"BEGIN SELECT RAISE(ABORT, '{tabla} solo se agrega'); END"
    for accion in ("UPDATE", "DELETE") if tabla not in YA_CERRADAS else ():
        op.execute(f"CREATE TRIGGER {tabla}_no_{accion.lower()} BEFORE {accion} ON {tabla} {rechazo}")
    # Una subconsulta por llave: así cada una usa su índice.
    iguales = (" AND ".join(f"{campo} = NEW.{campo}" for campo in llave) for llave in llaves)
    ya_esta = " OR ".join(f"EXISTS (SELECT 1 FROM {tabla} WHERE {c})" for c in iguales)  # noqa: S608 - constantes
    op.execute(f"CREATE TRIGGER {tabla}_no_reemplazar BEFORE INSERT ON {tabla} WHEN {ya_esta} {rechazo}")


def _cerrar_postgresql(tabla: str) -> None:
    op.execute(
        f"CREATE TRIGGER {tabla}_solo_crece BEFORE UPDATE OR DELETE ON {tabla} "
        "FOR EACH ROW EXECUTE FUNCTION solo_se_agrega()"
    )
    op.execute(
        f"CREATE TRIGGER {tabla}_no_se_vacia BEFORE TRUNCATE ON {tabla} "
        "FOR EACH STATEMENT EXECUTE FUNCTION solo_se_agrega()"
    )


def downgrade() -> None:
    """Lo deshace."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for tabla in LLAVES:
        if sqlite:
            nombres = ["no_reemplazar"] if tabla in YA_CERRADAS else ["no_update", "no_delete", "no_reemplazar"]
            for nombre in nombres:
                op.execute(f"DROP TRIGGER {tabla}_{nombre}")
        elif tabla not in YA_CERRADAS:
            op.execute(f"DROP TRIGGER {tabla}_solo_crece ON {tabla}")
            op.execute(f"DROP TRIGGER {tabla}_no_se_vacia ON {tabla}")
    if not sqlite:
        op.execute("DROP FUNCTION solo_se_agrega")
