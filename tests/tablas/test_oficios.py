"""¿Sale de cada paso el oficio que debe? Las letras del Manual, copiadas otra vez del dominio.

La copia se hizo de dominio 06 §6.1 (OF-01 a OF-16) y de las tablas de 02, sin mirar `flujos/`. Donde la
fuente calla (`inferido`), la tabla tiene que confesarlo. Las de los Lineamientos están en
`test_oficios_lineamientos`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from modelos.tabla import SIGUE, Actividad, Tipo
from modelos.tabla.emision import Destino, Emision, Hacia
from tests.accesorios.tablas.juntas import por_tabla
from tests.accesorios.tablas.primeras import PRIMERAS

PLANTILLAS = Path(__file__).parents[2] / "plantillas_oficio"


class Letra(NamedTuple):
    """Una fila de §6.1. `al_salir`: sólo puede escribirse con lo que se decide o captura en ese paso."""

    procedimiento: str
    actividad: str
    clave: str
    de: str
    para: str
    base: str
    tipo: str = "oficio"
    ccp: str = ""
    al_salir: str = ""
    exigido: bool = False
    inferido: bool = False


LETRAS = (
    Letra("normatividad", "2", "OF-01", "DSTC", "CST", "M-N-2"),
    Letra("normatividad", "3", "OF-02", "CST", "todos: CAST", "M-N-3", "oficio circular"),
    # 10 #23: el órgano que aprueba se elige; mientras no se cambie, la DCAJ.
    Letra("normatividad", "7", "OF-03", "DSTC", "dato: organo_aprobador", "M-N-7", inferido=True),
    # La fila OF-04 tiene dos sentidos: el segundo lleva su propia clave para no citar uno por otro.
    Letra("normatividad", "8", "OF-04b", "DCAJ", "DSTC", "M-N-8", al_salir="no_viable", inferido=True),
    Letra("normatividad", "9", "OF-04", "DCAJ", "DSTC", "M-N-8, M-N-9", al_salir=SIGUE, inferido=True),
    Letra(
        "normatividad", "11", "OF-05", "DSTC", "todos: CAST", "M-N-11", "oficio circular", "todos: CE", inferido=True
    ),
    Letra("reunion_trabajo", "6", "OF-06", "CST", "todos: CAST, todos: CE", "M-T1-6", "oficio circular"),
    Letra(
        "reunion_trabajo",
        "8",
        "OF-07",
        "CST",
        "todos: CAST, todos: CE",
        "M-T1-8",
        "acta",
        al_salir=SIGUE,
        inferido=True,
    ),
    Letra("promocion_difusion", "2", "OF-08", "CST", "todos: CAST", "M-P-2", "oficio circular"),
    Letra("promocion_difusion", "6a", "OF-09", "DSTC", "DVS", "M-P-6"),
    Letra("promocion_difusion", "6b", "OF-10", "DSTC", "DCTA", "M-P-6"),
    # Es circular cuando va a todos; en planeación hay un expediente por centro.
    Letra("planeacion_metas", "1", "OF-11", "DSTC", "dato: cast", "L-25; M-S-2", ccp="estatal de: cast", inferido=True),
    Letra(
        "seguimiento",
        "2",
        "OF-11",
        "DSTC",
        "todos: CAST",
        "L-25; M-S-2",
        "oficio circular",
        "todos: CE",
        inferido=True,
    ),
    Letra("planeacion_metas", "5", "OF-12", "CAST", "DSTC", "L-27", exigido=True),
    Letra("seguimiento", "5", "OF-13", "CST", "todos: CAST", "M-S-5", "oficio circular", inferido=True),
    Letra("seguimiento", "8", "OF-14", "DSTC", "su superior", "M-S-8", inferido=True),
    Letra("concertacion", "3", "OF-15", "CST", "dato: cast", "M-C-3; L-46", al_salir=SIGUE),
    Letra("concertacion", "6", "OF-16", "CST", "persona: solicitante", "M-C-6", inferido=True),
)
PROPIAS = list(dict.fromkeys(letra.procedimiento for letra in LETRAS))
POR_LETRA = por_tabla(LETRAS, tabla=lambda letra: letra.procedimiento, nombre=lambda letra: letra.clave)
POR_PLANTILLA = por_tabla(
    sorted(ruta for clave in PROPIAS for ruta in (PLANTILLAS / clave).iterdir()),
    tabla=lambda ruta: ruta.parent.name,
    nombre=lambda ruta: ruta.name,
)


def _texto(destinos: tuple[Destino, ...]) -> str:
    antes = {Hacia.UNIDAD: "", Hacia.TODAS: "todos: ", Hacia.SUPERIOR: "su superior"}
    return ", ".join(antes.get(d.hacia, f"{d.hacia.replace('_', ' ')}: ") + d.valor for d in destinos)


def _emision(letra: Letra) -> tuple[Actividad, Emision]:
    actividad = PRIMERAS[letra.procedimiento][letra.actividad]
    (emision,) = [oficio for oficio in actividad.oficios if oficio.clave == letra.clave]
    return actividad, emision


def _claves(fundamento: str) -> set[str]:
    return set(re.findall(r"(?:L|M-[A-Z]\d?)-\d+", fundamento))


@POR_LETRA
def test_lo_emite_y_lo_recibe_quien_dice_el_dominio(letra: Letra) -> None:
    _, emision = _emision(letra)
    assert (emision.de.value, _texto(emision.para), _texto(emision.ccp)) == (letra.de, letra.para, letra.ccp)
    assert (emision.forma.value, emision.exigido) == (letra.tipo, letra.exigido)


@POR_LETRA
def test_se_redacta_al_llegar_salvo_que_dependa_de_lo_que_ahi_se_resuelve(letra: Letra) -> None:
    _, emision = _emision(letra)
    assert emision.salidas == ((letra.al_salir,) if letra.al_salir else ())


@POR_LETRA
def test_lo_que_la_fuente_no_dice_del_oficio_se_confiesa_con_una_frase(letra: Letra) -> None:
    actividad, emision = _emision(letra)
    assert bool(emision.inferido) == letra.inferido
    assert not emision.inferido or (emision.inferido.endswith(".") and emision.inferido in actividad.todo_lo_inferido)


@POR_LETRA
def test_la_plantilla_existe_y_cita_lo_que_funda_el_oficio(letra: Letra) -> None:
    _, emision = _emision(letra)
    texto = (PLANTILLAS / f"{emision.plantilla}.md.j2").read_text(encoding="utf-8")
    (citadas,) = re.findall(r"\{\{ fundamento\(([^)]*)\) \}\}", texto)
    assert emision.fundamento == letra.base
    assert _claves(letra.base) <= _claves(citadas)
    # El artículo 37 del Estatuto da facultades a la DSTC y a sus coordinaciones, no a quien le escribe.
    assert ("Est-37" in citadas) == (letra.de in {"DSTC", "CST"})


def test_lo_que_se_envia_por_oficio_sale_de_un_paso_de_envio() -> None:
    # Los demás pasos que emiten resuelven algo o lo comunica quien captura: son la excepción y se nombran.
    otros = {letra.clave for letra in LETRAS if _emision(letra)[0].tipo is not Tipo.ENVIO}
    assert otros == {"OF-04b", "OF-07", "OF-13", "OF-16"}


@POR_PLANTILLA
def test_cada_plantilla_hereda_lo_comun_y_no_copia_el_marco_abrogado(plantilla: Path) -> None:
    texto = plantilla.read_text(encoding="utf-8")
    assert texto.startswith('{% extends "_base.md.j2" %}\n')
    assert all(f"{{% block {bloque} %}}" in texto for bloque in ("asunto", "cuerpo"))
    assert not re.search(r"\bLey\b|\bAcuerdo (?:DG|SO)\b|DOF|Gubernamental", texto), "sólo se cita con fundamento(…)"
    assert "Sin otro particular" not in texto, "el cierre está en la base"


@POR_PLANTILLA
def test_ningun_renglon_con_texto_termina_en_una_instruccion(plantilla: Path) -> None:
    # El salto que sigue a `%}` se borra: el renglón se pegaría al siguiente y se perdería el párrafo.
    renglones = plantilla.read_text(encoding="utf-8").splitlines()
    sueltos = [r for r in renglones if r.endswith("%}") and re.sub(r"\{%.*?%\}", "", r).strip()]
    assert [r for r in sueltos if not r.startswith("{% block asunto %}")] == [], "ponga la instrucción en su renglón"
