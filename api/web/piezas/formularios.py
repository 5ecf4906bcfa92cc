"""De un modelo, o de su JSON Schema, a los controles de una página, y de lo que la página envía a JSON con tipos.

El navegador sólo manda texto; las reglas esperan tipos estrictos. Aquí se convierte
lo que se entiende y se deja pasar tal cual lo que no, para que la regla diga qué falta.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

from fastapi import Depends, Request, UploadFile
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile as Recibido

from flujos.catalogo import CATALOGO
from modelos.errores import FormularioIncompleto
from modelos.escritura import sin_estorbos
from modelos.tabla.actividad import Formulario as Molde
from modelos.tabla.actividad import texto_salida

V = TypeVar("V")
CAMPOS = 1000
PREFIJO = "campo-"
LARGO_RENGLON = 200
LARGO_TEXTO = int(Molde.model_config.get("str_max_length") or 20_000)
ENTERO_MAXIMO = 2**31 - 1
_CIFRAS = re.compile(r"[0-9]{1,10}")
_ENTERO = re.compile(r"[+-]?[0-9]{1,18}")
_INVISIBLE = re.compile("[\x00\ud800-\udfff]")
_RECUPERABLE = re.compile(
    r"/turnos/[\w.-]+(/reasignar)?"
    r"|/bandeja/(varios|[\w.-]+/reasignar)"
    r"|/expedientes/[\w-]+/(cancelar|suspender|reanudar|prorrogar|comprometer|rectificar|cerrar-espera|ampliar-vueltas|comentar)"
    r"|/procedimientos/\w+/iniciar"
    r"|/calendario/\w+/[\w-]+/(adelantar|dispensar)"
    r"|/campanas/\w+/iniciar"
    r"|/oficios/[\w.-]+/(editar|cancelar|acusar)"
)
_PROPIOS = {
    "asunto": ("Asunto", "parrafo"),
    "salida": ("Respuesta", "lista"),
    "comentario": ("Comentario", "parrafo"),
    "motivo": ("Motivo", "parrafo"),
    "tope": ("Nuevo tope", "numero"),
    "cuerpo": ("Texto", "parrafo"),
    "anexos": ("Anexos", "parrafo"),
    "nota": ("Nota del acuse", "parrafo"),
}
CORTO: dict[str, Any] = {"x-corto": True}
"""De un campo: un solo renglón, aunque quepa más de lo acostumbrado."""
LISTA: dict[str, Any] = {"x-lista": True}
"""De un campo: se elige entre lo que se sabe al mostrarlo."""
CONDICIONADO: dict[str, Any] = {"x-condicionado": True}
"""De un campo: es obligatorio sólo si se llena algo de su grupo."""
RECUPERAR = "recuperar"
"""Valor de `acto` que pide volver al formulario con lo escrito, sin registrar nada."""


@dataclass(frozen=True)
class Campo:
    """Un control: cómo se llama, cómo se ve y qué trae.

    condicionado: es obligatorio sólo si se llena algo de su grupo; el navegador no lo exige.
    regla: lo que el navegador puede comprobar antes de enviar (`reglas`).
    """

    nombre: str
    titulo: str
    ayuda: str
    control: str
    obligatorio: bool
    valor: str
    opciones: tuple[tuple[str, str], ...]
    error: str
    inferido: str
    maximo: int
    condicionado: bool = False
    regla: Mapping[str, Any] = field(default_factory=dict)

    @property
    def exige(self) -> bool:
        """Si el navegador no debe dejarlo vacío."""
        return self.obligatorio and not self.condicionado

    @property
    def id(self) -> str:
        """El id del control, que es también su nombre en el formulario."""
        return PREFIJO + self.nombre


@dataclass(frozen=True)
class Falta:
    """Un renglón del resumen de errores; ancla: id del control al que lleva, o vacío."""

    texto: str
    ancla: str = ""


@dataclass(frozen=True)
class LoEscrito:
    """Lo que envió una página, ya leído.

    multiples y varios: los controles que mandaron más de un texto, o más de un archivo.
    """

    textos: Mapping[str, str]
    archivos: Mapping[str, UploadFile]
    multiples: Mapping[str, Sequence[str]] = field(default_factory=dict)
    varios: Mapping[str, Sequence[UploadFile]] = field(default_factory=dict)

    def texto(self, nombre: str) -> str:
        """El texto de ese control; vacío si no vino."""
        return self.textos.get(nombre, "")

    def entero(self, nombre: str) -> int:
        """Un número que la propia página puso; 0 si no se entiende."""
        return numero(self.texto(nombre).strip())

    def lista(self, nombre: str) -> list[str]:
        """Todos los textos de ese control, sin vacíos ni repetidos."""
        uno = [self.textos[nombre]] if nombre in self.textos else []
        return list(dict.fromkeys(t for t in self.multiples.get(nombre, uno) if t))

    def elegidos(self, nombre: str) -> Sequence[UploadFile]:
        """Todos los archivos de ese control."""
        uno = [self.archivos[nombre]] if nombre in self.archivos else []
        return self.varios.get(nombre, uno)

    @property
    def recupera(self) -> bool:
        """Si sólo se pide volver al formulario con lo que se había escrito."""
        return self.texto("acto") == RECUPERAR


SIN_CAPTURA = LoEscrito({}, {})


async def leer(request: Request) -> AsyncIterator[LoEscrito]:
    """Lee el formulario que llegó; lo deja en la petición por si hay que devolverlo a quien lo escribió."""
    if request.headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
        # En un hilo: de un megabyte hecho a propósito se tarda un segundo, y el bucle es de todos.
        yield _capturar(request, await run_in_threadpool(_pares, await request.body()))
        return
    async with request.form() as formulario:
        yield _capturar(request, formulario.multi_items())


def _pares(cuerpo: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(cuerpo.decode("latin-1"), keep_blank_values=True, errors="replace", max_num_fields=CAMPOS)
    except ValueError as error:
        raise FormularioIncompleto({"formulario": f"trae más de {CAMPOS} campos"}) from error


def _capturar(request: Request, pares: Sequence[tuple[str, str | Recibido]]) -> LoEscrito:
    textos = [(limpio(n), limpio(v)) for n, v in pares if isinstance(v, str)]
    archivos = [(limpio(n), _archivo(v)) for n, v in pares if isinstance(v, Recibido) and v.filename]
    request.state.capturado, request.state.con_archivos = dict(textos), bool(archivos)
    return LoEscrito(dict(textos), dict(archivos), _juntos(textos), _juntos(archivos))


Formulario = Annotated[LoEscrito, Depends(leer)]


def limpio(texto: str) -> str:
    """Como se quiso escribir, igual que en las demás puertas, y sin lo que no se puede guardar.

    Se quita en vez de rechazarse: un carácter nulo, pegado desde otro documento, nadie lo puede hallar para borrarlo.
    """
    return sin_estorbos(_INVISIBLE.sub("", texto))


def numero(texto: str) -> int:
    """El entero positivo escrito con las diez cifras de siempre y que cabe en la base; 0 si no lo es."""
    return int(texto) if _CIFRAS.fullmatch(texto) and int(texto) <= ENTERO_MAXIMO else 0


def recuperable(accion: str) -> bool:
    """Si esa dirección sabe volver a mostrar su formulario con lo escrito, en vez de hacer lo que pide."""
    return _RECUPERABLE.fullmatch(accion) is not None


def legible(textos: Mapping[str, str]) -> list[tuple[str, str]]:
    """Lo que una persona escribió o eligió, con el nombre de cada control; sin lo que puso la página."""
    return [
        (titulo, _leido(control, valor.strip()))
        for nombre, valor in textos.items()
        for titulo, control in [_controles().get(nombre, ("", ""))]
        if titulo and valor.strip()
    ]


def campos(
    esquema: Mapping[str, Any] | None,
    valores: Mapping[str, str] | None = None,
    errores: Mapping[str, str] | None = None,
    rotulos: Mapping[str, str] | None = None,
    listas: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Campo]:
    """Los controles de un esquema.

    valores: lo ya capturado, por id de control; None: los valores por defecto.
    rotulos: cómo se lee cada opción (nombres de unidades).
    listas: de cada campo `LISTA`, sus opciones y cómo se leen.
    """
    if esquema is None:
        return []
    pedidos = esquema.get("required", ())
    return [
        _campo(nombre, crudo, pedidos, valores, (errores or {}).get(nombre, ""), opciones)
        for nombre, crudo in esquema["properties"].items()
        for opciones in [(listas or {}).get(nombre) or _de_enumeracion(crudo, rotulos or {})]
    ]


def de_molde(
    molde: type[BaseModel],
    valores: Mapping[str, str],
    errores: Mapping[str, str],
    listas: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Campo]:
    """Los controles que describe un modelo, por nombre de campo. valores: también por nombre, sin prefijo."""
    por_id = {PREFIJO + nombre: valor for nombre, valor in valores.items()}
    return {campo.nombre: campo for campo in campos(esquema_de(molde), por_id, errores, listas=listas)}


@cache
def esquema_de(molde: type[BaseModel]) -> dict[str, Any]:
    """El esquema de un modelo de página; no cambia, y hacerlo tarda."""
    return molde.model_json_schema()


def titulos(molde: type[BaseModel]) -> dict[str, str]:
    """Cómo se lee cada campo de un modelo."""
    return {nombre: campo.title or nombre for nombre, campo in molde.model_fields.items()}


def a_json(esquema: Mapping[str, Any] | None, captura: LoEscrito) -> dict[str, Any]:
    """Lo capturado, con tipos de JSON: lo vacío no se envía y lo que no se entiende pasa como texto."""
    datos: dict[str, Any] = {}
    for nombre, crudo in (esquema or {}).get("properties", {}).items():
        texto = captura.texto(PREFIJO + nombre).strip()
        forma = _forma(crudo)
        if forma["type"] == "boolean":
            datos[nombre] = texto == "on"
        elif texto:
            datos[nombre] = _convertir(forma, texto)
    return datos


def faltas(errores: Mapping[str, str], presentes: Iterable[Campo], otros: Mapping[str, tuple[str, str]]) -> list[Falta]:
    """El resumen de errores, con su enlace a cada control.

    otros: título y ancla de los controles que no salen del esquema.
    """
    conocidos = {campo.nombre: (campo.titulo, campo.id) for campo in presentes} | dict(otros)
    return [_falta(nombre, mensaje, conocidos.get(nombre)) for nombre, mensaje in errores.items()]


def reglas(controles: Iterable[Campo]) -> dict[str, dict[str, Any]]:
    """Lo que el navegador comprueba de cada control, por id, con los textos con que lo diría el servidor."""
    return {c.id: {"titulo": c.titulo, "obligatorio": c.exige, **c.regla} for c in controles}


# --- piezas --------------------------------------------------------------------


def _juntos(pares: Iterable[tuple[str, V]]) -> dict[str, list[V]]:
    """Los controles que vinieron más de una vez, con todo lo que trajeron."""
    de: dict[str, list[V]] = {}
    for nombre, valor in pares:
        de.setdefault(nombre, []).append(valor)
    return {nombre: valores for nombre, valores in de.items() if len(valores) > 1}


@cache
def _controles() -> dict[str, tuple[str, str]]:
    """El título y el control de todo lo que se puede escribir, por id de control."""
    actividades = (act.formulario for tabla in CATALOGO for act in tabla.actividades)
    moldes = [*(tabla.datos for tabla in CATALOGO), *(molde for molde in actividades if molde)]
    return {c.id: (c.titulo, c.control) for molde in moldes for c in campos(molde.model_json_schema())} | _PROPIOS


def _leido(control: str, valor: str) -> str:
    if control == "casilla":
        return "Sí"
    return texto_salida(valor) if control == "lista" and valor.islower() else valor


def _falta(nombre: str, mensaje: str, conocido: tuple[str, str] | None) -> Falta:
    if conocido is None:
        return Falta(f"{nombre.replace('_', ' ').capitalize()}: {mensaje}.")
    titulo, ancla = conocido
    return Falta(f"{titulo}: {mensaje}.", ancla)


def _campo(
    nombre: str,
    crudo: Mapping[str, Any],
    pedidos: Sequence[str],
    valores: Mapping[str, str] | None,
    error: str,
    opciones: Mapping[str, str],
) -> Campo:
    forma = _forma(crudo)
    valor = _inicial(crudo.get("default")) if valores is None else valores.get(PREFIJO + nombre, "")
    return Campo(
        nombre,
        crudo.get("title", nombre),
        crudo.get("description", ""),
        _control(forma),
        nombre in pedidos,
        valor,
        tuple(opciones.items()),
        error,
        crudo.get("inferido", ""),
        forma.get("maxLength", LARGO_TEXTO),
        condicionado=bool(crudo.get("x-condicionado")),
        regla=_regla(crudo, forma),
    )


def _de_enumeracion(crudo: Mapping[str, Any], rotulos: Mapping[str, str]) -> dict[str, str]:
    """Las opciones que trae el propio esquema, con cómo se leen."""
    return {o: rotulos.get(o) or texto_salida(o) for o in _forma(crudo).get("enum", ()) if o}


def _regla(crudo: Mapping[str, Any], forma: Mapping[str, Any]) -> dict[str, Any]:
    """Las cotas de un campo, como las entiende el navegador."""
    cotas = {"minimum": "minimo", "maximum": "maximo", "maxLength": "largo", "pattern": "patron"}
    regla: dict[str, Any] = {suya: forma[de] for de, suya in cotas.items() if de in forma}
    tipos = {"integer": "entero", "number": "numero"}
    tipo = "fecha" if forma.get("format") == "date" else tipos.get(forma["type"], "")
    if tipo:
        regla["tipo"] = tipo
    if crudo.get("x-pasada"):
        regla["pasada"] = True
    return regla


def _forma(crudo: Mapping[str, Any]) -> dict[str, Any]:
    """El tipo que importa: de `anyOf`, el primero que no sea nulo, con lo demás que diga el campo."""
    posibles = [forma for forma in crudo.get("anyOf", ()) if forma.get("type") != "null"]
    return {**crudo, **posibles[0]} if posibles else {"type": "string", **crudo}


def _control(forma: Mapping[str, Any]) -> str:
    if "enum" in forma or forma.get("x-lista"):
        return "lista"
    if forma["type"] == "boolean":
        return "casilla"
    if forma["type"] in ("integer", "number"):
        return "numero"
    if forma.get("format") == "date":
        return "fecha"
    corto = forma.get("maxLength", LARGO_RENGLON + 1) <= LARGO_RENGLON or forma.get("x-corto")
    return "renglon" if corto else "parrafo"


def _inicial(valor: object) -> str:
    if isinstance(valor, bool):
        return "on" if valor else ""
    return "" if valor is None else str(valor)


def _convertir(forma: Mapping[str, Any], texto: str) -> object:
    if forma["type"] == "integer":
        # Sin quitarle comas ni espacios: adivinar una cantidad es cambiarla.
        return int(texto) if _ENTERO.fullmatch(texto) else texto
    return texto


def _archivo(recibido: Recibido) -> UploadFile:
    """El mismo archivo, con el tipo que usa el resto de las puertas."""
    return UploadFile(recibido.file, size=recibido.size, filename=recibido.filename, headers=recibido.headers)
