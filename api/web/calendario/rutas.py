"""«Lo que viene»: qué se abre solo en el año, por mes, y adelantarlo o dispensarlo."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.dependencias import Entrada, Puerta
from api.web.calendario import calculadora, mes
from api.web.piezas import frases_plazos
from api.web.piezas.formularios import Formulario, LoEscrito
from api.web.piezas.pagina import pagina
from api.web.piezas.rechazo import Intento, Rechazo, mostrar
from modelos import reloj
from modelos.actos.conduccion import ciclos
from modelos.calendario import sumar_meses
from modelos.ciclos.previstas import Prevista
from modelos.ciclos.visibles import folios_que_ve, lo_que_viene, un_periodo
from modelos.errores import ActoNoProcede, FaltaConfirmar, FormularioIncompleto, NoExiste
from modelos.expedientes import visibles
from modelos.expedientes.errores import SinDestinatarios
from modelos.organizacion.permisos import atiende, puede_conducir
from modelos.plazos import lista
from modelos.tabla.periodo import Cada, Periodo, nombre_periodo

ruta = APIRouter()
for parte in (mes, calculadora):
    ruta.include_router(parte.ruta)
PROXIMOS = timedelta(days=30)
PLAZOS_MAXIMO = 50
FOLIOS_A_LA_VISTA = 3
TITULOS = {"motivo": "Motivo", "unidad": "Para quién", "periodo": "Periodo"}
CON_CONTROL = ("motivo", "unidad")
TODAS = "*"
"""Lo que manda el formulario para decir «todas las que falten»; vacío es que no se eligió."""
ADELANTAR, DISPENSAR = "adelantar", "dispensar"
ACTOS = (ADELANTAR, DISPENSAR)
_VUELVE = (FormularioIncompleto, FaltaConfirmar, ActoNoProcede, SinDestinatarios)
ESTADOS = {
    "por_venir": ("○", "Por abrirse"),
    "abierta": ("✓", "Ya se abrió"),
    "dispensada": ("✕", "Se dispensó"),
    "sin_abrir": ("!", "Pasó su fecha y falta abrirlo"),
}


@ruta.get("/calendario")
def viene(request: Request, puerta: Entrada) -> HTMLResponse:
    """Lo que se abre solo de aquí a un año, por mes, y lo propio que vence en 30 días."""
    hoy = reloj.hoy()
    with puerta.lectura() as (s, quien):
        previstas = lo_que_viene(s, quien, puerta.tablas, hoy, sumar_meses(hoy, 12))
        propios = lista.por_cumplir_de(s, atiende(quien), PLAZOS_MAXIMO)
        vencen = [plazo for plazo in propios if plazo.vence and plazo.vence <= hoy + PROXIMOS]
        return pagina(
            request,
            "calendario/calendario.html",
            quien,
            hoy=hoy,
            meses=_por_mes(previstas, hoy),
            total=len(previstas),
            visibles=folios_que_ve(s, quien, previstas),
            conduce={p.procedimiento for p in previstas if puede_conducir(quien, p.duena)},
            vencen=vencen,
            dichos=frases_plazos.dichos(s, vencen),
            asuntos=visibles.asuntos(s, (plazo.folio for plazo in vencen)),
            atiende=atiende(quien),
            estados=ESTADOS,
            a_la_vista=FOLIOS_A_LA_VISTA,
        )


@ruta.get("/calendario/{procedimiento}/{periodo}")
def ver(request: Request, procedimiento: str, periodo: str, puerta: Entrada, hecho: str = "") -> HTMLResponse:
    """Un periodo, unidad por unidad. hecho: el acto que se acaba de registrar."""
    return _mostrar(request, puerta, procedimiento, periodo, hecho=hecho)


@ruta.post("/calendario/{procedimiento}/{periodo}/{acto}")
def decidir(
    request: Request, procedimiento: str, periodo: str, acto: str, puerta: Entrada, captura: Formulario
) -> Response:
    """Adelanta o dispensa el periodo."""
    if acto not in ACTOS:
        raise NoExiste("el acto", acto)
    if captura.recupera:
        return _mostrar(request, puerta, procedimiento, periodo, Rechazo(acto, captura))
    intento = Intento(
        captura, acto, vuelve=_VUELVE, titulos=TITULOS, ancla=lambda c: f"{acto}-{c}" if c in CON_CONTROL else ""
    )
    with intento, puerta.acto() as ctx:
        pedido = (ctx, procedimiento, periodo, _unidad(captura), captura.texto("motivo"))
        if acto == ADELANTAR:
            ciclos.adelantar(*pedido, captura.lista("confirmar"))
        else:
            ciclos.dispensar(*pedido)
    if intento.rechazo:
        return _mostrar(request, puerta, procedimiento, periodo, intento.rechazo)
    return RedirectResponse(f"/calendario/{quote(procedimiento)}/{quote(periodo)}?hecho={acto}#confirmacion", 303)


@ruta.get("/calendario/{procedimiento}/{periodo}/{_acto}")
def volver(procedimiento: str, periodo: str, _acto: str) -> Response:
    """Quien recarga la dirección de un acto que no procedió vuelve al periodo."""
    return RedirectResponse(f"/calendario/{quote(procedimiento)}/{quote(periodo)}", 303)


def _unidad(captura: LoEscrito) -> str | None:
    elegida = captura.texto("unidad")
    return None if elegida == TODAS else elegida


def _mostrar(
    request: Request,
    puerta: Puerta,
    procedimiento: str,
    clave: str,
    rechazo: Rechazo | None = None,
    hecho: str = "",
) -> HTMLResponse:
    hoy = reloj.hoy()
    with puerta.lectura() as (s, quien):
        tabla = puerta.tablas.vigente(procedimiento, hoy)
        if tabla.ciclo is None:
            raise NoExiste("el periodo", f"{procedimiento} {clave}")
        try:
            periodo = ciclos.leer_periodo(tabla.ciclo, clave, hoy)
        except FormularioIncompleto as error:
            raise NoExiste("el periodo", f"{procedimiento} {clave}") from error
        prevista = un_periodo(s, quien, puerta.tablas, tabla, periodo)
        return mostrar(
            request,
            "calendario/ciclo.html",
            quien,
            rechazo,
            p=prevista,
            tabla=tabla,
            rechazo=rechazo,
            hecho=hecho if hecho in ACTOS else "",
            conduce=puede_conducir(quien, prevista.duena),
            visibles=folios_que_ve(s, quien, [prevista]),
            personas=visibles.nombres(s, (h.persona_id for h in prevista.hechas.values())),
            unidades=visibles.unidades(s),
            estados=ESTADOS,
            todas=TODAS,
            vencida=prevista.limite < hoy,
            llego=prevista.abre is not None and prevista.abre <= hoy,
        )


def _por_mes(previstas: Iterable[Prevista], hoy: date) -> list[tuple[str, list[Prevista]]]:
    """Con el nombre de cada mes; lo que ya tocaba y sigue en su ventana va primero, junto."""
    meses: dict[str, list[Prevista]] = {}
    for prevista in previstas:
        dia = prevista.abre or prevista.natural
        nombre = nombre_periodo(Periodo(Cada.MENSUAL, dia.year, dia.month))
        titulo = "Ya tocaba y sigue en su ventana" if dia < hoy.replace(day=1) else nombre.capitalize()
        meses.setdefault(titulo, []).append(prevista)
    return list(meses.items())
