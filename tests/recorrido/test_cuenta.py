"""Su cuenta: qué dice de uno, y cambiar la contraseña sin que nadie más pueda."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from modelos.organizacion import crear_persona
from tests.fabricas import Instancia
from tests.recorrido.visitante import Visitante

CORREO, CLAVE, NUEVA = "titular@conalep.example", "la-de-siempre-1", "otra-más-larga-2"


@pytest.fixture
def titular(web: str, instancia_sqlite: Instancia) -> Iterator[Visitante]:
    """Una persona que no es de demostración, ya adentro."""
    with instancia_sqlite.como(None) as ctx:
        crear_persona(ctx.s, correo=CORREO, nombre="Persona de Prueba", clave=CLAVE, unidad="CST", rol="operacion")
    with Visitante(web) as v:
        assert v.post("/entrar", data={"correo": CORREO, "clave": CLAVE}).is_redirect
        yield v


def envio(actual: str = CLAVE, nueva: str = NUEVA, repetida: str = "") -> dict[str, str]:
    return {"actual": actual, "nueva": nueva, "repetida": repetida or nueva}


def test_su_cuenta_dice_quien_es_y_con_que_rol(titular: Visitante) -> None:
    pagina = titular.get("/cuenta").text
    for dice in ("Persona de Prueba", CORREO, "CST", "operación: atiende los turnos de su unidad"):
        assert dice in pagina
    assert 'href="/cuenta"' in titular.get("/").text


def test_se_cambia_la_contrasena_y_las_demas_sesiones_se_cierran(web: str, titular: Visitante) -> None:
    with Visitante(web) as otra:
        assert otra.post("/entrar", data={"correo": CORREO, "clave": CLAVE}).is_redirect
        assert titular.post("/cuenta", data=envio()).headers["location"] == "/cuenta?hecho=1#hecho"
        assert "Quedó su contraseña nueva" in titular.get("/cuenta?hecho=1").text, "quien la cambió sigue adentro"
        assert "/entrar" in otra.get("/bandeja").headers["location"]
        assert otra.post("/entrar", data={"correo": CORREO, "clave": CLAVE}).status_code == 401
        assert otra.post("/entrar", data={"correo": CORREO, "clave": NUEVA}).is_redirect
    with Visitante(web, "administracion") as v:
        cambios = v.get("/administracion/cambios").text
        assert "Cambió su propia contraseña" in cambios
        assert NUEVA not in cambios


@pytest.mark.parametrize(
    ("malo", "dice"),
    [
        (envio(actual="no-es-la-mía"), "Contraseña actual: no es la suya."),
        (envio(actual=""), "Contraseña actual: escriba la que usa hoy."),
        (envio(nueva="corta"), "Contraseña nueva: lleva al menos"),
        (envio(nueva=CLAVE), "Contraseña nueva: es la misma de hoy"),
        (envio(repetida="otra-distinta-3"), "Repita la nueva: no es igual a la nueva."),
    ],
)
def test_lo_que_no_sirve_se_dice_y_la_de_siempre_sigue(
    web: str, titular: Visitante, malo: dict[str, str], dice: str
) -> None:
    respuesta = titular.post("/cuenta", data=malo)
    assert respuesta.status_code == 422
    assert dice in respuesta.text
    assert NUEVA not in respuesta.text, "una contraseña no se devuelve a la página"
    with Visitante(web) as otra:
        assert otra.post("/entrar", data={"correo": CORREO, "clave": CLAVE}).is_redirect


def test_probar_contrasenas_desde_una_sesion_abierta_tambien_tiene_tope(titular: Visitante) -> None:
    respuestas = [titular.post("/cuenta", data=envio(actual=f"probando-{n}")).status_code for n in range(12)]
    assert respuestas[0] == 422
    assert respuestas[-1] == 429


def test_la_de_demostracion_no_se_cambia_y_sin_sesion_se_pide_entrar(web: str) -> None:
    with Visitante(web, "cst") as v:
        assert "Es una cuenta de demostración" in v.get("/cuenta").text
        assert v.post("/cuenta", data=envio(actual="demo-dstc")).status_code == 409
    with Visitante(web) as v:
        assert v.get("/cuenta").headers["location"] == "/entrar?ir=/cuenta"
        assert v.post("/cuenta", data=envio()).headers["location"] == "/entrar?ir=/cuenta", "sin llevar lo escrito"
