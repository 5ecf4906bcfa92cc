"""¿Se entiende lo que alguien escribió en un archivo de días, y se dice todo lo que está mal?"""

from __future__ import annotations

from datetime import date

import pytest

from modelos.calendario import Ambito, TipoDia
from modelos.dias.archivo import (
    COLUMNAS,
    MAXIMO_BYTES,
    MAXIMO_FALTAS,
    MAXIMO_RENGLONES,
    Escrito,
    entender,
    exigir,
    leer,
)
from modelos.errores import ArchivoDemasiadoGrande, ArchivoRechazado, FormularioIncompleto

HOY = date(2026, 9, 10)
CABECERA = ",".join(COLUMNAS)
RENGLON = '2026-12-21,2027-01-01,vacaciones_generales,nacional,,"Invierno, general",Acuerdo 1,2026-09-01'
CSV = f"{CABECERA}\n{RENGLON}\n"
TOML = """
[[dias]]
inicio = 2026-12-21
fin = "2027-01-01"
tipo = "vacaciones_generales"
ambito = "nacional"
motivo = "Invierno, general"
fuente = "Acuerdo 1"
publicado_dof = 2026-09-01
"""


@pytest.mark.parametrize(
    ("nombre", "contenido"),
    [
        pytest.param("dias.csv", CSV.encode(), id="csv"),
        pytest.param("DIAS.CSV", CSV.encode("utf-8-sig"), id="con-bom"),
        pytest.param("dias.csv", CSV.replace("\n", "\r\n").encode(), id="renglones-de-windows"),
        pytest.param(
            "dias.csv",
            CSV.replace('"Invierno, general"', "«»").replace(",", ";").replace("«»", "Invierno, general").encode(),
            id="punto-y-coma",
        ),
        pytest.param("dias.csv", CSV.replace("2026-12-21", "21/12/2026").encode(), id="fecha-de-hoja-de-calculo"),
        pytest.param("dias.csv", CSV.encode("utf-16"), id="texto-unicode-de-excel"),
        pytest.param(
            "dias.csv", CSV.replace("Invierno, ", "\ufeffInvier\u00adno,\u00a0").encode(), id="pegado-de-word"
        ),
        pytest.param("dias.csv", (CSV + "\n ,,,,,,,\n").encode(), id="renglones-vacios"),
        pytest.param("dias.toml", TOML.encode(), id="toml"),
    ],
)
def test_se_entiende_lo_bien_escrito(nombre: str, contenido: bytes) -> None:
    [(_, tramo)], faltas = entender(leer(nombre, contenido), HOY)
    assert not faltas
    assert (tramo.inicio, tramo.fin) == (date(2026, 12, 21), date(2027, 1, 1))
    assert (tramo.tipo, tramo.ambito, tramo.lugar) == (TipoDia.VACACIONES, Ambito.NACIONAL, "")
    assert (tramo.motivo, tramo.fuente) == ("Invierno, general", "Acuerdo 1")
    assert tramo.publicado_dof == date(2026, 9, 1)
    assert not tramo.sustento_pendiente


def test_el_de_windows_se_lee_con_sus_acentos() -> None:
    [(_, tramo)], faltas = entender(leer("dias.csv", CSV.replace("Invierno", "Año «nuevo»").encode("cp1252")), HOY)
    assert not faltas
    assert tramo.motivo == "Año «nuevo», general"


