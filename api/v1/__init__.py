"""La API del contrato (diseño §8)."""
