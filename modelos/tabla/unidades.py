"""Las unidades que nombran los documentos y cómo se agrupan (dominio 01 y 07 §7.2).

Puro: de aquí salen el vocabulario de las tablas y la siembra del catálogo.
`Unidad` es lo que imprime una tabla de actividades; casi todas existen una sola
vez y su clave es la sigla. `CAST` y `CE` nombran un *tipo*: en cada expediente
hay que decir cuál. `USUARIO` y `JDE` no entran al sistema; otra unidad captura por ellos.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Unidad(StrEnum):
    """Sigla con que una tabla de actividades nombra a quien ejecuta el paso."""

    JD = "JD"
    DG = "DG"
    SSI = "SSI"
    DSTC = "DSTC"
    CST = "CST"
    CSC = "CSC"
    SESC = "SESC"
    JDCESC = "JDCESC"
    DVS = "DVS"
    DCTA = "DCTA"
    DCAJ = "DCAJ"
    SA = "SA"
    DAF = "DAF"
    DIA = "DIA"
    SPDI_DPP = "SPDI-DPP"
    UEIA = "UEIA"
    DMAC = "DMAC"
    COMERI = "COMERI"
    DSE = "DSE"
    CE = "CE"
    CAST = "CAST"
    USUARIO = "USUARIO"
    JDE = "JDE"


class TipoUnidad(StrEnum):
    """Nivel de una unidad concreta del catálogo."""

    NACIONAL = "nacional"
    ESTATAL = "estatal"
    CAST = "cast"


TIPO_DE_GRUPO = {Unidad.CAST: TipoUnidad.CAST, Unidad.CE: TipoUnidad.ESTATAL}
"""Siglas que no son una unidad sino un tipo: hay que resolver cuáles."""
SIN_CUENTA = frozenset({Unidad.USUARIO, Unidad.JDE})
"""No entran al sistema ni están en el catálogo: quien usa el servicio y la Junta Directiva de cada Colegio Estatal."""


@dataclass(frozen=True)
class FichaUnidad:
    """Una unidad del catálogo inicial; `por_confirmar`: su nombre sigue un patrón, no una fuente."""

    clave: str
    nombre: str
    tipo: TipoUnidad
    depende_de: str | None = None
    entidad: str | None = None
    por_confirmar: bool = False


def _nacional(sigla: Unidad, nombre: str, depende_de: Unidad | None = None) -> FichaUnidad:
    return FichaUnidad(sigla.value, nombre, TipoUnidad.NACIONAL, depende_de.value if depende_de else None)


U = Unidad
NACIONALES = (
    _nacional(U.JD, "H. Junta Directiva del CONALEP"),
    _nacional(U.DG, "Dirección General del CONALEP", U.JD),
    _nacional(U.SSI, "Secretaría de Servicios Institucionales", U.DG),
    _nacional(U.DSTC, "Dirección de Servicios Tecnológicos y de Capacitación", U.SSI),
    _nacional(U.CST, "Coordinación de Servicios Tecnológicos", U.DSTC),
    _nacional(U.CSC, "Coordinación de Servicios de Capacitación", U.DSTC),
    _nacional(U.SESC, "Subcoordinación de Estrategias de los Servicios de Capacitación", U.CSC),
    _nacional(U.JDCESC, "Jefatura de Departamento de Control Estadístico de los Servicios de Capacitación", U.SESC),
    _nacional(U.DVS, "Dirección de Vinculación Social", U.SSI),
    _nacional(U.DCTA, "Dirección Corporativa de Tecnologías Aplicadas", U.DG),
    _nacional(U.DCAJ, "Dirección Corporativa de Asuntos Jurídicos", U.DG),
    _nacional(U.SA, "Secretaría de Administración", U.DG),
    _nacional(U.DAF, "Dirección de Administración Financiera", U.SA),
    _nacional(U.DIA, "Dirección de Infraestructura y Adquisiciones", U.SA),
    _nacional(
        U.SPDI_DPP,
        "Secretaría de Planeación y Desarrollo Institucional – Dirección de Planeación y Programación",
        U.DG,
    ),
    _nacional(U.UEIA, "Unidad de Estudios e Intercambio Académico", U.DG),
    _nacional(U.DMAC, "Dirección de Modernización Administrativa y Calidad"),
    _nacional(U.COMERI, "Comité de Mejora Regulatoria Interna"),
    _nacional(U.DSE, "Dirección de Servicios Educativos"),
)
"""Oficinas nacionales (dominio 01 §1.1)."""

_CONFIRMADAS = [
    "BCN",
    "CAM",
    "COA",
    "COL",
    "CHP",
    "CHH",
    "GUA",
    "GRO",
    "HID",
    "JAL",
    "MEX",
    "MIC",
    "NAY",
    "NLE",
    "PUE",
    "ROO",
    "SLP",
    "SON",
    "TLA",
    "VER",
    "YUC",
    "ZAC",
]
_ENTIDADES = (
    ("01", "AGU", "Aguascalientes"),
    ("02", "BCN", "Baja California"),
    ("03", "BCS", "Baja California Sur"),
    ("04", "CAM", "Campeche"),
    ("05", "COA", "Coahuila"),
    ("06", "COL", "Colima"),
    ("07", "CHP", "Chiapas"),
    ("08", "CHH", "Chihuahua"),
    ("09", "CMX", "Ciudad de México"),
    ("10", "DUR", "Durango"),
    ("11", "GUA", "Guanajuato"),
    ("12", "GRO", "Guerrero"),
    ("13", "HID", "Hidalgo"),
    ("14", "JAL", "Jalisco"),
    ("15", "MEX", "México"),
    ("16", "MIC", "Michoacán"),
    ("17", "MOR", "Morelos"),
    ("18", "NAY", "Nayarit"),
    ("19", "NLE", "Nuevo León"),
    ("20", "OAX", "Oaxaca"),
    ("21", "PUE", "Puebla"),
    ("22", "QUE", "Querétaro"),
    ("23", "ROO", "Quintana Roo"),
    ("24", "SLP", "San Luis Potosí"),
    ("25", "SIN", "Sinaloa"),
    ("26", "SON", "Sonora"),
    ("27", "TAB", "Tabasco"),
    ("28", "TAM", "Tamaulipas"),
    ("29", "TLA", "Tlaxcala"),
    ("30", "VER", "Veracruz"),
    ("31", "YUC", "Yucatán"),
    ("32", "ZAC", "Zacatecas"),
)
ENTIDADES = {f"MX-{iso}": nombre for _, iso, nombre in _ENTIDADES}
"""El nombre de cada entidad, por su clave ISO 3166-2."""
_PROPIAS = {
    "09": ("UODCDMX", "Unidad de Operación Desconcentrada para la Ciudad de México"),
    "20": ("RCEO", "Representación del CONALEP en el Estado de Oaxaca"),
}


def _estatal(inegi: str, iso: str, entidad: str) -> FichaUnidad:
    """Las dos unidades desconcentradas dependen de la DG; los 30 CE, de su propia junta (dominio 01 §1.2)."""
    if inegi in _PROPIAS:
        clave, nombre = _PROPIAS[inegi]
        return FichaUnidad(clave, nombre, TipoUnidad.ESTATAL, U.DG.value, f"MX-{iso}")
    nombre = f"Colegio de Educación Profesional Técnica del Estado de {entidad}"
    return FichaUnidad(
        f"CE-{inegi}", nombre, TipoUnidad.ESTATAL, None, f"MX-{iso}", por_confirmar=iso not in _CONFIRMADAS
    )


HUSOS = {
    "MX-BCN": "America/Tijuana",
    "MX-BCS": "America/Mazatlan",
    "MX-NAY": "America/Mazatlan",
    "MX-ROO": "America/Cancun",
    "MX-SIN": "America/Mazatlan",
    "MX-SON": "America/Hermosillo",
}
"""Entidades sin la hora del centro (dominio 03 §3.2-6, de memoria); la franja de Ciudad Juárez no es entidad."""

ESTATALES = tuple(_estatal(*entidad) for entidad in _ENTIDADES)
"""Las 32 unidades estatales: 30 CE con clave INEGI, UODCDMX y RCEO (dominio 07 §7.2)."""

_ESTATALES = frozenset(ficha.clave for ficha in ESTATALES)


def es_estatal(clave: str) -> bool:
    """Si es una de las 32 unidades estatales."""
    return clave in _ESTATALES
