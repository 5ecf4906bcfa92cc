"""Lo que le toca a cada quien."""
