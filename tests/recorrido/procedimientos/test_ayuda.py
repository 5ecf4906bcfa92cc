"""La ayuda y el glosario: todo lo que la pantalla nombra está explicado, y todo enlace llega."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from api.web.historia.recorrido import SIGNOS
from api.web.oficios import resumidos
from api.web.piezas import frases_plazos
from api.web.piezas.pagina import CARPETA
from api.web.procedimientos import ayuda
from modelos.bandeja.expedientes import DEBIENDO
from modelos.expedientes.expediente import EstadoExpediente, EstadoTurno
from modelos.organizacion.permisos import Rol
from modelos.tabla import glosario
from tests.accesorios.fabricas import Instancia
from tests.accesorios.paginas.navegador import ANCHOS, Sala, faltas_de_acceso, se_sale
from tests.accesorios.paginas.visitante import Visitante


def test_cada_estado_que_se_ensena_esta_explicado() -> None:
    assert set(ayuda.DE_EXPEDIENTE) == {*EstadoExpediente, DEBIENDO}
    assert set(ayuda.DE_TURNO) == set(EstadoTurno)
    assert set(ayuda.DE_PLAZO) == set(frases_plazos.URGENCIAS)
    assert set(ayuda.DE_OFICIO_QUE_ES) == set(resumidos.ESTADOS)
    assert set(ayuda.DE_PASO) == set(SIGNOS)
    assert set(ayuda.POR_ROL) == set(Rol)


def test_cada_que_es_esto_lleva_a_una_entrada_que_existe(web: str) -> None:
    enlaces = {
        enlace
        for plantilla in Path(CARPETA, "plantillas").rglob("*.html")
        for enlace in re.findall(r"/ayuda(?:/glosario)?#[\w-]+", plantilla.read_text("utf-8"))
    } | {f"/ayuda#estado-{estado}" for estado in EstadoExpediente}
    enlaces -= {"/ayuda#estado-"}
    assert len(enlaces) > 8
    with Visitante(web, "dstc") as v:
        anclas = {
            camino: set(re.findall(r'id="([\w-]+)"', v.get(camino).text)) for camino in ("/ayuda", "/ayuda/glosario")
        }
    rotos = [e for e in sorted(enlaces) if e.partition("#")[2] not in anclas[e.partition("#")[0]]]
    assert not rotos


def test_el_glosario_carga_entero_y_no_remite_a_lo_que_no_hay() -> None:
    entradas = glosario.entradas()
    assert len(entradas) > 60
    assert len({e.termino for e in entradas.values()}) == len(entradas)
    for entrada in entradas.values():
        assert entrada.sentido.endswith("."), entrada.clave
        assert entrada.clave not in entrada.vea


def test_un_glosario_mal_escrito_dice_en_que_entrada(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archivo = tmp_path / "glosario.toml"
    monkeypatch.setattr(glosario, "ARCHIVO", archivo)
    for texto, clave in (
        ('[uno]\ntermino = "Uno"\nsentido = "Es."\n', "uno"),
        ('[dos]\ntermino = "Dos"\nsentido = "Es."\nfuente = "M"\nvea = ["tres"]\n', "dos"),
    ):
        archivo.write_text(texto, "utf-8")
        glosario.entradas.cache_clear()
        with pytest.raises(glosario.GlosarioIlegible, match=clave):
            glosario.entradas()
    glosario.entradas.cache_clear()


@pytest.mark.parametrize(
    ("texto", "primero", "cuantos"),
    [
        ("HABIL", "Día hábil", 3),
        ("conservadora", "Fecha conservadora", 1),
        ("cast", "CAST (Centro de Asistencia y Servicios Tecnológicos)", 3),
        ("perfil calendario", "Perfil de calendario", 1),
    ],
)
def test_se_busca_sin_acentos_y_primero_sale_el_termino(texto: str, primero: str, cuantos: int) -> None:
    halladas = glosario.buscar(texto)
    assert halladas[0].termino == primero
    assert len(halladas) >= cuantos


def test_la_pagina_busca_dice_cuantos_y_que_hacer_si_no_hay(web: str) -> None:
    with Visitante(web, "dstc") as v, Visitante(web) as nadie:
        assert "<dt>Día hábil</dt>" in v.get("/ayuda/glosario?texto=habil").text
        vacio = v.get("/ayuda/glosario", params={"texto": "<script>zzz"})
        assert "Ningún término lleva eso." in vacio.text
        assert "<script>zzz" not in vacio.text
        for camino in ("/ayuda", "/ayuda/glosario?texto=x"):
            assert nadie.get(camino).headers["location"].startswith("/entrar?ir=/ayuda")


def test_lo_del_propio_rol_va_primero_y_abierto(web: str) -> None:
    with Visitante(web, "administracion") as v:
        pagina = v.get("/ayuda").text
    abiertos = re.findall(r'<details class="mas"( open)?>\s*<summary>([^<]+)', pagina)
    assert abiertos[0][0]
    assert "Administración" in abiertos[0][1]
    assert [bool(abierto) for abierto, _ in abiertos] == [True, False, False, False]


@pytest.mark.navegador
def test_la_ayuda_es_accesible_y_cabe(navegador: Browser, web: str, instancia_sqlite: Instancia) -> None:
    sala = Sala(navegador, web)
    pagina, faltas = sala.como("dstc"), []
    for camino in ("/ayuda", "/ayuda/glosario", "/ayuda/glosario?texto=zzz"):
        pagina.goto(camino)
        pagina.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        faltas += [*faltas_de_acceso(pagina), *(f for ancho in ANCHOS for f in se_sale(pagina, ancho))]
    sala.cerrar()
    assert not faltas, "\n".join(faltas)
    assert not sala.quejas
