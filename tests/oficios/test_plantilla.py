"""¿Una plantilla dice lo que debe, y nada de lo que traigan los datos la cambia?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tareas.oficios.errores import OficioDemasiadoLargo, PlantillaRota
from tareas.oficios.redaccion.palabras import dias, en_letra, enumera, fecha, pesos
from tareas.oficios.redaccion.plantilla import redactar, revisar
from tareas.oficios.redaccion.texto import arbol, plano
from tests.accesorios.oficios_de_muestra import HOSTIL, contexto

PLANTILLA = """{% extends "_base.md.j2" %}
{% block asunto %}Se remite «{{ expediente.asunto }}»{% endblock %}
{% block cuerpo %}
{{ fundamento("M-N-7", "L-22") }}, se remite el proyecto «{{ expediente.asunto }}».
{% if datos.registro %}

Registro: {{ datos.registro }}.
{% endif %}
{% endblock %}
"""


def citar(claves: Sequence[str]) -> str:
    if "X-0" in claves:
        raise KeyError("X-0")
    return f"Con fundamento en {' y '.join(claves)}"


def cuerpo_de(linea: str, **datos: Any) -> str:
    cabeza = '{% extends "_base.md.j2" %}{% block asunto %}A{% endblock %}{% block cierre %}{% endblock %}'
    return redactar(f"{cabeza}{{% block cuerpo %}}\n{linea}\n{{% endblock %}}", contexto(**datos), citar).cuerpo


def test_hereda_el_cierre_y_separa_el_asunto_del_cuerpo() -> None:
    hecho = redactar(PLANTILLA, contexto(asunto="Lineamientos"), citar)
    assert hecho.asunto == "Se remite «Lineamientos»"
    assert hecho.cuerpo.startswith("Con fundamento en M-N-7 y L-22, se remite el proyecto «Lineamientos».\n")
    assert hecho.cuerpo.endswith("\n\nSin otro particular, reciba un cordial saludo.\n")
    assert hecho.ordenamientos_citados == ("M-N-7", "L-22")
    assert hecho.faltan == ()
    assert "Registro" not in hecho.cuerpo


@pytest.mark.parametrize("valor", HOSTIL)
def test_lo_hostil_sale_literal_en_parrafo_lista_y_tabla(valor: str) -> None:
    texto = """{% extends "_base.md.j2" %}{% block asunto %}{{ datos.v }}{% endblock %}
{% block cuerpo %}
{{ datos.v }}

- {{ datos.v }}

