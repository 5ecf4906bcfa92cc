"""El año 2027 completo, 32 unidades y 12 CAST (40 en la larga): cada ciclo una vez, cada hito una vez, ninguno de más.

Lo esperado se saca por otro camino: una lista de inhábiles escrita del dominio (04 §4.2, perfil F) y los
correos que de verdad salieron, leídos del disco. Con 40 CAST se mide aparte (`docs/cifras.md`): tarda el triple.
"""

from __future__ import annotations

import email
import email.policy
import email.utils
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import reloj, sesion
from modelos.ciclos.ciclo import Apertura
from modelos.expedientes.expediente import Expediente
from modelos.expedientes.notificacion import Notificacion
from modelos.plazos.plazo import Plazo, Recordatorio
from tareas.simulacion.anio import PlanDeSimulacion, simular
from tareas.simulacion.informe import InformeDelAnio
from tests.accesorios.largas import LARGAS

INHABILES = {
    date.fromisoformat(dia)
    for dia in (
        *("2027-01-01", "2027-02-01", "2027-02-05", "2027-03-15", "2027-05-05", "2027-09-01", "2027-09-16"),
        *("2027-11-15", "2028-02-07", "2028-03-20", "2028-03-21", "2028-05-01", "2028-05-05", "2028-09-01"),
    )
}
INICIO, FIN = date(2027, 1, 1), date(2027, 12, 31)
CASTS = 40 if LARGAS else 12
SEMILLA = 3
"""Con ésta hay quien cumple tarde y quien nunca cumple."""
ANTES = (30, 15, 7, 3, 1, 0)


@pytest.fixture(scope="module")
def anio(tmp_path_factory: pytest.TempPathFactory) -> tuple[InformeDelAnio, Path]:
    carpeta = tmp_path_factory.mktemp("anio")
    return simular(PlanDeSimulacion(INICIO, FIN, carpeta, CASTS, SEMILLA), CATALOGO), carpeta


