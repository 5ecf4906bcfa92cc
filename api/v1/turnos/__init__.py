"""La bandeja, lo que se lleva escrito y la evidencia."""
