"""Ventanas: un periodo del año dentro del cual hay que hacer algo.

La meta es el último día hábil *de adentro*; lo que daría el artículo 29 de la LFPA por
caer en inhábil se muestra aparte, como límite con prórroga, y nunca como meta.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from modelos.calendario.errores import PlazoInvalido
from modelos.calendario.fechas import fecha_corta, sumar_meses
from modelos.calendario.habiles import Calendario
from modelos.calendario.perfiles import POR_DEFECTO, Calendarios, publicados
from modelos.calendario.resultado import Computo, Medida


@dataclass(frozen=True, slots=True)
class Ventana:
    """Un periodo, de `inicio` a `fin`, ambos incluidos."""

    inicio: date
    fin: date

    def __post_init__(self) -> None:
        if self.fin < self.inicio:
            raise PlazoInvalido(
                f"la ventana termina el {fecha_corta(self.fin)}, antes de empezar el {fecha_corta(self.inicio)}",
                "Ponga primero la fecha más antigua.",
            )


def meses(anio: int, primero: int, ultimo: int | None = None) -> Ventana:
    """De un mes a otro del mismo año, completos; sin `ultimo`, sólo ése."""
    hasta = primero if ultimo is None else ultimo
    inicio = _dia_uno(anio, primero)
    return Ventana(inicio, sumar_meses(_dia_uno(anio, hasta), 1) - timedelta(1))


def trimestre(anio: int, numero: int) -> Ventana:
    """El trimestre 1 a 4 del año."""
    _entre(numero, 4, "trimestre")
    return meses(anio, numero * 3 - 2, numero * 3)


def semestre(anio: int, numero: int) -> Ventana:
    """El semestre 1 o 2 del año."""
    _entre(numero, 2, "semestre")
    return meses(anio, numero * 6 - 5, numero * 6)


def quincena(anio: int, mes: int, numero: int) -> Ventana:
    """La primera quincena es del 1 al 15; la segunda, del 16 a fin de mes."""
    _entre(numero, 2, "quincena")
    entero = meses(anio, mes)
    return Ventana(entero.inicio, date(anio, mes, 15)) if numero == 1 else Ventana(date(anio, mes, 16), entero.fin)


def computar_ventana(ventana: Ventana, *, perfil: str = POR_DEFECTO, calendarios: Calendarios | None = None) -> Computo:
    """El primer hábil, el límite, el límite con prórroga y el conservador de una ventana.

    Lanza:
        PlazoInvalido: no hay ningún día hábil dentro.
        CalendarioSinPublicar: falta un año, también si sólo lo necesita la prórroga.
    """
    return _computar(ventana, Medida.VENTANA, perfil, calendarios or publicados())


def ultimo_habil(anio: int, mes: int, *, perfil: str = POR_DEFECTO, calendarios: Calendarios | None = None) -> Computo:
    """El último día hábil del mes; es `vence`, y no tiene prórroga."""
    return _computar(meses(anio, mes), Medida.ULTIMO_HABIL, perfil, calendarios or publicados())


def _computar(ventana: Ventana, medida: Medida, perfil: str, calendarios: Calendarios) -> Computo:
    cal = calendarios[perfil]
    por_perfil = {otro.perfil: _limite(otro, ventana) for otro in calendarios.todos}
    vence = por_perfil[perfil]
    return Computo(
        desde=ventana.inicio,
        recibido=ventana.inicio,
        dia_1=cal.siguiente_o_igual(ventana.inicio),
        sin_ajuste=ventana.fin,
        vence=vence,
        conservador=min(por_perfil.values()),
        saltados=cal.inhabiles_entre(vence, ventana.fin),
        perfil=perfil,
        version=calendarios.version,
        por_perfil=por_perfil,
        cantidad=(ventana.fin - ventana.inicio).days + 1,
        medida=medida,
        prorroga=cal.siguiente_o_igual(ventana.fin) if medida is Medida.VENTANA else None,
    )


def _limite(cal: Calendario, ventana: Ventana) -> date:
    cal.indice(ventana.inicio)
    limite = cal.ultimo_entre(ventana.inicio, ventana.fin)
    if limite is None:
        raise PlazoInvalido(
            f"del {fecha_corta(ventana.inicio)} al {fecha_corta(ventana.fin)} no hay ningún día hábil "
            f"en el perfil {cal.perfil}",
            "Cambie la ventana, o habilite un día dentro de ella.",
        )
    return limite


def _dia_uno(anio: int, mes: int) -> date:
    _entre(mes, 12, "mes")
    if not 1 <= anio <= 9998:
        raise PlazoInvalido(f"el año es {anio}", "Escriba el año con cuatro cifras.")
    return date(anio, mes, 1)


def _entre(numero: int, maximo: int, que: str) -> None:
    if not 1 <= numero <= maximo:
        raise PlazoInvalido(f"el número de {que} es {numero}", f"Escriba un número de 1 a {maximo}.")
