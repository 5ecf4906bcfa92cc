"""El inicio de cada quien: lo que urge, lo que llegó, lo que espera a otros y, si coordina o dirige, qué va mal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.dependencias import Entrada, Puerta
from api.web.bandeja import renglones
from api.web.piezas import frases, frases_plazos
from api.web.piezas.frases_plazos import Vencimiento
from api.web.piezas.pagina import dia, enumera, hace, pagina
from modelos import reloj
from modelos.actos.turnos.apertura import puede_iniciar
from modelos.bandeja import inicio as consultas_inicio
from modelos.bandeja import vivo
from modelos.bandeja.expedientes import DEBIENDO
from modelos.bandeja.inicio import RENGLONES
from modelos.ciclos import visibles
from modelos.ciclos.previstas import EstadoPrevisto, Prevista
from modelos.expedientes import comentarios
from modelos.expedientes import visibles as consultas
from modelos.expedientes.expediente import Expediente, Turno
from modelos.oficios import deuda, deudores
from modelos.oficios import visibles as consultas_oficios
from modelos.oficios.oficio import Oficio
from modelos.organizacion.permisos import Quien, Rol, atiende
from modelos.tabla import Catalogo

ruta = APIRouter()
DIAS_DE_CICLOS = 60
VARIAS = 3
"""Desde cuántas unidades se dice el número y no sus siglas."""


@dataclass(frozen=True)
class RenglonDeInicio:
    """Una cosa de un bloque: a dónde lleva, cómo se llama y lo que se dice de ella. numero: el de la actividad."""

    camino: str
    titulo: str
    detalles: Sequence[str] = ()
    vencimiento: Vencimiento | None = None
    marca: str = ""
    numero: str = ""


@dataclass(frozen=True)
class BloqueDeInicio:
    """Unos cuantos renglones de lo mismo. ver_todo: la lista completa; vacio: qué se dice si no hay ninguno."""

    clave: str
    titulo: str
    renglones: Sequence[RenglonDeInicio]
    vacio: str
    ver_todo: str = ""
    texto_ver: str = "Ver todo"
    grave: bool = field(default=False)


@ruta.get("/")
def inicio(request: Request, puerta: Entrada) -> Response:
    """La página de inicio. Con filtros es la dirección que tuvo la bandeja: se lleva a ella."""
    if request.url.query:
        return RedirectResponse(f"/bandeja?{request.url.query}", 303)
    hoy = reloj.hoy()
    with puerta.lectura() as (s, quien):
        bloques = _bloques(s, puerta, quien, hoy)
        cifras = consultas_inicio.cifras(s, hoy) if _dirige(quien) else None
        marca = vivo.marca(s, quien, "bandeja")
    vigentes = puerta.tablas.vigentes(hoy)
    return pagina(
        request,
        "bandeja/inicio.html",
        quien,
        hoy=hoy,
        nombre=quien.nombre.split(" (", maxsplit=1)[0],
        bloques=[b for b in bloques if b.renglones],
        vacios=[b for b in bloques if not b.renglones],
        cifras=cifras,
        hace_30=timedelta(30),
        marca=marca,
        atiende=sorted(atiende(quien)),
        iniciables=[t for t in vigentes if puede_iniciar(quien, t)],
    )


def _dirige(quien: Quien) -> bool:
    return quien.tiene(Rol.DIRECCION, Rol.ADMINISTRACION)


def _bloques(s: Session, puerta: Puerta, quien: Quien, hoy: date) -> list[BloqueDeInicio]:
    """Los que tocan a quien mira, en el orden en que le urgen."""
    conduce = consultas_inicio.duenas_que_conduce(quien, puerta.tablas)
    coordina = bool(conduce) or quien.tiene(Rol.COORDINACION)
    bloques = []
    if atiende(quien):
        bloques += _de_quien_atiende(s, puerta, quien, hoy)
    if _dirige(quien):
        bloques += _vencidos(s, quien, hoy)
    if coordina or _dirige(quien):
        bloques += _de_quien_coordina(s, puerta, quien, conduce, hoy)
    if not atiende(quien):
        bloques += _oficios(s, puerta.tablas, quien)
    return bloques + _lo_que_sigue(s, quien)


# --- lo de cada quien ------------------------------------------------------------


def _de_quien_atiende(s: Session, puerta: Puerta, quien: Quien, hoy: date) -> list[BloqueDeInicio]:
    urgentes = consultas_inicio.urgentes(s, quien, hoy)
    nuevos = consultas_inicio.nuevos(s, quien)
    cuantos = f" ({renglones.cuantos(urgentes.total, son_mas=urgentes.son_mas).lower()})" if urgentes.siguiente else ""
    return [
        BloqueDeInicio(
            "urge",
            "Vence hoy o ya venció",
            _turnos(s, puerta, quien, urgentes.turnos),
            "nada suyo vence hoy ni está vencido",
            "/bandeja?orden=vence",
            f"Ver lo que le toca, por vencimiento{cuantos}",
            grave=True,
        ),
        BloqueDeInicio(
            "nuevo",
            "Nuevo desde su última vez",
            _turnos(s, puerta, quien, nuevos.elementos),
            "no ha llegado nada que no haya visto",
            "/bandeja",
            "Ver todo lo que le toca",
        ),
        *_oficios(s, puerta.tablas, quien),
        BloqueDeInicio(
            "espera",
            "Esperan a otras unidades",
            _expedientes(s, puerta.tablas, consultas_inicio.esperan_a_otros(s, quien).elementos),
            "ningún expediente en que participa espera a otra unidad",
            "/expedientes?estado=en_curso",
            "Ver los expedientes en curso",
        ),
    ]


def _oficios(s: Session, tablas: Catalogo, quien: Quien) -> list[BloqueDeInicio]:
    cuentas = consultas_oficios.cuentas(s, quien)
    renglones_: list[RenglonDeInicio] = []
    if cuentas["por_firmar"]:
        renglones_ += _por_firmar(s, tablas, consultas_oficios.por_firmar(s, quien, limite=RENGLONES).elementos)
    if cuentas["por_acusar"]:
        sin_acuse = consultas_oficios.recibidos(s, quien, sin_acuse=True, limite=RENGLONES).elementos
        renglones_ += _de_oficios(sin_acuse, "Por acusar")
    cabe = renglones_[: RENGLONES + 2]
    total = sum(cuentas.values())
    texto = f"Ver los {total} oficios" if total > len(cabe) else "Ver los oficios"
    vacio = "no tiene oficios por firmar ni por acusar"
    return [BloqueDeInicio("oficios", "Oficios por firmar o acusar", cabe, vacio, "/oficios", texto)]


def _lo_que_sigue(s: Session, quien: Quien) -> list[BloqueDeInicio]:
    """Donde le mencionaron, y lo nuevo en los expedientes que sigue."""
    aludido = [
        RenglonDeInicio(
            f"/expedientes/{a.comentario.folio}#comentario-{a.comentario.id}",
            f"{a.de}: «{frases.recorte(a.comentario.texto)}»",
            (a.asunto, a.comentario.folio),
        )
        for a in comentarios.menciones_nuevas(s, quien, RENGLONES)
    ]
    seguidos = [
        RenglonDeInicio(
            f"/expedientes/{e.folio}#historia",
            e.asunto,
            (e.folio, "1 cosa nueva" if cuantas == 1 else f"{cuantas} cosas nuevas"),
        )
        for e, cuantas in comentarios.con_novedad(s, quien, RENGLONES)
    ]
    sigo, texto = "/expedientes?sigo=1", "Ver los que sigue"
    return [
        BloqueDeInicio(
            "menciones", "Le mencionaron", aludido, "nadie le ha mencionado", sigo, "Ver todas las menciones"
        ),
        BloqueDeInicio("sigue", "Nuevo en lo que sigue", seguidos, "nada nuevo en lo que sigue", sigo, texto),
    ]


def _vencidos(s: Session, quien: Quien, hoy: date) -> list[BloqueDeInicio]:
    plazos = consultas_inicio.vencidos(s, quien, hoy).elementos
    dichos = frases_plazos.dichos(s, plazos)
    de = consultas.asuntos(s, (p.folio for p in plazos))
    filas = [
        RenglonDeInicio(
            f"/expedientes/{p.folio}", de[p.folio].asunto, (p.folio, f"Lo debe {p.unidad}: {p.que}"), dichos[p.id]
        )
        for p in plazos
    ]
    vacio = "ningún plazo está vencido"
    return [
        BloqueDeInicio(
            "vencidos", "Lo más atrasado", filas, vacio, "/plazos?estado=vencido", "Ver lo vencido", grave=True
        )
    ]


def _de_quien_coordina(
    s: Session, puerta: Puerta, quien: Quien, conduce: Sequence[str], hoy: date
) -> list[BloqueDeInicio]:
    detenidos = consultas_inicio.detenidos(s, quien).elementos
    solos = consultas_inicio.sin_responsable(s, quien, conduce).elementos
    suyos = consultas_inicio.conducidos(s, conduce).elementos
    tablas = puerta.tablas
    hasta = hoy + timedelta(DIAS_DE_CICLOS)
    vienen = visibles.lo_que_viene(s, quien, tablas, hoy, hasta)
    faltan = [p for p in vienen if p.estado in (EstadoPrevisto.POR_VENIR, EstadoPrevisto.SIN_ABRIR)]
    deben = deudores.concluidos_debiendo(s, quien, RENGLONES)
    cuantos_deben = deuda.cuantos(s, [e.folio for e in deben])
    bloques = [
        BloqueDeInicio(
            "deben",
            "Concluidos con oficios pendientes",
            [_debiendo(e, cuantos_deben.get(e.folio, 0)) for e in deben],
            "ningún expediente concluido debe oficios",
            f"/expedientes?estado={DEBIENDO}",
            "Ver los que deben oficios",
            grave=True,
        ),
        BloqueDeInicio(
            "detenidos",
            "Detenidos por un incidente",
            [_detenido(e) for e in detenidos],
            "ningún expediente está detenido",
            grave=True,
        ),
        BloqueDeInicio(
            "solos",
            "Turnos sin responsable",
            _sin_nadie(s, tablas, solos),
            "todos los turnos tienen quién los atienda",
            grave=True,
        ),
    ]
    if conduce:
        bloques.append(
            BloqueDeInicio(
                "suyos",
                "Expedientes que conduce",
                _expedientes(s, tablas, suyos),
                "no conduce ningún expediente en curso",
                "/expedientes?estado=en_curso",
                "Ver los expedientes en curso",
            )
        )
    ver = "Ver lo que viene en el calendario"
    ciclos = [_ciclo(p, hoy) for p in faltan[:RENGLONES]]
    return [*bloques, BloqueDeInicio("ciclos", "Lo que viene", ciclos, "no hay ciclos próximos", "/calendario", ver)]


# --- renglones -----------------------------------------------------------------


def _turnos(s: Session, puerta: Puerta, quien: Quien, turnos: Sequence[Turno]) -> list[RenglonDeInicio]:
    filas = []
    for p in renglones.armar(s, puerta, quien, turnos, detalle=False):
        tiene = "Lo tiene usted" if p.propio else f"Lo tiene {p.persona}" if p.persona else ""
        tiene = p.expediente.cuarentena or tiene
        detalles = (p.expediente.asunto, p.turno.folio, p.tabla.nombre, *((tiene,) if tiene else ()))
        marca, numero = "Nuevo" if p.nuevo else "", p.actividad.numero_impreso or "+"
        filas.append(
            RenglonDeInicio(f"/turnos/{p.turno.id}", p.actividad.accion, detalles, p.vencimiento, marca, numero)
        )
    return filas


def _expedientes(s: Session, tablas: Catalogo, expedientes: Sequence[Expediente]) -> list[RenglonDeInicio]:
    abiertos = consultas_inicio.abiertos_de(s, [e.folio for e in expedientes])
    nombres = consultas.nombres(s, (t.persona_id for lista in abiertos.values() for t in lista))
    return [
        RenglonDeInicio(
            f"/expedientes/{e.folio}",
            e.asunto,
            (
                e.folio,
                tablas.para_ver(e).nombre,
                *_donde(tablas, e, abiertos[e.folio], nombres),
            ),
        )
        for e in expedientes
    ]


def _donde(
    tablas: Catalogo, expediente: Expediente, turnos: Iterable[Turno], nombres: Mapping[int, str]
) -> Iterable[str]:
    """Una frase por actividad pendiente: qué unidades la tienen, quién, y desde cuándo."""
    tabla = tablas.para_ver(expediente)
    de: dict[str, list[Turno]] = {}
    for turno in turnos:
        de.setdefault(turno.actividad, []).append(turno)
    for clave, suyos in de.items():
        unidades = [t.unidad for t in suyos]
        quienes = enumera(unidades) if len(unidades) <= VARIAS else f"{len(unidades)} unidades"
        persona = nombres.get(suyos[0].persona_id or 0, "") if len(suyos) == 1 else ""
        verbo = "tiene" if len(unidades) == 1 else "tienen"
        yield (
            f"{quienes} {verbo} «{frases.recorte(tabla.fila(clave).accion)}»"
            f"{f', con {persona}' if persona else ''}, desde {hace(suyos[0].abierto)}"
        )


def _sin_nadie(s: Session, tablas: Catalogo, turnos: Sequence[Turno]) -> list[RenglonDeInicio]:
    de = consultas.asuntos(s, (t.folio for t in turnos))
    return [
        RenglonDeInicio(
            f"/turnos/{t.id}",
            tablas.para_ver(de[t.folio]).fila(t.actividad).accion,
            (de[t.folio].asunto, t.folio, f"{t.unidad}, sin nadie activo que lo atienda", f"Desde {hace(t.abierto)}"),
        )
        for t in turnos
    ]


def _detenido(expediente: Expediente) -> RenglonDeInicio:
    porque = expediente.cuarentena or "Algo que hace el sistema falló varias veces; ahí se reintenta"
    detalles = (expediente.folio, porque)
    return RenglonDeInicio(f"/expedientes/{expediente.folio}", expediente.asunto, detalles)


def _debiendo(expediente: Expediente, cuantos: int) -> RenglonDeInicio:
    que = "Falta firmar o enviar 1 oficio" if cuantos == 1 else f"Falta firmar o enviar {cuantos} oficios"
    return RenglonDeInicio(
        f"/expedientes/{expediente.folio}#oficios-pendientes", expediente.asunto, (expediente.folio, que)
    )


def _ciclo(prevista: Prevista, hoy: date) -> RenglonDeInicio:
    if prevista.estado is EstadoPrevisto.SIN_ABRIR:
        cuando = "Pasó su fecha y falta abrirlo"
    elif prevista.abre is None:
        cuando = "Sin fecha: falta publicar el calendario"
    else:
        cuando = f"{'Se abre solo el' if prevista.abre > hoy else 'Falta abrirlo desde el'} {dia(prevista.abre)}"
    para = f"{len(prevista.faltan)} expedientes" if len(prevista.faltan) > 1 else "1 expediente"
    camino = f"/calendario/{prevista.procedimiento}/{prevista.periodo}"
    return RenglonDeInicio(camino, f"{prevista.nombre}, {prevista.titulo}", (cuando, para))


def _por_firmar(s: Session, tablas: Catalogo, oficios: Sequence[Oficio]) -> list[RenglonDeInicio]:
    """Los que esperan firma: primero los que cumplen un plazo, el que antes vence; se dice si la norma los exige."""
    debidos = deuda.de_oficios(s, tablas, oficios)
    dichos = frases_plazos.dichos(s, [d.plazo for d in debidos.values() if d.plazo])

    def urgencia(o: Oficio) -> tuple[date, datetime]:
        plazo = debidos[o.id].plazo
        return (plazo.vence if plazo and plazo.vence else date.max, o.creado)

    return [
        RenglonDeInicio(
            f"/oficios/{o.id}",
            o.asunto,
            (f"De {o.unidad}", o.folio, *(("Lo exige la norma",) if debidos[o.id].exigido else ())),
            dichos[plazo.id] if (plazo := debidos[o.id].plazo) else None,
            marca="Por firmar",
        )
        for o in sorted(oficios, key=urgencia)
    ]


def _de_oficios(oficios: Iterable[Oficio], marca: str) -> list[RenglonDeInicio]:
    return [
        RenglonDeInicio(
            f"/oficios/{o.id}", o.asunto, tuple(filter(None, (o.numero, f"De {o.unidad}", o.folio))), marca=marca
        )
        for o in oficios
    ]
