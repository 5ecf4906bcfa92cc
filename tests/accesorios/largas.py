"""Lo que por su naturaleza es largo: corto en `./dstc probar`, completo en `./dstc banco --largas`."""

import os

LARGAS = os.environ.get("DSTC_LARGAS") == "1"
PRUEBAS = (
    "tests/caida/test_rafaga.py",
    "tests/recorrido/ciclos/test_anio.py",
    "tests/integracion/expedientes/test_actos.py::test_cien_clientes_a_la_vez_sin_duplicados",
)
"""Las que cambian de tamaño."""
