"""Entrar, salir y la cuenta propia."""
