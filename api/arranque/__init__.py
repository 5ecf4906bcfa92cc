"""Levantar la instancia y sus procesos, y correr sus pruebas."""
