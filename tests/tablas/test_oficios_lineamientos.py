"""¿Sale de cada paso de los Lineamientos el oficio que dice el dominio, de quién y a quién? (06 §6.1)

La lista se copió de la ficha de oficios, sin mirar `flujos/`: dos copias independientes no suelen errar
igual. Si algo falla aquí, abra la ficha: una de las dos está mal, y no se corrige una mirando la otra.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from modelos.tabla import Tabla, Tipo
from modelos.tabla.emision import Destino, Emision, Forma, Hacia
from tests.accesorios.tablas.juntas import por_tabla
from tests.accesorios.tablas.primeras import PRIMERAS

PLANTILLAS = Path(__file__).parents[2] / "plantillas_oficio"
SUELTOS = ("OF-23", "OF-24")
"""El informe a la junta y el semestral no tienen actividad en estas tablas: se emiten desde el expediente del mes."""
ANADIDO = "OF-29b"
"""La ficha no lista la notificación de la 14; la actividad sí la pide (02 §2.8)."""


class Fila(NamedTuple):
    """Una fila de la ficha. Los destinos van como los nombra; `exige`: lleva †."""

    clave: str
    procedimiento: str
    actividad: str
    de: str
    para: str
    ccp: str = ""
    exige: bool = False
    salidas: tuple[str, ...] = ()


FICHA = (
    Fila("OF-20", "registro_mensual", "0", "CAST", "DSTC", exige=True),
    Fila("OF-21", "registro_mensual", "4", "CE", "el CAST", salidas=("valida", "observa")),
    Fila("OF-22", "registro_mensual", "6", "DSTC", "SSI"),
    Fila("OF-25", "apertura_cast", "5", "CE", "SSI", exige=True),
    Fila("OF-26", "apertura_cast", "6", "SSI", "DSTC"),
    # La ficha la pone en «7b», que es donde se subsana; la emite la DSTC al responder la 7.
    Fila("OF-27", "apertura_cast", "7", "DSTC", "solicitante", salidas=("incompleta",)),
    Fila("OF-28", "apertura_cast", "7", "DSTC", "solicitante", salidas=("completa",)),
    Fila("OF-29", "apertura_cast", "10", "SSI", "solicitante", exige=True),
    Fila("OF-30", "apertura_cast", "11", "DG", "JD"),
    # «DG → áreas y solicitante»: de las áreas, la 13a es de la DSTC; la copia a la SSI es nuestra.
    Fila("OF-31", "apertura_cast", "13", "DG", "DSTC, solicitante", "SSI", exige=True),
    Fila("OF-35", "mantenimiento", "1", "CAST", "su CE"),
    Fila("OF-36", "mantenimiento", "2", "CE", "SSI", salidas=("transmite",)),
    Fila("OF-37", "mantenimiento", "3", "SSI", "DSTC, DIA"),
    Fila("OF-38", "reequipamiento", "1", "CAST", "su CE", exige=True),
    Fila("OF-39", "reequipamiento", "4", "CE", "SSI"),
    Fila("OF-40", "reequipamiento", "5", "CE", "SSI", exige=True),
    Fila("OF-41", "reequipamiento", "6", "SSI", "DIA", "DSTC"),
    Fila(
        "OF-42",
        "reequipamiento",
        "7",
        "DIA",
        "SSI, su CE",
        "DSTC",
        salidas=("favorable", "con_observaciones", "no_favorable"),
    ),
    # «Área contratante»: quien adquiere es la unidad estatal (02 §2.16, 9 y 11).
    Fila("OF-43", "reequipamiento", "10", "CAST", "su CE", salidas=("favorable", "no_favorable")),
)
NOMBRADOS = {
    Destino(Hacia.DATO, "cast"): "el CAST",
    Destino(Hacia.DATO, "estatal"): "solicitante",
    Destino(Hacia.ESTATAL_DE, "cast"): "su CE",
}
TABLAS = {clave: PRIMERAS[clave] for clave in dict.fromkeys(fila.procedimiento for fila in FICHA)}
CARTAS = sorted(ruta for clave in TABLAS for ruta in (PLANTILLAS / clave).glob("*.md.j2"))

POR_FILA = por_tabla(FICHA, tabla=lambda fila: fila.procedimiento, nombre=lambda fila: fila.clave)
POR_CARTA = por_tabla(CARTAS, tabla=lambda ruta: ruta.parent.name, nombre=lambda ruta: ruta.name)


def _emision(fila: Fila) -> Emision:
    (hallada,) = (o for o in TABLAS[fila.procedimiento][fila.actividad].oficios if o.clave == fila.clave)
    return hallada


def _emisiones() -> list[tuple[Tabla, str, Emision]]:
    return [(t, act.clave, o) for t in TABLAS.values() for act in t.actividades for o in act.oficios]


def _dicho(destinos: tuple[Destino, ...]) -> str:
    return ", ".join(NOMBRADOS.get(d) or d.valor for d in destinos)


@POR_FILA
def test_cada_oficio_de_la_ficha_sale_de_su_actividad_de_quien_y_a_quien_dice(fila: Fila) -> None:
    emision = _emision(fila)
    assert (emision.de.value, _dicho(emision.para), _dicho(emision.ccp)) == (fila.de, fila.para, fila.ccp)
    assert emision.exigido == fila.exige
    assert emision.salidas == fila.salidas
    assert emision.forma is Forma.OFICIO
    assert emision.fundamento.startswith("L-")
    assert emision.plantilla == f"{fila.procedimiento}/{fila.clave.lower().replace('-', '_')}"


def test_la_prevencion_lleva_a_subsanar() -> None:
    assert TABLAS["apertura_cast"]["7"].ruta("incompleta").destinos == ("7b",)


def test_la_negativa_tambien_se_notifica_por_oficio() -> None:
    (emision,) = TABLAS["apertura_cast"]["14"].oficios
    assert (emision.clave, emision.de.value, _dicho(emision.para)) == (ANADIDO, "SSI", "solicitante")
    assert not emision.exigido
    assert emision.inferido


def test_lo_que_la_actividad_exige_adjuntar_se_redacta_al_llegar() -> None:
    # Si se redactara al cerrarla, habría que adjuntar un oficio que todavía no existe.
    for tabla, clave, emision in _emisiones():
        act = tabla[clave]
        if act.tipo is Tipo.ENVIO or any(d.obligatoria for d in act.evidencia):
            assert not emision.salidas, f"{emision.clave} en la {clave} de {tabla.clave}"


def test_quien_hizo_lo_revisado_no_firma_la_revision() -> None:
    assert {o.clave: o.sin_firma_de for _, _, o in _emisiones() if o.sin_firma_de} == {
        "OF-21": ("1", "2", "3"),  # registrar, liberar y validar en el centro
        "OF-29": ("3", "5"),  # integrar la propuesta y solicitar
        "OF-36": ("1",),
        "OF-42": ("3",),
        "OF-43": ("9",),
    }


def test_lo_que_la_fuente_no_exige_se_dice_inferido() -> None:
    for _, clave, emision in _emisiones():
        assert emision.exigido or emision.inferido, f"{emision.clave} en la {clave}"
        assert not emision.inferido or emision.inferido.endswith(".")


# --- las letras ------------------------------------------------------------------


@POR_CARTA
def test_la_plantilla_cita_los_lineamientos_y_no_inventa_acuerdo_ni_fecha(carta: Path) -> None:
    texto = carta.read_text(encoding="utf-8")
    (citas,) = re.findall(r"fundamento\(([^)]*)\)", texto)
    claves = re.findall(r'"([^"]+)"', citas)
    assert any(clave.startswith("L-") for clave in claves)
    assert all(re.fullmatch(r"L-\d+|Est-37", clave) for clave in claves)
    assert not re.search(r"DG-DCAJ|SO/I|\b20\d\d\b", texto), (
        "el acuerdo y las fechas salen del registro o del expediente"
    )


@POR_CARTA
def test_quien_resuelve_en_varios_sentidos_nunca_sale_con_uno_por_defecto(carta: Path) -> None:
    texto = carta.read_text(encoding="utf-8")
    if "set sentido" in texto:
        assert re.search(r"\{% else %\}\s*\[FALTA: (si se|sentido)", texto)
