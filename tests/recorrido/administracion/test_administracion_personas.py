"""La administración de unidades y personas por fuera: páginas, API y navegador; y a quién no se le deja."""

from __future__ import annotations

import html
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import func, select
from sqlmodel import col
from typer.testing import CliRunner

from api.cli import __main__
from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.actos.turnos import asignacion
from modelos.ajustes import Ajustes, ajustes
from modelos.expedientes.expediente import Turno
from modelos.organizacion.cambios import CONSOLA, Cambio
from modelos.organizacion.organigrama import Adscripcion, Persona, por_correo
from tests.accesorios.fabricas import Cliente, Instancia
from tests.accesorios.paginas.de_administracion import EXCEL, HOY, PERSONAS, UNIDADES, clave_de, ficha, id_de, texto
from tests.accesorios.paginas.navegador import Sala, faltas_de_acceso, se_sale
from tests.accesorios.paginas.visitante import Visitante, hasta_la_consulta
from tests.integracion.administracion.test_excel import BUENO, Hojas, libro

AJENOS = ("coordinacion", "dstc", "direccion")
LECTURAS = (
    UNIDADES,
    f"{UNIDADES}/nueva",
    f"{UNIDADES}/CST",
    PERSONAS,
    f"{PERSONAS}/nueva",
    f"{PERSONAS}/1",
    EXCEL,
    f"{EXCEL}/catalogos.xlsx",
    "/administracion/cambios",
    "/administracion/parametros",
)
ENVIOS = (
    f"{UNIDADES}/nueva",
    f"{UNIDADES}/CST/corregir",
    f"{UNIDADES}/CAST-DEMO-01/baja",
    f"{UNIDADES}/CAST-DEMO-01/reactivar",
    f"{PERSONAS}/nueva",
    f"{PERSONAS}/1/corregir",
    f"{PERSONAS}/1/adscribir",
    f"{PERSONAS}/1/vigencia",
    f"{PERSONAS}/1/clave",
    f"{PERSONAS}/1/baja",
    f"{PERSONAS}/1/reactivar",
    f"{EXCEL}/revisar",
    f"{EXCEL}/cargar",
)
VALIDOS = {
    "campo-clave": "CAST-1",
    "campo-nombre": "Nombre",
    "campo-depende_de": "CE-15",
    "campo-fuente": "x",
    "campo-desde": "2026-11-20",
    "campo-motivo": "x",
    "campo-correo": "x@x.mx",
    "campo-unidad": "CST",
    "campo-rol": "operacion",
    "id": "1",
    "hasta": "2026-11-20",
}
API: tuple[tuple[str, str, dict[str, object] | None], ...] = (
    ("GET", "/unidades", None),
    ("POST", "/unidades", {"clave": "CAST-1", "nombre": "x", "depende_de": "CE-15"}),
    ("PUT", "/unidades/CST", {"nombre": "x", "fuente": "x"}),
    ("POST", "/unidades/CAST-DEMO-01/baja", {"desde": "2026-11-20", "motivo": "x"}),
    ("POST", "/unidades/CAST-DEMO-01/reactivar", {"motivo": "x"}),
    ("GET", "/personas", None),
    ("POST", "/personas", {"correo": "x@x.mx", "nombre": "x", "unidad": "CST", "rol": "operacion"}),
    ("GET", "/personas/1", None),
    ("PUT", "/personas/1", {"correo": "x@x.mx", "nombre": "x"}),
    ("POST", "/personas/1/adscripciones", {"unidad": "CST", "rol": "operacion"}),
    ("POST", "/personas/1/adscripciones/1/vigencia", {"hasta": "2026-11-20"}),
    ("POST", "/personas/1/clave", None),
    ("POST", "/personas/1/baja", {"motivo": "x"}),
    ("POST", "/personas/1/reactivar", None),
    ("GET", "/cambios", None),
    ("GET", "/catalogos.xlsx", None),
)


@pytest.fixture(autouse=True)
def _hoy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", HOY)


# --- quién ----------------------------------------------------------------------


