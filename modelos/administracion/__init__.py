"""Quiénes son las personas y las unidades, y cómo se siembran."""
