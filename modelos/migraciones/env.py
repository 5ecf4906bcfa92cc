"""Cómo corre Alembic aquí: sobre la conexión que abre `modelos.migraciones.migrar`, y nada más."""

from alembic import context
from sqlmodel import SQLModel

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=False,  # la transacción la abre y la cierra modelos.migraciones.migrar
)
context.run_migrations()
