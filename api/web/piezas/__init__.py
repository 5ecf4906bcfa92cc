"""Lo que comparten las páginas: cómo se arman, sus formularios, sus frases y sus gráficas."""
