"""Juntar lo que cada quien debe saber en un mensaje por destino, y enviarlo.

Dos pasos separados por la base: `juntar` decide qué sale y a dónde, en una transacción; `enviar` lo lleva,
fuera de toda transacción, y anota cómo le fue. Varios motores pueden hacer ambos a la vez.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from modelos import canales, consultas_comentarios, entregas, mensajes, mensajes_oficios, reloj, vencimientos
from modelos.calendario import fecha_corta
from modelos.entregas import Tomada
from modelos.latido import pulso
from modelos.mensajes import Destino
from modelos.notificaciones import Canal, Clase
from modelos.sesion import lectura, serializar, transaccion
from modelos.tabla import Catalogo
from tareas import redaccion
from tareas.cartero import Carta, Cartero, CorreoSinConfigurar, EntregaAplazada, EntregaImposible
from tareas.oficios import carta as carta_de_oficio
from tareas.oficios.archivo import Imprenta

registro = logging.getLogger(__name__)

A_LA_VEZ = 4
"""Envíos simultáneos de un motor: un servidor lento no debe llevarse más."""
YA_NO = "Lo que avisaba ya se atendió o dejó de tocarle."
SIN_DESTINO = "La persona se dio de baja o el canal se desactivó."


@dataclass
class _Monton:
    """Lo que va a un destino: los ids y, para el asunto, de qué es cada uno."""

    ids: list[int] = field(default_factory=list)
    partes: list[redaccion.Parte] = field(default_factory=list)

    def poner(self, id_: int, parte: redaccion.Parte) -> None:
        self.ids.append(id_)
        self.partes.append(parte)

    @property
    def con_hitos(self) -> bool:
        return any(p.clase == Clase.HITO for p in self.partes)


def juntar(url: str, ahora: datetime, *, barrido_terminado: bool) -> int:
    """Arma las entregas de lo que falta por salir; devuelve cuántas.

    Recibe:
        ahora: con zona; su día, en el centro de México, es el del resumen.
        barrido_terminado: si ya se vieron todos los hitos de hoy. Hasta entonces sólo salen los turnos nuevos y los
            oficios; después, un resumen por destino y día. Los hitos que aparezcan más tarde esperan al de mañana.
    """
    with lectura(url) as s:
        if not mensajes.hay_por_salir(s, con_hitos=barrido_terminado):
            return 0
    with transaccion(url) as s:
        serializar(s, "mensajes")
        return _juntar(s, ahora, con_hitos=barrido_terminado)


def _juntar(s: Session, ahora: datetime, *, con_hitos: bool) -> int:
    dia = reloj.local(ahora).date()
    de_persona, de_unidad = canales.de_destinos(mensajes.canales_activos(s))
    por_unidad: dict[int, tuple[str, str]] = {}
    if de_unidad:
        por_unidad = {id_: (clave, unidad) for id_, clave, unidad in mensajes.para_unidades(s, de_unidad)}
    altas = mensajes.altas(s, mensajes.personas_por_avisar(s))
    correos = {persona: Destino(persona, None, alta) for persona, alta in altas.items()}
    armados = mensajes.existentes(s, (mensajes.id_resumen(d, dia) for d in correos.values()))
    con_resumen = {p for p, d in correos.items() if mensajes.id_resumen(d, dia) in armados}
    montones: dict[Destino, _Monton] = {}
    de_oficios: dict[tuple[Destino, str], list[int]] = {}
    salieron: list[int] = []
    repetidas: set[tuple[str, str]] = set()
    for f in mensajes.por_salir(s, con_hitos=con_hitos):
        if not f.viva or (f.mencion and not consultas_comentarios.lo_ve(s, f.persona_id, f.folio)):
            salieron.append(f.id)
            continue
        persona = f.persona_id
        if persona not in correos or (f.clase == Clase.HITO and persona in con_resumen):
            continue  # ya tuvo el resumen de hoy: mañana
        salieron.append(f.id)
        destinos = [correos[persona], *map(_destino, de_persona.get(persona, ()))]
        # Los canales de una unidad reciben una vez cada cosa, aunque la deban saber varias personas.
        if (suya := por_unidad.get(f.id)) and suya not in repetidas:
            repetidas.add(suya)
            destinos += map(_destino, de_unidad[suya[1]])
        for destino in destinos:
            if f.oficio:  # cada oficio en su mensaje, aunque le llegue por varias unidades: lleva su PDF
                de_oficios.setdefault((destino, f.oficio), []).append(f.id)
            else:
                montones.setdefault(destino, _Monton()).poner(f.id, _parte(f))
    armados |= mensajes.existentes(s, (mensajes.id_resumen(d, dia) for d in montones))
    _sustituir(s, {d: m for d, m in montones.items() if _es_resumen(d, m, armados, dia)}, dia)
    nuevas = [_entrega(destino, monton, armados, dia, ahora) for destino, monton in montones.items()]
    nuevas += _entregas_de_oficios(s, de_oficios, ahora)
    mensajes.guardar(s, nuevas, salieron, ahora)
    return len(nuevas)


def _parte(f: Any) -> redaccion.Parte:  # noqa: ANN401 - renglón de SQL
    return redaccion.Parte(f.clase, f.folio, f.vence, f.conservador, f.sube, f.mencion, f.recuerda)


def _entregas_de_oficios(
    s: Session, montones: dict[tuple[Destino, str], list[int]], ahora: datetime
) -> list[dict[str, Any]]:
    oficios = mensajes_oficios.oficios(s, (oficio for _, oficio in montones))
    return [
        mensajes.entrega(
            mensajes.id_suelta(destino, ids), destino, carta_de_oficio.asunto(oficios[oficio]), ids, ahora, pulso()
        )
        for (destino, oficio), ids in montones.items()
    ]


def _entrega(destino: Destino, monton: _Monton, armados: set[str], dia: date, ahora: datetime) -> dict[str, Any]:
    resumen = _es_resumen(destino, monton, armados, dia)
    id_ = mensajes.id_resumen(destino, dia) if resumen else mensajes.id_suelta(destino, monton.ids)
    return mensajes.entrega(id_, destino, redaccion.asunto(monton.partes, dia), monton.ids, ahora, pulso())


def _es_resumen(destino: Destino, monton: _Monton, armados: set[str], dia: date) -> bool:
    return monton.con_hitos and mensajes.id_resumen(destino, dia) not in armados


def _sustituir(s: Session, resumenes: dict[Destino, _Monton], dia: date) -> None:
    """Descarta los resúmenes anteriores que no han llegado; lo suyo que aún viene al caso pasa al de hoy."""
    descartados: list[str] = []
    for destino, viejos in mensajes.resumenes_sin_entregar(s, resumenes, dia).items():
        monton = resumenes[destino]
        descartados += [vieja.id for vieja in viejos]
        ya = set(monton.ids)
        ids = sorted({id_ for vieja in viejos for id_ in vieja.notificaciones} - ya)
        for f in mensajes.de_nuevo(s, ids):
            # En el canal de una unidad no importa quién de ella lo tomó; al enviar se vuelve a mirar.
            if f.viva or destino.persona is None:
                monton.poner(f.id, _parte(f))
    mensajes.sustituir(s, descartados, f"{entregas.SUSTITUYE}{fecha_corta(dia)}.")


def _destino(canal: Canal) -> Destino:
    return Destino(canal.persona_id, canal.id, canal.creado)


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
        if not entregas.hay_que_enviar(s):
            return 0
    with transaccion(url) as s:
        tomadas = entregas.tomar(s, motor, cuantas, esperan)
    with ThreadPoolExecutor(A_LA_VEZ, thread_name_prefix="cartero") as hilos:
        pendientes = {hilos.submit(_entregar, url, tablas, cartero, t, motor): t for t in tomadas}
        for terminada in as_completed(pendientes):
            _anotar(url, pendientes[terminada], terminada.result, cartero.ajustes.entregas_intentos, motor)
    return len(tomadas)


class _YaNo(Exception):
    """No hace falta enviarla; su texto dice por qué."""


class _Ajena(Exception):
    """Mientras este motor dormía, otro la retomó o un resumen posterior la sustituyó: ya no es suya."""


def atrasados(url: str, hoy: date) -> list[str]:
    """Resúmenes de otro día que no han salido; los de hoy llevarán lo suyo en cuanto se vean los hitos de hoy."""
    with lectura(url) as s:
        return mensajes.resumenes_atrasados(s, hoy)


def _entregar(url: str, tablas: Catalogo, cartero: Cartero, tomada: Tomada, motor: str) -> Carta:
    if not tomada.activo:
        raise _YaNo(SIN_DESTINO)
    with lectura(url) as s:
        if not entregas.sigue_suya(s, tomada.id, motor):
            raise _Ajena
        filas = mensajes.contenido(s, tomada.notificaciones)
        hacer = _redactar_oficio if mensajes_oficios.es_de_oficio(filas) else _redactar
        redactar = hacer(s, tablas, cartero, tomada, filas)
    carta = redactar()
    if tomada.direccion:
        cartero.por_canal(carta, tomada.direccion)
    else:
        cartero.por_correo(carta, tomada.nombre, tomada.correo)
    return carta


def _lo_ve(s: Session, f: Any, persona: int | None) -> bool:  # noqa: ANN401 - renglón de SQL
    """Si quien recibe una mención todavía puede leer el expediente; lo demás se debe, y quien lo debe lo ve."""
    return not f.datos.get("mencion") or (persona is not None and consultas_comentarios.lo_ve(s, persona, f.folio))


def _redactar(
    s: Session, tablas: Catalogo, cartero: Cartero, tomada: Tomada, filas: Sequence[Any]
) -> Callable[[], Carta]:
    """Lee de la base lo que falta y devuelve con qué escribir la carta, ya sin ella."""
    vivas = [f for f in filas if mensajes.viene_al_caso(f, tomada.persona) and _lo_ve(s, f, tomada.persona)]
    if not vivas:
        raise _YaNo(YA_NO)
    rigen = vencimientos.plazos_de(s, mensajes.turnos_de(s, vivas))
    atender = mensajes.por_atender(s, vivas, tomada.persona)
    lugar = redaccion.Lugar(cartero.ajustes.url_publica, reloj.hoy(), rigen, atender)
    return partial(redaccion.carta, tomada.id, vivas, tablas, lugar, tomada.nombre)


def _redactar_oficio(
    s: Session, _tablas: Catalogo, cartero: Cartero, tomada: Tomada, filas: Sequence[Any]
) -> Callable[[], Carta]:
    llegado = mensajes_oficios.llegado(s, filas)
    if llegado is None:
        raise _YaNo(YA_NO)

    def redactar() -> Carta:
        if tomada.direccion:
            pdf = carta_de_oficio.sin_adjunto()
        else:
            pdf = carta_de_oficio.pdf_adjunto(Imprenta(cartero.ajustes), llegado.oficio)
        return carta_de_oficio.de_oficio(tomada.id, llegado, tomada.nombre, cartero.ajustes.url_publica, pdf)

    return redactar


def _anotar(url: str, tomada: Tomada, resultado: Callable[[], Carta], maximo: int, motor: str) -> None:
    try:
        carta = resultado()
    except _Ajena:
        registro.warning("la entrega %s ya no era de este motor; no se envió", tomada.id)
    except (_YaNo, CorreoSinConfigurar) as error:
        with transaccion(url) as s:
            entregas.descartada(s, tomada.id, str(error))
    except Exception as error:  # noqa: BLE001 - la falla de un mensaje se anota en él y no detiene a los demás
        conocida = isinstance(error, EntregaImposible | EntregaAplazada)
        # El texto de una falla ajena puede traer direcciones o claves: sólo se guarda su clase.
        motivo = str(error) if conocida else f"El mensaje no se pudo enviar ({type(error).__name__})."
        if not conocida:
            registro.error("no salió la entrega %s: %s", tomada.id, type(error).__name__)
        with transaccion(url) as s:
            entregas.fallar(s, tomada.id, motor, motivo, 0 if isinstance(error, EntregaImposible) else maximo)
    else:
        with transaccion(url) as s:
            entregas.enviada(s, tomada.id, carta.asunto, reloj.ahora())
