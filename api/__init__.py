"""Las puertas: web, API y órdenes. Aquí no vive ninguna regla."""
