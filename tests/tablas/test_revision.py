"""¿Una tabla mal hecha se rechaza y dice qué corregir? Una prueba por falta, y todas a la vez."""

from __future__ import annotations

from typing import Any

import pytest

from modelos.tabla import (
    FIN,
    SIGUE,
    Actividad,
    Catalogo,
    ComoSeCita,
    Emision,
    PorCada,
    Ruta,
    Tabla,
    Tipo,
    Unidad,
    a,
    a_unidad,
    devuelve_a,
)
from modelos.tabla.emision import Destino, Hacia
from modelos.tabla.errores import CatalogoInvalido
from modelos.tabla.revision import faltas
from tests.accesorios.tablas.hechura import CABECERA, actividad, poda

SI_NO = {"si": a(FIN), "no": a("1")}
A_CADA = PorCada(Unidad.CAST)


def _bloque(*ramas: Actividad, abre: Ruta, **union: Any) -> tuple[Actividad, ...]:
    """La 1 abre ramas que la U une."""
    return (actividad("1", salidas={SIGUE: abre}), *ramas, actividad("U", **union))


def _faltas(actividades: tuple[Actividad, ...], **cabecera: Any) -> tuple[str, ...]:
    return tuple(faltas(Tabla(**{**CABECERA, "actividades": actividades, **cabecera})))


@pytest.mark.parametrize("campo", ["clave", "nombre", "codigo", "revision", "fundamento"])
def test_a_la_caratula_no_le_falta_nada(campo: str) -> None:
    assert _faltas((actividad("1"),), **{campo: ""}) == (f"le falta {campo}",)


@pytest.mark.parametrize("siglas", ["PO-DA", "PO DA", "_PODA", "PODÁ"])
def test_las_siglas_caben_en_un_folio(siglas: str) -> None:
    assert _faltas((actividad("1"),), siglas=siglas) == ("las siglas sólo llevan letras y números",)


def test_sin_siglas_se_dicen_las_dos_faltas() -> None:
    assert _faltas((actividad("1"),), siglas="") == ("le falta siglas", "las siglas sólo llevan letras y números")


def test_una_tabla_sin_actividades_no_se_publica() -> None:
    assert _faltas(()) == ("no tiene actividades",)


@pytest.mark.parametrize("clave", ["1.2", "1 bis", "á", "", "FIN", "FINAL", "_1"])
def test_la_clave_es_de_letras_y_numeros_y_no_empieza_con_fin(clave: str) -> None:
    esperada = f"la clave «{clave}» sólo puede llevar letras y números, y no empezar con FIN"
    assert esperada in _faltas((actividad("1", clave), actividad(clave)))


