"""¿Se puede publicar? Lo que toda tabla publicada cumple, recalculado sin usar la revisión."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from flujos.catalogo import CATALOGO
from modelos.tabla import FIN, SIGUE, Catalogo, Formulario, Tabla, Tipo, a, es_final, es_grupo, texto_salida
from modelos.tabla.errores import CatalogoInvalido, ProcedimientoDesconocido
from modelos.tabla.unidades import NACIONALES, SIN_CUENTA
from tests.accesorios.tablas.hechura import actividad, poda

TABLAS = list(CATALOGO)
CONTINUAS = {"mantenimiento": {"5", "6"}}
"""Lo que la fuente manda repetir sin fin (L-67): seguir cumpliendo no es devolver, y no gasta vueltas."""
POR_TABLA = pytest.mark.parametrize("tabla", TABLAS, ids=lambda t: f"{t.clave}-{t.version}")


def _alcanzadas(tabla: Tabla, desde: str, sin: str = "", *, devolviendo: bool = True) -> set[str]:
    """Lo que se alcanza dando al menos un paso; `sin` no se atraviesa."""
    vistas: set[str] = set()
    cola = [desde]
    while cola:
        clave = cola.pop()
        if clave == sin or es_final(clave):
            continue
        nuevas = {
            destino
            for ruta in tabla[clave].salidas.values()
            if devolviendo or not ruta.devuelve
            for destino in ruta.destinos
        } - vistas
        vistas |= nuevas
        cola += nuevas
    return vistas


def _formularios(tabla: Tabla) -> Iterator[type[Formulario]]:
    yield tabla.datos
    yield from (act.formulario for act in tabla.actividades if act.formulario)


@POR_TABLA
def test_se_llega_a_todas_las_actividades(tabla: Tabla) -> None:
    claves = {act.clave for act in tabla.actividades}
    assert claves - _alcanzadas(tabla, tabla.inicio.clave) - {tabla.inicio.clave} == set()


@POR_TABLA
def test_desde_cualquier_actividad_se_llega_a_un_final(tabla: Tabla) -> None:
    atrapadas = [act.clave for act in tabla.actividades if not any(map(es_final, _alcanzadas(tabla, act.clave)))]
    assert atrapadas == []
    assert FIN in tabla.finales


@POR_TABLA
def test_toda_decision_tiene_todas_sus_salidas_y_cada_una_se_lee(tabla: Tabla) -> None:
    for act in tabla.actividades:
        if act.tipo is Tipo.APROBACION:
            assert len(act.salidas) >= 2, act.clave
            assert SIGUE not in act.salidas, f"la {act.clave} decide: sus salidas llevan nombre"
        assert all(destino in tabla or es_final(destino) for r in act.salidas.values() for destino in r.destinos)
        legibles = [texto_salida(etiqueta) for etiqueta in act.salidas]
        assert len(set(legibles)) == len(legibles)
        assert all(texto[0].isupper() and "_" not in texto for texto in legibles)


@POR_TABLA
def test_todo_ciclo_pasa_por_una_devolucion_que_lo_cuente(tabla: Tabla) -> None:
    # El tope de vueltas sólo se revisa al devolver: un ciclo sin devolución gira sin fin (diseño §4).
    giran = {a.clave for a in tabla.actividades if a.clave in _alcanzadas(tabla, a.clave, devolviendo=False)}
    assert giran == CONTINUAS.get(tabla.clave, set())
    # Lo que se repite por mandato lo termina una persona, con una salida sin regreso.
    assert not giran or any(es_final(d) for c in giran for r in tabla[c].salidas.values() for d in r.destinos)


@POR_TABLA
def test_toda_unidad_existe_o_es_un_grupo_o_tiene_quien_capture(tabla: Tabla) -> None:
    fichas = {ficha.clave for ficha in NACIONALES}
    assert tabla.duena.value in fichas
    for act in tabla.actividades:
        assert act.responsable not in SIN_CUENTA, act.clave
        assert act.responsable.value in fichas or es_grupo(act.responsable), act.clave


@POR_TABLA
def test_el_dato_que_elige_la_unidad_ya_se_capturo_cuando_hace_falta(tabla: Tabla) -> None:
    for act in tabla.actividades:
        if act.segun is None or act.segun in tabla.datos.model_fields:
            continue
        capturan = [o for o in tabla.actividades if o.formulario and act.segun in o.formulario.model_fields]
        assert len(capturan) == 1, f"la {act.clave} depende de «{act.segun}»"
        (captura,) = capturan
        campo = captura.formulario.model_json_schema()["properties"][act.segun]  # type: ignore[union-attr]
        assert campo["x-grupo"] == act.responsable.value
        assert act.clave not in _alcanzadas(tabla, tabla.inicio.clave, sin=captura.clave)


@POR_TABLA
def test_nada_inferido_va_sin_explicacion(tabla: Tabla) -> None:
    for act in tabla.actividades:
        inferida = act.numero_impreso == "" or act.por_cada is not None or act.captura is not None
        assert not inferida or len(act.inferido) > 20, f"la {act.clave} no explica lo que se infirió"
        textos = [act.inferido, *(ruta.inferida for ruta in act.salidas.values())]
        textos += [act.plazo.inferido] if act.plazo else []
        textos += [oficio.inferido for oficio in act.oficios]
        for texto in filter(None, textos):
            assert texto.endswith("."), f"{act.clave}: {texto!r} no es una frase"
            assert texto in act.todo_lo_inferido
        assert bool(act.todo_lo_inferido) == any(textos)


@POR_TABLA
def test_la_accion_y_la_nota_son_frases(tabla: Tabla) -> None:
    for act in tabla.actividades:
        for frase in filter(None, (act.accion, act.nota)):
            assert frase[0].isupper() or frase[0] in "¿«", f"{act.clave}: {frase!r}"
            assert frase.endswith("."), f"{act.clave}: {frase!r}"


@POR_TABLA
def test_los_subprocedimientos_rigen_desde_que_rige_quien_los_abre(tabla: Tabla) -> None:
    abre = [act.subprocedimiento for act in tabla.actividades if act.subprocedimiento]
    assert [CATALOGO.vigente(clave, tabla.vigente_desde).clave for clave in abre] == abre


@POR_TABLA
def test_cada_campo_de_formulario_lleva_titulo_escrito_en_su_esquema(tabla: Tabla) -> None:
    for formulario in _formularios(tabla):
        esquema = json.loads(json.dumps(formulario.model_json_schema()))
        assert esquema["additionalProperties"] is False, "un campo desconocido no se pierde en silencio"
        for nombre, campo in formulario.model_fields.items():
            assert campo.title, f"{formulario.__qualname__}.{nombre} no lleva título"
            assert esquema["properties"][nombre]["title"] == campo.title


@POR_TABLA
def test_el_formulario_inicial_pide_el_tope_de_vueltas_y_lo_dice_inferido(tabla: Tabla) -> None:
    tope = tabla.datos.model_json_schema()["properties"]["tope_vueltas"]
    assert (tope["minimum"], tope["maximum"], tope["default"]) == (1, 20, 5)
    assert tope["inferido"]


@POR_TABLA
def test_las_evidencias_de_una_actividad_no_comparten_clave(tabla: Tabla) -> None:
    for act in tabla.actividades:
        claves = [documento.clave for documento in act.evidencia]
        assert len(set(claves)) == len(claves), act.clave
        assert all(documento.nombre for documento in act.evidencia)


def test_dos_procedimientos_no_comparten_siglas_ni_por_tanto_folios() -> None:
    siglas = {(tabla.clave, tabla.siglas) for tabla in TABLAS}
    assert len({s for _, s in siglas}) == len({clave for clave, _ in siglas})


# --- el catálogo ---------------------------------------------------------------


def test_rige_la_ultima_version_que_ya_empezo_y_la_anterior_se_conserva() -> None:
    antes, ahora = poda(vigente_desde=date(2025, 3, 3)), poda(vigente_desde=date(2026, 3, 2))
    catalogo = Catalogo([ahora, antes])
    assert catalogo.vigente("PODA", ahora.vigente_desde) is ahora
    assert catalogo.vigente("PODA", ahora.vigente_desde - timedelta(days=1)) is antes
    assert catalogo.version("PODA", "2025-03-03") is antes
    assert catalogo.vigentes(date(2026, 1, 1)) == [antes]


def test_antes_de_su_fecha_un_procedimiento_no_rige() -> None:
    catalogo = Catalogo([poda(vigente_desde=date(2026, 3, 2))])
    assert catalogo.vigentes(date(2026, 3, 1)) == []
    with pytest.raises(ProcedimientoDesconocido, match="«PODA»"):
        catalogo.vigente("PODA", date(2026, 3, 1))


@pytest.mark.parametrize(("clave", "version"), [("PODA", "2020-01-01"), ("TALA", "2026-03-02")])
def test_una_version_no_publicada_no_se_adivina(clave: str, version: str) -> None:
    with pytest.raises(ProcedimientoDesconocido) as error:
        Catalogo([poda(vigente_desde=date(2026, 3, 2))]).version(clave, version)
    assert (error.value.clave, error.value.version) == (clave, version)


def test_la_misma_version_no_se_publica_dos_veces() -> None:
    with pytest.raises(CatalogoInvalido, match="«PODA»: la versión 2026-03-02 está 2 veces"):
        Catalogo([poda(), poda()])


def test_no_se_publica_quien_abre_un_subprocedimiento_sin_publicar() -> None:
    abre = poda(
        actividad("1", salidas={SIGUE: a(FIN)}, tipo=Tipo.SUBPROCEDIMIENTO, subprocedimiento="TALA"),
    )
    with pytest.raises(CatalogoInvalido, match="la 1 abre «TALA», que no está publicado"):
        Catalogo([abre])
    assert len(list(Catalogo([abre, poda(clave="TALA", siglas="TALA")]))) == 2
