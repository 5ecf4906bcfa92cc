"""Leer y escribir Excel, CSV y XES."""
