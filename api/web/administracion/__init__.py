"""Las páginas de administración: personas, unidades, titulares, papelería, normas, plantillas y avisos."""