@pytest.mark.parametrize(
    ("nombre", "contenido", "dice"),
    [
        pytest.param("dias.csv", CSV.encode() + b"\x00", "no es texto", id="con-nulos"),
        pytest.param("dias.csv", b"PK\x03\x04\x81\x8d", "no es texto", id="un-zip"),
        pytest.param("dias.xlsx", CSV.encode(), "debe terminar en .csv o .toml", id="hoja-de-calculo"),
        pytest.param("dias", CSV.encode(), "debe terminar en .csv o .toml", id="sin-extension"),
        pytest.param("dias.csv", b"", "primer renglón", id="vacio"),
        pytest.param("dias.csv", f"{CABECERA}\n".encode(), "no trae ningún día", id="sólo-cabecera"),
        pytest.param(
            "dias.csv", b"inicio,fin\n2026-12-21,2026-12-22\n", "primer renglón debe ser inicio", id="cabecera"
        ),
        pytest.param("dias.csv", f'{CABECERA}\n"2026-12-21,x\n'.encode(), "no es CSV", id="comillas-sin-cerrar"),
        pytest.param("dias.toml", b"[[dias", "no es TOML", id="toml-roto"),
        pytest.param("dias.toml", b"a" * 10 + b"=" + b"[" * 60_000, "no es TOML", id="toml-hondo"),
        pytest.param("dias.toml", b'dias = "x"', "[[dias]]", id="toml-de-otra-cosa"),
        pytest.param("dias.toml", b"[[dias]]\nasueto = 1", "lleva inicio,fin", id="toml-columna-ajena"),
    ],
)
def test_un_archivo_que_no_es_se_rechaza_y_dice_que_hacer(nombre: str, contenido: bytes, dice: str) -> None:
    with pytest.raises(ArchivoRechazado) as error:
        leer(nombre, contenido)
    assert dice in str(error.value)


@pytest.mark.parametrize(
    "contenido",
    [
        pytest.param(b"x" * (MAXIMO_BYTES + 1), id="bytes"),
        pytest.param((CABECERA + "\n" + "a,b,c,d,e,f,g,h\n" * (MAXIMO_RENGLONES + 1)).encode(), id="renglones"),
    ],
)
def test_un_archivo_enorme_no_se_lee(contenido: bytes) -> None:
    with pytest.raises(ArchivoDemasiadoGrande):
        leer("dias.csv", contenido)
    with pytest.raises(ArchivoDemasiadoGrande):
        leer("dias.toml", b"[[dias]]\n" * (MAXIMO_BYTES // 9 + 1))


@pytest.mark.parametrize(
    ("cambio", "campo", "dice"),
    [
        ({"inicio": "2026-02-30"}, "inicio", "fecha que exista"),
        ({"inicio": "20261221"}, "inicio", "fecha que exista"),
        ({"inicio": "2026-W52-1"}, "inicio", "fecha que exista"),
        ({"inicio": ""}, "inicio", "es obligatorio"),
        ({"inicio": "2027-06-01"}, "fin", "va hacia atrás"),
        ({"fin": "2028-12-31"}, "fin", "pasa de un año"),
        ({"tipo": "asueto"}, "tipo", "vacaciones_generales"),
        ({"ambito": "mundial"}, "ambito", "nacional, entidad, centro"),
        ({"lugar": "MX-SON"}, "lugar", "no cuadra"),
        ({"ambito": "entidad"}, "lugar", "no cuadra"),
        ({"fuente": ""}, "fuente", "es obligatorio"),
        ({"motivo": "x" * 301}, "motivo", "demasiado largo"),
        ({"motivo": "a\x07b"}, "motivo", "carácter de control"),
        ({"publicado_dof": "2026-09-11"}, "publicado_dof", "posterior a hoy"),
    ],
)
def test_cada_falta_se_dice_en_su_campo(cambio: dict[str, str], campo: str, dice: str) -> None:
    bueno = dict(zip(COLUMNAS, RENGLON.replace('"Invierno, general"', "Invierno").split(","), strict=True))
    entendidos, faltas = entender([Escrito("renglón 2, ", **{**bueno, **cambio})], HOY)
    assert not entendidos
    assert list(faltas) == [f"renglón 2, {campo}"]
    assert dice in faltas[f"renglón 2, {campo}"]


def test_de_muchas_faltas_se_dicen_las_primeras_y_cuantas_mas() -> None:
    archivo = CABECERA + "\n" + "x,x,x,x,,m,f,\n" * 100
    _, faltas = entender(leer("dias.csv", archivo.encode()), HOY)
    with pytest.raises(FormularioIncompleto) as error:
        exigir(faltas)
    assert len(error.value.campos) == MAXIMO_FALTAS + 1
    assert error.value.campos["y además"].startswith(f"hay {400 - MAXIMO_FALTAS} faltas más")
