"""Las seis tablas, por HTTP, hasta cada uno de sus finales y pasando por cada una de sus salidas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from flujos.catalogo import CATALOGO
from modelos.reproduccion import revisar_cadena
from modelos.tabla import Tabla, es_final
from tests.caminante import Caminante, Elegir, primera
from tests.fabricas import Instancia, servida


@pytest.fixture
def caminante(direccion: str) -> Iterator[Caminante]:
    """Alguien que recorre la instancia de la prueba."""
    uno = Caminante(direccion)
    yield uno
    uno.cerrar()


def _hacia(tabla: Tabla, final: str) -> Elegir:
    """Elige en cada decisión una salida desde la que se llega a ese final."""

    def llega(clave: str, vistas: frozenset[str] = frozenset()) -> bool:
        if es_final(clave):
            return clave == final
        if clave in vistas:
            return False
        return any(
            llega(d, vistas | {clave}) for r in tabla[clave].salidas.values() if not r.devuelve for d in r.destinos
        )

    def elegir(turno: dict[str, Any]) -> str:
        if turno["procedimiento"] != tabla.clave:
            return primera(turno)
        actividad = tabla[turno["actividad"]["clave"]]
        sin_regreso = {e: r for e, r in actividad.salidas.items() if not r.devuelve}
        directo = [e for e, r in sin_regreso.items() if final in r.destinos]
        return next(iter(directo), None) or next(e for e, r in sin_regreso.items() if any(map(llega, r.destinos)))

    return elegir


@pytest.mark.parametrize(("clave", "final"), [(t.clave, final) for t in CATALOGO for final in t.finales], ids=str)
def test_cada_tabla_llega_a_cada_final(instancia: Instancia, caminante: Caminante, clave: str, final: str) -> None:
    tabla = next(t for t in CATALOGO if t.clave == clave)
    folio = caminante.iniciar(clave)
    caso = caminante.caminar(folio, _hacia(tabla, final), instancia.cumplir_encargos)
    assert (caso["estado"], caso["desenlace"], caso["turnos"]) == ("concluido", final, [])
    instancia.exigir_integra()


@pytest.mark.parametrize("clave", [t.clave for t in CATALOGO])
def test_se_puede_pasar_por_todas_las_salidas(instancia_sqlite: Instancia, clave: str) -> None:
    """Responde siempre la salida menos usada, en tantos expedientes como haga falta."""
    tabla = next(t for t in CATALOGO if t.clave == clave)
    usos = Counter({(a.clave, e): 0 for a in tabla.actividades if a.subprocedimiento is None for e in a.salidas})

    def elegir(turno: dict[str, Any]) -> str:
        if turno["procedimiento"] != clave:
            return primera(turno)
        actividad = tabla[turno["actividad"]["clave"]]
        salida = min(actividad.salidas, key=lambda e: usos[(actividad.clave, e)])
        usos[(actividad.clave, salida)] += 1
        return salida

    with servida(instancia_sqlite) as direccion:
        caminante = Caminante(direccion)
        for _ in range(12):
            if min(usos.values()):
                break
            folio = caminante.iniciar(clave, tope_vueltas=20)
            caminante.caminar(folio, elegir, instancia_sqlite.cumplir_encargos)
        caminante.cerrar()
    assert min(usos.values()) > 0, [par for par, veces in usos.items() if not veces]
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
