"""Días institucionales como los escribe una persona: de un archivo o de un formulario, a tramos.

Puro: no sabe qué entidades ni centros hay, ni qué está ya publicado; eso lo revisa quien los propone.
Todas las faltas salen a la vez, cada una con su renglón, y no entra nada a medias.
"""

from __future__ import annotations

import csv
import io
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from modelos import fechas
from modelos.calendario import Ambito, DiasInstitucionales, TipoDia
from modelos.calendario.errores import DiasInstitucionalesInvalidos
from modelos.errores import ArchivoDemasiadoGrande, ArchivoRechazado, FormularioIncompleto
from modelos.escritura import descifrar, estorbo, limpiar_texto, sin_estorbos
from modelos.fechas import COMO_FECHA

MAXIMO_BYTES = 256 * 1024
MAXIMO_RENGLONES = 500
MAXIMO_FALTAS = 50
LARGOS = {"motivo": 300, "fuente": 300, "lugar": 40}


@dataclass(frozen=True)
class Escrito:
    """Un tramo como se escribió. donde: lo que antecede al campo al decir sus faltas («renglón 3, », «dias.0.»).

    roto: por qué no se pudo separar en campos, si no se pudo.
    """

    donde: str = ""
    inicio: str = ""
    fin: str = ""
    tipo: str = ""
    ambito: str = ""
    lugar: str = ""
    motivo: str = ""
    fuente: str = ""
    publicado_dof: str = ""
    roto: str = ""

    def falta(self, campo: str) -> str:
        """La clave con que se dice una falta de ese campo; sin campo, la del renglón entero."""
        return self.donde + campo if campo else self.donde.rstrip(", .")


COLUMNAS = tuple(campo.name for campo in fields(Escrito) if campo.name not in ("donde", "roto"))
"""La cabecera del CSV y las claves de cada `[[dias]]` del TOML; `lugar` y `publicado_dof` pueden ir vacías."""
_OPCIONALES = ("lugar", "publicado_dof")
_DE_FECHA = ("inicio", "fin", "publicado_dof")
ROTULOS = {
    TipoDia.VACACIONES.value: "Vacaciones generales",
    TipoDia.SUSPENSION.value: "Suspensión de labores",
    TipoDia.FUERZA_MAYOR.value: "Fuerza mayor",
    TipoDia.HABILITADO.value: "Día habilitado",
}
"""Cómo se nombra cada tipo; en un archivo también se acepta así."""
TODO_EL_PAIS = "Todo el país"


def leer(nombre: str, contenido: bytes) -> list[Escrito]:
    """Los tramos de un archivo TOML o CSV, en su orden y sin interpretar.

    Lanza:
        ArchivoDemasiadoGrande: pasa de `MAXIMO_BYTES` o de `MAXIMO_RENGLONES`.
        ArchivoRechazado: no es de ese formato, o no es texto (`modelos.escritura.descifrar`).
    """
    if len(contenido) > MAXIMO_BYTES:
        raise ArchivoDemasiadoGrande(nombre, f"pasa de {MAXIMO_BYTES // 1024} KB; divídalo en varios")
    texto = descifrar(contenido)
    if texto is None:
        raise ArchivoRechazado(nombre, "no es texto; guárdelo como CSV o como TOML")
    lector = {"csv": _de_csv, "toml": _de_toml}.get(nombre.rpartition(".")[2].lower())
    if lector is None:
        raise ArchivoRechazado(nombre, "su nombre debe terminar en .csv o .toml")
    escritos = lector(nombre, sin_estorbos(texto))
    if not escritos:
        raise ArchivoRechazado(nombre, "no trae ningún día")
    return escritos


def entender(
    escritos: Iterable[Escrito], hoy: date
) -> tuple[list[tuple[Escrito, DiasInstitucionales]], dict[str, str]]:
    """Los que se entienden, cada uno con su tramo y en su orden, y las faltas de todos los demás.

    hoy: un acuerdo no puede haber salido en el DOF después.
    """
    buenos: list[tuple[Escrito, DiasInstitucionales]] = []
    faltas: dict[str, str] = {}
    for escrito in escritos:
        suyas = _faltas(escrito, hoy)
        if not suyas:
            try:
                buenos.append((escrito, _tramo(escrito)))
            except DiasInstitucionalesInvalidos as error:
                campo = "lugar" if error.motivo.startswith("el ámbito") else "fin"
                suyas = {campo: f"{error.motivo}. {error.que_hacer.rstrip('.')}"}
        faltas |= {escrito.falta(campo): motivo for campo, motivo in suyas.items()}
    return buenos, faltas


def exigir(faltas: Mapping[str, str]) -> None:
    """Lanza FormularioIncompleto si hay faltas; si son muchas, las primeras y cuántas más."""
    if not faltas:
        return
    primeras = dict(list(faltas.items())[:MAXIMO_FALTAS])
    if sobran := len(faltas) - len(primeras):
        primeras["y además"] = f"hay {sobran} faltas más; corrija éstas y vuelva a cargar"
    raise FormularioIncompleto(primeras)


def _faltas(escrito: Escrito, hoy: date) -> dict[str, str]:
    if escrito.roto:
        return {"": escrito.roto}
    faltas = {campo: falta for campo in COLUMNAS if (falta := _falta(campo, getattr(escrito, campo)))}
    for campo, clase in (("tipo", TipoDia), ("ambito", Ambito)):
        if campo not in faltas and getattr(escrito, campo) not in set(clase):
            faltas[campo] = f"debe ser uno de: {', '.join(clase)}"
    publicado = _fecha(escrito.publicado_dof) if "publicado_dof" not in faltas else None
    if publicado and publicado > hoy:
        faltas["publicado_dof"] = "no puede ser posterior a hoy; si aún no sale en el DOF, déjelo vacío"
    return faltas


