"""Lo que el motor recuerda en la base: latido, reservas, encargos y señales."""
