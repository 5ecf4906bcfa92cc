"""El inicio: cada quien ve lo suyo, en pocos renglones, y lo vacío dice qué hacer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser
from sqlalchemy import update
from sqlmodel import col

from modelos import sesion
from modelos.actos.conduccion import conducir
from modelos.expedientes.expediente import Expediente
from modelos.organizacion.organigrama import Persona
from tests.accesorios.fabricas import Instancia
from tests.accesorios.oficina import por_encargo
from tests.accesorios.paginas.con_plazos import publicar
from tests.accesorios.paginas.navegador import ANCHOS, Sala, faltas_de_acceso, se_sale
from tests.accesorios.paginas.visitante import Visitante, hasta_la_consulta

_con_plazos = pytest.fixture(publicar)


def bloque(v: Visitante, clave: str) -> str:
    """El texto de un bloque del inicio; vacío si no está."""
    hallado = re.search(rf'<section class="bloque[^"]*" id="{clave}".*?</section>', v.get("/").text, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", hallado[0])).strip() if hallado else ""


def renglones(v: Visitante, clave: str) -> int:
    hallado = re.search(rf'id="{clave}".*?</section>', v.get("/").text, re.DOTALL)
    return hallado[0].count('class="renglon"') if hallado else 0


def test_sin_nada_pendiente_se_dice_que_hacer(web: str) -> None:
    with Visitante(web, "cst") as v:
        pagina = v.get("/").text
        assert "Está al corriente." in pagina
        assert 'href="/procedimientos"' not in re.split("<main", pagina)[1]
        assert "aparecerá aquí y se le avisará" in pagina
    with Visitante(web) as nadie:
        assert nadie.get("/").headers["location"] == "/entrar"


@pytest.mark.parametrize("consulta", ["procedimiento=poda", "vence=vencido&orden=vence", "cursor=abc"])
def test_la_direccion_vieja_de_la_bandeja_lleva_a_ella(web: str, consulta: str) -> None:
    with Visitante(web, "cst") as v:
        assert v.get(f"/?{consulta}").headers["location"] == f"/bandeja?{consulta}"


@pytest.mark.usefixtures("_con_plazos")
def test_quien_opera_ve_lo_que_vence_lo_nuevo_y_lo_que_espera_a_otros(
    direccion: str, instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(8):
        instancia.iniciar("poda", f"Vence {n}")
    espera = hasta_la_consulta(instancia)
    instancia.cumplir_encargos()
    with Visitante(direccion, "dstc") as v:
        assert "Vence 7" in bloque(v, "nuevo")
        assert renglones(v, "nuevo") == 6
        assert bloque(v, "urge") == ""
        assert "nada suyo vence hoy ni está vencido" in v.get("/").text
        dicho = bloque(v, "espera")
        assert espera in dicho
        assert "CAST-DEMO-01, CAST-DEMO-02 y CAST-DEMO-03 tienen «Recibe el documento" in dicho
    monkeypatch.setenv("DSTC_RELOJ", "2027-05-12T09:00:00-06:00")  # las sesiones anteriores ya vencieron
    with Visitante(direccion, "dstc") as v, Visitante(direccion, "dvs") as ajena:
        assert "Vencido. Venció hace 1 día hábil" in bloque(v, "urge")
        assert renglones(v, "urge") == 6
        assert "Ver lo que le toca, por vencimiento (8 pendientes)" in bloque(v, "urge")
        assert v.get(re.findall(r'href="(/turnos/[^"]+)"', v.get("/").text)[0]).status_code == 200
        for clave in ("urge", "nuevo", "espera", "solos", "suyos", "detenidos"):
            assert bloque(ajena, clave) == "", clave
        for clave in ("solos", "suyos", "detenidos", "ciclos"):
            assert bloque(v, clave) == "", f"{clave} es de quien coordina"


def test_los_oficios_por_firmar_y_por_acusar_estan_en_el_inicio(web: str, instancia_sqlite: Instancia) -> None:
    por_encargo(instancia_sqlite)
    with Visitante(web, "dstc") as v, Visitante(web, "dvs") as ajena:
        assert "Por firmar" in bloque(v, "oficios")
        assert bloque(ajena, "oficios") == ""


def test_quien_coordina_ve_donde_esta_cada_uno_lo_detenido_y_lo_que_no_tiene_quien(
    direccion: str, instancia: Instancia
) -> None:
    folio = hasta_la_consulta(instancia)
    roto = instancia.iniciar("seguimiento", "Se rompió")
    with sesion.transaccion(instancia.url) as s:
        s.execute(update(Expediente).where(col(Expediente.folio) == roto).values(detenido=True))
        s.execute(update(Persona).where(col(Persona.correo) == "cast-demo-02@demo.local").values(activa=False))
    with Visitante(direccion, "coordinacion") as v, Visitante(direccion, "cst") as operativo:
        assert "DSTC tiene" in bloque(v, "suyos")
        assert folio in bloque(v, "suyos")
        assert "Se rompió" in bloque(v, "detenidos")
        solos = bloque(v, "solos")
        assert "CAST-DEMO-02, sin nadie activo que lo atienda" in solos
        assert "CAST-DEMO-01" not in solos
        assert "Se abre solo el" in bloque(v, "ciclos")
        assert 'class="cifras"' not in v.get("/").text
        assert bloque(operativo, "solos") == bloque(operativo, "detenidos") == ""


@pytest.mark.usefixtures("_con_plazos")
def test_direccion_y_administracion_ven_cifras_que_llevan_a_su_lista(
    web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    instancia_sqlite.iniciar("poda", "Se atrasó")
    parado = instancia_sqlite.iniciar("barrido", "Parado")
    with instancia_sqlite.como("coordinacion") as ctx:
        conducir.suspender(ctx, parado, "Falta algo")
    monkeypatch.setenv("DSTC_RELOJ", "2027-05-25T09:00:00-06:00")
    for alias in ("direccion", "administracion"):
        with Visitante(web, alias) as v:
            pagina = re.sub(r"(<[^>]+>|\s)+", " ", v.get("/").text)
            assert "1 expediente en curso" in pagina
            assert "1 ! plazo vencido" in pagina
            assert "1 expediente suspendido" in pagina
            assert "Se atrasó" in bloque(v, "vencidos")
            cifras = re.findall(
                r'class="cifra.*?href="(/(?:plazos|expedientes|tablero)[^"]+)".*?<strong>([\d,]+)', v.get("/").text
            )
            assert len(cifras) == 5
            for camino, cuantos in cifras:
                lista = v.get(camino.replace("&amp;", "&")).text
                assert re.search(rf"\b{cuantos}\b", lista), (camino, cuantos)


@pytest.mark.navegador
@pytest.mark.usefixtures("_con_plazos")
def test_el_inicio_de_cada_quien_es_accesible_y_cabe(
    navegador: Browser, web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasta_la_consulta(instancia_sqlite)
    instancia_sqlite.iniciar("poda", "Un asunto_con_una_palabra_larguísima_que_no_se_puede_partir_" + "x" * 90)
    por_encargo(instancia_sqlite)
    instancia_sqlite.cumplir_encargos()
    monkeypatch.setenv("DSTC_RELOJ", "2027-05-12T09:00:00-06:00")
    sala, faltas = Sala(navegador, web), []
    for alias in ("dstc", "cst", "coordinacion", "direccion", "administracion", "cast-demo-01", "dvs"):
        pagina = sala.como(alias)
        pagina.goto("/")
        faltas += [*faltas_de_acceso(pagina), *(falta for ancho in ANCHOS for falta in se_sale(pagina, ancho))]
        assert pagina.locator("h1").count() == 1
    assert not faltas, "\n".join(faltas)
    assert not sala.quejas
    sala.cerrar()
