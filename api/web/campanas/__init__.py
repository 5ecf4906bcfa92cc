"""Lanzar un procedimiento a muchas unidades y ver quién falta."""
