"""Unidades, personas, roles y permisos; con qué se entra."""
