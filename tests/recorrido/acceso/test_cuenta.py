"""Su cuenta: qué dice de uno, y cambiar la contraseña sin que nadie más pueda."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from modelos.actos.administracion import personas
from modelos.organizacion.organigrama import crear_persona
from tests.accesorios.fabricas import Instancia
from tests.accesorios.paginas.visitante import Visitante

CORREO, CLAVE, NUEVA = "titular@conalep.example", "la-de-siempre-1", "otra-más-larga-2"


@pytest.fixture
def titular(web: str, instancia_sqlite: Instancia) -> Iterator[Visitante]:
    """Una persona que no es de demostración, ya adentro."""
    with instancia_sqlite.como(None) as ctx:
        nombre = "Persona de Prueba"
        crear_persona(
            ctx.s, correo=CORREO, nombre=nombre, clave=CLAVE, unidad="CST", rol="operacion", provisional=False
        )
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
        (envio(nueva="corta"), "Contraseña nueva: lleva entre 12"),
        (envio(nueva="Conalep2026!"), "Contraseña nueva: es fácil de adivinar"),
        (envio(nueva=CORREO), "Contraseña nueva: es fácil de adivinar: se arma con su nombre, su correo"),
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


@pytest.fixture
def recien(web: str, instancia_sqlite: Instancia) -> Iterator[tuple[Visitante, str]]:
    """Quien entra por primera vez, con la que le dio la administración."""
    with instancia_sqlite.como("administracion") as ctx:
        alta = personas.alta_persona(ctx, CORREO, "Persona de Prueba", "CST", "operacion")
    with Visitante(web) as v:
        yield v, alta.clave


def test_la_que_dio_otra_persona_se_cambia_antes_de_todo_lo_demas(recien: tuple[Visitante, str]) -> None:
    v, dada = recien
    entrada = v.post("/entrar", data={"correo": CORREO, "clave": dada, "ir": "/plazos?estado=vencido"})
    assert entrada.headers["location"] == "/cuenta?ir=/plazos%3Festado%3Dvencido"
    for camino in ("/", "/bandeja", "/expedientes"):
        assert v.get(camino).headers["location"].startswith("/cuenta")
    assert v.post("/filtros", data={"ficha": "x"}).headers["location"].startswith("/cuenta")
    pagina = v.get(entrada.headers["location"]).text
    assert "Antes de seguir, cambie su contraseña" in pagina
    assert v.post("/cuenta", data=envio(dada, dada)).status_code == 422, "ni la misma"
    hecho = v.post("/cuenta", data={**envio(dada), "ir": "/plazos?estado=vencido"})
    assert hecho.headers["location"] == "/plazos?estado=vencido"
    assert v.get(hecho.headers["location"]).status_code == 200
    assert v.post("/entrar", data={"correo": CORREO, "clave": NUEVA, "ir": "//otro.example"}).headers["location"] == "/"


def test_lo_que_escribia_no_se_pierde_porque_deba_cambiarla(recien: tuple[Visitante, str]) -> None:
    v, dada = recien
    guardado = '{"accion": "/expedientes/X-2026-0001/comentar", "textos": {"comentario": "Lo que tardé en escribir"}}'
    # El equipo ya se conocía: si no, no se le lee tanto.
    v.post("/entrar", data={"correo": CORREO, "clave": dada})
    entrada = v.post("/entrar", data={"correo": CORREO, "clave": dada, "guardado": guardado})
    assert "Lo que tardé en escribir" in entrada.text
    vuelve = v.post("/expedientes/X-2026-0001/comentar", data={"comentario": "Lo que tardé en escribir"})
    assert vuelve.status_code == 403
    assert "Lo que tardé en escribir" in vuelve.text
    assert "cambie su contraseña" in vuelve.text


def test_un_programa_tambien_la_cambia_primero(recien: tuple[Visitante, str]) -> None:
    v, dada = recien
    abierta = v.post("/api/v1/sesiones", json={"correo": CORREO, "clave": dada}).json()
    assert abierta["clave_provisional"] is True
    trae = {"Authorization": f"Bearer {abierta['token']}"}
    negado = v.get("/api/v1/turnos", headers=trae)
    assert negado.status_code == 403
    assert "/api/v1/sesiones/actual/clave" in negado.json()["detail"]
    ruta = "/api/v1/sesiones/actual/clave"
    facil = v.post(ruta, headers=trae, json={"actual": dada, "nueva": "persona de prueba"})
    assert (facil.status_code, list(facil.json()["campos"])) == (422, ["nueva"])
    cambiada = v.post(ruta, headers=trae, json={"actual": dada, "nueva": NUEVA})
    assert (cambiada.status_code, cambiada.json()["clave_provisional"]) == (201, False)
    assert v.get("/api/v1/turnos", headers=trae).status_code == 401, "la de antes se cerró"
    trae = {"Authorization": f"Bearer {cambiada.json()['token']}"}
    assert v.get("/api/v1/turnos", headers=trae).status_code == 200


def test_ni_la_sesion_provisional_impide_salir(recien: tuple[Visitante, str]) -> None:
    v, dada = recien
    v.post("/entrar", data={"correo": CORREO, "clave": dada})
    assert v.post("/salir").headers["location"] == "/entrar?salio=1"
    assert "/entrar" in v.get("/cuenta").headers["location"]


@pytest.mark.usefixtures("reloj_detenido")
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
