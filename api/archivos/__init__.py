"""Lo que se descarga: anexos, oficios en PDF y Word, diagramas y calendarios."""
