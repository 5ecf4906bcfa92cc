"""Los plazos por fuera: qué dice cada turno y cada expediente, la lista de lo que vence y quién la ve."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from modelos import reloj, sesion
from modelos.actos.conduccion import conducir
from modelos.calendario import publicados
from modelos.dias.dia import DiaInhabil, Publicacion
from modelos.organizacion.organigrama import por_correo
from modelos.plazos.plazo import Plazo
from tests.accesorios.fabricas import Cliente, Instancia, servida
from tests.accesorios.paginas.con_plazos import ACENTOS, publicar
from tests.accesorios.tablas.fechas import fecha


@pytest.fixture(autouse=True)
def con_tablas(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    publicar(request, monkeypatch)


def es(escrita: str) -> str:
    return fecha(escrita).isoformat()


def pedir(cliente: Cliente, ruta: str, **parametros: Any) -> dict[str, Any]:
    respuesta = cliente.get(ruta, params=parametros)
    assert respuesta.status_code == 200, respuesta.text
    cuerpo: dict[str, Any] = respuesta.json()
    return cuerpo


def ids(cliente: Cliente, ruta: str = "/plazos", **parametros: Any) -> list[str]:
    return [e["id"] for e in pedir(cliente, ruta, **parametros)["elementos"]]


def todas_las_paginas(cliente: Cliente, ruta: str, **parametros: Any) -> list[str]:
    vistos: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        pagina = pedir(cliente, ruta, **parametros, **cursor)
        vistos += [e["id"] for e in pagina["elementos"]]
        if pagina["siguiente"] is None:
            assert len(vistos) == pagina["total"]
            return vistos
        cursor = {"cursor": pagina["siguiente"]}


def test_cada_turno_y_cada_expediente_dicen_cuando_vencen_y_por_que(instancia: Instancia, direccion: str) -> None:
    folio = instancia.iniciar("poda")
    with Cliente(direccion, "dstc") as dstc, Cliente(direccion, "coordinacion") as coordina:
        (turno,) = pedir(dstc, "/turnos")["elementos"]
        # El lunes 3 no cuenta, y el miércoles 5 es inhábil en el calendario oficial pero no en la LFT.
        assert (turno["vence"], turno["conservador"]) == (es("mar 2027-05-11"), es("lun 2027-05-10"))
        hecho = dstc.post(f"/turnos/{turno['id']}/atender", json={"salida": "continuar", "version": 1}).json()
        assert [t["vence"] for t in hecho["turnos"]] == [es("mar 2027-05-18")]
        caso = hecho["expediente"]
        assert [(p["clave"], p["estado"]) for p in caso["plazos"]] == [("PX-T", "abierto"), ("PX-1", "cumplido")]
        tramo, cumplido = caso["plazos"]
        assert (tramo["turno"], tramo["actividad"], tramo["unidad"]) == (None, None, "CST")
        assert "vence el mar 18 may 2027" in tramo["computo"]["explicacion"]
        assert tramo["computo"]["dia_1"] == es("mar 2027-05-04")
        assert (cumplido["turno"], cumplido["actividad"], cumplido["hitos"]) == (turno["id"], "1", [])
        assert cumplido["cerrado"]
        assert pedir(coordina, f"/expedientes/{folio}")["plazos"] == caso["plazos"]
        (listado,) = pedir(coordina, "/expedientes", procedimiento="poda")["elementos"]
        assert listado["plazos"] == caso["plazos"]
        # El turno atendido conserva su fecha; el que no tiene plazo propio toma la del tramo, aquí y en la lista.
        assert pedir(dstc, f"/turnos/{turno['id']}")["vence"] == es("mar 2027-05-11")
        with Cliente(direccion, "cst") as cst:
            assert [t["vence"] for t in pedir(cst, "/turnos")["elementos"]] == [es("mar 2027-05-18")]


def test_lo_que_no_tiene_fecha_lo_dice_y_va_al_final(instancia: Instancia, direccion: str) -> None:
    con = instancia.iniciar("riego", centro="CAST-DEMO-01", evento="2027-05-03")
    sin = instancia.iniciar("riego", centro="CAST-DEMO-01")
    lejos = instancia.iniciar("riego", centro="CAST-DEMO-01", evento="2028-12-20")
    with Cliente(direccion, "cast-demo-01") as cliente:
        plazos = pedir(cliente, "/plazos")["elementos"]
        assert [p["folio"] for p in plazos] == [con, sin, lejos]
        assert [p["estado"] for p in plazos] == ["abierto", "sin_calcular", "sin_calcular"]
        assert [p["dias_habiles_restantes"] for p in plazos] == [10, None, None]
        assert "evento" in plazos[1]["computo"]["error"]
        assert "2029 no está publicado" in plazos[2]["computo"]["error"]
        assert ids(cliente, estado="sin_calcular") == [p["id"] for p in plazos[1:]]
        assert [t["vence"] for t in pedir(cliente, "/turnos")["elementos"]] == [es("mar 2027-05-18"), None, None]
        assert todas_las_paginas(cliente, "/plazos", limite=1) == [p["id"] for p in plazos]


def test_vence_antes_excluye_el_propio_dia(instancia: Instancia, direccion: str) -> None:
    instancia.iniciar("poda")
    folio = instancia.iniciar("poda")
    instancia.atender(instancia.abiertos(folio)[0])
    with Cliente(direccion, "dstc") as dstc, Cliente(direccion, "cst") as cst:
        for cliente, dia, despues in (
            (dstc, "mar 2027-05-11", "mié 2027-05-12"),
            (cst, "mar 2027-05-18", "mié 2027-05-19"),
        ):
            assert pedir(cliente, "/turnos", vence_antes=es(dia))["total"] == 0
            pagina = pedir(cliente, "/turnos", vence_antes=es(despues))
            assert [t["vence"] for t in pagina["elementos"]] == [es(dia)]
        assert len(ids(cst, vence_antes=es("mar 2027-05-18"))) == 0
        assert ids(cst, vence_antes=es("mié 2027-05-19")) == [f"{folio}.PX-T.2"]
        atendidos = pedir(dstc, "/turnos", estado="atendido", vence_antes=es("mié 2027-05-12"))
        assert [t["folio"] for t in atendidos["elementos"]] == [folio]
        assert dstc.get("/turnos", params={"vence_antes": "mañana"}).status_code == 422


def test_los_estados_y_los_filtros(instancia: Instancia, direccion: str, monkeypatch: pytest.MonkeyPatch) -> None:
    corre, parado = instancia.iniciar("poda"), instancia.iniciar("poda")
    with instancia.como("coordinacion") as ctx:
        conducir.suspender(ctx, parado, "Falta un dictamen")
    instancia.iniciar("riego", centro="CAST-DEMO-01", evento="2027-05-03")
    with Cliente(direccion, "coordinacion") as cliente:
        assert ids(cliente, estado="abierto", procedimiento="poda") == [f"{corre}.1.DSTC.1"]
        assert ids(cliente, estado="suspendido") == [f"{parado}.1.DSTC.1"]
        assert ids(cliente, estado="vencido") == []
        assert [p["unidad"] for p in pedir(cliente, "/plazos", unidad="CAST-DEMO-01")["elementos"]] == ["CAST-DEMO-01"]
        assert "vencido" in cliente.get("/plazos", params={"estado": "tarde"}).json()["campos"]["estado"]
        for malo in ({"limite": 0}, {"limite": 201}, {"cursor": "xyz"}, {"vence_antes": "2027-02-30"}):
            assert cliente.get("/plazos", params=malo).status_code == 422, malo
    monkeypatch.setenv("DSTC_RELOJ", "2027-05-13T09:00:00-06:00")  # jueves: dos hábiles después del martes 11
    with Cliente(direccion, "coordinacion") as cliente:
        (vencido,) = pedir(cliente, "/plazos", estado="vencido")["elementos"]
        assert (vencido["id"], vencido["vencido"], vencido["dias_habiles_restantes"]) == (f"{corre}.1.DSTC.1", True, -2)


def test_hasta_cuando_se_suspendio_va_en_utc_con_z_o_es_fecha_sola(instancia: Instancia, direccion: str) -> None:
    folio = instancia.iniciar("poda")
    id_ = f"{folio}.1.DSTC.1"
    with instancia.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "Falta un dictamen")
    with Cliente(direccion, "dstc") as cliente:

        def suspensiones() -> list[dict[str, str | None]]:
            (plazo,) = [p for p in pedir(cliente, "/plazos")["elementos"] if p["id"] == id_]
            suyas: list[dict[str, str | None]] = plazo["suspensiones"]
            return suyas

        assert [x["hasta"] for x in suspensiones()] == [None]
        with instancia.como("coordinacion") as ctx:
            conducir.reanudar(ctx, folio, "Llegó")
        assert [x["hasta"] for x in suspensiones()] == ["2027-05-03T15:00:00.000000Z"]
        with sesion.transaccion(instancia.url) as s:
            plazo = s.get_one(Plazo, id_)
            plazo.suspensiones = [{**plazo.suspensiones[0], "hasta": "2027-05-04"}]
        assert [x["hasta"] for x in suspensiones()] == ["2027-05-04"]


def test_un_cast_no_ve_los_plazos_de_otro(instancia: Instancia, direccion: str) -> None:
    suyo = instancia.iniciar("riego", centro="CAST-DEMO-01", evento="2027-05-03")
    ajeno = instancia.iniciar("riego", centro="CAST-DEMO-02", evento="2027-05-03")
    with Cliente(direccion, "cast-demo-01") as uno, Cliente(direccion, "coordinacion") as coordina:
        assert [p["folio"] for p in pedir(uno, "/plazos")["elementos"]] == [suyo]
        assert ids(uno, unidad="CAST-DEMO-02") == []
        assert [t["folio"] for t in pedir(uno, "/turnos", vence_antes="2028-01-01")["elementos"]] == [suyo]
        assert {p["folio"] for p in pedir(coordina, "/plazos")["elementos"]} == {suyo, ajeno}
        assert uno.get("/plazos", headers={"Authorization": "Bearer falso"}).status_code == 401


def test_la_lista_se_recorre_entera_sin_repetir_aunque_muchos_venzan_el_mismo_dia(
    instancia: Instancia, direccion: str
) -> None:
    folios = [instancia.iniciar("poda") for _ in range(4)]
    for folio in folios[:2]:
        instancia.atender(instancia.abiertos(folio)[0])
        instancia.atender(instancia.abiertos(folio)[0])
    instancia.iniciar("riego", centro="CAST-DEMO-02")
    with Cliente(direccion, "coordinacion") as cliente:
        de_una_vez = ids(cliente, limite=200)
        # Dos revisiones que siguen abiertas, dos tramos, seis opiniones y un riego sin fecha.
        assert len(de_una_vez) == len(set(de_una_vez)) == 11
        for limite in (1, 3, 10):
            assert todas_las_paginas(cliente, "/plazos", limite=limite) == de_una_vez


@contextmanager
def consultas(instancia: Instancia) -> Iterator[list[str]]:
    """Las órdenes SQL que se ejecuten dentro."""
    vistas: list[str] = []

    def anotar(_conexion: Any, _cursor: Any, orden: str, *_otros: Any) -> None:
        vistas.append(orden)

    motor = sesion.motor(instancia.url)
    event.listen(motor, "before_cursor_execute", anotar)
    yield vistas
    event.remove(motor, "before_cursor_execute", anotar)


def de_plazos(ordenes: list[str]) -> list[str]:
    return [o for o in ordenes if "FROM plazo" in o]


def test_atender_no_busca_plazos_donde_no_los_hay_y_una_sola_vez_donde_si(instancia: Instancia, direccion: str) -> None:
    sin, con = instancia.iniciar("barrido"), instancia.iniciar("poda")
    cuerpo = {"salida": "continuar", "version": 1}
    with Cliente(direccion, "dstc") as dstc:
        with consultas(instancia) as ordenes:
            assert dstc.post(f"/turnos/{sin}.1.DSTC.1/atender", json=cuerpo).status_code == 200
        assert not [o for o in ordenes if "plazo" in o]
        with consultas(instancia) as ordenes:
            assert dstc.post(f"/turnos/{con}.1.DSTC.1/atender", json=cuerpo).status_code == 200
        assert len(de_plazos(ordenes)) == 1, de_plazos(ordenes)


def test_una_lista_busca_los_plazos_una_vez_por_pagina(instancia: Instancia, direccion: str) -> None:
    for _ in range(3):
        instancia.iniciar("poda")
    with Cliente(direccion, "dstc") as dstc, Cliente(direccion, "coordinacion") as coordina:
        for cliente, ruta in ((dstc, "/turnos"), (coordina, "/expedientes")):
            with consultas(instancia) as ordenes:
                assert len(pedir(cliente, ruta)["elementos"]) == 3
            assert len(de_plazos(ordenes)) == 1, ruta


def test_el_procedimiento_publica_sus_plazos_en_palabras(instancia_sqlite: Instancia) -> None:
    with servida(instancia_sqlite) as direccion, Cliente(direccion, "cst") as cliente:
        poda, riego = (pedir(cliente, f"/procedimientos/{clave}") for clave in ("poda", "riego"))
    plazo = poda["actividades"][2]["plazo"]
    assert (plazo["clave"], plazo["que"], plazo["regla"]) == ("PX-3", ACENTOS, "3 días hábiles desde que se abre")
    assert (plazo["fundamento"], plazo["inferido"]) == ("Manual inventado, art. 3", "La fuente no dice cuántos días.")
    assert plazo["hitos"][-3:] == ["1 día hábil antes", "el día en que vence", "vencido, cada 3 días hábiles"]
    assert poda["actividades"][1]["plazo"] is None
    (tramo,) = poda["plazos"]
    assert (tramo["empieza"], tramo["cumplen"]) == ({"actividad": "1", "salida": "continuar"}, ["4"])
    assert riego["actividades"][0]["plazo"]["regla"] == "10 días hábiles desde «Fecha del evento»"
    assert poda["ciclo"] is None


def test_el_computo_cuenta_con_los_dias_publicados_y_con_los_de_la_unidad(instancia: Instancia, direccion: str) -> None:
    with Cliente(direccion, "cst") as cliente:
        antes = pedir(cliente, "/calendario/computo", desde="2027-05-10", dias=3)
        assert (antes["vence"], antes["version"]) == (es("jue 2027-05-13"), publicados().version)
        assert pedir(cliente, "/calendario/ultimo-habil", mes="2027-05") == {"fecha": es("lun 2027-05-31")}
        with sesion.transaccion(instancia.url) as s:
            persona = por_correo(s, "administracion@demo.local")
            assert persona
            ahora = reloj.ahora()
            publicacion = Publicacion(
                estado="aprobada", orden=1, motivo="x", propuesta=ahora, propuesta_por=persona.id or 0, resuelta=ahora
            )
            s.add(publicacion)
            s.flush()
            for dia, ambito, lugar in (
                ("mié 2027-05-12", "nacional", ""),
                ("lun 2027-05-31", "nacional", ""),
                ("jue 2027-05-13", "centro", "CAST-DEMO-01"),
            ):
                s.add(
                    DiaInhabil(
                        inicio=fecha(dia),
                        fin=fecha(dia),
                        tipo="suspension_labores",
                        ambito=ambito,
                        lugar=lugar,
                        motivo="Obra",
                        fuente="Acuerdo de prueba",
                        alta=publicacion.id or 0,
                    )
                )
        despues = pedir(cliente, "/calendario/computo", desde="2027-05-10", dias=3)
        assert despues["vence"] == es("vie 2027-05-14")
        assert despues["version"].startswith(f"{antes['version']}+")
        motivo = "suspensión de labores: Obra"
        saltado = {"fecha": es("mié 2027-05-12"), "motivo": motivo, "fundamento": "Acuerdo de prueba"}
        assert saltado in despues["saltados"]
        del_centro = pedir(cliente, "/calendario/computo", desde="2027-05-10", dias=3, unidad="CAST-DEMO-01")
        assert del_centro["vence"] == es("lun 2027-05-17")
        ultimo = pedir(cliente, "/calendario/ultimo-habil", mes="2027-05")
        assert ultimo == {"fecha": es("vie 2027-05-28"), "version": despues["version"]}
        for consulta in ("computo?desde=2027-05-10&dias=3", "ultimo-habil?mes=2027-05"):
            assert cliente.get(f"/calendario/{consulta}&unidad=NADIE").status_code == 404
