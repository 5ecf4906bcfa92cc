"""Quien no ha entrado no cuesta: no se le lee nada, lo poco que puede mandar tiene tope, y nadie espera por él."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter

import api.app
from api import guardia, topes, web
from api.app import crear
from api.cuerpos import HONDURA_MAXIMA, VALORES_MAXIMOS, exigir_json_llano
from api.errores_de_entrada import PorteriaLlena
from api.porteria import VECES_SI_SE_CONOCE, Porteria
from api.v1 import rutas as rutas_v1
from modelos.administracion import demo
from modelos.ajustes import Ajustes
from modelos.errores import FormularioIncompleto
from modelos.organizacion import acceso
from tests.accesorios.fabricas import PDF, Cliente, Instancia, servida
from tests.accesorios.paginas.visitante import Visitante

JSON = {"Content-Type": "application/json"}
DE_CUALQUIERA = {
    "/entrar",
    "/salir",
    "/v/{codigo}",
    "/api/v1/sesiones",
    "/api/v1/verificacion/{codigo}",
}
"""Las únicas que se atienden sin haber entrado."""


def que_cambian(ruta: APIRouter, prefijo: str = "") -> Iterator[tuple[str, str]]:
    """Cada método que cambia algo, con su dirección."""
    for una in ruta.routes:
        if (incluida := getattr(una, "original_router", None)) is not None:
            yield from que_cambian(incluida, prefijo)
        for metodo in sorted(getattr(una, "methods", None) or ()):
            if metodo not in guardia.SEGUROS:
                yield metodo, prefijo + una.path  # type: ignore[attr-defined]


def llamar(app: Any, metodo: str, camino: str, *encabezados: tuple[bytes, bytes]) -> tuple[int, int]:
    """Llama a la aplicación sin servidor; da (código, veces que pidió cuerpo)."""
    visto: list[int] = []
    leidas = 0

    async def recibir() -> dict[str, Any]:
        nonlocal leidas
        leidas += 1
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

    async def enviar(mensaje: dict[str, Any]) -> None:
        if mensaje["type"] == "http.response.start":
            visto.append(mensaje["status"])

    scope = {
        "type": "http",
        "method": metodo,
        "path": camino,
        "raw_path": camino.encode(),
        "query_string": b"",
        "headers": [(b"host", b"x"), (b"sec-fetch-site", b"same-origin"), *encabezados],
        "client": ("10.1.1.1", 1),
        "server": ("x", 80),
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
        "state": {},
    }
    asyncio.run(app(scope, recibir, enviar))
    return visto[0], leidas


@pytest.mark.parametrize(
    "tipo", [b"application/json", b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=b"]
)
def test_a_quien_no_ha_entrado_no_se_le_lee_el_cuerpo_en_ninguna_ruta(instancia_sqlite: Instancia, tipo: bytes) -> None:
    app = crear(instancia_sqlite.ajustes)
    todas = [*que_cambian(rutas_v1.ruta, "/api/v1"), *que_cambian(web.ruta)]
    rutas = [(m, c) for m, c in todas if c not in DE_CUALQUIERA]
    assert len(rutas) > 80
    for metodo, camino in rutas:
        concreta = re.sub(r"\{[^}]+\}", "1", camino)
        for falsa in ((), ((b"cookie", b"dstc_sesion=inventada; dstc_equipo=inventado"),)):
            codigo, leidas = llamar(app, metodo, concreta, (b"content-type", tipo), *falsa)
            assert (codigo, leidas) == (401 if camino.startswith("/api/") or camino.endswith("/captura") else 303, 0), (
                camino
            )
        if camino.startswith("/api/"):
            inventada = (b"authorization", b"Bearer inventada")
            assert llamar(app, metodo, concreta, (b"content-type", tipo), inventada) == (401, 0), camino


@pytest.mark.parametrize("camino", ["/entrar", "/api/v1/sesiones", "/salir"])
@pytest.mark.parametrize("declarado", [True, False], ids=["declarado", "por-trozos"])
def test_para_entrar_se_manda_poco(instancia_sqlite: Instancia, camino: str, declarado: bool) -> None:  # noqa: FBT001
    app = crear(instancia_sqlite.ajustes)
    tipo = b"application/json" if "api" in camino else b"application/x-www-form-urlencoded"
    largo = ((b"content-length", b"25165824"),) if declarado else ()
    codigo, leidas = llamar(app, "POST", camino, (b"content-type", tipo), *largo)
    if camino == "/salir":  # no lee nada, traiga lo que traiga
        assert leidas == 0
    else:
        assert codigo == 413
    assert leidas <= (0 if declarado else 1)


def test_el_archivo_que_compara_cualquiera_solo_viene_por_partes(instancia_sqlite: Instancia) -> None:
    """Un formulario de 20 MB sin partes se leería letra por letra."""
    app = crear(instancia_sqlite.ajustes)
    for camino in ("/v/ABCD", "/api/v1/verificacion/ABCD"):
        for tipo in (b"application/x-www-form-urlencoded", b"application/json", b"text/plain"):
            largo = (b"content-length", str(topes.DE_DESCONOCIDO + 1).encode())
            assert llamar(app, "POST", camino, (b"content-type", tipo), largo) == (413, 0)


@pytest.fixture
def dentro(instancia_sqlite: Instancia) -> Iterator[Cliente]:
    with servida(instancia_sqlite) as direccion, Cliente(direccion, "coordinacion") as cliente:
        yield cliente


@pytest.mark.parametrize("por_trozos", [False, True], ids=["declarado", "por-trozos"])
def test_ni_dentro_se_admite_un_json_de_mas_de_un_megabyte(dentro: Cliente, por_trozos: bool) -> None:  # noqa: FBT001
    grande = json.dumps({"procedimiento": "seguimiento", "asunto": "x" * topes.MEGA, "datos": {}}).encode()

    def trozos() -> Iterator[bytes]:
        for desde in range(0, len(grande), 65_536):
            yield grande[desde : desde + 65_536]

    respuesta = dentro.post("/expedientes", content=trozos() if por_trozos else grande, headers=JSON)
    assert respuesta.status_code == 413
    assert "pasa de 1 MB" in respuesta.json()["detail"]
    assert dentro.get("/expedientes").json()["total"] == 0


@pytest.mark.parametrize("hondo", [HONDURA_MAXIMA, HONDURA_MAXIMA + 1, 250, 900, 40_000])
def test_un_json_muy_anidado_dice_que_lo_es_y_no_tira_nada(dentro: Cliente, hondo: int) -> None:
    datos = "[" * (hondo - 2) + "]" * (hondo - 2)
    cuerpo = f'{{"procedimiento": "seguimiento", "asunto": "x", "datos": {{"a": {datos}}}}}'
    respuesta = dentro.post("/expedientes", content=cuerpo, headers={**JSON, "Idempotency-Key": "hondo"})
    assert respuesta.status_code == 422
    assert ("niveles" in respuesta.text) == (hondo > HONDURA_MAXIMA)


def test_la_forma_de_un_json_se_mira_sin_contar_lo_que_va_en_los_textos() -> None:
    exigir_json_llano(json.dumps({"a": "[{" * 500, "b": '\\"[[[' * 100, "c": "\\"}).encode())
    exigir_json_llano(b'"' + b'\\"' * 400_000)  # sin cerrar: se mira una vez, no una por comilla
    for malo, dice in (
        (b"[" + b"1," * VALORES_MAXIMOS + b"1]", "valores"),
        ("[1]".encode("utf-16"), "UTF-8"),
        (b'{"a": "]]]]", "b": ' + b"[" * HONDURA_MAXIMA, "niveles"),
    ):
        with pytest.raises(FormularioIncompleto, match=dice):
            exigir_json_llano(malo)


def test_cada_ruta_de_archivos_admite_los_suyos(instancia_sqlite: Instancia) -> None:
    app = crear(instancia_sqlite.ajustes)
    con_archivo = [
        camino
        for camino, metodos in app.openapi()["paths"].items()
        for operacion in metodos.values()
        if "multipart/form-data" in operacion.get("requestBody", {}).get("content", {})
    ]
    chicos = {"/api/v1/calendario/publicaciones/archivo"}  # 256 KB: caben en lo de todos
    assert len(con_archivo) >= 5
    for camino in con_archivo:
        tope = topes.de(re.sub(r"\{[^}]+\}", "1", camino), instancia_sqlite.ajustes, con_archivo=True)
        assert (tope.maximo > topes.MEGA) == (camino not in chicos), camino
    for pagina in ("/turnos/1", "/oficios/1/fuera"):
        assert topes.de(pagina, instancia_sqlite.ajustes, con_archivo=True).maximo > topes.MEGA, pagina


def test_quien_ya_habia_entrado_ahi_no_pierde_lo_que_escribio(web: str, instancia_sqlite: Instancia) -> None:
    turno = f"/turnos/{instancia_sqlite.iniciar('normatividad')}.1.DSTC.1"
    escrito = {"acto": "atender", "salida": "continuar", "comentario": "Tardé en esto. " * 300, "version": "1"}
    with Visitante(web, "dstc") as v:
        v.perder_la_sesion()
        pagina = v.post(turno, data=escrito)
        assert pagina.status_code == 401
        assert "No se perdió lo que escribió" in pagina.text
        guardado = re.search(r'name="guardado" value="([^"]*)"', pagina.text)
        assert guardado
        vuelve = v.entrar("dstc", guardado=guardado[1].replace("&#34;", '"') + " " * topes.DE_DESCONOCIDO)
        assert "Iba a responder un turno" in vuelve.text
    with Visitante(web) as nadie:
        assert nadie.post(turno, data=escrito).headers["location"] == f"/entrar?ir={turno}"


# --- la portería ------------------------------------------------------------------------


def test_la_porteria_rechaza_pronto_deja_lugar_a_los_conocidos_y_no_gasta_hilos_de_otros() -> None:
    suelta = threading.Event()

    async def recorrido() -> list[str]:
        porteria = Porteria(4)
        dichos = []
        formadas = [asyncio.create_task(porteria.atender(suelta.wait, se_conoce=False)) for _ in range(4)]
        await asyncio.sleep(0)
        with pytest.raises(PorteriaLlena) as llena:
            await porteria.atender(suelta.wait, se_conoce=False)
        dichos.append(str(llena.value))
        conocidas = [
            asyncio.create_task(porteria.atender(suelta.wait, se_conoce=True))
            for _ in range(4 * VECES_SI_SE_CONOCE - 4)
        ]
        await asyncio.sleep(0)
        with pytest.raises(PorteriaLlena):
            await porteria.atender(suelta.wait, se_conoce=True)
        # Los hilos de los demás siguen todos libres.
        assert await asyncio.gather(*(asyncio.to_thread(int, n) for n in range(40))) == list(range(40))
        # Quien se cansa de esperar no libera el lugar hasta que su hilo termina.
        formadas[0].cancel()
        await asyncio.sleep(0)
        with pytest.raises(PorteriaLlena):
            await porteria.atender(suelta.wait, se_conoce=True)
        suelta.set()
        await asyncio.gather(*formadas[1:], *conocidas)
        assert await porteria.atender(lambda: 7, se_conoce=False) == 7
        return dichos

    [dicho] = asyncio.run(recorrido())
    assert re.fullmatch(r"Hay mucha gente entrando al mismo tiempo\. Espere \d+ s y vuelva a intentar; .*", dicho)


def test_con_la_porteria_llena_se_dice_y_lo_demas_se_atiende(
    instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    cuenta = {"correo": f"cst@{demo.DOMINIO}", "clave": demo.CLAVE}
    ficha = acceso.entrar(instancia_sqlite.ajustes, cuenta["correo"], cuenta["clave"], "10.0.0.1").token
    monkeypatch.setattr(api.app, "Porteria", lambda _cupo: Porteria(0))
    with servida(instancia_sqlite) as direccion, Visitante(direccion) as v:
        por_api = v.post("/api/v1/sesiones", json=cuenta)
        por_pagina = v.post("/entrar", data={**cuenta, "ir": "/plazos"})
        for respuesta in (por_api, por_pagina):
            assert respuesta.status_code == 503
            assert int(respuesta.headers["retry-after"]) >= 1
            assert "Hay mucha gente entrando al mismo tiempo" in respuesta.text
        assert por_api.headers["content-type"] == "application/problem+json"
        assert f'value="{cuenta["correo"]}"' in por_pagina.text, "no hay que volver a escribir el correo"
        assert v.get("/api/v1/turnos", headers={"Authorization": f"Bearer {ficha}"}).status_code == 200


def test_solo_unos_pocos_comparan_archivos_a_la_vez(
    instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guardia, "COMPARACIONES_POR_RED", 0)
    with servida(instancia_sqlite) as direccion:
        respuesta = httpx.post(f"{direccion}/api/v1/verificacion/ABCD", files={"archivo": ("a.pdf", PDF)})
    assert respuesta.status_code == 503
    assert respuesta.headers["retry-after"]
    assert "Espere" in respuesta.json()["detail"]


# --- con HTTPS -------------------------------------------------------------------------


@pytest.fixture
def cifrada(instancia_sqlite: Instancia) -> Iterator[Visitante]:
    """Como la ve el proxy que pone el HTTPS: éste no manda las cookies, así que cada prueba las pone."""
    ajustes = instancia_sqlite.ajustes.model_copy(update={"direccion": "https://dstc.ejemplo.mx"})
    with servida(Instancia(ajustes)) as direccion, Visitante(direccion) as v:
        yield v


def test_con_https_las_cookies_son_de_este_sitio_y_no_se_vuelve_sin_cifrar(cifrada: Visitante) -> None:
    entrada = cifrada.entrar("cst")
    puestas = entrada.headers.get_list("set-cookie")
    for nombre in ("__Host-dstc_sesion", "__Host-dstc_equipo"):
        [suya] = [c for c in puestas if c.startswith(f"{nombre}=")]
        for atributo in ("HttpOnly", "Path=/", "SameSite=lax", "Secure"):
            assert atributo in suya
        assert "Domain" not in suya
    assert any(re.match(r'dstc_sesion="";.*Max-Age=0', c) for c in puestas), "la de antes se quita"
    assert entrada.headers["strict-transport-security"].startswith("max-age=31536000")
    trae = {"Cookie": "; ".join(c.partition(";")[0] for c in puestas if c.startswith("__Host-"))}
    assert cifrada.get("/bandeja", headers=trae).status_code == 200
    quitadas = cifrada.post("/salir", headers=trae).headers.get_list("set-cookie")
    assert any(c.startswith('__Host-dstc_sesion="";') and "Secure" in c for c in quitadas)


def test_con_https_la_cookie_de_antes_no_abre_nada_pero_no_se_pierde_lo_escrito(
    cifrada: Visitante, instancia_sqlite: Instancia
) -> None:
    turno = f"/turnos/{instancia_sqlite.iniciar('normatividad')}.1.DSTC.1"
    ficha = acceso.entrar(instancia_sqlite.ajustes, f"dstc@{demo.DOMINIO}", demo.CLAVE, "10.0.0.1").token
    de_antes = {"Cookie": f"dstc_sesion={ficha}"}
    assert cifrada.get("/bandeja", headers=de_antes).headers["location"] == "/entrar?ir=/bandeja"
    pagina = cifrada.post(turno, data={"acto": "atender", "comentario": "Ya lo tenía"}, headers=de_antes)
    assert pagina.status_code == 401
    assert "Ya lo tenía" in pagina.text


def test_sin_https_no_se_promete_lo_que_no_hay(web: str) -> None:
    with Visitante(web) as v:
        entrada = v.entrar("cst")
        assert "strict-transport-security" not in entrada.headers
        assert "Secure" not in entrada.headers["set-cookie"]


@pytest.mark.parametrize(
    ("mas", "avisa"),
    [
        ({}, False),
        ({"cookie_segura": True}, True),
        ({"direccion": "https://dstc.ejemplo.mx"}, True),
        ({"cookie_segura": True, "proxies": "127.0.0.1"}, False),
        ({"direccion": "http://dstc.ejemplo.mx"}, False),
    ],
)
def test_detras_de_un_proxy_se_exige_decirlo(
    mas: dict[str, Any],
    avisa: bool,  # noqa: FBT001
    capsys: pytest.CaptureFixture[str],
) -> None:
    from api.arranque.instancia import avisar_del_proxy

    avisar_del_proxy(Ajustes(**mas))
    assert ("DSTC_PROXIES" in capsys.readouterr().err) == avisa
