"""Todo lo «inferido» de las tablas y los ajustes de la instancia, en palabras. De las mismas tablas que se ejecutan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from api.vistas import reglas_plazo
from api.web.piezas import frases
from api.web.piezas.formularios import Campo, campos
from modelos.ajustes import Ajustes
from modelos.tabla import Tabla
from modelos.tabla.actividad import Actividad
from modelos.tabla.plazo import ReglaPlazo

AL_INICIAR = "Al iniciar cada expediente."
AL_ATENDER = "Al atender la actividad."
EN_LA_TABLA = "En la tabla, como versión nueva."


@dataclass(frozen=True)
class Inferido:
    """Algo que se decidió aquí. actividad: su clave, vacía si es de todo el procedimiento; rotulo: cómo se lee.

    valor: lo que se decidió, o el valor por defecto; cambia: dónde se cambia.
    """

    actividad: str
    rotulo: str
    que: str
    valor: str
    por_que: str
    cambia: str


@dataclass(frozen=True)
class Ajuste:
    """Un ajuste de la instancia. variable: con qué se fija; propio: si no es el de por defecto."""

    variable: str
    que: str
    valor: str
    propio: bool


def de_tablas(tablas: Iterable[Tabla]) -> list[tuple[Tabla, list[Inferido]]]:
    """Lo de cada tabla, en su orden: lo que se pide al iniciar, los plazos y las actividades."""
    return [(tabla, list(_de_tabla(tabla))) for tabla in tablas]


def _de_tabla(tabla: Tabla) -> Iterator[Inferido]:
    for campo in campos(tabla.datos.model_json_schema()):
        if campo.inferido:
            yield Inferido("", "", campo.titulo, _valor(campo), campo.inferido, AL_INICIAR)
    if tabla.ciclo and tabla.ciclo.inferido:
        cuando = reglas_plazo.ciclo_en_palabras(tabla.ciclo).rstrip(".")
        yield Inferido("", "", "Cuándo se abre solo", cuando, tabla.ciclo.inferido, EN_LA_TABLA)
    for tramo in tabla.tramos:
        yield from _de_plazo(tabla, "", "", tramo.regla)
    for actividad in tabla.actividades:
        yield from _de_actividad(tabla, actividad, frases.rotulo(tabla, actividad.clave))


def _de_actividad(tabla: Tabla, actividad: Actividad, rotulo: str) -> Iterator[Inferido]:
    def uno(que: str, valor: str, por_que: str, cambia: str = EN_LA_TABLA) -> Inferido:
        return Inferido(actividad.clave, rotulo, que, valor, por_que, cambia)

    if actividad.inferido:
        yield uno("La actividad", frases.recorte(actividad.accion, 120), actividad.inferido)
    for camino in frases.caminos(tabla, actividad):
        if camino.inferida:
            yield uno(f"La respuesta «{camino.texto}»", _mayuscula(camino.frase), camino.inferida)
    if actividad.plazo:
        yield from _de_plazo(tabla, actividad.clave, rotulo, actividad.plazo)
    for oficio in (o for o in actividad.oficios if o.inferido):
        yield uno(f"El oficio {oficio.clave}", f"Lo emite {oficio.de.value}", oficio.inferido)
    for campo in _campos_inferidos(actividad):
        yield uno(campo.titulo, _valor(campo), campo.inferido, AL_ATENDER)


def _campos_inferidos(actividad: Actividad) -> list[Campo]:
    esquema = actividad.formulario.model_json_schema() if actividad.formulario else None
    return [c for c in campos(esquema) if c.inferido]


def _de_plazo(tabla: Tabla, actividad: str, rotulo: str, regla: ReglaPlazo) -> Iterator[Inferido]:
    if regla.inferido:
        cuanto = _mayuscula(reglas_plazo.regla(tabla, regla))
        yield Inferido(actividad, rotulo, f"El plazo: {regla.que}", cuanto, regla.inferido, EN_LA_TABLA)


def _valor(campo: Campo) -> str:
    if campo.control == "casilla":
        return "Sí" if campo.valor == "on" else "No"
    if campo.valor.isupper():
        return campo.valor  # la sigla de una unidad
    return dict(campo.opciones).get(campo.valor, campo.valor) or "Sin valor por defecto"


def _mayuscula(frase: str) -> str:
    return frase[:1].upper() + frase[1:]


def ajustes_de(ajustes: Ajustes) -> list[Ajuste]:
    """Los de la instancia que no son secretos; de los secretos, sólo si están puestos."""
    return [
        Ajuste(
            f"DSTC_{nombre.upper()}",
            (campo.description or nombre).split(" Ej.:", 1)[0],
            _en_claro(nombre, getattr(ajustes, nombre)),
            getattr(ajustes, nombre) != campo.default,
        )
        for nombre, campo in Ajustes.model_fields.items()
    ]


def _en_claro(nombre: str, valor: object) -> str:
    if isinstance(valor, SecretStr):
        return "Puesto; no se muestra" if valor.get_secret_value() else "Sin poner"
    if isinstance(valor, bool):
        return "Sí" if valor else "No"
    if isinstance(valor, Path) or nombre == "sello":
        return Path(str(valor)).name or "Sin poner"
    return _texto_en_claro(nombre, str(valor))


def _texto_en_claro(nombre: str, texto: str) -> str:
    if nombre == "base":
        return "PostgreSQL" if texto.startswith("postgresql") else "SQLite en la carpeta de datos"
    return _direccion(texto) if "://" in texto else texto or "Sin poner"


def _direccion(texto: str) -> str:
    """Sin usuario, clave ni consulta, por si los llevara."""
    partes = urlsplit(texto)
    puerto = f":{partes.port}" if partes.port else ""
    return f"{partes.scheme}://{partes.hostname or ''}{puerto}{partes.path}"
