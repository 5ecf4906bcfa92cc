"""Lo que el Manual dice: los procedimientos, sus diagramas, la ayuda y el glosario."""
