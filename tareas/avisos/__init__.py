"""Redactar y mandar avisos, recordatorios y correos."""
