"""¿Se puede publicar el catálogo? Lo que se exige a toda tabla y a toda plantilla, y que la exigencia muerda."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copy2

import pytest

from flujos.catalogo import CATALOGO
from flujos.manual_dstc import promocion_difusion, seguimiento
from modelos.tabla import Actividad, Catalogo, Emision, Tabla
from tareas.oficios.redaccion import catalogo
from tareas.oficios.redaccion.catalogo import faltas_de_plantillas
from tareas.oficios.redaccion.plantilla import CARPETA
from tests.tablas.test_oficios import LETRAS
from tests.tablas.test_oficios_lineamientos import ANADIDO, FICHA

SUELTAS = {"registro_mensual/of_23", "registro_mensual/of_24"}
"""El informe a la junta y el semestral no tienen actividad en estas tablas: se emiten desde el expediente del mes."""


def test_todo_oficio_del_catalogo_se_redacta_sin_faltas() -> None:
    assert faltas_de_plantillas(CATALOGO) == []


def test_todo_oficio_del_catalogo_tiene_su_segunda_transcripcion_y_ninguno_sobra() -> None:
    salen = {(t.clave, act.clave, o.clave) for t in CATALOGO for act in t.actividades for o in act.oficios}
    copiados = {(fila.procedimiento, fila.actividad, fila.clave) for fila in (*LETRAS, *FICHA)}
    copiados.add(("apertura_cast", "14", ANADIDO))
    assert salen == copiados, "cópielo otra vez del dominio, sin mirar flujos/, en tests/tablas/test_oficios*.py"


def test_ninguna_plantilla_esta_de_mas() -> None:
    escritas = {f"{ruta.parent.name}/{ruta.name.removesuffix('.md.j2')}" for ruta in CARPETA.glob("*/*.md.j2")}
    emitidas = {o.plantilla for t in CATALOGO for act in t.actividades for o in act.oficios}
    assert escritas == emitidas | SUELTAS


# --- que la exigencia muerda -----------------------------------------------------

POCAS = Catalogo(t for t in CATALOGO if t.clave in {"promocion_difusion", "seguimiento", "registro_reporte_st"})


@pytest.fixture
def plantillas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Una copia de las plantillas que se puede echar a perder."""
    copia = tmp_path / "plantillas_oficio"
    pedidas = {o.plantilla for tabla in POCAS for act in tabla.actividades for o in act.oficios}
    for clave in ("_base", *sorted(pedidas)):
        (copia / clave).parent.mkdir(parents=True, exist_ok=True)
        copy2(CARPETA / f"{clave}.md.j2", (copia / clave).parent)
    monkeypatch.setattr(catalogo, "CARPETA", copia)
    return copia


def _borrar(archivo: Path) -> None:
    archivo.unlink()


def _con(viejo: str, nuevo: str) -> Callable[[Path], None]:
    def cambiar(archivo: Path) -> None:
        texto = archivo.read_text("utf-8")
        assert viejo in texto
        archivo.write_text(texto.replace(viejo, nuevo, 1), "utf-8")

    return cambiar


CUERPO = "{% block cuerpo %}\n"
DANOS = [
    pytest.param(_borrar, "y no está su plantilla: escriba plantillas_oficio/seguimiento/of_13.md.j2", id="borrada"),
    pytest.param(_con(CUERPO, CUERPO + "{{ datos.inventado }}\n"), "inventado", id="dato-que-no-existe"),
    pytest.param(
        _con(CUERPO, CUERPO + "{% if datos.x %}{{ datos.inventado }}{% endif %}\n"), "falla:", id="dato-en-una-rama"
    ),
    pytest.param(_con('"M-S-5"', '"M-Q-5"'), "M-Q-5", id="procedimiento-desconocido"),
    pytest.param(_con('"M-S-5"', '"M-S-99"'), "M-S-99", id="actividad-que-no-existe"),
    pytest.param(_con('"M-S-5"', '"L-80"'), "L-80", id="articulo-que-no-existe"),
    pytest.param(_con('"M-S-5"', '"M-P-3"'), "M-P-3, que es de otro procedimiento", id="de-otro-procedimiento"),
    pytest.param(_con(CUERPO, CUERPO + "[FALTA: quién fue]\n"), "«quién fue» con todo lleno", id="algo-sin-capturar"),
    pytest.param(_con("{% endif %}", "{% endsi %}"), "línea", id="mal-escrita"),
    pytest.param(_con("block cuerpo", "block cuepro"), "el bloque «cuepro» no saldría", id="bloque-mal-escrito"),
    pytest.param(
        _con(CUERPO, CUERPO + '{% if salida == "nones" %}No.{% endif %}\n'), "la salida «nones»", id="salida-que-no-hay"
    ),
    pytest.param(_con("Observaciones a", "Observaciones a" * 30), "un asunto de", id="asunto-que-no-cabe"),
    pytest.param(
        _con('{{ fundamento("Est-37", "M-S-4", "M-S-5") }}', "Hola"), "no dice en qué se funda", id="sin-fundar"
    ),
]


