"""De la plantilla al borrador."""
