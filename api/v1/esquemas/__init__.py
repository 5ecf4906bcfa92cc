"""Los cuerpos que la API recibe y entrega, por tema."""
