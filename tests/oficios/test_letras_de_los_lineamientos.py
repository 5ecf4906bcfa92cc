"""Lo propio de cada letra de los Lineamientos: en qué sentido sale y qué le falta. Lo de todas, en `test_letras`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from flujos.catalogo import CATALOGO
from modelos.tabla import Formulario, Tabla
from modelos.tabla.unidades import ESTATALES, NACIONALES
from tareas.oficios.redaccion.plantilla import CARPETA, Citar, Redactado, redactar
from tareas.oficios.redaccion.texto import arbol, plano
from tests.accesorios.oficios_de_muestra import HOSTIL, citar_de_verdad
from tests.accesorios.tablas.juntas import por_tabla

HOY = date(2027, 4, 5)
PERIODOS = {"registro_mensual": "marzo de 2027", "mantenimiento": "2028", "reequipamiento": "2027"}
SIN_ACTIVIDAD = (("registro_mensual", "OF-23"), ("registro_mensual", "OF-24"))
UNIDADES = {u.clave: u.nombre for u in (*NACIONALES, *ESTATALES)} | {"CAST-01": "CAST Ñandú & Compañía"}
VALORES = {"cast": "CAST-01", "estatal": "CE-15", "periodo": "2027-03"}
TODO = "\n".join(HOSTIL)
SIN_ACUERDO = {"OF-25": 1, "OF-30": 1, "OF-31": 1}
"""El formulario no obliga a dar el número del acuerdo; el oficio no sale sin él."""
SIN_MOTIVO = {("OF-21", "observa"), ("OF-27", "incompleta"), ("OF-42", "con_observaciones"), ("OF-42", "no_favorable")}
CASOS: list[tuple[str, str, str, str]] = [
    (tabla.clave, act.clave, oficio.clave, salida)
    for tabla in CATALOGO.vigentes(HOY)
    for act in tabla.actividades
    for oficio in act.oficios
    for salida in oficio.salidas or ("",)
] + [(tabla, "", clave, "") for tabla, clave in SIN_ACTIVIDAD]
POR_CASO = por_tabla(CASOS, tabla=lambda caso: caso[0], nombre=lambda caso: "-".join(filter(None, caso[2:])))

Caso = tuple[str, str, str, str]


@pytest.fixture
def citar() -> Citar:
    """La cita de verdad."""
    return citar_de_verdad()


def _datos(tabla: Tabla, *, lleno: bool) -> dict[str, Any]:
    datos: dict[str, Any] = {}
    formularios: list[type[Formulario]] = [tabla.datos, *(a.formulario for a in tabla.actividades if a.formulario)]
    for nombre, campo in (par for f in formularios for par in f.model_fields.items()):
        if campo.annotation is date:
            datos[nombre] = "2027-03-08"
        elif campo.annotation is bool:
            datos[nombre] = lleno
        elif campo.annotation is str:
            datos[nombre] = VALORES.get(nombre) or (TODO if lleno else "Lo mínimo." if campo.is_required() else "")
        else:
            datos[nombre] = campo.default
    return datos


def _contexto(caso: Caso, *, lleno: bool, antes: Mapping[str, str] = {}) -> dict[str, Any]:
    """El de ese caso. antes: salidas ya tomadas; lleno: con todo lo opcional, y hostil."""
    tabla = CATALOGO.vigente(caso[0], HOY)
    tomadas = {**({a.clave: next(iter(a.salidas)) for a in tabla.actividades} if lleno else {}), **antes}
    decisiones = [
        {
            "actividad": clave,
            "numero": clave,
            "unidad": "DSTC",
            "nombre_unidad": UNIDADES["DSTC"],
            "salida": salida,
            "datos": {},
            "comentario": TODO if lleno else "",
            "fecha": "1 de marzo de 2027",
        }
        for clave, salida in tomadas.items()
    ]
    firmados = [o.clave for a in tabla.actividades for o in a.oficios if lleno]
    plazos = [a.plazo.clave for a in tabla.actividades if a.plazo and lleno] + [t.regla.clave for t in tabla.tramos]
    return {
        "expediente": {
            "folio": "APER-2027-0001",
            "asunto": TODO if lleno else "Asunto",
            "procedimiento": tabla.nombre,
            "codigo": tabla.codigo,
            "abierto": "4 de enero de 2027",
        },
        "datos": _datos(tabla, lleno=lleno),
        "actividad": {"clave": caso[1], "numero": caso[1], "accion": "", "fundamento": ""},
        "emisor": {"clave": "DSTC", "nombre": UNIDADES["DSTC"]},
        "destinatarios": [],
        "decisiones": decisiones,
        "ultima": {d["actividad"]: d for d in decisiones},
        "plazos": {clave: {"que": "Plazo", "vence": "7 de junio de 2027"} for clave in plazos},
        "oficios": {clave: {"numero": f"X/0{clave[3:5]}/2027", "fecha": "2 de marzo de 2027"} for clave in firmados},
        "salida": caso[3],
        "comentario": TODO if lleno and caso[3] else "",
        "periodo": PERIODOS.get(caso[0], ""),
        "anio": 2027,
        "anio_siguiente": 2028,
        "unidades": UNIDADES,
    }


def _texto(caso: Caso) -> tuple[str, str]:
    nombre = f"{caso[0]}/{caso[2].lower().replace('-', '_')}.md.j2"
    return nombre, (CARPETA / nombre).read_text(encoding="utf-8")


def _redacta(caso: Caso, citar: Citar, *, lleno: bool, antes: Mapping[str, str] = {}) -> Redactado:
    nombre, texto = _texto(caso)
    return redactar(texto, _contexto(caso, lleno=lleno, antes=antes), citar, nombre=nombre)


def _caso(clave: str, salida: str = "") -> Caso:
    (hallado,) = (caso for caso in CASOS if caso[2:] == (clave, salida))
    return hallado


@pytest.mark.parametrize(("clave", "salida"), [*sorted(SIN_MOTIVO), ("OF-29b", ""), *((o, "") for o in SIN_ACUERDO)])
def test_sin_motivo_o_sin_acuerdo_no_se_firma(clave: str, salida: str, citar: Citar) -> None:
    antes = {"OF-29b": {"12": "no_aprueba"}}.get(clave, {})
    assert len(_redacta(_caso(clave, salida), citar, lleno=False, antes=antes).faltan) == SIN_ACUERDO.get(clave, 1)


@POR_CASO
def test_emitida_suelta_antes_de_decidir_no_afirma_ningun_sentido(caso: Caso) -> None:
    if caso[3] and "set sentido" in _texto(caso)[1]:
        suelta = _redacta((caso[0], caso[1], caso[2], ""), citar_de_verdad(), lleno=False)
        assert any("sentido" in falta or "se valida" in falta for falta in suelta.faltan)
        assert not re.search(r"\*\*(favorable|no favorable|los valida|opinión)", suelta.cuerpo)


@pytest.mark.parametrize(
    ("dictamen", "dice", "calla"),
    [("favorable", "**favorable**", "no favorable"), ("no_favorable", "**no favorable**", "someta la apertura")],
)
def test_la_respuesta_oficial_va_en_el_sentido_del_dictamen(dictamen: str, dice: str, calla: str, citar: Citar) -> None:
    redactado = _redacta(_caso("OF-29"), citar, lleno=True, antes={"9": dictamen})
    assert dice in redactado.cuerpo
    assert calla not in redactado.cuerpo
    assert "X/025/2027 del 2 de marzo de 2027" in redactado.cuerpo


def test_la_no_aprobacion_dice_si_la_nego_la_junta_o_la_respuesta_oficial(citar: Citar) -> None:
    junta = _redacta(_caso("OF-29b"), citar, lleno=False, antes={"10": "favorable", "12": "no_aprueba"})
    respuesta = _redacta(_caso("OF-29b"), citar, lleno=False, antes={"10": "no_favorable"})
    assert "Junta Directiva así lo resolvió el 8 de marzo de 2027" in junta.cuerpo
    assert "no se sometió a la H. Junta Directiva" in respuesta.cuerpo


def test_la_solicitud_lleva_los_ocho_elementos_y_el_dictamen(citar: Citar) -> None:
    tablas = [n for n in arbol(_redacta(_caso("OF-25"), citar, lleno=False).cuerpo) if n["t"] == "tabla"]
    (tabla,) = tablas
    assert [fila[0][0]["v"] for fila in tabla["filas"]] == ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "–"]


def test_el_programa_de_reequipamiento_lleva_sus_cinco_elementos(citar: Citar) -> None:
    (tabla,) = [n for n in arbol(_redacta(_caso("OF-39"), citar, lleno=False).cuerpo) if n["t"] == "tabla"]
    assert [fila[0][0]["v"] for fila in tabla["filas"]] == ["I", "II", "III", "IV", "V"]


def test_la_prevencion_dice_cuantos_dias_hay_para_subsanar(citar: Citar) -> None:
    cuerpo = _redacta(_caso("OF-27", "incompleta"), citar, lleno=False).cuerpo
    assert "dentro de los 5 (cinco) días hábiles siguientes a la notificación" in cuerpo


@pytest.mark.parametrize(("clave", "hermano"), [("OF-39", "OF-40"), ("OF-40", "OF-39")])
def test_los_que_se_redactan_a_la_vez_no_se_citan_entre_si(clave: str, hermano: str, citar: Citar) -> None:
    # El único firmado con la otra clave sería el de la vuelta que no se aceptó.
    cuerpo = _redacta(_caso(clave), citar, lleno=True).cuerpo
    assert f"X/0{hermano[3:]}/2027" not in cuerpo
    assert "oficio por separado" in plano(cuerpo)


def test_el_programa_dice_quien_lo_transmitio_se_haya_firmado_ya_o_no_su_oficio(citar: Citar) -> None:
    sin, con = (_redacta(_caso("OF-37"), citar, lleno=lleno).cuerpo for lleno in (False, True))
    assert "transmitido por la unidad estatal." in sin
    assert "transmitido por la unidad estatal con el oficio X/036/2027 del 2 de marzo de 2027." in con
