"""Los plazos por fuera: las dos llamadas del contrato, con sesión y sin ella, y lo mal preguntado."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from modelos.calendario import publicados
from tests.accesorios.fabricas import Cliente, Instancia, servida
from tests.accesorios.tablas.fechas import fecha

COMPUTO, ULTIMO = "/calendario/computo", "/calendario/ultimo-habil"
LLAVES = {"desde", "recibido", "dia_1", "vence", "conservador", "saltados", "perfil", "version", "explicacion"}


@pytest.fixture
def cliente(instancia_sqlite: Instancia) -> Iterator[Cliente]:
    """Alguien con sesión."""
    with servida(instancia_sqlite) as direccion, Cliente(direccion, "cst") as uno:
        yield uno


def _es(escrita: str) -> str:
    return fecha(escrita).isoformat()


def _pedir(cliente: Cliente, **parametros: Any) -> dict[str, Any]:
    respuesta = cliente.get(COMPUTO, params=parametros)
    assert respuesta.status_code == 200, respuesta.text
    cuerpo: dict[str, Any] = respuesta.json()
    assert set(cuerpo) == LLAVES
    return cuerpo


def test_los_vectores_de_la_fuente_salen_iguales_por_la_api(cliente: Cliente) -> None:
    c = _pedir(cliente, desde="2027-03-01", dias=10)
    assert (c["desde"], c["recibido"], c["dia_1"]) == ("2027-03-01", "2027-03-01", _es("mar 2027-03-02"))
    assert (c["vence"], c["conservador"]) == (_es("mar 2027-03-16"), _es("lun 2027-03-15"))
    assert (c["perfil"], c["version"]) == ("F", publicados().version)
    lunes = next(dia for dia in c["saltados"] if dia["fecha"] == "2027-03-15")
    assert lunes["motivo"] == "Tercer lunes de marzo, por el 21 de marzo"
    assert lunes["fundamento"] == "Calendario Oficial (DOF 1993-10-06) y LFTSE art. 29; LFT art. 74"
    assert "vence el mar 16 mar 2027" in c["explicacion"]

    for perfil, vence in {"A": "mar 2026-05-26", "C": "mié 2026-05-27", "F": "jue 2026-05-28"}.items():
        c = _pedir(cliente, desde="2026-01-15", dias=90, perfil=perfil)
        assert (c["vence"], c["conservador"], c["perfil"]) == (_es(vence), _es("mar 2026-05-26"), perfil)

    presentado = _pedir(cliente, desde="2026-11-20", dias=90)
    assert (presentado["recibido"], presentado["vence"]) == (_es("lun 2026-11-23"), _es("lun 2027-04-05"))
    assert _pedir(cliente, desde="2026-11-20", dias=90, perfil="B")["recibido"] == "2026-11-20"
    assert _pedir(cliente, desde="2026-11-20", naturales=10)["vence"] == _es("lun 2026-11-30")
    assert _pedir(cliente, desde="2026-11-30", meses=3)["vence"] == _es("lun 2027-03-01")
    # PL-16: el pago del lun 2027-02-01, inhábil, es un hecho y no una recepción.
    assert _pedir(cliente, desde="2027-02-01", dias=3, recepcion="false")["vence"] == _es("jue 2027-02-04")
    assert _pedir(cliente, desde="2027-02-01", dias=3)["recibido"] == _es("mar 2027-02-02")


@pytest.mark.parametrize("instante", ["2026-05-14T19:00:00-06:00", "2026-05-15T01:00:00Z", "2026-05-15T01:00:00+00:00"])
def test_un_instante_se_lee_en_hora_de_mexico(cliente: Cliente, instante: str) -> None:
    # httpx escapa el «+»; una dirección escrita a mano no, y llega como espacio.
    for respuesta in (
        cliente.get(COMPUTO, params={"desde": instante, "dias": 1}),
        cliente.get(f"{COMPUTO}?desde={instante}&dias=1"),
    ):
        assert respuesta.status_code == 200, respuesta.text
        cuerpo = respuesta.json()
        assert cuerpo["desde"] == "2026-05-14T19:00:00-06:00"
        assert (cuerpo["recibido"], cuerpo["vence"]) == (_es("vie 2026-05-15"), _es("lun 2026-05-18"))


def test_el_ultimo_habil_del_mes(cliente: Cliente) -> None:
    for mes, dia in {"2026-05": "vie 2026-05-29", "2026-12": "jue 2026-12-31", "2027-01": "vie 2027-01-29"}.items():
        respuesta = cliente.get(ULTIMO, params={"mes": mes})
        assert (respuesta.status_code, respuesta.json()) == (200, {"fecha": _es(dia)})
        assert cliente.get(ULTIMO, params={"mes": mes, "perfil": "B"}).json() == {"fecha": _es(dia)}


MALAS = [
    (COMPUTO, "desde=2027-03-01", "dé uno de dias"),
    (COMPUTO, "desde=2027-03-01&dias=1&meses=1", "sólo uno"),
    (COMPUTO, "dias=1", "desde: es obligatorio"),
    (COMPUTO, "desde=ayer&dias=1", "una fecha que exista"),
    (COMPUTO, "desde=2027-02-30&dias=1", "una fecha que exista"),
    (COMPUTO, "desde=2027-03-01T10:00:00&dias=1", "falta la zona"),
    (COMPUTO, "desde=0001-01-01T00:00:00%2B14:00&dias=1", "no se puede contar"),
    (COMPUTO, f"desde={'9' * 41}&dias=1", "demasiado largo"),
    (COMPUTO, "desde=2027-03-01&dias=0", "1 o más"),
    (COMPUTO, "desde=2027-03-01&dias=1001", "1000 o menos"),
    (COMPUTO, "desde=2027-03-01&naturales=-1", "1 o más"),
    (COMPUTO, "desde=2027-03-01&meses=61", "60 o menos"),
    (COMPUTO, "desde=2027-03-01&dias=diez", "número entero"),
    (COMPUTO, "desde=2027-03-01&dias=1.5", "número entero"),
    (COMPUTO, "desde=2027-03-01&dias=1&perfil=Z", "Use uno de: A, B, C, F"),
    (COMPUTO, "desde=2027-03-01&meses=60", "2032 no está publicado"),
    (COMPUTO, "desde=2024-12-31&dias=1", "modelos/calendario/datos/lfpa_28.toml"),
    (COMPUTO, "desde=2028-12-15&dias=10", "anios.2029"),
    (ULTIMO, "", "mes: es obligatorio"),
    (ULTIMO, "mes=2026-13", "un mes como 2026-12"),
    (ULTIMO, "mes=mayo", "un mes como 2026-12"),
    (ULTIMO, "mes=0000-01", "cuatro cifras"),
    (ULTIMO, "mes=2030-01", "2030 no está publicado"),
    (ULTIMO, "mes=2026-05&perfil=f", "Use uno de"),
]


def test_lo_mal_preguntado_es_422_y_dice_que_corregir(cliente: Cliente) -> None:
    for ruta, consulta, dice in MALAS:
        respuesta = cliente.get(f"{ruta}?{consulta}")
        assert respuesta.status_code == 422, (consulta, respuesta.text)
        assert respuesta.headers["content-type"].startswith("application/problem+json")
        assert dice in respuesta.json()["detail"], (consulta, respuesta.text)


def test_sin_sesion_no_se_calcula(cliente: Cliente) -> None:
    for ruta in (f"{COMPUTO}?desde=2027-03-01&dias=10", f"{ULTIMO}?mes=2026-05"):
        assert cliente.get(ruta, headers={"Authorization": "Bearer falso"}).status_code == 401
        with Cliente(str(cliente.base_url).removesuffix("/api/v1/")) as nadie:
            assert nadie.get(ruta).status_code == 401
