"""Cada llamada del contrato: por quien le toca, por otra unidad (403), sin sesión (401) y con sesión revocada."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from api.errores import CODIGOS
from modelos.errores import ErrorGestion
from tests.accesorios.fabricas import PDF, Cliente, Instancia, servida


@dataclass(frozen=True)
class Llamada:
    """Una llamada del contrato y quién no puede hacerla (None: cualquiera con sesión puede)."""

    metodo: str
    ruta: str
    ajeno: str | None = None
    cuerpo: dict[str, Any] | None = None
    archivo: bool = False
    espera: int = 200
    propio: str = "coordinacion"
    extra: dict[str, Any] = field(default_factory=dict)

    def hacer(self, cliente: Cliente, **valores: str) -> int:
        """La hace y devuelve el código."""
        opciones: dict[str, Any] = {"json": self.cuerpo} if self.cuerpo is not None else {}
        if self.archivo:
            opciones = {"files": {"archivo": ("a.pdf", PDF, "application/pdf")}}
        respuesta = cliente.request(self.metodo, self.ruta.format(**valores), **opciones)
        if respuesta.status_code >= 400:
            assert respuesta.headers["content-type"] == "application/problem+json"
            problema = respuesta.json()
            assert problema["status"] == respuesta.status_code
            assert problema["title"]
            assert problema["detail"]
        return respuesta.status_code


Abrir = Callable[[Cliente], Cliente]
NUEVO = {"procedimiento": "normatividad", "asunto": "Otro", "datos": {}}
MOTIVO = {"motivo": "prueba de acceso"}
RESPUESTA = {"salida": "continuar", "datos": {}, "comentario": "", "version": 1}
LLAMADAS = (
    Llamada("GET", "/procedimientos"),
    Llamada("GET", "/procedimientos/normatividad"),
    Llamada("POST", "/expedientes", "cst", NUEVO, espera=201),
    Llamada("GET", "/expedientes"),
    Llamada("GET", "/expedientes/{folio}", "dcaj"),
    Llamada("GET", "/expedientes/{folio}/bitacora", "dcaj"),
    Llamada("GET", "/turnos", propio="dstc"),
    Llamada("GET", "/turnos?unidad=DSTC", "cst", propio="dstc"),
    Llamada("GET", "/turnos/{turno}", "dcaj", propio="dstc"),
    Llamada("POST", "/turnos/{turno}/tomar", "cst", {}, propio="dstc"),
    Llamada("POST", "/turnos/{turno}/liberar", "cst", {}, propio="dstc"),
    Llamada("POST", "/turnos/{turno}/reasignar", "dstc", {"persona": "dstc@demo.local", "motivo": "x"}),
    Llamada("POST", "/turnos/{turno}/anexos", "cst", archivo=True, espera=201, propio="dstc"),
    Llamada("GET", "/anexos/{anexo}", "dcaj", propio="dstc"),
    Llamada("POST", "/turnos/{turno}/atender", "cst", RESPUESTA, propio="dstc"),
    Llamada("POST", "/expedientes/{folio}/suspender", "dstc", MOTIVO),
    Llamada("POST", "/expedientes/{folio}/reanudar", "direccion", MOTIVO),
    Llamada("POST", "/expedientes/{folio}/ampliar-vueltas", "dstc", {"tope": 9, "motivo": "x"}),
    Llamada("POST", "/expedientes/{folio}/cerrar-espera", "dstc", {"actividad": "4", "motivo": "x"}, espera=409),
    Llamada("POST", "/expedientes/{folio}/reintentar", "dstc"),
    Llamada("POST", "/expedientes/{folio}/cancelar", "administracion", MOTIVO),
    Llamada("GET", "/sesiones/actual"),
)


@pytest.fixture(scope="module")
def escenario(plantillas: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Instancia, str]]:
    """Una instancia servida para todo el módulo: cada prueba abre su propio expediente."""
    from modelos.ajustes import Ajustes

    carpeta = tmp_path_factory.mktemp("acceso")
    instancia = Instancia(Ajustes(datos=carpeta, base=plantillas.copia("sqlite", carpeta), demo=True))
    with servida(instancia) as direccion:
        yield instancia, direccion


@pytest.fixture(scope="module")
def clientes(escenario: tuple[Instancia, str]) -> Iterator[dict[str, Cliente]]:
    """Una sesión por cuenta."""
    alias = {ll.propio for ll in LLAMADAS} | {ll.ajeno for ll in LLAMADAS if ll.ajeno}
    abiertos = {uno: Cliente(escenario[1], uno) for uno in sorted(alias)}
    yield abiertos
    for cliente in abiertos.values():
        cliente.close()


@pytest.fixture
def abiertos() -> Iterator[Abrir]:
    """Apunta un cliente para cerrarlo al terminar la prueba."""
    with ExitStack() as pila:
        yield pila.enter_context


@pytest.fixture
def valores(escenario: tuple[Instancia, str], clientes: dict[str, Cliente], llamada: Llamada) -> dict[str, str]:
    """Un expediente nuevo, su turno y un anexo; suspendido si lo que se prueba es reanudarlo."""
    instancia, _ = escenario
    folio = instancia.iniciar("normatividad")
    turno = instancia.abiertos(folio)[0].id
    subida = clientes["dstc"].post(f"/turnos/{turno}/anexos", files={"archivo": ("a.pdf", PDF, "application/pdf")})
    if llamada.ruta.endswith("reanudar"):
        clientes["coordinacion"].post(f"/expedientes/{folio}/suspender", json=MOTIVO)
    return {"folio": folio, "turno": turno, "anexo": subida.json()["id"]}


POR_LLAMADA = pytest.mark.parametrize("llamada", LLAMADAS, ids=lambda ll: f"{ll.metodo} {ll.ruta}")


@POR_LLAMADA
def test_quien_puede_puede_y_los_demas_no(
    escenario: tuple[Instancia, str], clientes: dict[str, Cliente], valores: dict[str, str], llamada: Llamada
) -> None:
    with Cliente(escenario[1]) as sin_sesion:
        assert llamada.hacer(sin_sesion, **valores) == 401
        sin_sesion.headers["Authorization"] = "Bearer inventada"
        assert llamada.hacer(sin_sesion, **valores) == 401
    if llamada.ajeno:
        assert llamada.hacer(clientes[llamada.ajeno], **valores) == 403
    assert llamada.hacer(clientes[llamada.propio], **valores) == llamada.espera


def test_la_sesion_revocada_deja_de_servir_en_el_acto(escenario: tuple[Instancia, str]) -> None:
    with Cliente(escenario[1], "dstc") as cliente:
        assert cliente.get("/turnos").status_code == 200
        assert cliente.delete("/sesiones/actual").status_code == 204
        for llamada in LLAMADAS:
            if llamada.metodo == "GET":
                assert llamada.hacer(cliente, folio="x", turno="x", anexo="x") == 401


def test_la_persona_dada_de_baja_y_la_adscripcion_vencida_pierden_el_acceso(
    escenario: tuple[Instancia, str], abiertos: Abrir
) -> None:
    from datetime import timedelta

    from sqlalchemy import update
    from sqlmodel import col

    from modelos import reloj
    from modelos.organizacion.organigrama import Adscripcion, Persona

    instancia, direccion = escenario
    cliente = abiertos(Cliente(direccion, "dvs"))
    with instancia.como("dvs") as ctx:
        assert ctx.quien is not None
        mio = col(Adscripcion.persona_id) == ctx.quien.persona
        ayer = reloj.hoy() - timedelta(days=1)
        ctx.s.execute(update(Adscripcion).where(mio).values(desde=ayer, hasta=ayer))
    assert cliente.get("/turnos").json()["total"] == 0
    assert cliente.get("/sesiones/actual").json()["adscripciones"] == []
    with instancia.como("dvs") as ctx:
        assert ctx.quien is not None
        ctx.s.execute(update(Persona).where(col(Persona.id) == ctx.quien.persona).values(activa=False))
    assert cliente.get("/turnos").status_code == 401


@pytest.mark.usefixtures("reloj_detenido")
def test_tras_varios_fallos_hay_que_esperar(escenario: tuple[Instancia, str], abiertos: Abrir) -> None:
    cliente = abiertos(Cliente(escenario[1]))
    mala = {"correo": "dcta@demo.local", "clave": "equivocada"}
    codigos = [cliente.post("/sesiones", json=mala).status_code for _ in range(6)]
    assert codigos == [401] * 5 + [429]
    buena = cliente.post("/sesiones", json={"correo": "dcta@demo.local", "clave": "demo-dstc"})
    assert buena.status_code == 429
    assert int(buena.headers["retry-after"]) > 0
    assert abiertos(Cliente(escenario[1], "dia")).get("/turnos").status_code == 200


def test_quien_no_participa_no_encuentra_el_expediente_al_buscar(
    escenario: tuple[Instancia, str], clientes: dict[str, Cliente]
) -> None:
    folio = escenario[0].iniciar("normatividad", "asunto irrepetible 8431")
    buscar = {"texto": "irrepetible 8431"}
    assert clientes["dcaj"].get("/expedientes", params=buscar).json()["total"] == 0
    for alias in ("coordinacion", "direccion", "administracion", "dstc"):
        (hallado,) = clientes[alias].get("/expedientes", params=buscar).json()["elementos"]
        assert hallado["folio"] == folio


def test_otro_sitio_no_puede_actuar_con_la_cookie(escenario: tuple[Instancia, str], abiertos: Abrir) -> None:
    con_cookie = abiertos(Cliente(escenario[1], "coordinacion"))
    ficha = con_cookie.headers.pop("Authorization").removeprefix("Bearer ")
    con_cookie.cookies.set("dstc_sesion", ficha)
    propia = {"Sec-Fetch-Site": "same-origin"}
    for ajena in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://otro.example"}, {}):
        assert con_cookie.post("/expedientes", json=NUEVO, headers=ajena).status_code == 403
    assert con_cookie.post("/expedientes", json=NUEVO, headers=propia).status_code == 201


def test_toda_clase_de_error_tiene_su_codigo() -> None:
    def descendientes(clase: type[ErrorGestion]) -> set[type[ErrorGestion]]:
        hijas = set(clase.__subclasses__())
        return hijas.union(*(descendientes(hija) for hija in hijas))

    propias = {c for c in descendientes(ErrorGestion) if ".errores" in c.__module__}
    assert propias - CODIGOS.keys() == set()
