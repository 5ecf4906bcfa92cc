"""Lo que la API y las páginas muestran de cada tema, en la forma del contrato."""
