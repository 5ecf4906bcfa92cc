"""Los periodos que se repiten: qué se abre solo y cuándo, y las campañas."""
