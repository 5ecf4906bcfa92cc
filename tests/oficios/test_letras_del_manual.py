"""¿Se puede leer y firmar lo que redacta cada letra del Manual, con lo mínimo, con lo máximo y en cada vuelta?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from flujos.catalogo import CATALOGO
from modelos.oficios import ordenamientos
from modelos.oficios.oficio import LARGO_ASUNTO
from modelos.oficios.ordenamientos import Ordenamiento
from modelos.tabla import SIGUE, Actividad, Formulario, Tabla
from modelos.tabla.emision import Emision
from tareas.oficios.redaccion.plantilla import CARPETA, Redactado, redactar, revisar
from tareas.oficios.redaccion.texto import arbol, plano

PROCEDIMIENTOS = (
    *("normatividad", "promocion_difusion", "seguimiento", "concertacion", "reunion_trabajo"),
    "planeacion_metas",
)
HOY = date(2027, 4, 5)
CASTS = ("CAST-01", "CAST-02")
UNIDADES = {
    "CAST-01": "CAST Ñandú & Compañía",
    "CAST-02": "CAST 2",
    "CE-01": "Colegio Estatal 1",
    "CST": "Coordinación de Servicios Tecnológicos",
    "DSTC": "Dirección de Servicios Tecnológicos y de Capacitación",
}
HOSTIL = (
    "Año «50 %» de <b>Núñez & Cía.</b> {{ 7*7 }} {% raw %} #panic $x$ *a* _b_ [c](d) | `e` \\f [FALTA: nada]"
    "\n- 1. segunda línea\n## tercera"
)
LLENO: dict[str, Any] = {
    "cast": "CAST-01",
    "origen": "mercado",
    "organo_aprobador": "DCAJ",
    "canalizada_a": "CE-01",
    "ejercicio": 2028,
    "pide_cotizacion": True,
    "instrumento": "convenio",
    "cuota": "1500.00",
    "fecha_registro": "2027-03-05",
    "publicacion_normateca": "2027-03-08",
}
POR_COMPLETAR = {
    # La fuente no captura cuándo ni dónde es la reunión: se escribe al revisar el borrador.
    "OF-06": 2,
    "OF-07": 1,
}
LETRAS = [
    (tabla, act, emision)
    for tabla in (CATALOGO.vigente(clave, HOY) for clave in PROCEDIMIENTOS)
    for act in tabla.actividades
    for emision in act.oficios
]
POR_LETRA = pytest.mark.parametrize(
    ("tabla", "act", "emision"), LETRAS, ids=[f"{tabla.clave}-{emision.clave}" for tabla, _, emision in LETRAS]
)


@pytest.fixture(scope="module")
def citar() -> Callable[[Any], str]:
    """La cita de verdad, con las normas tal como se siembran."""
    motor = create_engine("sqlite://")
    Ordenamiento.metadata.tables["ordenamiento"].create(motor)
    with Session(motor) as s:
        ordenamientos.sembrar(s)
        normas = ordenamientos.todos(s)
        s.expunge_all()
    motor.dispose()
    return lambda claves: ordenamientos.citar(normas, claves).texto


def _datos(tabla: Tabla, *, lleno: bool) -> dict[str, Any]:
    """Lo que capturan sus formularios: sólo lo obligatorio y lo que ya trae valor, o todo."""
    datos: dict[str, Any] = {}
    formularios: list[type[Formulario]] = [tabla.datos, *(a.formulario for a in tabla.actividades if a.formulario)]
    for formulario in formularios:
        for nombre, campo in formulario.model_fields.items():
            obligado = campo.is_required()
            if lleno or obligado:
                corto = "2028" if tabla.clave == "planeacion_metas" else "2027-S1"
                defecto = campo.default if isinstance(campo.default, int) else HOSTIL
                datos[nombre] = {**LLENO, "periodo": corto}.get(nombre, "Lo mínimo" if not lleno else defecto)
            else:
                datos.setdefault(nombre, campo.default)
    return datos


def _decision(act: Actividad, salida: str, unidad: str, *, lleno: bool) -> dict[str, Any]:
    return {
        "actividad": act.clave,
        "numero": act.numero_impreso,
        "unidad": unidad,
        "salida": salida,
        "nombre_unidad": UNIDADES.get(unidad, unidad),
        "datos": {"metas": HOSTIL, "observaciones": HOSTIL} if lleno else {},
        "comentario": HOSTIL if lleno else "",
        "fecha": "1 de marzo de 2027",
    }


def _contexto(
    tabla: Tabla, act: Actividad, emision: Emision, *, lleno: bool, salidas: Mapping[str, str] = {}
) -> dict[str, Any]:
    """Un expediente que llegó a esa actividad por la salida primera de cada una, salvo lo que se diga."""
    previas = tabla.actividades[: tabla.actividades.index(act)] if lleno or salidas else ()
    decisiones = [
        _decision(a, salidas.get(a.clave, next(iter(a.salidas))), unidad, lleno=lleno)
        for a in (*previas, *(tabla[c] for c in salidas if tabla[c] not in previas))
        for unidad in (CASTS if a.por_cada else (a.unidad.value,))
    ]
    claves = [o.clave for a in tabla.actividades for o in a.oficios] if lleno else []
    return {
        "expediente": {
            "folio": "NORM-2027-0001",
            "asunto": HOSTIL.replace("\n", " ") if lleno else "Asunto",
            "procedimiento": tabla.nombre,
            "codigo": tabla.codigo,
            "abierto": "20 de noviembre de 2026",
        },
        "datos": _datos(tabla, lleno=lleno),
        "actividad": {"clave": act.clave, "numero": act.numero_impreso, "accion": act.accion, "fundamento": ""},
        "emisor": {"clave": emision.de.value, "nombre": UNIDADES.get(emision.de.value, "CAST Ñandú & Compañía")},
        "destinatarios": [],
        "decisiones": decisiones,
        "ultima": {d["actividad"]: d for d in decisiones},
        "plazos": {"PL-05": {"que": "Entregar", "vence": "15 de julio de 2027"}} if lleno else {},
        "oficios": {c: {"numero": f"DSTC/0{c[3:5]}/2027", "fecha": "2 de marzo de 2027"} for c in claves},
        "salida": next(iter(emision.salidas), ""),
        "comentario": HOSTIL if lleno else "",
        "periodo": {"planeacion_metas": "2028", "reunion_trabajo": "primer semestre de 2027"}.get(tabla.clave, ""),
        "anio": 2027,
        "anio_siguiente": 2028,
        "unidades": UNIDADES,
    }


def _redacta(emision: Emision, contexto: dict[str, Any], citar: Callable[[Any], str]) -> Redactado:
    texto = (CARPETA / f"{emision.plantilla}.md.j2").read_text(encoding="utf-8")
    return redactar(texto, contexto, citar, nombre=f"{emision.plantilla}.md.j2")


def _bien_escrito(redactado: Redactado) -> None:
    leido = plano(redactado.cuerpo)
    assert leido.startswith(("Con fundamento en el ", "Con fundamento en l"))
    assert arbol(redactado.cuerpo)
    assert redactado.asunto.endswith(("o", "s", "a", "n")) or redactado.asunto[-4:].isdigit()
    assert len(redactado.asunto) <= LARGO_ASUNTO
    assert not re.search(r"None|Undefined|\bTrue\b|«»| ,| \.(?!\w)|,,|  ", leido.replace(HOSTIL, "")), leido


@POR_LETRA
def test_con_lo_minimo_se_lee_bien_y_solo_falta_lo_que_nadie_captura(
    tabla: Tabla, act: Actividad, emision: Emision, citar: Callable[[Any], str]
) -> None:
    redactado = _redacta(emision, _contexto(tabla, act, emision, lleno=False), citar)
    _bien_escrito(redactado)
    # Sin el motivo de quien decidió, lo que niega o corrige no se puede firmar.
    motivo = {"OF-04b": 1, "OF-13": 1}
    assert len(redactado.faltan) == {**POR_COMPLETAR, **motivo}.get(emision.clave, 0), redactado.faltan


@POR_LETRA
def test_con_todo_lo_hostil_sale_literal_y_no_abre_faltantes(
    tabla: Tabla, act: Actividad, emision: Emision, citar: Callable[[Any], str]
) -> None:
    contexto = _contexto(tabla, act, emision, lleno=True)
    redactado = _redacta(emision, contexto, citar)
    leido = " ".join(plano(redactado.cuerpo).split())
    assert len(redactado.faltan) == POR_COMPLETAR.get(emision.clave, 0), redactado.faltan
    if emision.clave != "OF-11":
        assert HOSTIL.split("\n", maxsplit=1)[0] in leido
    assert "49" not in leido.replace("DSTC/049", "")
    assert [nodo["t"] for nodo in arbol(redactado.cuerpo)].count("titulo") == (4 if emision.clave == "OF-07" else 0)
    dias = re.findall(r"(\d+) \((\w+)\) días? hábil", leido)
    assert all(letra.isalpha() for _, letra in dias)


@POR_LETRA
def test_pasa_la_revision_con_que_administracion_guarda_una_plantilla(
    tabla: Tabla, act: Actividad, emision: Emision, citar: Callable[[Any], str]
) -> None:
    texto = (CARPETA / f"{emision.plantilla}.md.j2").read_text(encoding="utf-8")
    revisar(texto, _contexto(tabla, act, emision, lleno=True), citar)


@POR_LETRA
def test_lo_que_responde_cita_el_oficio_que_contesta(
    tabla: Tabla, act: Actividad, emision: Emision, citar: Callable[[Any], str]
) -> None:
    responde = {
        "OF-02": "OF-01",
        "OF-04": "OF-03",
        "OF-04b": "OF-03",
        "OF-05": "OF-04",
        "OF-07": "OF-06",
        "OF-09": "OF-08",
        "OF-12": "OF-11",
        "OF-13": "OF-11",
        "OF-14": "OF-11",
    }
    if emision.clave in responde:
        redactado = _redacta(emision, _contexto(tabla, act, emision, lleno=True), citar)
        assert f"DSTC/0{responde[emision.clave][3:5]}/2027 del 2 de marzo de 2027" in redactado.cuerpo


def _letra(procedimiento: str, clave: str) -> tuple[Tabla, Actividad, Emision]:
    (caso,) = [letra for letra in LETRAS if (letra[0].clave, letra[2].clave) == (procedimiento, clave)]
    return caso


def test_la_segunda_consulta_dice_que_lo_es_y_por_que(citar: Callable[[Any], str]) -> None:
    tabla, act, emision = _letra("normatividad", "OF-02")
    primera = _redacta(emision, _contexto(tabla, act, emision, lleno=True, salidas={"5": SIGUE}), citar)
    otra = _redacta(emision, _contexto(tabla, act, emision, lleno=True, salidas={"5": "reabrir_comentarios"}), citar)
    assert "consulta de nuevo" not in primera.cuerpo
    assert "Se consulta de nuevo a los CAST, después de la consulta hecha por el oficio circular" in otra.cuerpo


def test_la_version_corregida_dice_a_que_valoracion_responde(citar: Callable[[Any], str]) -> None:
    tabla, act, emision = _letra("normatividad", "OF-03")
    primera = _redacta(emision, _contexto(tabla, act, emision, lleno=True), citar)
    corregida = _redacta(emision, _contexto(tabla, act, emision, lleno=True, salidas={"8": "no_viable"}), citar)
    assert "atiende lo señalado" not in primera.cuerpo
    assert "con las respuestas de 2 CAST consultados" in primera.cuerpo
    assert "atiende lo señalado por esa unidad administrativa en su oficio DSTC/004/2027" in corregida.cuerpo


def test_solo_nombra_a_la_junta_si_aprobo(citar: Callable[[Any], str]) -> None:
    tabla, act, emision = _letra("normatividad", "OF-05")
    con = _redacta(emision, _contexto(tabla, act, emision, lleno=True, salidas={"10J": "aprueba"}), citar)
    contexto = _contexto(tabla, act, emision, lleno=True)
    del contexto["ultima"]["10J"]
    assert "Junta Directiva" in con.cuerpo
    assert "Junta Directiva" not in _redacta(emision, contexto, citar).cuerpo


def test_la_minuta_numera_los_acuerdos_si_vienen_en_lista_y_si_no_respeta_sus_renglones(
    citar: Callable[[Any], str],
) -> None:
    tabla, act, emision = _letra("reunion_trabajo", "OF-07")
    contexto = _contexto(tabla, act, emision, lleno=False)
    acuerdos = ["Enviar el catálogo", "Revisar 2027", "Capacitar"]
    contexto["datos"]["acuerdos"] = "\n".join(acuerdos)
    assert "Enviar el catálogo\nRevisar 2027\nCapacitar" in plano(_redacta(emision, contexto, citar).cuerpo)
    contexto["datos"]["acuerdos"] = acuerdos
    redactado = _redacta(emision, contexto, citar)
    (lista,) = [nodo for nodo in arbol(redactado.cuerpo) if nodo["t"] == "lista"]
    assert (lista["ordenada"], len(lista["elementos"])) == (True, 3)
    assert "Sin otro particular" not in redactado.cuerpo, "una minuta no se despide"


def test_las_observaciones_no_dicen_de_ningun_centro_que_no_tiene_cambios(citar: Callable[[Any], str]) -> None:
    # Va a los cuarenta y no hay dato de cuáles sí: cada uno lo ve en las observaciones.
    tabla, act, emision = _letra("seguimiento", "OF-13")
    cuerpo = plano(_redacta(emision, _contexto(tabla, act, emision, lleno=True), citar).cuerpo)
    assert "Los demás centros" not in cuerpo
    assert "El centro al que no se refiere ninguna observación no requiere hacer cambios." in cuerpo
