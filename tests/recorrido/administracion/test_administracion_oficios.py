"""La administración de los oficios por fuera: páginas, API y órdenes; y a quién no se le deja."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlmodel import col
from typer.testing import CliRunner

from api.cli import __main__
from modelos.ajustes import ajustes
from modelos.errores import ArchivoRechazado, FormularioIncompleto, NoLeCorresponde
from modelos.oficios.oficio import Oficio, PlantillaEditada
from modelos.organizacion import acceso
from modelos.organizacion.errores import CredencialesInvalidas
from tareas.oficios.redaccion import borrador
from tests.accesorios.fabricas import Cliente, Instancia
from tests.accesorios.paginas.navegador import Sala, faltas_de_acceso, se_sale
from tests.accesorios.paginas.visitante import Visitante
from tests.oficios.test_sello import CLAVE, certificado

AJENOS = ("coordinacion", "dstc", "direccion")
UNA = "/administracion/plantillas/normatividad/of_01"
LECTURAS = (
    "/administracion/plantillas",
    UNA,
    f"{UNA}/historial",
    "/administracion/plantillas/comun/_base",
    "/administracion/papeleria",
    "/administracion/papeleria/DSTC",
    "/administracion/leyendas",
    "/administracion/ordenamientos",
    "/administracion/ordenamientos/L",
    "/administracion/titulares",
    "/administracion/titulares/DSTC",
    "/administracion/titulares/DSTC/nombrar",
    "/administracion/titulares/DSTC/suplir",
)
ENVIOS = (
    UNA,
    f"{UNA}/volver",
    "/administracion/papeleria/DSTC",
    "/administracion/leyendas",
    "/administracion/ordenamientos/L",
    "/administracion/titulares/DSTC/nombrar",
    "/administracion/titulares/DSTC/suplir",
    "/administracion/titulares/DSTC/vacar",
    "/administracion/titulares/DSTC/terminar",
)
VALIDOS = {
    "campo-texto": "{% block asunto %}A{% endblock %}",
    "campo-motivo": "m",
    "campo-folio": "NORM-2026-0001",
    "campo-anio": "2027",
    "campo-fuente": "x",
    "campo-nombre": "x",
    "campo-cita": "de x",
    "campo-estado": "proyecto",
    "campo-correo": "cst@demo.local",
    "campo-cargo": "x",
    "campo-precepto": "x",
    "campo-desde": "2026-11-20",
    "campo-hasta": "2026-11-20",
    "motivo": "x",
    "id": "1",
    "hasta": "2026-11-20",
}
API: tuple[tuple[str, str, dict[str, object] | None], ...] = (
    ("GET", "/plantillas", None),
    ("GET", "/plantillas/normatividad/of_01", None),
    ("GET", "/plantillas/normatividad/of_01/versiones", None),
    ("PUT", "/plantillas/normatividad/of_01", {"texto": "x", "motivo": "x", "version": 0}),
    ("POST", "/plantillas/normatividad/of_01/volver", {"a": 0, "motivo": "x", "version": 0}),
    ("POST", "/plantillas/normatividad/of_01/probar", {"folio": "x", "texto": "x"}),
    ("GET", "/papeleria", None),
    ("PUT", "/papeleria/DSTC", {}),
    ("GET", "/leyendas", None),
    ("PUT", "/leyendas/2027", {"texto": "x", "fuente": "x"}),
    ("GET", "/ordenamientos", None),
    ("PUT", "/ordenamientos/L", {"nombre": "x", "cita": "x", "estado": "proyecto"}),
    ("GET", "/titulares", None),
    ("POST", "/titulares", {"unidad": "DSTC", "correo": "cst@demo.local", "cargo": "x"}),
    ("POST", "/titulares/1/terminar", {"hasta": "2026-11-20"}),
    ("GET", "/suplencias", None),
    (
        "POST",
        "/suplencias",
        {
            "unidad": "DSTC",
            "correo": "cst@demo.local",
            "cargo": "x",
            "precepto": "x",
            "desde": "2026-11-20",
            "hasta": "2026-11-20",
        },
    ),
    ("POST", "/suplencias/1/terminar", {"hasta": "2026-11-20"}),
)


@pytest.fixture(autouse=True)
def _hoy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2026-11-20T10:00:00-06:00")


@pytest.fixture
def folio(instancia_sqlite: Instancia) -> str:
    """Un expediente con el borrador del OF-01 ya redactado."""
    nuevo = instancia_sqlite.iniciar("normatividad", "Lineamientos de prueba")
    instancia_sqlite.atender(instancia_sqlite.abiertos(nuevo)[0])
    instancia_sqlite.cumplir_encargos()
    return nuevo


def propia(asunto: str = "Asunto propio") -> str:
    return borrador.del_archivo("normatividad/of_01").replace(
        re.findall(r"block asunto %}(.*?){% endblock", borrador.del_archivo("normatividad/of_01"))[0], asunto
    )


# --- quién ----------------------------------------------------------------------


@pytest.mark.parametrize("alias", AJENOS)
def test_solo_la_administracion_ve_y_cambia_lo_de_los_oficios(
    web: str, instancia_sqlite: Instancia, alias: str
) -> None:
    with Visitante(web, alias) as v:
        assert {camino: v.get(camino).status_code for camino in LECTURAS} == dict.fromkeys(LECTURAS, 403)
        for camino in ENVIOS:
            for acto in ("guardar", "probar", "pdf"):
                assert v.post(camino, data={**VALIDOS, "acto": acto}).status_code == 403, (camino, acto)
        assert "/administracion/plantillas" not in v.get("/").text
    with Cliente(web, alias) as c:
        for metodo, camino, cuerpo in API:
            assert c.request(metodo, camino, json=cuerpo).status_code == 403, (metodo, camino)
    with instancia_sqlite.leer() as s:
        assert s.scalar(select(PlantillaEditada)) is None


def test_sin_sesion_no_se_ve_nada(web: str) -> None:
    with Visitante(web) as v:
        assert {v.get(camino).status_code for camino in LECTURAS} == {303}
        assert {v.post(camino, data=VALIDOS).status_code for camino in ENVIOS} <= {303, 401}
    with Cliente(web) as c:
        assert {c.request(metodo, camino, json=cuerpo).status_code for metodo, camino, cuerpo in API} == {401}


# --- plantillas -----------------------------------------------------------------


def test_se_edita_se_ve_con_un_expediente_de_verdad_y_se_vuelve_atras(web: str, folio: str) -> None:
    with Visitante(web, "administracion") as v:
        assert "normatividad/of_01" in v.get("/administracion/plantillas").text
        escrito = {"campo-texto": propia(), "campo-motivo": "", "campo-folio": folio.lower(), "version": "0"}
        muestra = v.post(UNA, data={**escrito, "acto": "probar"})
        assert muestra.status_code == 200
        assert f"Así quedaría en {folio}" in muestra.text
        assert "<dd>Asunto propio</dd>" in muestra.text
        pdf = v.post(UNA, data={**escrito, "acto": "pdf"})
        assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
        assert f"vista-previa-{folio}.pdf" in pdf.headers["content-disposition"]

        sin_motivo = v.post(UNA, data={**escrito, "acto": "guardar"})
        assert sin_motivo.status_code == 422
        assert "Por qué se cambia: escriba el motivo" in sin_motivo.text
        assert "Asunto propio" in sin_motivo.text
        guardado = v.post(UNA, data={**escrito, "campo-motivo": "Se precisa", "acto": "guardar"})
        assert guardado.status_code == 303
        assert "Quedó la versión 1" in v.get(guardado.headers["location"]).text
        assert "Editada, versión 1" in v.get("/administracion/plantillas").text

        tarde = v.post(
            UNA, data={**escrito, "campo-texto": propia("Tardío"), "campo-motivo": "Otro", "acto": "guardar"}
        )
        assert tarde.status_code == 409
        assert "la cambió mientras usted la editaba" in tarde.text
        assert "En qué se distingue lo suyo" in tarde.text
        assert re.search(r"Quitado:</span> .*Asunto propio", tarde.text)
        assert re.search(r"Agregado:</span> .*Tardío", tarde.text)
        junto = {**escrito, "campo-texto": propia("Tardío"), "campo-motivo": "Otro", "version": "1", "acto": "guardar"}
        assert v.post(UNA, data=junto).status_code == 303

        historial = v.get(f"{UNA}/historial?de=1&a=2").text
        assert "Se precisa" in historial
        assert re.search(r"Agregado:</span> .*Tardío", historial)
        sin = v.post(f"{UNA}/volver", data={"version": "1", "leida": "2", "motivo": ""})
        assert sin.status_code == 422
        assert "Motivo: escriba el motivo" in sin.text
        atras = v.post(f"{UNA}/volver", data={"version": "0", "leida": "2", "motivo": "No convino"})
        assert atras.status_code == 303
        assert "Rige la del sistema" in v.get(atras.headers["location"]).text
        repetido = v.post(f"{UNA}/volver", data={"version": "0", "leida": "2", "motivo": "Otra vez"})
        assert repetido.status_code == 409
        assert v.get(f"{UNA}/volver").status_code == 303


@pytest.mark.parametrize(
    ("texto", "acto", "dice"),
    [
        ("{{ datos.regsitro }}", "guardar", "línea 1 («{{ datos.regsitro }}»"),
        ("{% if %}", "probar", "línea 1"),
        ("{% if %}", "pdf", "línea 1"),
        ("{{ ''.__class__ }}", "guardar", "línea 1"),
        ("", "guardar", "escríbala en"),
    ],
)
def test_una_plantilla_rota_vuelve_con_lo_escrito_y_la_linea(
    web: str, folio: str, texto: str, acto: str, dice: str
) -> None:
    with Visitante(web, "administracion") as v:
        datos = {"campo-texto": texto, "campo-motivo": "Prueba", "campo-folio": folio, "version": "0", "acto": acto}
        respuesta = v.post(UNA, data=datos)
        assert respuesta.status_code == 422
        llano = respuesta.text.replace("&#39;", "'").replace("&#34;", '"')
        assert dice in llano
        assert f"\n{texto}</textarea>" in llano
        assert 'aria-invalid="true"' in llano
        for malo in ("", "NADA-2026-0001"):
            otra = v.post(UNA, data={**datos, "campo-texto": propia(), "campo-folio": malo, "acto": "probar"})
            assert otra.status_code == 422
            assert "Expediente con que se prueba:" in otra.text
        assert v.get("/administracion/plantillas/normatividad/nada").status_code == 404
        assert v.get("/administracion/plantillas/..%2f../pyproject").status_code == 404
        assert v.post("/administracion/plantillas/comun/nada", data=datos).status_code == 404


def test_lo_hostil_sale_literal_en_la_vista_previa_y_en_el_historial(web: str, instancia_sqlite: Instancia) -> None:
    malo = "<script>alert(1)</script> {{ 7*7 }} **n**"
    folio = instancia_sqlite.iniciar("normatividad", malo)
    with Visitante(web, "administracion") as v:
        texto = propia().replace("{% block cuerpo %}", "{% block cuerpo %}\n<b>x</b> {{ expediente.asunto }}\n")
        datos = {"campo-texto": texto, "campo-motivo": malo, "campo-folio": folio, "version": "0", "acto": "probar"}
        muestra = v.post(UNA, data=datos).text
        assert "&lt;b&gt;x&lt;/b&gt; &lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }} **n**" in muestra
        assert "<script>alert" not in muestra
        assert v.post(UNA, data={**datos, "acto": "guardar"}).status_code == 303
        assert "<script>alert" not in v.get(f"{UNA}/historial").text


def test_la_api_de_plantillas_dice_lo_mismo(web: str, folio: str) -> None:
    with Cliente(web, "administracion") as c:
        lista = c.get("/plantillas").json()
        assert lista["total"] == len(borrador.del_sistema()) + 1
        assert lista["elementos"][0]["clave"] == "_base"
        ruta = "/plantillas/normatividad/of_01"
        probada = c.post(f"{ruta}/probar", json={"folio": folio, "texto": propia()}).json()
        assert probada["asunto"] == "Asunto propio"
        assert "M-N-2" in probada["cita"]
        nueva = c.put(ruta, json={"texto": propia(), "motivo": "Se precisa", "version": 0})
        assert (nueva.status_code, nueva.json()["version"], nueva.json()["editada"]) == (200, 1, True)
        rota = c.put(ruta, json={"texto": "{{ nada }}", "motivo": "x", "version": 1})
        assert rota.status_code == 422
        assert rota.json()["campos"]["texto"].startswith("línea 1")
        assert c.put(ruta, json={"texto": propia("x"), "motivo": "x", "version": 0}).status_code == 409
        (version,) = c.get(f"{ruta}/versiones").json()["elementos"]
        assert (version["motivo"], version["texto"]) == ("Se precisa", propia())
        vuelta = c.post(f"{ruta}/volver", json={"a": 0, "motivo": "No", "version": 1}).json()
        assert (vuelta["version"], vuelta["editada"], vuelta["texto"]) == (2, False, vuelta["sistema"])
        assert c.get("/plantillas/comun/_base").json()["clave"] == "_base"
        for camino in ("/plantillas/a/b", "/plantillas/a/b/versiones"):
            assert c.get(camino).status_code == 404
        assert c.post(f"{ruta}/probar", json={"folio": "NADA", "texto": propia()}).status_code == 404


# --- papelería, leyendas, normas y cargos ------------------------------------------


def test_la_papeleria_se_prueba_se_fija_y_dice_su_error_junto_al_campo(web: str) -> None:
    ruta = "/administracion/papeleria/DSTC"
    with Visitante(web, "administracion") as v:
        datos = {"campo-formato": "{anio}-{SIGLA}-{consecutivo:04d}", "campo-lugar": "Toluca", "acto": "probar"}
        assert "2026-DSTC-0001" in v.post(ruta, data=datos).text
        assert "2026-DSTC-0001" not in v.get(ruta).text
        malo = v.post(ruta, data={**datos, "campo-formato": "{SIGLA}/{anio}", "acto": "guardar"})
        assert malo.status_code == 422
        assert "dos oficios tendrían el mismo número" in malo.text
        assert 'value="{SIGLA}/{anio}"' in malo.text
        assert 'value="Toluca"' in malo.text
        bueno = v.post(ruta, data={**datos, "acto": "guardar"})
        assert bueno.status_code == 303
        assert "Quedó guardada" in v.get(bueno.headers["location"]).text
        assert "2026-DSTC-0001" in v.get("/administracion/papeleria").text
        assert v.get("/administracion/papeleria/NADA").status_code == 404


def test_la_leyenda_que_falta_se_avisa_y_se_captura(web: str) -> None:
    with Visitante(web, "administracion") as v:
        assert "Falta la leyenda de 2027" in v.get("/administracion/papeleria").text
        datos = {"campo-anio": "2027", "campo-texto": "2026, Año repetido", "campo-fuente": "DOF"}
        malo = v.post("/administracion/leyendas", data=datos)
        assert malo.status_code == 422
        assert "empieza con 2026 y la está guardando para 2027" in malo.text
        assert 'value="2026, Año repetido"' in malo.text
        assert v.post("/administracion/leyendas", data={**datos, "campo-anio": "dosmil"}).status_code == 422
        bueno = v.post("/administracion/leyendas", data={**datos, "campo-texto": "2027, Año de prueba"})
        assert bueno.status_code == 303
        pagina = v.get(bueno.headers["location"]).text
        assert "Quedó la leyenda de 2027" in pagina
        assert "Falta la leyenda" not in pagina


def test_la_norma_se_publica_con_su_fecha_y_queda_quien_la_cambio(web: str) -> None:
    ruta = "/administracion/ordenamientos/L"
    with Visitante(web, "administracion") as v:
        campos = dict(re.findall(r'<input[^>]* name="(campo-[a-z_]+)" value="([^"]*)"', v.get(ruta).text))
        datos = {**campos, "campo-estado": "vigente", "campo-acuerdo": "SO/II-26/01"}
        malo = v.post(ruta, data=datos)
        assert malo.status_code == 422
        assert "diga desde cuándo rige" in malo.text
        assert 'value="SO/II-26/01"' in malo.text
        assert v.post(ruta, data={**datos, "campo-vigente_desde": "ayer"}).status_code == 422
        assert v.post(ruta, data={**datos, "campo-vigente_desde": "2026-11-19"}).status_code == 303
        pagina = v.get(ruta).text
        assert "SO/II-26/01" in pagina
        assert "Administración del sistema (demostración)" in pagina
        assert v.get("/administracion/ordenamientos/Z").status_code == 404


def test_se_nombra_se_suple_y_se_termina_desde_la_pagina(web: str) -> None:
    ruta = "/administracion/titulares/DSTC"
    with Visitante(web, "administracion") as v:
        datos = {"campo-correo": "nadie@demo.local", "campo-cargo": "Directora"}
        malo = v.post(f"{ruta}/nombrar", data=datos)
        assert malo.status_code == 422
        assert "no hay ninguna persona activa con ese correo" in malo.text
        assert 'value="Directora"' in malo.text
        bueno = v.post(f"{ruta}/nombrar", data={**datos, "campo-correo": "coordinacion@demo.local"})
        assert bueno.status_code == 303
        assert "Quedó el nombramiento" in v.get(bueno.headers["location"]).text
        choque = v.post(
            f"{ruta}/nombrar", data={"campo-correo": "cst@demo.local", "campo-cargo": "x", "campo-desde": "2026-01-01"}
        )
        assert choque.status_code == 409
        suple = {
            "campo-correo": "cst@demo.local",
            "campo-cargo": "Coordinador",
            "campo-precepto": "el artículo 9",
            "campo-desde": "2026-11-20",
            "campo-hasta": "2026-11-19",
            "procedimiento-seguimiento": "on",
        }
        mala = v.post(f"{ruta}/suplir", data=suple)
        assert mala.status_code == 422
        assert "no puede ser anterior al día en que empieza" in mala.text
        assert re.search(r'name="procedimiento-seguimiento" value="on" checked', mala.text)
        assert v.post(f"{ruta}/suplir", data={**suple, "campo-hasta": ""}).status_code == 422
        assert v.post(f"{ruta}/suplir", data={**suple, "campo-hasta": "2026-11-30"}).status_code == 303
        pagina = v.get(ruta).text
        assert "sólo en Seguimiento" in pagina
        assert "Suple hoy" in v.get("/administracion/titulares").text
        tarde = v.post(f"{ruta}/terminar", data={"id": "1", "hasta": "2026-12-31"})
        assert tarde.status_code == 422
        assert 'value="2026-12-31"' in tarde.text
        assert v.post(f"{ruta}/terminar", data={"id": "1", "hasta": "2026-11-20"}).status_code == 303
        assert v.post(f"{ruta}/terminar", data={"id": "99", "hasta": "2026-11-20"}).status_code == 404
        assert v.post(f"{ruta}/otro", data={}).status_code == 404
        assert v.get(f"{ruta}/vacar").status_code == 303


def test_la_api_fija_lo_mismo(web: str) -> None:
    with Cliente(web, "administracion") as c:
        hoja = c.put("/papeleria/DSTC", json={"formato": "{SIGLA}-{consecutivo}-{anio}", "lugar": "Toluca"}).json()
        assert (hoja["ejemplo"], hoja["lugar"], hoja["fijada"]) == ("DSTC-1-2026", "Toluca", True)
        assert c.put("/papeleria/DSTC", json={"formato": "{SIGLA}"}).json()["campos"].keys() == {"formato"}
        assert c.get("/papeleria").json()["total"] > 40
        assert c.get("/leyendas").json()["faltan"] == [2027]
        assert c.put("/leyendas/2027", json={"texto": "2027, Año x", "fuente": "DOF"}).json()["anio"] == 2027
        norma = next(n for n in c.get("/ordenamientos").json()["elementos"] if n["clave"] == "L")
        norma = {k: v for k, v in norma.items() if k not in ("clave", "rige")}
        fijada = c.put("/ordenamientos/L", json={**norma, "estado": "vigente", "vigente_desde": "2026-11-01"}).json()
        assert (fijada["rige"], fijada["vigente_desde"]) == (True, "2026-11-01")
        cuerpo = {"unidad": "DSTC", "correo": "cst@demo.local", "cargo": "Directora", "desde": "2026-11-20"}
        nuevo = c.post("/titulares", json=cuerpo)
        assert (nuevo.status_code, nuevo.json()["persona"]["nombre"]) == (201, "Personal de CST (demostración)")
        assert c.post(f"/titulares/{nuevo.json()['id']}/terminar", json={"hasta": "2026-12-01"}).status_code == 200
        assert c.get("/titulares", params={"unidad": "DSTC"}).json()["elementos"][0]["hasta"] == "2026-12-01"
        suple = {**cuerpo, "correo": "dvs@demo.local", "precepto": "el artículo 9", "hasta": "2026-11-30"}
        suplencia = c.post("/suplencias", json=suple).json()
        assert c.post(f"/suplencias/{suplencia['id']}/terminar", json={"hasta": "2026-11-21"}).json()["hasta"] == (
            "2026-11-21"
        )
        assert c.get("/suplencias").json()["total"] == 1
        assert c.post("/suplencias/99/terminar", json={"hasta": "2026-11-21"}).status_code == 404


# --- órdenes --------------------------------------------------------------------


@pytest.fixture
def correr(instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Corre una orden sobre la base de la prueba y devuelve lo que dijo."""
    monkeypatch.setenv("DSTC_DATOS", str(instancia_sqlite.ajustes.datos))
    monkeypatch.setenv("DSTC_DEMO", "1")  # fuera de la demostración esa contraseña sólo sirve para cambiarla
    monkeypatch.setenv("DSTC_CLAVE", "demo-dstc")
    ajustes.cache_clear()

    def hacer(*partes: str, sale: int = 0) -> str:
        resultado = CliRunner().invoke(__main__.app, list(partes), catch_exceptions=False)
        assert resultado.exit_code == sale, resultado.output
        return resultado.output

    yield hacer
    ajustes.cache_clear()