@pytest.mark.parametrize("alias", AJENOS)
def test_solo_la_administracion_ve_y_cambia_unidades_y_personas(
    web: str, instancia_sqlite: Instancia, alias: str
) -> None:
    with Visitante(web, alias) as v:
        assert {camino: v.get(camino).status_code for camino in LECTURAS} == dict.fromkeys(LECTURAS, 403)
        for camino in ENVIOS:
            archivos = {"archivo": ("l.xlsx", libro(BUENO))} if camino.endswith("revisar") else None
            assert v.post(camino, data=VALIDOS, files=archivos).status_code == 403, camino
    with Cliente(web, alias) as c:
        for metodo, camino, cuerpo in API:
            assert c.request(metodo, camino, json=cuerpo).status_code == 403, (metodo, camino)
        for camino in ("revisar", "cargar"):
            envio = c.post(f"/catalogos/{camino}", files={"archivo": ("l.xlsx", libro(BUENO))}, data={"motivo": "x"})
            assert envio.status_code == 403
    with instancia_sqlite.leer() as s:
        assert s.scalar(select(func.count()).select_from(Cambio)) == 0
        assert s.scalar(select(func.count()).select_from(Persona)) == 57


def test_sin_sesion_no_se_ve_nada(web: str) -> None:
    with Visitante(web) as v:
        assert {v.get(camino).status_code for camino in LECTURAS} == {303}
        assert {v.post(camino, data=VALIDOS).status_code for camino in ENVIOS} <= {303, 401}
    with Cliente(web) as c:
        assert {c.request(metodo, camino, json=cuerpo).status_code for metodo, camino, cuerpo in API} == {401}


# --- personas -------------------------------------------------------------------


def test_el_alta_muestra_una_sola_vez_una_contrasena_que_sirve(web: str, instancia_sqlite: Instancia) -> None:
    with Visitante(web, "administracion") as v, Visitante(web) as ella:
        vacia = v.get(f"{PERSONAS}/nueva?unidad=CST")
        assert '<option value="CST" selected>' in vacia.text
        datos = {"ficha": ficha(vacia), "campo-correo": "eva@x", "campo-nombre": "Eva Ríos", "campo-unidad": "CST"}
        mala = v.post(f"{PERSONAS}/nueva", data=datos)
        assert mala.status_code == 422
        assert 'value="Eva Ríos"' in mala.text
        assert '<option value="CST" selected>' in mala.text
        assert "elija uno de" in mala.text
        datos |= {"ficha": ficha(mala), "campo-correo": "Eva@x.mx", "campo-rol": "operacion"}
        buena = v.post(f"{PERSONAS}/nueva", data=datos)
        assert buena.status_code == 200
        assert buena.headers["cache-control"] == "no-store"
        clave = clave_de(buena)
        otra_vez = v.post(f"{PERSONAS}/nueva", data=datos)  # doble clic
        id_ = id_de(instancia_sqlite, "eva@x.mx")
        assert otra_vez.headers["location"] == f"{PERSONAS}/{id_}?hecho=repetida#resultado"
        pagina = v.get(otra_vez.headers["location"])
        assert "Si no alcanzó a copiar la contraseña, restablézcala" in pagina.text
        assert clave not in pagina.text
        assert v.post(f"{PERSONAS}/nueva", data={**datos, "ficha": "otra"}).status_code == 409
        assert ella.post("/entrar", data={"correo": "eva@x.mx", "clave": clave}).status_code == 303
        nueva = clave_de(v.post(f"{PERSONAS}/{id_}/clave", data={"ficha": "f1"}))
        assert ella.get("/expedientes").status_code == 303  # la sesión se cerró
        assert ella.post("/entrar", data={"correo": "eva@x.mx", "clave": clave}).status_code == 401
        assert ella.post("/entrar", data={"correo": "eva@x.mx", "clave": nueva}).status_code == 303
        assert "Se restableció su contraseña" in v.get(f"{PERSONAS}/{id_}").text
    with instancia_sqlite.leer() as s:
        guardado = [str(c.despues) for c in s.scalars(select(Cambio))]
        assert not [g for g in guardado if clave in g or nueva in g or "argon2" in g]