FALTAS_DE_FILA = [
    pytest.param(actividad("1", accion=""), "no dice qué se hace", id="sin-accion"),
    pytest.param(
        actividad("1", fundamento=""), "no cita su fundamento ni dice que es inferida", id="sin-fundamento-ni-inferido"
    ),
    pytest.param(actividad("1", salidas={}), "no tiene salidas", id="sin-salidas"),
    pytest.param(actividad("1", salidas={SIGUE: a()}), "tiene la salida «continuar» sin destino", id="sin-destino"),
    pytest.param(actividad("1", "9"), "sale por «continuar» a «9», que no existe", id="destino-inexistente"),
    pytest.param(actividad("1", "FINAL"), "sale por «continuar» a «FINAL», que no existe", id="final-mal-escrito"),
    pytest.param(
        actividad("1", tipo=Tipo.APROBACION), "es una decisión y sólo tiene una salida", id="decision-de-una-salida"
    ),
    pytest.param(
        actividad("1", tipo=Tipo.SUBPROCEDIMIENTO),
        "debe decir qué subprocedimiento abre, y ser de ese tipo",
        id="subprocedimiento-sin-decir-cual",
    ),
    pytest.param(
        actividad("1", subprocedimiento="TALA"),
        "debe decir qué subprocedimiento abre, y ser de ese tipo",
        id="subprocedimiento-de-otro-tipo",
    ),
    pytest.param(
        actividad("1", salidas=SI_NO, tipo=Tipo.SUBPROCEDIMIENTO, subprocedimiento="TALA"),
        "abre un subprocedimiento: su salida tiene que ser única",
        id="subprocedimiento-que-decide",
    ),
    pytest.param(
        actividad("1", unidad=Unidad.USUARIO),
        "es de USUARIO y no dice qué unidad captura por él",
        id="usuario-sin-quien-capture",
    ),
    pytest.param(
        actividad("1", unidad=Unidad.JDE),
        "es de JDE y no dice qué unidad captura por él",
        id="junta-estatal-sin-quien-capture",
    ),
    pytest.param(
        actividad("1", unidad=Unidad.CAST, por_cada=A_CADA, segun="tope_vueltas"),
        "es por cada unidad y también según un dato: sólo puede ser una de las dos",
        id="por-cada-y-segun",
    ),
    pytest.param(
        actividad("1", unidad=Unidad.CAST), "es de CAST y no dice cuál: use por_cada o segun", id="grupo-sin-decir-cual"
    ),
    pytest.param(
        actividad("1", unidad=Unidad.USUARIO, captura=Unidad.CE),
        "es de CE y no dice cuál: use por_cada o segun",
        id="captura-un-grupo-sin-decir-cual",
    ),
    pytest.param(
        actividad("1", segun="cast"),
        "es de quien diga «cast», que nadie captura",
        id="segun-un-dato-que-nadie-captura",
    ),
    pytest.param(
        actividad("1", por_cada=PorCada(Unidad.DSTC)),
        "es de DSTC, que es una sola unidad: no lleva por_cada",
        id="por-cada-de-una-sola-unidad",
    ),
    pytest.param(
        actividad("1", unidad=Unidad.CAST, por_cada=PorCada(Unidad.CE)),
        "reparte a un grupo distinto de su unidad",
        id="reparte-a-otro-grupo",
    ),
    pytest.param(
        actividad("1", unidad=Unidad.CAST, por_cada=A_CADA, salidas=SI_NO),
        "es por cada unidad: su salida tiene que ser única",
        id="abanico-que-decide",
    ),
    pytest.param(
        actividad("1", unidad=Unidad.CAST, por_cada=PorCada(Unidad.CAST, "cuorum")),
        "lleva cuórum y su número, o ninguno de los dos",
        id="cuorum-sin-numero",
    ),
    pytest.param(
        actividad("1", unidad=Unidad.CAST, por_cada=PorCada(Unidad.CAST, "todas", 2)),
        "lleva cuórum y su número, o ninguno de los dos",
        id="numero-sin-cuorum",
    ),
    pytest.param(actividad("1", une=("9",)), "une «9», que no existe", id="une-una-inexistente"),
]


@pytest.mark.parametrize(("fila", "falta"), FALTAS_DE_FILA)
def test_cada_falta_de_una_fila_se_dice_sola_y_con_su_clave(fila: Actividad, falta: str) -> None:
    assert _faltas((fila,)) == (f"la 1 {falta}",)


