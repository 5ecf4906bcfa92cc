"""Entrar, seguir dentro y salir: sesiones revocables que caducan sin uso.

La contraseña se comprueba fuera de toda transacción: tarda un cuarto de segundo
y con SQLite ese tiempo dejaría a los demás sin poder escribir.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, bindparam, delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from modelos import reloj
from modelos.ajustes import Ajustes
from modelos.columnas import Instante
from modelos.errores import BaseInaccesible
from modelos.escritura import limpiar_texto
from modelos.organizacion import claves, contrasenas, equipos, vigencia_sql
from modelos.organizacion.correos import normalizado
from modelos.organizacion.errores import ClaveProvisional, CredencialesInvalidas, SinPalabras, SinSesion
from modelos.organizacion.intentos import IntentoFallido, exigir_espera, olvidar_viejos, red
from modelos.organizacion.organigrama import Adscripcion, Persona, armar_quien, lo_suyo, por_correo, quien_es
from modelos.organizacion.permisos import Quien
from modelos.sesion import serializar, transaccion

registro = logging.getLogger(__name__)

FACTOR_POR_CORREO = 10
"""Cuántas veces más se toleran fallos de un correo sumando todas las redes."""
FACTOR_POR_DIRECCION = 20
"""Y de una red sumando todos los correos: una oficina entera puede salir por la misma."""
PARTE_QUE_SE_RENUEVA = 10
"""Una sesión en uso se anota cada décima parte de lo que dura sin uso, y no en cada página."""


class SesionAbierta(SQLModel, table=True):
    """Una sesión; de la ficha sólo se guarda su huella. caduca: cuándo termina si no se vuelve a usar."""

    __tablename__ = "sesion"

    huella: str = Field(primary_key=True, max_length=64)
    persona_id: int = Field(foreign_key="persona.id", index=True)
    creada: datetime = Field(sa_column=Column(Instante, nullable=False))
    vence: datetime = Field(sa_column=Column(Instante, nullable=False))
    caduca: datetime = Field(sa_column=Column(Instante, nullable=False))
    revocada: datetime | None = Field(default=None, sa_column=Column(Instante, nullable=True))


@dataclass(frozen=True)
class Entrada:
    """Una sesión recién abierta; `token` y `equipo` no se vuelven a mostrar.

    equipo: la ficha que recuerda el navegador para la próxima vez; vacía si no entró con uno.
    provisional: si antes de seguir debe cambiar la contraseña con que entró.
    """

    token: str
    vence: datetime
    quien: Quien
    correo: str
    equipo: str
    provisional: bool


@dataclass(frozen=True)
class EnCurso:
    """La sesión de una petición. provisional: sólo sirve para cambiar la contraseña."""

    quien: Quien
    vence: datetime
    caduca: datetime
    provisional: bool


def entrar(ajustes: Ajustes, correo: str, clave: str, direccion: str, equipo: str | None = None) -> Entrada:
    """Comprueba la contraseña y abre una sesión.

    direccion: dirección de red de quien intenta, para contar fallos. equipo: la ficha que recuerda su navegador,
    vacía si no trae, o None si no es un navegador; si esa persona ya había entrado con ella, sus fallos se cuentan
    aparte y los de otros no la estorban.

    Lanza:
        DemasiadosIntentos: agotó los libres; aun la contraseña buena debe esperar unos segundos.
        CredencialesInvalidas: no corresponden; no se dice cuál de las dos.
    """
    correo = normalizado(limpiar_texto("correo", correo))
    # El intento se cuenta antes de comprobarlo: cien a la vez no pasan todos antes de que falle el primero.
    with transaccion(ajustes.url_base) as s:
        serializar(s, claves.huella(correo))
        persona = por_correo(s, correo)
        libres, propias = _llaves(s, ajustes, correo, direccion, equipo, persona)
        exigir_espera(s, ajustes, libres)
        intentos = [IntentoFallido(llave=llave, cuando=reloj.ahora()) for llave in libres]
        s.add_all(intentos)
        suyo = lo_suyo(s, persona)
    acierta = claves.coincide(clave, persona.clave_cifrada if persona and persona.activa else None)
    if persona is None or not acierta:
        raise CredencialesInvalidas
    ya_no_sirve = not (persona.es_demo and ajustes.demo) and _incumple(clave, suyo)
    with transaccion(ajustes.url_base) as s:
        ahora_es = _la_misma(s, persona)
        este = col(IntentoFallido.id).in_([intento.id for intento in intentos])
        s.execute(delete(IntentoFallido).where(col(IntentoFallido.llave).in_(propias) | este))
        olvidar_viejos(s, ajustes)
        # La que se puso cuando se pedía menos sigue abriendo, pero sólo para cambiarla.
        ahora_es.clave_provisional = ahora_es.clave_provisional or ya_no_sirve
        s.execute(delete(SesionAbierta).where(col(SesionAbierta.vence) < reloj.ahora()))
        return abrir(s, ajustes, ahora_es, reloj.ahora(), equipo)


def _la_misma(s: Session, persona: Persona) -> Persona:
    """Como está ahora: mientras se comprobaba pudieron cambiarle la contraseña o darla de baja."""
    ahora_es = s.get(Persona, persona.id, populate_existing=True)
    if ahora_es is None or ahora_es.clave_cifrada != persona.clave_cifrada or not ahora_es.activa:
        raise CredencialesInvalidas
    return ahora_es


def _incumple(clave: str, suyo: list[str]) -> bool:
    """Si esa contraseña ya no se admitiría. Sin las listas no se puede saber, y no por eso se deja fuera a nadie."""
    try:
        return bool(contrasenas.falta(clave, suyo))
    except SinPalabras:
        registro.exception("no se pudo revisar una contraseña al entrar")
        return False


def _llaves(
    s: Session, ajustes: Ajustes, correo: str, direccion: str, equipo: str | None, persona: Persona | None
) -> tuple[Mapping[str, int], list[str]]:
    """Contra qué cuenta un fallo, con cuántos libres cada una, y cuáles se perdonan al acertar."""
    # Se pregunta aunque no haya tal persona: que tarde lo mismo.
    if equipos.es_conocido(s, ajustes, equipo, persona.id if persona else 0):
        propia = claves.huella(f"{correo}|equipo|{equipo}")
        return {propia: ajustes.intentos_max}, [propia]
    desde = red(direccion)
    juntas, sola, la_red = claves.huella(f"{correo}|{desde}"), claves.huella(correo), claves.huella(f"|{desde}")
    serializar(s, la_red)  # siempre después de la del correo: así no se esperan una a otra
    libres = {
        juntas: ajustes.intentos_max,
        sola: ajustes.intentos_max * FACTOR_POR_CORREO,
        la_red: ajustes.intentos_max * FACTOR_POR_DIRECCION,
    }
    return libres, [juntas, sola]


# Se arma una vez: es la primera consulta de cada petición.
_QUIEN = (
    select(
        col(Persona.id),
        col(Persona.nombre),
        col(Persona.clave_provisional),
        col(SesionAbierta.vence),
        col(SesionAbierta.caduca),
        col(Adscripcion.unidad),
        col(Adscripcion.rol),
    )
    .join(SesionAbierta, col(SesionAbierta.persona_id) == Persona.id)
    .join(
        Adscripcion,
        (col(Adscripcion.persona_id) == Persona.id)
        & vigencia_sql.rige(col(Adscripcion.desde), col(Adscripcion.hasta), bindparam("hoy")),
        isouter=True,
    )
    .where(
        col(SesionAbierta.huella) == bindparam("la_huella"),
        col(SesionAbierta.revocada).is_(None),
        col(SesionAbierta.vence) > bindparam("ahora"),
        col(SesionAbierta.caduca) > bindparam("ahora"),
        col(Persona.activa).is_(True),
    )
)


def en_curso(s: Session, token: str | None) -> EnCurso:
    """La sesión de esa ficha, en una consulta; también la que sólo sirve para cambiar la contraseña.

    Lanza:
        SinSesion: no hay ficha, venció, caducó sin uso, se revocó o la persona se dio de baja.
    """
    if not token:
        raise SinSesion
    ahora = reloj.ahora()
    valores = {"la_huella": claves.huella(token), "ahora": ahora, "hoy": reloj.local(ahora).date()}
    filas = s.connection().execute(_QUIEN, valores).all()
    if not filas:
        raise SinSesion
    persona, nombre, provisional, vence, caduca, _, _ = filas[0]
    quien = armar_quien(s, persona or 0, nombre, [(fila[5], fila[6]) for fila in filas if fila[5]])
    return EnCurso(quien, vence, caduca, bool(provisional))


def quien_trae(s: Session, token: str | None) -> Quien:
    """Quién es el que trae esa ficha.

    Lanza:
        SinSesion: como `en_curso`. ClaveProvisional: antes debe cambiar la contraseña que le dieron.
    """
    suya = en_curso(s, token)
    if suya.provisional:
        raise ClaveProvisional
    return suya.quien


def es_de_alguien(s: Session, token: str | None) -> bool:
    """Si esa ficha es de una sesión en curso."""
    try:
        en_curso(s, token)
    except SinSesion:
        return False
    return True


def por_renovar(ajustes: Ajustes, suya: EnCurso) -> bool:
    """Si ya toca anotar que la sesión se está usando."""
    nueva = _caducidad(ajustes, reloj.ahora(), suya.vence)
    return nueva - suya.caduca > timedelta(minutes=ajustes.sesion_inactiva_min) / PARTE_QUE_SE_RENUEVA


def renovar(s: Session, ajustes: Ajustes, token: str, suya: EnCurso) -> None:
    """Anota que la sesión se está usando, y con eso dura otro tanto sin uso."""
    caduca = _caducidad(ajustes, reloj.ahora(), suya.vence)
    s.execute(update(SesionAbierta).where(col(SesionAbierta.huella) == claves.huella(token)).values(caduca=caduca))


def renovar_aparte(ajustes: Ajustes, token: str, suya: EnCurso) -> None:
    """Lo mismo después de una lectura: si la base no deja escribir, lo leído se muestra igual."""
    try:
        with transaccion(ajustes.url_base) as s:
            renovar(s, ajustes, token, suya)
    except BaseInaccesible:
        registro.warning("no se pudo anotar que una sesión sigue en uso")


def _caducidad(ajustes: Ajustes, ahora: datetime, vence: datetime) -> datetime:
    if not ajustes.sesion_inactiva_min:
        return vence
    return min(vence, ahora + timedelta(minutes=ajustes.sesion_inactiva_min))


def salir(s: Session, token: str) -> None:
    """Revoca la sesión; hacerlo dos veces no cambia nada."""
    revocar = update(SesionAbierta).where(
        col(SesionAbierta.huella) == claves.huella(token), col(SesionAbierta.revocada).is_(None)
    )
    s.execute(revocar.values(revocada=reloj.ahora()))


def revocar_todas(s: Session, persona: int) -> None:
    """Cierra todas las sesiones de una persona y olvida sus equipos, como al cambiar su contraseña o darla de baja."""
    suyas = update(SesionAbierta).where(col(SesionAbierta.persona_id) == persona)
    revocar = suyas.where(col(SesionAbierta.revocada).is_(None))
    s.execute(revocar.values(revocada=reloj.ahora()))
    equipos.olvidar(s, persona)


def abrir(s: Session, ajustes: Ajustes, persona: Persona, ahora: datetime, equipo: str | None = None) -> Entrada:
    """Una sesión nueva para esa persona; a quien llama le toca haber comprobado que es ella.

    equipo: como en `entrar`.
    """
    token, vence = claves.token_nuevo(), ahora + timedelta(hours=ajustes.sesion_horas)
    caduca = _caducidad(ajustes, ahora, vence)
    suya = persona.id or 0
    s.add(SesionAbierta(huella=claves.huella(token), persona_id=suya, creada=ahora, vence=vence, caduca=caduca))
    recordado = "" if equipo is None else equipos.recordar(s, ajustes, equipo, suya)
    return Entrada(token, vence, quien_es(s, persona), persona.correo, recordado, persona.clave_provisional)
