"""Lo que se guarda por comodidad y no es historia."""
