"""Los oficios, su verificación pública y con qué se imprimen."""
