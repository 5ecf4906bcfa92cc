"""Unidades y personas en Excel, sobre las dos bases: lo que sale se puede volver a cargar, y lo malo se dice todo."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from sqlmodel import col

from modelos import reloj
from modelos.actos.administracion import carga, unidades
from modelos.actos.administracion import personas as administracion
from modelos.actos.administracion.carga import Cargada
from modelos.administracion.carga import descarga
from modelos.administracion.carga import plan as carga_plan
from modelos.administracion.carga.plan import Plan, QueSeHace
from modelos.errores import (
    ActoNoProcede,
    FormularioIncompleto,
    NoLeCorresponde,
)
from modelos.fechas import COMO_FECHA
from modelos.organizacion import acceso
from modelos.organizacion.cambios import Cambio
from modelos.organizacion.organigrama import Adscripcion, Persona, Unidad, por_correo
from tareas.hojas import catalogos as excel
from tests.accesorios.fabricas import Instancia

Hojas = dict[str, Sequence[Sequence[Any]]]
UNIDADES = ("Clave", "Denominación", "Depende de")
PERSONAS = ("Correo", "Nombre")
ADSCRIPCIONES = ("Correo", "Unidad", "Rol", "Desde", "Hasta")
BUENO: Hojas = {
    "Unidades": [UNIDADES, ("CAST-77", "CAST de Prueba", "CE-15"), ("CAST-DEMO-01", "CAST renombrado", "CE-15")],
    "Personas": [PERSONAS, ("ana@x.mx", "Ana Pérez"), ("beto@x.mx", "Beto Ruiz")],
    "Adscripciones": [
        ADSCRIPCIONES,
        ("ana@x.mx", "CAST-77", "Operación", date(2026, 11, 23), "31/12/2027"),
        ("BETO@x.mx", "cst", "operacion", "", ""),
    ],
}


@pytest.fixture(autouse=True)
def _hoy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2026-11-20T10:00:00-06:00")


def libro(hojas: Hojas) -> bytes:
    """Un .xlsx de verdad; las fechas, como fechas de Excel."""
    salida = io.BytesIO()
    with xlsxwriter.Workbook(salida, {"in_memory": True}) as w:
        formato = w.add_format({"num_format": "dd/mm/yyyy"})
        con_hora = w.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for nombre, filas in hojas.items():
            hoja = w.add_worksheet(nombre)
            for i, fila in enumerate(filas):
                for j, valor in enumerate(fila):
                    if isinstance(valor, date):
                        hoja.write_datetime(i, j, valor, con_hora if isinstance(valor, datetime) else formato)
                    else:
                        hoja.write(i, j, valor)
    return salida.getvalue()


def planear(instancia: Instancia, hojas: Hojas, alias: str = "administracion") -> Plan:
    with instancia.leer() as s:
        persona = por_correo(s, f"{alias}@demo.local")
        assert persona
        return carga_plan.planear(s, excel.leer("libro.xlsx", libro(hojas)), persona.id)


def cargar(instancia: Instancia, hojas: Hojas, huella: str = "", alias: str = "administracion") -> Cargada:
    with instancia.como(alias) as ctx:
        return carga.cargar(ctx, excel.leer("libro.xlsx", libro(hojas)), "Oficio 12", huella)


def faltas(instancia: Instancia, hojas: Hojas) -> list[str]:
    return [str(f) for f in planear(instancia, hojas).faltas]


@contextmanager
def sin_cambios(instancia: Instancia) -> Iterator[None]:
    """Lo de dentro no deja nada: ni personas, ni unidades, ni adscripciones, ni constancia."""

    def cuenta() -> list[int | None]:
        with instancia.leer() as s:
            tablas = (Persona, Unidad, Adscripcion, Cambio)
            return [s.scalar(select(func.count()).select_from(t)) for t in tablas]

    antes = cuenta()
    yield
    assert cuenta() == antes


# --- de ida y vuelta --------------------------------------------------------------


def test_lo_descargado_se_vuelve_a_cargar_y_no_cambia_nada(instancia: Instancia) -> None:
    cargar(instancia, BUENO)
    with instancia.como("administracion") as ctx:
        ana = por_correo(ctx.s, "ana@x.mx")
        assert ana
        administracion.baja_persona(ctx, ana.id or 0, "Renuncia")
        unidades.baja_unidad(ctx, "CAST-77", reloj.hoy(), "Cerró", 0)
    with instancia.leer() as s:
        bajado = excel.escribir(descarga.hojas(s))
        plan = carga_plan.planear(s, excel.leer("libro.xlsx", bajado), None)
    assert [str(f) for f in plan.faltas] == []
    assert {p.que for p in plan.pasos} == {QueSeHace.IGUAL}
    assert len(plan.de("Personas")) == 59
    with sin_cambios(instancia), instancia.como("administracion") as ctx:
        assert carga.cargar(ctx, excel.leer("libro.xlsx", bajado), "Otra vez").altas == []


def test_el_libro_no_lleva_contrasenas_ni_formulas_vivas(instancia: Instancia) -> None:
    malicioso = '=HYPERLINK("http://x.mx","clic")'
    with instancia.como("administracion") as ctx:
        administracion.alta_persona(ctx, "ana@x.mx", malicioso, "CST", "operacion")
    with instancia.leer() as s:
        bajado = excel.escribir(descarga.hojas(s))
    with zipfile.ZipFile(io.BytesIO(bajado)) as partes:
        xml = b"".join(partes.read(n) for n in partes.namelist())
    assert b"<f>" not in xml
    assert b"<hyperlink" not in xml
    assert b"argon2" not in xml
    hoja = CalamineWorkbook.from_filelike(io.BytesIO(bajado)).get_sheet_by_name("Personas").to_python()
    assert ["ana@x.mx", malicioso, "Sí"] in hoja
    adscripciones = CalamineWorkbook.from_filelike(io.BytesIO(bajado)).get_sheet_by_name("Adscripciones").to_python()
    assert adscripciones[1][3] == date(2026, 1, 2)


def test_una_carga_buena_entra_completa_y_las_nuevas_entran_con_su_clave(instancia: Instancia) -> None:
    plan = planear(instancia, BUENO)
    assert [(p.renglon.hoja, p.que.value) for p in plan.pasos] == [
        ("Unidades", "nuevo"),
        ("Unidades", "cambia"),
        ("Personas", "nuevo"),
        ("Personas", "nuevo"),
        ("Adscripciones", "nuevo"),
        ("Adscripciones", "nuevo"),
    ]
    hecha = cargar(instancia, BUENO, plan.huella)
    claves = {a.persona.correo: a.clave for a in hecha.altas}
    assert set(claves) == {"ana@x.mx", "beto@x.mx"}
    assert len(set(claves.values())) == 2
    assert acceso.entrar(instancia.ajustes, "ana@x.mx", claves["ana@x.mx"], "127.0.0.1").token
    with instancia.leer() as s:
        cast = s.get_one(Unidad, "CAST-77")
        assert (cast.tipo, cast.depende_de, cast.activa) == ("cast", "CE-15", True)
        assert s.get_one(Unidad, "CAST-DEMO-01").nombre == "CAST renombrado"
        de_ana = select(Adscripcion).join(Persona, col(Persona.id) == Adscripcion.persona_id)
        fila = s.scalars(de_ana.where(col(Persona.correo) == "ana@x.mx")).one()
        assert (fila.unidad, fila.rol, fila.desde, fila.hasta) == (
            "CAST-77",
            "operacion",
            date(2026, 11, 23),
            date(2027, 12, 31),
        )
        cambios = list(s.scalars(select(Cambio)))
    assert len(cambios) == 6
    assert {c.despues.get("motivo") or c.despues.get("fuente") for c in cambios} == {"Oficio 12"}
    assert not [c for c in cambios if "clave_cifrada" in c.despues]


def test_repetir_la_carga_no_duplica_ni_otro_dia(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    cargar(instancia, BUENO)
    monkeypatch.setenv("DSTC_RELOJ", "2026-12-15T10:00:00-06:00")
    with sin_cambios(instancia):
        hecha = cargar(instancia, BUENO)
    assert {p.que for p in hecha.plan.pasos} == {QueSeHace.IGUAL}
    assert hecha.altas == []


def test_se_retira_y_se_alarga_poniendo_el_ultimo_dia(instancia: Instancia) -> None:
    cargar(instancia, BUENO)
    fila = ("beto@x.mx", "CST", "operacion", "2026-11-20", "2026-12-31")
    hecha = cargar(instancia, {"Adscripciones": [ADSCRIPCIONES, fila]})
    (paso,) = hecha.plan.pasos
    assert paso.cambios == (("Hasta", "sin fin", "2026-12-31"),)
    sin_hasta: Hojas = {"Adscripciones": [ADSCRIPCIONES[:3], fila[:3]]}
    assert [p.que for p in planear(instancia, sin_hasta).pasos] == [QueSeHace.IGUAL]
    hecha = cargar(instancia, {"Adscripciones": [ADSCRIPCIONES, (*fila[:4], "")]})
    assert hecha.plan.pasos[0].cambios == (("Hasta", "2026-12-31", "sin fin"),)


# --- lo que se reconoce --------------------------------------------------------------


def test_las_hojas_y_los_encabezados_se_reconocen_en_otro_orden_y_otra_letra(instancia: Instancia) -> None:
    hojas: Hojas = {
        "ADSCRIPCIONES": [
            ("ROL *", "unidad", "Primer día", "correo electrónico"),
            ("operacion", "CST", "", "ana@x.mx"),
        ],
        "Notas": [("lo que sea",)],
        " personas ": [(), ("", "Teléfono", "NOMBRE", "e-mail"), ("", 555, "Ana Pérez", "Ana@X.mx")],
    }
    plan = planear(instancia, hojas)
    assert [str(f) for f in plan.faltas] == []
    assert [(p.renglon.hoja, p.renglon.numero) for p in plan.pasos] == [("Personas", 3), ("Adscripciones", 2)]
    assert list(plan.notas) == ["En Personas no se usa la columna B («Teléfono»)."]


@pytest.mark.parametrize(
    ("escrito", "entendido"),
    [
        (date(2026, 12, 21), date(2026, 12, 21)),
        ("2026-12-21", date(2026, 12, 21)),
        ("21/12/2026", date(2026, 12, 21)),
        (" 21-12-2026 ", date(2026, 12, 21)),
        ("", None),
        (46377, f"{COMO_FECHA}; es un número: dé a la celda formato de fecha"),
        ("31/02/2027", COMO_FECHA),
        ("mañana", COMO_FECHA),
        (datetime(2026, 12, 21, 13, 30), COMO_FECHA),  # noqa: DTZ001
        (date(1926, 12, 21), "revise el año: va de 2000 a 2100"),
    ],
)
def test_las_fechas_se_entienden_como_fecha_y_como_texto(
    instancia_sqlite: Instancia, escrito: object, entendido: object
) -> None:
    plan = planear(
        instancia_sqlite, {"Adscripciones": [ADSCRIPCIONES, ("cst@demo.local", "DVS", "operacion", escrito, "")]}
    )
    if isinstance(entendido, str):
        assert [str(f) for f in plan.faltas] == [f"Adscripciones, renglón 2, columna D (Desde): {entendido}."]
    else:
        assert plan.faltas == []
        assert plan.pasos[0].datos["desde"] == str(entendido or date(2026, 11, 20))


# --- lo malo -------------------------------------------------------------------------


def test_se_dicen_todas_las_faltas_con_su_renglon_y_columna_y_no_entra_nada(instancia: Instancia) -> None:
    hojas: Hojas = {
        "Unidades": [
            (*UNIDADES, "Tipo", "Activa"),
            ("cast 9", "Con espacio", "CE-15", "", ""),
            ("CAST-10", "", "CE-15", "", ""),
            ("CAST-11", "Sin superior", "DSTC", "", ""),
            ("OTRA", "No es CAST", "CE-15", "nacional", ""),
            ("CAST-DEMO-01", "CAST de demostración 01", "CE-15", "estatal", "No"),
            ("CAST-DEMO-01", "CAST de demostración 01", "CE-15", "", "quizá"),
        ],
        "Personas": [
            ("Nombre", "Correo"),
            ("Ana", "ana@x"),
            ("Beto", "beto@x.mx"),
            ("Beto otra vez", "BETO@x.mx"),
            ("", "caro@x.mx"),
            ("Dos\nrenglones", "dos renglones@x.mx"),
        ],
        "Adscripciones": [
            ADSCRIPCIONES,
            ("nadie@x.mx", "NADA", "jefe", "ayer", ""),
            ("cst@demo.local", "CST", "operacion", "2026-05-01", ""),
            ("cst@demo.local", "DVS", "operacion", "2026-12-01", "2026-11-30"),
            ("cst@demo.local", "CST", "operacion", "2026-01-02", "2026-03-01"),
            ("beto@x.mx", "CST", "operacion", "2026-12-01", "2026-12-31"),
            ("beto@x.mx", "CST", "operacion", "2026-12-15", ""),
            ("beto@x.mx", "CST", "operacion", "2026-12-15", ""),
            ("administracion@demo.local", "DSTC", "administracion", "2026-01-02", "2026-11-20"),
        ],
    }
    dichas = faltas(instancia, hojas)
    assert dichas == [
        "Unidades, renglón 2, columna A (Clave): use mayúsculas, números y guiones, 40 a lo más, como CAST-01.",
        "Unidades, renglón 3, columna B (Denominación): es obligatoria.",
        (
            "Unidades, renglón 4, columna C (Depende de): escriba la clave de su unidad estatal: "
            "CE-01 … CE-32, UODCDMX o RCEO."
        ),
        "Unidades, renglón 5, columna D (Tipo): sólo se dan de alta CAST; las demás unidades las traen los documentos.",
        "Unidades, renglón 6, columna D (Tipo): CAST-DEMO-01 es de tipo cast; el tipo no se cambia.",
        (
            "Unidades, renglón 6, columna E (Activa): CAST-DEMO-01 se da de baja en su página, con su motivo; "
            "aquí deje lo que dice hoy o nada."
        ),
        "Unidades, renglón 7, columna A (Clave): repite el renglón 6; deje sólo uno.",
        "Unidades, renglón 7, columna E (Activa): escriba Sí o No.",
        (
            "Personas, renglón 2, columna B (Correo): escriba un correo completo y sin espacios, como "
            "nombre@conalep.edu.mx."
        ),
        "Personas, renglón 4, columna B (Correo): repite el renglón 3; deje sólo uno.",
        "Personas, renglón 5, columna A (Nombre): es obligatoria.",
        (
            "Personas, renglón 6, columna B (Correo): escriba un correo completo y sin espacios, como "
            "nombre@conalep.edu.mx."
        ),
        "Adscripciones, renglón 2, columna A (Correo): no hay una persona con ese correo, ni en la hoja Personas.",
        "Adscripciones, renglón 2, columna B (Unidad): no existe «NADA», ni en la hoja Unidades.",
        (
            "Adscripciones, renglón 2, columna C (Rol): debe ser uno de: operacion, coordinacion, direccion, "
            "administracion."
        ),
        f"Adscripciones, renglón 2, columna D (Desde): {COMO_FECHA}.",
        "Adscripciones, renglón 3, columna D (Desde): se encima con la que rige desde 2026-01-02.",
        "Adscripciones, renglón 4, columna E (Hasta): no puede ser anterior a 2026-12-01, el día en que empieza.",
        "Adscripciones, renglón 5, columna E (Hasta): use 2026-11-19 (ayer, para cortarla ya) o una fecha posterior.",
        ("Adscripciones, renglón 7, columna D (Desde): se encima con la que rige desde 2026-12-01 (renglón 6)."),
        "Adscripciones, renglón 8, columna A (Correo): repite el renglón 7; deje sólo uno.",
        (
            "Adscripciones, renglón 9, columna E (Hasta): es su propia administración; pida a otra persona que se la "
            "retire."
        ),
    ]
    with sin_cambios(instancia), pytest.raises(FormularioIncompleto):
        cargar(instancia, hojas)


def test_un_renglon_bueno_junto_a_uno_malo_tampoco_entra(instancia: Instancia) -> None:
    hojas = {**BUENO, "Personas": [*BUENO["Personas"], ("mal", "Mala")]}
    with sin_cambios(instancia), pytest.raises(FormularioIncompleto, match="Personas, renglón 4"):
        cargar(instancia, hojas)


def test_si_algo_cambio_despues_de_revisar_se_vuelve_a_ver(instancia: Instancia) -> None:
    huella = planear(instancia, BUENO).huella
    with instancia.como("administracion") as ctx:
        administracion.alta_persona(ctx, "ana@x.mx", "Ana de antes", "CST", "operacion")
    with sin_cambios(instancia), pytest.raises(ActoNoProcede, match="algo cambió desde que la revisó"):
        cargar(instancia, BUENO, huella)


def test_solo_carga_la_administracion(instancia_sqlite: Instancia) -> None:
    with sin_cambios(instancia_sqlite), pytest.raises(NoLeCorresponde):
        cargar(instancia_sqlite, BUENO, alias="coordinacion")


def test_cargar_a_quinientas_personas_tarda_segundos(instancia: Instancia) -> None:
    cuantas = 500
    personas = [PERSONAS, *((f"p{i}@x.mx", f"Persona {i}") for i in range(cuantas))]
    adscripciones = [ADSCRIPCIONES[:3], *((f"p{i}@x.mx", "CST", "operacion") for i in range(cuantas))]
    antes = time.monotonic()
    hecha = cargar(instancia, {"Personas": personas, "Adscripciones": adscripciones})
    print(f"{cuantas} personas con su adscripción: {time.monotonic() - antes:.1f} s")
    assert len(hecha.altas) == cuantas
    with instancia.leer() as s:
        de_cst = select(func.count()).select_from(Adscripcion).where(col(Adscripcion.unidad) == "CST")
        assert s.scalar(de_cst) == cuantas + 1
