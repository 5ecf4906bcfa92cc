"""El expediente, sus turnos, su bitácora y sus anexos."""
