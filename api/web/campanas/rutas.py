"""Campañas: un procedimiento que llevan muchas unidades; su matriz, y recordar sólo a quien falta."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.campanas import es_periodo, mirable
from api.dependencias import Entrada
from api.web.campanas import nueva
from api.web.campanas.nueva import nombre
from api.web.expedientes import matriz
from api.web.piezas.formularios import Formulario, numero
from api.web.piezas.pagina import pagina
from modelos import reloj
from modelos.actos.conduccion import campanas
from modelos.actos.turnos.atender import persona_que_actua
from modelos.ciclos import campanas as consultas_campanas
from modelos.ciclos.campanas import EN_CURSO, Miembro
from modelos.errores import NoExiste, NoLeCorresponde
from modelos.expedientes.expediente import EN_TRAMITE, Expediente, Turno
from modelos.organizacion.permisos import Quien, puede_atender, ve_tablero

ruta = APIRouter()
ruta.include_router(nueva.ruta)  # antes: su /campanas/{clave}/iniciar lo taparía un periodo
POR_PAGINA = 25
HECHOS = ("abiertos", "saltados", "recordadas", "ya")
"""Lo que se acaba de hacer, en la dirección: recargar no lo repite."""


@ruta.get("/campanas")
def listar(request: Request, puerta: Entrada) -> HTMLResponse:
    """Las que hay, y qué se puede lanzar."""
    with puerta.lectura() as (s, quien):
        tablas = [t for t in puerta.tablas.vigentes(reloj.hoy()) if campanas.puede_mirar(quien, t)]
        if not tablas and not ve_tablero(quien):
            raise NoLeCorresponde("ver las campañas", "la coordinación que conduce esos procedimientos")
        resumenes = consultas_campanas.en_marcha(s, tablas)
    return pagina(
        request,
        "campanas/campanas.html",
        quien,
        resumenes=resumenes,
        tablas={t.clave: t for t in tablas},
        lanzables=[t for t in tablas if campanas.puede_lanzar(quien, t)],
        nombre=nombre,
    )


@dataclass(frozen=True)
class TramoDeCampana:
    """Las unidades que caben en una página, desde la `corte`-ésima de todas las que se pidieron."""

    todas: Sequence[Miembro]
    corte: int

    @classmethod
    def desde(cls, todas: Sequence[Miembro], clave: str) -> Self:
        """El que empieza en esa unidad; si no está, el primero."""
        return cls(todas, next((i for i, m in enumerate(todas) if m.clave == clave), 0))

    @property
    def visibles(self) -> Sequence[Miembro]:
        """Las de esta página."""
        return self.todas[self.corte : self.corte + POR_PAGINA]

    @property
    def primera(self) -> int:
        """Qué número lleva la primera."""
        return self.corte + 1

    @property
    def siguiente(self) -> str:
        """Con qué unidad empieza la página que sigue; vacío si no hay otra."""
        sigue = self.corte + POR_PAGINA
        return self.todas[sigue].clave if sigue < len(self.todas) else ""

    @property
    def anterior(self) -> str:
        """Con cuál la de antes."""
        return self.todas[max(0, self.corte - POR_PAGINA)].clave if self.corte else ""


@ruta.get("/campanas/{clave}/{periodo}")
def ver(
    request: Request,
    clave: str,
    periodo: str,
    puerta: Entrada,
    faltan: str = "",
    desde: str = "",
) -> HTMLResponse:
    """La matriz. faltan: sólo las que siguen en trámite o sin expediente; desde: la unidad en que empieza la página."""
    with puerta.lectura() as (s, quien):
        tabla = mirable(puerta, quien, clave, periodo)
        hay = consultas_campanas.de_cada_unidad(s, tabla, periodo)
        todas = consultas_campanas.de_la_campana(s, tabla, hay)
        if not hay and periodo != EN_CURSO and not es_periodo(tabla, periodo):
            raise NoExiste("la campaña", f"{clave} {periodo}")
        tramo = TramoDeCampana.desde(_que_faltan(todas, hay) if faltan else todas, desde)
        suyos = {m.clave: hay[m.clave] for m in tramo.visibles if m.clave in hay}
        turnos = consultas_campanas.turnos_de(s, [los[0].folio for los in suyos.values()])
        filas = matriz.de_campana(s, tabla, tramo.visibles, suyos, turnos)
        lanza = campanas.puede_lanzar(quien, tabla)
        por_atender = consultas_campanas.por_atender(s, hay) if lanza else []
    return pagina(
        request,
        "campanas/campana.html",
        quien,
        tabla=tabla,
        periodo=periodo,
        titulo=nombre(periodo),
        columnas=matriz.columnas(tabla),
        filas=filas,
        cuenta=consultas_campanas.cuenta(todas, hay),
        faltan=bool(faltan),
        tramo=tramo,
        lanza=lanza,
        deben=_cuantos_de_otros(quien, por_atender),
        dicho=_dicho(request),
    )


def _que_faltan(todas: Sequence[Miembro], hay: Mapping[str, Sequence[Expediente]]) -> list[Miembro]:
    """Las que no tienen expediente o lo llevan sin terminar."""
    return [m for m in todas if m.clave not in hay or hay[m.clave][0].estado in EN_TRAMITE]


def _cuantos_de_otros(quien: Quien, turnos: Iterable[Turno]) -> int:
    """Los que atiende alguien más: a uno mismo no se le recuerda."""
    return len([t for t in turnos if not puede_atender(quien, t.unidad)])


def _dicho(request: Request) -> dict[str, int]:
    """Lo que se acaba de hacer, con cuántos."""
    return {n: numero(request.query_params.get(n, "")) for n in HECHOS if n in request.query_params}


@ruta.post("/campanas/{clave}/{periodo}/recordar")
def recordar(clave: str, periodo: str, puerta: Entrada, _captura: Formulario) -> Response:
    """Recuerda a quienes deben algo; a cada persona, una vez al día."""
    with puerta.acto() as ctx:
        tabla = mirable(puerta, persona_que_actua(ctx), clave, periodo)
        hecho = campanas.recordar(ctx, tabla, periodo)
    dicho = urlencode({"recordadas": hecho.personas, "ya": hecho.ya})
    return RedirectResponse(f"/campanas/{quote(clave)}/{quote(periodo)}?{dicho}#confirmacion", 303)


@ruta.get("/campanas/{clave}/{periodo}/recordar")
def volver(clave: str, periodo: str) -> Response:
    """Quien recarga la dirección vuelve a la matriz."""
    return RedirectResponse(f"/campanas/{quote(clave)}/{quote(periodo)}", 303)