def test_quien_restablece_la_suya_ve_la_nueva_aunque_se_cierre_su_sesion(web: str, instancia_sqlite: Instancia) -> None:
    with Visitante(web, "administracion") as v:
        yo = id_de(instancia_sqlite, "administracion")
        nueva = clave_de(v.post(f"{PERSONAS}/{yo}/clave", data={"ficha": "f"}))
        assert v.get(PERSONAS).status_code == 303
        assert v.entrar("administracion", nueva).status_code == 303
        assert v.get(PERSONAS).status_code == 200


def test_se_adscribe_se_retira_con_vigencia_y_lo_que_rigio_no_se_reescribe(
    web: str, instancia_sqlite: Instancia
) -> None:
    id_ = id_de(instancia_sqlite, "cst")
    ruta = f"{PERSONAS}/{id_}"
    with Visitante(web, "administracion") as v:
        datos = {"campo-unidad": "DVS", "campo-rol": "coordinacion", "campo-desde": "2026-12-01"}
        mala = v.post(f"{ruta}/adscribir", data={**datos, "campo-hasta": "2026-11-30"})
        assert mala.status_code == 422
        assert "no puede ser anterior a 2026-12-01" in mala.text
        assert '<option value="DVS" selected>' in mala.text
        assert v.post(f"{ruta}/adscribir", data={**datos, "campo-hasta": "treinta"}).status_code == 422
        assert v.post(f"{ruta}/adscribir", data={}).status_code == 422
        assert v.post(f"{ruta}/adscribir", data=datos).status_code == 303
        assert v.post(f"{ruta}/adscribir", data=datos).status_code == 409
        pagina = texto(v.get(ruta))
        assert "Todavía no rige desde el mar 1 dic 2026, sin fin" in pagina
        with instancia_sqlite.leer() as s:
            suyas = {a.unidad: a.id for a in s.scalars(select(Adscripcion).where(col(Adscripcion.persona_id) == id_))}
        tarde = v.post(f"{ruta}/vigencia", data={"id": suyas["CST"], "hasta": "2026-10-01"})
        assert tarde.status_code == 422
        assert f'href="#hasta-{suyas["CST"]}"' in tarde.text
        assert 'value="2026-10-01"' in tarde.text
        assert v.post(f"{ruta}/vigencia", data={"id": suyas["CST"], "hasta": "2026-12-15"}).status_code == 303
        assert v.post(f"{ruta}/vigencia", data={"id": suyas["DVS"], "hasta": "2026-11-19"}).status_code == 303
        pagina = texto(v.get(ruta))
        assert "hasta el mar 15 dic 2026" in pagina
        assert "DVS Coordinación" not in pagina
        assert "Se quitó: no llegó a regir" in pagina
        ajena = v.post(f"{PERSONAS}/1/vigencia", data={"id": suyas["CST"], "hasta": "2026-12-15"})
        assert ajena.status_code == 404


def test_la_baja_dice_que_turnos_tiene_y_al_hacerla_vuelven_a_su_unidad(web: str, instancia_sqlite: Instancia) -> None:
    folio = hasta_la_consulta(instancia_sqlite)
    (suyo,) = [t for t in instancia_sqlite.abiertos(folio) if t.unidad == "CAST-DEMO-01"]
    with instancia_sqlite.como("cast-demo-01") as ctx:
        asignacion.tomar(ctx, suyo.id)
    id_ = id_de(instancia_sqlite, "cast-demo-01")
    with Visitante(web, "administracion") as v:
        assert v.post(f"{PERSONAS}/{id_}/baja", data={"campo-motivo": " "}).status_code == 422
        antes = v.get(f"{PERSONAS}/{id_}")
        assert "Tiene 1 turno tomado, que vuelve a su unidad, y se avisa a sus compañeros" in texto(antes)
        assert f'href="/turnos/{suyo.id}#quien"' in antes.text
        hecha = v.post(f"{PERSONAS}/{id_}/baja", data={"campo-motivo": "Renuncia"})
        pagina = v.get(hecha.headers["location"])
        assert "Quedó de baja" in pagina.text
        assert "tenía tomado volvió a su unidad" in texto(pagina)
        assert "turno tomado" not in texto(pagina)
        with instancia_sqlite.leer() as s:
            assert s.get_one(Turno, suyo.id).persona_id is None
        assert v.get(f"/turnos/{suyo.id}").status_code == 200
        assert "Sigue registrada como quien firma" in texto(pagina)
        with Visitante(web) as ella:
            assert ella.entrar("cast-demo-01").status_code == 401
        assert v.post(f"{PERSONAS}/{id_}/clave", data={"ficha": "a"}).status_code == 409
        clave = clave_de(v.post(f"{PERSONAS}/{id_}/reactivar", data={"ficha": "b"}))
        with Visitante(web) as ella:
            assert ella.entrar("cast-demo-01", clave).status_code == 303


