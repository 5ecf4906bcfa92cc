"""¿Se recuerda una sola vez, y a tiempo, que falta el acuse de un oficio? Sobre SQLite y PostgreSQL."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.actos.oficios import acuses, tramite
from modelos.administracion import personas
from modelos.avisos.de_oficios import YA_ACUSADO
from modelos.avisos.mensajes import NO_LE_TOCA
from modelos.calendario import POR_DEFECTO, publicados
from modelos.ciclos.ciclo import Jornada
from modelos.errores import ActoNoProcede, NoLeCorresponde
from modelos.expedientes.notificacion import Notificacion
from modelos.oficios import titulares
from modelos.oficios.oficio import Oficio
from modelos.organizacion.organigrama import Adscripcion, Persona
from modelos.sesion import transaccion
from tareas import jornada
from tareas.avisos.asuntos import recorte
from tareas.avisos.junta import juntar
from tareas.oficios.acuses import recordar_pendientes
from tests.accesorios.correo import Buzon, buzon, partes
from tests.accesorios.fabricas import Instancia
from tests.accesorios.oficina import asentados, destinatarios, enviado, firmar, por_encargo, repartir, suelto

LUNES = date(2027, 3, 1)
JUEVES = date(2027, 3, 4)
"""Tres días hábiles después."""


@pytest.fixture(autouse=True)
def _reloj(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", f"{LUNES}T09:00:00-06:00")


@pytest.fixture
def smtp() -> Iterator[Buzon]:
    with buzon() as abierto:
        yield abierto


def _avisados(instancia: Instancia) -> Counter[str]:
    """A quién se le recordó, sin dominio."""
    with instancia.leer() as s:
        consulta = (
            select(col(Persona.correo))
            .join(Notificacion, col(Notificacion.persona_id) == Persona.id)
            .where(col(Notificacion.clave).startswith("oficio:acuse:"))
        )
        return Counter(correo.partition("@")[0] for correo in s.scalars(consulta))


def _poner(monkeypatch: pytest.MonkeyPatch, dia: date) -> None:
    monkeypatch.setenv("DSTC_RELOJ", f"{dia}T09:00:00-06:00")


def test_pasados_los_dias_habiles_se_recuerda_una_vez_a_quien_falta(
    instancia: Instancia, smtp: Buzon, monkeypatch: pytest.MonkeyPatch
) -> None:
    oficio = enviado(instancia, suelto(instancia, para=("CST", "DCAJ"), ccp=("DVS",)))
    with instancia.como("dcaj") as ctx:
        tramite.acusar(ctx, oficio.id, 1)
    repartir(instancia, smtp.url, terminado=True)
    antes = len(smtp.recibidos)
    for dia, recordados in ((date(2027, 3, 3), 0), (JUEVES, 1), (JUEVES, 0), (date(2027, 3, 8), 0)):
        _poner(monkeypatch, dia)
        assert recordar_pendientes(instancia.url, dia, 3).recordados == recordados, dia
        repartir(instancia, smtp.url, terminado=True)
    assert _avisados(instancia) == {"cst": 1}
    assert smtp.para[antes:] == ["cst@demo.local"]
    mensaje = smtp.recibidos[-1]
    assert mensaje["Subject"] == (
        f"Falta su acuse de recibido. {recorte(f'Oficio circular DSTC/001/2027: {oficio.asunto}')} ({oficio.folio})"
    )
    texto, _ = partes(mensaje)
    assert "Todavía no consta que su unidad recibió este oficio circular, que se le envió el 1 de marzo" in texto
    assert f"https://dstc.example/oficios/{oficio.id}" in texto
    assert [hashlib.sha256(a.get_content()).hexdigest() for a in mensaje.iter_attachments()] == [oficio.sha256]
    cst, dcaj, dvs = destinatarios(instancia, oficio.id)
    assert cst.recordado is not None
    assert (dcaj.recordado, dvs.recordado) == (None, None)
    instancia.exigir_integra()


def test_el_recordatorio_alcanza_el_resumen_de_su_dia() -> None:
    """Los recordatorios de plazos son los que lo dejan salir: lo que deba ir en él se dice antes."""
    orden = list(jornada.TRABAJOS)
    assert orden.index(jornada.ACUSES) < orden.index(jornada.RECORDATORIOS)


def test_los_dias_inhabiles_no_cuentan(instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    """Del jueves 11 de marzo: viernes 12, martes 16 (el lunes 15 es feriado) y miércoles 17."""
    _poner(monkeypatch, date(2027, 3, 11))
    enviado(instancia_sqlite, por_encargo(instancia_sqlite))
    hechos = {d: recordar_pendientes(instancia_sqlite.url, date(2027, 3, d), 3).recordados for d in (14, 15, 16, 17)}
    assert hechos == {14: 0, 15: 0, 16: 0, 17: 1}


def test_si_falta_publicar_el_anio_se_dice_y_no_se_inventa(
    instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    ultimo = publicados()[POR_DEFECTO].hasta_anio
    _poner(monkeypatch, date(ultimo, 12, 31))
    enviado(instancia_sqlite, por_encargo(instancia_sqlite))
    _poner(monkeypatch, date(ultimo + 1, 1, 20))
    resumen = recordar_pendientes(instancia_sqlite.url, date(ultimo + 1, 1, 20), 3)
    assert (resumen.recordados, resumen.sin_calendario) == (0, 1)
    assert f"El calendario de días inhábiles de {ultimo + 1} no está publicado" in str(resumen)
    assert _avisados(instancia_sqlite) == Counter()
    hecho = jornada.trabajar(instancia_sqlite.url, CATALOGO, reloj.ahora(), 7, (jornada.ACUSES,))[jornada.ACUSES]
    assert "1 sin contar" in hecho.resultado


def test_varios_motores_a_la_vez_recuerdan_una_sola_vez(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    folio = instancia.iniciar("normatividad")
    unidades = ("CST", "DCAJ", "DVS", "DCTA", "SSI")
    for _ in range(4):
        enviado(instancia, suelto(instancia, folio=folio, para=unidades))
    _poner(monkeypatch, JUEVES)
    with ThreadPoolExecutor(4) as hilos:
        hechos = [hilos.submit(recordar_pendientes, instancia.url, JUEVES, 3) for _ in range(4)]
    assert sum(h.result().recordados for h in hechos) == 20
    assert _avisados(instancia) == {u.lower(): 4 for u in unidades}


def test_recordar_ya_alcanza_a_quien_falta_y_el_trabajo_del_dia_no_repite(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    oficio = enviado(instancia, suelto(instancia, para=("CST", "DCAJ", "SSI")))
    with instancia.como("ssi") as ctx:
        tramite.acusar(ctx, oficio.id, 2)
    with instancia.como("cst") as ctx, pytest.raises(NoLeCorresponde, match="recordar que falta el acuse"):
        acuses.recordar(ctx, oficio.id)
    veces = []
    for alias in ("dstc", "coordinacion"):
        with instancia.como(alias) as ctx:
            veces.append(acuses.recordar(ctx, oficio.id))
    assert veces == [2, 0]
    _poner(monkeypatch, JUEVES)
    assert recordar_pendientes(instancia.url, JUEVES, 3).recordados == 0
    assert _avisados(instancia) == {"cst": 1, "dcaj": 1}


def test_recordar_ya_y_el_trabajo_del_dia_a_la_vez_no_se_traban(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folio = instancia.iniciar("normatividad")
    unidades = ("CST", "DCAJ", "DVS", "DCTA", "SSI")
    varios = [enviado(instancia, suelto(instancia, folio=folio, para=unidades)) for _ in range(6)]
    _poner(monkeypatch, JUEVES)

    def a_mano(oficio: Oficio) -> int:
        with instancia.como("dstc") as ctx:
            return acuses.recordar(ctx, oficio.id)

    with ThreadPoolExecutor(4) as hilos:
        pedidos = [hilos.submit(a_mano, o) for o in reversed(varios)]
        trabajos = [hilos.submit(recordar_pendientes, instancia.url, JUEVES, 3) for _ in range(3)]
    assert sum(p.result() for p in pedidos) + sum(t.result().recordados for t in trabajos) == 30
    assert _avisados(instancia) == {u.lower(): 6 for u in unidades}


@pytest.mark.parametrize("estado", ["borrador", "firmado", "cancelado"])
def test_no_se_recuerda_lo_que_no_se_ha_enviado_o_ya_no_rige(instancia_sqlite: Instancia, estado: str) -> None:
    oficio = por_encargo(instancia_sqlite)
    if estado != "borrador":
        firmar(instancia_sqlite, oficio)
    if estado == "cancelado":
        with instancia_sqlite.como("dstc") as ctx:
            tramite.cancelar(ctx, oficio.id, "No va.")
    with instancia_sqlite.como("dstc") as ctx, pytest.raises(ActoNoProcede, match=f"está {estado}"):
        acuses.recordar(ctx, oficio.id)


def test_si_acusa_antes_de_que_salga_el_recordatorio_ya_no_sale(
    instancia: Instancia, smtp: Buzon, monkeypatch: pytest.MonkeyPatch
) -> None:
    oficio = enviado(instancia, por_encargo(instancia))
    repartir(instancia, smtp.url, terminado=True)
    _poner(monkeypatch, JUEVES)
    with instancia.como("dstc") as ctx:
        assert acuses.recordar(ctx, oficio.id) == 1
    juntar(instancia.url, reloj.ahora(), barrido_terminado=True)
    with instancia.como("cst") as ctx:
        tramite.acusar(ctx, oficio.id, 0)
    antes = len(smtp.recibidos)
    repartir(instancia, smtp.url, terminado=True)
    assert len(smtp.recibidos) == antes
    with instancia.leer() as s:
        recordado = select(Notificacion).where(col(Notificacion.clave).startswith("oficio:acuse:"))
        assert [n.descartada for n in s.scalars(recordado)] == [YA_ACUSADO]


@pytest.mark.parametrize("ya_armado", [False, True], ids=["antes-de-juntarse", "ya-junto"])
def test_quien_se_fue_de_la_unidad_no_lo_recibe_y_quien_llego_si(
    instancia: Instancia, smtp: Buzon, *, ya_armado: bool
) -> None:
    oficio = enviado(instancia, suelto(instancia))
    if ya_armado:
        juntar(instancia.url, reloj.ahora(), barrido_terminado=True)
    with transaccion(instancia.url) as s:
        de_cst = col(Adscripcion.unidad) == "CST"
        s.execute(update(Adscripcion).where(de_cst).values(hasta=LUNES - timedelta(days=1)))
        personas.adscribir(s, "dvs@demo.local", unidad="CST", rol="operacion", desde=LUNES)
        titulares.nombrar(s, "CST", "dvs@demo.local", "Persona titular de la CST", desde=LUNES)
    for _ in range(2):
        repartir(instancia, smtp.url, terminado=True)
    recibieron = [
        para
        for para, mensaje in zip(smtp.para, smtp.recibidos, strict=True)
        for adjunto in mensaje.iter_attachments()
        if hashlib.sha256(adjunto.get_content()).hexdigest() == oficio.sha256
    ]
    assert recibieron == ["dvs@demo.local"]
    with instancia.leer() as s:
        dichas = select(Notificacion).where(col(Notificacion.clave).startswith("oficio:llego:"))
        assert sorted(n.descartada or "" for n in s.scalars(dichas)) == ["", NO_LE_TOCA]


def test_si_en_la_unidad_ya_no_queda_nadie_se_le_dice_a_la_de_arriba(instancia: Instancia, smtp: Buzon) -> None:
    oficio = enviado(instancia, suelto(instancia))
    with transaccion(instancia.url) as s:
        s.execute(update(Persona).where(col(Persona.correo) == "cst@demo.local").values(activa=False))
    for _ in range(2):
        repartir(instancia, smtp.url, terminado=True)
    recibieron = {
        para
        for para, mensaje in zip(smtp.para, smtp.recibidos, strict=True)
        for adjunto in mensaje.iter_attachments()
        if hashlib.sha256(adjunto.get_content()).hexdigest() == oficio.sha256
    }
    assert "dstc@demo.local" in recibieron
    assert "cst@demo.local" not in recibieron


def test_a_la_unidad_sin_cuentas_no_se_le_da_por_recordada(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaccion(instancia.url) as s:
        s.execute(update(Persona).where(col(Persona.correo) == "cst@demo.local").values(activa=False))
    oficio = enviado(instancia, suelto(instancia, para=("CST", "DCAJ")))
    [envio] = asentados(instancia, "oficio_envio")
    assert envio["sin_cuenta"] == ["CST"]
    _poner(monkeypatch, JUEVES)
    assert recordar_pendientes(instancia.url, JUEVES, 3).recordados == 1
    assert [d.unidad for d in destinatarios(instancia, oficio.id) if d.recordado] == ["DCAJ"]
    with transaccion(instancia.url) as s:
        titulares.nombrar(s, "CST", "dvs@demo.local", "Persona titular de la CST", desde=JUEVES)
    assert recordar_pendientes(instancia.url, JUEVES, 3).recordados == 1
    assert _avisados(instancia) == {"dcaj": 1, "dvs": 1}


def test_la_jornada_lo_hace_a_su_hora_y_con_los_dias_del_ajuste(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    enviado(instancia, por_encargo(instancia))
    monkeypatch.setenv("DSTC_RELOJ", "2027-03-02T06:59:00-06:00")
    assert (
        jornada.trabajar(instancia.url, CATALOGO, reloj.ahora(), 7, reglas=jornada.ReglasDeJornada(acuse_dias=1)) == {}
    )
    monkeypatch.setenv("DSTC_RELOJ", "2027-03-02T07:00:00-06:00")
    hechos = jornada.trabajar(instancia.url, CATALOGO, reloj.ahora(), 7, reglas=jornada.ReglasDeJornada(acuse_dias=2))
    assert hechos[jornada.ACUSES].resultado == "0 acuses recordados."
    monkeypatch.setenv("DSTC_RELOJ", "2027-03-03T07:00:00-06:00")
    hechos = jornada.trabajar(instancia.url, CATALOGO, reloj.ahora(), 7, reglas=jornada.ReglasDeJornada(acuse_dias=2))
    assert hechos[jornada.ACUSES].resultado == "1 acuses recordados."
    assert not jornada.trabajar(
        instancia.url, CATALOGO, reloj.ahora(), 7, reglas=jornada.ReglasDeJornada(acuse_dias=2)
    )[jornada.ACUSES].fresco
    with instancia.leer() as s:
        marcas = select(func.count()).select_from(Jornada).where(col(Jornada.trabajo) == jornada.ACUSES)
        assert s.scalar(marcas) == 2
