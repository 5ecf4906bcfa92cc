"""Lo propio de cada letra del Manual: qué cita, qué exige y qué dice en cada vuelta. Lo de todas, en `test_letras`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from flujos.catalogo import CATALOGO
from modelos.tabla import SIGUE, Actividad, Formulario, Tabla
from modelos.tabla.emision import Emision
from tareas.oficios.redaccion.plantilla import CARPETA, Citar, Redactado, redactar
from tareas.oficios.redaccion.texto import arbol, plano
from tests.accesorios.oficios_de_muestra import citar_de_verdad

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
LETRAS = [
    (tabla, act, emision) for tabla in CATALOGO.vigentes(HOY) for act in tabla.actividades for emision in act.oficios
]


@pytest.fixture
def citar() -> Citar:
    """La cita de verdad."""
    return citar_de_verdad()


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


def _redacta(emision: Emision, contexto: dict[str, Any], citar: Citar) -> Redactado:
    texto = (CARPETA / f"{emision.plantilla}.md.j2").read_text(encoding="utf-8")
    return redactar(texto, contexto, citar, nombre=f"{emision.plantilla}.md.j2")


@pytest.mark.parametrize(
    ("procedimiento", "clave", "contesta"),
    [
        ("normatividad", "OF-02", "OF-01"),
        ("normatividad", "OF-04", "OF-03"),
        ("normatividad", "OF-04b", "OF-03"),
        ("normatividad", "OF-05", "OF-04"),
        ("reunion_trabajo", "OF-07", "OF-06"),
        ("promocion_difusion", "OF-09", "OF-08"),
        ("planeacion_metas", "OF-12", "OF-11"),
        ("seguimiento", "OF-13", "OF-11"),
        ("seguimiento", "OF-14", "OF-11"),
    ],
)
def test_lo_que_responde_cita_el_oficio_que_contesta(
    procedimiento: str, clave: str, contesta: str, citar: Citar
) -> None:
    tabla, act, emision = _letra(procedimiento, clave)
    redactado = _redacta(emision, _contexto(tabla, act, emision, lleno=True), citar)
    assert f"DSTC/0{contesta[3:5]}/2027 del 2 de marzo de 2027" in redactado.cuerpo


@pytest.mark.parametrize(("procedimiento", "clave"), [("normatividad", "OF-04b"), ("seguimiento", "OF-13")])
def test_lo_que_niega_o_corrige_no_se_firma_sin_su_motivo(procedimiento: str, clave: str, citar: Citar) -> None:
    tabla, act, emision = _letra(procedimiento, clave)
    assert len(_redacta(emision, _contexto(tabla, act, emision, lleno=False), citar).faltan) == 1


def _letra(procedimiento: str, clave: str) -> tuple[Tabla, Actividad, Emision]:
    (caso,) = [letra for letra in LETRAS if (letra[0].clave, letra[2].clave) == (procedimiento, clave)]
    return caso


def test_la_segunda_consulta_dice_que_lo_es_y_por_que(citar: Citar) -> None:
    tabla, act, emision = _letra("normatividad", "OF-02")
    primera = _redacta(emision, _contexto(tabla, act, emision, lleno=True, salidas={"5": SIGUE}), citar)
    otra = _redacta(emision, _contexto(tabla, act, emision, lleno=True, salidas={"5": "reabrir_comentarios"}), citar)
    assert "consulta de nuevo" not in primera.cuerpo
    assert "Se consulta de nuevo a los CAST, después de la consulta hecha por el oficio circular" in otra.cuerpo


def test_la_version_corregida_dice_a_que_valoracion_responde(citar: Citar) -> None:
    tabla, act, emision = _letra("normatividad", "OF-03")
    primera = _redacta(emision, _contexto(tabla, act, emision, lleno=True), citar)
    corregida = _redacta(emision, _contexto(tabla, act, emision, lleno=True, salidas={"8": "no_viable"}), citar)
    assert "atiende lo señalado" not in primera.cuerpo
    assert "con las respuestas de 2 CAST consultados" in primera.cuerpo
    assert "atiende lo señalado por esa unidad administrativa en su oficio DSTC/004/2027" in corregida.cuerpo


def test_solo_nombra_a_la_junta_si_aprobo(citar: Citar) -> None:
    tabla, act, emision = _letra("normatividad", "OF-05")
    con = _redacta(emision, _contexto(tabla, act, emision, lleno=True, salidas={"10J": "aprueba"}), citar)
    contexto = _contexto(tabla, act, emision, lleno=True)
    del contexto["ultima"]["10J"]
    assert "Junta Directiva" in con.cuerpo
    assert "Junta Directiva" not in _redacta(emision, contexto, citar).cuerpo


def test_la_minuta_numera_los_acuerdos_si_vienen_en_lista_y_si_no_respeta_sus_renglones(
    citar: Citar,
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


def test_las_observaciones_no_dicen_de_ningun_centro_que_no_tiene_cambios(citar: Citar) -> None:
    # Va a los cuarenta y no hay dato de cuáles sí: cada uno lo ve en las observaciones.
    tabla, act, emision = _letra("seguimiento", "OF-13")
    cuerpo = plano(_redacta(emision, _contexto(tabla, act, emision, lleno=True), citar).cuerpo)
    assert "Los demás centros" not in cuerpo
    assert "El centro al que no se refiere ninguna observación no requiere hacer cambios." in cuerpo
