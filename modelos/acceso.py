"""Entrar, seguir dentro y salir: sesiones revocables y límite de intentos.

La contraseña se comprueba fuera de toda transacción: tarda un cuarto de segundo
y con SQLite ese tiempo dejaría a los demás sin poder escribir.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from modelos import claves, reloj
from modelos.ajustes import Ajustes
from modelos.columnas import Instante
from modelos.errores import CredencialesInvalidas, DemasiadosIntentos, SinSesion
from modelos.formularios import limpiar_texto
from modelos.organizacion import Adscripcion, Persona, armar_quien, por_correo, quien_es
from modelos.permisos import Quien
from modelos.sesion import serializar, transaccion

FACTOR_POR_CORREO = 10
"""Cuántas veces más se toleran fallos de un correo sumando todas las direcciones de red."""
FACTOR_POR_DIRECCION = 20
"""Y de una dirección sumando todos los correos: una oficina entera puede salir por la misma."""


class SesionAbierta(SQLModel, table=True):
    """Una sesión; de la ficha sólo se guarda su huella."""

    __tablename__ = "sesion"

    huella: str = Field(primary_key=True, max_length=64)
    persona_id: int = Field(foreign_key="persona.id", index=True)
    creada: datetime = Field(sa_column=Column(Instante, nullable=False))
    vence: datetime = Field(sa_column=Column(Instante, nullable=False))
    revocada: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))


class IntentoFallido(SQLModel, table=True):
    """Una contraseña o un código fallados; la llave es una huella, no el correo ni la dirección."""

    __tablename__ = "intento"

    id: int | None = Field(default=None, primary_key=True)
    llave: str = Field(max_length=64, index=True)
    cuando: datetime = Field(sa_column=Column(Instante, nullable=False))


@dataclass(frozen=True)
class Entrada:
    """Una sesión recién abierta; `token` no se vuelve a mostrar."""

    token: str
    vence: datetime
    quien: Quien
    correo: str


def entrar(ajustes: Ajustes, correo: str, clave: str, direccion: str) -> Entrada:
    """Comprueba la contraseña y abre una sesión.

    direccion: dirección de red de quien intenta, para contar fallos.

    Lanza:
        DemasiadosIntentos: se agotaron los de la ventana, o hay demasiada gente entrando a la vez;
            aun la contraseña buena debe esperar.
        CredencialesInvalidas: no corresponden; no se dice cuál de las dos.
    """
    correo = limpiar_texto("correo", correo).strip().lower()
    suyas = claves.huella(f"{correo}|{direccion}"), claves.huella(correo)
    topes = {
        suyas[0]: ajustes.intentos_max,
        suyas[1]: ajustes.intentos_max * FACTOR_POR_CORREO,
        claves.huella(f"|{direccion}"): ajustes.intentos_max * FACTOR_POR_DIRECCION,
    }
    # El intento se cuenta antes de comprobarlo: cien a la vez no pasan todos antes de que falle el primero.
    with transaccion(ajustes.url_base) as s:
        serializar(s, suyas[1])
        cuidar_intentos(s, ajustes, topes)
        intentos = [IntentoFallido(llave=llave, cuando=reloj.ahora()) for llave in topes]
        s.add_all(intentos)
        persona = por_correo(s, correo)
    acierta = claves.coincide(clave, persona.clave_cifrada if persona and persona.activa else None)
    if persona is None or not acierta:
        raise CredencialesInvalidas
    with transaccion(ajustes.url_base) as s:
        # Mientras se comprobaba pudieron cambiarle la contraseña o darla de baja.
        ahora_es = s.get(Persona, persona.id, populate_existing=True)
        if ahora_es is None or ahora_es.clave_cifrada != persona.clave_cifrada or not ahora_es.activa:
            raise CredencialesInvalidas
        este = col(IntentoFallido.id).in_([intento.id for intento in intentos])
        s.execute(delete(IntentoFallido).where(col(IntentoFallido.llave).in_(suyas) | este))
        s.execute(delete(SesionAbierta).where(col(SesionAbierta.vence) < reloj.ahora()))
        return abrir(s, ajustes, persona, reloj.ahora())


# Se arma una vez: es la primera consulta de cada petición.
_QUIEN = (
    select(col(Persona.id), col(Persona.nombre), col(Adscripcion.unidad), col(Adscripcion.rol))
    .join(SesionAbierta, col(SesionAbierta.persona_id) == Persona.id)
    .join(
        Adscripcion,
        (col(Adscripcion.persona_id) == Persona.id)
        & (col(Adscripcion.desde) <= bindparam("hoy"))
        & or_(col(Adscripcion.hasta).is_(None), col(Adscripcion.hasta) >= bindparam("hoy")),
        isouter=True,
    )
    .where(
        col(SesionAbierta.huella) == bindparam("la_huella"),
        col(SesionAbierta.revocada).is_(None),
        col(SesionAbierta.vence) > bindparam("ahora"),
        col(Persona.activa).is_(True),
    )
)


def quien_trae(s: Session, token: str | None) -> Quien:
    """Quién es el que trae esa ficha, en una consulta.

    Lanza:
        SinSesion: no hay ficha, venció, se revocó o la persona se dio de baja.
    """
    if not token:
        raise SinSesion
    ahora = reloj.ahora()
    valores = {"la_huella": claves.huella(token), "ahora": ahora, "hoy": reloj.local(ahora).date()}
    filas = s.connection().execute(_QUIEN, valores).all()
    if not filas:
        raise SinSesion
    return armar_quien(s, filas[0][0] or 0, filas[0][1], [(u, r) for _, _, u, r in filas if u])


def salir(s: Session, token: str) -> None:
    """Revoca la sesión; hacerlo dos veces no cambia nada."""
    revocar = update(SesionAbierta).where(
        col(SesionAbierta.huella) == claves.huella(token), col(SesionAbierta.revocada).is_(None)
    )
    s.execute(revocar.values(revocada=reloj.ahora()))


def revocar_todas(s: Session, persona: int) -> None:
    """Cierra todas las sesiones de una persona, como al cambiar su contraseña o darla de baja."""
    suyas = update(SesionAbierta).where(col(SesionAbierta.persona_id) == persona)
    revocar = suyas.where(col(SesionAbierta.revocada).is_(None))
    s.execute(revocar.values(revocada=reloj.ahora()))


def abrir(s: Session, ajustes: Ajustes, persona: Persona, ahora: datetime) -> Entrada:
    """Una sesión nueva para esa persona; a quien llama le toca haber comprobado que es ella."""
    token, vence = claves.token_nuevo(), ahora + timedelta(hours=ajustes.sesion_horas)
    s.add(SesionAbierta(huella=claves.huella(token), persona_id=persona.id or 0, creada=ahora, vence=vence))
    return Entrada(token, vence, quien_es(s, persona), persona.correo)


def cuidar_intentos(s: Session, ajustes: Ajustes, topes: dict[str, int]) -> None:
    """Rechaza a quien agotó sus fallos en la ventana. topes: cuántos admite cada llave. Lanza DemasiadosIntentos."""
    ahora = reloj.ahora()
    ventana = timedelta(seconds=ajustes.intentos_ventana_s)
    la_llave, cuando = col(IntentoFallido.llave), col(IntentoFallido.cuando)
    cuenta = (
        select(la_llave, func.count(), func.min(cuando))
        .where(la_llave.in_(topes), cuando > ahora - ventana)
        .group_by(la_llave)
    )
    for llave, fallos, primero in s.execute(cuenta):
        if fallos >= topes[llave]:
            raise DemasiadosIntentos(round((primero + ventana - ahora).total_seconds()))
