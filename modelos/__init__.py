"""Las reglas y lo que se recuerda: tablas, avance, actos, bitácora y organización."""
