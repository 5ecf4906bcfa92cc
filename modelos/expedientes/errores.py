"""Lo que puede salir mal al atender un turno. Código HTTP: `api/errores.py`."""

from __future__ import annotations

from collections.abc import Sequence

from modelos.errores import ErrorGestion


class ActividadYaAtendida(ErrorGestion):
    """Otra persona concluyó antes el turno; esta respuesta no se registró."""

    titulo = "Ya estaba atendido"

    def __init__(self, folio: str, actividad: str, por: str, cuando: str) -> None:
        super().__init__(folio, actividad, por, cuando)
        self.folio, self.actividad, self.por, self.cuando = folio, actividad, por, cuando

    def __str__(self) -> str:
        return (
            f"{self.por} ya atendió la actividad {self.actividad} de {self.folio} ({self.cuando}). "
            "Su respuesta no se registró; recargue la página para ver cómo quedó."
        )


class VersionVieja(ErrorGestion):
    """El turno cambió desde que se leyó (lo tomaron, liberaron o reasignaron)."""

    titulo = "El turno cambió"

    def __init__(self, turno: str, version: int, vigente: int) -> None:
        super().__init__(turno, version, vigente)
        self.turno, self.version, self.vigente = turno, version, vigente

    def __str__(self) -> str:
        return (
            f"Usted leyó la versión {self.version} del turno y ya va en la {self.vigente}. "
            "Su respuesta no se registró; recargue, revise y vuelva a enviarla."
        )


class TurnoTomado(ErrorGestion):
    """Otra persona de la unidad tomó el turno y lo está atendiendo."""

    titulo = "Otra persona lo tiene"

    def __init__(self, turno: str, persona: str) -> None:
        super().__init__(turno, persona)
        self.turno, self.persona = turno, persona

    def __str__(self) -> str:
        return f"{self.persona} tomó este turno. Pídale que lo libere, o a la coordinación que lo reasigne."


class SinDestinatarios(ErrorGestion):
    """El paso siguiente va a cada unidad de un tipo y no hay ninguna activa."""

    titulo = "No hay a quién enviarlo"

    def __init__(self, actividad: str, tipo: str) -> None:
        super().__init__(actividad, tipo)
        self.actividad, self.tipo = actividad, tipo

    def __str__(self) -> str:
        return (
            f"La actividad {self.actividad} va a cada {self.tipo} y no hay ninguno activo. "
            "Pida a la administración que lo dé de alta y vuelva a enviar; no se registró nada."
        )


class EvidenciaFaltante(ErrorGestion):
    """La actividad exige documentos que aún no se adjuntan."""

    titulo = "Falta evidencia"

    def __init__(self, nombres: Sequence[str]) -> None:
        super().__init__(tuple(nombres))
        self.nombres = tuple(nombres)

    def __str__(self) -> str:
        return f"Antes de cerrar la actividad adjunte: {', '.join(self.nombres)}."