def test_nadie_se_quita_a_si_mismo_la_administracion(web: str, instancia_sqlite: Instancia) -> None:
    yo = id_de(instancia_sqlite, "administracion")
    with instancia_sqlite.leer() as s:
        mia = s.scalars(select(Adscripcion).where(col(Adscripcion.persona_id) == yo)).one().id
    with Visitante(web, "administracion") as v:
        assert "Dar de baja" not in v.get(f"{PERSONAS}/{yo}").text
        baja = v.post(f"{PERSONAS}/{yo}/baja", data={"campo-motivo": "x"})
        assert baja.status_code == 409
        assert "Pídalo a otra persona de la administración" in baja.text
        assert v.post(f"{PERSONAS}/{yo}/vigencia", data={"id": mia, "hasta": "2026-11-20"}).status_code == 409
        assert v.get(PERSONAS).status_code == 200


def test_las_personas_se_buscan_y_se_recorren_sin_repetir(web: str) -> None:
    with Visitante(web, "administracion") as v:
        assert "1 persona con esos datos" in v.get(f"{PERSONAS}?texto=COORDINACION+de+la").text
        assert "2 personas con esos datos" not in v.get(f"{PERSONAS}?unidad=CST").text
        assert "1 persona con esos datos" in v.get(f"{PERSONAS}?unidad=CST").text
        assert "1 persona con esos datos" in v.get(f"{PERSONAS}?rol=direccion").text
        assert "Nadie coincide" in v.get(f"{PERSONAS}?estado=baja").text
        vistas: list[str] = []
        camino = PERSONAS
        while camino:
            pagina = v.get(camino).text
            vistas += re.findall(r'<th scope="row"><a href="/administracion/personas/(\d+)"', pagina)
            siguiente = re.search(r'href="([^"]+cursor=[^"]+)">Ver las que siguen', pagina)
            camino = html.unescape(siguiente.group(1)) if siguiente else ""
        assert len(vistas) == len(set(vistas)) == 57
        assert v.get(f"{PERSONAS}?cursor=nada").status_code == 422
        assert v.get(f"{PERSONAS}/0").status_code == v.get(f"{PERSONAS}/999999").status_code == 404


# --- Excel ----------------------------------------------------------------------


def subir(v: Visitante, hojas: Hojas, nombre: str = "libro.xlsx") -> httpx.Response:
    return v.post(f"{EXCEL}/revisar", files={"archivo": (nombre, libro(hojas))})


