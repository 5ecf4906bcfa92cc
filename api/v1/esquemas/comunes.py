"""Las formas del contrato HTTP (diseño §8). Los nombres de campo son ley: otros programas los leen."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Generic, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, ValidatorFunctionWrapHandler
from pydantic_core import CoreSchema, core_schema

from modelos.fechas import Fecha
from modelos.tabla.formularios import limpiar

T = TypeVar("T")
EstadoExpediente = Literal["en_curso", "suspendido", "concluido", "cancelado"]
EstadoTurno = Literal["pendiente", "tomado", "atendido", "cancelado"]
EstadoDelPlazo = Literal["abierto", "suspendido", "sin_calcular", "cumplido", "cancelado"]


ENTERO_MAXIMO = 2**31 - 1
Instante = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""Fecha y hora en UTC, siempre con microsegundos: `2026-05-15T15:00:00.000000Z`."""
Confirmadas = Annotated[
    list[Annotated[str, Field(max_length=200)]],
    Field(
        max_length=100,
        description="Lo que una respuesta 409 pidió confirmar, tal como vino: que ya hay uno igual (su folio) o que "
        "un plazo ya venció.",
    ),
]


class Solicitud(BaseModel):
    """Base de lo que se recibe: tipos estrictos y ningún campo de más.

    FastAPI entrega el cuerpo ya decodificado y lo revisaría como objetos de Python: ahí un tipo estricto que
    JSON no tiene (fecha, decimal, UUID…) rechaza cualquier texto. Se revisa como lo que es, JSON.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, origen: type[BaseModel], manejador: GetCoreSchemaHandler) -> CoreSchema:
        """Dos entradas: el JSON sigue derecho y lo decodificado da la vuelta por JSON; un solo nombre en OpenAPI."""
        citado = manejador(origen)
        modelo = manejador.resolve_ref_schema(citado)
        if modelo["type"] != "model":  # ya pasó por aquí: es el guardado de la clase
            return citado
        directo = cast("CoreSchema", {parte: valor for parte, valor in modelo.items() if parte != "ref"})
        decodificado = core_schema.no_info_wrap_validator_function(cls._como_json, directo)
        return core_schema.json_or_python_schema(directo, decodificado, ref=modelo.get("ref"))

    @classmethod
    def _como_json(cls, crudo: object, seguir: ValidatorFunctionWrapHandler) -> object:
        if not isinstance(crudo, dict):
            return seguir(crudo)
        return cls.model_validate_json(json.dumps(limpiar("cuerpo", crudo)))


class Problema(BaseModel):
    """Un error (`application/problem+json`)."""

    type: str
    title: str
    status: int
    detail: str = Field(description="En español; dice qué hacer.")
    campos: dict[str, str] | None = Field(None, description="Falta de cada campo, si el error es de captura.")
    confirmar: list[str] | None = Field(
        None, description="Lo que falta confirmar: repita la solicitud con esto mismo en su campo `confirmar`."
    )
    folios: list[str] | None = Field(None, description="Si falta confirmar: los expedientes que ya hay.")


class Lista(BaseModel, Generic[T]):
    """Un tramo de una lista."""

    elementos: list[T]
    total: int = Field(description="Cuántos hay en total con ese filtro.")
    siguiente: str | None = Field(description="Cursor del tramo que sigue; nulo si ya no hay.")


class Adscripcion(BaseModel):
    """Rol de la persona en una unidad."""

    unidad: str
    rol: str


class Persona(BaseModel):
    """Quien tiene la sesión."""

    id: int
    nombre: str
    adscripciones: list[Adscripcion]


class Credenciales(Solicitud):
    """Con qué se entra."""

    correo: str = Field(max_length=200)
    clave: str = Field(max_length=200)


class CambioDeClave(Solicitud):
    """La contraseña de hoy y la que la sustituye."""

    actual: str = Field(max_length=200)
    nueva: str = Field(max_length=200)


class SesionNueva(BaseModel):
    """La sesión abierta; el token no se vuelve a mostrar."""

    token: str
    vence: Instante
    persona: Persona
    clave_provisional: bool = Field(description="Si antes de lo demás hay que cambiar la contraseña.")


class Causa(BaseModel):
    """Algo que no avanza: cuál de lo vigilado, qué pasa y qué hacer."""

    vigilado: str
    que: str
    haga: str


class DetalleDeSalud(BaseModel):
    """Las cifras de lo vigilado; nulo: no se sabe, o no hay."""

    encargo_mas_viejo_s: int | None = Field(None, description="Lo que lleva el efecto más viejo sin verse en Prefect.")
    obrero: bool | None = Field(None, description="Si Prefect tiene un obrero en línea.")
    conciliacion_hace_s: int | None = Field(None, description="Desde la última conciliación que terminó.")
    ultimo_barrido: Instante | None = Field(None, description="Los recordatorios de plazos.")
    ultima_apertura_de_ciclos: Instante | None = Field(None, description="Lo que se abre por calendario.")
    errores_prefect_hora: int | None = Field(None, description="Errores del servidor de Prefect en la última hora.")
    programadas: int | None = Field(None, description="Corridas futuras que Prefect tiene programadas.")
    atrasadas: int | None = Field(None, description="Corridas que ya debían haber empezado.")


class Salud(BaseModel):
    """Cómo está el sistema; responde 200 aunque Prefect esté caído."""

    estado: Literal["bien", "degradado"]
    base: Literal["bien", "caida"]
    prefect: Literal["bien", "caido"]
    motor: Literal["bien", "caido"]
    version: str
    causas: list[Causa]
    detalle: DetalleDeSalud


class Vivo(BaseModel):
    """El proceso responde."""

    vivo: bool


class Listo(BaseModel):
    """Si puede atender a quien llegue. falta: qué, y qué hacer."""

    listo: bool
    falta: list[str]


class Evidencia(BaseModel):
    """Un documento que pide la actividad."""

    clave: str
    nombre: str
    obligatoria: bool


class PorCada(BaseModel):
    """Paso en abanico: un turno por cada unidad del grupo."""

    grupo: str
    union: Literal["todas", "cuorum", "al_vencer"]
    n: int


class PlazoTabla(BaseModel):
    """Un plazo como lo escribe la tabla."""

    clave: str
    que: str = Field(description="Qué vence.")
    regla: str = Field(description="Cuánto y desde qué corre, en palabras.")
    acto: str | None = Field(description="El oficio con que se cumple al enviarse; nulo: se cumple al responder.")
    fundamento: str
    inferido: str | None
    hitos: list[str] = Field(description="Cuándo se recuerda, en palabras.")


class TramoTabla(PlazoTabla):
    """Un plazo que abarca varias actividades."""

    empieza: dict[str, str] = Field(description="La `actividad` y la `salida` que lo echan a correr.")
    cumplen: list[str] = Field(description="Actividades que lo cierran.")
    unidad: str = Field(description="La que lo debe.")


class CicloTabla(BaseModel):
    """Cada cuándo se abre solo."""

    cada: str
    grupo: str | None = Field(description="Uno por cada unidad activa del grupo; nulo: uno para todos.")
    regla: str
    fundamento: str
    inferido: str | None


class ActividadTabla(BaseModel):
    """Una fila de la tabla del procedimiento."""

    clave: str
    numero: str = Field(description="Como lo imprime la fuente; vacío si la fuente no la trae.")
    unidad: str
    captura: str | None = Field(description="Unidad que responde en el sistema por quien no entra a él.")
    accion: str
    pregunta: str | None = Field(description="Lo que se decide, si las salidas no se entienden sin ella.")
    tipo: str
    salidas: dict[str, list[str]] = Field(description="Etiqueta → destinos; finales como `FIN` o `FIN_…`.")
    salidas_inferidas: dict[str, str] = Field(description="Salidas que la fuente no imprime, y por qué están.")
    salidas_con_motivo: list[str] = Field(description="Devoluciones: exigen `comentario`.")
    por_cada: PorCada | None
    une: list[str]
    plazo: PlazoTabla | None
    evidencia: list[Evidencia]
    formulario: dict[str, Any] | None = Field(description="JSON Schema de lo que se captura.")
    subprocedimiento: str | None
    fundamento: str
    inferido: str | None = Field(description="Qué no dice la fuente y se decidió aquí.")
    nota: str | None = Field(description="Irregularidad de la fuente.")


class Procedimiento(BaseModel):
    """Un procedimiento en su versión vigente."""

    clave: str
    nombre: str
    codigo: str
    revision: str
    version: str
    vigente_desde: str
    fundamento: str
    unidad: str = Field(description="Unidad dueña: su coordinación lo inicia.")
    periodicidad: str | None
    notas: list[str]
    formulario: dict[str, Any] = Field(description="JSON Schema de `datos` al iniciar.")
    actividades: list[ActividadTabla]
    plazos: list[TramoTabla] = Field(description="Los que abarcan varias actividades.")
    ciclo: CicloTabla | None


class ActividadTurno(BaseModel):
    """La actividad de un turno."""

    clave: str
    numero: str
    accion: str


class PersonaCitada(BaseModel):
    """Una persona mencionada."""

    id: int
    nombre: str


class Turno(BaseModel):
    """Lo que una unidad debe."""

    id: str
    folio: str
    procedimiento: str
    asunto: str
    actividad: ActividadTurno
    tipo: str
    unidad: str
    en_nombre_de: str | None = Field(description="Por quién se captura, si no es la propia unidad.")
    vuelta: int
    estado: EstadoTurno
    persona: PersonaCitada | None
    abierto: Instante
    cerrado: Instante | None
    vence: date | None = Field(description="Vencimiento legal de su plazo; si no tiene, el del tramo que antes venza.")
    suspendido: bool = Field(description="Su plazo no corre: la fecha es la que tenía y cambiará al reanudarse.")
    conservador: date | None = Field(description="El menor de los perfiles; contra él se recuerda.")
    version: int
    incidente: str | None = Field(description="Por qué no se puede leer ni atender, si su tabla cambió.")
    salidas: list[str]
    formulario: dict[str, Any] | None
    evidencia: list[Evidencia]


class TurnoDetalle(Turno):
    """Un turno, y a quién podría dárselo quien pregunta."""

    elegibles: list[PersonaCitada] = Field(description="Personas de la unidad, si quien pregunta puede reasignarlo.")


class HitoPendiente(BaseModel):
    """Un recordatorio que falta."""

    hito: str
    fecha: date


class PlazoExpediente(BaseModel):
    """Algo que vence en un expediente, y por qué esa fecha."""

    id: str
    folio: str
    turno: str | None = Field(description="Su turno; nulo si abarca varias actividades.")
    actividad: str | None
    clave: str
    que: str
    unidad: str = Field(description="La que lo debe.")
    estado: EstadoDelPlazo
    vencido: bool = Field(description="Corre y ya pasó su fecha.")
    vence: date | None = Field(description="Vencimiento legal; nulo si no se pudo calcular.")
    conservador: date | None
    compromiso: date | None = Field(description="Para cuándo se comprometió alguien a atender lo vencido.")
    fundamento: str
    inferido: str | None
    computo: dict[str, Any] = Field(description="Cómo se llegó a la fecha, o `error`: por qué no la tiene.")
    suspensiones: list[dict[str, Any]]
    ampliaciones: list[dict[str, Any]]
    hitos: list[HitoPendiente] = Field(description="Recordatorios que faltan.")
    abierto: Instante
    cerrado: Instante | None = Field(
        description="Cuándo se cumplió o canceló; si lo cumple un oficio, cuándo se envió o la fecha del firmado fuera."
    )
    acto: str | None = Field(description="Oficio con que se cumple, si cumplirlo es un acto escrito («OF-29»).")
    atendido: Instante | None = Field(description="Desde cuándo sólo espera ese oficio: ya se respondió la actividad.")
    oficio: str | None = Field(description="El id del oficio que lo cumplió.")


class Expediente(BaseModel):
    """Un caso de un procedimiento."""

    folio: str
    procedimiento: str
    version: str
    asunto: str
    datos: dict[str, Any]
    estado: EstadoExpediente
    desenlace: str | None
    abierto: Instante
    cerrado: Instante | None
    padre: str | None
    subexpedientes: list[str]
    turnos: list[Turno] = Field(description="Los pendientes y tomados.")
    plazos: list[PlazoExpediente] = Field(description="Por cumplir, el que antes vence primero; luego los cerrados.")
    corrida: str | None = Field(description="Su corrida en Prefect.")
    incidentes: list[str] = Field(
        description="Efectos que fallaron y esperan a que se reintenten, y lo que su tabla ya no deja leer."
    )
    oficios_pendientes: int = Field(
        description="Oficios que sus pasos pidieron y no se han firmado o no han salido; también ya concluido."
    )
    estado_legible: str = Field(description="En palabras: como «Concluido con oficios pendientes».")


class ExpedienteNuevo(Solicitud):
    """Lo que se pide al iniciar."""

    procedimiento: str = Field(max_length=60)
    asunto: str = Field(max_length=300)
    datos: dict[str, Any] = Field(default_factory=dict)
    confirmar: Confirmadas = Field(default_factory=list)


class Respuesta(Solicitud):
    """La decisión sobre un turno."""

    salida: str = Field(max_length=60, description="Una de las `salidas` del turno.")
    datos: dict[str, Any] = Field(default_factory=dict, description="Según el `formulario` del turno.")
    comentario: str = Field("", max_length=5000, description="Obligatorio al devolver: es el motivo.")
    version: int = Field(ge=0, le=ENTERO_MAXIMO, description="La `version` del turno que se leyó.")


class Atendido(BaseModel):
    """Cómo quedó: el expediente y los turnos que se abrieron."""

    expediente: Expediente
    turnos: list[Turno]


class Motivo(Solicitud):
    """Por qué."""

    motivo: str = Field(max_length=2000)


class MotivoFechado(Motivo):
    """Por qué, y desde cuándo."""

    fecha: Fecha | None = Field(
        None,
        description="Suspender: el día en que dejaron de correr los plazos. Reanudar: el día en que se contestó. "
        "Sin ella, ahora; no puede ser futura.",
    )


class ConHijos(MotivoFechado):
    """Por qué, desde cuándo, y qué se hace con los expedientes que éste abrió."""

    con_hijos: bool = Field(
        True,
        description="Suspender: si se suspenden también los que abrió; si no, siguen su curso. Reanudar: si se "
        "reanudan también los que se suspendieron con él; los suspendidos aparte no cambian.",
    )


class Compromiso(Motivo):
    """Para cuándo se atenderá lo vencido, y por qué no se ha atendido."""

    plazo: str = Field(max_length=140, description="El id del plazo vencido.")
    fecha: Fecha = Field(description="A más tardar qué día; posterior a hoy.")


class Prorroga(Motivo):
    """Cuánto más y por qué."""

    dias: int = Field(
        ge=1, le=1000, description="Cuántos más, en la medida del plazo; en total, la mitad del original a lo más."
    )
    plazo: str | None = Field(None, max_length=140, description="Cuál, si el expediente tiene varios que corren.")
    vence: Fecha | None = Field(None, description="El vencimiento que se leyó; si ya es otro, 409 y no se amplía.")


class Rectificacion(Motivo):
    """Desde qué día corre de verdad un plazo."""

    plazo: str = Field(max_length=140)
    desde: Fecha = Field(description="El día del evento; no puede ser futuro.")


class Retiro(Solicitud):
    """Por qué se retira un archivo."""

    motivo: str = Field("", max_length=500)


class MotivoOpcional(Solicitud):
    """Versión leída y motivo, ambos opcionales."""

    version: int | None = Field(None, ge=0, le=ENTERO_MAXIMO)
    motivo: str = Field("", max_length=2000)


class Reasignacion(MotivoOpcional):
    """A quién de la misma unidad."""

    persona: int | str = Field(description="Id o correo de una persona de la misma unidad.")


class Cierre(Motivo):
    """Qué espera se cierra."""

    actividad: str = Field(max_length=20)
    vuelta: int | None = Field(None, ge=1, le=ENTERO_MAXIMO, description="La que se leyó; si ya es otra, 409.")


class Ampliacion(Motivo):
    """Nuevo tope de vueltas."""

    tope: int


class Reintento(BaseModel):
    """Cuántos efectos se devolvieron al motor."""

    reintentados: int


class Asiento(BaseModel):
    """Un hecho de la bitácora; su `hash` se calcula sobre los demás campos."""

    orden: int
    fecha: str
    tipo: str
    actor: str
    unidad: str
    datos: dict[str, Any]
    hash_anterior: str
    hash: str


class Anexo(BaseModel):
    """Un archivo de evidencia."""

    id: str
    folio: str
    turno: str
    evidencia: str | None
    nombre: str
    tipo: str
    tamano: int = Field(description="Bytes.")
    sha256: str
    subido: Instante


class DiaSaltado(BaseModel):
    """Un día que el plazo no contó."""

    fecha: date
    motivo: str
    fundamento: str


class Computo(BaseModel):
    """Un vencimiento y cómo se llegó a él."""

    desde: str = Field(description="El evento: fecha, o instante en el huso de quien recibe.")
    recibido: date = Field(
        description="Cuándo se tiene por recibido: el hábil siguiente si llegó en día u hora inhábil."
    )
    dia_1: date = Field(description="El primer día que cuenta.")
    vence: date = Field(description="Vencimiento legal bajo el perfil.")
    conservador: date = Field(description="El menor vencimiento de los perfiles A, B, C y F; contra él se recuerda.")
    saltados: list[DiaSaltado] = Field(description="Días que no se contaron, con quién lo dice.")
    perfil: str
    version: str = Field(description="Versión de los calendarios; cambia si cambia una fecha.")
    explicacion: str = Field(description="El cómputo en una frase.")


class UltimoHabil(BaseModel):
    """El último día hábil de un mes."""

    fecha: date
    version: str | None = Field(None, description="La del calendario, si cuentan días institucionales publicados.")
