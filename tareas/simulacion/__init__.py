"""Un año en minutos: el calendario, el motor y el personal simulados sobre una base de verdad."""
