"""El Excel de unidades y personas: sus hojas y lo que cambiaría."""
