"""Juntar lo que cada quien debe saber en un mensaje por destino, y enviarlo.

Dos pasos separados por la base: `juntar` decide qué sale y a dónde, en una transacción; `enviar` lo lleva,
fuera de toda transacción, y anota cómo le fue. Varios motores pueden hacer ambos a la vez.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from modelos import reloj
from modelos.avisos import canales, cola, de_oficios, mensajes
from modelos.avisos.a_quien import Organigrama
from modelos.avisos.cola import Tomada
from modelos.avisos.entrega import Canal
from modelos.avisos.mensajes import Destino
from modelos.calendario import fecha_corta
from modelos.ciclos.previstas import es_habil
from modelos.expedientes import comentarios
from modelos.expedientes.notificacion import Clase
from modelos.motor.latido import pulso
from modelos.oficios.oficio import Oficio
from modelos.plazos import hitos, vencimientos
from modelos.sesion import lectura, serializar, transaccion
from modelos.tabla import Catalogo
from tareas.avisos import carta_de_oficio, redaccion
from tareas.avisos.asuntos import Parte, asunto
from tareas.avisos.cartero import Carta, Cartero, CorreoSinConfigurar, EntregaAplazada, EntregaImposible
from tareas.oficios import firmas
from tareas.oficios.papel.archivo import Imprenta

registro = logging.getLogger(__name__)

A_LA_VEZ = 4
"""Envíos simultáneos de un motor: un servidor lento no debe llevarse más."""
YA_NO = "Lo que avisaba ya se atendió o dejó de tocarle."
SIN_DESTINO = "La persona se dio de baja o el canal se desactivó."
NO_LO_VE = "Ya no puede ver el expediente."
_DE_QUIEN_SE_FUE = (mensajes.NO_LE_TOCA, mensajes.DE_BAJA, SIN_DESTINO)


@dataclass
class _Monton:
    """Lo que va a un destino."""

    filas: list[Any] = field(default_factory=list)

    @property
    def es_del_resumen(self) -> bool:
        """Si trae algo de lo que espera al resumen; los oficios esperan, salvo que los lleve un turno nuevo."""
        return any(_va_en_resumen(f) for f in self.filas) or all(f.oficio for f in self.filas)


def juntar(url: str, ahora: datetime, *, barrido_terminado: bool) -> int:
    """Arma las entregas de lo que falta por salir; devuelve cuántas.

    Recibe:
        ahora: con zona; su día, en el centro de México, es el del resumen.
        barrido_terminado: si ya se vieron todos los hitos de hoy. Hasta entonces sólo salen los turnos nuevos; después,
            un resumen por destino y día. Los hitos y los oficios que aparezcan más tarde esperan al de mañana, aunque a
            los oficios los lleva antes el aviso de un turno nuevo. En día inhábil sólo hay resumen si trae un hito.
    """
    with lectura(url) as s:
        if not _hay_por_salir(s, ahora, con_resumen=barrido_terminado):
            return 0
    with transaccion(url) as s:
        serializar(s, "mensajes")
        return _Junta(s, ahora).armar(con_resumen=barrido_terminado)


def _hay_por_salir(s: Session, ahora: datetime, *, con_resumen: bool) -> bool:
    """Sin bloquear nada: lo que sólo espera al resumen de mañana no es motivo para escribir."""
    if mensajes.hay_por_salir(s):
        return True
    dia = reloj.local(ahora).date()
    if not con_resumen or not (personas := mensajes.esperan_resumen(s, solo_hitos=not es_habil(s, dia))):
        return False
    resumenes = {mensajes.id_resumen(Destino(p, None, alta), dia) for p, alta in mensajes.altas(s, personas).items()}
    return len(mensajes.existentes(s, resumenes)) < len(resumenes)


class _Junta:
    """Lo que sale en una vuelta y a dónde."""

    def __init__(self, s: Session, ahora: datetime) -> None:
        self.s, self.ahora, self.dia = s, ahora, reloj.local(ahora).date()
        self.de_persona, self.de_unidad = canales.de_destinos(mensajes.canales_activos(s))
        self.por_unidad: dict[int, tuple[str, str]] = {}
        if self.de_unidad:
            self.por_unidad = {id_: (clave, u) for id_, clave, u in mensajes.para_unidades(s, self.de_unidad)}
        altas = mensajes.altas(s, mensajes.personas_por_avisar(s))
        self.correos = {persona: Destino(persona, None, alta) for persona, alta in altas.items()}
        self.repetidas: set[tuple[str, str]] = set()
        self.montones: dict[Destino, _Monton] = {}
        self.salieron: list[int] = []

    def armar(self, *, con_resumen: bool) -> int:
        """Guarda las entregas y lo que ya no hacía falta decir; devuelve cuántas."""
        s, dia = self.s, self.dia
        filtro = _Filtro(s, dia)
        self._repartir(filtro, con_resumen=con_resumen)
        armados = mensajes.existentes(
            s, (mensajes.id_resumen(d, dia) for d in (*self.correos.values(), *self.montones))
        )
        _sustituir(filtro, {d: m for d, m in self.montones.items() if _es_resumen(d, m, armados, dia)})
        oficios = de_oficios.oficios(s, (f.oficio for m in self.montones.values() for f in m.filas if f.oficio))
        nuevas = [_entrega(d, m, armados, oficios, self.ahora) for d, m in self.montones.items()]
        mensajes.guardar(s, nuevas, self.salieron, self.ahora)
        _descartar(s, filtro.motivos, self.ahora, en_canales=False)
        return len(nuevas)

    def _repartir(self, filtro: _Filtro, *, con_resumen: bool) -> None:
        armados = mensajes.existentes(self.s, (mensajes.id_resumen(d, self.dia) for d in self.correos.values()))
        ya_lo_tuvo = {p for p, d in self.correos.items() if mensajes.id_resumen(d, self.dia) in armados}
        habil = con_resumen and es_habil(self.s, self.dia)
        acompanan: list[Any] = []
        for f in mensajes.por_salir(self.s, con_hitos=con_resumen):
            if not filtro.deja(f, f.persona_id):
                self.salieron.append(f.id)
            elif f.persona_id not in self.correos or (_va_en_resumen(f) and f.persona_id in ya_lo_tuvo):
                continue  # ya tuvo el resumen de hoy: mañana
            elif f.oficio or (_va_en_resumen(f) and f.clase != Clase.HITO and not habil):
                acompanan.append(f)
            else:
                self._poner(f)
        for f in acompanan:
            tendra_resumen = habil and f.persona_id not in ya_lo_tuvo
            if tendra_resumen or self.correos[f.persona_id] in self.montones:
                self._poner(f)

    def _poner(self, f: Any) -> None:  # noqa: ANN401 - renglón de SQL
        """En el correo de la persona, en sus canales y en los de la unidad por que lo sabe."""
        self.salieron.append(f.id)
        destinos = [self.correos[f.persona_id], *map(_destino, self.de_persona.get(f.persona_id, ()))]
        # Los canales de una unidad reciben una vez cada cosa, aunque la deban saber varias personas.
        if (suya := self.por_unidad.get(f.id)) and suya not in self.repetidas:
            self.repetidas.add(suya)
            destinos += map(_destino, self.de_unidad[suya[1]])
        for destino in destinos:
            self.montones.setdefault(destino, _Monton()).filas.append(f)


class _Filtro:
    """Qué todavía se dice y a quién; de lo demás guarda por qué no."""

    def __init__(self, s: Session, dia: date) -> None:
        self.s, self.dia, self.organigrama = s, dia, Organigrama(s)
        self.motivos: dict[int, str] = {}

    def deja(self, f: Any, persona: int | None) -> bool:  # noqa: ANN401 - renglón de SQL
        """Si viene al caso decírselo. persona: None si es el canal de una unidad."""
        motivo = self._por_que_no(f, persona)
        if motivo and persona is not None:
            self.motivos[f.id] = motivo
        return not motivo

    def _por_que_no(self, f: Any, persona: int | None) -> str:  # noqa: ANN401 - renglón de SQL
        if f.oficio and not f.rige:
            return de_oficios.SIN_EFECTO
        if f.mencion and not comentarios.lo_ve(self.s, f.persona_id, f.folio):
            return NO_LO_VE
        if persona is not None and not f.activa:
            return mensajes.DE_BAJA
        return mensajes.por_que_no(f, persona, self.organigrama, self.dia)


def _va_en_resumen(f: Any) -> bool:  # noqa: ANN401 - renglón de SQL
    """Los hitos, lo que falta firmar y lo que sólo es para seguimiento."""
    return f.clase in mensajes.DEL_RESUMEN or bool(f.sube)


def _partes(filas: Sequence[Any], oficios: Mapping[str, Oficio]) -> list[Parte]:
    """De cada cosa, lo que basta para el asunto; de un oficio una, aunque le llegue por varias unidades."""
    de: dict[str, list[Any]] = {}
    for f in filas:
        if f.oficio:
            de.setdefault(f.oficio, []).append(f)
    return [_parte(f) for f in filas if not f.oficio] + [
        Parte(
            Clase.OFICIO,
            suyas[0].folio,
            None,
            None,
            recuerda=all(f.recuerda for f in suyas),
            que=carta_de_oficio.nombre(oficios[id_]) if id_ in oficios else "",
        )
        for id_, suyas in de.items()
    ]


def _parte(f: Any) -> Parte:  # noqa: ANN401 - renglón de SQL
    dichos = (f.sube, f.mencion, f.recuerda, f.semanal)
    return Parte(f.clase, f.folio, f.vence, f.conservador, *dichos, f.que or "", f.por_firmar or 0)


def _entrega(
    destino: Destino, monton: _Monton, armados: set[str], oficios: Mapping[str, Oficio], ahora: datetime
) -> dict[str, Any]:
    dia, ids = reloj.local(ahora).date(), [f.id for f in monton.filas]
    resumen = _es_resumen(destino, monton, armados, dia)
    id_ = mensajes.id_resumen(destino, dia) if resumen else mensajes.id_suelta(destino, ids)
    return mensajes.entrega(id_, destino, asunto(_partes(monton.filas, oficios), dia), ids, ahora, pulso())


def _es_resumen(destino: Destino, monton: _Monton, armados: set[str], dia: date) -> bool:
    return monton.es_del_resumen and mensajes.id_resumen(destino, dia) not in armados


def _sustituir(filtro: _Filtro, resumenes: dict[Destino, _Monton]) -> None:
    """Descarta los resúmenes anteriores que no han llegado; lo suyo que aún viene al caso pasa al de hoy."""
    s, dia = filtro.s, filtro.dia
    descartados: list[str] = []
    for destino, viejos in mensajes.resumenes_sin_entregar(s, resumenes, dia).items():
        monton = resumenes[destino]
        descartados += [vieja.id for vieja in viejos]
        ya = {f.id for f in monton.filas}
        ids = sorted({id_ for vieja in viejos for id_ in vieja.notificaciones} - ya)
        for f in mensajes.de_nuevo(s, ids):
            if filtro.deja(f, destino.persona):
                monton.filas.append(f)
    mensajes.sustituir(s, descartados, f"{cola.SUSTITUYE}{fecha_corta(dia)}.")


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


def _lo_ve(s: Session, f: Any, persona: int | None) -> bool:  # noqa: ANN401 - renglón de SQL
    """Si quien recibe una mención todavía puede leer el expediente; lo demás se debe, y quien lo debe lo ve."""
    return not f.datos.get("mencion") or (persona is not None and comentarios.lo_ve(s, persona, f.folio))


def _redactar(
    s: Session, tablas: Catalogo, cartero: Cartero, envio: _Envio, filas: Sequence[Any]
) -> Callable[[], Carta]:
    """Lee de la base lo que falta y devuelve con qué escribir la carta, ya sin ella."""
    tomada, organigrama, vivas = envio.tomada, Organigrama(s), []
    for f in filas:
        motivo = mensajes.por_que_no(f, tomada.persona, organigrama, reloj.hoy())
        if motivo or not _lo_ve(s, f, tomada.persona):
            envio.omitidas[f.id] = motivo or NO_LO_VE
        else:
            vivas.append(f)
    llegados, ya_no = de_oficios.llegados(s, (f for f in vivas if f.clase == Clase.OFICIO))
    envio.omitidas |= ya_no
    ambitos = {tuple(ambito) for f in vivas if f.clase == Clase.FIRMA for ambito in f.datos["ambitos"]}
    por_firmar = firmas.lo_que_espera(s, tablas, sorted(ambitos))
    if not por_firmar.total:
        envio.omitidas |= {f.id: mensajes.YA_NO_SE_DEBE for f in vivas if f.clase == Clase.FIRMA}
    vivas = [f for f in vivas if f.clase not in (Clase.FIRMA, Clase.OFICIO)]
    if not vivas and not por_firmar.total and not llegados:
        raise _YaNo(YA_NO)
    rigen = vencimientos.plazos_de(s, mensajes.turnos_de(s, vivas))
    atender = mensajes.por_atender(s, vivas, tomada.persona)
    lugar = redaccion.Lugar(cartero.ajustes.url_publica, reloj.hoy(), rigen, atender, por_firmar)
    # Por un canal no van archivos.
    imprenta = None if tomada.direccion else Imprenta(cartero.ajustes)

    def redactar() -> Carta:
        recibidos = carta_de_oficio.recibidos(imprenta, llegados, lugar.direccion)
        return redaccion.carta(tomada.id, vivas, tablas, lugar, tomada.nombre, recibidos)

    return redactar


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
            _descartar(s, omitidas, reloj.ahora(), en_canales=True)
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
            _descartar(s, omitidas, reloj.ahora(), en_canales=True)


def _descartar(s: Session, motivos: Mapping[int, str], ahora: datetime, *, en_canales: bool) -> None:
    """Anota por qué no se dijo cada cosa; lo que iba para quien se fue, se dice en la vuelta siguiente a quien toca.

    en_canales: si ya se había armado, y por tanto los canales de su unidad ya lo llevan.
    """
    mensajes.descartar(s, motivos)
    huerfanas = [id_ for id_, motivo in motivos.items() if motivo in _DE_QUIEN_SE_FUE]
    hitos.notificar(
        s, mensajes.relevos(s, huerfanas, Organigrama(s), en_canales=en_canales), ahora, reloj.local(ahora).date()
    )
