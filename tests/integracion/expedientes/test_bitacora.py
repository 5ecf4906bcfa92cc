"""La bitácora: sólo crece, encadena, y de ella sale todo lo demás."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Executable, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from flujos.catalogo import CATALOGO
from modelos.actos.turnos.mover import Contexto
from modelos.comprobacion.cotejo_tablas import cotejar
from modelos.comprobacion.proyeccion import turnos_guardados
from modelos.comprobacion.verificacion import reconstruir, verificar
from modelos.expedientes import bitacora
from modelos.expedientes.comodidades import CapturaGuardada, Comentario
from modelos.expedientes.expediente import Aviso, Expediente, Turno
from modelos.expedientes.notificacion import Notificacion
from modelos.expedientes.tablas_publicadas import TablaPublicada
from modelos.oficios.oficio import Molde, Oficio, PlantillaEditada
from modelos.organizacion.cambios import Cambio
from modelos.plazos.plazo import Plazo, Recordatorio
from modelos.tabla.errores import BitacoraIncongruente
from tests.accesorios.fabricas import Instancia

RAIZ = Path(__file__).parents[3]


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


_COLUMNAS = "folio, orden, fecha, tipo, actor, unidad, datos, hash_anterior, hash"
_CON_OTRO_AUTOR = "folio, orden, fecha, tipo, 'persona:99', unidad, datos, hash_anterior, hash"
_CON_OTRO_ORDEN = "folio, 99, fecha, tipo, actor, unidad, datos, hash_anterior, hash"
REEMPLAZOS = [
    f"INSERT OR REPLACE INTO asiento SELECT {_CON_OTRO_AUTOR} FROM asiento WHERE orden = 2",  # noqa: S608 - constante
    f"REPLACE INTO asiento (rowid, {_COLUMNAS}) SELECT rowid, {_CON_OTRO_ORDEN} FROM asiento WHERE orden = 2",  # noqa: S608
    "UPDATE OR REPLACE asiento SET orden = 1 WHERE orden = 2",
]
EN_CONFLICTO = (
    f"INSERT INTO asiento SELECT {_CON_OTRO_AUTOR} FROM asiento WHERE orden = 2 "  # noqa: S608 - constante
    "ON CONFLICT (folio, orden) DO UPDATE SET actor = 'persona:99'"
)


@pytest.mark.parametrize("orden", REEMPLAZOS)
def test_reemplazar_al_insertar_tampoco_se_salta_el_candado(instancia_sqlite: Instancia, orden: str) -> None:
    _con_historia(instancia_sqlite)
    with pytest.raises(DBAPIError, match="solo se agrega"), instancia_sqlite.como(None) as ctx:
        ctx.s.execute(text(orden))
    instancia_sqlite.exigir_integra()


def test_ni_actualizar_al_chocar_ni_vaciar(instancia: Instancia) -> None:
    _con_historia(instancia)
    en_sqlite = instancia.url.startswith("sqlite")
    ordenes = [EN_CONFLICTO, "DELETE FROM asiento"]
    if not en_sqlite:
        ordenes += ["TRUNCATE asiento", "TRUNCATE expediente CASCADE"]
    for orden in ordenes:
        with pytest.raises(DBAPIError, match="solo se agrega"), instancia.como(None) as ctx:
            ctx.s.execute(text(orden))
    instancia.exigir_integra()


def _llenas(instancia: Instancia) -> list[type[SQLModel]]:
    """Las demás tablas que sólo se agregan, cada una con un renglón."""
    folio = _con_historia(instancia)
    with instancia.como("coordinacion") as ctx:
        assert ctx.quien
        quien = ctx.quien.persona
        ctx.s.add(Comentario(folio=folio, persona_id=quien, texto="Dicho", creado=ctx.ahora))
        ctx.s.add(Cambio(cosa="unidad", cual="DSTC", antes={}, despues={"a": 1}, persona_id=quien, cuando=ctx.ahora))
        editada: dict[str, Any] = {"plantilla": "x/y", "version": 1, "texto": "T", "base": "0" * 64, "motivo": "M"}
        ctx.s.add(PlantillaEditada(**editada, persona_id=quien, creada=ctx.ahora))
    cotejar(instancia.url, CATALOGO, cuarentena=False)
    return [Comentario, Cambio, PlantillaEditada, TablaPublicada]


def test_todo_lo_que_solo_se_agrega_lo_cuida_la_base(instancia: Instancia) -> None:
    for tabla in _llenas(instancia):
        columnas = tabla.__table__.c  # type: ignore[attr-defined]
        una = next(c for c in columnas if not c.primary_key)
        ordenes: list[Executable] = [update(tabla).values({una.name: una}), delete(tabla)]
        if instancia.url.startswith("sqlite"):
            de_nuevo = (
                insert(tabla).prefix_with("OR REPLACE").from_select([c.name for c in columnas], select(*columnas))
            )
            ordenes.append(de_nuevo)
        else:
            ordenes.append(text(f"TRUNCATE {tabla.__tablename__} CASCADE"))
        for orden in ordenes:
            with pytest.raises(DBAPIError, match="solo se agrega"), instancia.como(None) as ctx:
                ctx.s.execute(orden)


def test_un_expediente_sin_asientos_o_ilegible_no_calla_a_los_demas(instancia: Instancia) -> None:
    vacio, ilegible, alterado = (_con_historia(instancia) for _ in range(3))
    bueno = _con_historia(instancia)
    _sin_candado(instancia, "DELETE FROM asiento WHERE folio = :folio", folio=vacio)
    with instancia.como(None) as ctx:
        ctx.s.execute(text("UPDATE asiento SET datos = '{mal' WHERE folio = :f AND orden = 3"), {"f": ilegible})
        ctx.s.execute(text("UPDATE asiento SET datos = '[1]' WHERE folio = :f AND orden = 1"), {"f": alterado})
    with instancia.leer() as s:
        informe = verificar(s, CATALOGO)
    dichas = {falla.folio: falla.motivo for falla in informe.fallas}
    assert dichas.keys() == {vacio, ilegible, alterado}
    assert "ningún asiento" in dichas[vacio]
    assert informe.expedientes == 4
    for folio in (vacio, ilegible, alterado):
        with pytest.raises(BitacoraIncongruente), instancia.como(None) as ctx:
            reconstruir(ctx.s, CATALOGO, folio)
    with instancia.como(None) as ctx:
        assert not reconstruir(ctx.s, CATALOGO, bueno)


def test_la_orden_de_rehacer_sigue_con_los_demas_y_dice_cual_no(instancia_sqlite: Instancia) -> None:
    roto, torcido = _con_historia(instancia_sqlite), _con_historia(instancia_sqlite)
    _sin_candado(instancia_sqlite, "DELETE FROM asiento WHERE folio = :folio", folio=roto)
    with instancia_sqlite.como(None) as ctx:
        ctx.s.execute(text("UPDATE expediente SET asunto = 'otro' WHERE folio = :f"), {"f": torcido})
    entorno = {**os.environ, "DSTC_DATOS": str(instancia_sqlite.ajustes.datos), "DSTC_BASE": ""}
    for orden in ("reconstruir", "verificar"):
        programa = [sys.executable, "-m", "api.cli", "bitacora", orden]
        hecho = subprocess.run(
            programa, cwd=RAIZ, env=entorno, capture_output=True, text=True, timeout=300, check=False
        )
        assert hecho.returncode == 1, hecho.stderr
        assert roto in hecho.stdout
    assert instancia_sqlite.expediente(torcido).asunto.startswith("Catálogo")


def test_un_turno_que_sobra_se_quita_con_todo_lo_que_cuelga_de_el(instancia: Instancia) -> None:
    folio = _con_historia(instancia)
    with instancia.como("coordinacion") as ctx:
        assert ctx.quien
        _colgarle_de_todo(ctx, folio, ctx.quien.persona)
    with instancia.como(None) as ctx:
        assert reconstruir(ctx.s, CATALOGO, folio)
    instancia.exigir_integra()
    with instancia.leer() as s:
        assert s.get_one(Oficio, "sobra").turno_id is None


def test_se_sabe_de_todo_lo_que_cuelga_de_un_turno_o_de_un_plazo() -> None:
    """Una tabla nueva que cuelgue de ellos debe decir qué hace al rehacerlos, en `comprobacion/proyeccion.py`."""
    cuelgan = {
        (str(tabla.name), str(llave.parent.name))
        for tabla in SQLModel.metadata.tables.values()
        for llave in tabla.foreign_keys
        if llave.column.table.name in ("turno", "plazo")
    }
    assert cuelgan == {
        ("anexo", "turno_id"),
        ("aviso", "turno_id"),
        ("capturaguardada", "turno_id"),
        ("notificacion", "turno_id"),
        ("notificacion", "plazo_id"),
        ("oficio", "turno_id"),
        ("plazo", "turno_id"),
        ("recordatorio", "plazo_id"),
    }


def _colgarle_de_todo(ctx: Contexto, folio: str, persona: int) -> None:
    """Un turno que la bitácora no abrió, con un renglón en cada tabla que cuelga de él."""
    s, hoy = ctx.s, ctx.ahora.date()
    modelo = s.scalars(select(Turno).where(col(Turno.folio) == folio)).first()
    assert modelo
    sobra = f"{folio}.9.CST.7"
    s.add(Turno(**{**modelo.model_dump(), "id": sobra, "actividad": "9", "unidad": "CST", "vuelta": 7}))
    s.flush()
    s.add(Aviso(persona_id=persona, turno_id=sobra, creado=ctx.ahora))
    s.add(CapturaGuardada(persona_id=persona, turno_id=sobra, textos={}, revision=1, guardada=ctx.ahora))
    s.add(_plazo_de(folio, sobra, ctx.ahora))
    s.flush()
    s.add(Recordatorio(plazo_id=sobra, hito="antes-1", toca=hoy, visto=hoy))
    for clave, turno in (("del turno", sobra), ("sólo del plazo", None)):
        comun: dict[str, Any] = {
            "persona_id": persona,
            "clase": "hito",
            "folio": folio,
            "datos": {},
            "creada": ctx.ahora,
            "dia": hoy,
        }
        s.add(Notificacion(clave=clave, turno_id=turno, plazo_id=sobra, **comun))
    s.add(_oficio_de(s, folio, sobra, ctx.ahora))


def _plazo_de(folio: str, turno: str, ahora: datetime) -> Plazo:
    vacias: dict[str, Any] = {"suspensiones": [], "ampliaciones": [], "hitos": [], "regla": {}, "computo": {}}
    dicho: dict[str, Any] = {
        "clave": "PL-99",
        "que": "Sobra",
        "unidad": "CST",
        "estado": "abierto",
        "fundamento": "—",
        "perfil": "F",
    }
    return Plazo(id=turno, folio=folio, turno_id=turno, abierto=ahora, **dicho, **vacias)


def _oficio_de(s: Session, folio: str, turno: str, ahora: datetime) -> Oficio:
    s.add(Molde(sha256="f" * 64, texto="T"))
    s.flush()
    textos: dict[str, Any] = dict.fromkeys(("asunto", "cuerpo", "borrador_asunto", "borrador_cuerpo"), "Sobra")
    dicho: dict[str, Any] = {
        "clave": "OF-99",
        "plantilla": "x/y",
        "molde": "f" * 64,
        "forma": "oficio",
        "estado": "borrador",
    }
    suyo: dict[str, Any] = {
        "id": "sobra",
        "folio": folio,
        "unidad": "CST",
        "turno_id": turno,
        "asiento": 1,
        "creado": ahora,
    }
    return Oficio(**suyo, **dicho, **textos, ordenamientos=[])


def _sin_candado(instancia: Instancia, orden: str, **valores: str) -> None:
    """Altera la bitácora como lo haría quien tuviera la base en sus manos: quitando los disparadores."""
    with instancia.como(None) as ctx:
        if instancia.url.startswith("sqlite"):
            for candado in ("no_update", "no_delete", "no_reemplazar"):
                ctx.s.execute(text(f"DROP TRIGGER asiento_{candado}"))
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
    fuentes = [p for carpeta in ("modelos", "tareas", "flujos", "api") for p in (RAIZ / carpeta).rglob("*.py")]
    que_escriben = [
        p.name for p in fuentes if re.search(r"(insert|update|delete|add)\((bitacora\.)?Asiento\b", p.read_text())
    ]
    assert que_escriben == ["bitacora.py"]