@pytest.fixture
def base(anio: tuple[InformeDelAnio, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setenv("DSTC_RELOJ", "2027-12-31T17:00:00-06:00")
    with sesion.lectura(f"sqlite:///{anio[1] / 'dstc.sqlite3'}") as s:
        yield s


def test_el_anio_termina_sin_faltas(anio: tuple[InformeDelAnio, Path]) -> None:
    informe = anio[0]
    assert informe.faltas == ()
    assert informe.turnos_atendidos > 600
    assert informe.vencidos > informe.vencidos_abiertos > 0  # hay quien cumple tarde y quien no cumple
    assert set(informe.mensajes) <= {"enviada", "descartada"}


def test_cada_ciclo_se_abre_una_vez_por_periodo_y_unidad(base: Session) -> None:
    abiertos = Counter((a.procedimiento, a.periodo) for a in base.scalars(select(Apertura)))
    meses = {("registro_mensual", f"2027-{mes:02d}"): CASTS for mes in range(1, 13)}
    anuales = {("planeacion_metas", "2028"): CASTS, ("mantenimiento", "2028"): CASTS, ("reequipamiento", "2027"): CASTS}
    trimestrales = {("registro_reporte_st", p): 1 for p in ("2026-T4", "2027-T1", "2027-T2", "2027-T3")}
    semestrales = {("reunion_trabajo", p): 1 for p in ("2027-S1", "2027-S2")}
    assert abiertos == {**meses, **anuales, **trimestrales, **semestrales}
    folios = base.scalars(select(col(Apertura.folio))).all()
    assert len(set(folios)) == len(folios) == len(base.scalars(select(Expediente)).all())


def test_los_ciclos_se_abren_el_primer_dia_habil(base: Session) -> None:
    for abierto in base.scalars(select(Apertura)):
        dia = reloj.local(abierto.hecha).date()
        primero = date(dia.year, dia.month, 1)
        while not _habil(primero):
            primero += timedelta(1)
        assert dia == primero, (abierto.procedimiento, abierto.periodo)


def test_cada_hito_se_recuerda_una_vez_y_ninguno_falta(base: Session) -> None:
    """De cada plazo, los hitos que debieron verse: los que cayeron después de abrirse y antes de cerrarse."""
    vistos: dict[str, dict[str, Recordatorio]] = {}
    for r in base.scalars(select(Recordatorio)):
        vistos.setdefault(r.plazo_id, {})[r.hito] = r
    revisados = 0
    for plazo in base.scalars(select(Plazo).where(col(Plazo.conservador).is_not(None))):
        assert plazo.conservador is not None
        abierto = reloj.local(plazo.abierto).date()
        cerrado = reloj.local(plazo.cerrado) if plazo.cerrado else datetime.max.replace(tzinfo=reloj.ZONA)
        esperados = {
            f"antes-{n}" if n else "dia"
            for n in ANTES
            if abierto < (toca := _antes(plazo.conservador, n)) <= FIN
            and cerrado > datetime(toca.year, toca.month, toca.day, 7, tzinfo=reloj.ZONA)
        }
        suyos = vistos.get(plazo.id, {})
        assert {hito for hito in suyos if not hito.startswith("vencido")} == esperados, plazo.id
        assert all(r.visto == r.toca for hito, r in suyos.items() if not hito.startswith("vencido"))
        assert all(r.visto <= cerrado.date() for r in suyos.values()), plazo.id
        revisados += len(esperados)
    assert revisados > 400


INSISTENCIAS = 5


def test_a_quien_debe_y_no_cumple_se_le_insiste_cada_tres_habiles_hasta_cinco_y_despues_cada_semana(
    base: Session,
) -> None:
    abandonados = base.scalars(
        select(Plazo).where(col(Plazo.estado) == "abierto", col(Plazo.vence) < date(2027, 11, 1))
    ).all()
    assert abandonados
    for plazo in abandonados:
        assert plazo.conservador is not None
        suyos = base.scalars(
            select(Recordatorio).where(
                col(Recordatorio.plazo_id) == plazo.id, col(Recordatorio.hito).startswith("vencido")
            )
        ).all()
        desde = max(plazo.conservador, reloj.local(plazo.abierto).date())
        tocaban = [d for k, d in enumerate(_siguientes(desde), 1) if k % 3 == 0][:INSISTENCIAS]
        assert sorted(r.toca for r in suyos) == tocaban
        semanales = base.scalars(
            select(Notificacion).where(
                col(Notificacion.plazo_id) == plazo.id, col(Notificacion.clave).startswith("semana:")
            )
        ).all()
        # El resumen sale el primer hábil de la semana, antes que las insistencias de ese día.
        siguen = {d for d in _primeros_de_semana() if d > tocaban[-1]} if len(tocaban) == INSISTENCIAS else set()
        assert {n.dia for n in semanales if not n.datos["sube"]} == siguen, plazo.id
        assert len({(n.persona_id, n.dia.isocalendar()[:2]) for n in semanales}) == len(semanales)


def test_nadie_recibe_mas_de_cinco_correos_por_semana_habil_sin_turnos_nuevos(
    anio: tuple[InformeDelAnio, Path],
) -> None:
    """Los de días sin turno propio nuevo; y el total cuadra con los archivos que de verdad salieron."""
    correos = anio[0].correos
    assert correos.sin_nuevos[2] <= 5
    assert correos.insistencia == INSISTENCIAS
    por_semana: Counter[tuple[str, str]] = Counter()
    for mensaje in _correos(anio[1] / "correo"):
        dia = email.utils.parsedate_to_datetime(str(mensaje["Date"])).astimezone(reloj.ZONA).date()
        a_quien = email.utils.parseaddr(str(mensaje["To"]))[1]
        por_semana[a_quien, "{}-W{:02d}".format(*dia.isocalendar())] += 1
    assert por_semana == {(correo, semana): cuantos for correo, semana, cuantos, _ in correos.renglones}


def test_el_asunto_de_cada_correo_dice_de_que_expediente(anio: tuple[InformeDelAnio, Path]) -> None:
    asuntos = [str(mensaje["Subject"]) for mensaje in _correos(anio[1] / "correo")]
    assert all(re.search(r"\((?:[A-Z]+-2027-\d{4})\)", asunto) for asunto in asuntos)
    assert not [a for a in asuntos if "prudente" in a or "conservador" in a]


def test_el_correo_lleva_cada_aviso_una_vez_y_un_resumen_al_dia(anio: tuple[InformeDelAnio, Path]) -> None:
    entregas: Counter[str] = Counter()
    por_dia: Counter[tuple[str, date]] = Counter()
    for mensaje in _correos(anio[1] / "correo"):
        entregas[str(mensaje["X-DSTC-Entrega"])] += 1
        texto = mensaje.get_body(("plain",))
        assert texto is not None
        cuerpo = texto.get_content()
        assert "http://127.0.0.1:8000/" in cuerpo
        if "Para cuándo" in cuerpo and "nuevo" not in str(mensaje["Subject"]).lower():
            dia = email.utils.parsedate_to_datetime(str(mensaje["Date"])).date()
            por_dia[(str(mensaje["To"]), dia)] += 1
    assert set(entregas.values()) == {1}
    assert sum(entregas.values()) == anio[0].mensajes["enviada"]


def test_el_informe_queda_escrito(anio: tuple[InformeDelAnio, Path]) -> None:
    informe, carpeta = anio
    recordados = (carpeta / "recordatorios.csv").read_text("utf-8").splitlines()
    assert len(recordados) - 1 == informe.notificaciones
    assert len((carpeta / "aperturas.csv").read_text("utf-8").splitlines()) - 1 == sum(informe.aperturas.values())
    assert "registro_mensual 2027-05" in str(informe)


def _habil(dia: date) -> bool:
    return dia.weekday() < 5 and dia not in INHABILES


def _antes(dia: date, habiles: int) -> date:
    """El día hábil tal que faltan tantos hábiles para `dia`."""
    while habiles:
        if _habil(dia):
            habiles -= 1
        dia -= timedelta(1)
        while not _habil(dia):
            dia -= timedelta(1)
    return dia


def _siguientes(desde: date) -> list[date]:
    return [d for i in range(1, (FIN - desde).days + 1) if _habil(d := desde + timedelta(i))]


def _primeros_de_semana() -> set[date]:
    """El primer día hábil de cada semana del año."""
    de: dict[tuple[int, int], date] = {}
    for dia in (INICIO + timedelta(i) for i in range((FIN - INICIO).days + 1)):
        if _habil(dia):
            de.setdefault(dia.isocalendar()[:2], dia)
    return set(de.values())


@cache
def _correos(carpeta: Path) -> tuple[EmailMessage, ...]:
    """Los que salieron, sin el contenido de sus adjuntos: son miles, y se leen una vez para todas las pruebas."""
    leidos = []
    for archivo in sorted(carpeta.glob("*.eml")):
        mensaje = email.message_from_bytes(archivo.read_bytes(), policy=email.policy.default)
        assert isinstance(mensaje, EmailMessage)
        for adjunto in mensaje.iter_attachments():
            adjunto.set_payload("")
        leidos.append(mensaje)
    return tuple(leidos)
