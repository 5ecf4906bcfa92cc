"""Redactar, firmar, enviar y acusar un oficio, y lo que lleva su papel."""
