"""Los procedimientos (sus tablas) y quien los conduce con Prefect."""
