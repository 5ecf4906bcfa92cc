"""Un efecto se da por registrado cuando Prefect lo muestra terminado y nadie puede estar mostrándolo otra vez."""

from __future__ import annotations

from sqlalchemy import select, update

from modelos import reloj
from modelos.expedientes.expediente import Encargo, Expediente
from modelos.motor import encargos, reservas
from modelos.motor.latido import pulso
from modelos.sesion import transaccion
from tests.accesorios.fabricas import Instancia

CORRIDA = "11111111-1111-4111-8111-111111111111"


def test_lo_que_un_motor_lleva_todavia_no_se_da_por_registrado(instancia: Instancia) -> None:
    """Si muere a la mitad de mostrarlo, la tarea se quedaría corriendo en Prefect y nadie la volvería a ver."""
    folio = instancia.iniciar("seguimiento")
    instancia.cumplir_encargos()
    with transaccion(instancia.url) as s:
        s.execute(update(Expediente).values(corrida=CORRIDA))
        s.execute(update(Encargo).values(mostrado=pulso(), registrado=None))
        vistos = list(encargos.por_ver(s).values())
        assert vistos

        assert reservas.reservar(s, [folio], "m") == [folio]  # entre que se vio y se anota, alguien lo tomó
        assert encargos.por_ver(s) == {}
        encargos.registrar(s, vistos, reloj.ahora())
        assert {e.registrado for e in s.scalars(select(Encargo))} == {None}

        reservas.liberar(s, [folio], "m")
        encargos.registrar(s, list(encargos.por_ver(s).values()), reloj.ahora())
        assert None not in set(s.scalars(select(Encargo.registrado)))  # type: ignore[call-overload]


def test_lo_mostrado_hace_rato_tambien_se_mira(instancia_sqlite: Instancia) -> None:
    """Conducir un expediente puede tardar más de lo que se da a una tarea para verse: lo visto, visto está."""
    instancia_sqlite.iniciar("seguimiento")
    instancia_sqlite.cumplir_encargos()
    with transaccion(instancia_sqlite.url) as s:
        s.execute(update(Expediente).values(corrida=CORRIDA))
        s.execute(update(Encargo).values(mostrado=pulso() - 10 * encargos.VER_S, registrado=None))
        assert encargos.por_ver(s)