@pytest.mark.parametrize(("danar", "dice"), DANOS)
def test_una_plantilla_que_no_sirve_no_se_publica(plantillas: Path, danar: Callable[[Path], None], dice: str) -> None:
    danar(plantillas / "seguimiento/of_13.md.j2")
    (falta,) = faltas_de_plantillas(POCAS)
    assert falta.startswith("«seguimiento» del 2025-11-20: la 5 emite OF-13, ")
    assert dice in falta


def test_se_dicen_las_de_todas_las_plantillas_a_la_vez(plantillas: Path) -> None:
    _borrar(plantillas / "seguimiento/of_13.md.j2")
    _borrar(plantillas / "promocion_difusion/of_08.md.j2")
    (plantillas / "otra").mkdir()
    (plantillas / "otra/of_99.md.j2").write_text("x", "utf-8")
    dichas = "\n".join(faltas_de_plantillas(POCAS))
    assert all(clave in dichas for clave in ("OF-13", "OF-08", "«otra/of_99» no es de ningún procedimiento"))


def _con_oficio(tabla: Tabla, clave: str, **cambios: object) -> Tabla:
    def otro(act: Actividad) -> Actividad:
        return replace(act, oficios=tuple(_cambiado(o, cambios) if o.clave == clave else o for o in act.oficios))

    return replace(tabla, actividades=tuple(map(otro, tabla.actividades)))


def _cambiado(oficio: Emision, cambios: dict[str, object]) -> Emision:
    return replace(oficio, **cambios)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cambios", "dice"),
    [
        ({"fundamento": "L-80"}, "emite OF-14, que se funda en L-80, que no existe"),
        ({"fundamento": "Q-1"}, "emite OF-14, que se funda en Q-1, que no existe"),
        ({"por_completar": ("el sello",)}, "que dice por completar «el sello», y su plantilla no lo pide"),
        ({"plantilla": "seguimiento/of_99"}, "y no está su plantilla: escriba plantillas_oficio/seguimiento/of_99"),
    ],
)
def test_un_oficio_que_dice_lo_que_no_es_no_se_publica(cambios: dict[str, object], dice: str) -> None:
    demas = [tabla for tabla in POCAS if tabla.clave != "seguimiento"]
    faltas = faltas_de_plantillas(Catalogo([*demas, _con_oficio(seguimiento.TABLA, "OF-14", **cambios)]))
    assert any(dice in falta for falta in faltas), faltas


def test_tambien_los_articulos_de_una_actividad_existen() -> None:
    primera, *demas = seguimiento.TABLA.actividades
    mala = replace(seguimiento.TABLA, actividades=(replace(primera, fundamento="M-S-1; L-999"), *demas))
    faltas = faltas_de_plantillas(Catalogo([*(t for t in POCAS if t.clave != "seguimiento"), mala]))
    assert "«seguimiento» del 2025-11-20: la 1 se funda en L-999, que no existe" in faltas


def test_el_catalogo_revisa_cada_tabla_al_armarse() -> None:
    mala = replace(promocion_difusion.TABLA, nombre="")
    with pytest.raises(Exception, match="«promocion_difusion» del 2025-11-20: le falta nombre"):
        Catalogo([mala])
