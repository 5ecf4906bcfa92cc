"""Los oficios, quién los firma, su papel y su verificación."""
