"""Lo que se entrega a otros programas: hojas de Excel y registros de minería de procesos."""
