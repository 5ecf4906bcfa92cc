"""Las páginas del tiempo: el mes, los plazos, los días inhábiles, la calculadora y la suscripción."""
