"""El vocabulario con que se escribe una fila: actividad, salidas, abanico, evidencia.

Puro. Quien escribe una tabla lo importa todo de `modelos.tabla`; está aparte para
que la revisión de tablas no dependa de la clase que revisa.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from modelos.tabla.emision import Emision
from modelos.tabla.errores import SalidaInexistente
from modelos.tabla.plazo import ReglaPlazo
from modelos.tabla.unidades import TIPO_DE_GRUPO, Unidad

FIN = "FIN"
SIGUE = "continuar"
"""Etiqueta de la única salida de una actividad que no decide nada."""


class Tipo(StrEnum):
    """Cómo se presenta una actividad y quién la hace (dominio 02 §2.0, columna «Tipo»)."""

    TAREA = "tarea"
    APROBACION = "aprobacion"
    ACUSE = "acuse"
    ENVIO = "envio"
    EXTERNA = "externa"
    AUTOMATICA = "automatica"
    SUBPROCEDIMIENTO = "subprocedimiento"


_CON_MILES = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,2})?")


def _sin_miles(valor: object) -> object:
    return valor.replace(",", "") if isinstance(valor, str) and _CON_MILES.fullmatch(valor.strip()) else valor


Pesos = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$", max_length=15), BeforeValidator(_sin_miles)]
"""Dinero, como texto para que no lo redondee nadie: `1500.00`; admite comas de miles bien puestas y nada más."""


class Formulario(BaseModel):
    """Base de lo que se captura; rechaza campos que no conoce para no perderlos en silencio."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, str_max_length=20_000)


class DatosIniciales(Formulario):
    """Lo que todo procedimiento pide al iniciar, además del asunto."""

    tope_vueltas: int = Field(
        5,
        ge=1,
        le=20,
        title="Tope de vueltas",
        description="Cuántas veces se le puede devolver el trabajo a una misma actividad.",
        json_schema_extra={"inferido": "La fuente no fija cuántas veces se puede devolver."},
    )


@dataclass(frozen=True)
class Ruta:
    """Adónde lleva una salida: una actividad, varias en paralelo, o un final (`FIN`, `FIN_…`).

    devuelve: regresa trabajo a alguien; exige motivo y cuenta para el tope de vueltas.
    inferida: por qué se añadió, si la fuente no la imprime; vacía si la imprime.
    """

    destinos: tuple[str, ...]
    devuelve: bool = False
    inferida: str = ""


def a(*destinos: str, inferida: str = "") -> Ruta:
    """Sigue a una actividad, a varias en paralelo o a un final."""
    return Ruta(destinos, inferida=inferida)


def devuelve_a(destino: str, inferida: str = "") -> Ruta:
    """Regresa el trabajo a una actividad: pide motivo por escrito y cuenta una vuelta."""
    return Ruta((destino,), devuelve=True, inferida=inferida)


@dataclass(frozen=True)
class PorCada:
    """Abanico: un turno por cada unidad activa del grupo, y cuándo se da por reunido.

    union: `todas`; `cuorum` (bastan `n`; lo demás se cancela); `al_vencer` (todas, o las que
    haya cuando vence la espera o la coordinación la cierra con motivo).
    """

    grupo: Unidad
    union: Literal["todas", "cuorum", "al_vencer"] = "todas"
    n: int = 0

    def reunido(self, hechas: int, faltan: int) -> bool:
        """Si con `hechas` atendidas y `faltan` pendientes ya se puede seguir."""
        return faltan == 0 or (self.union == "cuorum" and hechas >= self.n)


@dataclass(frozen=True)
class Documento:
    """Evidencia que se adjunta al turno; la obligatoria impide cerrarlo sin ella."""

    clave: str
    nombre: str
    obligatoria: bool = False


