"""Lo que por su naturaleza es largo: corto en `./dstc probar`, completo en `./dstc banco --largas`."""

import os

LARGAS = os.environ.get("DSTC_LARGAS") == "1"
PRUEBAS = ("tests/caida/test_rafaga.py", "tests/recorrido/ciclos/test_anio.py")
"""Las que cambian de tamaño."""