def ocultos(respuesta: httpx.Response) -> dict[str, str]:
    return {n: html.unescape(t) for n, t in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', respuesta.text)}


def test_la_carga_se_revisa_se_confirma_y_repetirla_no_duplica(web: str, instancia_sqlite: Instancia) -> None:
    with Visitante(web, "administracion") as v:
        revisada = subir(v, BUENO)
        assert revisada.status_code == 200
        assert "Todo se entiende; nada se ha guardado todavía" in texto(revisada)
        assert "CAST de demostración 01 → pasa a CAST renombrado" in texto(revisada)
        with instancia_sqlite.leer() as s:
            assert por_correo(s, "ana@x.mx") is None
        datos = ocultos(revisada)
        sin_motivo = v.post(f"{EXCEL}/cargar", data=datos)
        assert sin_motivo.status_code == 422
        assert "Por qué se carga: escriba por qué" in sin_motivo.text
        datos = {**ocultos(sin_motivo), "campo-motivo": "Oficio 12"}
        hecha = v.post(f"{EXCEL}/cargar", data=datos)
        assert hecha.status_code == 200
        assert "Entró completa" in hecha.text
        clave = clave_de(hecha)
        with Visitante(web) as ella:
            assert ella.post("/entrar", data={"correo": "ana@x.mx", "clave": clave}).status_code == 303
        repetida = v.post(f"{EXCEL}/cargar", data=datos)
        assert repetida.headers["location"] == f"{EXCEL}?hecho=repetida#resultado"
        assert "Esa carga ya estaba hecha" in v.get(repetida.headers["location"]).text
        assert "no hay nada que cargar" in texto(subir(v, BUENO))
        bajado = v.get(f"{EXCEL}/catalogos.xlsx")
        assert 'filename="unidades-y-personas-2026-11-20.xlsx"' in bajado.headers["content-disposition"]
        otra = v.post(f"{EXCEL}/revisar", files={"archivo": ("b.xlsx", bajado.content)})
        assert "no hay nada que cargar" in texto(otra)
        assert v.get(f"{EXCEL}/cargar").status_code == 303


def test_los_renglones_malos_se_dicen_todos_y_no_se_puede_confirmar(web: str, instancia_sqlite: Instancia) -> None:
    malas: Hojas = {**BUENO, "Personas": [("Correo", "Nombre"), ("ana@x", "Ana"), ("beto@x.mx", "")]}
    with Visitante(web, "administracion") as v:
        revisada = subir(v, malas)
        assert revisada.status_code == 422
        leido = texto(revisada)
        assert "3 faltas por corregir; no se guardó nada" in leido
        assert "Personas, renglón 2 A, Correo Escriba un correo completo" in leido
        assert "Personas, renglón 3 B, Nombre Es obligatoria" in leido
        assert "Adscripciones, renglón 2 A, Correo No hay una persona con ese correo" in leido
        assert "Confirmar la carga" not in leido
        for nombre, contenido in (("x.csv", b"a,b"), ("x.xlsx", b"PK"), ("x.xls", b"\xd0\xcf\x11\xe0xx")):
            malo = v.post(f"{EXCEL}/revisar", files={"archivo": (nombre, contenido)})
            assert malo.status_code == 422, nombre
            assert 'href="#archivo"' in malo.text
        assert v.post(f"{EXCEL}/revisar", data={}).status_code == 422
        assert v.post(f"{EXCEL}/cargar", data={"carga": "roto", "campo-motivo": "x"}).status_code == 422
    with instancia_sqlite.leer() as s:
        assert s.scalar(select(func.count()).select_from(Cambio)) == 0


def test_si_algo_cambio_mientras_se_revisaba_se_muestra_como_quedaria(web: str) -> None:
    with Visitante(web, "administracion") as v:
        datos = {**ocultos(subir(v, BUENO)), "campo-motivo": "Oficio 12"}
        alta = {"campo-correo": "ana@x.mx", "campo-nombre": "Ana", "campo-unidad": "CST", "campo-rol": "operacion"}
        assert v.post(f"{PERSONAS}/nueva", data={**alta, "ficha": "a"}).status_code == 200
        tarde = v.post(f"{EXCEL}/cargar", data=datos)
        assert tarde.status_code == 409
        assert "algo cambió desde que la revisó" in tarde.text
        assert "Oficio 12" in tarde.text
        assert "Ana → pasa a Ana Pérez" in texto(tarde)
        assert v.post(f"{EXCEL}/cargar", data={**ocultos(tarde), "campo-motivo": "Oficio 12"}).status_code == 200


# --- cambios y parámetros -----------------------------------------------------------


def test_los_cambios_se_ven_por_cosa_y_por_persona_tambien_los_de_consola(
    web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DSTC_DATOS", str(instancia_sqlite.ajustes.datos))
    monkeypatch.setenv("DSTC_CLAVE", "una-clave-larga")
    ajustes.cache_clear()
    orden = ["cast", "crear", "CAST-88", "--nombre", "CAST de consola", "--depende-de", "CE-01"]
    assert CliRunner().invoke(__main__.app, orden, catch_exceptions=False).exit_code == 0
    ajustes.cache_clear()
    with Visitante(web, "administracion") as v:
        id_ = id_de(instancia_sqlite, "cst")
        v.post(f"{PERSONAS}/{id_}/corregir", data={"campo-correo": "cst@demo.local", "campo-nombre": "Carla Solís"})
        todo = texto(v.get("/administracion/cambios"))
        assert "2 cambios, lo último primero" in todo
        assert "antes: Personal de CST (demostración) ahora: Carla Solís" in todo
        de_unidades = texto(v.get("/administracion/cambios?cosa=unidad"))
        assert "1 cambio con esos datos" in de_unidades
        assert f"Unidades: CAST-88 + nuevo {CONSOLA}" in de_unidades
        yo = id_de(instancia_sqlite, "administracion")
        assert "Carla Solís" in texto(v.get(f"/administracion/cambios?quien={yo}"))
        assert "Carla Solís" not in texto(v.get("/administracion/cambios?quien=consola"))
        assert v.get("/administracion/cambios?cursor=x").status_code == 422


def test_los_parametros_dicen_todo_lo_inferido_de_las_tablas_que_rigen(web: str) -> None:
    with Visitante(web, "administracion") as v:
        leido = texto(v.get("/administracion/parametros"))
        for tabla in CATALOGO.vigentes(reloj.hoy()):
            dichos = [act.inferido for act in tabla.actividades]
            dichos += [ruta.inferida for act in tabla.actividades for ruta in act.salidas.values()]
            dichos += [act.plazo.inferido for act in tabla.actividades if act.plazo]
            dichos += [tramo.regla.inferido for tramo in tabla.tramos]
            dichos += [oficio.inferido for act in tabla.actividades for oficio in act.oficios]
            dichos += [tabla.ciclo.inferido if tabla.ciclo else ""]
            for modelo in (tabla.datos, *(act.formulario for act in tabla.actividades if act.formulario)):
                extras = [campo.json_schema_extra for campo in modelo.model_fields.values()]
                dichos += [str(extra.get("inferido", "")) for extra in extras if isinstance(extra, dict)]
            faltan = [dicho for dicho in dichos if dicho and dicho not in leido]
            assert faltan == [], tabla.clave
        solo = texto(v.get("/administracion/parametros?procedimiento=seguimiento"))
        assert "Consulta con los CAST las observaciones" in solo
        assert "Órgano que valora" not in solo


def test_los_ajustes_se_muestran_sin_sus_secretos(tmp_path: Path) -> None:
    from api.web.procedimientos.inferidos import ajustes_de

    propios = Ajustes(
        datos=tmp_path,
        base="postgresql+psycopg://usuario:muy-secreta@base.ejemplo.mx/dstc",
        correo="mailtos://avisos:muy-secreta@correo.ejemplo.mx",  # type: ignore[arg-type]
        prefect_url="https://yo:muy-secreta@prefect.ejemplo.mx:4200/api?llave=muy-secreta",
        sello_clave="muy-secreta",  # type: ignore[arg-type]
    )
    dichos = {a.variable: a.valor for a in ajustes_de(propios)}
    assert set(dichos) == {f"DSTC_{n.upper()}" for n in Ajustes.model_fields}
    assert not [v for v in dichos.values() if "secreta" in v or str(tmp_path) in v]
    assert dichos["DSTC_PREFECT_URL"] == "https://prefect.ejemplo.mx:4200/api"
    assert (dichos["DSTC_BASE"], dichos["DSTC_CORREO"]) == ("PostgreSQL", "Puesto; no se muestra")


# --- con navegador ----------------------------------------------------------------


@pytest.mark.navegador
def test_sin_javascript_se_carga_un_libro_y_se_ven_las_contrasenas(
    navegador: Browser, web: str, tmp_path: Path
) -> None:
    archivo = tmp_path / "libro.xlsx"
    archivo.write_bytes(libro({"Personas": [("Correo", "Nombre"), ("ana@x", "Ana")]}))
    sala = Sala(navegador, web, con_javascript=False)
    pagina = sala.como("administracion")
    pagina.goto(EXCEL)
    pagina.get_by_label("Libro de Excel").set_input_files(archivo)
    pagina.get_by_role("button", name="Revisar el libro").click()
    expect(pagina.get_by_role("alert")).to_contain_text("1 falta por corregir")
    archivo.write_bytes(libro(BUENO))
    pagina.get_by_role("link", name="Subir el libro corregido").click()
    pagina.get_by_label("Libro de Excel").set_input_files(archivo)
    pagina.get_by_role("button", name="Revisar el libro").click()
    pagina.get_by_label("Por qué se carga").fill("Oficio 12")
    pagina.get_by_role("button", name="Confirmar la carga").click()
    expect(pagina.get_by_role("heading", name="Contraseñas de las personas nuevas")).to_be_visible()
    sala.cerrar()
    assert not sala.quejas


@pytest.mark.navegador
def test_las_paginas_de_unidades_y_personas_son_accesibles_y_caben_en_un_telefono(
    navegador: Browser, web: str, instancia_sqlite: Instancia, tmp_path: Path
) -> None:
    folio = hasta_la_consulta(instancia_sqlite)
    (suyo,) = [t for t in instancia_sqlite.abiertos(folio) if t.unidad == "CAST-DEMO-01"]
    with instancia_sqlite.como("cast-demo-01") as ctx:
        asignacion.tomar(ctx, suyo.id)
    cast = id_de(instancia_sqlite, "cast-demo-01")
    with Visitante(web, "administracion") as v:
        largo = {"campo-nombre": "Larguísimo" * 20, "campo-depende_de": "CE-15", "campo-fuente": "x" * 300}
        assert v.post(f"{UNIDADES}/CAST-DEMO-01/corregir", data=largo).status_code == 303
        v.post(f"{PERSONAS}/{cast}/corregir", data={"campo-correo": f"{'a' * 150}@x.mx", "campo-nombre": "Ñ" * 200})
    sala = Sala(navegador, web)
    pagina = sala.como("administracion")
    faltas: list[str] = []

    def mirar() -> None:
        cerrados = pagina.locator("main details:not([open]) > summary")
        while cerrados.count():
            cerrados.first.click()
        faltas.extend([*faltas_de_acceso(pagina), *se_sale(pagina)])
        assert pagina.locator("h1").count() == 1

    lecturas = [c for c in LECTURAS if not c.endswith(".xlsx")]
    for camino in (*lecturas, f"{UNIDADES}/CAST-DEMO-01", f"{UNIDADES}/CE-01", f"{PERSONAS}/{cast}"):
        respuesta = pagina.goto(camino)
        assert respuesta, camino
        assert respuesta.ok, camino
        mirar()
    for camino, boton in (
        (f"{UNIDADES}/nueva", "Dar de alta"),
        (f"{UNIDADES}/CAST-DEMO-01", "Dar de baja CAST-DEMO-01"),
        (f"{PERSONAS}/nueva", "Dar de alta"),
        (f"{PERSONAS}/{cast}", "Adscribir"),
        (f"{PERSONAS}/{cast}", "Restablecer la contraseña"),
        (EXCEL, "Revisar el libro"),
    ):
        pagina.goto(camino)
        mirar()
        pagina.get_by_role("button", name=boton, exact=True).click()
        mirar()
    mala: Hojas = {"Personas": [("Correo", "Nombre", "Otra"), ("x" * 90, "y")]}
    for hojas in (BUENO, mala):
        archivo = tmp_path / "libro.xlsx"
        archivo.write_bytes(libro(hojas))
        pagina.goto(EXCEL)
        pagina.get_by_label("Libro de Excel").set_input_files(archivo)
        pagina.get_by_role("button", name="Revisar el libro").click()
        mirar()
    pagina.goto(f"{PERSONAS}/nueva")
    pagina.get_by_role("button", name="Dar de alta").click()
    pagina.get_by_role("link", name="Correo: escriba un correo").click()
    assert pagina.evaluate("document.activeElement.id") == "campo-correo"
    sala.cerrar()
    assert not faltas, "\n".join(faltas)
    assert not sala.quejas
