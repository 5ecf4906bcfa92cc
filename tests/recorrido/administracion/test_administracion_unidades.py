"""La administración de unidades por fuera: buscarlas, dar de alta, corregir y dar de baja un CAST."""

from __future__ import annotations

import html
import re

import pytest

from modelos.organizacion.organigrama import Unidad
from tests.accesorios.fabricas import Instancia
from tests.accesorios.paginas.de_administracion import HOY, UNIDADES, texto
from tests.accesorios.paginas.visitante import Visitante, hasta_la_consulta


@pytest.fixture(autouse=True)
def _hoy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", HOY)


def test_las_unidades_se_buscan_sin_acentos_y_por_paginas(web: str) -> None:
    with Visitante(web, "administracion") as v:
        assert "1 unidad con esos datos" in v.get(f"{UNIDADES}?texto=MICHOACAN").text
        assert "3 unidades con esos datos" in v.get(f"{UNIDADES}?tipo=cast").text
        assert "Ninguna unidad coincide" in v.get(f"{UNIDADES}?texto=nada+asi").text
        primera = v.get(UNIDADES).text
        siguiente = re.search(r'href="([^"]+cursor=[^"]+)">Ver las que siguen', primera)
        assert siguiente
        segunda = v.get(html.unescape(siguiente.group(1))).text
        claves_vistas = re.findall(r'<th scope="row"><a href="/administracion/unidades/([^"]+)"', primera + segunda)
        assert len(claves_vistas) == len(set(claves_vistas)) == 54


def test_un_cast_se_da_de_alta_se_corrige_y_queda_quien_lo_hizo(web: str) -> None:
    with Visitante(web, "administracion") as v:
        datos = {"campo-clave": "cast 1", "campo-nombre": "CAST Toluca", "campo-depende_de": ""}
        mala = v.post(f"{UNIDADES}/nueva", data=datos)
        assert mala.status_code == 422
        assert 'value="CAST Toluca"' in mala.text
        assert 'href="#campo-clave"' in mala.text
        assert 'href="#campo-depende_de"' in mala.text
        datos |= {"campo-clave": "cast-tol", "campo-depende_de": "CE-15"}
        buena = v.post(f"{UNIDADES}/nueva", data=datos)
        assert buena.headers["location"] == f"{UNIDADES}/CAST-TOL?hecho=alta#resultado"
        pagina = texto(v.get(buena.headers["location"]))
        assert "Quedó dado de alta" in pagina
        assert "Nadie: sus turnos no tienen quién los atienda" in pagina
        assert v.post(f"{UNIDADES}/nueva", data=datos).status_code == 409
        sin_fuente = v.post(f"{UNIDADES}/CAST-TOL/corregir", data={"campo-nombre": "CAST Toluca I"})
        assert sin_fuente.status_code == 422
        assert 'value="CAST Toluca I"' in sin_fuente.text
        correccion = {"campo-nombre": "CAST Toluca I", "campo-depende_de": "CE-15", "campo-fuente": "Acuerdo 5"}
        assert v.post(f"{UNIDADES}/CAST-TOL/corregir", data=correccion).status_code == 303
        pagina = texto(v.get(f"{UNIDADES}/CAST-TOL"))
        assert "antes: CAST Toluca ahora: CAST Toluca I" in pagina
        assert "Fuente Acuerdo 5" in pagina
        assert v.get(f"{UNIDADES}/CAST-TOL/corregir").status_code == 303
        assert v.post(f"{UNIDADES}/CAST-TOL/otro").status_code == 404
        assert v.get(f"{UNIDADES}/NADA").status_code == 404


def test_el_nombre_por_confirmar_se_confirma_con_su_fuente(web: str, instancia_sqlite: Instancia) -> None:
    nombre = "Colegio de Educación Profesional Técnica del Estado de Aguascalientes"
    with Visitante(web, "administracion") as v:
        assert "Su nombre está por confirmar" in v.get(f"{UNIDADES}/CE-01").text
        datos = {"campo-nombre": nombre, "campo-fuente": "Decreto", "confirmada": "on"}
        assert v.post(f"{UNIDADES}/CE-01/corregir", data=datos).status_code == 303
        assert "Su nombre está por confirmar" not in v.get(f"{UNIDADES}/CE-01").text
        no_cast = {"campo-desde": "2026-11-20", "campo-motivo": "x"}
        assert v.post(f"{UNIDADES}/CE-01/baja", data=no_cast).status_code == 409
    with instancia_sqlite.leer() as s:
        unidad = s.get_one(Unidad, "CE-01")
        assert (unidad.nombre, unidad.por_confirmar, unidad.activa) == (nombre, False, True)


def test_un_cast_con_turnos_abiertos_no_se_da_de_baja_sin_verlos(web: str, instancia_sqlite: Instancia) -> None:
    folio = hasta_la_consulta(instancia_sqlite)
    ruta = f"{UNIDADES}/CAST-DEMO-01"
    with Visitante(web, "administracion") as v:
        pagina = v.get(ruta)
        assert "Tiene 1 turno abierto" in texto(pagina)
        assert f"/turnos/{folio}.4.CAST-DEMO-01.1" in pagina.text
        datos = {"campo-desde": "2026-11-18", "campo-motivo": "Cerró el plantel", "vistos": "1"}
        sin_verlos = v.post(f"{ruta}/baja", data=datos)
        assert sin_verlos.status_code == 409
        assert "CAST-DEMO-01 tiene 1 turno abierto. Revíselos y marque que los vio" in texto(sin_verlos)
        assert "Cerró el plantel" in sin_verlos.text
        futura = v.post(f"{ruta}/baja", data={**datos, "campo-desde": "2026-12-01", "enterada": "on"})
        assert futura.status_code == 422
        assert "todavía no llega" in futura.text
        assert v.post(f"{ruta}/baja", data={**datos, "enterada": "on"}).status_code == 303
        leida = texto(v.get(ruta))
        assert "De baja desde el mié 18 nov 2026. Ya no se le reparten turnos. Motivo: Cerró el plantel" in leida
        assert v.post(f"{ruta}/baja", data={**datos, "enterada": "on"}).status_code == 409
        # Lo que tenía abierto sigue siendo suyo, y lo nuevo ya no le llega.
        (suyo,) = [t for t in instancia_sqlite.abiertos(folio) if t.unidad == "CAST-DEMO-01"]
        instancia_sqlite.atender(suyo)
        assert len(instancia_sqlite.abiertos(hasta_dos(instancia_sqlite))) == 2
        assert v.post(f"{ruta}/reactivar", data={"campo-motivo": ""}).status_code == 422
        assert v.post(f"{ruta}/reactivar", data={"campo-motivo": "Reabrió"}).status_code == 303
    instancia_sqlite.exigir_integra()


def hasta_dos(instancia: Instancia) -> str:
    folio = instancia.iniciar("normatividad", "Otro")
    for _ in range(3):
        instancia.atender(instancia.abiertos(folio)[0])
    return folio