| a | b |
|---|---|
| {{ datos.v }} | fin |
{% endblock %}"""
    hecho = redactar(texto, contexto(v=valor), citar)
    assert [nodo["t"] for nodo in arbol(hecho.cuerpo)] == ["parrafo", "lista", "tabla", "parrafo"]
    juntas = "".join(plano(hecho.cuerpo).split())
    assert juntas.count("".join(valor.split())) == 3
    assert hecho.asunto == " ".join(valor.split())
    assert hecho.faltan == ()


def test_lo_redactado_no_vuelve_a_pasar_por_jinja() -> None:
    assert "{{ 7*7 }}" in plano(redactar(PLANTILLA, contexto(asunto="{{ 7*7 }}"), citar).cuerpo)


def test_lo_que_falta_se_ve_y_se_cuenta() -> None:
    cuerpo = cuerpo_de("{{ datos.registro }} {{ datos.fecha_corte|fecha }} {{ ultima['5'].comentario|upper }}")
    assert cuerpo == "[FALTA: datos.registro] [FALTA: datos.fecha_corte] [FALTA: ultima.5.comentario]\n"
    hecho = redactar("{% block asunto %}{{ datos.nada }}{% endblock %}", contexto(), citar)
    assert hecho.faltan == ("datos.nada",)


def test_un_dato_vacio_tambien_falta_y_se_puede_proteger() -> None:
    assert cuerpo_de("{{ datos.x }}", x="") == "[FALTA: datos.x]\n"
    assert cuerpo_de("{% if datos.x %}no{% endif %}{{ datos.x|default('sin dato', true) }}", x=None) == "sin dato\n"


def test_unos_corchetes_que_vengan_en_un_dato_no_son_una_falta() -> None:
    assert redactar(PLANTILLA, contexto(asunto="[FALTA: nada]"), citar).faltan == ()


@pytest.mark.parametrize(
    ("linea", "sale"),
    [
        ("{{ '2026-11-20'|fecha }}", "20 de noviembre de 2026"),
        ("{{ 1500|pesos }}", "$1,500.00"),
        ("{{ dias(10) }}", "10 (diez) días hábiles"),
        ("{{ dias(1) }}", "1 (un) día hábil"),
        ("{{ enumera(datos.lista) }}", "a, b e información"),
        ("{{ unidad('CAST-01') }}", "CAST Uno"),
        ("{% set x %}**n**{% endset %}{{ x }} {{ x ~ '*' }}", "**n** **n**\\*"),
        ("{% for x in datos.lista|sort %}{{ loop.index }}{{ x|first }}{% endfor %}", "1a2b3i"),
        ("{{ datos.items }}", "el dato"),
        ("{{ datos.lista|length + 1 }}", "4"),
        ("{{ 'si' if datos.nada > 5 else 'no' }}{{ datos.nada + 1 }}", "no[FALTA: datos.nada]"),
    ],
)
def test_las_funciones_y_los_filtros(linea: str, sale: str) -> None:
    assert cuerpo_de(linea, lista=["a", "b", "información"], items="el dato") == sale + "\n"


def test_los_saltos_de_un_dato_quedan_como_los_escribiria_una_persona() -> None:
    assert cuerpo_de("{{ datos.x }}", x="uno\r\n- dos") == "uno\\\n\\- dos\n"
    assert "| a b |" in cuerpo_de("| h |\n|---|\n| {{ datos.x }} |", x="a\nb")


@pytest.mark.parametrize(
    "linea",
    [
        "{{ ''.__class__ }}",
        "{{ datos.__class__.__mro__ }}",
        "{{ datos['__class__'] }}{{ fundamento.__globals__ }}",
        "{{ 'a'.join(['b']) }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ range(10000000) }}",
        "{% include '/etc/passwd' %}",
        "{% include '../pyproject.toml' %}",
        "{% include '_oficio.typ' %}",
        "{% import 'tareas' as x %}",
        "{{ datos.x|safe }}",
        "{{ nada() }}",
        "{% if %}",
    ],
)
def test_lo_que_no_se_admite_se_dice_con_su_linea(linea: str) -> None:
    if "datos.__class__" in linea or "datos['__class__']" in linea:
        linea += "{{ ''.__class__ }}"
    with pytest.raises(PlantillaRota) as rota:
        cuerpo_de(linea)
    assert rota.value.linea == 2
    assert "Traceback" not in str(rota.value)


def test_un_texto_enorme_se_corta() -> None:
    with pytest.raises(OficioDemasiadoLargo):
        cuerpo_de("{% for i in range(9000) %}una línea{% endfor %}")


def test_la_falta_en_lo_heredado_nombra_la_plantilla_heredada() -> None:
    with pytest.raises(PlantillaRota) as rota:
        redactar(PLANTILLA, contexto(), citar, editadas={"_base.md.j2": "x\n\n{{ 1 // 0 }}"})
    assert (rota.value.plantilla, rota.value.linea) == ("_base.md.j2", 3)


def test_una_plantilla_comun_editada_tapa_a_la_del_repositorio() -> None:
    hecho = redactar(PLANTILLA, contexto(), citar, editadas={"_base.md.j2": "{% block cuerpo %}{% endblock %}Atte."})
    assert hecho.cuerpo.endswith("Atte.\n")


@pytest.mark.parametrize(
    ("linea", "dice"),
    [
        ("{{ datos.regsitro }}", "datos.regsitro"),
        ("{% if datos.regsitro %}x{% endif %}", "datos.regsitro"),
        ("{% if false %}{{ expediente.flio }}{% endif %}", "expediente.flio"),
        ("{% if false %}{{ datos.registro|safe }}{% endif %}", "safe"),
        ("{{ fundamento('X-0') }}", "X-0"),
        ("{% for d in decisiones %}{{ d.salidda }}{% endfor %}", "salidda"),
        ("{% autoescape false %}{{ datos.registro }}{% endautoescape %}", "autoescape"),
    ],
)
def test_revisar_encuentra_lo_que_no_existe_aunque_no_pase_por_ahi(linea: str, dice: str) -> None:
    texto = f"{{% block asunto %}}A{{% endblock %}}\n\n{linea}\n"
    with pytest.raises(PlantillaRota, match=dice) as rota:
        revisar(texto, contexto(registro=None), citar)
    assert rota.value.linea == 3


def test_revisar_da_por_buena_la_que_protege_lo_opcional() -> None:
    revisar(PLANTILLA, contexto(registro=None), citar)
    revisar(PLANTILLA.replace("{{ datos", '{% if oficios["OF-01"] %}x{% endif %}{{ datos'), contexto(registro="R"))


def test_sin_asunto_no_hay_oficio() -> None:
    with pytest.raises(PlantillaRota, match="asunto"):
        redactar("hola", contexto(), citar)


def test_los_numeros_en_letra() -> None:
    assert [en_letra(n) for n in (0, 16, 21, 30, 31, 100, 101, 999, 1000)] == [
        *("cero", "dieciséis", "veintiún", "treinta", "treinta y un", "cien", "ciento un"),
        *("novecientos noventa y nueve", "1000"),
    ]
    assert dias(30, "naturales") == "30 (treinta) días naturales"
    assert dias(1, "naturales") == "1 (un) día natural"


def test_las_enumeraciones_suenan_bien() -> None:
    assert [enumera(x) for x in (["a"], ["a", "b"], ["a", "hielo"], ["a", "Ignacio"], ["a", "hija"])] == [
        *("a", "a y b", "a y hielo", "a e Ignacio", "a e hija"),
    ]


def test_fechas_y_cantidades() -> None:
    assert fecha("2026-01-05T10:00:00") == "5 de enero de 2026"
    assert pesos("1234567.895") == "$1,234,567.90"
    assert [fecha("por definir"), fecha("20 de mayo de 2026"), pesos("sin costo")] == [
        *("por definir", "20 de mayo de 2026", "sin costo"),
    ]
