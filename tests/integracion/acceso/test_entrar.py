"""Entrar: fallar retrasa y no excluye, un equipo conocido entra siempre, y la misma se teclea de varias maneras."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from unicodedata import normalize

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from modelos import reloj
from modelos.administracion import demo
from modelos.organizacion import acceso, claves
from modelos.organizacion.equipos import Equipo
from modelos.organizacion.errores import ClaveProvisional, CredencialesInvalidas, DemasiadosIntentos, SinSesion
from modelos.organizacion.intentos import IntentoFallido, red
from modelos.organizacion.organigrama import Persona, crear_persona, por_correo
from tests.accesorios.fabricas import Instancia

CASA, OTRA = "10.0.0.1", "10.9.9.9"
CORREO = f"cst@{demo.DOMINIO}"
SUYA = "ñandú azul junto al río"
Pasan = Callable[[float], None]


@pytest.fixture
def pasan(monkeypatch: pytest.MonkeyPatch) -> Pasan:
    """Un reloj detenido que la prueba adelanta."""
    ahora: list[datetime] = [reloj.ahora()]

    def pasan_segundos(segundos: float) -> None:
        ahora[0] += timedelta(seconds=segundos)
        monkeypatch.setenv("DSTC_RELOJ", ahora[0].isoformat())

    pasan_segundos(0)
    return pasan_segundos


@pytest.fixture
def estricta(instancia: Instancia, monkeypatch: pytest.MonkeyPatch) -> Instancia:
    """Con un solo fallo libre, y tres por red: cada uno cuesta un cuarto de segundo."""
    monkeypatch.setattr(acceso, "FACTOR_POR_DIRECCION", 3)
    return Instancia(instancia.ajustes.model_copy(update={"intentos_max": 1}))


def entrar(
    instancia: Instancia, clave: str = demo.CLAVE, desde: str = CASA, correo: str = CORREO, equipo: str = ""
) -> acceso.Entrada:
    return acceso.entrar(instancia.ajustes, correo, clave, desde, equipo)


def fallar(instancia: Instancia, desde: str = CASA, correo: str = CORREO, equipo: str = "") -> None:
    with pytest.raises(CredencialesInvalidas):
        entrar(instancia, "no-es-ésta", desde, correo, equipo)


def esperar(instancia: Instancia, desde: str = CASA, correo: str = CORREO, equipo: str = "") -> int:
    """Cuánto le piden esperar a quien trae la contraseña buena."""
    with pytest.raises(DemasiadosIntentos) as error:
        entrar(instancia, demo.CLAVE, desde, correo, equipo)
    return error.value.espera_s


def test_fallar_hace_esperar_cada_vez_mas_hasta_un_tope_y_despues_se_entra(estricta: Instancia, pasan: Pasan) -> None:
    esperas = []
    for _ in range(6):
        fallar(estricta)
        esperas.append(esperar(estricta))
        pasan(esperas[-1])
    assert esperas == [10, 20, 40, 60, 60, 60]
    assert entrar(estricta).token, "tras esperar, la buena entra: nadie queda fuera"
    fallar(estricta, desde=OTRA)
    assert esperar(estricta, desde=OTRA) == 10, "y al entrar se empieza de nuevo"


def test_un_equipo_conocido_entra_aunque_otros_fallen(estricta: Instancia, pasan: Pasan) -> None:
    pasan(0)
    equipo = entrar(estricta).equipo
    fallar(estricta)
    fallar(estricta, desde=OTRA)
    assert esperar(estricta) > 0
    assert entrar(estricta, equipo=equipo).equipo == equipo
    # Suyo y de nadie más: con la ficha de otra persona, o una inventada, se espera como cualquiera.
    ajena = acceso.entrar(estricta.ajustes, f"dvs@{demo.DOMINIO}", demo.CLAVE, OTRA, "").equipo
    for ficha in (ajena, "inventada", ""):
        assert esperar(estricta, equipo=ficha) > 0


def test_ni_una_red_entera_atacada_deja_fuera_al_equipo_conocido(estricta: Instancia, pasan: Pasan) -> None:
    pasan(0)
    equipo = entrar(estricta).equipo
    for n in range(3):
        fallar(estricta, correo=f"nadie{n}@x.mx")
    assert 0 < esperar(estricta) <= estricta.ajustes.intentos_espera_s
    assert entrar(estricta, equipo=equipo).token
    assert entrar(estricta, desde=OTRA).token
    pasan(estricta.ajustes.intentos_espera_s)
    assert entrar(estricta).token, "y a los demás sólo los retrasa"


def test_el_equipo_conocido_tampoco_prueba_sin_fin(estricta: Instancia, pasan: Pasan) -> None:
    pasan(0)
    equipo = entrar(estricta).equipo
    fallar(estricta, equipo=equipo)
    assert esperar(estricta, equipo=equipo) > 0
    assert entrar(estricta).token, "y sus fallos no retrasan a nadie más"


def test_quien_no_existe_espera_lo_mismo_que_quien_si(estricta: Instancia, pasan: Pasan) -> None:
    pasan(0)
    for correo in (CORREO, "nadie@x.mx"):
        fallar(estricta, desde=f"10.0.1.{len(correo)}", correo=correo)
        assert esperar(estricta, desde=f"10.0.1.{len(correo)}", correo=correo) == 10


@pytest.mark.parametrize(
    ("direccion", "cuenta_como"),
    [
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1"),
        ("consola", "consola"),
        ("", ""),
    ],
)
def test_en_ipv6_se_cuenta_la_red_y_no_cada_direccion(direccion: str, cuenta_como: str) -> None:
    assert red(direccion) == cuenta_como


def test_los_fallos_viejos_y_los_equipos_que_nadie_usa_se_olvidan(estricta: Instancia, pasan: Pasan) -> None:
    pasan(0)
    entrar(estricta)
    fallar(estricta, correo="nadie@x.mx", desde=OTRA)
    pasan(estricta.ajustes.equipo_dias * 86_400 + 1)
    entrar(estricta)
    with estricta.leer() as s:
        assert s.scalar(select(func.count()).select_from(IntentoFallido)) == 0
        assert s.scalar(select(func.count()).select_from(Equipo)) == 1


def test_cambiar_la_contrasena_y_la_baja_olvidan_los_equipos(instancia: Instancia) -> None:
    from modelos.administracion import personas

    equipo = entrar(instancia).equipo
    with instancia.como(None) as ctx:
        personas.cambiar_clave(ctx.s, CORREO, SUYA)
    otra = entrar(instancia, SUYA, equipo=equipo)
    assert otra.equipo != equipo
    with instancia.como(None) as ctx:
        personas.dar_de_baja(ctx.s, CORREO)
    with instancia.leer() as s:
        assert s.scalar(select(func.count()).select_from(Equipo)) == 0


# --- la misma contraseña, tecleada de otra manera -------------------------------------------


@pytest.fixture
def ana(instancia: Instancia) -> Instancia:
    with instancia.como(None) as ctx:
        crear_persona(
            ctx.s, correo="ana@x.mx", nombre="Ana", clave=SUYA, unidad="CST", rol="operacion", provisional=False
        )
    return instancia


@pytest.mark.parametrize("guardada", ["NFC", "NFD", "de antes, NFC", "de antes, NFD"])
def test_las_dos_maneras_de_teclear_la_misma_entran(ana: Instancia, guardada: str) -> None:
    escrita = normalize(guardada[-3:], SUYA)  # type: ignore[arg-type]
    with ana.como(None) as ctx:
        persona = por_correo(ctx.s, "ana@x.mx")
        assert persona
        # Antes se cifraba tal como llegaba.
        persona.clave_cifrada = claves._argon2.hash(escrita) if "antes" in guardada else claves.cifrar(escrita)
    for forma in ("NFC", "NFD"):
        assert entrar(ana, normalize(forma, SUYA), correo="ana@x.mx").token
    assert entrar(ana, normalize("NFC", SUYA).replace(" ", "\u00a0"), correo="ana@x.mx").token, "espacio de Mac"
    fallar(ana, correo="ana@x.mx")


# --- la que dio otra persona, o que ya no se admite -------------------------------------------


def test_la_que_ya_no_cumple_entra_solo_a_cambiarla(ana: Instancia) -> None:
    with ana.como(None) as ctx:
        persona = por_correo(ctx.s, "ana@x.mx")
        assert persona
        persona.clave_cifrada = claves.cifrar("Conalep2026!")
    entrada = entrar(ana, "Conalep2026!", correo="ana@x.mx")
    assert entrada.provisional
    with ana.leer() as s, pytest.raises(ClaveProvisional):
        acceso.quien_trae(s, entrada.token)


def test_la_publica_de_la_demostracion_solo_vale_en_la_demostracion(instancia: Instancia) -> None:
    assert not entrar(instancia).provisional
    de_verdad = Instancia(instancia.ajustes.model_copy(update={"demo": False}))
    assert entrar(de_verdad).provisional


def test_sin_las_listas_se_entra_y_no_se_cambia(
    ana: Instancia, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from modelos.administracion import personas
    from modelos.organizacion import contrasenas
    from modelos.organizacion.errores import SinPalabras

    monkeypatch.setattr(contrasenas, "PALABRAS", tmp_path_factory.mktemp("vacia"))
    contrasenas._zxcvbn.cache_clear()
    try:
        assert not entrar(ana, SUYA, correo="ana@x.mx").provisional
        with pytest.raises(SinPalabras, match=r"\./dstc"), ana.como(None) as ctx:
            personas.cambiar_clave(ctx.s, "ana@x.mx", "cuatro palabras sin relación")
    finally:
        contrasenas._zxcvbn.cache_clear()


# --- la que no se usa -----------------------------------------------------------------------


def test_la_sesion_caduca_sin_uso_y_el_uso_la_alarga_hasta_que_vence(instancia: Instancia, pasan: Pasan) -> None:
    minutos = instancia.ajustes.sesion_inactiva_min

    def usar(token: str) -> None:
        with instancia.leer() as s:
            suya = acceso.en_curso(s, token)
        if acceso.por_renovar(instancia.ajustes, suya):
            acceso.renovar_aparte(instancia.ajustes, token, suya)

    usada, olvidada = entrar(instancia).token, entrar(instancia).token
    for _ in range(instancia.ajustes.sesion_horas * 60 // (minutos - 1)):
        pasan((minutos - 1) * 60)
        usar(usada)
    with instancia.leer() as s, pytest.raises(SinSesion):
        acceso.en_curso(s, olvidada)
    pasan((minutos - 1) * 60)
    with instancia.leer() as s, pytest.raises(SinSesion):
        acceso.en_curso(s, usada)


def test_la_sesion_en_uso_no_se_anota_en_cada_pagina(instancia: Instancia, pasan: Pasan) -> None:
    token = entrar(instancia).token
    pasan(60)
    with instancia.leer() as s:
        assert not acceso.por_renovar(instancia.ajustes, acceso.en_curso(s, token))
    pasan(instancia.ajustes.sesion_inactiva_min * 60 // acceso.PARTE_QUE_SE_RENUEVA)
    with instancia.leer() as s:
        assert acceso.por_renovar(instancia.ajustes, acceso.en_curso(s, token))


def test_en_cero_solo_caduca_al_vencer(instancia: Instancia, pasan: Pasan) -> None:
    siempre = Instancia(instancia.ajustes.model_copy(update={"sesion_inactiva_min": 0}))
    token = entrar(siempre).token
    pasan(siempre.ajustes.sesion_horas * 3600 - 1)
    with siempre.leer() as s:
        assert acceso.en_curso(s, token).quien.nombre
        assert s.scalar(select(func.count()).select_from(Persona).where(col(Persona.correo) == CORREO)) == 1
