"""Cuando alguien se va de una unidad: cuántos turnos quedan sin nadie, antes y después, y sin recorrer los demás."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlmodel import col

from modelos.actos.administracion import personas as administracion
from modelos.actos.administracion import unidades as actos
from modelos.administracion import buscar_personas, buscar_unidades, personas
from modelos.organizacion.organigrama import Adscripcion
from tests.accesorios.fabricas import Cliente, Instancia
from tests.accesorios.paginas.de_administracion import HOY, PERSONAS, UNIDADES, id_de, texto
from tests.accesorios.paginas.visitante import Visitante, hasta_la_consulta

CAST = "CAST-DEMO-01"
AVISO = f"1 turno de {CAST} queda sin nadie"
HUECO = {"unidad": CAST, "turnos": 1}


@pytest.fixture(autouse=True)
def _hoy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", HOY)


def adscripcion(instancia: Instancia, persona: int) -> int:
    with instancia.leer() as s:
        return s.scalars(select(Adscripcion).where(col(Adscripcion.persona_id) == persona)).one().id or 0


def test_dar_de_baja_a_la_unica_persona_dice_antes_y_despues_que_turnos_quedan_sin_nadie(
    web: str, instancia_sqlite: Instancia
) -> None:
    hasta_la_consulta(instancia_sqlite)
    id_ = id_de(instancia_sqlite, "cast-demo-01")
    with Visitante(web, "administracion") as v, Cliente(web, "administracion") as c:
        antes = texto(v.get(f"{PERSONAS}/{id_}"))
        assert f"Si se va, {AVISO}: nadie más atiende ahí" in antes
        assert f"si la retira, {AVISO}" in antes
        por_api = c.get(f"/personas/{id_}").json()
        assert por_api["turnos_sin_nadie_si_se_va"] == [{**HUECO, "desde": "2026-11-20"}]
        assert por_api["turnos_sin_nadie"] == []
        assert "sin nadie" not in texto(v.get(f"{UNIDADES}/{CAST}"))
        hecha = v.post(f"{PERSONAS}/{id_}/baja", data={"campo-motivo": "Renuncia"})
        despues = texto(v.get(hecha.headers["location"]))
        hecho = "Quedó de baja: ya no puede entrar, y lo que tenía tomado volvió a su unidad."
        assert f"{hecho} ✕ De baja. No puede entrar; lo que hizo se conserva. ! {AVISO}" in despues
        assert c.get(f"/personas/{id_}").json()["turnos_sin_nadie"] == [{**HUECO, "desde": "2026-11-20"}]
        assert f"1 turno de {CAST} está sin nadie" in texto(v.get(f"{UNIDADES}/{CAST}"))


def test_cortar_la_adscripcion_de_la_unica_persona_dice_desde_cuando_quedan_sin_nadie(
    web: str, instancia_sqlite: Instancia
) -> None:
    hasta_la_consulta(instancia_sqlite)
    id_ = id_de(instancia_sqlite, "cast-demo-01")
    suya = adscripcion(instancia_sqlite, id_)
    with Visitante(web, "administracion") as v, Cliente(web, "administracion") as c:
        hecha = v.post(f"{PERSONAS}/{id_}/vigencia", data={"id": suya, "hasta": "2026-12-15"})
        assert f"Quedó su último día. ! {AVISO} desde el mié 16 dic 2026: adscriba a otra" in texto(
            v.get(hecha.headers["location"])
        )
        cortada = c.post(f"/personas/{id_}/adscripciones/{suya}/vigencia", json={"hasta": "2026-11-19"}).json()
        assert cortada["turnos_sin_nadie"] == [{**HUECO, "desde": "2026-11-20"}]
        # Ya no hay quién: a quien se va después no se le achaca.
        assert c.get(f"/personas/{id_}").json()["turnos_sin_nadie_si_se_va"] == []


def test_si_alguien_mas_atiende_no_se_avisa(web: str, instancia_sqlite: Instancia) -> None:
    hasta_la_consulta(instancia_sqlite)
    id_, otra = id_de(instancia_sqlite, "cast-demo-01"), id_de(instancia_sqlite, "cst")
    with instancia_sqlite.como("administracion") as ctx:
        administracion.adscribir(ctx, otra, CAST, "direccion")  # mira, pero no atiende
    with Visitante(web, "administracion") as v:
        assert AVISO in texto(v.get(f"{PERSONAS}/{id_}"))
        with instancia_sqlite.como("administracion") as ctx:
            administracion.adscribir(ctx, otra, CAST, "coordinacion", hasta=date(2026, 11, 30))
        assert "sin nadie" not in texto(v.get(f"{PERSONAS}/{id_}"))
        v.post(f"{PERSONAS}/{id_}/baja", data={"campo-motivo": "Renuncia"})
        assert "sin nadie" not in texto(v.get(f"{PERSONAS}/{id_}"))
        # Y quien queda es quien las dejaría así.
        assert f"{AVISO} desde el mar 1 dic 2026" in texto(v.get(f"{PERSONAS}/{otra}"))


def test_dar_de_baja_un_cast_sin_personal_dice_que_sus_turnos_quedan_sin_nadie(
    web: str, instancia_sqlite: Instancia
) -> None:
    hasta_la_consulta(instancia_sqlite)
    with instancia_sqlite.como(None) as ctx:
        personas.dar_de_baja(ctx.s, "cast-demo-01@demo.local")
    with Visitante(web, "administracion") as v, Cliente(web, "administracion") as c:
        pagina = texto(v.get(f"{UNIDADES}/{CAST}"))
        assert f"1 turno de {CAST} está sin nadie: hoy ninguna persona de la unidad puede atenderlo" in pagina
        assert "Tiene 1 turno abierto. Queda sin nadie que lo atienda" in pagina
        cuerpo = {"desde": "2026-11-20", "motivo": "Cerró"}
        sin_verlos = c.post(f"/unidades/{CAST}/baja", json=cuerpo)
        assert sin_verlos.status_code == 409
        assert "tiene 1 turno abierto y a nadie que los atienda" in sin_verlos.json()["detail"]
        assert c.post(f"/unidades/{CAST}/baja", json={**cuerpo, "turnos_vistos": 1}).json()["turnos_sin_nadie"] == 1
        despues = texto(v.get(f"{UNIDADES}/{CAST}?hecho=baja"))
        assert "Quedó de baja: ya no se le reparten turnos" in despues
        assert f"1 turno de {CAST} está sin nadie" in despues


def test_las_fichas_y_las_bajas_leen_los_turnos_por_su_indice(instancia_sqlite: Instancia) -> None:
    hasta_la_consulta(instancia_sqlite)
    id_ = id_de(instancia_sqlite, "cast-demo-01")
    hechas: list[tuple[str, Any]] = []
    with instancia_sqlite.como("administracion") as ctx:
        base = ctx.s.get_bind().engine
        event.listen(base, "before_cursor_execute", lambda _c, _k, orden, datos, *_: hechas.append((orden, datos)))
        buscar_personas.una(ctx.s, id_)
        buscar_unidades.una(ctx.s, CAST)
        actos.turnos_abiertos(ctx, CAST)
        administracion.baja_persona(ctx, id_, "Se fue")
        de_turnos = [h for h in hechas if "FROM turno" in h[0]]
        assert len(de_turnos) == 9, [h[0] for h in de_turnos]
        usados = set()
        for orden, datos in de_turnos:
            plan = [f[3] for f in ctx.s.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {orden}", datos)]
            (suyo,) = [paso for paso in plan if re.search(r"\bturno\b", paso)]
            assert suyo.startswith("SEARCH turno USING"), (orden, plan)
            # Los tres índices de lo abierto; `ix_turno_tablero` los tiene todos, también lo atendido.
            usados |= set(re.findall(r"ix_turno_(?:tomado|bandeja|procedimiento)\b", suyo)) or {suyo}
        assert usados - {"ix_turno_procedimiento"} == {"ix_turno_tomado", "ix_turno_bandeja"}
        ctx.s.rollback()
