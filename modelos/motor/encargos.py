"""La cola de efectos entre la API, que los anota, y el motor, que los cumple.

Un encargo pasa por tres marcas: `hecho` (el efecto ya está en nuestra base, en la
misma transacción que lo produjo), `mostrado` (su tarea corrió en Prefect, que se
entera por eventos y puede perderlos, o se le dejó dicha) y `registrado` (su servidor
la muestra terminada). Un proceso puede morir entre dos de ellas: lo hecho no se
repite, y lo mostrado que no llegó a verse se deja dicho con el mismo identificador.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos.expedientes.expediente import Encargo, Expediente, en_cuarentena
from modelos.motor.latido import pulso
from modelos.motor.reservas import Reserva, ajena
from modelos.reloj import iso

VER_S = 20.0
"""Lo que se da a una tarea mostrada para que se vea terminada en Prefect, antes de dejarla dicha."""


# Las columnas, con el tipo que les conoce SQLAlchemy.
_folio, _asiento, _efecto = col(Encargo.folio), col(Encargo.asiento), col(Encargo.efecto)
_hecho, _mostrado, _proximo = col(Encargo.hecho), col(Encargo.mostrado), col(Encargo.proximo)
_intentos = col(Encargo.intentos)
_sin_registrar = col(Encargo.registrado).is_(None)
# Lo que está en cuarentena no gasta intentos: sigue donde iba cuando sale de ella.
_sin_reserva = ~exists().where(col(Reserva.folio) == _folio)
_actuable = _folio.not_in(en_cuarentena())


def id_tarea(corrida: UUID, encargo: Encargo) -> UUID:
    """Identificador de la tarea de un encargo en su corrida: repetirla no crea otra."""
    return uuid5(corrida, f"{encargo.asiento}/{encargo.efecto}")


def clave_corrida(expediente: Expediente) -> str:
    """Clave con que se pide crear la corrida: pedirla dos veces da la misma.

    Lleva el instante de apertura porque dos instancias pueden compartir un Prefect y repetir folios.
    """
    return f"{expediente.folio}/{iso(expediente.abierto)}"


def folios_por_conducir(s: Session, max_intentos: int, limite: int = 100) -> list[str]:
    """Folios con algo que hacer o que mostrar, el más antiguo primero; sin los que ya conduce un motor."""
    por_hacer = _hecho.is_(None) & (_intentos < max_intentos) & (_proximo <= pulso())
    por_mostrar = _hecho.is_not(None) & (_mostrado.is_(None) | (_mostrado < pulso() - VER_S))
    consulta = (
        select(_folio)
        .where(_sin_registrar, por_hacer | por_mostrar, ~ajena(_folio), _actuable)
        .group_by(_folio)
        .order_by(func.min(_proximo), _folio)
        .limit(limite)
    )
    return list(s.scalars(consulta))


def por_mostrar(s: Session, folio: str) -> list[Encargo]:
    """Los encargos del folio que faltan en la corrida, en el orden en que se asentaron; también los incidentes."""
    consulta = select(Encargo).where(
        _folio == folio, _sin_registrar, _hecho.is_(None) | _mostrado.is_(None) | (_mostrado < pulso() - VER_S)
    )
    return list(s.scalars(consulta.order_by(_asiento, _efecto)))


def por_ver(s: Session, limite: int = 200) -> dict[UUID, Encargo]:
    """Encargos mostrados cuya tarea falta ver terminada en Prefect, por el identificador de su tarea.

    Sin los de un expediente que un motor lleva o va a llevar: si se registraran mientras los corre y muere a la mitad,
    nadie los terminaría en Prefect.
    """
    consulta = (
        select(Encargo, col(Expediente.corrida))
        .join(Expediente, col(Expediente.folio) == Encargo.folio)
        .where(_sin_registrar, _hecho.is_not(None), _mostrado.is_not(None), _sin_reserva)
        .where(col(Expediente.corrida).is_not(None))
        .order_by(_mostrado)
        .limit(limite)
    )
    return {id_tarea(UUID(corrida), encargo): encargo for encargo, corrida in s.execute(consulta)}


def sin_prefect(s: Session, paciencia_s: float, max_intentos: int, limite: int) -> list[Encargo]:
    """Efectos por hacer desde hace `paciencia_s` segundos: los que ya no deben esperar a que Prefect los corra."""
    consulta = select(Encargo).where(
        _sin_registrar, _hecho.is_(None), _intentos < max_intentos, _proximo <= pulso() - paciencia_s, _actuable
    )
    return list(s.scalars(consulta.order_by(_proximo, _folio, _asiento).limit(limite)))


def atraso(s: Session, max_intentos: int) -> float | None:
    """Cuántos segundos lleva lo más viejo que aún no se ve en Prefect; None si no falta nada.

    No cuenta los incidentes, que esperan a una persona, ni lo que se lleve esperando su siguiente intento.
    """
    viejo = s.scalar(select(func.min(_proximo)).where(_sin_registrar, _hecho.is_not(None) | (_intentos < max_intentos)))
    return None if viejo is None else max(0.0, pulso() - viejo)


def bloquear_encargo(s: Session, folio: str, asiento: int, efecto: str) -> Encargo:
    """El encargo, reservado: dos motores no pueden estar cumpliéndolo a la vez."""
    return s.get_one(Encargo, (folio, asiento, efecto), with_for_update=True)


def fallar(s: Session, encargo: Encargo, error: str, max_intentos: int) -> bool:
    """Cuenta un intento fallido; devuelve si con éste quedó como incidente.

    El siguiente intento espera el doble que el anterior, empezando en dos segundos.
    """
    guardado = bloquear_encargo(s, encargo.folio, encargo.asiento, encargo.efecto)
    guardado.intentos += 1
    guardado.error = error[:2000]
    guardado.proximo = pulso() + 2.0**guardado.intentos
    agotado = guardado.intentos >= max_intentos
    if agotado:
        s.execute(update(Expediente).where(col(Expediente.folio) == encargo.folio).values(detenido=True))
    return agotado


def registrar(s: Session, encargos: Sequence[Encargo], ahora: datetime) -> None:
    """Marca los que Prefect ya muestra terminados; menos los que entre tanto alguien volvió a llevar."""
    for encargo in encargos:
        marcar = update(Encargo).where(_folio == encargo.folio, _asiento == encargo.asiento, _efecto == encargo.efecto)
        s.execute(marcar.where(_sin_reserva).values(registrado=ahora), execution_options={"synchronize_session": False})


def registrar_propio(s: Session, encargo: Encargo, ahora: datetime) -> None:
    """Marca el que se acaba de dejar terminado en Prefect; quien lo pide lleva el expediente."""
    guardado = bloquear_encargo(s, encargo.folio, encargo.asiento, encargo.efecto)
    guardado.mostrado, guardado.registrado = guardado.mostrado or pulso(), ahora


def incidentes(s: Session, folio: str | None, max_intentos: int) -> list[Encargo]:
    """Encargos que agotaron sus intentos: esperan a que alguien los reintente."""
    consulta = select(Encargo).where(_hecho.is_(None), _intentos >= max_intentos)
    if folio is not None:
        consulta = consulta.where(_folio == folio)
    return list(s.scalars(consulta.order_by(_folio, _asiento, _efecto).limit(200)))


def anotar_corrida(s: Session, folio: str, corrida: UUID) -> None:
    """Recuerda qué corrida de Prefect conduce el expediente; no es un hecho de su historia."""
    marcar = update(Expediente).where(col(Expediente.folio) == folio).values(corrida=str(corrida))
    s.execute(marcar, execution_options={"synchronize_session": False})
