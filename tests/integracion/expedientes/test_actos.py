"""Los actos, sobre SQLite y PostgreSQL: todo o nada, un solo ganador, y lo que rechaza cada uno."""

from __future__ import annotations

import json
import threading
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from modelos.actos.conduccion import conducir
from modelos.actos.turnos import asignacion, atender, evidencia
from modelos.errores import ActoNoProcede, BaseInaccesible, FormularioIncompleto, NoExiste, NoLeCorresponde
from modelos.expedientes import visibles
from modelos.expedientes.anexos import Guardado
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.errores import (
    ActividadYaAtendida,
    EvidenciaFaltante,
    SinDestinatarios,
    TurnoTomado,
    VersionVieja,
)
from modelos.expedientes.expediente import Encargo, EstadoExpediente, Expediente, Turno
from modelos.motor import encargos, vigilancia
from modelos.organizacion.organigrama import Persona, Unidad, responsables
from modelos.tabla.errores import SalidaInexistente, TopeDeVueltas
from tests.accesorios.fabricas import Instancia
from tests.accesorios.largas import LARGAS

CASTS = 1000 if LARGAS else 250
"""Turnos a la vez de un mismo expediente; cada uno lo intentan dos de cien clientes."""


def _hasta(instancia: Instancia, folio: str, actividad: str) -> Turno:
    """Atiende por la primera salida hasta que esa actividad esté abierta."""
    for _ in range(60):
        abiertos = instancia.abiertos(folio)
        if abiertos[0].actividad == actividad:
            return abiertos[0]
        datos = {"registro": "R-1"} if abiertos[0].actividad == "9" else {}
        instancia.atender(abiertos[0], **datos)
    raise AssertionError(actividad)


