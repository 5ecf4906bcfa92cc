"""Llevar una base a la forma de esta versión."""
