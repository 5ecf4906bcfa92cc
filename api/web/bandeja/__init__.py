"""Lo que a cada quien le toca: el inicio, la bandeja y responder varios a la vez."""
