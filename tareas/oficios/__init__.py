"""De la plantilla al Markdown, y del Markdown al papel, al sello, al correo y al acuse."""
