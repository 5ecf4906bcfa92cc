"""Por dónde se avisa, qué salió y los enlaces de calendario."""
