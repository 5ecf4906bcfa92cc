"""Todas las tablas, por HTTP, hasta cada uno de sus finales y pasando por cada una de sus salidas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from flujos.catalogo import CATALOGO
from modelos.comprobacion.reproduccion import revisar_cadena
from modelos.tabla import Ruta, Tabla
from tests.accesorios.caminante import Caminante, Elegir, primera
from tests.accesorios.fabricas import Instancia, servida


@pytest.fixture
def caminante(direccion: str) -> Iterator[Caminante]:
    """Alguien que recorre la instancia de la prueba."""
    uno = Caminante(direccion)
    yield uno
    uno.cerrar()


def _hacia(tabla: Tabla, final: str) -> Elegir:
    """Elige siempre la salida que lleva a ese final por el camino más corto; devuelve sólo si no hay otro."""
    lejos = {act.clave: 10**6 for act in tabla.actividades} | dict.fromkeys(tabla.finales, 10**6) | {final: 0}

    def costo(ruta: Ruta) -> int:
        return min(lejos[d] for d in ruta.destinos) + (1000 if ruta.devuelve else 1)

    for _ in tabla.actividades:
        lejos |= {act.clave: min(map(costo, act.salidas.values())) for act in tabla.actividades}

    def elegir(turno: dict[str, Any]) -> str:
        if turno["procedimiento"] != tabla.clave:
            return primera(turno)
        salidas = tabla[turno["actividad"]["clave"]].salidas
        return min(salidas, key=lambda etiqueta: costo(salidas[etiqueta]))

    return elegir


def _el_dia(tabla: Tabla) -> str:
    """Un día en que ésa es la versión que rige."""
    return f"{max(tabla.vigente_desde, date(2026, 11, 20))}T12:00:00-06:00"


@pytest.mark.parametrize(
    ("tabla", "final"),
    [pytest.param(t, final, id=f"{t.clave}-{t.version}-{final}") for t in CATALOGO for final in t.finales],
)
def test_cada_tabla_llega_a_cada_final(
    instancia: Instancia, caminante: Caminante, monkeypatch: pytest.MonkeyPatch, tabla: Tabla, final: str
) -> None:
    monkeypatch.setenv("DSTC_RELOJ", _el_dia(tabla))
    folio = caminante.iniciar(tabla.clave)
    caso = caminante.caminar(folio, _hacia(tabla, final), instancia.cumplir_encargos)
    assert (caso["estado"], caso["desenlace"], caso["turnos"]) == ("concluido", final, [])
    instancia.exigir_integra()


def _variante(tabla: Tabla, vez: int) -> dict[str, str]:
    """El dato inicial por el que decide el sistema, distinto cada vez: las salidas que se toman dependen de él."""
    variantes = {
        "apertura_cast": ("estatal", ("CE-15", "UODCDMX")),
        "registro_mensual": ("periodo", ("2027-06", "2027-05")),
    }
    campo, valores = variantes.get(tabla.clave, ("", ("",)))
    return {campo: valores[vez % len(valores)]} if campo else {}


@pytest.mark.parametrize("tabla", list(CATALOGO), ids=lambda t: f"{t.clave}-{t.version}")
def test_se_puede_pasar_por_todas_las_salidas_y_a_ningun_oficio_le_falta_nada(
    instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch, tabla: Tabla
) -> None:
    """Responde siempre la salida menos usada, en tantos expedientes como haga falta."""
    monkeypatch.setenv("DSTC_RELOJ", _el_dia(tabla))
    clave = tabla.clave
    usos = Counter({(a.clave, e): 0 for a in tabla.actividades if a.a_mano for e in a.salidas})

    def elegir(turno: dict[str, Any]) -> str:
        if turno["procedimiento"] != clave:
            return primera(turno)
        actividad = tabla[turno["actividad"]["clave"]]
        salida = min(actividad.salidas, key=lambda e: usos[(actividad.clave, e)])
        usos[(actividad.clave, salida)] += 1
        return salida

    with servida(instancia_sqlite) as direccion:
        caminante = Caminante(direccion, todo=True)
        for vez in range(12):
            if min(usos.values()):
                break
            folio = caminante.iniciar(clave, tope_vueltas=20, **_variante(tabla, vez))
            caminante.caminar(folio, elegir, instancia_sqlite.cumplir_encargos)
            instancia_sqlite.cumplir_encargos()
        caminante.cerrar()
    assert min(usos.values()) > 0, [par for par, veces in usos.items() if not veces]
    instancia_sqlite.exigir_redactados()
    instancia_sqlite.exigir_integra()


def test_la_bitacora_publicada_se_verifica_sola(instancia: Instancia, caminante: Caminante) -> None:
    folio = caminante.iniciar("normatividad", "Ñandú — «prueba»")
    caminante.caminar(folio, primera, instancia.cumplir_encargos)
    cliente = caminante.como("coordinacion")
    asientos: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        consulta: dict[str, Any] = {"limite": 7} | ({"cursor": cursor} if cursor else {})
        tramo = cliente.get(f"/expedientes/{folio}/bitacora", params=consulta).json()
        asientos += tramo["elementos"]
        cursor = tramo["siguiente"]
        if cursor is None:
            break
    assert len(asientos) == tramo["total"] > 7
    assert revisar_cadena(asientos) is None
    asientos[3]["actor"] = "persona:999"
    assert revisar_cadena(asientos) == 4


def test_los_pasos_del_usuario_los_captura_la_cst_en_su_nombre(instancia: Instancia, caminante: Caminante) -> None:
    folio = caminante.iniciar("concertacion")
    (turno,) = caminante.ver(folio)["turnos"]
    assert (turno["unidad"], turno["en_nombre_de"]) == ("CST", "USUARIO")
    assert caminante.atender(turno, "continuar").status_code == 200
    asiento = caminante.como("cst").get(f"/expedientes/{folio}/bitacora").json()["elementos"][1]
    assert (asiento["unidad"], asiento["datos"]["en_nombre_de"]) == ("CST", "USUARIO")
    instancia.exigir_integra()
