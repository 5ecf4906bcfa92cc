"""Un expediente de ejemplo con todo lo que una plantilla puede usar, para probarla antes de que rija.

Sale de las tablas: cada dato de sus formularios, cada actividad, cada oficio y cada plazo. Así una plantilla que
nombra algo que su procedimiento no captura se rechaza al guardarla, y no el día que alguien la necesita.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelos.tabla import Tabla
from modelos.tabla.actividad import Actividad, texto_salida
from modelos.tabla.emision import Emision
from modelos.tabla.plazo import ReglaPlazo

TEXTO = "texto de ejemplo"
FECHA = "20 de noviembre de 2026"
COMUN = "comun"
"""Carpeta con que se nombran, fuera del disco, las plantillas que otras heredan."""


@dataclass(frozen=True)
class Uso:
    """Dónde se usa una plantilla: la tabla, y la actividad y el oficio si un paso la pide."""

    tabla: Tabla
    actividad: Actividad | None = None
    emision: Emision | None = None


def usos(tablas: Sequence[Tabla], clave: str) -> list[Uso]:
    """Los pasos que la piden; si ninguno, el procedimiento de su carpeta; si es común, todos los procedimientos."""
    pasos = [Uso(t, a, e) for t in tablas for a in t.actividades for e in a.oficios if e.plantilla == clave]
    carpeta = clave.rpartition("/")[0]
    return pasos or [Uso(t) for t in tablas if t.clave == carpeta] or [Uso(t) for t in tablas]


def ejemplos(donde: Sequence[Uso], unidades: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Uno por cada salida que la pide, con todo lleno. unidades: clave → nombre, las de verdad."""
    for salida in dict.fromkeys(s for uso in donde for s in ((uso.emision.salidas or ("",)) if uso.emision else ("",))):
        yield _completo(donde, unidades, salida)


def diccionario(donde: Sequence[Uso]) -> dict[str, list[tuple[str, str]]]:
    """Lo que puede nombrar una plantilla ahí, con qué es cada cosa: datos, actividades, oficios y plazos."""
    alcance = _Alcance.de(donde)
    return {
        "datos": list({campo: str(forma.get("title", campo)) for campo, forma in alcance.campos}.items()),
        "actividades": [(a.clave, a.accion) for a in alcance.actividades],
        "oficios": [(e.clave, a.accion) for a in alcance.actividades for e in a.oficios],
        "plazos": list({p.clave: p.que for p in alcance.plazos}.items()),
    }


def minimo(donde: Sequence[Uso], unidades: Mapping[str, str]) -> dict[str, Any]:
    """El de un expediente recién abierto: están las mismas claves, pero nada que no sea obligatorio."""
    lleno = _completo(donde, unidades, "")
    al_abrir = {c for uso in donde for c, campo in uso.tabla.datos.model_fields.items() if campo.is_required()}
    datos = {campo: valor if campo in al_abrir else None for campo, valor in lleno["datos"].items()}
    vacios: dict[str, Any] = {"decisiones": [], "ultima": {}, "plazos": {}, "oficios": {}, "destinatarios": []}
    return {**lleno, **vacios, "datos": datos, "comentario": "", "periodo": ""}


