"""Los perfiles publicados: de los archivos de cada norma a los cuatro calendarios.

A, B y C salen de un archivo por norma; F, el de por defecto, es la unión de A y C y se
calcula: así no hay cuarta lista que se quede atrás. Los cuatro viajan juntos porque todo
cómputo dice también el vencimiento conservador, que es el menor de ellos.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from modelos.calendario.errores import CalendarioIlegible, CalendarioSinPublicar, PerfilDesconocido
from modelos.calendario.fechas import DIAS, unidos
from modelos.calendario.habiles import CARPETA, Calendario, DiaInhabil
from modelos.calendario.institucionales import DiasInstitucionales, aplicar

DATOS = Path(__file__).parent / "datos"
PERFILES: dict[str, tuple[str, ...]] = {"A": ("lfpa_28",), "B": ("lft_74",), "C": ("calendario_oficial",)}
PERFILES["F"] = PERFILES["A"] + PERFILES["C"]
POR_DEFECTO = "F"


@dataclass(frozen=True)
class Norma:
    """Lo que un archivo publica: sus días y los años que cubre; `archivo` es el que hay que editar."""

    archivo: str
    nombre: str
    dias: Mapping[date, DiaInhabil]
    anios: frozenset[int]
    incluye: Norma | None = None

    def falta(self, anio: int) -> str:
        """El archivo donde no está ese año, empezando por el propio; vacío si está en todos."""
        if anio not in self.anios:
            return self.archivo
        return self.incluye.falta(anio) if self.incluye else ""


class Calendarios:
    """Los cuatro perfiles con los mismos días institucionales, y la versión que los identifica.

    version: años publicados y huella de fechas, motivos y fundamentos de todos los perfiles (el
    conservador depende de todos); con días institucionales, `+` y la huella de éstos.
    """

    def __init__(
        self, normas: Mapping[str, Norma], anios: range, institucionales: tuple[DiasInstitucionales, ...] = ()
    ) -> None:
        """Arma los cuatro; `institucionales`: los que aplican a quien recibe, ya filtrados."""
        self.normas, self.anios, self.institucionales = normas, anios, institucionales
        listas = {perfil: _union(normas[norma].dias for norma in de) for perfil, de in PERFILES.items()}
        self.version = f"{anios[0]}-{anios[-1]}.{_huella(listas)}"
        if institucionales:
            self.version += f"+{_huella([dias.esencia() for dias in institucionales])}"
        self._por_perfil: dict[str, Calendario] = {}
        for perfil, lista in listas.items():
            inhabiles, habilitados = aplicar(lista, institucionales)
            archivo = next(filter(None, (normas[n].falta(anios[-1] + 1) for n in PERFILES[perfil])), CARPETA)
            self._por_perfil[perfil] = Calendario(perfil, anios, archivo, inhabiles, habilitados)
        self.todos = tuple(self._por_perfil.values())

    def __getitem__(self, perfil: str) -> Calendario:
        """El calendario de ese perfil. Lanza PerfilDesconocido."""
        try:
            return self._por_perfil[perfil]
        except KeyError:
            raise PerfilDesconocido(perfil, tuple(PERFILES)) from None

    def con(self, dias: Iterable[DiasInstitucionales]) -> Calendarios:
        """Los mismos perfiles con esos días institucionales, y sólo ésos, encima."""
        return _con(self, tuple(sorted(dias, key=DiasInstitucionales.esencia)))

    def exigir(self, anio: int) -> None:
        """Lanza CalendarioSinPublicar, con el archivo por editar, si ese año no está en los cuatro perfiles."""
        if anio not in self.anios:
            falta = next(filter(None, (norma.falta(anio) for norma in self.normas.values())), CARPETA)
            raise CalendarioSinPublicar(anio, falta)


@lru_cache(maxsize=1)
def publicados() -> Calendarios:
    """Los calendarios que trae el sistema, sin días institucionales; se leen una vez por proceso."""
    return cargar()


def cargar(carpeta: Path = DATOS) -> Calendarios:
    """Lee los archivos de una carpeta. Lanza CalendarioIlegible con el archivo y su falta."""
    normas: dict[str, Norma] = {}
    for clave in dict.fromkeys(norma for de in PERFILES.values() for norma in de):
        _leer(clave, carpeta, normas)
    comunes = frozenset.intersection(*(norma.anios for norma in normas.values()))
    if not comunes or max(comunes) - min(comunes) + 1 != len(comunes):
        escritos = ", ".join(map(str, sorted(comunes))) or "ninguno"
        raise CalendarioIlegible(CARPETA, f"los años publicados en todos deben ser seguidos y son {escritos}")
    return Calendarios(normas, range(min(comunes), max(comunes) + 1))


@lru_cache(maxsize=64)
def _con(base: Calendarios, dias: tuple[DiasInstitucionales, ...]) -> Calendarios:
    return Calendarios(base.normas, base.anios, dias)


def _leer(clave: str, carpeta: Path, normas: dict[str, Norma]) -> Norma:
    if clave in normas:
        return normas[clave]
    archivo = f"{CARPETA}/{clave}.toml"
    try:
        datos = tomllib.loads((carpeta / f"{clave}.toml").read_text("utf-8"))
        propios = {dia.fecha: dia for anio, fechas in datos["anios"].items() for dia in _dias(anio, fechas, datos)}
        anios = frozenset(map(int, datos["anios"]))
        nombre, incluye = str(datos["nombre"]), datos.get("incluye")
        por_remision = str(datos["fundamento_incluidos"]) if incluye else ""
    except OSError as falta:
        raise CalendarioIlegible(archivo, "el archivo no se pudo leer") from falta
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as falta:
        raise CalendarioIlegible(archivo, f"no es TOML válido ({falta})") from falta
    except KeyError as falta:
        raise CalendarioIlegible(archivo, f"falta {falta.args[0]}") from falta
    except (ValueError, TypeError, AttributeError) as falta:
        raise CalendarioIlegible(archivo, str(falta)) from falta
    otra = _leer(incluye, carpeta, normas) if incluye else None
    normas[clave] = Norma(archivo, nombre, _union((_remitidos(otra, por_remision), propios)), anios, otra)
    return normas[clave]


def _dias(anio: str, fechas: Mapping[str, str], datos: Mapping[str, Any]) -> Iterable[DiaInhabil]:
    """Los días de una sección `anios.AAAA`; el día de la semana escrito tiene que ser el de la fecha."""
    for clave, escrita in fechas.items():
        semana, _, iso = escrita.partition(" ")
        fecha = date.fromisoformat(iso)
        if DIAS[fecha.weekday()] != semana:
            raise ValueError(f"{clave} dice «{escrita}» y esa fecha es {DIAS[fecha.weekday()]}")
        if fecha.year != int(anio):
            raise ValueError(f"{clave} dice «{escrita}» y está en la sección anios.{anio}")
        m = datos["motivos"][clave]
        if m["verificacion"] not in {"V", "M"}:
            raise ValueError(f"la verificación de {clave} debe ser V o M")
        yield DiaInhabil(fecha, m["motivo"], m["fundamento"], m["fuente"], m["verificacion"])


def _remitidos(norma: Norma | None, fundamento: str) -> dict[date, DiaInhabil]:
    """Los días de otra norma, con el fundamento de la que remite a ella por delante."""
    dias = norma.dias.values() if norma else ()
    return {d.fecha: replace(d, fundamento=unidos(fundamento, d.fundamento)) for d in dias}


def _union(listas: Iterable[Mapping[date, DiaInhabil]]) -> dict[date, DiaInhabil]:
    """Todos los días; el que está en varias listas conserva todos sus motivos y fundamentos."""
    union: dict[date, DiaInhabil] = {}
    for lista in listas:
        for fecha, dia in lista.items():
            ya = union.get(fecha)
            union[fecha] = dia if ya is None else _fundido(ya, dia)
    return dict(sorted(union.items()))


def _fundido(uno: DiaInhabil, otro: DiaInhabil) -> DiaInhabil:
    """Un día en dos listas: basta que una esté vista en su fuente para darlo por visto."""
    return DiaInhabil(
        uno.fecha,
        unidos(uno.motivo, otro.motivo),
        unidos(uno.fundamento, otro.fundamento),
        unidos(uno.fuente, otro.fuente),
        "V" if "V" in {uno.verificacion, otro.verificacion} else "M",
    )


def _huella(datos: object) -> str:
    """Doce dígitos del sha256 del contenido, en orden; no depende de comentarios ni de cómo se escribió."""

    def plano(dato: object) -> object:
        if isinstance(dato, Mapping):
            return [[str(clave), plano(valor)] for clave, valor in dato.items()]
        return [dato.motivo, dato.fundamento] if isinstance(dato, DiaInhabil) else dato

    texto = json.dumps(plano(datos), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(texto.encode()).hexdigest()[:12]
