"""¿Cuándo vence? Las reglas de cómputo del dominio 03 §3.2, una por una y sin reloj.

Se cuenta con los cuatro perfiles a la vez: el elegido da el vencimiento legal y el menor
de todos, el conservador. Cada perfil parte de su propia recepción, porque lo que en uno
llegó en viernes hábil en otro se tiene por recibido el lunes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from modelos.calendario.errores import AmpliacionExcesiva, PlazoInvalido
from modelos.calendario.fechas import fecha_corta, sumar_meses
from modelos.calendario.habiles import Calendario, DiaInhabil
from modelos.calendario.pausas import Pausa, Suspension, exigir_orden, pausas_de, recortadas
from modelos.calendario.perfiles import POR_DEFECTO, Calendarios, publicados
from modelos.calendario.recepcion import OFICINAS_NACIONALES, Horario, llegada
from modelos.calendario.resultado import Computo, Medida

MAXIMO = 10_000
DE_PLAZO = (Medida.HABILES, Medida.NATURALES, Medida.MESES, Medida.ANIOS)
FUNDAMENTO_SUSPENSION = "LFPA art. 17-A"


@dataclass(frozen=True, slots=True)
class Ampliacion:
    """Días, meses o años de más (los del plazo), con el motivo que la funda."""

    cantidad: int
    motivo: str


def computar(
    desde: date | datetime,
    cantidad: int,
    medida: Medida = Medida.HABILES,
    *,
    perfil: str = POR_DEFECTO,
    calendarios: Calendarios | None = None,
    horario: Horario = OFICINAS_NACIONALES,
    es_recepcion: bool | None = None,
    suspensiones: Sequence[Suspension] = (),
    ampliaciones: Sequence[Ampliacion] = (),
    estricto: bool = True,
) -> Computo:
    """El vencimiento de un plazo, explicado. El día del evento no cuenta.

    Recibe:
        desde: el evento; un instante lleva zona, una fecha sola se entiende en hora hábil.
        calendarios: con los días institucionales de quien recibe; sin ellos, los publicados.
        es_recepcion: si el evento es algo que la oficina recibe (y en día u hora inhábil se tiene por
            recibido el hábil siguiente) o un hecho, como un pago o un cierre de trimestre, que cuenta
            desde su día aunque sea inhábil. Sin decirlo: los naturales corren desde un hecho (así todos
            los del catálogo: PL-50, 52 y 56) y lo demás desde una recepción.
        suspensiones: en orden y sin encimarse.
        estricto: False, para volver a contar lo ya asentado con otro calendario: una suspensión que quedó antes de
            que corriera o encimada se recorta, y si el plazo ya había corrido conserva esa fecha.
        ampliaciones: entre todas, hasta la mitad de `cantidad`.

    Lanza:
        CalendarioSinPublicar: se necesita un año que nadie ha cargado.
        PerfilDesconocido, PlazoInvalido, AmpliacionExcesiva: lo pedido no se puede contar.
    """
    c = calendarios or publicados()
    cal = c[perfil]
    _exigir(cantidad, medida)
    total = cantidad + (_ampliado(cantidad, ampliaciones) if ampliaciones else 0)
    evento = llegada(desde, horario)
    recibe = medida is not Medida.NATURALES if es_recepcion is None else es_recepcion
    recibido = evento.recibido(cal) if recibe else evento.dia
    pausas = pausas_de(cal, suspensiones, horario) if suspensiones else ()
    if pausas and estricto:
        exigir_orden(recibido, pausas)
    pausas = recortadas(recibido, pausas)
    sin_ajuste, vence, _ = _contar(cal, recibido, total, medida, pausas, estricto=estricto)

    por_perfil, corren = {}, []
    for otro in c.todos:
        fecha, agotado = vence, False
        if otro is not cal:
            suyo = evento.recibido(otro) if recibe else evento.dia
            suyas = recortadas(suyo, pausas_de(otro, suspensiones, horario) if suspensiones else ())
            _, fecha, agotado = _contar(otro, suyo, total, medida, suyas)
        por_perfil[otro.perfil] = fecha
        # Bajo esa lectura ya había vencido al suspenderse: de ahí en adelante no hay nada que recordar con ella.
        if not agotado:
            corren.append(fecha)

    habiles = medida is Medida.HABILES
    return Computo(
        desde=evento.momento,
        recibido=recibido,
        dia_1=_contar(cal, recibido, 1, medida, pausas)[1] if habiles else recibido + timedelta(1),
        sin_ajuste=sin_ajuste,
        vence=vence,
        conservador=min(corren),
        saltados=_saltados(cal, recibido if habiles else sin_ajuste - timedelta(1), vence, pausas if habiles else ()),
        perfil=perfil,
        version=c.version,
        por_perfil=por_perfil,
        cantidad=cantidad,
        medida=medida,
        nota=evento.nota(cal) if recibe and recibido != evento.dia else "",
        actos=_actos(cal, pausas, ampliaciones) if pausas or ampliaciones else (),
        motivos=tuple(
            dict.fromkeys(m.strip() for m in (*(p.motivo for p in pausas), *(a.motivo for a in ampliaciones)))
        ),
    )


def duracion(
    inicio: date, cantidad: int, medida: Medida = Medida.ANIOS, *, calendarios: Calendarios | None = None
) -> Computo:
    """Hasta cuándo dura algo, de fecha a fecha y sin ajustar por inhábil: un encargo, una vigencia.

    No depende de perfiles ni de años publicados: nadie tiene que actuar ese día.
    """
    _exigir(cantidad, medida)
    if medida is Medida.HABILES:
        raise PlazoInvalido("una duración no se mide en días hábiles", "Exprésela en días naturales, meses o años.")
    fin = _sumar(inicio, cantidad, medida)
    c = calendarios or publicados()
    iguales = {cal.perfil: fin for cal in c.todos}
    return Computo(inicio, inicio, inicio, fin, fin, fin, (), POR_DEFECTO, c.version, iguales, cantidad, medida)


def transcurridos(
    recibido: date, hasta: date, *, perfil: str = POR_DEFECTO, calendarios: Calendarios | None = None
) -> int:
    """Días hábiles ya corridos al terminar `hasta`; 0 si aún no empieza. Lo que muestra un plazo suspendido."""
    return max(0, (calendarios or publicados())[perfil].contar(recibido, hasta))


def _sumar(dia: date, cantidad: int, medida: Medida) -> date:
    try:
        if medida is Medida.NATURALES:
            return dia + timedelta(cantidad)
        return sumar_meses(dia, cantidad * 12 if medida is Medida.ANIOS else cantidad)
    except (ValueError, OverflowError):
        raise PlazoInvalido("pasa del año 9999", "Revise la fecha y la cantidad.") from None


def _contar(
    cal: Calendario, recibido: date, total: int, medida: Medida, pausas: Sequence[Pausa], *, estricto: bool = False
) -> tuple[date, date, bool]:
    """La fecha sin ajustar, el vencimiento, y si ya había corrido al suspenderse. `estricto`: eso es un error."""
    agotado = False
    if medida is not Medida.HABILES:
        cal.indice(recibido)
        fin = _sumar(recibido, total, medida)
        for pausa in pausas:
            if pausa.desde >= fin:
                _vencido(pausa, fin, estricto=estricto)
                agotado = True
                break
            fin += pausa.hasta - pausa.desde
        return fin, cal.siguiente_o_igual(fin), agotado
    corre, faltan = recibido, total
    for pausa in pausas:
        corridos = max(0, cal.contar(corre, pausa.desde))
        if corridos >= faltan:
            _vencido(pausa, cal.sumar(corre, faltan), estricto=estricto)
            agotado = True
            break
        corre, faltan = max(corre, pausa.hasta), faltan - corridos
    vence = cal.sumar(corre, faltan)
    return vence, vence, agotado


def _vencido(pausa: Pausa, fin: date, *, estricto: bool) -> None:
    """En el perfil elegido es un error; en los otros, bajo esa lectura simplemente ya había vencido."""
    if estricto:
        raise PlazoInvalido(
            f"la suspensión del {fecha_corta(pausa.desde)} llega cuando ya había corrido (hasta el {fecha_corta(fin)})",
            "Revise la fecha: sólo se suspende un plazo que sigue corriendo.",
        )


def _saltados(cal: Calendario, desde: date, vence: date, pausas: Sequence[Pausa]) -> tuple[DiaInhabil, ...]:
    saltados = cal.inhabiles_entre(desde, vence)
    if not pausas:
        return saltados
    parados = [
        DiaInhabil(dia, f"plazo suspendido: {pausa.motivo.strip()}", FUNDAMENTO_SUSPENSION)
        for pausa in pausas
        for dia in cal.habiles_entre(pausa.desde, pausa.hasta)
    ]
    return tuple(sorted((*saltados, *parados), key=lambda dia: dia.fecha))


def _exigir(cantidad: int, medida: Medida) -> None:
    if medida not in DE_PLAZO:
        raise PlazoInvalido(f"«{medida}» no es una medida de plazo", "Use habiles, naturales, meses o anios.")
    if not 1 <= cantidad <= MAXIMO:
        raise PlazoInvalido(f"la cantidad es {cantidad}", f"Escriba un entero de 1 a {MAXIMO}.")


def _ampliado(cantidad: int, ampliaciones: Sequence[Ampliacion]) -> int:
    for ampliacion in ampliaciones:
        if ampliacion.cantidad < 1:
            raise PlazoInvalido(f"la ampliación es de {ampliacion.cantidad}", "Escriba cuánto se amplía, 1 o más.")
        if not ampliacion.motivo.strip():
            raise PlazoInvalido("la ampliación no dice su motivo", "Funde la ampliación; sin motivo no procede.")
    pedida, tope = sum(a.cantidad for a in ampliaciones), cantidad // 2
    if pedida > tope:
        ultima = ampliaciones[-1].cantidad
        raise AmpliacionExcesiva(ultima, cantidad, tope, pedida - ultima)
    return pedida


def _actos(cal: Calendario, pausas: Sequence[Pausa], ampliaciones: Sequence[Ampliacion]) -> tuple[str, ...]:
    """Lo que alguien hizo con el plazo, para la explicación."""
    parado = (
        f"suspendido el {fecha_corta(p.desde)} y reanudado el {fecha_corta(cal.sumar(p.hasta, 1))} ({p.motivo.strip()})"
        for p in pausas
    )
    return (*(f"ampliado en {a.cantidad} ({a.motivo.strip()})" for a in ampliaciones), *parado)
