"""Lo que la página de un turno enseña: lo que se pide, cómo llegó aquí y lo ya reunido."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from api.dependencias import Puerta
from api.vistas import expedientes
from api.web.historia import relato
from api.web.historia.relato import HechoContado, Historia
from api.web.oficios import resumidos
from api.web.oficios.resumidos import OficiosDelTurno
from api.web.piezas import frases, frases_plazos
from api.web.piezas.formularios import Campo, Falta, LoEscrito, campos, faltas, legible, reglas
from api.web.piezas.frases import Camino
from api.web.piezas.frases_plazos import Porque
from api.web.turnos import previsto
from api.web.turnos.permisos import PermisosDelTurno, de_quien_mira
from api.web.turnos.previsto import Previsto
from modelos import reloj
from modelos.actos.comodidades import capturas
from modelos.bandeja import vivo
from modelos.calendario import fecha_corta
from modelos.errores import FormularioIncompleto
from modelos.expedientes import visibles
from modelos.expedientes.anexos import ADMITIDOS
from modelos.expedientes.comodidades import CapturaGuardada
from modelos.expedientes.expediente import ABIERTOS, Anexo, EstadoTurno, Expediente, Turno
from modelos.oficios import visibles as consultas_oficios
from modelos.oficios.oficio import Oficio
from modelos.organizacion.permisos import Quien
from modelos.plazos import vencimientos
from modelos.plazos.plazo import POR_CUMPLIR, Plazo
from modelos.tabla import Actividad, Tabla
from modelos.tabla.avance import Pendiente
from modelos.tabla.emision import VIGENTES
from modelos.tabla.formularios import mensajes

COMPROBABLES = (
    "missing",
    "string_too_long",
    "string_pattern_mismatch",
    "int_parsing",
    "date_parsing",
    "greater_than_equal",
    "less_than_equal",
)
"""Las faltas que el navegador sabe ver; las demás las dice el servidor."""
COTAS = {cota: f"{{{cota}}}" for cota in ("max_length", "ge", "le")}
"""Para que el texto llegue con el hueco, que llena el navegador."""
OFICIOS_A_LA_VISTA = 50


@dataclass(frozen=True)
class OrigenDelTurno:
    """Cómo llegó aquí: lo que lo trajo, y los documentos y oficios de pasos anteriores."""

    antecedentes: Sequence[HechoContado]
    previos: Sequence[HechoContado]
    oficios: Sequence[Oficio]


@dataclass(frozen=True)
class RespuestaPorDar:
    """Lo que se pide y lo que ya se lleva. guardada: lo que se dejó escrito sin registrar."""

    campos: Sequence[Campo]
    textos: Mapping[str, str]
    guardada: CapturaGuardada | None
    anexos: Sequence[Anexo]
    caminos: Sequence[Camino]
    previstos: Mapping[str, Previsto]
    boton: str

    @property
    def reglas(self) -> dict[str, Any]:
        """Lo que el navegador comprueba antes de enviar."""
        return _reglas(self.campos)

    @property
    def escrito(self) -> list[tuple[str, str]]:
        """Lo que se lleva escrito, para leerlo sin formulario."""
        return legible(self.textos)

    @property
    def guardado(self) -> list[tuple[str, str]]:
        """Lo que se había dejado escrito sin registrar, para leerlo."""
        return legible(self.guardada.textos) if self.guardada else []

    @property
    def hay_guardado(self) -> bool:
        """Si dejó algo escrito sin registrar."""
        return self.guardada is not None and bool(self.guardada.textos)

    @property
    def cumplidas(self) -> set[str | None]:
        """Los documentos que se piden y ya se adjuntaron, por su clave."""
        return {x.evidencia for x in self.anexos}

    @property
    def extensiones(self) -> str:
        """Los archivos que se admiten, para `accept`."""
        return ",".join(e for lista in ADMITIDOS.values() for e in lista)


@dataclass(frozen=True)
class PaginaTurno:
    """La página de un turno. incidente: por qué no se puede responder, si su tabla cambió; marca: de este instante."""

    marca: str
    turno: Turno
    expediente: Expediente
    tabla: Tabla
    actividad: Actividad
    incidente: str
    persona: str
    unidades: Mapping[str, str]
    puede: PermisosDelTurno
    origen: OrigenDelTurno
    formulario: RespuestaPorDar
    respuesta: HechoContado | None
    subexpediente: Expediente | None
    plazos: Sequence[Porque]
    acto_del_plazo: str
    del_paso: OficiosDelTurno
    estados_oficio: Mapping[str, tuple[str, str]]


def leer(
    s: Session, puerta: Puerta, quien: Quien, id_: str, captura: LoEscrito | None, errores: Mapping[str, str]
) -> PaginaTurno:
    """Todo lo que la página enseña, leído de una vez.

    captura: lo que se acaba de enviar; sin ella, lo que la persona dejó guardado sin registrar.
    """
    turno, expediente = visibles.turno_visible(s, quien, id_)
    tabla = puerta.tablas.para_ver(expediente)
    actividad = tabla.fila(turno.actividad)
    turnos = visibles.turnos_de(s, expediente.folio)
    nombres = visibles.nombres(s, (t.persona_id for t in turnos))
    unidades = visibles.unidades(s)
    pasado = relato.contar(s, tabla, expediente)
    esquema = expedientes.esquema_turno(s, actividad)
    incidente = visibles.ilegible(tabla, expediente, turno.actividad)
    puede = de_quien_mira(s, quien, turno, expediente, incidente)
    guardada = _guardada(s, quien, turno)
    textos = _textos(captura, guardada)
    return PaginaTurno(
        marca=vivo.marca(s, quien, f"turno:{turno.id}"),
        turno=turno,
        expediente=expediente,
        tabla=tabla,
        actividad=actividad,
        incidente=incidente,
        persona=nombres.get(turno.persona_id or 0, ""),
        unidades=unidades,
        puede=puede,
        origen=OrigenDelTurno(
            _antecedentes(tabla, turno, pasado),
            [h for h in pasado.hechos if h.anexos and h.orden <= turno.apertura],
            _oficios_previos(s, quien, turno),
        ),
        formulario=RespuestaPorDar(
            campos(esquema, textos, errores, unidades),
            textos or {},
            guardada,
            visibles.anexos_de(s, [turno.id]),
            frases.caminos(tabla, actividad),
            _previstos(s, tabla, expediente, turno) if puede.atender else {},
            frases.boton(actividad),
        ),
        respuesta=pasado[turno.cierre] if turno.cierre else None,
        subexpediente=_subexpediente(s, turno),
        plazos=frases_plazos.explicados(s, _plazos(s, tabla, turno)),
        acto_del_plazo=actividad.plazo.acto if actividad.plazo else "",
        del_paso=resumidos.de_turno(s, puerta, quien, turno, actividad),
        estados_oficio=resumidos.ESTADOS,
    )


def resumen(controles: Sequence[Campo], errores: Mapping[str, str]) -> list[Falta]:
    """Los renglones del resumen de errores, con su enlace."""
    otros = {
        "salida": ("Su respuesta", "respuesta"),
        "comentario": ("Comentario", "comentario"),
        "evidencia": ("Documentos", "evidencia"),
        "motivo": ("Motivo de la reasignación", "motivo"),
        "persona": ("Persona", "persona"),
    }
    return faltas(errores, controles, otros)


# --- piezas --------------------------------------------------------------------


def _guardada(s: Session, quien: Quien, turno: Turno) -> CapturaGuardada | None:
    """Lo que dejó escrito quien mira, salvo que ya lo registrara por otra puerta: lo que valió es la respuesta."""
    guardada = capturas.leer(s, quien.persona, turno.id)
    registrada = turno.estado == EstadoTurno.ATENDIDO and turno.persona_id == quien.persona
    return None if registrada else guardada


def _textos(captura: LoEscrito | None, guardada: CapturaGuardada | None) -> Mapping[str, str] | None:
    if captura:
        return captura.textos
    return guardada.textos if guardada else None


def _reglas(controles: Sequence[Campo]) -> dict[str, Any]:
    """Lo que el navegador comprueba antes de enviar, con los mismos textos que diría el servidor."""
    hoy = reloj.hoy()
    return {
        "titulo": FormularioIncompleto.titulo,
        "campos": reglas(controles),
        "textos": mensajes([{"loc": (tipo,), "type": tipo, "ctx": COTAS} for tipo in COMPROBABLES]),
        "salida": "elija una",
        "devolucion": "escriba el motivo de la devolución",
        "futura": f"ya ocurrió: no puede ser posterior a hoy, {fecha_corta(hoy)}",
        "hoy": hoy.isoformat(),
    }


def _previstos(s: Session, tabla: Tabla, expediente: Expediente, turno: Turno) -> dict[str, Previsto]:
    """Lo que pasará con cada respuesta."""
    pendiente = Pendiente(turno.actividad, turno.unidad, turno.vuelta)
    return previsto.al_responder(s, tabla, expediente, pendiente, reloj.ahora())


def _oficios_previos(s: Session, quien: Quien, turno: Turno) -> list[Oficio]:
    """Los ya firmados de otros pasos, el más reciente primero."""
    todos = consultas_oficios.del_expediente(s, quien, turno.folio, limite=OFICIOS_A_LA_VISTA).elementos
    return [o for o in todos if o.estado in VIGENTES and o.turno_id != turno.id]


def _plazos(s: Session, tabla: Tabla, turno: Turno) -> list[Plazo]:
    """El que rige el turno y, mientras está abierto, los tramos por cumplir que carga quien lo tiene."""
    if not tabla.tiene_plazos:
        return []
    todos = vencimientos.de_expedientes(s, [turno.folio])[turno.folio]
    por_cumplir = [p for p in todos if p.turno_id is None and p.estado in POR_CUMPLIR and p.atendido is None]
    tramos = por_cumplir if turno.estado in ABIERTOS else []
    return [*(p for p in todos if p.id == turno.id), *tramos]


def _antecedentes(tabla: Tabla, turno: Turno, pasado: Historia) -> list[HechoContado]:
    """Lo que trajo el expediente hasta aquí: de un abanico o de ramas paralelas, todas sus respuestas."""
    origen = pasado[turno.apertura]
    fila = tabla.fila(turno.actividad)
    claves = _de_donde_viene(tabla, fila, origen)
    reune = fila.une or (claves and tabla.fila(claves[0]).por_cada)
    if not reune:
        return [origen]
    previas = {h.orden: h for clave in claves for h in pasado.decisiones(clave, origen.orden)}
    return [*previas.values(), *([origen] if origen.orden not in previas else [])]


def _de_donde_viene(tabla: Tabla, fila: Actividad, origen: HechoContado) -> list[str]:
    """Las actividades cuyas respuestas trajeron el turno, por su clave."""
    claves = [c for c in (fila.une or (origen.actividad,)) if c]
    if claves or origen.orden == 1:
        return claves
    # Se cerró una espera: importan las respuestas que sí llegaron.
    return [act.clave for act in tabla.actividades if act.por_cada and _sigue_a(act, fila.clave)]


def _sigue_a(actividad: Actividad, destino: str) -> bool:
    return any(destino in ruta.destinos for ruta in actividad.salidas.values())


def _subexpediente(s: Session, turno: Turno) -> Expediente | None:
    hijos = visibles.asuntos(s, visibles.subexpedientes(s, turno.folio)).values()
    return next((hijo for hijo in hijos if hijo.padre_turno == turno.id), None)
