"""Recibir y entregar archivos, igual para la API que para las páginas."""

from __future__ import annotations

from datetime import date

from fastapi import UploadFile
from fastapi.responses import FileResponse

from api.dependencias import Puerta
from modelos.actos import idempotencia
from modelos.actos.oficios import fuera
from modelos.actos.turnos import evidencia as actos
from modelos.actos.turnos.mover import Contexto
from modelos.errores import ActoNoProcede, NoExiste
from modelos.expedientes import anexos, visibles
from modelos.expedientes.expediente import Anexo
from modelos.oficios.oficio import Oficio
from tareas.archivos import revisar


def recibir(puerta: Puerta, turno: str, archivo: UploadFile, evidencia: str | None, clave: str | None = None) -> Anexo:
    """Guarda el archivo y lo registra en el turno.

    El permiso se comprueba antes de escribir en el disco y otra vez al registrar: guardar
    ocurre fuera de la transacción, para no detener a los demás mientras se escribe.
    """
    with puerta.acto() as ctx:
        # Quien repite porque no le llegó la respuesta puede encontrar el turno ya atendido, y no importa.
        if clave is None or not idempotencia.es_repetida(ctx, clave):
            actos.revisar_adjuntar(ctx, turno, evidencia)
    maximo = puerta.ajustes.anexo_max_bytes
    guardado = anexos.guardar(puerta.ajustes.carpeta_anexos, archivo.filename or "", archivo.file, maximo, revisar)
    with puerta.acto() as ctx:
        if clave is not None:
            solicitud = ["anexos", turno, evidencia, guardado.nombre, guardado.sha256]
            if previo := idempotencia.reservar(ctx, clave, solicitud):
                return _el_mismo(ctx, previo)
        anexo = actos.adjuntar(ctx, turno, evidencia, guardado)
        if clave is not None:
            idempotencia.cumplir(ctx, clave, anexo.id)
        return anexo


def firmado_fuera(
    puerta: Puerta, oficio: str, version: int, numero: str, fecha: date | None, documento: UploadFile | str
) -> Oficio:
    """Registra que ese oficio se firmó fuera, con el archivo que llega o con uno ya adjunto, por su id.

    Como en `recibir`: se comprueba antes de escribir en el disco, y guardar ocurre fuera de la transacción.
    """
    if isinstance(documento, str):
        with puerta.acto() as ctx:
            return fuera.registrar(ctx, oficio, version, numero, fecha, documento)
    with puerta.acto() as ctx:
        fuera.revisar(ctx, oficio, version)
    maximo = puerta.ajustes.anexo_max_bytes
    guardado = anexos.guardar(puerta.ajustes.carpeta_anexos, documento.filename or "", documento.file, maximo, revisar)
    with puerta.acto() as ctx:
        return fuera.registrar(ctx, oficio, version, numero, fecha, guardado)


def entregar(puerta: Puerta, id_: str) -> FileResponse:
    """El archivo como descarga, a quien le concierne su expediente."""
    with puerta.lectura() as (s, quien):
        anexo = visibles.anexo_visible(s, quien, id_)
    ruta = anexos.ruta(puerta.ajustes.carpeta_anexos, anexo.sha256)
    if not ruta.is_file():
        raise NoExiste("el contenido del archivo", anexo.nombre)
    return FileResponse(ruta, media_type=anexo.tipo, filename=anexo.nombre, content_disposition_type="attachment")


def _el_mismo(ctx: Contexto, id_: str) -> Anexo:
    """El que se subió con esa misma clave. Lanza ActoNoProcede si ya se retiró."""
    previo = ctx.s.get(Anexo, id_)
    if previo is None:
        motivo = "ese envío ya se había recibido y su archivo se retiró"
        raise ActoNoProcede("adjuntar", motivo, "Recargue la página y vuelva a elegirlo.")
    return previo
