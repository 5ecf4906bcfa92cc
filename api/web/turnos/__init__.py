"""Atender un turno."""
