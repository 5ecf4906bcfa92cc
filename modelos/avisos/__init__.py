"""Lo que se hace saber: notificaciones, su cola de envío, canales y suscripciones."""
