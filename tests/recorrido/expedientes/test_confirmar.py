"""Antes de abrir lo que ya está abierto o lo que ya venció se dice, y se abre sólo si se confirma."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from modelos.actos.conduccion import conducir
from modelos.expedientes.expediente import Expediente
from tests.accesorios.fabricas import Cliente, Instancia
from tests.accesorios.paginas.visitante import Visitante

HOY = "2026-11-30T12:00:00-06:00"
CAST = "CAST-DEMO-01"
VENCIO = "venció el mié 31 dic 2025"
MES = {"asunto": "Registro", "campo-tope_vueltas": "5", "campo-dias_validacion": "5", "campo-dias_reporte": "10"}


@pytest.fixture(autouse=True)
def _hoy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", HOY)


def abrir(cliente: Cliente, procedimiento: str, *confirmar: str, **datos: Any) -> httpx.Response:
    cuerpo = {"procedimiento": procedimiento, "asunto": "Prueba", "datos": datos}
    return cliente.post("/expedientes", json={**cuerpo, **({"confirmar": confirmar} if confirmar else {})})


def test_el_mismo_cast_y_periodo_dos_veces_se_avisa_con_el_folio(web: str, instancia_sqlite: Instancia) -> None:
    datos = {"cast": CAST, "periodo": "2026-12"}
    with Cliente(web, "coordinacion") as cliente:
        folio = abrir(cliente, "registro_mensual", **datos).json()["folio"]
        aviso = abrir(cliente, "registro_mensual", **datos)
        assert aviso.status_code == 409
        problema = aviso.json()
        assert problema["folios"] == problema["confirmar"] == [folio]
        assert f"{folio}, en curso" in problema["detail"]
        assert abrir(cliente, "registro_mensual", "REG-2026-9999", **datos).status_code == 409
        for otros in ({**datos, "cast": "CAST-DEMO-02"}, {**datos, "periodo": "2027-01"}):
            assert abrir(cliente, "registro_mensual", **otros).status_code == 201
        segundo = abrir(cliente, "registro_mensual", folio, **datos).json()["folio"]
        # Se confirma lo que se leyó: el segundo también hay que saberlo.
        assert abrir(cliente, "registro_mensual", folio, **datos).json()["confirmar"] == [segundo]
        with instancia_sqlite.como("coordinacion") as ctx:
            for cual in (folio, segundo):
                conducir.cancelar(ctx, cual, "Se abrió por error")
        assert abrir(cliente, "registro_mensual", **datos).status_code == 201


def test_lo_que_no_es_de_una_unidad_ni_de_un_periodo_se_repite_sin_preguntar(web: str) -> None:
    with Cliente(web, "coordinacion") as cliente:
        assert [abrir(cliente, "seguimiento").status_code for _ in range(2)] == [201, 201]
        # Sin periodo, cuenta lo que sigue en trámite de la misma unidad; de un periodo sin unidad, el del periodo.
        for clave, datos in (
            ("apertura_cast", {"estatal": "CE-15", "proyecto": "Uno"}),
            ("reunion_trabajo", {"periodo": "2026-S2"}),
        ):
            assert [abrir(cliente, clave, **datos).status_code for _ in range(2)] == [201, 409], clave


def test_lo_que_ya_vencio_dice_la_fecha_y_pide_confirmarlo(web: str) -> None:
    datos = {"cast": CAST, "periodo": "2025-12"}
    with Cliente(web, "coordinacion") as cliente:
        problema = abrir(cliente, "registro_mensual", **datos).json()
        assert (problema["status"], problema["folios"]) == (409, [])
        assert VENCIO in problema["detail"]
        assert "PL-10 2025-12-31" in problema["confirmar"]
        algunas = problema["confirmar"][:1]
        assert abrir(cliente, "registro_mensual", *algunas, **datos).json()["confirmar"] == problema["confirmar"][1:]
        clave = {"Idempotency-Key": "tarde"}
        cuerpo = {"procedimiento": "registro_mensual", "asunto": "Tarde", "datos": datos}
        assert cliente.post("/expedientes", json=cuerpo, headers=clave).status_code == 409
        confirmado = {**cuerpo, "confirmar": problema["confirmar"]}
        abierto = cliente.post("/expedientes", json=confirmado, headers=clave)
        assert abierto.status_code == 201
        assert cliente.post("/expedientes", json=confirmado, headers=clave).json()["folio"] == abierto.json()["folio"]
        # De un año sin calendario también se sabe que ya pasó.
        viejo = abrir(cliente, "registro_mensual", cast=CAST, periodo="2019-03").json()
        assert "31 mar 2019" in viejo["detail"]


def test_la_pagina_lo_dice_y_abre_con_sus_casillas(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("registro_mensual", cast=CAST, periodo="2025-12")
    envio = {**MES, "campo-cast": CAST, "campo-periodo": "2025-12", "ficha": "una"}
    camino = "/procedimientos/registro_mensual/iniciar"
    with Visitante(web, "coordinacion") as v:
        pagina = v.post(camino, data=envio)
        assert pagina.status_code == 409
        assert f'href="/expedientes/{folio}"' in pagina.text
        assert f'type="checkbox" id="confirmar-1" name="confirmar" value="{folio}" required' in pagina.text
        assert VENCIO in pagina.text
        falta = v.post(camino, data={**envio, "confirmar": [folio]})
        assert falta.status_code == 409
        assert f'type="hidden" name="confirmar" value="{folio}"' in falta.text
        claves = [folio, "PL-10 2025-12-31", "PL-11 2025-12-31", "PL-12 2026-01-08", "PL-14 2026-01-15"]
        hecho = v.post(camino, data={**envio, "confirmar": claves})
        assert hecho.status_code == 303
        assert folio not in hecho.headers["location"]


def test_una_campana_tardia_lo_dice_y_no_abre_hasta_confirmar(web: str, instancia_sqlite: Instancia) -> None:
    envio = {**MES, "campo-periodo": "2025-12", "ficha": "c", "alcance": "todas"}
    camino = "/campanas/registro_mensual/iniciar"
    with Visitante(web, "coordinacion") as v:
        revision = v.post(camino, data={**envio, "acto": "revisar"})
        assert (revision.status_code, VENCIO in revision.text) == (200, True)
        assert v.post(camino, data={**envio, "acto": "lanzar"}).status_code == 409
        claves = ["PL-10 2025-12-31", "PL-11 2025-12-31", "PL-12 2026-01-08", "PL-14 2026-01-15"]
        assert all(f'name="confirmar" value="{clave}" required' in revision.text for clave in claves)
        hecho = v.post(camino, data={**envio, "acto": "lanzar", "confirmar": claves})
        assert hecho.headers["location"].startswith("/campanas/registro_mensual/2025-12?abiertos=3")


def test_la_matriz_no_esconde_el_que_sigue_abierto(web: str, instancia_sqlite: Instancia) -> None:
    abierto, concluido, otro = (
        instancia_sqlite.iniciar("registro_mensual", cast=CAST, periodo="2026-12") for _ in range(3)
    )
    with instancia_sqlite.como("coordinacion") as ctx:
        conducir.cancelar(ctx, otro, "Se abrió por error")
        ctx.s.get_one(Expediente, concluido).estado = "concluido"
    with Visitante(web, "coordinacion") as v:
        matriz = v.get("/campanas/registro_mensual/2026-12").text
        assert "1 en trámite" in matriz
        assert matriz.index(abierto) < matriz.index(concluido)
        assert otro not in matriz
        assert "Otros deben 1 turno" in matriz
        assert abierto in v.get("/campanas/registro_mensual/2026-12?faltan=1").text


def test_adelantar_un_periodo_vencido_tambien_se_confirma(web: str) -> None:
    camino = "/ciclos/reequipamiento/2026/adelantar"
    cuerpo: dict[str, Any] = {"unidad": CAST, "motivo": "Se olvidó."}
    with Cliente(web, "coordinacion") as cliente:
        problema = cliente.post(camino, json=cuerpo)
        assert problema.status_code == 409
        assert "30 abr 2026" in problema.json()["detail"]
        cuerpo["confirmar"] = problema.json()["confirmar"]
        assert cliente.post(camino, json=cuerpo).status_code == 200
    with Visitante(web, "coordinacion") as v:
        datos = {"unidad": "CAST-DEMO-02", "motivo": "Se olvidó."}
        pagina = v.post("/calendario/reequipamiento/2026/adelantar", data=datos)
        assert (pagina.status_code, "Se olvidó." in pagina.text, "30 abr 2026" in pagina.text) == (409, True, True)
        hecho = v.post("/calendario/reequipamiento/2026/adelantar", data={**datos, "confirmar": cuerpo["confirmar"]})
        assert hecho.status_code == 303
