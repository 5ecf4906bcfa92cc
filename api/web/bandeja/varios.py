"""Responder de una vez varios turnos de la misma actividad que no piden nada más que decir «hecho».

Primero una página que dice exactamente qué se registrará; después, cada respuesta en su propia transacción: lo
que no se pudo no estorba a lo demás, y volver a enviar la página no registra nada dos veces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from api.dependencias import Entrada, Puerta
from api.web.bandeja import renglones
from api.web.bandeja.renglones import RenglonDeBandeja
from api.web.piezas import frases
from api.web.piezas.formularios import ENTERO_MAXIMO, Formulario, numero
from api.web.piezas.pagina import pagina
from modelos.actos.turnos import atender as actos
from modelos.actos.turnos.atender import LARGO_COMENTARIO
from modelos.bandeja import bandeja
from modelos.bandeja.pedido import PedidoDeBandeja
from modelos.errores import BaseInaccesible, ErrorGestion, FormularioIncompleto, NoExiste, NoLeCorresponde
from modelos.expedientes import visibles as consultas
from modelos.expedientes.errores import ActividadYaAtendida
from modelos.expedientes.expediente import ABIERTOS, EstadoTurno, Expediente, Turno
from modelos.organizacion.errores import SinSesion
from modelos.organizacion.permisos import Quien

ruta = APIRouter()
MAXIMO = 100
"""Respuestas por envío: con más, la página deja de poder revisarse."""
MARCA = "turno-"
"""Con qué empieza el nombre de cada casilla; sigue el id del turno, y su valor es la versión que se leyó."""


@dataclass(frozen=True)
class Grupo:
    """Los de una misma actividad. frase: qué pasa después, en cada expediente."""

    pendientes: Sequence[RenglonDeBandeja]
    boton: str
    frase: str

    @property
    def muestra(self) -> RenglonDeBandeja:
        """Cualquiera: la actividad y la tabla son las de todos."""
        return self.pendientes[0]


@dataclass(frozen=True)
class Resultado:
    """Cómo le fue a un turno."""

    turno: str
    folio: str
    asunto: str
    bien: bool
    frase: str


@ruta.get("/bandeja/varios")
def confirmar(
    request: Request,
    puerta: Entrada,
    t: Annotated[list[str] | None, Query()] = None,
    procedimiento: str = "",
    actividad: str = "",
) -> HTMLResponse:
    """Lo que se registraría con los turnos elegidos (`t`), o con todos los suyos de una actividad. No registra nada."""
    return _confirmacion(request, puerta, t or [], procedimiento, actividad)


@ruta.post("/bandeja/varios")
def registrar(request: Request, puerta: Entrada, captura: Formulario) -> HTMLResponse:
    """Registra cada respuesta por separado y dice cómo le fue a cada una."""
    versiones = {n.removeprefix(MARCA): numero(v) for n, v in captura.textos.items() if n.startswith(MARCA)}
    if captura.recupera:
        return _confirmacion(request, puerta, list(versiones), comentario=captura.texto("comentario"))
    with puerta.lectura() as (s, quien):
        visibles, resultados = _los_que_ve(s, quien, list(versiones))
    _exigir_iguales([turno for turno, _ in visibles])
    comentario = captura.texto("comentario")
    for turno, expediente in visibles:
        bien, frase = _atender(puerta, quien, turno, versiones[turno.id], comentario)
        resultados.append(Resultado(turno.id, turno.folio, expediente.asunto, bien, frase))
    return pagina(
        request,
        "bandeja/varios.html",
        quien,
        grupos=[],
        fuera=[],
        resultados=resultados,
        logrados=sum(r.bien for r in resultados),
        maximo=MAXIMO,
        topado=False,
        marca=MARCA,
        largo=LARGO_COMENTARIO,
    )


# --- piezas --------------------------------------------------------------------


def _confirmacion(
    request: Request,
    puerta: Puerta,
    t: list[str],
    procedimiento: str = "",
    actividad: str = "",
    comentario: str = "",
) -> HTMLResponse:
    """Lo que se registraría; con el comentario que ya se había escrito, si se acaba de volver a entrar."""
    with puerta.lectura() as (s, quien):
        elegidos = _elegidos(s, quien, t, procedimiento, actividad)
        filas = renglones.armar(s, puerta, quien, elegidos, detalle=False)
    buenos = [p for p in filas if p.agrupable and p.turno.estado in ABIERTOS and p.turno.a_mano]
    return pagina(
        request,
        "bandeja/varios.html",
        quien,
        grupos=_grupos(buenos),
        fuera=[(p, _por_que_no(p)) for p in filas if p not in buenos],
        resultados=None,
        maximo=MAXIMO,
        topado=len(elegidos) == MAXIMO,
        marca=MARCA,
        largo=LARGO_COMENTARIO,
        comentario=comentario,
        recuperado=bool(comentario),
    )


def _elegidos(s: Session, quien: Quien, t: Sequence[str], procedimiento: str, actividad: str) -> list[Turno]:
    """Los que se marcaron o, sin marcar ninguno, los de una actividad."""
    if t:
        return [consultas.turno_visible(s, quien, id_)[0] for id_ in list(dict.fromkeys(t))[:MAXIMO]]
    if procedimiento and actividad:
        buscado = PedidoDeBandeja(procedimiento=procedimiento, actividad=actividad)
        return list(bandeja.listar(s, quien, buscado, limite=MAXIMO).turnos)
    return []


def _los_que_ve(s: Session, quien: Quien, ids: Sequence[str]) -> tuple[list[tuple[Turno, Expediente]], list[Resultado]]:
    """Los que todavía ve, y lo que se dice de los que ya no. Si no ve ninguno, lanza por qué."""
    if len(ids) > MAXIMO:
        raise FormularioIncompleto({"turnos": f"eligió {len(ids)}; registre {MAXIMO} o menos a la vez"})
    visibles, perdidos, ultimo = [], [], None
    for id_ in ids:
        try:
            visibles.append(consultas.turno_visible(s, quien, id_))
        except (NoExiste, NoLeCorresponde) as error:
            perdidos.append(Resultado(id_, id_.partition(".")[0], "", bien=False, frase=str(error)))
            ultimo = error
    if ultimo is not None and not visibles:
        raise ultimo
    return visibles, perdidos


def _exigir_iguales(turnos: Sequence[Turno]) -> None:
    if not turnos:
        raise FormularioIncompleto({"turnos": "no eligió ninguno; vuelva a la lista y marque los que quiera"})
    if len({(t.procedimiento, t.actividad) for t in turnos}) > 1:
        raise FormularioIncompleto({"turnos": "elija sólo los de una misma actividad"})


def _atender(puerta: Puerta, quien: Quien, turno: Turno, version: int, comentario: str) -> tuple[bool, str]:
    """Uno, en su transacción. Lo que no procede se cuenta en vez de lanzarse; perder la sesión sí se lanza."""
    try:
        with puerta.acto() as ctx:
            _, expediente = consultas.turno_visible(ctx.s, actos.persona_que_actua(ctx), turno.id)
            tabla = puerta.tablas.de(expediente)
            actividad = tabla[turno.actividad]
            if not renglones.es_agrupable(actividad):
                return False, "Pide datos, documentos o una decisión: respóndala en su página."
            (salida,) = actividad.salidas
            actos.atender(ctx, turno.id, salida, {}, comentario, min(version, ENTERO_MAXIMO))
            return True, f"Quedó registrado; {frases.caminos(tabla, actividad)[0].frase}."
    except (SinSesion, BaseInaccesible):
        raise
    except ActividadYaAtendida as error:
        return _ya_estaba(puerta, quien, turno, error)
    except ErrorGestion as error:
        return False, str(error)


def _ya_estaba(puerta: Puerta, quien: Quien, turno: Turno, error: ActividadYaAtendida) -> tuple[bool, str]:
    """Si quien lo envía es quien ya lo había registrado, está hecho; si fue otra persona, se dice quién."""
    with puerta.lectura() as (s, _):
        actual = s.get(Turno, turno.id)
    if actual is not None and actual.persona_id == quien.persona:
        return True, f"Ya lo había registrado usted ({error.cuando})."
    return False, f"{error.por} lo respondió antes ({error.cuando}); su respuesta no se registró."


def _grupos(buenos: Sequence[RenglonDeBandeja]) -> list[Grupo]:
    """Uno por actividad de cada versión de tabla, en el orden en que aparecen."""
    de: dict[tuple[str, str, str], list[RenglonDeBandeja]] = {}
    for p in buenos:
        de.setdefault((p.turno.procedimiento, p.expediente.version, p.turno.actividad), []).append(p)
    return [
        Grupo(lista, frases.boton(lista[0].actividad), frases.caminos(lista[0].tabla, lista[0].actividad)[0].frase)
        for lista in de.values()
    ]


def _por_que_no(p: RenglonDeBandeja) -> str:
    if p.turno.estado == EstadoTurno.ATENDIDO:
        return "ya se respondió"
    if p.turno.estado == EstadoTurno.CANCELADO:
        return "se canceló"
    if not renglones.es_agrupable(p.actividad):
        return "pide datos, documentos o una decisión: respóndala en su página"
    if p.persona and not p.propio:
        return f"lo tiene {p.persona}"
    if p.expediente.estado == "suspendido":
        return "su expediente está suspendido"
    return "no le toca a su unidad"
