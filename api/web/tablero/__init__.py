"""El tablero de dirección y lo que de él se exporta."""
