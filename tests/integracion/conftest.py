"""El servidor de Prefect de la sesión, para las pruebas de esta carpeta."""

from tests.accesorios.prefect_local import servidor_de_la_sesion

__all__ = ["servidor_de_la_sesion"]