FALTAS_DE_GRAFO = [
    pytest.param((actividad("1"), actividad("1")), "la clave 1 está repetida", id="clave-repetida"),
    pytest.param(
        (actividad("1"), actividad("2")), "a la 2 no se llega desde la primera", id="actividad-que-nadie-alcanza"
    ),
    pytest.param(
        (actividad("1", salidas={"si": a(FIN), "no": a("2")}), actividad("2", "2")),
        "desde la 2 no se llega a ningún final",
        id="callejon-sin-final",
    ),
    pytest.param(
        (
            actividad("1", salidas={"ambas": a("A", "B"), "ninguna": a("U")}),
            *(actividad("A", "U"), actividad("B", "U"), actividad("U", une=("A", "B"))),
        ),
        "la 1 entra a la U, que sólo se abre al unir sus ramas",
        id="entra-sin-ser-rama",
    ),
    pytest.param(
        (actividad("1", "2"), actividad("2", "U"), actividad("U", une=("2",))),
        "la U une ramas que nadie abre",
        id="une-sin-que-nadie-abra",
    ),
    pytest.param(
        (actividad("1", salidas={SIGUE: a("A", "B")}), actividad("A"), actividad("B")),
        "la 1 abre ramas paralelas por «continuar» que terminan sin haberse unido",
        id="ramas-que-terminan-sueltas",
    ),
    pytest.param(
        (
            actividad("1", salidas={SIGUE: a("A", "B")}),
            *(actividad("A", "U"), actividad("B", "V")),
            *(actividad("U", une=("A",)), actividad("V", une=("B",))),
        ),
        "la 1 abre ramas paralelas por «continuar» que no se unen en una misma actividad "
        "(no puede haber ramas paralelas dentro de otras)",
        id="ramas-que-se-unen-en-dos-sitios",
    ),
    pytest.param(
        _bloque(
            actividad("A", salidas={"x": a("A1"), "y": a("A2")}),
            *(actividad("A1", "U"), actividad("A2", "U"), actividad("B", "U")),
            abre=a("A", "B"),
            une=("A1", "A2", "B"),
        ),
        "la 1 abre ramas paralelas por «continuar» que no llegan una por una a la U",
        id="rama-que-debe-dos-llegadas",
    ),
    pytest.param(
        _bloque(actividad("A", "S"), actividad("B", "S"), actividad("S", "U"), abre=a("A", "B"), une=("S",)),
        "la 1 abre ramas paralelas por «continuar» que comparten actividades antes de unirse",
        id="ramas-que-se-cruzan",
    ),
    pytest.param(
        _bloque(
            actividad("A", salidas={"x": a("U"), "y": a("A")}), actividad("B", "U"), abre=a("A", "B"), une=("A", "B")
        ),
        "la U une la A, pero la A también sigue a otra parte",
        id="rama-que-sigue-a-otra-parte",
    ),
]


@pytest.mark.parametrize(("filas", "falta"), FALTAS_DE_GRAFO)
def test_cada_falta_del_recorrido_se_dice(filas: tuple[Actividad, ...], falta: str) -> None:
    assert falta in _faltas(filas)


RAMAS = (actividad("A", "U"), actividad("B", "U"))


@pytest.mark.parametrize(
    "filas",
    [
        pytest.param(
            _bloque(*RAMAS, abre=a("A", "B"), une=("A", "B"), salidas={"si": a(FIN), "no": devuelve_a("A")}),
            id="al-regresar-desde-la-union",
        ),
        pytest.param(
            (actividad("1", salidas={"ambas": a("A", "B"), "una": a("A")}), *RAMAS, actividad("U", une=("A", "B"))),
            id="por-una-salida-que-abre-una-sola",
        ),
        pytest.param(
            (*RAMAS, actividad("U", une=("A", "B"), salidas={"si": a(FIN), "otra": a("A", "B")})),
            id="porque-la-tabla-empieza-ahi",
        ),
    ],
)
def test_no_se_entra_a_media_rama(filas: tuple[Actividad, ...]) -> None:
    # La unión se quedaría esperando a la otra rama: sin pendientes, sin desenlace y sin falta que lo avise.
    assert any(" A" in falta for falta in _faltas(filas))


def test_una_tabla_con_muchas_faltas_las_dice_todas_a_la_vez() -> None:
    malas = (
        actividad("1", "9", accion=""),
        actividad("1", salidas={}),
        actividad("2", unidad=Unidad.CAST, fundamento=""),
        actividad("FIN_2", tipo=Tipo.APROBACION),
    )
    de_la_mala = (
        "le falta nombre",
        "las siglas sólo llevan letras y números",
        "la clave 1 está repetida",
        "la clave «FIN_2» sólo puede llevar letras y números, y no empezar con FIN",
        "la 1 no dice qué se hace",
        "la 1 sale por «continuar» a «9», que no existe",
        "la 1 no tiene salidas",
        "la 2 no cita su fundamento ni dice que es inferida",
        "la 2 es de CAST y no dice cuál: use por_cada o segun",
        "la FIN_2 es una decisión y sólo tiene una salida",
    )
    with pytest.raises(CatalogoInvalido) as error:
        Catalogo([poda(*malas, nombre="", siglas="PO-DA"), poda(clave="TALA", codigo="")])
    assert error.value.faltas == (
        *(f"«PODA» del 2026-03-02: {falta}" for falta in de_la_mala),
        "«TALA» del 2026-03-02: le falta codigo",
    )
    assert all(falta in str(error.value) for falta in error.value.faltas)


