"""¿Las unidades son las del dominio? 32 estatales (§7.2), las nacionales (§1.1) y de quién depende cada una."""

from __future__ import annotations

import pytest

from modelos.tabla.unidades import ESTATALES, NACIONALES, SIN_CUENTA, TIPO_DE_GRUPO, FichaUnidad, TipoUnidad, Unidad

TODAS = (*NACIONALES, *ESTATALES)
POR_CLAVE = {ficha.clave: ficha for ficha in TODAS}

ISO = [
    *("AGU", "BCN", "BCS", "CAM", "COA", "COL", "CHP", "CHH"),
    *("CMX", "DUR", "GUA", "GRO", "HID", "JAL", "MEX", "MIC"),
    *("MOR", "NAY", "NLE", "OAX", "PUE", "QUE", "ROO", "SLP"),
    *("SIN", "SON", "TAB", "TAM", "TLA", "VER", "YUC", "ZAC"),
]
"""Códigos en el orden de su clave INEGI, de la 01 a la 32 (dominio 07 §7.2)."""

POR_PATRON = {"AGU", "BCS", "DUR", "MOR", "QUE", "SIN", "TAB", "TAM"}
"""Los que la ficha marca P: su nombre sigue el patrón y nadie lo ha visto escrito."""

DEPENDENCIAS = {
    "DG": "JD",
    "SSI": "DG",
    "DSTC": "SSI",
    "CST": "DSTC",
    "CSC": "DSTC",
    "SESC": "CSC",
    "JDCESC": "SESC",
    "DVS": "SSI",
    "DCTA": "DG",
    "DCAJ": "DG",
    "SA": "DG",
    "DAF": "SA",
    "DIA": "SA",
    "SPDI-DPP": "DG",
    "UEIA": "DG",
}
"""Dominio 01 §1.1; de JD, DMAC, COMERI y DSE la fuente no dice de quién dependen."""


def _esperada(inegi: int, iso: str) -> str:
    return {"CMX": "UODCDMX", "OAX": "RCEO"}.get(iso, f"CE-{inegi:02d}")


def test_son_32_unidades_estatales_y_30_son_colegios() -> None:
    assert len(ESTATALES) == 32
    assert sum(ficha.clave.startswith("CE-") for ficha in ESTATALES) == 30
    assert {ficha.clave for ficha in ESTATALES if not ficha.clave.startswith("CE-")} == {"UODCDMX", "RCEO"}


def test_cada_una_lleva_su_clave_inegi_y_su_entidad() -> None:
    esperadas = [(_esperada(inegi, iso), f"MX-{iso}") for inegi, iso in enumerate(ISO, start=1)]
    assert [(ficha.clave, ficha.entidad) for ficha in ESTATALES] == esperadas


def test_ninguna_clave_se_repite_en_todo_el_catalogo() -> None:
    assert len(POR_CLAVE) == len(TODAS)
    assert len({ficha.nombre for ficha in TODAS}) == len(TODAS)
    assert len({ficha.entidad for ficha in ESTATALES}) == 32


def test_los_nombres_por_patron_se_dicen_por_confirmar() -> None:
    por_confirmar = {(ficha.entidad or "").removeprefix("MX-") for ficha in TODAS if ficha.por_confirmar}
    assert por_confirmar == POR_PATRON


@pytest.mark.parametrize(
    ("clave", "nombre"),
    [
        ("CE-15", "Colegio de Educación Profesional Técnica del Estado de México"),
        ("CE-24", "Colegio de Educación Profesional Técnica del Estado de San Luis Potosí"),
        ("UODCDMX", "Unidad de Operación Desconcentrada para la Ciudad de México"),
        ("RCEO", "Representación del CONALEP en el Estado de Oaxaca"),
        ("DSTC", "Dirección de Servicios Tecnológicos y de Capacitación"),
        ("DCTA", "Dirección Corporativa de Tecnologías Aplicadas"),
    ],
)
def test_el_nombre_es_el_de_la_fuente(clave: str, nombre: str) -> None:
    assert POR_CLAVE[clave].nombre == nombre


@pytest.mark.parametrize("ficha", TODAS, ids=lambda ficha: ficha.clave)
def test_la_unidad_de_que_depende_existe_y_no_hay_ciclos(ficha: FichaUnidad) -> None:
    superior, camino = ficha.depende_de, [ficha.clave]
    while superior is not None:
        assert superior in POR_CLAVE
        assert superior not in camino, f"{ficha.clave} depende de sí misma: {camino}"
        camino.append(superior)
        superior = POR_CLAVE[superior].depende_de


def test_las_nacionales_dependen_de_quien_dice_la_fuente() -> None:
    assert {f.clave: f.depende_de for f in NACIONALES if f.depende_de} == DEPENDENCIAS


def test_solo_las_dos_desconcentradas_dependen_de_la_direccion_general() -> None:
    assert {f.clave: f.depende_de for f in ESTATALES if f.depende_de} == {"UODCDMX": "DG", "RCEO": "DG"}


def test_cada_ficha_es_del_nivel_de_su_lista() -> None:
    assert {ficha.tipo for ficha in NACIONALES} == {TipoUnidad.NACIONAL}
    assert {ficha.tipo for ficha in ESTATALES} == {TipoUnidad.ESTATAL}
    assert not any(ficha.entidad for ficha in NACIONALES)


def test_toda_sigla_de_las_tablas_es_una_oficina_un_grupo_o_no_tiene_cuenta() -> None:
    oficinas = {ficha.clave for ficha in NACIONALES}
    assert {unidad.value for unidad in Unidad} - oficinas == {"CE", "CAST", "USUARIO", "JDE"}
    assert {"USUARIO", "JDE"} == SIN_CUENTA
    assert oficinas <= {unidad.value for unidad in Unidad}
    assert {Unidad.CAST: TipoUnidad.CAST, Unidad.CE: TipoUnidad.ESTATAL} == TIPO_DE_GRUPO