def test_una_decision_rechazada_no_deja_nada(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    turno = _hasta(instancia, folio, "9")
    antes = instancia.expediente(folio)
    with pytest.raises(FormularioIncompleto) as error:
        instancia.atender(turno)
    assert error.value.campos == {"registro": "es obligatorio"}
    despues = instancia.expediente(folio)
    assert (despues.asientos, despues.ultimo_hash, despues.situacion) == (
        antes.asientos,
        antes.ultimo_hash,
        antes.situacion,
    )
    assert [t.id for t in instancia.abiertos(folio)] == [turno.id]
    instancia.exigir_integra()


@pytest.mark.parametrize(
    ("salida", "datos", "error"),
    [
        ("inventada", {}, SalidaInexistente),
        ("continuar", {"necesidad": 5}, FormularioIncompleto),
        ("continuar", {"otro": "x"}, FormularioIncompleto),
    ],
)
def test_lo_mal_capturado_se_rechaza(
    instancia: Instancia, salida: str, datos: dict[str, object], error: type[Exception]
) -> None:
    folio = instancia.iniciar("normatividad")
    turno = instancia.abiertos(folio)[0]
    with pytest.raises(error):
        instancia.atender(turno, salida, **datos)
    assert instancia.expediente(folio).asientos == 1


def test_devolver_exige_motivo_y_cuenta_vueltas(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad", tope_vueltas=1)
    turno = _hasta(instancia, folio, "6")
    with pytest.raises(FormularioIncompleto, match="motivo"), instancia.como("dstc") as ctx:
        atender.atender(ctx, turno.id, "no_favorable", {}, "  ", turno.version)
    instancia.atender(turno, "no_favorable")
    segunda = _hasta(instancia, folio, "6")
    assert segunda.vuelta == 2
    with pytest.raises(TopeDeVueltas):
        instancia.atender(segunda, "no_favorable")
    with instancia.como("coordinacion") as ctx:
        conducir.ampliar_vueltas(ctx, folio, 2, "falta una precisión")
    instancia.atender(segunda, "no_favorable")
    instancia.exigir_integra()


def test_un_turno_viejo_tomado_o_ajeno_no_se_atiende(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    turno = instancia.abiertos(folio)[0]
    with pytest.raises(NoLeCorresponde), instancia.como("cst") as ctx:
        atender.atender(ctx, turno.id, "continuar", {}, "", 1)
    with pytest.raises(NoLeCorresponde), instancia.como("direccion") as ctx:
        atender.atender(ctx, turno.id, "continuar", {}, "", 1)
    with instancia.como("coordinacion") as ctx:
        asignacion.tomar(ctx, turno.id)
    with pytest.raises(VersionVieja), instancia.como("dstc") as ctx:
        atender.atender(ctx, turno.id, "continuar", {}, "", 1)
    with pytest.raises(TurnoTomado, match="Coordinación"), instancia.como("dstc") as ctx:
        atender.atender(ctx, turno.id, "continuar", {}, "", 2)
    with pytest.raises(TurnoTomado), instancia.como("dstc") as ctx:
        asignacion.tomar(ctx, turno.id)
    with pytest.raises(NoLeCorresponde), instancia.como("dstc") as ctx:
        asignacion.liberar(ctx, turno.id)
    with instancia.como("coordinacion") as ctx:
        assert asignacion.liberar(ctx, turno.id).version == 3
    with instancia.como("dstc") as ctx:
        atender.atender(ctx, turno.id, "continuar", {}, "", 3)
    with pytest.raises(NoExiste), instancia.como("dstc") as ctx:
        atender.atender(ctx, f"{folio}.99.DSTC.1", "continuar", {}, "", 1)
    with pytest.raises(NoExiste), instancia.como("dstc") as ctx:
        atender.atender(ctx, "cualquier cosa", "continuar", {}, "", 1)
    instancia.exigir_integra()


def test_reasignar_se_queda_en_la_unidad(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    turno = instancia.abiertos(folio)[0]
    with instancia.leer() as s:
        (otra,) = responsables(s, "CST")
        suyas = responsables(s, "DSTC")
    with pytest.raises(FormularioIncompleto, match="persona"), instancia.como("coordinacion") as ctx:
        asignacion.reasignar(ctx, turno.id, otra, "carga de trabajo")
    with instancia.como("coordinacion") as ctx:
        movido = asignacion.reasignar(ctx, turno.id, suyas[-1], "carga de trabajo")
    assert (movido.persona_id, movido.estado) == (suyas[-1], "tomado")
    instancia.exigir_integra()


def test_dos_a_la_vez_una_gana_y_la_otra_sabe_quien(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    turno = instancia.abiertos(folio)[0]
    salida = threading.Barrier(2)
    resultados: list[str] = []

    def responder(alias: str) -> None:
        salida.wait()
        try:
            with instancia.como(alias) as ctx:
                atender.atender(ctx, turno.id, "continuar", {}, "", 1)
            resultados.append("ganó")
        except ActividadYaAtendida as error:
            resultados.append(error.por)

    hilos = [threading.Thread(target=responder, args=(alias,)) for alias in ("dstc", "coordinacion")]
    for hilo in hilos:
        hilo.start()
    for hilo in hilos:
        hilo.join()
    assert max(resultados) == "ganó"
    assert "demostración" in min(resultados)
    assert len(instancia.abiertos(folio)) == 1
    instancia.exigir_integra()


def test_cien_clientes_a_la_vez_sin_duplicados(instancia: Instancia) -> None:
    """Muchos CAST responden el mismo expediente, cada uno intentado por dos clientes."""
    with instancia.como(None) as ctx:
        ctx.s.add_all(
            Unidad(clave=f"CAST-P{i:04d}", nombre=f"CAST de prueba {i}", tipo="cast", es_demo=True)
            for i in range(CASTS - 3)
        )
    folio = instancia.iniciar("normatividad")
    _hasta(instancia, folio, "3")
    instancia.atender(instancia.abiertos(folio)[0])
    abiertos = instancia.abiertos(folio)
    assert len(abiertos) == CASTS
    ganadas: Counter[str] = Counter()
    candado = threading.Lock()
    cola = [turno.id for turno in abiertos for _ in range(2)]

    def cliente() -> None:
        # El sistema actúa como persona de la unidad: lo que se prueba es la carrera, no el permiso.
        from modelos.organizacion.permisos import Quien, Rol

        while True:
            with candado:
                if not cola:
                    return
                id_ = cola.pop()
            quien = Quien(1, "Cliente", frozenset({(id_.split(".")[2], Rol.OPERACION)}))
            try:
                with instancia.como(None) as ctx:
                    suyo = type(ctx)(ctx.s, ctx.tablas, quien, ctx.ahora)
                    atender.atender(suyo, id_, "continuar", {}, "", 1)
            except ActividadYaAtendida:
                continue
            except BaseInaccesible:  # hay menos conexiones que clientes: quien no la alcanzó, insiste
                with candado:
                    cola.append(id_)
                continue
            with candado:
                ganadas[id_] += 1

    hilos = [threading.Thread(target=cliente) for _ in range(100)]
    for hilo in hilos:
        hilo.start()
    for hilo in hilos:
        hilo.join()
    assert len(ganadas) == CASTS
    assert set(ganadas.values()) == {1}
    assert [t.actividad for t in instancia.abiertos(folio)] == ["5"]
    with instancia.leer() as s:
        decisiones = s.scalar(select(func.count()).where(col(Asiento.folio) == folio, col(Asiento.tipo) == "decision"))
    assert decisiones == CASTS + 3
    instancia.exigir_integra()


def test_la_evidencia_obligatoria_impide_cerrar(instancia: Instancia) -> None:
    folio = instancia.iniciar("reunion_trabajo")
    turno = _hasta(instancia, folio, "7")
    with pytest.raises(EvidenciaFaltante, match="minuta"):
        instancia.atender(turno)


def test_suspendido_no_avanza_y_al_reanudar_si(instancia: Instancia) -> None:
    folio = instancia.iniciar("seguimiento")
    with instancia.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "cambio de titular")
    turno = instancia.abiertos(folio)[0]
    with pytest.raises(ActoNoProcede, match="suspendido"):
        instancia.atender(turno)
    with pytest.raises(NoLeCorresponde), instancia.como("dstc") as ctx:
        conducir.reanudar(ctx, folio, "ya")
    with instancia.como("coordinacion") as ctx:
        conducir.reanudar(ctx, folio, "ya hay titular")
    instancia.atender(turno)
    instancia.exigir_integra()


def test_cancelar_cierra_turnos_y_subexpedientes(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    while instancia.abiertos(folio):
        turno = instancia.abiertos(folio)[0]
        instancia.atender(turno, **({"registro": "R-1"} if turno.actividad == "9" else {}))
    instancia.cumplir_encargos()
    with instancia.como("coordinacion") as ctx:
        conducir.cancelar(ctx, folio, "duplicado")
    with instancia.leer() as s:
        estados = dict(s.execute(select(col(Expediente.procedimiento), col(Expediente.estado))).all())
        abiertos = s.scalar(select(func.count()).where(col(Turno.estado).in_(("pendiente", "tomado"))))
    assert set(estados.values()) == {EstadoExpediente.CANCELADO}
    assert abiertos == 0
    with pytest.raises(ActoNoProcede, match="cancelado"), instancia.como("coordinacion") as ctx:
        conducir.cancelar(ctx, folio, "otra vez")
    instancia.cumplir_encargos()
    instancia.exigir_integra()


def test_si_se_cancela_el_subexpediente_el_padre_decide_a_mano(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    while instancia.abiertos(folio):
        turno = instancia.abiertos(folio)[0]
        instancia.atender(turno, **({"registro": "R-1"} if turno.actividad == "9" else {}))
    instancia.cumplir_encargos()
    espera = f"{folio}.13.DSTC.1"
    with pytest.raises(ActoNoProcede, match="subexpediente"), instancia.como("dstc") as ctx:
        atender.atender(ctx, espera, "continuar", {}, "", 1)
    with instancia.como("coordinacion") as ctx:
        conducir.cancelar(ctx, "RT-2026-0001", "se hará por escrito")
    instancia.cumplir_encargos()
    (turno,) = instancia.abiertos(folio)
    instancia.atender(turno)
    assert instancia.expediente(folio).desenlace == "FIN"
    instancia.exigir_integra()


def test_cerrar_una_espera_sigue_con_lo_reunido(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    turno = _hasta(instancia, folio, "4")
    instancia.atender(turno, observaciones="ninguna")
    with instancia.como("coordinacion") as ctx:
        conducir.cerrar_espera(ctx, folio, "4", "venció el plazo de comentarios")
    assert [t.actividad for t in instancia.abiertos(folio)] == ["5"]
    with pytest.raises(ActoNoProcede), instancia.como("coordinacion") as ctx:
        conducir.cerrar_espera(ctx, folio, "4", "otra vez")
    instancia.exigir_integra()


def test_sin_cast_activos_no_se_reparte_y_nada_se_pierde(instancia: Instancia) -> None:
    with instancia.como(None) as ctx:
        ctx.s.execute(update(Unidad).where(col(Unidad.tipo) == "cast").values(activa=False))
    folio = instancia.iniciar("normatividad")
    turno = _hasta(instancia, folio, "3")
    with pytest.raises(SinDestinatarios, match="administración"):
        instancia.atender(turno)
    assert [t.id for t in instancia.abiertos(folio)] == [turno.id]
    instancia.exigir_integra()


def test_los_encargos_no_se_repiten(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    instancia.atender(instancia.abiertos(folio)[0])
    assert instancia.cumplir_encargos() == 4  # aviso de apertura; actividad, aviso y borrador del oficio de la 2
    assert instancia.cumplir_encargos() == 0
    with instancia.leer() as s:
        claves = s.execute(select(col(Encargo.folio), col(Encargo.asiento), col(Encargo.efecto))).all()
    assert len(claves) == len(set(claves))


def _a_la_13(instancia: Instancia) -> str:
    """Una Normatividad que espera a su reunión de trabajo, ya abierta."""
    folio = instancia.iniciar("normatividad")
    while instancia.abiertos(folio):
        turno = instancia.abiertos(folio)[0]
        instancia.atender(turno, **({"registro": "R-1"} if turno.actividad == "9" else {}))
    instancia.cumplir_encargos()
    return folio


def test_suspendido_no_avanza_aunque_concluya_su_subexpediente(instancia: Instancia) -> None:
    folio = _a_la_13(instancia)
    with instancia.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "se revisa la normativa", con_hijos=False)
    hijo = "RT-2026-0001"
    while abiertos := instancia.abiertos(hijo):
        datos = {"acuerdos": "ninguno"} if abiertos[0].actividad == "8" else {}
        if abiertos[0].actividad == "7":
            with instancia.como("cst") as ctx:
                guardado = Guardado("x" * 36, "a.pdf", "application/pdf", 1, "0" * 64)
                evidencia.adjuntar(ctx, abiertos[0].id, "constancia", guardado)
        instancia.atender(abiertos[0], **datos)
    instancia.cumplir_encargos()
    assert instancia.expediente(folio).estado == EstadoExpediente.SUSPENDIDO
    with instancia.como("coordinacion") as ctx:
        conducir.reanudar(ctx, folio, "ya se revisó")
    instancia.cumplir_encargos()
    assert instancia.expediente(folio).desenlace == "FIN"
    instancia.exigir_integra()


def _estados(instancia: Instancia, *folios: str) -> list[str]:
    return [instancia.expediente(folio).estado for folio in folios]


def test_suspender_al_padre_suspende_a_sus_hijos_y_reanudarlo_los_reanuda(instancia: Instancia) -> None:
    folio, hijo = _a_la_13(instancia), "RT-2026-0001"
    with instancia.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "se revisa la normativa")
    assert _estados(instancia, folio, hijo) == ["suspendido", "suspendido"]
    with pytest.raises(ActoNoProcede, match="suspendido"):
        instancia.atender(instancia.abiertos(hijo)[0])
    del_padre, del_hijo = (_ultimo(instancia, f) for f in (folio, hijo))
    assert (del_padre["hijos"], del_hijo["con"]) == ([hijo], folio)
    assert del_hijo["motivo"] == f"Se suspendió {folio}: se revisa la normativa"
    with instancia.como("coordinacion") as ctx:
        conducir.reanudar(ctx, folio, "ya se revisó")
    assert _estados(instancia, folio, hijo) == ["en_curso", "en_curso"]
    assert (_ultimo(instancia, folio)["hijos"], _ultimo(instancia, hijo)["con"]) == ([hijo], folio)
    instancia.atender(instancia.abiertos(hijo)[0])
    instancia.exigir_integra()


def test_se_puede_decidir_que_los_hijos_sigan_y_queda_asentado(instancia: Instancia) -> None:
    folio, hijo = _a_la_13(instancia), "RT-2026-0001"
    with instancia.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "se revisa la normativa", con_hijos=False)
    assert _estados(instancia, folio, hijo) == ["suspendido", "en_curso"]
    assert _ultimo(instancia, folio)["hijos_siguen"] == [hijo]
    instancia.exigir_integra()


def test_un_hijo_suspendido_aparte_no_se_reanuda_con_el_padre(instancia: Instancia) -> None:
    folio, hijo = _a_la_13(instancia), "RT-2026-0001"
    with instancia.como("coordinacion") as ctx:
        conducir.suspender(ctx, hijo, "no hay sala")
        conducir.suspender(ctx, folio, "se revisa la normativa")
        conducir.reanudar(ctx, folio, "ya se revisó")
    assert _estados(instancia, folio, hijo) == ["en_curso", "suspendido"]
    with instancia.como("coordinacion") as ctx:
        conducir.reanudar(ctx, hijo, "ya hay sala")
        conducir.suspender(ctx, folio, "otra vez")
        conducir.reanudar(ctx, folio, "sólo éste", con_hijos=False)
    assert _estados(instancia, folio, hijo) == ["en_curso", "suspendido"]
    assert _ultimo(instancia, folio)["hijos_siguen"] == [hijo]
    instancia.exigir_integra()


@pytest.mark.parametrize("siguen", [False, True])
def test_el_hijo_que_se_abre_con_el_padre_ya_suspendido_corre_su_suerte(instancia: Instancia, siguen: bool) -> None:  # noqa: FBT001
    folio = instancia.iniciar("normatividad")
    while instancia.abiertos(folio):
        turno = instancia.abiertos(folio)[0]
        instancia.atender(turno, **({"registro": "R-1"} if turno.actividad == "9" else {}))
    with instancia.como("coordinacion") as ctx:  # antes de que el motor lo abra
        conducir.suspender(ctx, folio, "se revisa la normativa", con_hijos=not siguen)
    instancia.cumplir_encargos()
    hijo = "RT-2026-0001"
    assert _estados(instancia, folio, hijo) == ["suspendido", "en_curso" if siguen else "suspendido"]
    with instancia.como("coordinacion") as ctx:
        conducir.reanudar(ctx, folio, "ya se revisó")
    assert _estados(instancia, folio, hijo) == ["en_curso", "en_curso"]
    instancia.exigir_integra()


def _ultimo(instancia: Instancia, folio: str) -> dict[str, Any]:
    """Lo que dice el último asiento del expediente."""
    with instancia.leer() as s:
        suyos = select(col(Asiento.datos)).where(col(Asiento.folio) == folio).order_by(col(Asiento.orden).desc())
        datos: dict[str, Any] = json.loads(s.scalars(suyos.limit(1)).one())
        return datos


def test_un_turno_sale_sin_responsable_si_en_su_unidad_no_queda_nadie_lo_haya_tomado_o_no_quien_se_fue(
    instancia: Instancia,
) -> None:
    folio = instancia.iniciar("normatividad")
    turno = instancia.abiertos(folio)[0]
    with instancia.como("dstc") as ctx:
        asignacion.tomar(ctx, turno.id)
        assert ctx.quien is not None
        ctx.s.execute(update(Persona).where(col(Persona.id) == ctx.quien.persona).values(activa=False))
    with instancia.leer() as s:  # queda la coordinación, que ya puede tomarlo
        assert vigilancia.sin_responsable(s) == []
        assert visibles.sin_responsable(s, instancia.abiertos(folio)) == set()
    with instancia.como("coordinacion") as ctx:
        assert ctx.quien is not None
        ctx.s.execute(update(Persona).where(col(Persona.id) == ctx.quien.persona).values(activa=False))
    with instancia.leer() as s:
        assert vigilancia.sin_responsable(s) == [(turno.id, "DSTC")]
        assert visibles.sin_responsable(s, instancia.abiertos(folio)) == {turno.id}


def test_una_espera_que_ya_va_en_otra_vuelta_no_se_cierra(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    _hasta(instancia, folio, "4")
    with pytest.raises(ActoNoProcede, match="otra vuelta"), instancia.como("coordinacion") as ctx:
        conducir.cerrar_espera(ctx, folio, "4", "venció", vuelta=2)
    with instancia.como("coordinacion") as ctx:
        conducir.cerrar_espera(ctx, folio, "4", "venció", vuelta=1)
    instancia.exigir_integra()


def test_el_organo_que_valora_se_elige_al_iniciar(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad", organo_aprobador="COMERI")
    turno = _hasta(instancia, folio, "8")
    assert turno.unidad == "COMERI"
    instancia.atender(turno, "viable")
    assert [t.unidad for t in instancia.abiertos(folio)] == ["COMERI"]
    instancia.exigir_integra()


def test_un_efecto_que_falla_se_reintenta_aunque_el_reloj_este_detenido(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2027-05-14T09:00:00-06:00")
    instancia.iniciar("normatividad")
    with instancia.como(None) as ctx:
        (encargo,) = encargos.sin_prefect(ctx.s, 0, 3, 10)
        assert not encargos.fallar(ctx.s, encargo, "no se pudo", 3)
        encargo.proximo -= 10
    with instancia.leer() as s:
        assert [e.intentos for e in encargos.sin_prefect(s, 0, 3, 10)] == [1]
