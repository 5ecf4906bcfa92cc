"""«¿Avanza?»: cada cosa vigilada, rota a propósito, se ve en `/salud` con su causa y qué hacer."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from api.v1 import salud as puerta
from flujos.catalogo import CATALOGO
from modelos import reloj, sesion
from modelos.ajustes import Ajustes
from modelos.avisos.entrega import Entrega
from modelos.ciclos.ciclo import DIARIOS, Jornada, marcar
from modelos.comprobacion import salud
from modelos.expedientes.expediente import Encargo
from modelos.motor import latido, senales
from modelos.motor.latido import Latido
from modelos.motor.senales import Senal
from tareas import jornada
from tests.accesorios.fabricas import Cliente, Instancia, servida

A_MEDIA_JORNADA = "2026-05-15T11:00:00-06:00"
SANO: dict[str, Any] = {"obrero": True, "sin_programar": [], "programadas": 30, "atrasadas": 0, "errores": []}


def _anotar(que: str = senales.PREFECT, **datos: object) -> Callable[[Session], None]:
    return lambda s: senales.anotar(s, que, **{**SANO, **datos})


def _viejo(clave: str, segundos: float) -> Callable[[Session], None]:
    de_esa = update(Senal).where(col(Senal.clave) == clave)
    return lambda s: _ejecutar(s, de_esa.values(visto=latido.pulso() - segundos))


def _ejecutar(s: Session, orden: Any) -> None:
    s.execute(orden, execution_options={"synchronize_session": False})


def _sin_marca(trabajo: str) -> Callable[[Session], None]:
    return lambda s: _ejecutar(s, delete(Jornada).where(col(Jornada.trabajo) == trabajo))


def _entregas(estado: str, en_s: float, intentos: int, *personas: int) -> Callable[[Session], None]:
    """Una para cada persona, a la que le toca otro intento dentro de esos segundos."""

    def poner(s: Session) -> None:
        for persona in personas:
            fila: dict[str, Any] = {"estado": estado, "proximo": latido.pulso() + en_s, "intentos": intentos}
            s.add(
                Entrega(
                    id=str(uuid4()), persona_id=persona, notificaciones=[], asunto="x", creada=reloj.ahora(), **fila
                )
            )

    return poner


@pytest.fixture
def sana(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> Instancia:
    """Una instancia en que todo avanza: motor de hace horas, Prefect programando, jornada hecha."""
    monkeypatch.setenv("DSTC_RELOJ", A_MEDIA_JORNADA)
    folio = instancia.iniciar("seguimiento")
    instancia.cumplir_encargos()
    with sesion.transaccion(instancia.url) as s:
        latido.latir(s, "un-motor", prefect=True)
        _ejecutar(s, update(Latido).values(desde=latido.pulso() - 90_000))
        for clave in (senales.PREFECT, senales.CONCILIACION, senales.CONCILIACION_PREFECT):
            _anotar(clave)(s)
        for trabajo in DIARIOS:
            marcar(s, trabajo, reloj.hoy(), reloj.ahora(), "hecho")
        _ejecutar(s, update(Encargo).where(col(Encargo.folio) == folio).values(proximo=latido.pulso()))
    return instancia


def _romper(instancia: Instancia, como: Callable[[Session], None]) -> dict[str, Any]:
    with sesion.transaccion(instancia.url) as s:
        como(s)
    return puerta.mirar(instancia.ajustes)


def test_si_todo_avanza_dice_bien_y_con_que_cifras(sana: Instancia) -> None:
    dicha = puerta.mirar(sana.ajustes)
    assert (dicha["estado"], dicha["causas"]) == ("bien", [])
    assert dicha["detalle"]["ultimo_barrido"] == "2026-05-15T17:00:00.000000Z"
    assert dicha["detalle"]["programadas"] == 30


ROTURAS: dict[str, tuple[Callable[[Session], None], str, str]] = {
    "motor muerto": (
        lambda s: _ejecutar(s, update(Latido).values(visto=latido.pulso() - 60)),
        "motor",
        "No hay ningún motor en marcha",
    ),
    "Prefect caído": (lambda s: _ejecutar(s, update(Latido).values(prefect=False)), "prefect", "no responde"),
    "efecto atorado": (
        lambda s: _ejecutar(s, update(Encargo).values(proximo=latido.pulso() - 3 * 3600)),
        "encargos",
        "lleva 3 h",
    ),
    "obrero muerto": (_anotar(obrero=False), "obrero", "ningún obrero en línea"),
    "no programa": (_anotar(sin_programar=["conciliacion"]), "programacion", "ninguna corrida de: conciliacion"),
    "atrasadas": (_anotar(atrasadas=7), "programacion", "ya debían haber empezado: 7"),
    "servidor que falla": (
        _anotar(errores=[{"donde": "prefect.server.services.scheduler", "clase": "UnevaluatableError", "veces": 12}]),
        "errores_prefect",
        "falló 12 veces en la última hora: UnevaluatableError",
    ),
    "sin conciliar": (_viejo(senales.CONCILIACION, 3 * 3600), "conciliacion", "terminó hace 3 h"),
    "la concilia el motor": (_viejo(senales.CONCILIACION_PREFECT, 5000), "conciliacion", "las hace el motor"),
    **{f"sin {trabajo}": (_sin_marca(trabajo), "jornada", que) for trabajo, que in DIARIOS.items()},
    "correo detenido": (_entregas("pendiente", -3 * 3600, 0, 1), "correo", "el más viejo lleva 3 h"),
    "correo que falla": (_entregas("pendiente", 300, 2, 2, 3), "correo", "no les está llegando su correo: 2"),
    "correo agotado": (_entregas("fallida", -3600, 6, 2, 3), "correo", "no les está llegando su correo: 2"),
}


@pytest.mark.parametrize("rotura", list(ROTURAS))
def test_lo_que_deja_de_avanzar_se_dice_con_que_hacer(sana: Instancia, rotura: str) -> None:
    romper, vigilado, texto = ROTURAS[rotura]
    dicha = _romper(sana, romper)
    assert dicha["estado"] == "degradado"
    (causa,) = [c for c in dicha["causas"] if c["vigilado"] == vigilado]
    assert texto in causa["que"]
    assert len(causa["haga"]) > 20


def test_lo_de_cada_dia_es_lo_que_la_jornada_trabaja() -> None:
    """El recuento no lleva marca: se mira siempre."""
    assert list(DIARIOS) == [trabajo for trabajo in jornada.TRABAJOS if trabajo != jornada.RECUENTO]


def test_lo_que_la_jornada_trabaja_de_verdad_basta_para_estar_bien(sana: Instancia) -> None:
    with sesion.transaccion(sana.url) as s:
        _ejecutar(s, delete(Jornada))
    assert "jornada" in [c["vigilado"] for c in puerta.mirar(sana.ajustes)["causas"]]
    jornada.trabajar(sana.url, CATALOGO, reloj.ahora(), sana.ajustes.jornada_hora)
    assert "jornada" not in [c["vigilado"] for c in puerta.mirar(sana.ajustes)["causas"]]


NO_ES_EL_CORREO: dict[str, list[Callable[[Session], None]]] = {
    "buzones que rechazan": [_entregas("fallida", 0, 1, 1, 2, 3)],
    "un buzón lleno": [_entregas("pendiente", 60, 4, 1)],
    "de hace días": [_entregas("fallida", -2 * 86_400, 6, 1, 2)],
    "se están enviando": [
        _entregas("pendiente", -3600, 0, 1, 2),
        lambda s: _ejecutar(s, update(Entrega).values(motor="un-motor", tomada=latido.pulso())),
    ],
    "un motor recién llegado": [
        _entregas("pendiente", -3600, 0, 1),
        lambda s: _ejecutar(s, update(Latido).values(desde=latido.pulso() - 10)),
    ],
}


@pytest.mark.parametrize("caso", list(NO_ES_EL_CORREO))
def test_lo_que_no_es_que_el_correo_no_salga(sana: Instancia, caso: str) -> None:
    """Se ve en «Mensajes», y no alarma."""

    def todo(s: Session) -> None:
        for parte in NO_ES_EL_CORREO[caso]:
            parte(s)
            s.flush()

    assert "correo" not in [c["vigilado"] for c in _romper(sana, todo)["causas"]]


def test_un_error_suelto_de_prefect_se_cuenta_y_no_alarma(sana: Instancia) -> None:
    dicha = _romper(sana, _anotar(errores=[{"donde": "x", "clase": "OperationalError", "veces": 2}]))
    assert (dicha["estado"], dicha["detalle"]["errores_prefect_hora"]) == ("bien", 2)


def test_otro_programa_en_el_puerto_de_prefect_se_nombra(sana: Instancia) -> None:
    def otro(s: Session) -> None:
        _anotar(ajeno="un Prefect que no es el de esta instancia")(s)
        _ejecutar(s, update(Latido).values(prefect=False))

    (causa,) = _romper(sana, otro)["causas"]
    assert causa["que"] == "En el puerto de Prefect responde otro: un Prefect que no es el de esta instancia."
    assert "DSTC_PUERTO_PREFECT" in causa["haga"]
    de_fuera = sana.ajustes.model_copy(update={"prefect_url": "https://prefect.ejemplo.mx/api"})
    (causa,) = puerta.mirar(de_fuera)["causas"]
    assert "DSTC_PREFECT_CREDENCIAL" in causa["haga"]


def test_un_motor_recien_llegado_no_debe_la_conciliacion(sana: Instancia) -> None:
    def nuevo(s: Session) -> None:
        _ejecutar(s, update(Latido).values(desde=latido.pulso() - 30))
        _ejecutar(s, delete(Senal).where(col(Senal.clave) != senales.PREFECT))

    assert _romper(sana, nuevo)["estado"] == "bien"


def test_la_jornada_apagada_no_se_echa_de_menos(sana: Instancia) -> None:
    apagada = sana.ajustes.model_copy(update={"jornada_hora": 24})
    with sesion.transaccion(sana.url) as s:
        _ejecutar(s, delete(Jornada))
    assert puerta.mirar(apagada)["estado"] == "bien"


def test_un_motor_que_revive_no_hereda_su_antiguedad(instancia: Instancia) -> None:
    with sesion.transaccion(instancia.url) as s:
        latido.latir(s, "m", prefect=True)
        desde = s.get_one(Latido, "m").desde
    with sesion.transaccion(instancia.url) as s:
        latido.latir(s, "m", prefect=True)
        assert s.get_one(Latido, "m").desde == desde
    with sesion.transaccion(instancia.url) as s:
        latido.callar(s, "m")
        latido.latir(s, "m", prefect=True)
        assert s.get_one(Latido, "m").desde > desde


def test_vivo_y_listo_por_fuera(sana: Instancia, tmp_path: Path) -> None:
    with servida(sana) as direccion, Cliente(direccion) as cliente:
        assert cliente.get("/salud/vivo").json() == {"vivo": True}
        assert cliente.get("/salud/listo").json() == {"listo": True, "falta": []}
        assert cliente.get("/salud").json()["estado"] == "bien"
    sin_base = Instancia(Ajustes(datos=tmp_path, base=f"postgresql+psycopg://nadie@127.0.0.1:1/{tmp_path.name}"))
    with servida(sin_base) as direccion, Cliente(direccion) as cliente:
        assert cliente.get("/salud/vivo").status_code == 200
        respuesta = cliente.get("/salud/listo")
        assert respuesta.status_code == 503
        assert "DSTC_BASE" in respuesta.json()["falta"][0]
        salud_ = cliente.get("/salud")
        assert (salud_.status_code, [c["vigilado"] for c in salud_.json()["causas"]]) == (200, ["base"])


def test_listo_dice_que_falta_migrar(instancia_sqlite: Instancia) -> None:
    with sesion.transaccion(instancia_sqlite.url) as s:
        s.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with servida(instancia_sqlite) as direccion, Cliente(direccion) as cliente:
        respuesta = cliente.get("/salud/listo")
    assert respuesta.status_code == 503
    assert "./dstc migrar" in respuesta.json()["falta"][0]


def test_preguntar_mil_veces_cuesta_una_mirada(sana: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    miradas: list[float] = []
    verdadera = salud.diagnostico

    def contada(ajustes: Ajustes) -> salud.Diagnostico:
        miradas.append(time.monotonic())
        return verdadera(ajustes)

    monkeypatch.setattr(salud, "diagnostico", contada)
    monkeypatch.setattr(puerta, "VIGENCIA_S", timedelta(hours=1).total_seconds())
    memoria = puerta.Memoria()
    for _ in range(1000):
        assert memoria.dar(sana.ajustes)["estado"] == "bien"
    assert len(miradas) == 1
