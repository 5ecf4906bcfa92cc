"""Las páginas de los oficios: verlos, corregirlos, firmarlos, enviarlos y verificarlos."""
