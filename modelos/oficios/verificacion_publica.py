"""Qué se le dice a cualquiera que traiga un oficio en papel y quiera saber si es ése: lo mínimo, y sin sesión.

Un código tiene 80 bits: no se adivina. Aun así se cuentan los fallos por dirección de red, para que nadie
pruebe sin fin, y se responde igual a un código que no existe y a uno mal escrito.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.ajustes import Ajustes
from modelos.errores import ArchivoDemasiadoGrande
from modelos.oficios.errores import CodigoDesconocido
from modelos.oficios.oficio import Oficio
from modelos.organizacion import claves
from modelos.organizacion.intentos import IntentoFallido, exigir_espera, olvidar_viejos, red
from modelos.organizacion.organigrama import Unidad
from modelos.sesion import lectura, serializar, transaccion
from modelos.tabla.emision import CON_NUMERO, EstadoOficio, leer_codigo, leer_sello, mostrar_codigo

FACTOR = 4
"""Cuántos códigos errados se admiten por dirección de red, en veces los intentos de una contraseña."""
MAXIMO = 20 * 1024 * 1024
"""Bytes del archivo que se compara; un oficio pesa unas decenas de miles."""
_TROZO = 1 << 20
_EN_PALABRAS = {EstadoOficio.CANCELADO.value: "cancelado", EstadoOficio.SUSTITUIDO.value: "sustituido"}


@dataclass(frozen=True)
class Constancia:
    """Lo que se publica de un oficio firmado.

    estado: `vigente`, `cancelado` o `sustituido`; sustituto: el número del que lo sustituye, si lo está.
    sello: el de texto; sha256: el del PDF que se emitió. sellado: el PDF lleva además sello electrónico.
    """

    codigo: str
    unidad: str
    nombre_unidad: str
    numero: str
    fecha: date
    asunto: str
    estado: str
    sustituto: str
    sello: str
    sha256: str
    sellado: bool


def constancia(ajustes: Ajustes, escrito: str, direccion: str) -> Constancia:
    """La del oficio con ese código, como sea que se haya escrito.

    direccion: la de red de quien pregunta, para contar sus fallos.

    Lanza:
        CodigoDesconocido: no hay un oficio firmado con él.
        DemasiadosIntentos: desde esa dirección se falló demasiado y éste tampoco existe.
    """
    tope = {_llave(direccion): ajustes.intentos_max * FACTOR}
    codigo = leer_codigo(escrito)
    with lectura(ajustes.url_base) as s:
        hallada = _de_codigo(s, codigo) if codigo else None
        if hallada is None:  # el código bueno pasa siempre: quien falla no estorba a los demás
            exigir_espera(s, ajustes, tope)
    if hallada is None:
        _contar_fallo(ajustes, tope)
        raise CodigoDesconocido
    return hallada


def es_identico(constancia_: Constancia, nombre: str, archivo: BinaryIO) -> bool:
    """Si el archivo es, byte por byte, el PDF que se firmó. Lanza ArchivoDemasiadoGrande."""
    resumen, leido = hashlib.sha256(), 0
    while trozo := archivo.read(_TROZO):
        leido += len(trozo)
        if leido > MAXIMO:
            raise ArchivoDemasiadoGrande(nombre, f"pasa de {MAXIMO // 1024 // 1024} MB y un oficio nunca pesa tanto")
        resumen.update(trozo)
    return resumen.hexdigest() == constancia_.sha256


def es_su_sello(constancia_: Constancia, escrito: str) -> bool:
    """Si el sello copiado del papel o del PDF es el de ese oficio; no importan espacios, guiones ni mayúsculas."""
    return bool(constancia_.sello) and leer_sello(escrito) == constancia_.sello


# --- piezas --------------------------------------------------------------------


def _de_codigo(s: Session, codigo: str) -> Constancia | None:
    fila = s.execute(
        select(Oficio, Unidad)
        .join(Unidad, col(Unidad.clave) == Oficio.unidad)
        .where(col(Oficio.codigo) == codigo, col(Oficio.estado).in_(CON_NUMERO))
    ).first()
    if fila is None:
        return None
    oficio, unidad = fila
    firmado = oficio.firmado or oficio.creado
    quien = select(col(Oficio.numero)).where(col(Oficio.sustituye) == oficio.id, col(Oficio.numero).is_not(None))
    sustituido = oficio.estado == EstadoOficio.SUSTITUIDO
    return Constancia(
        codigo=mostrar_codigo(codigo),
        unidad=unidad.clave,
        nombre_unidad=unidad.nombre,
        numero=oficio.numero or "",
        fecha=reloj.local(firmado).date(),
        asunto=oficio.asunto,
        estado=_EN_PALABRAS.get(oficio.estado, "vigente"),
        sustituto=(s.scalar(quien.order_by(col(Oficio.firmado).desc()).limit(1)) or "") if sustituido else "",
        sello=json.loads(oficio.contenido or "{}").get("sello", ""),
        sha256=oficio.sha256 or "",
        sellado=oficio.sellado,
    )


def _contar_fallo(ajustes: Ajustes, tope: dict[str, int]) -> None:
    """Anota el fallo; de paso tira los que ya salieron de la ventana, para que la tabla no crezca sin fin."""
    (llave,) = tope
    with transaccion(ajustes.url_base) as s:
        serializar(s, llave)
        exigir_espera(s, ajustes, tope)
        olvidar_viejos(s, ajustes)
        s.add(IntentoFallido(llave=llave, cuando=reloj.ahora()))


def _llave(direccion: str) -> str:
    return claves.huella(f"verificacion|{red(direccion)}")
