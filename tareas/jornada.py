"""La jornada: lo que el sistema hace una vez al día, en orden, y lo que hace sin parar.

Cada trabajo es idempotente por sus propias llaves, así que da igual quién lo haga, cuántos motores lo intenten
o dónde muera: la marca de `Jornada` sólo evita volver a mirar. El recuento no lleva marca: se mira siempre,
porque los días inhábiles se publican a cualquier hora. El motor la trabaja por su cuenta y Prefect la
pide a su hora; llaman a lo mismo y el segundo responde «ya estaba hecho». Si el reloj saltó varios días, se
hace una vez lo de hoy: cada trabajo sabe alcanzar lo atrasado.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import col

from modelos import reloj
from modelos.actos.conduccion import ciclos, esperas
from modelos.actos.turnos import tenencia
from modelos.ajustes import Ajustes
from modelos.ciclos.ciclo import Jornada, marcar
from modelos.errores import ErrorGestion
from modelos.sesion import lectura, transaccion
from modelos.tabla import Catalogo
from tareas import recuento
from tareas.avisos import envio, junta, recordatorios, semana, turno_nuevo
from tareas.avisos.cartero import Cartero
from tareas.oficios import acuses, firmas

registro = logging.getLogger(__name__)

LARGO_RESULTADO = 300
NUNCA = 24
"""La hora con que la jornada no se trabaja sola."""


@dataclass(frozen=True)
class ReglasDeJornada:
    """Lo que los ajustes fijan de la jornada; cada valor es el del ajuste de su nombre."""

    acuse_dias: int = 3
    insistencias: int = recordatorios.INSISTENCIAS
    resumen_dia: int = semana.LUNES

    @classmethod
    def de(cls, propios: Ajustes) -> ReglasDeJornada:
        """Las de esta instancia."""
        return cls(propios.acuse_dias, propios.insistencias, propios.resumen_dia)


@dataclass(frozen=True)
class TrabajoHecho:
    """Lo que dejó un trabajo; completo: falso si hay que volver a hacerlo hoy mismo. `fresco`: se hizo ahora."""

    resultado: str
    completo: bool = True
    fresco: bool = True


class JornadaIncompleta(ErrorGestion):
    """Algún trabajo del día falló; los demás se hicieron y ése se vuelve a intentar."""

    titulo = "Jornada incompleta"

    def __init__(self, trabajos: dict[str, str]) -> None:
        super().__init__(dict(trabajos))
        self.trabajos = dict(trabajos)

    def __str__(self) -> str:
        faltan = "; ".join(f"{trabajo}: {motivo}" for trabajo, motivo in self.trabajos.items())
        return f"No se terminó la jornada ({faltan}). El motor lo vuelve a intentar."


def _soltar(url: str, tablas: Catalogo, _hoy: date, _reglas: ReglasDeJornada) -> TrabajoHecho:
    return TrabajoHecho(str(tenencia.soltar_pendientes(url, tablas)))


def _completar_avisos(url: str, _tablas: Catalogo, _hoy: date, _reglas: ReglasDeJornada) -> TrabajoHecho:
    return TrabajoHecho(f"{turno_nuevo.completar(url)} turnos que nadie de a quienes toca sabía.")


def _abrir(url: str, tablas: Catalogo, hoy: date, _reglas: ReglasDeJornada) -> TrabajoHecho:
    return TrabajoHecho(str(ciclos.abrir_pendientes(url, tablas, hoy)))


def _cerrar_esperas(url: str, tablas: Catalogo, hoy: date, _reglas: ReglasDeJornada) -> TrabajoHecho:
    return TrabajoHecho(str(esperas.cerrar_vencidas(url, tablas, hoy)))


def _recontar(url: str, _tablas: Catalogo, _hoy: date, _reglas: ReglasDeJornada) -> TrabajoHecho:
    hecho = recuento.recontar_pendientes(url)
    return TrabajoHecho(f"{hecho.recontados} plazos recontados.", hecho.terminado)


def _recordar(url: str, _tablas: Catalogo, hoy: date, reglas: ReglasDeJornada) -> TrabajoHecho:
    # El de la semana, antes de que el día se dé por visto: así va en el mismo mensaje.
    de_la_semana = semana.resumir(url, hoy, reglas.resumen_dia, reglas.insistencias)
    resumen = recordatorios.barrer(url, hoy, insistencias=reglas.insistencias)
    return TrabajoHecho("; ".join(filter(None, (str(resumen), str(de_la_semana)))) + ".", resumen.completo)


def _recordar_acuses(url: str, _tablas: Catalogo, hoy: date, reglas: ReglasDeJornada) -> TrabajoHecho:
    # Lo que no se pudo contar se dice y se vuelve a mirar mañana: sin el año publicado, insistir hoy no cambia nada.
    return TrabajoHecho(str(acuses.recordar_pendientes(url, hoy, reglas.acuse_dias)))


def _avisar_firmas(url: str, _tablas: Catalogo, hoy: date, _reglas: ReglasDeJornada) -> TrabajoHecho:
    personas = firmas.avisar(url, hoy)
    return TrabajoHecho(f"{personas} {'persona tiene' if personas == 1 else 'personas tienen'} oficios por firmar.")


RECUENTO, FIRMAS, RECORDATORIOS, ACUSES = "recuento", "firmas", "recordatorios", "acuses"
TENENCIA, AVISOS = "tenencia", "avisos"
POR_OMISION = ReglasDeJornada()
TRABAJOS: dict[str, Callable[[str, Catalogo, date, ReglasDeJornada], TrabajoHecho]] = {
    TENENCIA: _soltar,
    ciclos.TRABAJO: _abrir,
    RECUENTO: _recontar,
    "esperas": _cerrar_esperas,
    AVISOS: _completar_avisos,
    FIRMAS: _avisar_firmas,
    ACUSES: _recordar_acuses,
    RECORDATORIOS: _recordar,
}
"""En el orden en que se hacen: lo que se suelta, se abre, se recuenta o se cierra hoy ya cuenta para recordar.

