"""A Prefect no entra cualquiera, y lo que alguien pide desde su interfaz termina con una frase que dice qué hacer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from prefect.client.orchestration import get_client
from pydantic import SecretStr

from flujos.despliegues import COLA, EntradaAjena, cargar, registrar
from flujos.sonda import Sonda
from modelos.ajustes import Ajustes
from modelos.motor import credencial
from tests.accesorios.prefect_local import CREDENCIAL, InstanciaConMotor, ServidorPrefect, esperar

pytestmark = pytest.mark.prefect


@pytest.fixture
def suyos(prefect: ServidorPrefect) -> Ajustes:
    """Los ajustes con que se levantó el servidor de las pruebas."""
    return Ajustes(datos=prefect.carpeta, puerto_prefect=prefect.puerto, prefect_credencial=SecretStr(CREDENCIAL))


def _sonda(ajustes: Ajustes) -> tuple[bool, str]:
    async def preguntar() -> tuple[bool, str]:
        sonda = Sonda(ajustes)
        try:
            return await sonda.responde(), sonda.ajeno
        finally:
            await sonda.cerrar()

    return asyncio.run(preguntar())


@pytest.mark.parametrize("ruta", ["/flows/filter", "/flow_runs/filter", "/dstc", "/admin/version"])
def test_sin_credencial_no_se_entra_a_prefect(prefect: ServidorPrefect, suyos: Ajustes, ruta: str) -> None:
    metodo = "POST" if ruta.endswith("filter") else "GET"
    usuario, clave = credencial.usuario_y_clave(suyos) or ("", "")
    codigos = [
        httpx.request(metodo, f"{prefect.url}{ruta}", auth=auth).status_code
        for auth in (None, (usuario, "otra"), (usuario, clave))
    ]
    assert codigos == [401, 401, 200]


def test_escribir_muchos_a_la_vez_no_da_503(prefect: ServidorPrefect, suyos: Ajustes) -> None:
    """Sin reintentos: a quien se le niega, el cliente de Prefect no insiste hasta dos segundos después."""
    auth = credencial.usuario_y_clave(suyos)

    async def crear() -> list[int]:
        async with get_client() as cliente:
            ids = await registrar(cliente)
        ruta = f"{prefect.url}/deployments/{ids['normatividad']}/create_flow_run"
        async with httpx.AsyncClient(auth=auth, timeout=600) as crudo:
            corrida = {"parameters": {"folio": "NO-HAY"}, "state": {"type": "CANCELLED"}}
            pedidas = await asyncio.gather(*(crudo.post(ruta, json=corrida) for _ in range(12)))
        return [respuesta.status_code for respuesta in pedidas]

    with prefect.como_cliente():
        assert asyncio.run(crear()) == [201] * 12


def test_la_cola_se_puede_pausar_y_reanudar(prefect: ServidorPrefect, suyos: Ajustes) -> None:
    """El servidor lee en otra sesión mientras escribe en ésta: no deben esperarse una a otra."""

    async def registrar_todo() -> None:
        async with get_client() as cliente:
            await registrar(cliente)

    with prefect.como_cliente():
        asyncio.run(registrar_todo())
    ruta = f"{prefect.url}/work_pools/{COLA}/queues/default"
    auth = credencial.usuario_y_clave(suyos)
    dichos = [httpx.patch(ruta, json={"is_paused": p}, auth=auth, timeout=600) for p in (True, False)]
    assert [d.status_code for d in dichos] == [204, 204], [d.text for d in dichos]


def test_otra_pagina_no_puede_hablarle_a_prefect(prefect: ServidorPrefect) -> None:
    def permitido(origen: str) -> str | None:
        pide = {"Origin": origen, "Access-Control-Request-Method": "POST"}
        dicho = httpx.options(f"{prefect.url}/flows/filter", headers=pide).headers
        return str(dicho["access-control-allow-origin"]) if "access-control-allow-origin" in dicho else None

    assert permitido("http://otra.ejemplo.mx") is None
    suyo = f"http://localhost:{prefect.puerto}"
    assert permitido(suyo) == suyo


def test_la_credencial_es_de_cada_instancia_y_solo_la_lee_su_duena(tmp_path: Path) -> None:
    una, otra = Ajustes(datos=tmp_path / "una"), Ajustes(datos=tmp_path / "otra")
    hallada: list[str] = []
    hilos = [threading.Thread(target=lambda: hallada.append(credencial.credencial(una))) for _ in range(8)]
    for hilo in hilos:
        hilo.start()
    for hilo in hilos:
        hilo.join()
    assert len(set(hallada)) == 1
    assert credencial.credencial(otra) not in hallada
    archivo = credencial.archivo(una)
    assert archivo.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in archivo.parent.iterdir()] == ["credencial"]
    assert credencial.usuario_y_clave(Ajustes(datos=tmp_path, prefect_url="http://ajeno.ejemplo.mx/api")) is None


def test_la_sonda_reconoce_al_suyo(suyos: Ajustes) -> None:
    assert _sonda(suyos) == (True, "")


def test_el_prefect_de_otra_instancia_no_sirve(prefect: ServidorPrefect, tmp_path: Path) -> None:
    ajena = Ajustes(datos=tmp_path, puerto_prefect=prefect.puerto)
    assert _sonda(ajena) == (False, "no acepta la credencial de esta instancia")
    con_la_misma = ajena.model_copy(
        update={"prefect_credencial": Ajustes(prefect_credencial=SecretStr(CREDENCIAL)).prefect_credencial}
    )
    assert _sonda(con_la_misma) == (False, "no es el Prefect que levanta esta instancia")


@pytest.fixture
def otro_programa() -> Iterator[int]:
    """Un servidor que no es Prefect y a todo dice que sí."""

    class AmableConTodos(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"true")

        def log_message(self, *_: Any) -> None:
            """Callado."""

    servidor = HTTPServer(("127.0.0.1", 0), AmableConTodos)
    hilo = threading.Thread(target=servidor.serve_forever)
    hilo.start()
    yield servidor.server_port
    servidor.shutdown()
    hilo.join()
    servidor.server_close()


def test_un_programa_cualquiera_en_su_puerto_no_es_prefect(otro_programa: int, tmp_path: Path) -> None:
    ajustes = Ajustes(datos=tmp_path, puerto_prefect=otro_programa)
    assert _sonda(ajustes) == (False, "no es el Prefect que levanta esta instancia")


def test_si_no_responde_nadie_no_hay_ajeno(tmp_path: Path) -> None:
    assert _sonda(Ajustes(datos=tmp_path, puerto_prefect=1)) == (False, "")


def test_run_desde_prefect_termina_y_dice_que_hacer(prefect: ServidorPrefect, tmp_path: Path) -> None:
    viva = InstanciaConMotor(tmp_path, prefect.url)
    with viva.motor():
        folio = viva.iniciar("seguimiento")
        viva.esperar_al_dia(folio)
        despliegue = prefect.preguntar(lambda c: c.read_deployment_by_name("seguimiento/expediente"))
        for parametros, dicho in (
            ({"folio": ""}, "un expediente se inicia en http"),
            ({"folio": "NO-HAY-0001"}, "no existe el expediente «NO-HAY-0001»"),
            ({"folio": folio}, f"{folio} ya se conduce con su propia corrida"),
        ):
            pedida = _correr(prefect, despliegue.id, parametros)
            esperar("termina", lambda pedida=pedida: prefect.corrida(pedida).state_name == "Cancelled")  # type: ignore[misc]
            assert dicho in prefect.corrida(pedida).state.message
        assert prefect.corrida(viva.expediente(folio).corrida or "").state_name == "Suspended"


def _correr(prefect: ServidorPrefect, despliegue: UUID, parametros: dict[str, Any]) -> str:
    return str(prefect.preguntar(lambda c: c.create_flow_run_from_deployment(despliegue, parameters=parametros)).id)


def test_un_despliegue_ajeno_en_la_cola_no_se_importa(prefect: ServidorPrefect, tmp_path: Path) -> None:
    (tmp_path / "ajeno.py").write_text(f"open({str(tmp_path / 'corrio')!r}, 'w')\n", "utf-8")
    viva = InstanciaConMotor(tmp_path, prefect.url)
    viva.entorno["PYTHONPATH"] = str(tmp_path)

    async def desplegar(cliente: Any) -> UUID:
        flujo = await cliente.create_flow_from_name("ajeno")
        id_: UUID = await cliente.create_deployment(flujo, "ajeno", work_pool_name=COLA, entrypoint="ajeno:flujo")
        return id_

    with viva.motor():
        esperar("la cola existe", lambda: COLA in {p.name for p in prefect.preguntar(lambda c: c.read_work_pools())})
        despliegue = prefect.preguntar(desplegar)
        try:
            corrida = _correr(prefect, despliegue, {})
            esperar("se rechaza", lambda: prefect.corrida(corrida).state_name == "Cancelled")
        finally:  # el servidor es de todas las pruebas, y hay una que cuenta sus despliegues
            prefect.preguntar(lambda c: c.delete_deployment(despliegue))
    assert "no es un flujo de este sistema" in prefect.corrida(corrida).state.message
    assert not (tmp_path / "corrio").exists()


@pytest.mark.parametrize("entrada", ["os:system", "flujos.corridas:conducir", "flujos.corridas", "", "/tmp/x.py:f"])
def test_solo_se_cargan_nuestras_entradas(entrada: str) -> None:
    with pytest.raises(EntradaAjena, match="no es un flujo de este sistema"):
        cargar(entrada)
