"""Conducir un expediente: suspender, cancelar, rectificar; abrir ciclos y campañas."""