Lo que falta firmar o acusar se avisa antes de los recordatorios, que son los que dejan salir el resumen del día.
"""


def trabajar(
    url: str,
    tablas: Catalogo,
    ahora: datetime,
    hora: int,
    cuales: Collection[str] = tuple(TRABAJOS),
    reglas: ReglasDeJornada = POR_OMISION,
) -> dict[str, TrabajoHecho]:
    """Hace lo de hoy que falte y devuelve qué fue de cada trabajo; vacío si aún no es hora.

    Recibe:
        hora: desde qué hora del centro se trabaja, 0 a 23; 24: nunca. El recuento no la espera.
        cuales: de `TRABAJOS`.

    Lanza:
        JornadaIncompleta: alguno falló; los demás se hicieron.
        BaseInaccesible: la base no responde.
    """
    local = reloj.local(ahora)
    hoy = local.date()
    previas = _previas(url, hoy)
    resultados: dict[str, TrabajoHecho] = {}
    fallas: dict[str, str] = {}
    for trabajo in _de_esta_hora(cuales, local.hour, hora):
        if trabajo in previas:
            resultados[trabajo] = TrabajoHecho(previas[trabajo], fresco=False)
            continue
        try:
            hecho = TRABAJOS[trabajo](url, tablas, hoy, reglas)
        except Exception as error:  # noqa: BLE001 - que uno falle no deja sin hacer a los demás
            fallas[trabajo] = _por_que_fallo(error)
            registro.warning("jornada del %s: %s: %s", hoy, trabajo, fallas[trabajo])
            registro.debug("detalle", exc_info=error)
            continue
        if trabajo != RECUENTO:  # lo dice su publicación
            resultados[trabajo] = hecho
            _anotar(url, trabajo, hoy, ahora, hecho)
    if fallas:
        raise JornadaIncompleta(fallas)
    return resultados


def repartir(url: str, tablas: Catalogo, ahora: datetime, motor: str, cartero: Cartero) -> int:
    """Junta lo que ya debe salir y envía una tanda; devuelve cuántas entregas tomó, 0 si no queda nada.

    Puede tardar lo que tarde el correo: quien llama no debe tener a nadie esperando.
    """
    hoy = reloj.local(ahora).date()
    barrido = RECORDATORIOS in _previas(url, hoy)
    junta.juntar(url, ahora, barrido_terminado=barrido)
    # Antes del barrido de hoy no se sabe si el resumen de hoy llevará lo de uno anterior que no salió.
    habra = not barrido and cartero.ajustes.jornada_hora != NUNCA
    return envio.enviar(url, tablas, cartero, motor, esperan=envio.atrasados(url, hoy) if habra else ())


def _previas(url: str, dia: date) -> dict[str, str]:
    """Los trabajos ya terminados ese día, con su resultado."""
    with lectura(url) as s:
        hechas = select(col(Jornada.trabajo), col(Jornada.resultado)).where(col(Jornada.dia) == dia)
        return dict(s.execute(hechas).all())


def _de_esta_hora(cuales: Collection[str], son: int, hora: int) -> list[str]:
    """Los pedidos que ya se pueden hacer, en orden: antes de su hora, sólo el recuento."""
    return [trabajo for trabajo in TRABAJOS if trabajo in cuales and (trabajo == RECUENTO or son >= hora)]


def _por_que_fallo(error: Exception) -> str:
    """Sólo se guarda un mensaje nuestro: el de una biblioteca puede traer datos de personas."""
    return str(error) if isinstance(error, ErrorGestion) else type(error).__name__


def _anotar(url: str, trabajo: str, dia: date, ahora: datetime, hecho: TrabajoHecho) -> None:
    if hecho.completo:
        with transaccion(url) as s:
            marcar(s, trabajo, dia, ahora, hecho.resultado[:LARGO_RESULTADO])
    registro.info("jornada del %s: %s: %s", dia, trabajo, hecho.resultado)
