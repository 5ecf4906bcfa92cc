"""Los efectos: uno por archivo, una función que se puede repetir sin que se note."""