def _falta(campo: str, valor: str) -> str:
    """Lo que una celda tiene de malo, sin mirar las demás; vacío si nada."""
    largo = LARGOS.get(campo, 40)
    if falta := estorbo(sin_estorbos(valor)):
        return falta
    if not valor and campo not in _OPCIONALES:
        return "es obligatorio"
    if len(valor) > largo:
        return f"es demasiado largo (máximo {largo} caracteres)"
    if campo in _DE_FECHA and valor and _fecha(valor) is None:
        return COMO_FECHA
    return ""


def _tramo(escrito: Escrito) -> DiasInstitucionales:
    inicio, fin = _fecha(escrito.inicio), _fecha(escrito.fin)
    assert inicio is not None  # noqa: S101 - `_faltas` ya rechazó lo que no es fecha
    assert fin is not None  # noqa: S101 - ídem
    return DiasInstitucionales(
        inicio,
        fin,
        TipoDia(escrito.tipo),
        limpiar_texto("motivo", escrito.motivo),
        limpiar_texto("fuente", escrito.fuente),
        Ambito(escrito.ambito),
        limpiar_texto("lugar", escrito.lugar),
        _fecha(escrito.publicado_dof),
    )


def _fecha(texto: str) -> date | None:
    """La fecha escrita; None si no lo es."""
    try:
        return fechas.leer(texto)
    except ValueError:
        return None


# --- formatos ------------------------------------------------------------------


def _de_csv(nombre: str, texto: str) -> list[Escrito]:
    cabecera = texto.partition("\n")[0]
    # Según el país, la hoja de cálculo separa con punto y coma.
    separador = ";" if ";" in cabecera and "," not in cabecera else ","
    lector = csv.reader(io.StringIO(texto, newline=""), delimiter=separador, strict=True)
    escritos: list[Escrito] = []
    try:
        columnas = [c.strip().lower() for c in next(lector, [])]
        _exigir_columnas(nombre, columnas, "su primer renglón debe ser")
        for celdas in lector:
            if any(celda.strip() for celda in celdas):
                escritos.append(_de_renglon(f"renglón {lector.line_num}, ", columnas, celdas, separador))
                _exigir_cupo(nombre, escritos)
    except csv.Error as error:
        raise ArchivoRechazado(nombre, f"no es CSV: el renglón {lector.line_num} no se entiende") from error
    return escritos


def _de_renglon(donde: str, columnas: Sequence[str], celdas: Sequence[str], separador: str) -> Escrito:
    if len(celdas) != len(columnas):
        trae = f"trae {len(celdas)} {'columna' if len(celdas) == 1 else 'columnas'} y son {len(columnas)}"
        return Escrito(donde, roto=f"{trae}; ponga entre comillas lo que lleve «{separador}»")
    return _escrito(donde, {c: v.strip() for c, v in zip(columnas, celdas, strict=True)})


def _de_toml(nombre: str, texto: str) -> list[Escrito]:
    try:
        crudo = tomllib.loads(texto)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise ArchivoRechazado(nombre, f"no es TOML ({error})") from error
    dias = crudo.get("dias")
    if set(crudo) != {"dias"} or not isinstance(dias, list) or not all(isinstance(d, dict) for d in dias):
        raise ArchivoRechazado(nombre, "debe llevar sólo secciones [[dias]], una por tramo")
    _exigir_cupo(nombre, dias)
    escritos: list[Escrito] = []
    for i, dia in enumerate(dias, start=1):
        _exigir_columnas(nombre, [*dia, *(c for c in _OPCIONALES if c not in dia)], f"la sección [[dias]] {i} lleva")
        escritos.append(_escrito(f"día {i}, ", {c: _texto(v) for c, v in dia.items()}))
    return escritos


def _escrito(donde: str, valores: dict[str, str]) -> Escrito:
    """El tramo, con las claves en lugar de los rótulos que muestra el formulario."""
    valores["tipo"] = _CLAVES.get(_plegado(valores["tipo"]), valores["tipo"])
    valores["ambito"] = _CLAVES.get(_plegado(valores["ambito"]), valores["ambito"])
    return Escrito(donde, **valores)


def _plegado(texto: str) -> str:
    """Sin acentos, mayúsculas ni espacios de más."""
    sueltas = unicodedata.normalize("NFD", " ".join(texto.split()).casefold())
    return "".join(letra for letra in sueltas if not unicodedata.combining(letra))


_CLAVES = {
    **{_plegado(rotulo): clave for clave, rotulo in ROTULOS.items()},
    _plegado(TODO_EL_PAIS): Ambito.NACIONAL.value,
    **{clave.value: clave.value for clave in (*TipoDia, *Ambito)},
}


def _exigir_columnas(nombre: str, columnas: Sequence[str], donde: str) -> None:
    if sorted(columnas) != sorted(COLUMNAS):
        raise ArchivoRechazado(nombre, f"{donde} {','.join(COLUMNAS)}")


def _exigir_cupo(nombre: str, escritos: Sequence[object]) -> None:
    if len(escritos) > MAXIMO_RENGLONES:
        raise ArchivoDemasiadoGrande(nombre, f"trae más de {MAXIMO_RENGLONES} renglones; divídalo en varios")


def _texto(valor: object) -> str:
    """Una fecha de TOML, como se escribe; lo demás, tal cual."""
    return valor.isoformat() if isinstance(valor, date) else str(valor).strip()
