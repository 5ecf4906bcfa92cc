"""¿Llega cada recordatorio una vez, a quien lo debe y en su día? Sobre SQLite y PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from modelos import reloj
from modelos.actos.turnos import asignacion
from modelos.actos.turnos.mover import bloquear
from modelos.expedientes.expediente import Encargo, Turno
from modelos.expedientes.notificacion import Notificacion
from modelos.organizacion.organigrama import Persona
from modelos.plazos.plazo import Plazo, Recordatorio
from modelos.sesion import transaccion
from modelos.tabla.plazo import RESPUESTA_OFICIAL
from tareas.avisos.recordatorios import ResumenDeBarrido, barrer
from tests.accesorios.fabricas import Instancia
from tests.accesorios.plazos import leer, multiplicar, plantar
from tests.accesorios.tablas.fechas import fecha

RAIZ = Path(__file__).parents[3]
LUNES = date(2027, 3, 1)


@pytest.fixture(autouse=True)
def _reloj(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2027-03-01T09:00:00-06:00")


def _recordatorios(instancia: Instancia, plazo: str) -> list[Recordatorio]:
    with instancia.leer() as s:
        return list(
            s.scalars(select(Recordatorio).where(col(Recordatorio.plazo_id) == plazo).order_by(col(Recordatorio.toca)))
        )


def _avisados(instancia: Instancia, clave: str = "hito:%") -> Counter[tuple[str, str]]:
    """(correo sin dominio, hito) → cuántas notificaciones."""
    with instancia.leer() as s:
        consulta = (
            select(col(Persona.correo), col(Notificacion.clave))
            .join(Persona, col(Persona.id) == Notificacion.persona_id)
            .where(col(Notificacion.clave).like(clave))
        )
        return Counter((correo.partition("@")[0], dicha.rpartition(":")[2]) for correo, dicha in s.execute(consulta))


def _personas(instancia: Instancia, hito: str) -> set[str]:
    return {persona for persona, visto in _avisados(instancia) if visto == hito}


def _en_la_cst(instancia: Instancia) -> Turno:
    """Un turno abierto de la CST: normatividad pasa antes dos veces por la DSTC."""
    folio = instancia.iniciar("normatividad")
    for _ in range(2):
        instancia.atender(instancia.abiertos(folio)[0])
    [turno] = instancia.abiertos(folio)
    assert turno.unidad == "CST"
    return turno


def _barrer_hasta(instancia: Instancia, desde: date, hasta: date) -> list[ResumenDeBarrido]:
    return [barrer(instancia.url, desde + timedelta(i)) for i in range((hasta - desde).days + 1)]


def test_pl01_recuerda_en_sus_dias_corridos_contra_la_fecha_conservadora(instancia: Instancia) -> None:
    """Dominio 03 §3.3: en F, los días 45, 75, 85 y 90 caen mar 4-may, mié 16-jun, mié 30-jun y mié 7-jul de 2027.

    Se recuerda contra la conservadora (el menor de los cuatro perfiles): desde el 5 de mayo, inhábil sólo en C y
    F, o el 21 de marzo, según el perfil, puede caer un día antes; nunca después.
    """
    folio = instancia.iniciar("normatividad")
    plazo = plantar(instancia, folio, LUNES, 90, hitos=RESPUESTA_OFICIAL, clave="PL-01")
    assert (plazo.vence, plazo.conservador) == (fecha("mié 2027-07-07"), fecha("mar 2027-07-06"))
    _barrer_hasta(instancia, LUNES, date(2027, 7, 7))
    vistos = {r.hito: r for r in _recordatorios(instancia, plazo.id)}
    assert list(vistos) == [f"corridos-{n}" for n in (30, 45, 60, 75, 80, 85, 88, 90)]
    assert all(r.enviado and r.visto == r.toca for r in vistos.values())
    assert vistos["corridos-45"].toca == fecha("lun 2027-05-03")
    for hito, en_f in {
        "corridos-45": fecha("mar 2027-05-04"),
        "corridos-75": fecha("mié 2027-06-16"),
        "corridos-85": fecha("mié 2027-06-30"),
        "corridos-90": fecha("mié 2027-07-07"),
    }.items():
        assert en_f - timedelta(days=1) <= vistos[hito].toca <= en_f
    assert vistos["corridos-90"].toca == plazo.conservador
    assert set(_avisados(instancia).values()) == {1}


def test_los_hitos_usuales_y_las_insistencias_tocan_una_vez_cada_uno(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    turno = instancia.abiertos(folio)[0]
    plazo = plantar(instancia, folio, LUNES, 10, turno=turno)
    assert (plazo.vence, plazo.conservador) == (fecha("mar 2027-03-16"), fecha("lun 2027-03-15"))
    for resumen in _barrer_hasta(instancia, LUNES, date(2027, 3, 24)):
        assert resumen.completo
    assert [(r.hito, r.toca, r.enviado) for r in _recordatorios(instancia, plazo.id)] == [
        ("antes-7", fecha("mié 2027-03-03"), True),
        ("antes-3", fecha("mar 2027-03-09"), True),
        ("antes-1", fecha("jue 2027-03-11"), True),
        ("dia", fecha("lun 2027-03-15"), True),
        ("vencido-1", fecha("jue 2027-03-18"), True),
        ("vencido-2", fecha("mar 2027-03-23"), True),
    ]
    quedo = leer(instancia, plazo.id)
    assert (quedo.hitos, quedo.insistencias, quedo.proximo) == ([], 2, fecha("vie 2027-03-26"))
    assert set(_avisados(instancia).values()) == {1}
    antes = _avisados(instancia)
    _barrer_hasta(instancia, LUNES, date(2027, 3, 24))
    assert _avisados(instancia) == antes


def test_motor_dormido_una_semana_un_solo_recordatorio_el_mas_reciente(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    plazo = plantar(instancia, folio, LUNES, 10, turno=instancia.abiertos(folio)[0])
    resumen = barrer(instancia.url, date(2027, 3, 13))
    assert (resumen.recordatorios, resumen.sustituidos) == (1, 2)
    assert [(r.hito, r.enviado) for r in _recordatorios(instancia, plazo.id)] == [
        ("antes-7", False),
        ("antes-3", False),
        ("antes-1", True),
    ]
    assert {hito for _, hito in _avisados(instancia)} == {"antes-1"}
    # Y si despierta cuando ya venció: la insistencia más reciente, y las otras sólo constan.
    resumen = barrer(instancia.url, date(2027, 3, 24))
    assert (resumen.recordatorios, resumen.sustituidos) == (1, 2)
    assert {hito for _, hito in _avisados(instancia)} == {"antes-1", "vencido-2"}
    assert leer(instancia, plazo.id).insistencias == 2


def test_nada_a_quien_ya_cumplio(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    turno = instancia.abiertos(folio)[0]
    plazo = plantar(instancia, folio, LUNES, 10, turno=turno)
    with transaccion(instancia.url) as s:
        s.execute(update(Plazo).where(col(Plazo.id) == plazo.id).values(estado="cumplido"))
    assert barrer(instancia.url, date(2027, 3, 15)).plazos == 0
    assert not _avisados(instancia)
    # Aunque el plazo siguiera abierto por error, un turno atendido no se recuerda.
    with transaccion(instancia.url) as s:
        s.execute(update(Plazo).where(col(Plazo.id) == plazo.id).values(estado="abierto"))
    instancia.atender(turno)
    barrer(instancia.url, date(2027, 3, 15))
    assert not _avisados(instancia)


def test_si_alguien_lo_tomo_solo_se_le_recuerda_a_quien_lo_tomo(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    turno = instancia.abiertos(folio)[0]
    plantar(instancia, folio, LUNES, 10, turno=turno)
    barrer(instancia.url, date(2027, 3, 4))
    assert _personas(instancia, "antes-7") == {"coordinacion", "dstc"}
    with instancia.como("dstc") as ctx:
        asignacion.tomar(ctx, turno.id)
    barrer(instancia.url, date(2027, 3, 10))
    assert _personas(instancia, "antes-3") == {"dstc"}


def test_el_de_un_tramo_toca_a_quien_responde_y_a_quien_tiene_el_turno(instancia: Instancia) -> None:
    plantar(instancia, _en_la_cst(instancia).folio, LUNES, 10, unidad="SSI")
    barrer(instancia.url, date(2027, 3, 4))
    assert _personas(instancia, "antes-7") == {"ssi", "cst"}


def test_lo_vencido_se_insiste_solo_a_quien_lo_debe_y_hasta_la_cantidad_del_ajuste(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    plazo = plantar(instancia, folio, LUNES, 10, turno=instancia.abiertos(folio)[0])
    for i in range(120):
        assert barrer(instancia.url, LUNES + timedelta(i), insistencias=3).completo
    insistidos = [r.hito for r in _recordatorios(instancia, plazo.id) if r.hito.startswith("vencido-")]
    assert insistidos == ["vencido-1", "vencido-2", "vencido-3"]
    assert {p for p, hito in _avisados(instancia) if hito.startswith("vencido-")} == {"coordinacion", "dstc"}
    quedo = leer(instancia, plazo.id)
    assert (quedo.estado, quedo.insistencias, quedo.proximo) == ("abierto", 3, None)


def test_al_despertar_tarde_no_se_pasa_de_la_cantidad(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    plazo = plantar(instancia, folio, LUNES, 10, turno=instancia.abiertos(folio)[0])
    barrer(instancia.url, date(2027, 7, 1), insistencias=2)
    assert [r.hito for r in _recordatorios(instancia, plazo.id) if r.enviado] == ["vencido-2"]
    assert barrer(instancia.url, date(2027, 9, 1), insistencias=2).plazos == 0


def test_lo_que_ya_paso_de_la_cantidad_calla_aunque_se_vuelva_a_contar(instancia: Instancia) -> None:
    """Como los que ya llevaban sesenta antes de que hubiera tope."""
    folio = instancia.iniciar("normatividad")
    plazo = plantar(instancia, folio, LUNES, 10, turno=instancia.abiertos(folio)[0])
    with transaccion(instancia.url) as s:
        viejo = {"hitos": [], "insistencias": 65, "proximo": date(2027, 9, 1)}
        s.execute(update(Plazo).where(col(Plazo.id) == plazo.id).values(**viejo))
    assert barrer(instancia.url, date(2027, 9, 1)).recordatorios == 0
    assert leer(instancia, plazo.id).proximo is None
    assert not _avisados(instancia)


def test_si_en_la_unidad_no_hay_nadie_se_entera_el_nivel_de_arriba(instancia: Instancia) -> None:
    turno = _en_la_cst(instancia)
    plantar(instancia, turno.folio, LUNES, 10, turno=turno)
    with transaccion(instancia.url) as s:
        s.execute(update(Persona).where(col(Persona.correo) == "cst@demo.local").values(activa=False))
    barrer(instancia.url, date(2027, 3, 4))
    assert _personas(instancia, "antes-7") == {"coordinacion", "dstc"}


def test_una_prorroga_vuelve_a_recordar_contra_la_fecha_nueva(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    plazo = plantar(instancia, folio, LUNES, 10, turno=instancia.abiertos(folio)[0])
    barrer(instancia.url, date(2027, 3, 15))
    with transaccion(instancia.url) as s:
        nuevo = {
            "vuelta": 1,
            "hitos": [["antes-3", "2027-03-17"], ["dia", "2027-03-22"]],
            "proximo": date(2027, 3, 17),
            "conservador": date(2027, 3, 22),
        }
        s.execute(update(Plazo).where(col(Plazo.id) == plazo.id).values(**nuevo))
    _barrer_hasta(instancia, date(2027, 3, 16), date(2027, 3, 22))
    assert [r.hito for r in _recordatorios(instancia, plazo.id) if r.enviado] == ["dia", "antes-3.1", "dia.1"]


def test_la_insistencia_en_un_anio_sin_publicar_se_vuelve_a_mirar_al_otro_dia(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    plazo = plantar(instancia, folio, LUNES, 10, turno=instancia.abiertos(folio)[0])
    with transaccion(instancia.url) as s:
        valores = {"hitos": [["dia", "2099-03-02"]], "conservador": date(2099, 3, 2), "proximo": date(2099, 3, 2)}
        s.execute(update(Plazo).where(col(Plazo.id) == plazo.id).values(**valores))
    resumen = barrer(instancia.url, date(2099, 3, 2))
    assert (resumen.recordatorios, resumen.sin_calendario, resumen.completo) == (1, 1, True)
    assert leer(instancia, plazo.id).proximo == date(2099, 3, 3)


def test_los_avisos_de_turno_tambien_son_notificacion_y_repetirlos_no_anade(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    turno = instancia.abiertos(folio)[0]
    instancia.cumplir_encargos()
    esperado = Counter({("coordinacion", turno.id): 1, ("dstc", turno.id): 1})
    assert _avisados(instancia, "turno:%") == esperado
    with transaccion(instancia.url) as s:
        s.execute(update(Encargo).where(col(Encargo.efecto).like("aviso%")).values(hecho=None))
    assert instancia.cumplir_encargos() >= 1
    assert _avisados(instancia, "turno:%") == esperado


def test_tres_motores_barren_a_la_vez_sin_repetir_ni_faltar(instancia: Instancia, tmp_path: Path) -> None:
    folio = instancia.iniciar("normatividad")
    modelo = plantar(instancia, folio, LUNES, 10, unidad="DCAJ")
    multiplicar(instancia, modelo, 300)
    orden = (
        "import sys, time\nfrom datetime import date\nfrom pathlib import Path\n"
        "from tareas.avisos.recordatorios import barrer\n"
        "Path(sys.argv[2]).touch()\n"
        "while len(list(Path(sys.argv[3]).glob('listo*'))) < 3: time.sleep(0.005)\n"
        "r = barrer(sys.argv[1], date(2027, 3, 4), lote=3)\n"
        "print(r.plazos)"
    )
    entorno = {**os.environ, "PYTHONPATH": str(RAIZ)}
    motores = [
        subprocess.Popen(
            [sys.executable, "-c", orden, instancia.url, str(tmp_path / f"listo{i}"), str(tmp_path)],
            env=entorno,
            stdout=subprocess.PIPE,
            text=True,
        )
        for i in range(3)
    ]
    vistos = [int(motor.communicate(timeout=600)[0]) for motor in motores]
    assert all(motor.returncode == 0 for motor in motores)
    assert sum(vistos) == 301
    assert sum(n > 0 for n in vistos) >= 2, "no llegaron a competir"
    with instancia.leer() as s:
        hitos = s.scalars(select(Recordatorio)).all()
        avisos = s.execute(select(col(Notificacion.plazo_id), col(Notificacion.persona_id))).all()
    assert len(hitos) == 301
    assert len(avisos) == len(set(avisos))
    assert {plazo for plazo, _ in avisos} == {h.plazo_id for h in hitos}
    assert {leer(instancia, modelo.id).proximo} == {date(2027, 3, 9)}
    assert reloj.hoy() == LUNES


def test_el_barrido_no_espera_a_quien_tiene_reservado_un_expediente(instancia: Instancia) -> None:
    """Si lo esperara, quien atiende y el barrido se esperarían uno al otro: el plazo, y el expediente que la cita."""
    if instancia.url.startswith("sqlite"):
        pytest.skip("con SQLite sólo escribe uno a la vez")
    folio = instancia.iniciar("normatividad")
    plantar(instancia, folio, LUNES, 10, turno=instancia.abiertos(folio)[0])
    with ThreadPoolExecutor(1) as hilo, instancia.como("coordinacion") as ctx:
        bloquear(ctx, folio)
        barrido = hilo.submit(barrer, instancia.url, date(2027, 3, 15))
        assert barrido.result(timeout=300).recordatorios == 1
