"""Enviar las entregas ya juntadas (`tareas.avisos.junta`), fuera de toda transacción, y anotar cómo le fue a cada una.

Antes de escribir se vuelve a mirar lo que lleva: de lo que ya se atendió no se dice nada.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from modelos import reloj
from modelos.avisos import cola, de_oficios, mensajes
from modelos.avisos.a_quien import Organigrama
from modelos.avisos.cola import Tomada
from modelos.expedientes import comentarios
from modelos.expedientes.notificacion import ClaseDeNotificacion
from modelos.plazos import vencimientos
from modelos.sesion import lectura, transaccion
from modelos.tabla import Catalogo
from tareas.avisos import carta_de_oficio, redaccion
from tareas.avisos.cartero import Carta, Cartero, CorreoSinConfigurar, EntregaAplazada, EntregaImposible
from tareas.avisos.omitidas import NO_LO_VE, SIN_DESTINO, descartar
from tareas.avisos.puntos import Lugar
from tareas.oficios import firmas
from tareas.oficios.firmas import PorFirmar
from tareas.oficios.papel.archivo import Imprenta

registro = logging.getLogger(__name__)

A_LA_VEZ = 4
"""Envíos simultáneos de un motor: un servidor lento no debe llevarse más."""
YA_NO = "Lo que avisaba ya se atendió o dejó de tocarle."


def enviar(
    url: str,
    tablas: Catalogo,
    cartero: Cartero,
    motor: str,
    cuantas: int = 2 * A_LA_VEZ,
    *,
    esperan: Collection[str] = (),
) -> int:
    """Toma hasta `cuantas` entregas, las envía y anota cómo les fue; devuelve cuántas tomó.

    Vuelve a mirar lo que llevan: lo que ya se atendió no se envía. Ninguna falla detiene a las demás.

    esperan: las que todavía no deben salir (`atrasados`).
    """
    with lectura(url) as s:
        if not cola.hay_que_enviar(s):
            return 0
    with transaccion(url) as s:
        tomadas = cola.tomar(s, motor, cuantas, esperan)
    with ThreadPoolExecutor(A_LA_VEZ, thread_name_prefix="cartero") as hilos:
        envios = [_Envio(t) for t in tomadas]
        pendientes = {hilos.submit(_entregar, url, tablas, cartero, envio, motor): envio for envio in envios}
        for terminada in as_completed(pendientes):
            _anotar(url, pendientes[terminada], terminada.result, cartero.ajustes.entregas_intentos, motor)
    return len(tomadas)


class _YaNo(Exception):
    """No hace falta enviarla; su texto dice por qué."""


class _Ajena(Exception):
    """Mientras este motor dormía, otro la retomó o un resumen posterior la sustituyó: ya no es suya."""


@dataclass
class _Envio:
    """Una entrega en camino. omitidas: por qué no se dijo cada notificación que llevaba y ya no venía al caso."""

    tomada: Tomada
    omitidas: dict[int, str] = field(default_factory=dict)


def atrasados(url: str, hoy: date) -> list[str]:
    """Resúmenes de otro día que no han salido; los de hoy llevarán lo suyo en cuanto se vean los hitos de hoy."""
    with lectura(url) as s:
        return mensajes.resumenes_atrasados(s, hoy)


def _entregar(url: str, tablas: Catalogo, cartero: Cartero, envio: _Envio, motor: str) -> Carta:
    tomada = envio.tomada
    if not tomada.activo:
        envio.omitidas |= dict.fromkeys(tomada.notificaciones, SIN_DESTINO)
        raise _YaNo(SIN_DESTINO)
    with lectura(url) as s:
        if not cola.sigue_suya(s, tomada.id, motor):
            raise _Ajena
        filas = mensajes.contenido(s, tomada.notificaciones)
        redactar = _redactar(s, tablas, cartero, envio, filas)
    carta = redactar()
    if tomada.direccion:
        cartero.por_canal(carta, tomada.direccion)
    else:
        cartero.por_correo(carta, tomada.nombre, tomada.correo)
    return carta


def _redactar(
    s: Session, tablas: Catalogo, cartero: Cartero, envio: _Envio, filas: Sequence[Any]
) -> Callable[[], Carta]:
    """Lee de la base lo que falta y devuelve con qué escribir la carta, ya sin ella."""
    tomada = envio.tomada
    vivas = _las_que_vienen_al_caso(s, envio, filas)
    llegados, ya_no = de_oficios.llegados(s, (f for f in vivas if f.clase == ClaseDeNotificacion.OFICIO))
    envio.omitidas |= ya_no
    por_firmar = _lo_que_espera_firma(s, tablas, envio, [f for f in vivas if f.clase == ClaseDeNotificacion.FIRMA])
    debidas = [f for f in vivas if f.clase not in (ClaseDeNotificacion.FIRMA, ClaseDeNotificacion.OFICIO)]
    if not debidas and not por_firmar.total and not llegados:
        raise _YaNo(YA_NO)
    rigen = vencimientos.plazos_de(s, mensajes.turnos_de(s, debidas))
    atender = mensajes.por_atender(s, debidas, tomada.persona)
    lugar = Lugar(cartero.ajustes.url_publica, reloj.hoy(), rigen, atender, por_firmar)

    def redactar() -> Carta:
        # Por un canal no van archivos.
        imprenta = None if tomada.direccion else Imprenta(cartero.ajustes)
        recibidos = carta_de_oficio.recibidos(imprenta, llegados, lugar.direccion)
        return redaccion.carta(tomada.id, debidas, tablas, lugar, tomada.nombre, recibidos)

    return redactar


def _las_que_vienen_al_caso(s: Session, envio: _Envio, filas: Sequence[Any]) -> list[Any]:
    """Las que todavía se le dicen; de las demás deja por qué no."""
    persona, organigrama = envio.tomada.persona, Organigrama(s)
    vivas = []
    for f in filas:
        motivo = mensajes.por_que_no(f, persona, organigrama, reloj.hoy())
        if motivo or not _lo_ve(s, f, persona):
            envio.omitidas[f.id] = motivo or NO_LO_VE
        else:
            vivas.append(f)
    return vivas


def _lo_ve(s: Session, f: Any, persona: int | None) -> bool:  # noqa: ANN401 - renglón de SQL
    """Si quien recibe una mención todavía puede leer el expediente; lo demás se debe, y quien lo debe lo ve."""
    return not f.datos.get("mencion") or (persona is not None and comentarios.lo_ve(s, persona, f.folio))


def _lo_que_espera_firma(s: Session, tablas: Catalogo, envio: _Envio, avisos: Sequence[Any]) -> PorFirmar:
    """Lo que hoy espera, diga lo que diga el aviso; si ya nada espera, ningún aviso viene al caso."""
    ambitos = {tuple(ambito) for f in avisos for ambito in f.datos["ambitos"]}
    por_firmar = firmas.lo_que_espera(s, tablas, sorted(ambitos))
    if not por_firmar.total:
        envio.omitidas |= {f.id: mensajes.YA_NO_SE_DEBE for f in avisos}
    return por_firmar


def _anotar(url: str, envio: _Envio, resultado: Callable[[], Carta], maximo: int, motor: str) -> None:
    tomada = envio.tomada
    # Lo que no se dice en el canal de alguien puede haberse dicho en su correo: de ahí es de donde consta.
    omitidas = {} if tomada.direccion else envio.omitidas
    try:
        carta = resultado()
    except _Ajena:
        registro.warning("la entrega %s ya no era de este motor; no se envió", tomada.id)
    except (_YaNo, CorreoSinConfigurar) as error:
        with transaccion(url) as s:
            cola.descartada(s, tomada.id, str(error))
            descartar(s, omitidas, reloj.ahora(), en_canales=True)
    except Exception as error:  # noqa: BLE001 - la falla de un mensaje se anota en él y no detiene a los demás
        conocida = isinstance(error, EntregaImposible | EntregaAplazada)
        # El texto de una falla ajena puede traer direcciones o claves: sólo se guarda su clase.
        motivo = str(error) if conocida else f"El mensaje no se pudo enviar ({type(error).__name__})."
        if not conocida:
            registro.error("no salió la entrega %s: %s", tomada.id, type(error).__name__)
        with transaccion(url) as s:
            cola.fallar(s, tomada.id, motor, motivo, 0 if isinstance(error, EntregaImposible) else maximo)
    else:
        with transaccion(url) as s:
            cola.enviada(s, tomada.id, carta.asunto, reloj.ahora())
            descartar(s, omitidas, reloj.ahora(), en_canales=True)
