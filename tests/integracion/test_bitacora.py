"""La bitácora: sólo crece, encadena, y de ella sale todo lo demás."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from flujos.catalogo import CATALOGO
from modelos import bitacora
from modelos.errores import BitacoraIncongruente
from modelos.expediente import Expediente
from modelos.proyeccion import turnos_guardados
from modelos.verificacion import reconstruir, verificar
from tests.fabricas import Instancia


def _con_historia(instancia: Instancia) -> str:
    folio = instancia.iniciar("promocion_difusion", "Catálogo «2026» ñandú")
    for _ in range(5):
        instancia.atender(instancia.abiertos(folio)[0])
    return folio


@pytest.mark.parametrize(
    "orden",
    [
        "UPDATE asiento SET datos = '{}' WHERE orden = 1",
        "UPDATE asiento SET hash = hash",
        "DELETE FROM asiento WHERE orden = 2",
    ],
)
def test_la_base_rechaza_cambiar_o_borrar_un_asiento(instancia: Instancia, orden: str) -> None:
    _con_historia(instancia)
    with pytest.raises(DBAPIError, match="solo se agrega"), instancia.como(None) as ctx:
        ctx.s.execute(text(orden))
    instancia.exigir_integra()


def _sin_candado(instancia: Instancia, orden: str, **valores: str) -> None:
    """Altera la bitácora como lo haría quien tuviera la base en sus manos: quitando los disparadores."""
    with instancia.como(None) as ctx:
        if instancia.url.startswith("sqlite"):
            ctx.s.execute(text("DROP TRIGGER asiento_no_update"))
            ctx.s.execute(text("DROP TRIGGER asiento_no_delete"))
        else:
            ctx.s.execute(text("ALTER TABLE asiento DISABLE TRIGGER ALL"))
        ctx.s.execute(text(orden), valores)


@pytest.mark.parametrize(
    ("orden", "roto"),
    [
        ("UPDATE asiento SET actor = 'persona:99' WHERE orden = 3", 3),
        ("UPDATE asiento SET fecha = '2020-01-01T00:00:00.000000Z' WHERE orden = 4", 4),
        ("DELETE FROM asiento WHERE orden = 2", 2),
        ("DELETE FROM asiento WHERE orden = 6", 6),
    ],
)
def test_verificar_nombra_el_primer_asiento_roto(instancia: Instancia, orden: str, roto: int) -> None:
    folio = _con_historia(instancia)
    _sin_candado(instancia, orden)
    with instancia.leer() as s:
        (falla,) = verificar(s, CATALOGO, folio).fallas
    assert (falla.folio, falla.orden) == (folio, roto)


@pytest.mark.parametrize(
    "orden",
    [
        "UPDATE turno SET estado = 'pendiente', cierre = NULL WHERE actividad = '1'",
        "UPDATE turno SET persona_id = 1 WHERE actividad = '2'",
        "DELETE FROM turno WHERE actividad = '4'",
        "UPDATE expediente SET estado = 'concluido', desenlace = 'FIN'",
        "UPDATE expediente SET asunto = 'otro'",
    ],
)
def test_una_proyeccion_alterada_se_descubre(instancia: Instancia, orden: str) -> None:
    folio = _con_historia(instancia)
    with instancia.como(None) as ctx:
        ctx.s.execute(text("DELETE FROM aviso"))
        ctx.s.execute(text(orden))
    with instancia.leer() as s:
        (falla,) = verificar(s, CATALOGO, folio).fallas
    assert falla.orden == 0


@pytest.mark.parametrize(
    "orden",
    [
        "UPDATE turno SET estado = 'pendiente', cierre = NULL, persona_id = NULL",
        "DELETE FROM turno WHERE actividad IN ('4', '5')",
        "UPDATE expediente SET estado = 'concluido', desenlace = 'FIN', situacion = '{}', datos = '{}'",
        "UPDATE turno SET abierto = '2020-01-01 00:00:00', version = 9",
    ],
)
def test_lo_guardado_se_rehace_desde_la_bitacora(instancia: Instancia, orden: str) -> None:
    folio = _con_historia(instancia)
    with instancia.leer() as s:
        antes = (turnos_guardados(s, folio), s.get_one(Expediente, folio).model_dump())
    with instancia.como(None) as ctx:
        ctx.s.execute(text("DELETE FROM aviso"))
        ctx.s.execute(text(orden))
    with instancia.como(None) as ctx:
        assert reconstruir(ctx.s, CATALOGO, folio)
    with instancia.leer() as s:
        assert (turnos_guardados(s, folio), s.get_one(Expediente, folio).model_dump()) == antes
    with instancia.como(None) as ctx:
        assert not reconstruir(ctx.s, CATALOGO, folio)
    instancia.exigir_integra()


def test_de_una_cadena_rota_no_se_rehace_nada(instancia: Instancia) -> None:
    folio = _con_historia(instancia)
    _sin_candado(instancia, "UPDATE asiento SET actor = 'persona:99' WHERE orden = 3")
    with pytest.raises(BitacoraIncongruente, match="rota"), instancia.como(None) as ctx:
        reconstruir(ctx.s, CATALOGO, folio)


def test_un_asiento_rehecho_con_su_hash_tambien_se_descubre(instancia: Instancia) -> None:
    """Quien rehace el hash de un asiento rompe el eslabón del siguiente."""
    folio = _con_historia(instancia)
    with instancia.leer() as s:
        fila = s.execute(text("SELECT * FROM asiento WHERE orden = 3")).mappings().one()
    contenido = {campo: fila[campo] for campo in ("orden", "fecha", "tipo", "unidad", "hash_anterior")} | {
        "actor": "persona:1",
        "datos": json.loads(fila["datos"]),
    }
    orden = "UPDATE asiento SET actor='persona:1', hash=:rehecho WHERE orden = 3"
    _sin_candado(instancia, orden, rehecho=bitacora.hash_de(contenido))
    with instancia.leer() as s:
        (falla,) = verificar(s, CATALOGO, folio).fallas
    assert falla.orden == 4


def test_asentar_es_quien_unico_escribe() -> None:
    from pathlib import Path

    raiz = Path(__file__).parents[2]
    fuentes = [p for carpeta in ("modelos", "tareas", "flujos", "api") for p in (raiz / carpeta).rglob("*.py")]
    que_escriben = [
        p.name for p in fuentes if re.search(r"(insert|update|delete|add)\((bitacora\.)?Asiento\b", p.read_text())
    ]
    assert que_escriben == ["bitacora.py"]
