"""¿Se entera alguien de cada turno abierto, pase lo que pase con quien lo debía? Sobre SQLite y PostgreSQL."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import delete, select, update
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.actos.administracion import carga, personas
from modelos.actos.conduccion import conducir
from modelos.actos.turnos import asignacion, atender, tenencia
from modelos.actos.turnos.mover import Contexto
from modelos.administracion import demo
from modelos.administracion.carga.hojas import ADSCRIPCIONES, Libro, RenglonDeHoja
from modelos.avisos import a_quien, mensajes
from modelos.avisos.entrega import Entrega
from modelos.expedientes.bitacora import Asiento
from modelos.expedientes.errores import TurnoTomado
from modelos.expedientes.expediente import EstadoTurno, Expediente, Turno
from modelos.expedientes.notificacion import Notificacion
from modelos.organizacion.organigrama import Adscripcion, Persona, por_correo, responsables
from modelos.sesion import transaccion
from tareas.avisos import turno_nuevo
from tareas.avisos.junta import juntar
from tareas.simulacion.personal import Personal, llenar
from tests.accesorios.fabricas import Instancia

AYER = timedelta(days=-1)


@pytest.fixture(autouse=True)
def _reloj(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2027-03-03T09:00:00-06:00")


def _id(instancia: Instancia, alias: str) -> int:
    with instancia.leer() as s:
        persona = por_correo(s, f"{alias}@{demo.DOMINIO}")
        assert persona is not None
        return persona.id or 0


def _jornada(instancia: Instancia) -> None:
    """Lo que el motor hace en un rato, sin los plazos."""
    instancia.cumplir_encargos()
    tenencia.soltar_pendientes(instancia.url, CATALOGO)
    instancia.cumplir_encargos()
    turno_nuevo.completar(instancia.url)
    for _ in range(2):  # la segunda, lo que se relevó en la primera
        juntar(instancia.url, reloj.ahora(), barrido_terminado=True)


def _enterados(instancia: Instancia, turno: str) -> set[int]:
    """A quiénes consta que se les dijo, o se les dirá en su siguiente mensaje."""
    with instancia.leer() as s:
        dichas = select(col(Notificacion.persona_id)).where(
            col(Notificacion.turno_id) == turno, col(Notificacion.descartada).is_(None)
        )
        return set(s.scalars(dichas))


def _deben_saberlo(instancia: Instancia, unidad: str) -> set[int]:
    """Quienes hoy atienden la unidad, sacados de otra manera; si no hay nadie, todos los que podrían hacer algo."""
    hoy = reloj.hoy()
    with instancia.leer() as s:
        filas = s.execute(
            select(Adscripcion, col(Persona.activa)).join(Persona, col(Persona.id) == Adscripcion.persona_id)
        ).all()
        rigen = [a for a, activa in filas if activa and a.desde <= hoy and (a.hasta is None or a.hasta >= hoy)]
        suyos = {a.persona_id for a in rigen if a.rol in ("operacion", "coordinacion") and a.unidad == unidad}
        return suyos or {a.persona_id for a in rigen if a.rol != "direccion"}


# --- ningún turno sin avisar, en ninguna tabla ni situación ----------------------------

SITUACIONES = ("nada", "tomado y baja", "tomado y pasó su último día", "tomado y cambió de unidad", "unidad sin nadie")


def _pasar(instancia: Instancia, situacion: str, turno: Turno) -> None:
    """Le ocurre eso a quien debe el turno."""
    alias = turno.unidad.lower()
    persona = _id(instancia, alias)
    if situacion.startswith("tomado"):
        with instancia.como(alias) as ctx:
            asignacion.tomar(ctx, turno.id)
    with instancia.como(None) as ctx:
        if situacion in ("tomado y baja", "unidad sin nadie"):
            personas.baja_persona(ctx, persona, "Prueba")
        elif situacion == "tomado y cambió de unidad":
            hasta = reloj.hoy() + AYER
            personas.retirar(ctx, persona, turno.unidad, "operacion", hasta)
            otra = "DVS" if turno.unidad != "DVS" else "DCTA"
            personas.adscribir(ctx, persona, otra, "operacion")
        elif situacion == "tomado y pasó su último día":  # sin que nadie haga nada hoy
            suya = update(Adscripcion).where(col(Adscripcion.persona_id) == persona)
            ctx.s.execute(suya.values(hasta=reloj.hoy() + AYER))


def _volver(instancia: Instancia, turno: Turno) -> None:
    """La persona vuelve a su unidad, para seguir el recorrido."""
    persona = _id(instancia, turno.unidad.lower())
    with transaccion(instancia.url) as s:
        s.execute(update(Persona).where(col(Persona.id) == persona).values(activa=True))
        de_ella = col(Adscripcion.persona_id) == persona
        s.execute(delete(Adscripcion).where(de_ella, col(Adscripcion.unidad) != turno.unidad))
        s.execute(update(Adscripcion).where(de_ella).values(hasta=None))


@pytest.mark.parametrize("clave", sorted({tabla.clave for tabla in CATALOGO}))
def test_de_cada_turno_abierto_se_entera_alguien_que_hoy_puede_atenderlo(
    instancia_sqlite: Instancia, clave: str
) -> None:
    """Recorre la tabla hasta su final; a quien debe cada turno le pasa, por turno, cada situación."""
    instancia = instancia_sqlite
    personal = Personal(instancia.url, CATALOGO, instancia.ajustes.carpeta_anexos, Random(7))
    with instancia.como("coordinacion") as ctx:
        tabla = CATALOGO.vigente(clave, reloj.hoy())
        datos = {**llenar(ctx.s, tabla.datos, personal._valores()), **_propios(clave)}
    folio = instancia.iniciar(clave, **datos)
    vistos: Counter[str] = Counter()
    for paso in range(60):
        _jornada(instancia)
        abiertos = _abiertos(instancia, folio)
        if not abiertos:
            break
        turno = abiertos[0]
        situacion = SITUACIONES[paso % len(SITUACIONES)]
        _pasar(instancia, situacion, turno)
        _jornada(instancia)
        for abierto in abiertos:
            enterados = _enterados(instancia, abierto.id)
            assert enterados & _deben_saberlo(instancia, abierto.unidad), (situacion, abierto.id, enterados)
            vistos[situacion] += 1
        _volver(instancia, turno)
        if not personal._atender(turno.id):  # lo terminaría sin los oficios que la fuente exige
            instancia.firmar_fuera(folio, turno.folio)
            assert personal._atender(turno.id)
    assert not abiertos
    assert vistos["nada"]
    instancia.exigir_integra()


def _propios(clave: str) -> dict[str, str]:
    """Lo que el personal simulado no sabe llenar de cada formulario inicial."""
    anual = {"periodo": "2028"}
    propios = {"registro_mensual": {"periodo": "2027-02"}, "planeacion_metas": anual, "mantenimiento": anual}
    return {**propios, "reequipamiento": {"periodo": "2027"}}.get(clave, {})


def _abiertos(instancia: Instancia, folio: str) -> list[Turno]:
    with instancia.leer() as s:
        hijos = list(s.scalars(select(col(Expediente.folio)).where(col(Expediente.padre) == folio)))
    return [t for suyo in (*hijos, folio) for t in instancia.abiertos(suyo)]


# --- el turno de quien se fue ---------------------------------------------------------


def _tomado(instancia: Instancia) -> tuple[Turno, int]:
    """Un turno de la DSTC que tomó su personal; queda además la coordinación."""
    folio = instancia.iniciar("normatividad")
    instancia.cumplir_encargos()
    [turno] = instancia.abiertos(folio)
    with instancia.como("dstc") as ctx:
        asignacion.tomar(ctx, turno.id)
    juntar(instancia.url, reloj.ahora(), barrido_terminado=True)
    return turno, _id(instancia, "dstc")


def _como_quedo(instancia: Instancia, id_: str) -> tuple[str, int | None]:
    with instancia.leer() as s:
        turno = s.get_one(Turno, id_)
        return turno.estado, turno.persona_id


def _salidas(instancia: Instancia, turno: str) -> Counter[str]:
    """Por correo sin dominio, cuántas notificaciones de ese turno llegaron a un mensaje."""
    with instancia.leer() as s:
        llevadas = {n for e in s.scalars(select(Entrega)) for n in e.notificaciones}
        consulta = select(col(Notificacion.id), col(Persona.correo)).join(
            Persona, col(Persona.id) == Notificacion.persona_id
        )
        filas = s.execute(consulta.where(col(Notificacion.turno_id) == turno))
        return Counter(correo.partition("@")[0] for id_, correo in filas if id_ in llevadas)


def test_al_darla_de_baja_su_turno_se_suelta_y_se_dice_a_sus_companeros(instancia: Instancia) -> None:
    turno, persona = _tomado(instancia)
    antes = _salidas(instancia, turno.id)
    with instancia.como("administracion") as ctx:
        assert personas.baja_persona(ctx, persona, "Se jubiló") == [turno.id]
    assert _como_quedo(instancia, turno.id) == (EstadoTurno.PENDIENTE, None)
    _jornada(instancia)
    despues = _salidas(instancia, turno.id) - antes
    assert set(despues) == {"coordinacion"}
    with instancia.leer() as s:
        asiento = s.scalars(select(Asiento).where(col(Asiento.folio) == turno.folio).order_by(col(Asiento.orden))).all()
        assert (asiento[-1].tipo, asiento[-1].actor) == ("liberacion", "sistema")
        assert "ya no atiende" in asiento[-1].datos
    instancia.exigir_integra()


@pytest.mark.parametrize("puerta", ["retirar", "fijar_ultimo_dia", "excel"])
def test_al_cortar_su_adscripcion_se_suelta_por_cualquier_puerta(instancia: Instancia, puerta: str) -> None:
    turno, persona = _tomado(instancia)
    ayer = reloj.hoy() + AYER
    with instancia.como("administracion") as ctx:
        if puerta == "retirar":
            personas.retirar(ctx, persona, "DSTC", "operacion", ayer)
        elif puerta == "fijar_ultimo_dia":
            suya = ctx.s.scalars(select(Adscripcion).where(col(Adscripcion.persona_id) == persona)).one()
            personas.fijar_ultimo_dia(ctx, persona, suya.id or 0, ayer)
        else:
            _por_excel(ctx, persona, ayer.isoformat())
    assert _como_quedo(instancia, turno.id) == (EstadoTurno.PENDIENTE, None)
    instancia.exigir_integra()


def _por_excel(ctx: Contexto, persona: int, hasta: str) -> None:
    suya = ctx.s.scalars(select(Adscripcion).where(col(Adscripcion.persona_id) == persona)).one()
    quien = ctx.s.get_one(Persona, persona)
    renglon = {
        "correo": quien.correo,
        "unidad": suya.unidad,
        "rol": suya.rol,
        "desde": suya.desde.isoformat(),
        "hasta": hasta,
    }
    carga.cargar(ctx, Libro([RenglonDeHoja(ADSCRIPCIONES, 2, renglon)], {ADSCRIPCIONES: {"hasta": "E"}}), "Prueba")


def test_si_solo_paso_la_fecha_lo_suelta_la_jornada(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> None:
    turno, persona = _tomado(instancia)
    with instancia.como("administracion") as ctx:
        personas.retirar(ctx, persona, "DSTC", "operacion")  # hoy es su último día, y todavía cuenta
    assert tenencia.soltar_pendientes(instancia.url, CATALOGO).turnos == ()
    assert _como_quedo(instancia, turno.id) == (EstadoTurno.TOMADO, persona)
    monkeypatch.setenv("DSTC_RELOJ", "2027-03-04T07:00:00-06:00")
    assert tenencia.soltar_pendientes(instancia.url, CATALOGO).turnos == (turno.id,)
    assert tenencia.soltar_pendientes(instancia.url, CATALOGO).turnos == ()
    assert _como_quedo(instancia, turno.id) == (EstadoTurno.PENDIENTE, None)
    instancia.exigir_integra()


@pytest.mark.parametrize("acto", ["tomar", "atender"])
def test_quien_llega_antes_que_la_jornada_no_tiene_que_pedirselo_a_quien_no_esta(
    instancia: Instancia, acto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    turno, persona = _tomado(instancia)
    with pytest.raises(TurnoTomado), instancia.como("coordinacion") as ctx:
        asignacion.tomar(ctx, turno.id)
    with instancia.como("administracion") as ctx:
        personas.retirar(ctx, persona, "DSTC", "operacion")
    monkeypatch.setenv("DSTC_RELOJ", "2027-03-04T00:30:00-06:00")
    with instancia.leer() as s:
        leido = s.get_one(Turno, turno.id)
        assert a_quien.ausentes(s, [leido]) == {turno.id}
    with instancia.como("coordinacion") as ctx:
        if acto == "tomar":
            assert asignacion.tomar(ctx, turno.id, leido.version).persona_id == _id(instancia, "coordinacion")
        else:
            atender.atender(ctx, turno.id, "continuar", {}, "", leido.version)
    instancia.exigir_integra()


def test_a_quien_se_lo_dan_se_le_avisa_aunque_ya_lo_supiera(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    _jornada(instancia)
    [turno] = instancia.abiertos(folio)
    antes = _salidas(instancia, turno.id)
    with instancia.como("coordinacion") as ctx:
        asignacion.reasignar(ctx, turno.id, _id(instancia, "dstc"), "Le toca")
    _jornada(instancia)
    assert _salidas(instancia, turno.id) - antes == Counter({"dstc": 1})


# --- lo que no se dice deja dicho por qué ---------------------------------------------


def test_lo_que_ya_no_viene_al_caso_dice_por_que_no_salio(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    instancia.cumplir_encargos()
    [turno] = instancia.abiertos(folio)
    with instancia.como("dstc") as ctx:
        asignacion.tomar(ctx, turno.id)
    juntar(instancia.url, reloj.ahora(), barrido_terminado=True)
    with instancia.leer() as s:
        de = {n.persona_id: n.descartada for n in s.scalars(select(Notificacion))}
    assert de == {_id(instancia, "dstc"): None, _id(instancia, "coordinacion"): mensajes.LO_TIENE_OTRA}


def test_lo_que_iba_para_quien_se_fue_llega_a_quien_ahora_le_toca(instancia: Instancia) -> None:
    """La CST tiene una persona; se va después de que se le avisara y antes de que saliera su mensaje."""
    folio = instancia.iniciar("normatividad")
    for _ in range(2):
        instancia.atender(instancia.abiertos(folio)[0])
    instancia.cumplir_encargos()
    [turno] = instancia.abiertos(folio)
    assert turno.unidad == "CST"
    with instancia.como("administracion") as ctx:
        personas.baja_persona(ctx, _id(instancia, "cst"), "Se fue")
    _jornada(instancia)
    with instancia.leer() as s:
        suyas = select(Notificacion).where(col(Notificacion.turno_id) == turno.id)
        dichas = {n.persona_id: (n.descartada, n.datos["sube"]) for n in s.scalars(suyas)}
        arriba = set(responsables(s, "DSTC"))
    assert dichas.pop(_id(instancia, "cst")) == (mensajes.DE_BAJA, False)
    assert dichas == dict.fromkeys(arriba, (None, True))


def test_de_un_expediente_suspendido_no_se_pide_nada_y_al_reanudarlo_se_avisa(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    instancia.cumplir_encargos()
    [turno] = instancia.abiertos(folio)
    with instancia.como("coordinacion") as ctx:
        conducir.suspender(ctx, folio, "Falta un dato")
    _jornada(instancia)
    assert not _salidas(instancia, turno.id)
    with instancia.leer() as s:
        assert set(s.scalars(select(col(Notificacion.descartada)))) == {mensajes.SUSPENDIDO}
    with instancia.como("coordinacion") as ctx:
        conducir.reanudar(ctx, folio, "Ya está")
    _jornada(instancia)
    assert _salidas(instancia, turno.id) == Counter({"dstc": 1})
