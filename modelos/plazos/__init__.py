"""Los plazos de cada expediente, sus vencimientos y sus hitos."""
