"""Con la sesión vencida, lo escrito en una página que no sabe volver con ello se enseña para copiarlo."""

from __future__ import annotations

import pytest

from tests.accesorios.paginas.de_administracion import PERSONAS, UNIDADES, texto
from tests.accesorios.paginas.visitante import Visitante


@pytest.mark.parametrize(
    ("camino", "datos", "leido", "vuelve"),
    [
        pytest.param(
            f"{PERSONAS}/nueva",
            {"campo-nombre": "Eva <Ríos>", "campo-correo": "eva@x.mx", "campo-rol": "", "ficha": "oculta"},
            "Nombre Eva <Ríos> Correo eva@x.mx Entrar",
            f"{PERSONAS}/nueva",
            id="alta-de-persona",
        ),
        pytest.param(
            f"{UNIDADES}/CAST-DEMO-01/baja",
            {"campo-desde": "2026-11-20", "campo-motivo": "Cerró el plantel", "vistos": "1"},
            "Desde 2026-11-20 Motivo Cerró el plantel Entrar",
            f"{UNIDADES}/CAST-DEMO-01/baja",
            id="baja-de-unidad",
        ),
        pytest.param(
            "/filtros",
            {"camino": "/bandeja", "nombre": "Lo urgente", "consulta": "texto=a"},
            "Nombre Lo urgente Entrar",
            "/filtros",
            id="guardar-filtro",
        ),
    ],
)
def test_lo_escrito_se_ensena_y_se_dice_que_no_se_registro(
    web: str, camino: str, datos: dict[str, str], leido: str, vuelve: str
) -> None:
    with Visitante(web, "administracion") as v:
        v.perder_la_sesion()
        respuesta = v.post(camino, data=datos)
        assert respuesta.status_code == 401
        pagina = texto(respuesta)
        assert "Su sesión venció o se cerró No se registró nada de lo que envió. Copie lo que había escrito" in pagina
        assert f"Lo que usted había escrito {leido}" in pagina
        assert f'href="/entrar?ir={vuelve}"' in respuesta.text
        assert "oculta" not in respuesta.text
        assert v.entrar("administracion").status_code == 303
        assert v.get(vuelve, follow_redirects=True).status_code == 200


def test_si_no_habia_nada_escrito_o_era_una_contrasena_solo_se_pide_entrar(web: str) -> None:
    with Visitante(web, vencida=True) as v:
        for camino, datos in (
            (f"{PERSONAS}/1/clave", {"ficha": "x"}),
            (f"{PERSONAS}/nueva", {"campo-nombre": " ", "campo-rol": ""}),
            ("/cuenta", {"actual": "muy-secreta", "nueva": "mas-secreta", "campo-clave": "secreta", "nombre": "x"}),
            ("/administracion/canales", {"campo-direccion": "mailtos://yo:muy-secreta@correo.ejemplo.mx"}),
        ):
            respuesta = v.post(camino, data=datos)
            assert respuesta.status_code == 303, camino
            assert "secreta" not in respuesta.text
        con_nombre = {"campo-nombre": "Área", "campo-direccion": "mailtos://yo:muy-secreta@correo.ejemplo.mx"}
        respuesta = v.post("/administracion/canales", data=con_nombre)
        assert "Área" in respuesta.text
        assert "secreta" not in respuesta.text