def test_las_ordenes_de_oficio_de_la_plantilla_a_la_comprobacion(
    correr: object, instancia_sqlite: Instancia, folio: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(correr)
    assert "normatividad/of_03  del sistema" in correr("oficio", "plantillas")
    lista = correr("oficio", "lista", "--estado", "borrador")
    id_ = lista.split()[0]
    assert "Por completar" not in correr("oficio", "ver", id_)
    en = tmp_path / "borrador.pdf"
    assert "borrador, sin validez" in correr("oficio", "pdf", id_, "--en", str(en))
    with pytest.raises(ArchivoRechazado, match="ya existe"):
        correr("oficio", "pdf", id_, "--en", str(en))
    assert "No es ninguno" in correr("oficio", "comprobar", str(en), sale=1)

    with pytest.raises(FormularioIncompleto, match="--como"):
        correr("oficio", "firmar", id_)
    with pytest.raises(NoLeCorresponde):
        correr("oficio", "firmar", id_, "--como", "coordinacion@demo.local")
    monkeypatch.setenv("DSTC_CLAVE", "otra-clave-mala")
    with pytest.raises(CredencialesInvalidas):
        correr("oficio", "firmar", id_, "--como", "dstc@demo.local")
    monkeypatch.setenv("DSTC_CLAVE", "demo-dstc")
    dicho = correr("oficio", "firmar", id_, "--como", "dstc@demo.local")
    codigo = re.search(r"código ([0-9A-Z-]+)", dicho)
    assert codigo
    assert "DSTC/001/2026" in dicho
    with instancia_sqlite.leer() as s:
        assert s.scalars(select(Oficio).where(col(Oficio.id) == id_)).one().firmante_id
        assert not [a for a in s.scalars(select(acceso.SesionAbierta)) if a.revocada is None]

    firmado = tmp_path / "oficio.pdf"
    correr("oficio", "pdf", id_, "--en", str(firmado))
    for mas in ((), (codigo[1].lower(),)):
        assert "✓ Es idéntico al original: DSTC/001/2026" in correr("oficio", "comprobar", str(firmado), *mas)
    alterado = tmp_path / "alterado.pdf"
    alterado.write_bytes(firmado.read_bytes() + b"\n")
    assert "No es el mismo documento que DSTC/001/2026" in correr(
        "oficio", "comprobar", str(alterado), codigo[1], sale=1
    )
    suelto = correr(
        "oficio", "emitir", folio, "--plantilla", "normatividad/of_03", "--de", "DSTC", "--para", "DCAJ",
        "--como", "coordinacion@demo.local",
    )  # fmt: skip
    assert f"{folio}.suelto-" in suelto
    instancia_sqlite.exigir_integra()


def test_comprobar_dice_si_el_sello_electronico_esta_integro(
    correr: object, folio: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(correr)
    desde = datetime(2026, 11, 1, tzinfo=UTC)
    monkeypatch.setenv("DSTC_SELLO", str(certificado(tmp_path / "sello.p12", desde, desde + timedelta(days=365))))
    monkeypatch.setenv("DSTC_SELLO_CLAVE", CLAVE)
    ajustes.cache_clear()
    id_ = correr("oficio", "lista").split()[0]
    correr("oficio", "firmar", id_, "--como", "dstc@demo.local")
    firmado, alterado = tmp_path / "oficio.pdf", tmp_path / "alterado.pdf"
    correr("oficio", "pdf", id_, "--en", str(firmado))
    assert "Sello de prueba de la DSTC: ✓ íntegro" in correr("oficio", "comprobar", str(firmado))
    alterado.write_bytes(firmado.read_bytes().replace(b"%PDF-1.7", b"%PDF-1.6", 1))
    assert "✕ alterado después de sellarse" in correr("oficio", "comprobar", str(alterado), sale=1)


def test_las_ordenes_de_titular_leyenda_y_norma(correr: object) -> None:
    assert callable(correr)
    dicho = correr("titular", "nombrar", "CST", "coordinacion@demo.local", "--cargo", "Coordinadora")
    assert "tiene el cargo en CST desde el 2026-11-20" in dicho
    periodo = ("--desde", "2026-11-20", "--hasta", "2026-11-30")
    suple = ("--cargo", "Jefe", "--precepto", "el artículo 9", *periodo)
    assert "(suplencia 1)" in correr("titular", "suplir", "CST", "dvs@demo.local", *suple)
    assert "suple Personal de DVS (demostración) hasta el 2026-11-30" in correr("titular", "lista")
    assert "Falta" not in correr("leyenda", "fijar", "2027", "2027, Año x", "--fuente", "DOF")
    with pytest.raises(FormularioIncompleto, match="desde cuándo"):
        correr("norma", "fijar", "L", "--estado", "vigente")
    correr("norma", "fijar", "L", "--estado", "vigente", "--desde", "2026-12-01", "--acuerdo", "SO/II-26/01")
    assert "L  vigente desde el 2026-12-01; hoy no rige" in correr("norma", "lista")


# --- con navegador ----------------------------------------------------------------


@pytest.mark.navegador
def test_sin_javascript_se_edita_una_plantilla_y_se_ve_como_queda(navegador: Browser, web: str, folio: str) -> None:
    sala = Sala(navegador, web, con_javascript=False)
    pagina = sala.como("administracion")
    pagina.get_by_role("link", name="Administración", exact=True).click()
    pagina.get_by_role("link", name="Plantillas").click()
    pagina.get_by_role("link", name="normatividad/of_01", exact=True).click()
    texto = pagina.get_by_label("Texto de la plantilla")
    texto.fill(propia("Asunto del navegador"))
    expect(pagina.get_by_label("Expediente con que se prueba")).to_have_value(folio)
    pagina.get_by_role("button", name="Ver el texto").click()
    expect(pagina.get_by_role("heading", name=f"Así quedaría en {folio}")).to_be_visible()
    expect(pagina.get_by_text("Asunto del navegador", exact=True)).to_be_visible()
    pagina.get_by_label("Por qué se cambia").fill("Se precisa")
    pagina.get_by_role("button", name="Guardar como versión 1").click()
    expect(pagina.get_by_role("status")).to_contain_text("Quedó la versión 1")
    pagina.get_by_role("link", name="Historial y vuelta atrás").click()
    expect(pagina.get_by_text("Agregado: ")).to_have_count(1)
    pagina.get_by_label("Por qué se vuelve").fill("No convino")
    pagina.get_by_role("button", name="Volver a esa versión").click()
    expect(pagina.get_by_text("Rige la del sistema")).to_be_visible()
    sala.cerrar()
    assert not sala.quejas


@pytest.mark.navegador
def test_las_paginas_de_oficios_son_accesibles_y_caben_en_un_telefono(navegador: Browser, web: str, folio: str) -> None:
    with Visitante(web, "administracion") as v:
        datos = {"campo-texto": propia("Palabra_larguísima_" * 12), "campo-motivo": "x" * 300, "version": "0"}
        assert v.post(UNA, data={**datos, "acto": "guardar"}).status_code == 303
        v.post("/administracion/papeleria/DSTC", data={"campo-formato": "", "campo-domicilio": "Larguísimo" * 25})
        suple = {k: v for k, v in VALIDOS.items() if k != "campo-texto"}
        assert v.post("/administracion/titulares/DSTC/suplir", data=suple).status_code == 303
    sala = Sala(navegador, web)
    pagina = sala.como("administracion")
    faltas: list[str] = []

    def mirar() -> None:
        cerrados = pagina.locator("main details:not([open]) > summary")
        while cerrados.count():
            cerrados.first.click()
        faltas.extend([*faltas_de_acceso(pagina), *se_sale(pagina)])
        assert pagina.locator("h1").count() == 1

    for camino in LECTURAS:
        respuesta = pagina.goto(camino)
        assert respuesta, camino
        assert respuesta.ok, camino
        mirar()
    for camino, boton in (
        (UNA, "Ver el texto"),
        (UNA, "Guardar como versión 2"),
        ("/administracion/papeleria/CST", "Ver cómo queda el número"),
        ("/administracion/leyendas", "Guardar la leyenda"),
        ("/administracion/titulares/CST/nombrar", "Nombrar"),
        ("/administracion/titulares/CST/suplir", "Registrar la suplencia"),
        (f"{UNA}/historial", "Volver a esa versión"),
    ):
        pagina.goto(camino)
        pagina.get_by_role("button", name=boton).click()
        mirar()
    pagina.goto("/administracion/leyendas")
    pagina.get_by_role("button", name="Guardar la leyenda").click()
    pagina.get_by_role("link", name="Leyenda: escriba").click()
    assert pagina.evaluate("document.activeElement.id") == "campo-texto"
    sala.cerrar()
    assert not faltas, "\n".join(faltas)
    assert not sala.quejas
