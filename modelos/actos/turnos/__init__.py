"""Abrir un expediente, repartir sus turnos y atenderlos."""
