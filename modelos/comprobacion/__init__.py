"""Comprobar que la historia cuadra con lo que se ve."""
