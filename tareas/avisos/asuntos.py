"""El asunto de un mensaje: qué, para cuándo y de qué expediente, de lo más urgente; y cuánto más trae.

Aparte de la carta porque también se dice antes de escribirla, cuando sólo se sabe qué lleva.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from modelos.calendario import fecha_breve
from modelos.expedientes.notificacion import ClaseDeNotificacion

LARGO_QUE = 90


class Tema(Enum):
    """De qué trata lo que se dice, en el orden en que importa."""

    DEBIDO = auto()
    FIRMA = auto()
    OFICIO = auto()
    MENCION = auto()


@dataclass(frozen=True)
class Parte:
    """De una cosa que se dice, lo que basta para el asunto. ajena: la debe otro y ésta es para seguimiento.

    que: lo que se debe, en pocas palabras, o cómo se llama el oficio; vacío si aún no se sabe. mencion: no se debe
    nada; le nombraron en un comentario. recuerda: alguien pidió recordárselo, o falta que acuse el oficio. semanal: va
    en el resumen de la semana. por_firmar: cuántos oficios esperan su firma, si de eso se avisa.
    """

    clase: str
    folio: str
    vence: date | None
    conservador: date | None
    ajena: bool = False
    mencion: bool = False
    recuerda: bool = False
    semanal: bool = False
    que: str = ""
    por_firmar: int = 0

    @property
    def urgencia(self) -> tuple[int, date, str]:
        """Con qué se ordena: primero lo propio y lo que vence antes; lo que no vence, al final."""
        return (2 if self.mencion else int(self.ajena), self.conservador or date.max, self.folio)

    @property
    def tema(self) -> Tema:
        """De qué trata."""
        if self.por_firmar:
            return Tema.FIRMA
        if self.mencion:
            return Tema.MENCION
        return Tema.OFICIO if self.clase == ClaseDeNotificacion.OFICIO else Tema.DEBIDO


@dataclass(frozen=True)
class _Dicho:
    """Un tema en palabras: como lo principal del asunto, y como lo que acompaña a otro."""

    principal: str
    ademas: Sequence[str] = ()


def asunto(partes: Sequence[Parte], hoy: date) -> str:
    """Lo más urgente, por entero; de lo demás, cuánto es. De lo capturado sólo lleva el asunto de un oficio.

    partes: al menos una; de cada oficio recibido, una.
    """
    por_tema = {tema: [p for p in partes if p.tema is tema] for tema in Tema}
    principal, *otros = [_dicho(tema, suyas, hoy) for tema, suyas in por_tema.items() if suyas]
    ademas = [dicho for otro in otros for dicho in otro.ademas]
    return f"{principal.principal}; además, {_enumerados(ademas)}" if ademas else principal.principal


def esperan_firma(cuantos: int) -> str:
    """«1 oficio espera su firma», «3 oficios esperan su firma»."""
    return "1 oficio espera su firma" if cuantos == 1 else f"{cuantos} oficios esperan su firma"


def recorte(texto: str) -> str:
    """Sin punto final y en lo que cabe en un asunto, cortado en una palabra."""
    limpio = texto.strip().rstrip(".")
    return limpio if len(limpio) <= LARGO_QUE else limpio[:LARGO_QUE].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _dicho(tema: Tema, partes: Sequence[Parte], hoy: date) -> _Dicho:
    match tema:
        case Tema.DEBIDO:
            return _Dicho(_de_debidas(partes, hoy))
        case Tema.FIRMA:
            parte = max(partes, key=lambda p: p.por_firmar)
            return _Dicho(_de_firma(parte, hoy), [esperan_firma(parte.por_firmar)])
        case Tema.OFICIO:
            oficios = sorted(partes, key=lambda p: not p.recuerda)
            return _Dicho(_de_oficios(oficios), _recibidos(oficios))
        case Tema.MENCION:
            return _Dicho(_de_menciones(partes), [f"le mencionaron en {_donde(partes)}"])


def _de_debidas(partes: Sequence[Parte], hoy: date) -> str:
    primera = min(partes, key=lambda p: p.urgencia)
    ajenas = sum(p.ajena for p in partes)
    otras = len(partes) - ajenas - (not primera.ajena)
    de_seguimiento = ajenas - primera.ajena
    mas = [f"{otras} pendiente{'s' * (otras > 1)} más"] if otras else []
    mas += [f"{de_seguimiento}{' más' * primera.ajena} de seguimiento"] if de_seguimiento else []
    cola = f", y {' y '.join(mas)}" if mas else ""
    antes = "Resumen semanal. " if all(p.semanal for p in partes) else "Se le recuerda. " * primera.recuerda
    antes += "Para su seguimiento: " * primera.ajena
    return f"{antes}{recorte(primera.que) or 'Tiene un turno'}: {_para_cuando(primera, hoy)} ({primera.folio}){cola}"


def _de_firma(parte: Parte, hoy: date) -> str:
    cuando = f": {_para_cuando(parte, hoy, 'firme')}" if parte.vence else ""
    return f"Espera su firma {recorte(parte.que) or 'un oficio'}{cuando} ({parte.folio}){_y_mas(parte.por_firmar - 1)}"


def _de_oficios(oficios: Sequence[Parte]) -> str:
    primero = oficios[0]
    antes = "Falta su acuse de recibido. " * primero.recuerda
    return f"{antes}{recorte(primero.que) or 'Recibió un oficio'} ({primero.folio}){_y_mas(len(oficios) - 1)}"


def _recibidos(oficios: Sequence[Parte]) -> list[str]:
    faltan = sum(p.recuerda for p in oficios)
    llegaron = len(oficios) - faltan
    dichos = [f"recibió {_oficios(llegaron)}"] if llegaron else []
    return dichos + ([f"falta su acuse de {_oficios(faltan)}"] if faltan else [])


def _de_menciones(menciones: Sequence[Parte]) -> str:
    de = f" ({menciones[0].folio})" if len({p.folio for p in menciones}) == 1 else ""
    return f"Le mencionaron en {_donde(menciones)}{de}"


def _donde(menciones: Sequence[Parte]) -> str:
    return "un comentario" if len(menciones) == 1 else f"{len(menciones)} comentarios"


def _oficios(cuantos: int) -> str:
    return f"{cuantos} oficio{'s' * (cuantos > 1)}"


def _y_mas(cuantos: int) -> str:
    return f", y {_oficios(cuantos)} más" if cuantos else ""


def _enumerados(dichos: Sequence[str]) -> str:
    *primeros, ultimo = dichos
    return f"{', '.join(primeros)} y {ultimo}" if primeros else ultimo


def _para_cuando(parte: Parte, hoy: date, haga: str = "responda") -> str:
    """Qué hacer y para cuándo, en el asunto."""
    if parte.vence is None:
        return "sigue sin atenderse" if parte.ajena else "espera su respuesta"
    dia = fecha_breve(parte.vence, hoy)
    if parte.ajena:
        return f"venció el {dia}" if parte.vence < hoy else f"vence el {dia}"
    if parte.vence < hoy:
        return f"venció el {dia}; {haga} ya"
    return f"{haga} hoy" if parte.vence == hoy else f"{haga} antes del {dia}"
