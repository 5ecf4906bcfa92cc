"""El tablero: cómo vamos, qué va mal y dónde. Cada cifra es la cuenta de una lista que se puede abrir."""