def test_lo_inferido_vale_como_fundamento() -> None:
    assert faltas(poda(actividad("1", fundamento="", inferido="La fuente no la trae."))) == []


# --- las citas -----------------------------------------------------------------

MENCION = ComoSeCita("XY-P", "del procedimiento Poda")


def _tala(**cabecera: Any) -> Tabla:
    return poda(clave="TALA", siglas="TALA", mencion=ComoSeCita("XY-T", "del procedimiento Tala"), **cabecera)


def _emite(fundamento: str) -> Actividad:
    oficio = Emision("OF-99", "poda/of_99", Unidad.DSTC, (a_unidad(Unidad.SSI),), fundamento=fundamento)
    return actividad("2", fundamento="XY-P-2", oficios=(oficio,))


@pytest.mark.parametrize(
    ("fundamento", "falta"),
    [
        ("XY-P-3", "XY-P-3, que no existe"),
        ("XY-T-1", "XY-T-1, que es de otro procedimiento; si de veras se funda en él, dígalo en «ajenas»"),
        ("XY-X-1", "XY-X-1, que es de otro procedimiento; si de veras se funda en él, dígalo en «ajenas»"),
        ("XY-P-1", "XY-P-1, y no en sí misma"),
        ("XY-P-2 y 99", "«XY-P-2 y 99», que no se entiende"),
        ("XY–P–2", "«XY–P–2», que no se entiende"),
        ("Acuerdo SO-12 de la Junta", "«Acuerdo SO-12 de la Junta», que no se entiende"),
    ],
)
def test_lo_que_se_funda_en_otra_actividad_no_se_publica(fundamento: str, falta: str) -> None:
    mala = poda(actividad("1", "2", fundamento="XY-P-1"), _emite(fundamento), mencion=MENCION)
    with pytest.raises(CatalogoInvalido) as error:
        Catalogo([mala, _tala()])
    assert error.value.faltas == (f"«PODA» del 2026-03-02: la 2 emite OF-99, que se funda en {falta}",)


def test_fundarse_en_otro_procedimiento_se_declara() -> None:
    filas = (actividad("1", "2", fundamento="XY-P-1"), _emite("XY-P-2; XY-T-1"))
    assert len(list(Catalogo([poda(*filas, mencion=MENCION, ajenas=("XY-T",)), _tala()]))) == 2
    with pytest.raises(CatalogoInvalido, match="se funda en «XY-Z», que ningún procedimiento usa"):
        Catalogo([poda(*filas, mencion=MENCION, ajenas=("XY-T", "XY-Z")), _tala()])


def test_lo_ajeno_que_nadie_usa_se_dice_una_vez_y_no_revienta() -> None:
    filas = (actividad("1", fundamento="XY-P-1; XY-Z-3"),)
    with pytest.raises(CatalogoInvalido) as error:
        Catalogo([poda(*filas, mencion=MENCION, ajenas=("XY-Z",))])
    assert error.value.faltas == ("«PODA» del 2026-03-02: se funda en «XY-Z», que ningún procedimiento usa",)


def test_dos_procedimientos_no_comparten_siglas_ni_prefijo() -> None:
    with pytest.raises(CatalogoInvalido) as error:
        Catalogo([poda(mencion=MENCION), poda(clave="TALA", mencion=MENCION)])
    assert error.value.faltas[:2] == (
        "las siglas «PODA» son de varios procedimientos: «PODA», «TALA»",
        "las citas «XY-P» son de varios procedimientos: «PODA», «TALA»",
    )


@pytest.mark.parametrize(("valor", "falta"), [("NADIE", "va a «NADIE», que no es ninguna unidad"), ("CE-15", "")])
def test_un_oficio_va_a_una_unidad_que_existe(valor: str, falta: str) -> None:
    oficio = Emision("OF-99", "poda/of_99", Unidad.DSTC, (Destino(Hacia.UNIDAD, valor),), fundamento="L-1")
    assert faltas(poda(actividad("1", oficios=(oficio,)))) == ([f"la 1 emite OF-99, que {falta}"] if falta else [])
