"""Correr, cumplir, prorrogar y recontar plazos."""
