"""Publicar días inhábiles: qué plazos se mueven, que se muevan ésos y ninguno dos veces, y lo que se rechaza."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from modelos import calendario, sesion
from modelos.actos.administracion import dias as publicaciones
from modelos.actos.conduccion import conducir
from modelos.actos.plazos import recuento
from modelos.actos.turnos import atender
from modelos.actos.turnos.mover import Contexto
from modelos.calendario.errores import PublicacionAtrasada
from modelos.calendario.perfiles import cargar, publicados
from modelos.dias.archivo import Escrito, leer
from modelos.dias.dia import Publicacion, orden_vigente
from modelos.dias.publicaciones import dias_entre, vigentes
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoLeCorresponde
from modelos.expedientes.expediente import Expediente, Turno
from modelos.plazos.plazo import POR_CUMPLIR, EstadoPlazo, Plazo
from tareas.recuento import Avance, recontar_pendientes
from tests.accesorios.fabricas import Instancia
from tests.accesorios.mesa_dias import DE_CENTROS, DE_ESTADOS, DE_MAYO, DEL_MES, NOVENTA, VACACIONES, Mesa, tramo
from tests.accesorios.tablas.fechas import fecha

RAIZ = Path(__file__).parents[3]


@pytest.fixture
def mesa(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> Mesa:
    monkeypatch.setenv("DSTC_RELOJ", "2026-09-10T09:00:00-06:00")
    return Mesa(instancia)


def test_las_vacaciones_mueven_el_vector_del_dominio_y_queda_asentado(mesa: Mesa) -> None:
    folio, otro = mesa.abrir(NOVENTA), mesa.abrir(DEL_MES)
    assert mesa.vence(folio) == fecha("mar 2027-01-12")
    assert mesa.vence(otro) == fecha("jue 2026-12-31")
    id_ = mesa.proponer(VACACIONES)
    previsto = mesa.efectos(id_)
    assert {e.folio: e.despues.vence for e in previsto.elementos} == {
        folio: fecha("vie 2027-01-22"),
        otro: fecha("vie 2026-12-18"),
    }
    assert (previsto.por_cumplir, previsto.movidos, previsto.se_alejan, previsto.se_acercan) == (2, 2, 1, 1)
    assert mesa.vence(folio) == fecha("mar 2027-01-12"), "la vista previa no escribe"
    mesa.aprobar(id_)
    assert recontar_pendientes(mesa.instancia.url).movidos == 2
    for efecto in previsto.elementos:
        [plazo] = mesa.plazos(id=efecto.id)
        assert (plazo.vence, plazo.conservador) == (efecto.despues.vence, efecto.despues.conservador)
        assert plazo.publicacion == 1
    [asiento] = mesa.recuentos(folio)
    assert (asiento["actor"], asiento["unidad"]) == ("sistema", "DSTC")
    assert asiento["datos"]["publicacion"] == 1
    [movido] = asiento["datos"]["plazos"]
    assert movido["antes"]["vence"] == "2027-01-12"
    assert movido["vence"] == "2027-01-22"
    assert "vacaciones generales: Invierno" in mesa.plazos(folio=folio)[0].computo["explicacion"]
    hecha = mesa.publicacion(1)
    assert (hecha.movidos, hecha.sin_cambio, hecha.terminada) == (2, 0, True)
    mesa.exigir_integra()


def test_retirar_lo_publicado_regresa_las_fechas(mesa: Mesa) -> None:
    folio = mesa.abrir(NOVENTA)
    mesa.publicar(VACACIONES)
    with mesa.instancia.leer() as s:
        [dia] = vigentes(s)
    id_ = mesa.proponer(retira=[dia.id or 0])
    [efecto] = mesa.efectos(id_).elementos
    assert (efecto.antes.vence, efecto.despues.vence) == (fecha("vie 2027-01-22"), fecha("mar 2027-01-12"))
    mesa.aprobar(id_)
    recontar_pendientes(mesa.instancia.url)
    assert mesa.vence(folio) == fecha("mar 2027-01-12")
    assert [a["datos"]["publicacion"] for a in mesa.recuentos(folio)] == [1, 2]
    with mesa.instancia.leer() as s:
        assert not vigentes(s)
    mesa.exigir_integra()


def test_lo_de_una_entidad_mueve_solo_lo_suyo_y_lo_de_sus_centros(mesa: Mesa) -> None:
    mesa.abrir(DE_ESTADOS, "2026-09-07T10:00:00-06:00")
    mesa.abrir(DE_CENTROS, "2026-09-07T10:00:00-06:00")
    id_ = mesa.proponer(tramo("2026-09-14", "2026-09-15", ambito="entidad", lugar="MX-MEX"))
    # CAST-DEMO-01 depende de CE-15, que es el Estado de México.
    assert {e.unidad for e in mesa.efectos(id_).elementos} == {"CE-15", "CAST-DEMO-01"}
    mesa.aprobar(id_)
    avance = recontar_pendientes(mesa.instancia.url)
    assert (avance.movidos, avance.sin_cambio) == (2, 33)
    assert {p.unidad for p in mesa.plazos() if p.vence == fecha("jue 2026-09-24")} == {"CE-15", "CAST-DEMO-01"}
    assert {p.vence for p in mesa.plazos() if p.unidad != "CE-15"} >= {fecha("mar 2026-09-22")}
    mesa.exigir_integra()


def test_lo_de_un_centro_no_toca_a_los_demas(mesa: Mesa) -> None:
    mesa.abrir(DE_ESTADOS, "2026-09-07T10:00:00-06:00")
    mesa.abrir(DE_CENTROS, "2026-09-07T10:00:00-06:00")
    mesa.publicar(tramo("2026-09-14", "2026-09-14", "fuerza_mayor", "centro", "CAST-DEMO-02"))
    movidos = [a["datos"]["plazos"] for a in mesa.recuentos()]
    assert [p["id"].split(".")[2] for lista in movidos for p in lista] == ["CAST-DEMO-02"]
    mesa.exigir_integra()


def test_habilitar_gana_y_alarga_una_ventana_despues_de_su_vencimiento(mesa: Mesa) -> None:
    folio = mesa.abrir(NOVENTA)
    ventana = mesa.abrir(DE_MAYO, periodo="2026-12")
    mesa.publicar(VACACIONES)
    # Lunes dentro de las vacaciones, y el domingo en que termina mayo de 2026.
    avance = mesa.publicar(
        tramo("2026-12-28", "2026-12-28", "habilitado"), tramo("2026-05-31", "2026-05-31", "habilitado")
    )
    assert avance.movidos == 2
    assert mesa.vence(folio) == fecha("jue 2027-01-21")
    assert mesa.vence(ventana) == fecha("dom 2026-05-31")
    mesa.exigir_integra()


def test_lo_cumplido_y_lo_suspendido_no_cambia_de_fecha(mesa: Mesa) -> None:
    cumplido, suspendido, cancelado = mesa.abrir(NOVENTA), mesa.abrir(NOVENTA), mesa.abrir(NOVENTA)

    def cerrar(ctx: Contexto) -> None:
        [turno] = ctx.s.scalars(select(Turno).where(col(Turno.folio) == cumplido))
        atender.atender(ctx, turno.id, next(iter(NOVENTA["1"].salidas)), {}, "", turno.version)

    mesa.actuar(cerrar, "dstc")
    mesa.actuar(lambda ctx: conducir.suspender(ctx, suspendido, "falta un papel"), "coordinacion")
    mesa.actuar(lambda ctx: conducir.cancelar(ctx, cancelado, "ya no"), "coordinacion")
    avance = mesa.publicar(VACACIONES)
    assert (avance.movidos, avance.sin_cambio) == (0, 1)
    assert {mesa.vence(f) for f in (cumplido, suspendido, cancelado)} == {fecha("mar 2027-01-12")}
    assert not mesa.recuentos()
    mesa.actuar(lambda ctx: conducir.reanudar(ctx, suspendido, "llegó"), "coordinacion")
    assert mesa.vence(suspendido) == fecha("vie 2027-01-22"), "se cuenta al reanudarse"
    mesa.exigir_integra()


def test_dos_administraciones_a_la_vez_solo_una_aprueba_sobre_lo_que_vio(mesa: Mesa) -> None:
    folio = mesa.abrir(NOVENTA)
    ids = [mesa.proponer(VACACIONES), mesa.proponer(tramo("2026-10-12", "2026-10-12"))]
    errores: list[Exception] = []
    salida = threading.Barrier(2)

    def aprobar(id_: int) -> None:
        salida.wait()
        try:
            mesa.aprobar(id_, 0)
        except PublicacionAtrasada as error:
            errores.append(error)

    hilos = [threading.Thread(target=aprobar, args=(id_,)) for id_ in ids]
    for hilo in hilos:
        hilo.start()
    for hilo in hilos:
        hilo.join()
    [error] = errores
    assert "Administración del sistema (demostración) publicó" in str(error)
    assert "jue 10 sep 2026, 09:00" in str(error)
    with mesa.instancia.leer() as s:
        assert orden_vigente(s) == 1
        [falta] = s.scalars(select(Publicacion).where(col(Publicacion.estado) == "propuesta"))
    # Revisada otra vez, la que faltaba se publica y las dos cuentan.
    recontar_pendientes(mesa.instancia.url)
    mesa.aprobar(falta.id or 0)
    recontar_pendientes(mesa.instancia.url)
    assert mesa.vence(folio) == fecha("lun 2027-01-25")
    mesa.exigir_integra()


def test_tres_motores_a_la_vez_no_cuentan_ni_asientan_dos_veces(mesa: Mesa) -> None:
    folios = [mesa.abrir(NOVENTA) for _ in range(40)]
    intactos = [mesa.abrir(NOVENTA, "2026-03-02T10:00:00-06:00") for _ in range(5)]
    mesa.aprobar(mesa.proponer(VACACIONES))
    procesos = [_motor(mesa, lote=3) for _ in range(3)]
    for proceso in procesos:
        assert proceso.wait(120) == 0
    assert sorted(a["datos"]["plazos"][0]["id"].split(".")[0] for a in mesa.recuentos()) == folios
    assert {mesa.vence(f) for f in folios} == {fecha("vie 2027-01-22")}
    assert {mesa.vence(f) for f in intactos} == {fecha("jue 2026-07-09")}
    hecha = mesa.publicacion(1)
    assert (hecha.movidos, hecha.sin_cambio, hecha.terminada) == (40, 5, True)
    assert recontar_pendientes(mesa.instancia.url) == Avance(terminado=True)
    mesa.exigir_integra()


def test_si_matan_a_quien_recuenta_otro_lo_termina_sin_repetir(mesa: Mesa) -> None:
    folios = [mesa.abrir(NOVENTA) for _ in range(20)]
    mesa.aprobar(mesa.proponer(VACACIONES))
    muerto = _motor(mesa, lote=2, muere_en=4)
    assert muerto.wait(60) == -signal.SIGKILL
    a_medias = mesa.publicacion(1)
    assert 0 < a_medias.movidos < 20
    assert not a_medias.terminada
    avance = recontar_pendientes(mesa.instancia.url, lote=3)
    assert avance.movidos == 20 - a_medias.movidos
    assert avance.terminado
    assert sorted(a["datos"]["plazos"][0]["id"].split(".")[0] for a in mesa.recuentos()) == folios
    assert mesa.publicacion(1).movidos == 20
    mesa.exigir_integra()


GUION = """
import os, signal, sys
import modelos.actos.plazos.recuento as recuento
url, lote, muere = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if muere:
    asentar, hechos = recuento.bitacora.asentar, []
    def matando(*todo):
        hechos.append(asentar(*todo))
        if len(hechos) > muere:
            os.kill(os.getpid(), signal.SIGKILL)
    recuento.bitacora.asentar = matando
