"""Lo que dice cada mensaje a quien lo debe y a quien sólo le da seguimiento; y lo que pasa si no llegaba."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from flujos.catalogo import CATALOGO
from flujos.lineamientos import ORDENAMIENTO
from modelos import reloj
from modelos.ajustes import Ajustes
from modelos.avisos import cola
from modelos.avisos.entrega import Entrega
from modelos.errores import ActoNoProcede
from modelos.expedientes.expediente import Turno
from modelos.expedientes.notificacion import ClaseDeNotificacion
from modelos.motor import latido
from modelos.organizacion.organigrama import por_correo
from modelos.plazos.plazo import Plazo
from modelos.sesion import transaccion
from modelos.tabla.plazo import Hitos
from tareas import jornada
from tareas.avisos.asuntos import Parte, asunto
from tareas.avisos.cartero import Cartero
from tareas.avisos.envio import enviar
from tareas.avisos.junta import juntar
from tareas.avisos.puntos import citado
from tareas.avisos.recordatorios import barrer
from tareas.avisos.semana import resumir
from tests.accesorios.correo import Buzon, buzon, partes
from tests.accesorios.fabricas import Instancia, puerto_libre
from tests.accesorios.plazos import plantar

LUNES = date(2027, 3, 1)
VENCIDO = date(2027, 3, 22)
"""Un lunes: el resumen de la semana, con un plazo de diez días hábiles que venció el martes 16."""
HOY = date(2027, 3, 3)
QUE = "Comentarios al documento"


@pytest.fixture(autouse=True)
def _reloj(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", f"{VENCIDO}T09:00:00-06:00")


@pytest.fixture
def smtp() -> Iterator[Buzon]:
    with buzon() as abierto:
        yield abierto


def _cartero(instancia: Instancia, correo: str) -> Cartero:
    return Cartero(
        Ajustes(
            datos=instancia.ajustes.datos,
            base=instancia.ajustes.base,
            correo=SecretStr(correo),
            demo=False,
            correo_espera_s=60.0,
            direccion="https://dstc.example",
        )
    )


def _enviar(instancia: Instancia, correo: str) -> None:
    while enviar(instancia.url, CATALOGO, _cartero(instancia, correo), "m1"):
        pass


def _vencer(instancia: Instancia, monkeypatch: pytest.MonkeyPatch, *plazos: tuple[Turno, int]) -> None:
    """Da a cada turno esos días hábiles desde el lunes, y barre ya vencidos, con el resumen de la semana."""
    monkeypatch.setenv("DSTC_RELOJ", f"{LUNES}T09:00:00-06:00")
    for turno, dias in plazos:
        plantar(instancia, turno.folio, LUNES, dias, turno=turno)
    monkeypatch.setenv("DSTC_RELOJ", f"{VENCIDO}T09:00:00-06:00")
    resumir(instancia.url, VENCIDO)
    barrer(instancia.url, VENCIDO)


def _salir(instancia: Instancia, correo: str) -> None:
    juntar(instancia.url, reloj.ahora(), barrido_terminado=True)
    _enviar(instancia, correo)


def _en_la_cst(instancia: Instancia) -> Turno:
    folio = instancia.iniciar("normatividad")
    for _ in range(2):
        instancia.atender(instancia.abiertos(folio)[0])
    return instancia.abiertos(folio)[0]


def test_a_quien_solo_da_seguimiento_no_se_le_pide_que_responda(
    instancia: Instancia, smtp: Buzon, monkeypatch: pytest.MonkeyPatch
) -> None:
    turno = _en_la_cst(instancia)
    _vencer(instancia, monkeypatch, (turno, 10))
    _salir(instancia, smtp.url)
    [ajeno], [propio] = smtp.de("ssi@demo.local"), smtp.de("cst@demo.local")
    que = "Respuesta oficial sobre el proyecto"
    assert ajeno["Subject"] == f"Resumen semanal. Para su seguimiento: {que}: venció el 16 mar ({turno.folio})"
    assert propio["Subject"] == f"{que}: venció el 16 mar; responda ya ({turno.folio})"
    for dicho in partes(ajeno):
        assert "Para su seguimiento" in dicho
        assert "Verlo" in dicho
        assert "Atenderlo" not in dicho
        assert "espera su respuesta" not in dicho
    for dicho in partes(propio):
        assert "Esto espera su respuesta" in dicho
        assert "Atenderlo" in dicho
        assert "Para su seguimiento" not in dicho


def test_en_un_resumen_primero_lo_propio_y_se_cuenta_aparte(
    instancia: Instancia, smtp: Buzon, monkeypatch: pytest.MonkeyPatch
) -> None:
    ajeno = _en_la_cst(instancia)
    folio = instancia.iniciar("normatividad")
    propio = instancia.abiertos(folio)[0]
    _vencer(instancia, monkeypatch, (ajeno, 10), (propio, 14))
    _salir(instancia, smtp.url)
    [mensaje] = smtp.de("dstc@demo.local")
    assert mensaje["Subject"].endswith(f" ({folio}), y 1 de seguimiento")
    texto, html = partes(mensaje)
    for dicho, propios, ajenos in ((texto, "LE TOCA A USTED", "PARA SU SEGUIMIENTO"), (html, ">Le toca", ">Para su")):
        orden = [dicho.index(x) for x in (propios, f"{folio} ·", ajenos, f"{ajeno.folio} ·")]
        assert orden == sorted(orden)
    assert "1. " in texto
    assert "2. " in texto


@pytest.mark.parametrize(
    ("partes", "dice"),
    [
        (["N-1"], "Comentarios al documento: responda antes del 12 mar (N-1)"),
        (["N-1", "N-2"], "Comentarios al documento: responda antes del 12 mar (N-1), y 1 pendiente más"),
        (
            ["N-1", "N-2", "N-3", "A-1", "A-2"],
            "Comentarios al documento: responda antes del 12 mar (N-1), y 2 pendientes más y 2 de seguimiento",
        ),
        (["A-1"], "Para su seguimiento: Comentarios al documento: venció el 22 feb (A-1)"),
        (
            ["A-1", "A-2", "A-3"],
            "Para su seguimiento: Comentarios al documento: venció el 22 feb (A-1), y 2 más de seguimiento",
        ),
    ],
)
def test_el_asunto_dice_que_para_cuando_y_de_que_expediente(partes: list[str], dice: str) -> None:
    vence, vencio = HOY + timedelta(9), HOY - timedelta(9)
    todas = [
        Parte(
            ClaseDeNotificacion.HITO,
            folio,
            vencio if folio[0] == "A" else vence,
            vencio,
            ajena=folio[0] == "A",
            que=QUE,
        )
        for folio in partes
    ]
    assert asunto(todas, HOY) == dice


FIRMA = Parte(ClaseDeNotificacion.FIRMA, "N-2", HOY, HOY, que="OF-01: Se remite el proyecto", por_firmar=3)
LLEGO = Parte(ClaseDeNotificacion.OFICIO, "N-3", None, None, que="Oficio DSTC/012/2027: Se remite el proyecto")
FALTA = Parte(ClaseDeNotificacion.OFICIO, "N-4", None, None, recuerda=True, que="Oficio DSTC/009/2027: Se convoca")
MENCION = Parte(ClaseDeNotificacion.TURNO, "N-5", None, None, mencion=True)
DEBIDA = Parte(ClaseDeNotificacion.HITO, "N-1", HOY, HOY, que=QUE)


@pytest.mark.parametrize(
    ("partes", "dice"),
    [
        ([LLEGO], "Oficio DSTC/012/2027: Se remite el proyecto (N-3)"),
        ([LLEGO, FALTA], "Falta su acuse de recibido. Oficio DSTC/009/2027: Se convoca (N-4), y 1 oficio más"),
        ([LLEGO] * 3, "Oficio DSTC/012/2027: Se remite el proyecto (N-3), y 2 oficios más"),
        ([replace(FIRMA, por_firmar=1)], "Espera su firma OF-01: Se remite el proyecto: firme hoy (N-2)"),
        ([FIRMA], "Espera su firma OF-01: Se remite el proyecto: firme hoy (N-2), y 2 oficios más"),
        ([Parte(ClaseDeNotificacion.FIRMA, "N-2", None, None, por_firmar=1)], "Espera su firma un oficio (N-2)"),
        ([DEBIDA, LLEGO], "Comentarios al documento: responda hoy (N-1); además, recibió 1 oficio"),
        (
            [MENCION, LLEGO, FALTA, replace(FIRMA, por_firmar=1), DEBIDA],
            (
                "Comentarios al documento: responda hoy (N-1); además, 1 oficio espera su firma, recibió 1 oficio, "
                "falta su acuse de 1 oficio y le mencionaron en un comentario"
            ),
        ),
    ],
)
def test_el_asunto_de_firmas_y_oficios_tambien_dice_de_que_expediente(partes: list[Parte], dice: str) -> None:
    assert asunto(partes, HOY) == dice


@pytest.mark.parametrize(
    ("vence", "dice"),
    [
        (None, "espera su respuesta"),
        (HOY, "responda hoy"),
        (HOY + timedelta(1), "responda antes del 4 mar"),
        (date(2028, 1, 10), "responda antes del 10 ene 2028"),
        (HOY - timedelta(1), "venció el 2 mar; responda ya"),
    ],
)
def test_el_asunto_dice_para_cuando_segun_el_dia_en_que_se_lee(vence: date | None, dice: str) -> None:
    assert (
        asunto([Parte(ClaseDeNotificacion.TURNO, "N-1", vence, vence, que=QUE)], HOY)
        == f"Comentarios al documento: {dice} (N-1)"
    )


def test_un_asunto_largo_se_corta_en_una_palabra_y_el_folio_se_lee() -> None:
    larga = Parte(ClaseDeNotificacion.TURNO, "N-1", HOY, HOY, que="Elabora " + "el proyecto de lineamientos " * 9)
    dicho = asunto([larga], HOY)
    assert dicho.endswith("…: responda hoy (N-1)")
    assert len(dicho) < 130
    assert asunto([replace(larga, semanal=True)], HOY).startswith("Resumen semanal. Elabora")


def test_el_turno_nuevo_dice_para_cuando_aunque_el_plazo_sea_de_un_tramo(instancia: Instancia, smtp: Buzon) -> None:
    folio = instancia.iniciar("normatividad")
    plantar(instancia, folio, VENCIDO, 20, clave="PL-98")
    plantar(instancia, folio, VENCIDO, 10, clave="PL-99")
    instancia.cumplir_encargos()
    _salir(instancia, smtp.url)
    [mensaje] = smtp.de("dstc@demo.local")
    texto, html = partes(mensaje)
    with instancia.leer() as s:
        vence = s.scalars(select(col(Plazo.vence)).where(col(Plazo.clave) == "PL-99")).one()
    assert vence is not None
    for dicho in (texto, html):
        assert "vence el" in dicho
        assert f"{vence.day} " in dicho.partition("vence el")[2][:12], "rige el tramo que antes vence"


def test_el_recordatorio_de_un_tramo_lleva_al_turno_que_puede_atender(instancia: Instancia, smtp: Buzon) -> None:
    turno = _en_la_cst(instancia)
    plantar(instancia, turno.folio, VENCIDO, 1, unidad="SSI", hitos=Hitos(antes=(1, 0)))
    barrer(instancia.url, VENCIDO + timedelta(days=1))
    _salir(instancia, smtp.url)
    [suyo], [responde] = smtp.de("cst@demo.local"), smtp.de("ssi@demo.local")
    assert f"Atenderlo: https://dstc.example/turnos/{turno.id}" in partes(suyo)[0]
    assert f"Verlo: https://dstc.example/expedientes/{turno.folio}" in partes(responde)[0]


def test_se_dice_de_que_ordenamiento_es_cada_clave(instancia: Instancia, smtp: Buzon) -> None:
    manual = next(t for t in CATALOGO if t.clave == "normatividad")
    lineamientos = next(t for t in CATALOGO if t.clave == "registro_mensual")
    de_manual = "Manual de Procedimientos de la DSTC, 7081-MP-SI rev. 09"
    assert citado("L-51", lineamientos, CATALOGO) == f"L-51, {ORDENAMIENTO}"
    assert citado("M-N-4", manual, CATALOGO) == f"M-N-4, {de_manual}"
    assert citado("M-S-6, M-S-7", lineamientos, CATALOGO) == f"M-S-6, M-S-7, {de_manual}"
    assert citado("M-C-4; L-46", manual, CATALOGO) == f"M-C-4; L-46, {de_manual} y {ORDENAMIENTO}"
    assert citado("Oficio del área", manual, CATALOGO) == "Oficio del área"
    turno = _en_la_cst(instancia)
    plantar(instancia, turno.folio, LUNES, 10, turno=turno)
    barrer(instancia.url, VENCIDO)
    _salir(instancia, smtp.url)
    texto = " ".join(partes(smtp.de("cst@demo.local")[0])[0].split())
    assert f"Lo manda: {instancia.actividad(turno).fundamento}, {de_manual}." in texto


def test_al_volver_el_correo_sale_un_solo_resumen_con_lo_que_aun_se_debe(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    muerto = f"mailto://127.0.0.1:{puerto_libre()}?from=a@dstc.example"
    folios = []
    for i in range(4):
        hoy = LUNES + timedelta(days=i)
        monkeypatch.setenv("DSTC_RELOJ", f"{hoy}T09:00:00-06:00")
        folio = instancia.iniciar("normatividad")
        folios.append(folio)
        plantar(instancia, folio, hoy, 1, turno=instancia.abiertos(folio)[0], hitos=Hitos(antes=(1, 0)))
        barrer(instancia.url, hoy)
        _salir(instancia, muerto)
        if i == 1:  # lo que se cumple mientras tanto ya no se dice
            instancia.atender(instancia.abiertos(folios[0])[0])
    with instancia.leer() as s:
        persona = por_correo(s, "dstc@demo.local")
        assert persona is not None
        suyas = list(
            s.scalars(select(Entrega).where(col(Entrega.persona_id) == persona.id).order_by(col(Entrega.creada)))
        )
    *viejas, ultima = suyas
    assert [e.estado for e in suyas] == [*["descartada"] * len(viejas), "pendiente"]
    assert len(viejas) >= 2
    assert viejas[0].error == "Lo sustituye el del mié 3 mar 2027."
    with instancia.como("administracion") as ctx:
        assert ctx.quien is not None
        with pytest.raises(ActoNoProcede, match="un resumen posterior"):
            cola.reintentar(ctx.s, ctx.quien, viejas[0].id)
    with transaccion(instancia.url) as s:
        s.execute(update(Entrega).values(proximo=0.0))
    with buzon() as abierto:
        _enviar(instancia, abierto.url)
        [mensaje] = abierto.de("dstc@demo.local")
    texto, _ = partes(mensaje)
    assert mensaje["X-DSTC-Entrega"] == ultima.id
    assert folios[0] not in texto
    assert set(viejas[-1].notificaciones) & set(ultima.notificaciones), "lo vigente pasa al nuevo"
    assert "venció" in texto
    for folio in folios[1:3]:
        assert texto.count(f"{folio} ·") == 1


def test_un_resumen_que_alguien_esta_enviando_no_se_descarta(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    for i in range(2):
        hoy = LUNES + timedelta(days=i)
        monkeypatch.setenv("DSTC_RELOJ", f"{hoy}T09:00:00-06:00")
        folio = instancia.iniciar("normatividad")
        plantar(instancia, folio, hoy, 1, turno=instancia.abiertos(folio)[0], hitos=Hitos(antes=(1, 0)))
        barrer(instancia.url, hoy)
        juntar(instancia.url, reloj.ahora(), barrido_terminado=True)
        with transaccion(instancia.url) as s:
            cola.tomar(s, "vivo", 10)
    with instancia.leer() as s:
        assert {e.estado for e in s.scalars(select(Entrega))} == {"pendiente"}


def test_lo_que_dejo_un_motor_muerto_no_sale_ademas_del_resumen_de_hoy(
    instancia: Instancia, smtp: Buzon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Muere enviando el resumen y revive días después: lo de entonces va en el de hoy, y el viejo ya no sale."""
    martes = LUNES + timedelta(days=1)
    monkeypatch.setenv("DSTC_RELOJ", f"{martes}T09:00:00-06:00")
    folio = instancia.iniciar("normatividad")
    plantar(instancia, folio, LUNES, 3, turno=instancia.abiertos(folio)[0], hitos=Hitos(antes=(2, 1, 0)))
    barrer(instancia.url, martes)
    juntar(instancia.url, reloj.ahora(), barrido_terminado=True)
    with transaccion(instancia.url) as s:
        viejas = {t.id for t in cola.tomar(s, "muerto", 10)}
        s.execute(update(Entrega).values(tomada=0.0))
    assert viejas

    monkeypatch.setenv("DSTC_RELOJ", f"{LUNES + timedelta(days=3)}T09:00:00-06:00")
    cartero = _cartero(instancia, smtp.url)
    while jornada.repartir(instancia.url, CATALOGO, reloj.ahora(), "vivo", cartero):
        pass
    assert smtp.recibidos == [], "hasta ver los hitos de hoy no se sabe si el de hoy lleva lo del viejo"
    jornada.trabajar(instancia.url, CATALOGO, reloj.ahora(), 7, (jornada.RECORDATORIOS,))
    while jornada.repartir(instancia.url, CATALOGO, reloj.ahora(), "vivo", cartero):
        pass
    assert smtp.recibidos
    assert len(smtp.para) == len(set(smtp.para)), "a cada quien, un solo resumen"
    assert not {m["X-DSTC-Entrega"] for m in smtp.recibidos} & viejas
    with instancia.leer() as s:
        assert {s.get_one(Entrega, id_).estado for id_ in viejas} == {"descartada"}