@dataclass(frozen=True)
class Actividad:
    """Una fila de la tabla impresa.

    clave: única dentro de la tabla; numero: como lo imprime la fuente, vacío si es añadida.
    segun: campo, ya capturado, cuyo valor dice qué unidad concreta la atiende; si nombra un CAST y la
        actividad es de CE, la atiende la unidad estatal de que depende.
    plazo: cuándo vence cada turno suyo. oficios: los que se redactan en ella.
    decide: en una automática, qué salida toma según lo capturado.
    pregunta: lo que se decide, si las salidas no se entienden sin ella («¿Es congruente…?»).
    captura: unidad que responde en el sistema por quien no entra a él (USUARIO).
    une: claves de las ramas paralelas que espera antes de abrirse.
    inferido: qué no dice la fuente y se decidió aquí; nota: irregularidad de la fuente.
    """

    clave: str
    unidad: Unidad
    accion: str
    salidas: Mapping[str, Ruta]
    tipo: Tipo = Tipo.TAREA
    fundamento: str = ""
    numero: str | None = None
    por_cada: PorCada | None = None
    segun: str | None = None
    captura: Unidad | None = None
    une: tuple[str, ...] = ()
    subprocedimiento: str | None = None
    pregunta: str = ""
    formulario: type[Formulario] | None = None
    evidencia: tuple[Documento, ...] = ()
    plazo: ReglaPlazo | None = None
    oficios: tuple[Emision, ...] = ()
    decide: Callable[[Mapping[str, Any]], str] | None = None
    inferido: str = ""
    nota: str = ""

    @property
    def a_mano(self) -> bool:
        """Si la cierra una persona; lo demás lo cierra el sistema."""
        return self.tipo not in (Tipo.SUBPROCEDIMIENTO, Tipo.AUTOMATICA)

    @property
    def numero_impreso(self) -> str:
        """El número de la fuente; el de la clave si no se dio otro; vacío si la fuente no la trae."""
        return self.clave if self.numero is None else self.numero

    @property
    def responsable(self) -> Unidad:
        """La unidad que la atiende en el sistema: quien captura, o la de la tabla."""
        return self.captura or self.unidad

    def emisora(self, oficio: Emision, unidad: str) -> str:
        """La unidad concreta que emite ese oficio suyo: la del turno, si es de quien la atiende."""
        return unidad if oficio.de is self.unidad and not self.captura else oficio.de.value

    def debe(self, salida: str, datos: Mapping[str, Any]) -> frozenset[str]:
        """Los oficios que deja debiendo responder por esa salida, con lo capturado en ella."""
        return frozenset(oficio.clave for oficio in self.oficios if oficio.se_debe(salida, datos))

    def ruta(self, salida: str) -> Ruta:
        """La ruta de esa salida.

        Lanza:
            SalidaInexistente: con las salidas que sí hay; nunca se adivina.
        """
        if salida not in self.salidas:
            raise SalidaInexistente(self.clave, salida, tuple(self.salidas))
        return self.salidas[salida]

    @property
    def todo_lo_inferido(self) -> str:
        """Lo inferido de la actividad y de sus salidas, en una frase por cosa; vacío si nada."""
        rutas = (f"Salida «{e}»: {r.inferida}" for e, r in self.salidas.items() if r.inferida)
        plazo = (f"Plazo: {self.plazo.inferido}",) if self.plazo and self.plazo.inferido else ()
        oficios = (f"{oficio.clave}: {oficio.inferido}" for oficio in self.oficios if oficio.inferido)
        return " ".join(filter(None, (self.inferido, *rutas, *plazo, *oficios)))


def es_final(destino: str) -> bool:
    """Si el destino es un final (`FIN` o `FIN_ALGO`) y no una actividad."""
    return destino == FIN or destino.startswith(f"{FIN}_")


def es_grupo(unidad: Unidad) -> bool:
    """Si la sigla nombra un tipo de unidad y falta decir cuál."""
    return unidad in TIPO_DE_GRUPO


def texto_salida(etiqueta: str) -> str:
    """La etiqueta como se lee en pantalla: `no_favorable` → «No favorable»."""
    propios = {
        "si": "Sí",
        "junta_directiva": "Junta Directiva",
        "junta_directiva_estatal": "Junta Directiva estatal",
        "someter_a_junta": "Someter a Junta",
    }
    # Las etiquetas van sin acentos; en las de aquí sólo lo llevan las que acaban en -ción.
    return propios.get(etiqueta) or re.sub(r"cion\b", "ción", etiqueta).replace("_", " ").capitalize()
