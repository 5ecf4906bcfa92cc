"""La bitácora contada: cada asiento, una frase con quién, cuándo, qué y con qué documentos."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.web.historia import oficios
from api.web.historia import plazos as historia_plazos
from api.web.piezas.frases import de, recorte, rotulo, texto_final
from api.web.piezas.pagina import enumera
from modelos import reloj
from modelos.comprobacion import verificacion
from modelos.comprobacion.reproduccion import revisar_cadena
from modelos.expedientes import visibles
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.expediente import Expediente
from modelos.tabla import Tabla
from modelos.tabla.actividad import SIGUE, Formulario, texto_salida

PERSONA = "persona:"
CLASES = {"decisiones": "Decisiones", "oficios": "Oficios", "plazos": "Plazos"}
"""Por lo que se puede filtrar la historia."""
_DECIDEN = ("apertura", "decision", "subcancelacion", "cierre_espera", "cancelacion")
_MUEVEN_PLAZOS = ("prorroga", "rectificacion", "recuento", "suspension", "reanudacion", "compromiso")


@dataclass(frozen=True)
class HechoContado:
    """Un asiento, listo para leerse. actividad y vuelta: de la decisión, si lo es; oficio: el id del que trata.

    clases: de cuáles de `CLASES` es; puede ser de varias (una decisión que echa a correr un plazo) o de ninguna.
    """

    orden: int
    fecha: str
    quien: str
    frase: str
    actividad: str = ""
    unidad: str = ""
    vuelta: int = 0
    salida: str = ""
    comentario: str = ""
    capturado: tuple[tuple[str, str], ...] = ()
    anexos: tuple[Mapping[str, Any], ...] = ()
    oficio: str = ""
    clases: tuple[str, ...] = ()


@dataclass(frozen=True)
class DiaDeHistoria:
    """Los hechos de un día, el más reciente primero; fecha: del centro de México."""

    fecha: date
    hechos: tuple[HechoContado, ...]


@dataclass(frozen=True)
class Historia:
    """Todo lo que ha pasado en un expediente, en orden; rota: primer asiento que no cuadra, o None."""

    hechos: tuple[HechoContado, ...]
    rota: int | None

    def __getitem__(self, orden: int) -> HechoContado:
        return self.hechos[orden - 1]

    def decisiones(self, actividad: str, hasta: int) -> list[HechoContado]:
        """Lo que se respondió a esa actividad en su última vuelta antes del asiento `hasta`, inclusive."""
        suyas = [h for h in self.hechos if h.actividad == actividad and h.orden <= hasta]
        return [h for h in suyas if h.vuelta == suyas[-1].vuelta] if suyas else []

    def por_dia(self, clase: str = "") -> list[DiaDeHistoria]:
        """Los hechos de esa clase (vacía: todos) juntados por día, el más reciente primero."""
        elegidos = [h for h in reversed(self.hechos) if not clase or clase in h.clases]
        return [DiaDeHistoria(dia, tuple(suyos)) for dia, suyos in groupby(elegidos, key=_dia)]


def contar(s: Session, tabla: Tabla, expediente: Expediente) -> Historia:
    """Lee la bitácora, revisa su cadena y la pone en palabras."""
    # Lo que otro asiente mientras se lee queda para la próxima vez: no es una falla.
    asientos = verificacion.publicados(s, expediente.folio, limite=expediente.asientos)
    rota = revisar_cadena(asientos) or _contra_el_resumen(s, asientos, expediente)
    personas = {int(p) for a in asientos for p in _personas(a)}
    narrador = _Narrador(tabla, visibles.nombres(s, personas), historia_plazos.nombres(asientos))
    return Historia(tuple(narrador.hecho(asiento) for asiento in asientos), rota)


def _contra_el_resumen(s: Session, asientos: Sequence[Mapping[str, Any]], expediente: Expediente) -> int | None:
    """El primer asiento que no concuerda con el resumen que guarda el expediente: cuántos son y el hash del último."""
    if len(asientos) < expediente.asientos:
        return len(asientos) + 1
    # En una sola consulta: así se comparan con el resumen de su mismo instante.
    de_mas = (col(Asiento.folio) == Expediente.folio) & (col(Asiento.orden) > Expediente.asientos)
    primero = (
        select(func.min(col(Asiento.orden))).join(Expediente, de_mas).where(col(Asiento.folio) == expediente.folio)
    )
    if sobra := s.scalar(primero):
        return int(sobra)
    return len(asientos) if asientos and asientos[-1]["hash"] != expediente.ultimo_hash else None


def _personas(asiento: Mapping[str, Any]) -> list[str]:
    actor = asiento["actor"]
    citadas = [actor.removeprefix(PERSONA)] if actor.startswith(PERSONA) else []
    return [*citadas, *([str(p)] if (p := asiento["datos"].get("persona")) else [])]


class _Narrador:
    """Pone en palabras los asientos de un expediente, con su tabla y los nombres de sus personas y sus plazos."""

    def __init__(self, tabla: Tabla, nombres: Mapping[int, str], plazos: Mapping[str, str]) -> None:
        self.tabla, self.nombres = tabla, nombres
        self.frases: dict[str, Callable[[Mapping[str, Any]], str]] = {
            "apertura": self._apertura,
            "decision": self._decision,
            "toma": lambda a: f"tomó {self._turno(a)}",
            "liberacion": lambda a: f"liberó {self._turno(a)}: vuelve a estar a disposición de {a['unidad']}",
            "reasignacion": lambda a: f"dio {self._turno(a)} a {self._nombre(a['datos']['persona'])}",
            "retiro_anexo": lambda a: f"retiró «{a['datos']['nombre']}», que se había adjuntado a {self._turno(a)}",
            "subcancelacion": self._subcancelacion,
            "cierre_espera": self._cierre_espera,
            "cancelacion": lambda _: "canceló el expediente",
            "suspension": lambda a: (
                f"suspendió el expediente. {_hijos(a)} {historia_plazos.cambian(a['datos'], plazos)}"
            ),
            "reanudacion": lambda a: (
                f"reanudó el expediente. {_hijos(a)} {historia_plazos.cambian(a['datos'], plazos)}"
            ),
            "compromiso": lambda a: historia_plazos.compromiso(a["datos"], plazos),
            "prorroga": lambda a: historia_plazos.prorroga(a["datos"], plazos),
            "rectificacion": lambda a: historia_plazos.rectificacion(a["datos"], plazos),
            "recuento": lambda a: historia_plazos.recuento(a["datos"], plazos),
            "oficio_firma": oficios.firma,
            "oficio_envio": oficios.envio,
            "oficio_acuse": oficios.acuse,
            "oficio_fuera": oficios.fuera,
            "oficio_descarte": lambda a: f"descartó el borrador de {a['datos']['clave']}",
            "oficio_cancelacion": oficios.sin_efecto,
            "ampliacion": lambda a: f"permitió hasta {a['datos']['tope']} devoluciones a una misma actividad",
        }

    def hecho(self, asiento: Mapping[str, Any]) -> HechoContado:
        datos, tipo = asiento["datos"], asiento["tipo"]
        es_decision = tipo == "decision"
        return HechoContado(
            asiento["orden"],
            asiento["fecha"],
            self._quien(asiento["actor"]),
            " ".join(self.frases.get(tipo, self._otro)(asiento).split()).rstrip(".") + ".",
            datos["actividad"] if es_decision else "",
            asiento["unidad"],
            datos["vuelta"] if es_decision else 0,
            self._salida(datos) if es_decision else "",
            datos.get("comentario") or datos.get("motivo") or "",
            tuple(self._capturado(asiento)),
            tuple(datos.get("anexos") or ()),
            str(datos.get("oficio") or "") if tipo.startswith("oficio_") else "",
            _clases(tipo, datos),
        )

    def _otro(self, asiento: Mapping[str, Any]) -> str:
        return f"dejó un asiento de «{asiento['tipo'].replace('_', ' ')}»"

    def _apertura(self, asiento: Mapping[str, Any]) -> str:
        datos = asiento["datos"]
        de = f", que pidió {datos['padre']}" if datos.get("padre") else ""
        return f"abrió el expediente{de}. {self._abre(datos)}".strip()

    def _decision(self, asiento: Mapping[str, Any]) -> str:
        datos = asiento["datos"]
        actividad = self.tabla.fila(datos["actividad"])
        numero = f" {actividad.numero_impreso}" if actividad.numero_impreso else ""
        cual = f"la actividad{numero}, «{recorte(actividad.accion, 120)}»"
        if sub := datos.get("subexpediente"):
            final = texto_final(datos.get("desenlace") or "FIN")
            return f"cerró {cual}: concluyó {sub}{f' ({final})' if final else ''}. {self._abre(datos)}"
        salida = self._salida(datos)
        vez = f" por {datos['vuelta']}.ª vez" if datos["vuelta"] > 1 else ""
        hizo = f"respondió «{salida}» a {cual}" if salida else f"atendió {cual}"
        por = f", en nombre {de(datos['en_nombre_de'])}" if datos.get("en_nombre_de") else ""
        return f"{hizo}{vez}{por}. {self._abre(datos)}".strip()

    def _subcancelacion(self, asiento: Mapping[str, Any]) -> str:
        return f"avisó que se canceló {asiento['datos']['subexpediente']}; {self._turno(asiento)} se responde a mano"

    def _cierre_espera(self, asiento: Mapping[str, Any]) -> str:
        datos = asiento["datos"]
        return f"cerró la espera de la {rotulo(self.tabla, datos['actividad'])}. {self._abre(datos)}"

    def _abre(self, datos: Mapping[str, Any]) -> str:
        abiertas = [f"la {self._con_unidades(c, unidades)}" for c, unidades in datos.get("abre", {}).items()]
        sigue = f"{'Sigue' if len(abiertas) == 1 else 'Siguen'} {enumera(abiertas)}." if abiertas else ""
        return f"{sigue} {historia_plazos.empiezan(datos)}".strip()

    def _con_unidades(self, clave: str, unidades: Sequence[str]) -> str:
        if clave not in self.tabla or len(unidades) != 1 or unidades[0] == self.tabla[clave].unidad:
            cuantas = f", en {len(unidades)} unidades" if len(unidades) > 1 else ""
            return f"{rotulo(self.tabla, clave)}{cuantas}"
        return f"{self.tabla[clave].numero_impreso or recorte(self.tabla[clave].accion)}, {unidades[0]}"

    def _salida(self, datos: Mapping[str, Any]) -> str:
        return "" if datos["salida"] == SIGUE else texto_salida(datos["salida"])

    def _capturado(self, asiento: Mapping[str, Any]) -> list[tuple[str, str]]:
        datos = asiento["datos"]
        modelo: type[Formulario] | None = self.tabla.datos if asiento["tipo"] == "apertura" else None
        if asiento["tipo"] == "decision":
            modelo = self.tabla.fila(datos["actividad"]).formulario
        campos = modelo.model_fields if modelo else {}
        return [
            (campos[n].title or n if n in campos else n, _valor(v))
            for n, v in datos.get("datos", {}).items()
            if v not in (None, "") and n != "tope_vueltas"
        ]

    def _turno(self, asiento: Mapping[str, Any]) -> str:
        _, actividad, unidad, _ = asiento["datos"]["turno"].split(".")
        fila = self.tabla.fila(actividad)
        numero = fila.numero_impreso or recorte(fila.accion)
        return f"la {numero} de {unidad}"

    def _quien(self, actor: str) -> str:
        return self._nombre(int(actor.removeprefix(PERSONA))) if actor.startswith(PERSONA) else "El sistema"

    def _nombre(self, persona: int) -> str:
        return self.nombres.get(persona, "Una persona dada de baja")


def _hijos(asiento: Mapping[str, Any]) -> str:
    """Qué fue de los expedientes que éste abrió, al suspenderlo o reanudarlo."""
    datos, igual = asiento["datos"], {"suspension": "siguen su curso", "reanudacion": "siguen suspendidos"}
    if hijos := datos.get("hijos"):
        return f"También {enumera(hijos)}."
    if "hijos_siguen" not in datos:
        return ""
    cuales = enumera(datos["hijos_siguen"]) if datos["hijos_siguen"] else "Los expedientes que abra"
    return f"{cuales} {igual[asiento['tipo']]}."


def _dia(hecho: HechoContado) -> date:
    return reloj.local(datetime.fromisoformat(hecho.fecha)).date()


def _clases(tipo: str, datos: Mapping[str, Any]) -> tuple[str, ...]:
    suyas = {
        "decisiones": tipo in _DECIDEN,
        "oficios": tipo.startswith("oficio_"),
        "plazos": tipo in _MUEVEN_PLAZOS or bool(datos.get("plazos")),
    }
    return tuple(clase for clase, es in suyas.items() if es)


def _valor(valor: object) -> str:
    if isinstance(valor, bool):
        return "Sí" if valor else "No"
    return texto_salida(valor) if isinstance(valor, str) and valor.islower() and "_" in valor else str(valor)


def capturado(tabla: Tabla, datos: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Lo que se sabe del expediente: lo último capturado de cada dato, con el título de su campo.

    Sin lo que responde cada unidad de un abanico: ahí no hay un último, hay uno por unidad.
    """
    titulos = _titulos(tabla)
    return [
        (titulos[n], _valor(v))
        for n, v in datos.items()
        if n in titulos and v not in (None, "") and n != "tope_vueltas"
    ]


def _titulos(tabla: Tabla) -> dict[str, str]:
    """El título de cada dato del expediente, por su nombre."""
    formularios = [act.formulario for act in tabla.actividades if act.formulario and not act.por_cada]
    return {
        nombre: campo.title or nombre
        for modelo in (tabla.datos, *formularios)
        for nombre, campo in modelo.model_fields.items()
    }