def test_sin_nada_nuevo_que_decir_lo_del_motor_muerto_si_sale(
    instancia: Instancia, smtp: Buzon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DSTC_RELOJ", f"{LUNES + timedelta(days=1)}T09:00:00-06:00")
    folio = instancia.iniciar("normatividad")
    plantar(instancia, folio, LUNES, 30, turno=instancia.abiertos(folio)[0], hitos=Hitos(antes=(29,)))
    barrer(instancia.url, LUNES + timedelta(days=1))
    juntar(instancia.url, reloj.ahora(), barrido_terminado=True)
    with transaccion(instancia.url) as s:
        viejas = {t.id for t in cola.tomar(s, "muerto", 10)}
        s.execute(update(Entrega).values(tomada=0.0))
    monkeypatch.setenv("DSTC_RELOJ", f"{LUNES + timedelta(days=3)}T09:00:00-06:00")
    jornada.trabajar(instancia.url, CATALOGO, reloj.ahora(), 7, (jornada.RECORDATORIOS,))
    while jornada.repartir(instancia.url, CATALOGO, reloj.ahora(), "vivo", _cartero(instancia, smtp.url)):
        pass
    assert {m["X-DSTC-Entrega"] for m in smtp.recibidos} == viejas


def test_un_motor_que_desperto_no_envia_lo_que_ya_no_es_suyo(
    instancia: Instancia, smtp: Buzon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Se congeló con la entrega en la mano y otro la retomó: al despertar no la repite ni la da por descartada."""
    martes = LUNES + timedelta(days=1)
    monkeypatch.setenv("DSTC_RELOJ", f"{martes}T09:00:00-06:00")
    folio = instancia.iniciar("normatividad")
    plantar(instancia, folio, LUNES, 3, turno=instancia.abiertos(folio)[0], hitos=Hitos(antes=(2, 1, 0)))
    barrer(instancia.url, martes)
    juntar(instancia.url, reloj.ahora(), barrido_terminado=True)
    tomar = cola.tomar

    def tomar_y_perderlas(s: Session, motor: str, cuantas: int, menos: Collection[str] = ()) -> list[cola.Tomada]:
        tomadas = tomar(s, motor, cuantas, menos)
        s.execute(update(Entrega).values(motor="otro", tomada=latido.pulso()))
        return tomadas

    monkeypatch.setattr(cola, "tomar", tomar_y_perderlas)
    assert enviar(instancia.url, CATALOGO, _cartero(instancia, smtp.url), "dormido") > 0
    assert smtp.recibidos == []
    with instancia.leer() as s:
        assert {(e.estado, e.motor) for e in s.scalars(select(Entrega))} == {("pendiente", "otro")}