from tareas.recuento import recontar_pendientes
assert recontar_pendientes(url, lote).terminado
"""


def _motor(mesa: Mesa, lote: int, muere_en: int = 0) -> subprocess.Popen[bytes]:
    """Un proceso aparte que recuenta; con `muere_en`, se mata a medio lote tras esos asientos."""
    orden = [sys.executable, "-c", GUION, mesa.instancia.url, str(lote), str(muere_en)]
    return subprocess.Popen(orden, cwd=RAIZ, env={**os.environ, "PYTHONPATH": str(RAIZ)})


def test_recoge_lo_que_un_acto_guardo_con_la_publicacion_anterior(mesa: Mesa) -> None:
    folio = mesa.abrir(NOVENTA)
    mesa.publicar(VACACIONES)
    # Como lo dejaría un acto que leyó los días un instante antes de que se aprobaran.
    with sesion.transaccion(mesa.instancia.url) as s:
        s.execute(update(Publicacion).values(orden=None))
    tarde = mesa.abrir(NOVENTA)
    with sesion.transaccion(mesa.instancia.url) as s:
        s.execute(update(Publicacion).values(orden=1))
    assert mesa.vence(tarde) == fecha("mar 2027-01-12")
    assert recontar_pendientes(mesa.instancia.url).movidos == 1
    assert mesa.vence(tarde) == mesa.vence(folio) == fecha("vie 2027-01-22")


def test_lo_que_no_se_podia_calcular_se_recoge_cuando_se_publica_su_anio(
    mesa: Mesa, monkeypatch: pytest.MonkeyPatch
) -> None:
    hoy = calendario.publicados()
    ultimo = hoy.anios[-1]
    corto = type(hoy)(hoy.normas, range(hoy.anios[0], ultimo))
    for modulo in ("modelos.dias.dia", "modelos.actos.plazos.recuento", "modelos.actos.administracion.dias"):
        monkeypatch.setattr(f"{modulo}.publicados", lambda: corto)
    _olvidar()
    folio = mesa.abrir(NOVENTA, f"{ultimo - 1}-11-30T10:00:00-06:00")
    [plazo] = mesa.plazos(folio=folio)
    assert (plazo.estado, plazo.vence) == (EstadoPlazo.SIN_CALCULAR, None)
    assert str(ultimo) in plazo.computo["error"]
    assert recontar_pendientes(mesa.instancia.url) == Avance(terminado=True)
    for modulo in ("modelos.dias.dia", "modelos.actos.plazos.recuento", "modelos.actos.administracion.dias"):
        monkeypatch.setattr(f"{modulo}.publicados", cargar)
    _olvidar()
    assert recontar_pendientes(mesa.instancia.url).movidos == 1
    assert mesa.plazos(folio=folio)[0].estado == EstadoPlazo.ABIERTO
    assert mesa.recuentos(folio)[0]["datos"]["plazos"][0]["antes"] == {"vence": None, "conservador": None}
    assert recontar_pendientes(mesa.instancia.url) == Avance(terminado=True)
    mesa.exigir_integra()


def _olvidar() -> None:
    from modelos.dias import dia as dias_inhabiles

    dias_inhabiles.oficina.cache_clear()


@pytest.mark.parametrize("limite", [1, 2, 5])
def test_los_efectos_se_leen_por_paginas_sin_repetir_ni_saltar(
    instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch, limite: int
) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2026-09-10T09:00:00-06:00")
    mesa = Mesa(instancia_sqlite)
    folios = [mesa.abrir(NOVENTA) for _ in range(5)]
    id_, vistos, cursor = mesa.proponer(VACACIONES), [], ""
    while True:
        pagina = mesa.efectos(id_, limite=limite, cursor=cursor)
        assert pagina.movidos == 5
        vistos += [e.folio for e in pagina.elementos]
        if not pagina.siguiente:
            break
        cursor = pagina.siguiente
    assert vistos == folios


def test_la_vista_previa_dice_lo_mismo_que_contar_todo(
    instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    """El filtro no deja fuera nada que se mueva: se compara con contar cada plazo, uno por uno."""
    mesa = Mesa(instancia_sqlite)
    monkeypatch.setenv("DSTC_RELOJ", "2026-03-10T09:00:00-06:00")
    for mes in range(1, 13):
        mesa.abrir(NOVENTA, f"2026-{mes:02}-28T19:30:00-06:00")
        mesa.abrir(DE_CENTROS, f"2026-{mes:02}-14T07:30:00-06:00")
        mesa.abrir(DEL_MES, periodo=f"2026-{mes:02}")
    casos = [
        tramo("2026-04-01", "2026-04-10", "vacaciones_generales"),
        tramo("2026-12-25", "2027-01-03", "vacaciones_generales"),
        tramo("2026-05-31", "2026-05-31", "habilitado"),
        tramo("2026-02-28", "2026-03-01", "habilitado"),
        tramo("2026-09-17", "2026-09-17", "fuerza_mayor", "centro", "CAST-DEMO-03"),
        tramo("2026-09-29", "2026-09-30", "suspension_labores", "entidad", "MX-GUA"),
    ]
    for caso in casos:
        id_ = mesa.proponer(caso)
        previsto = {e.id: (e.despues.vence, e.despues.conservador) for e in mesa.efectos(id_, limite=200).elementos}
        antes = {p.id: (p.vence, p.conservador) for p in mesa.plazos()}
        mesa.aprobar(id_)
        with sesion.transaccion(mesa.instancia.url) as s:  # sin el filtro: todos por contar
            monkeypatch.setattr(recuento, "alcanzados", lambda *_: col(Plazo.id).is_not(None))
            while recuento.recontar_lote(s, recuento.PRINCIPIO, 500).vistos:
                pass
            monkeypatch.undo()
            monkeypatch.setenv("DSTC_RELOJ", "2026-03-10T09:00:00-06:00")
        despues = {p.id: (p.vence, p.conservador) for p in mesa.plazos()}
        assert {id_: fechas for id_, fechas in despues.items() if fechas != antes[id_]} == previsto
        assert previsto, caso
    mesa.exigir_integra()


def test_solo_la_administracion_publica(instancia_sqlite: Instancia) -> None:
    mesa = Mesa(instancia_sqlite)
    id_ = mesa.proponer(VACACIONES)
    for alias in ("coordinacion", "direccion", "dstc", "cast-demo-01"):
        actos: list[Callable[[Contexto], Any]] = [
            lambda ctx: publicaciones.proponer(ctx, [VACACIONES], [], "porque sí"),
            lambda ctx: publicaciones.aprobar(ctx, id_, 0),
            lambda ctx: publicaciones.descartar(ctx, id_, "porque no"),
        ]
        for acto in actos:
            with pytest.raises(NoLeCorresponde):
                mesa.actuar(acto, alias)


def test_lo_resuelto_no_se_vuelve_a_resolver(instancia_sqlite: Instancia) -> None:
    mesa = Mesa(instancia_sqlite)
    aprobada, descartada = mesa.proponer(VACACIONES), mesa.proponer(tramo("2026-10-12", "2026-10-12"))
    mesa.aprobar(aprobada)
    mesa.actuar(lambda ctx: publicaciones.descartar(ctx, descartada, "se canceló"))
    for id_ in (aprobada, descartada):
        with pytest.raises(ActoNoProcede):
            mesa.aprobar(id_, 1)
        with pytest.raises(ActoNoProcede):
            mesa.actuar(partial(publicaciones.descartar, id_=id_, motivo="otra vez"))
    with mesa.instancia.leer() as s:
        assert [d.motivo for d in vigentes(s)] == ["Invierno"]
    # Descartada, lo que proponía se puede volver a proponer.
    assert mesa.proponer(tramo("2026-10-12", "2026-10-12"))


def faltas(mesa: Mesa, *dias: Escrito, retira: Sequence[int] = (), motivo: str = "Acuerdo") -> dict[str, str]:
    with pytest.raises(FormularioIncompleto) as error:
        mesa.actuar(lambda ctx: publicaciones.proponer(ctx, dias, retira, motivo))
    with mesa.instancia.leer() as s:
        assert not s.scalar(select(func.count()).select_from(Publicacion).where(col(Publicacion.motivo) == motivo))
    return error.value.campos


def test_todas_las_faltas_de_todos_los_renglones_salen_a_la_vez(instancia_sqlite: Instancia) -> None:
    mesa = Mesa(instancia_sqlite)
    archivo = (
        "inicio,fin,tipo,ambito,lugar,motivo,fuente,publicado_dof\n"
        "2026-12-31,2026-12-21,vacaciones_generales,nacional,,Al revés,Circular 1,\n"
        "2026-12-21,2026-12-22,asueto,mundial,,Tipo y ámbito,Circular 1,\n"
        "2026-02-30,2026-03-01,suspension_labores,nacional,,No existe,Circular 1,\n"
        "2041-12-21,2041-12-22,suspension_labores,nacional,,Sin publicar,Circular 1,\n"
        "2026-12-21,2026-12-22,suspension_labores,entidad,MX-ZZZ,Sin entidad,Circular 1,\n"
        "2026-12-21,2026-12-22,suspension_labores,centro,CAST-NADIE,Sin centro,Circular 1,\n"
        "2026-12-21,2026-12-22,suspension_labores,entidad,,Sin lugar,Circular 1,\n"
        "2026-12-21,2026-12-22,suspension_labores,nacional,,,,2099-01-01\n"
    )
    dichas = faltas(mesa, *leer("dias.csv", archivo.encode()), motivo=" ")
    assert set(dichas) == {
        "motivo",
        "renglón 2, fin",
        "renglón 3, tipo",
        "renglón 3, ambito",
        "renglón 4, inicio",
        "renglón 5, inicio",
        "renglón 6, lugar",
        "renglón 7, lugar",
        "renglón 8, lugar",
        "renglón 9, motivo",
        "renglón 9, fuente",
        "renglón 9, publicado_dof",
    }
    assert "no está publicado" in dichas["renglón 5, inicio"]
    with mesa.instancia.leer() as s:
        assert not s.scalar(select(func.count()).select_from(Publicacion))


def test_no_se_repite_lo_vigente_ni_lo_propuesto_ni_se_retira_dos_veces(instancia_sqlite: Instancia) -> None:
    mesa = Mesa(instancia_sqlite)
    assert "dias" in faltas(mesa)
    assert "se repite" in faltas(mesa, VACACIONES, VACACIONES)["inicio"]
    propuesta = mesa.proponer(VACACIONES)
    assert f"ya está en la propuesta {propuesta}" in faltas(mesa, VACACIONES)["inicio"]
    mesa.aprobar(propuesta)
    assert faltas(mesa, VACACIONES)["inicio"] == "ya está publicado igual"
    assert "retira.99" in faltas(mesa, retira=[99])
    with mesa.instancia.leer() as s:
        [dia] = vigentes(s)
    # Sustituir por el mismo tramo, ya con su acuerdo, sí se puede.
    con_dof = Escrito(**{**VACACIONES.__dict__, "publicado_dof": "2026-09-01"})
    sustituye = mesa.proponer(con_dof, retira=[dia.id or 0])
    assert f"ya lo retira la propuesta {sustituye}" in faltas(mesa, retira=[dia.id or 0])[f"retira.{dia.id}"]
    mesa.aprobar(sustituye)
    with mesa.instancia.leer() as s:
        [queda] = vigentes(s)
        assert queda.publicado_dof == date(2026, 9, 1)


def test_los_dias_se_listan_con_su_fuente_y_lo_que_falta_de_sustento(instancia_sqlite: Instancia) -> None:
    from modelos.dias.publicaciones import calendarios_de

    mesa = Mesa(instancia_sqlite)
    mesa.publicar(
        tramo("2026-11-20", "2026-11-23"), tramo("2026-11-28", "2026-11-28", "habilitado", "entidad", "MX-MEX")
    )
    with mesa.instancia.leer() as s:
        nacionales = dias_entre(calendarios_de(s), "F", date(2026, 11, 1), date(2026, 11, 30))
        de_mexico = dias_entre(calendarios_de(s, "CAST-DEMO-01"), "F", date(2026, 11, 1), date(2026, 11, 30))
    assert [(d.fecha.day, d.habil, d.institucional, d.sustento_pendiente) for d in nacionales] == [
        (16, False, False, False),
        (20, False, True, True),
        (21, False, True, True),
        (22, False, True, True),
        (23, False, True, True),
    ]
    assert "Circular 7" in nacionales[1].fuente
    assert [d.fecha.day for d in de_mexico if d.habil] == [28]


def test_quien_ya_recibia_insistencias_no_las_recibe_desde_la_primera(
    instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    mesa = Mesa(instancia_sqlite)
    folio = mesa.abrir(NOVENTA, "2026-01-15T10:00:00-06:00")  # venció el 28 de mayo
    monkeypatch.setenv("DSTC_RELOJ", "2026-09-10T09:00:00-06:00")
    with sesion.transaccion(mesa.instancia.url) as s:
        s.execute(update(Plazo).values(insistencias=20, proximo=date(2026, 9, 14), hitos=[]))
    mesa.publicar(tramo("2026-05-20", "2026-05-20"))
    [plazo] = mesa.plazos(folio=folio)
    assert plazo.vence == fecha("vie 2026-05-29")
    assert plazo.conservador is not None
    # La que sigue es la vigésima primera, a 63 hábiles de la fecha nueva: no otra vez la primera.
    base = max(plazo.conservador, date(2026, 1, 15))
    assert (plazo.insistencias, plazo.proximo) == (20, publicados()["F"].sumar(base, 63))


def test_por_cumplir_no_queda_nada_atrasado(instancia_sqlite: Instancia) -> None:
    mesa = Mesa(instancia_sqlite)
    for _ in range(7):
        mesa.abrir(NOVENTA)
    vistas: list[Avance] = []
    mesa.aprobar(mesa.proponer(VACACIONES))
    recontar_pendientes(mesa.instancia.url, lote=2, avance=vistas.append)
    assert [a.recontados for a in vistas] == [2, 4, 6, 7]
    with mesa.instancia.leer() as s:
        atrasados = select(func.count()).select_from(Plazo).where(col(Plazo.publicacion) < 1)
        assert s.scalar(atrasados.where(col(Plazo.estado).in_(POR_CUMPLIR))) == 0
        assert s.scalar(select(func.count()).select_from(Expediente)) == 7