@dataclass(frozen=True)
class _Alcance:
    """Las tablas en que se usa una plantilla, y lo que por eso puede nombrar."""

    tablas: Sequence[Tabla]

    @classmethod
    def de(cls, donde: Sequence[Uso]) -> _Alcance:
        """Cada tabla, una vez."""
        return cls(list({uso.tabla.clave: uso.tabla for uso in donde}.values()))

    @property
    def actividades(self) -> list[Actividad]:
        return [a for tabla in self.tablas for a in tabla.actividades]

    @property
    def plazos(self) -> list[ReglaPlazo]:
        """Los de las actividades y, después, los de los tramos."""
        de_tramos = [tramo.regla for tabla in self.tablas for tramo in tabla.tramos]
        return [a.plazo for a in self.actividades if a.plazo] + de_tramos

    @property
    def con_ciclo(self) -> bool:
        return any(tabla.ciclo for tabla in self.tablas)

    @property
    def oficios(self) -> list[str]:
        return [e.clave for a in self.actividades for e in a.oficios]

    @property
    def campos(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Lo que capturan sus formularios, con su esquema de JSON."""
        for tabla in self.tablas:
            for formulario in (tabla.datos, *(a.formulario for a in tabla.actividades if a.formulario)):
                yield from formulario.model_json_schema()["properties"].items()


def _completo(donde: Sequence[Uso], unidades: Mapping[str, str], salida: str) -> dict[str, Any]:
    alcance = _Alcance.de(donde)
    pedida = _la_que_pide(donde) or alcance.actividades[0]
    decisiones = [_decision(a, unidades) for a in alcance.actividades]
    emisor = unidades.get("DSTC", "DSTC")
    return {
        "expediente": _expediente(alcance.tablas[0]),
        "datos": {campo: _valor(forma) for campo, forma in alcance.campos},
        "actividad": {
            "clave": pedida.clave,
            "numero": pedida.numero_impreso,
            "accion": pedida.accion,
            "fundamento": pedida.fundamento,
        },
        "emisor": {"clave": "DSTC", "nombre": emisor},
        "destinatarios": [_destinatario("DSTC", emisor)],
        "decisiones": decisiones,
        "ultima": {decision["actividad"]: decision for decision in decisiones},
        "plazos": {
            clave: {"que": "Plazo de ejemplo", "vence": FECHA} for clave in sorted({p.clave for p in alcance.plazos})
        },
        "oficios": {clave: {"numero": "DSTC/001/2026", "fecha": FECHA} for clave in alcance.oficios},
        "salida": salida,
        "comentario": TEXTO if salida else "",
        "periodo": "abril de 2027" if alcance.con_ciclo else "",
        "anio": 2026,
        "anio_siguiente": 2027,
        "unidades": {**unidades, TEXTO: "Unidad de ejemplo"},  # un dato que nombra a una unidad también es de ejemplo
    }


def _la_que_pide(donde: Sequence[Uso]) -> Actividad | None:
    return next((uso.actividad for uso in donde if uso.actividad), None)


def _expediente(tabla: Tabla) -> dict[str, str]:
    return {
        "folio": f"{tabla.siglas}-2026-0001",
        "asunto": "Asunto de ejemplo",
        "procedimiento": tabla.nombre,
        "codigo": tabla.codigo,
        "abierto": FECHA,
    }


def _destinatario(clave: str, nombre_unidad: str) -> dict[str, str]:
    return {
        "clave": clave,
        "nombre_unidad": nombre_unidad,
        "nombre": "Nombre de ejemplo",
        "cargo": "Persona titular",
        "institucion": "",
    }


def _decision(actividad: Actividad, unidades: Mapping[str, str]) -> dict[str, Any]:
    salida = next(iter(actividad.salidas))
    formulario = actividad.formulario
    propiedades = formulario.model_json_schema()["properties"] if formulario else {}
    return {
        "actividad": actividad.clave,
        "numero": actividad.numero_impreso,
        "unidad": actividad.unidad.value,
        "nombre_unidad": unidades.get(actividad.unidad.value, actividad.unidad.value),
        "salida": salida,
        "salida_texto": texto_salida(salida),
        "datos": {campo: _valor(forma) for campo, forma in propiedades.items()},
        "comentario": TEXTO,
        "fecha": FECHA,
    }


def _valor(forma: Mapping[str, Any]) -> Any:  # noqa: ANN401 - un valor de JSON
    entera = _sin_nulo(forma)
    if "enum" in entera:
        return next((v for v in entera["enum"] if v), "")
    if entera.get("format") == "date":
        return "2026-11-20"
    if "examples" in entera:
        return entera["examples"][0]
    if entera.get("type") == "array":
        return [TEXTO]
    por_tipo = {"integer": entera.get("default") or entera.get("minimum", 1), "number": 1, "boolean": True}
    return por_tipo.get(entera.get("type", ""), "1500.00" if "pattern" in entera else TEXTO)


def _sin_nulo(forma: Mapping[str, Any]) -> Mapping[str, Any]:
    """La de un dato que puede faltar, como si no pudiera."""
    posibles = [f for f in forma.get("anyOf", ()) if f.get("type") != "null"]
    return {**forma, **posibles[0]} if posibles else forma
