"""Las reglas de plazo de una tabla, en palabras: las mismas en la API y en las páginas."""

from __future__ import annotations

from typing import Any

from modelos.calendario import MEDIDAS, NOMBRES_MESES, Medida
from modelos.tabla import Tabla
from modelos.tabla.periodo import MESES as LARGOS
from modelos.tabla.periodo import Cada, Ciclo
from modelos.tabla.plazo import DEL_PERIODO, DEL_TURNO, Dias, EnVentana, Hitos, ReglaPlazo

_CADA = {
    Cada.ANUAL: "cada año",
    Cada.SEMESTRAL: "cada semestre",
    Cada.TRIMESTRAL: "cada trimestre",
    Cada.MENSUAL: "cada mes",
}
PERFILES = {
    "A": "LFPA art. 28",
    "B": "LFT art. 74",
    "C": "Calendario Oficial",
    "F": "LFPA art. 28 y Calendario Oficial juntos",
}
"""Qué dice cada perfil de calendario."""


def regla(tabla: Tabla, plazo: ReglaPlazo) -> str:
    """«5 días hábiles desde que se abre el turno»."""
    cuenta = plazo.cuenta
    if isinstance(cuenta, Dias):
        return f"{_cuanto(tabla, cuenta)} {_desde(tabla, cuenta)}"
    if isinstance(cuenta, EnVentana):
        return f"{_ventana(cuenta)}{_de_que_anio(cuenta.anio)}; el límite es su último día hábil"
    return "a más tardar el último día hábil del mes en que termina el periodo"


def ciclo_en_palabras(ciclo: Ciclo) -> str:
    """«Se abre solo cada año, el primer día hábil de abril del año anterior, para cada CE»."""
    para = f", para cada {ciclo.grupo}" if ciclo.grupo else ""
    return f"Se abre solo {_CADA[ciclo.cada]}, el primer día hábil {_mes_del_ciclo(ciclo)}{para}."


def hitos(cuando: Hitos) -> list[str]:
    """Cuándo se recuerda, en palabras y en orden."""
    antes = [hito(f"antes-{n}" if n else "dia") for n in cuando.antes]
    corridos = [hito(f"corridos-{n}") for n in cuando.corridos]
    return [*corridos, *antes, f"vencido, cada {cuando.vencido_cada} días hábiles"]


def hito(clave: str) -> str:
    """Un hito en palabras: «15 días hábiles antes», «el día en que vence», «3 días hábiles vencido»."""
    tipo, _, numero = clave.partition("-")
    if tipo == "dia":
        return "el día en que vence"
    if tipo.partition(".")[0] == "compromiso":
        return "al pasar la fecha compromiso"
    cuantos = f"{numero} {'día hábil' if numero == '1' else 'días hábiles'}"
    palabras = {
        "antes": f"{cuantos} antes",
        "corridos": f"a los {cuantos} {'corrido' if numero == '1' else 'corridos'}",
    }
    return palabras.get(tipo, f"vencido, {numero}.ª insistencia" if tipo == "vencido" and numero else clave)


def medida(nombre: str, cantidad: int) -> str:
    """«5 días hábiles»; vacío si el plazo es una ventana del año."""
    par = MEDIDAS.get(Medida(nombre))
    return f"{cantidad} {par[0] if cantidad == 1 else par[1]}" if par else ""


def campo(tabla: Tabla, nombre: str) -> tuple[str, Any]:
    """El título de un dato capturado y su valor por defecto, si lo tiene."""
    for formulario in (tabla.datos, *(act.formulario for act in tabla.actividades if act.formulario)):
        if nombre in formulario.model_fields:
            info = formulario.model_fields[nombre]
            return info.title or nombre, None if info.is_required() else info.default
    return nombre, None


def _cuanto(tabla: Tabla, cuenta: Dias) -> str:
    if isinstance(cuenta.cantidad, int):
        return medida(cuenta.medida.value, cuenta.cantidad)
    titulo, defecto = campo(tabla, cuenta.cantidad)
    if isinstance(defecto, int):
        return f"{medida(cuenta.medida.value, defecto)} si no se fija otra cosa en «{titulo}»,"
    return f"los {MEDIDAS[cuenta.medida][1]} que diga «{titulo}»,"


def _desde(tabla: Tabla, cuenta: Dias) -> str:
    if cuenta.desde == DEL_TURNO:
        return "desde que se abre"
    if cuenta.desde == DEL_PERIODO:
        return "desde que termina el periodo"
    return f"desde «{campo(tabla, cuenta.desde)[0]}»"


def _ventana(cuenta: EnVentana) -> str:
    primero = NOMBRES_MESES[cuenta.primero - 1]
    if cuenta.quincena:
        return f"en la {'primera' if cuenta.quincena == 1 else 'segunda'} quincena de {primero}"
    if cuenta.ultimo in (None, cuenta.primero):
        return f"en {primero}"
    return f"de {primero} a {NOMBRES_MESES[(cuenta.ultimo or cuenta.primero) - 1]}"


def _de_que_anio(anios: int) -> str:
    if anios == 0:
        return " del año del periodo"
    if abs(anios) == 1:
        return f" del año {'anterior' if anios < 0 else 'siguiente'} al del periodo"
    return f" de {abs(anios)} años {'antes' if anios < 0 else 'después'} del periodo"


def _mes_del_ciclo(ciclo: Ciclo) -> str:
    if ciclo.cada is Cada.ANUAL:
        anios, mes = divmod(ciclo.desfase, 12)
        return f"de {NOMBRES_MESES[mes]}{_de_que_anio(anios)}"
    if ciclo.desfase == 0:
        return "del periodo"
    if ciclo.desfase == LARGOS[ciclo.cada]:
        return "después de que cierra el periodo"
    lugar = abs(ciclo.desfase)
    if ciclo.desfase > 0:
        return f"del mes {lugar + 1} contado desde que empieza el periodo"
    return f"de {lugar} {'mes' if lugar == 1 else 'meses'} antes de que empiece el periodo"
