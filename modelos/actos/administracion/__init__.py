"""Cambiar personas, unidades y días inhábiles, uno por uno o desde un Excel."""
