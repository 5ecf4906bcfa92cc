"""Los canales de Apprise: qué direcciones se admiten, y que nunca se ven enteras."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from modelos.avisos import canales
from modelos.avisos.canales import falta_de_direccion, resguardada
from modelos.avisos.entrega import Canal
from modelos.avisos.mensajes import canales_activos
from modelos.errores import FormularioIncompleto, NoExiste
from modelos.sesion import transaccion
from tests.accesorios.fabricas import Instancia

BUENA = "tgram://123456789:abcdefg_hijklmnop/12315544/"


@pytest.mark.parametrize(
    "direccion",
    [
        BUENA,
        "mailto://u:clave@correo.example?to=a@b.example",
        "json://127.0.0.1/aviso",
        "ntfys://servidor.example/tema",
    ],
)
def test_las_que_llegan_a_otra_parte_se_admiten(direccion: str) -> None:
    assert falta_de_direccion(direccion) == ""


@pytest.mark.parametrize(
    ("direccion", "dice"),
    [
        ("", "escriba una dirección"),
        ("sin esquema", "escriba una dirección"),
        ("json://uno\njson://dos", "en un renglón"),
        ("json://" + "x" * 3000, "escriba una dirección"),
        ("nadie://x", "no reconoce"),
        ("mailto://", "no reconoce"),
        ("file:///etc/passwd", "escribe en la máquina"),
        ("syslog://", "escribe en la máquina"),
        ("SYSLOG://", "escribe en la máquina"),
        (" syslog://", "escribe en la máquina"),
        ("dbus://", "escribe en la máquina"),
        ("kde://", "escribe en la máquina"),
        ("gnome://", "escribe en la máquina"),
        ("macosx://", "escribe en la máquina"),
        ("windows://", "escribe en la máquina"),
        ("blink1://", "escribe en la máquina"),
        ("glib://", "escribe en la máquina"),
        ("mailto://u:p@x.example?PGPpub=/etc/hosts", "leer archivos"),
        ("fcm://p@k/d?%6beyfile=/etc/hosts", "leer archivos"),
    ],
)
def test_las_que_no_sirven_se_rechazan_en_espanol(direccion: str, dice: str) -> None:
    assert dice in falta_de_direccion(direccion)


@pytest.mark.parametrize(
    ("direccion", "secretos"),
    [
        (BUENA, ("abcdefg_hijklmnop", "12315544")),
        ("mailto://u:clavesecreta@correo.example?to=a@b.example", ("clavesecreta", "a@b.example", "a%40b")),
        ("json://u:clavesecreta@servidor.example/rutasecreta?+X-Llave=otra", ("clavesecreta", "rutasecreta", "otra")),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/", ("TIiajkdnlazkcOXrIdevi7FQ", "A1BRTD4JD")),
        ("ya-no-existe://clavesecreta", ("clavesecreta",)),
    ],
)
def test_nunca_se_muestran_enteras(direccion: str, secretos: tuple[str, ...]) -> None:
    mostrada = resguardada(direccion)
    assert mostrada.startswith(direccion.partition("://")[0])
    assert not [s for s in secretos if s in mostrada], mostrada


@pytest.mark.parametrize(
    ("cambios", "faltas"),
    [
        ({"nombre": " "}, {"nombre"}),
        ({"nombre": "x" * 101}, {"nombre"}),
        ({"direccion": "nadie://x"}, {"direccion"}),
        ({"unidad": ""}, {"de"}),
        ({"correo": "dstc@demo.local"}, {"de"}),
        ({"unidad": "NADA"}, {"unidad"}),
        ({"unidad": "", "correo": "nadie@demo.local"}, {"correo"}),
    ],
)
def test_lo_mal_capturado_se_dice_y_no_guarda_nada(
    instancia: Instancia, cambios: dict[str, str], faltas: set[str]
) -> None:
    datos = {"nombre": "De la DSTC", "direccion": BUENA, "unidad": "DSTC", "correo": "", **cambios}
    with pytest.raises(FormularioIncompleto) as error, transaccion(instancia.url) as s:
        canales.agregar(s, **datos)  # type: ignore[arg-type]
    assert set(error.value.campos) == faltas
    assert "abcdefg" not in str(error.value)
    with instancia.leer() as s:
        assert s.scalars(select(Canal)).all() == []


def test_se_listan_por_paginas_y_se_desactivan(instancia: Instancia) -> None:
    with transaccion(instancia.url) as s:
        for i in range(5):
            canales.agregar(s, nombre=f"Canal {i}", direccion=BUENA, unidad="DSTC")
    with transaccion(instancia.url) as s:
        vistos, cursor = [], None
        while True:
            pagina = canales.listar(s, cursor=cursor, limite=2)
            vistos += [f.nombre for f in pagina.elementos]
            cursor = pagina.siguiente
            if cursor is None:
                break
        assert vistos == [f"Canal {i}" for i in (4, 3, 2, 1, 0)]
        primero = pagina.elementos[-1].id
        assert canales.quitar(s, primero).activo is False
        assert canales.quitar(s, primero).activo is False
        assert primero not in {c.id for c in canales_activos(s)}
        with pytest.raises(NoExiste):
            canales.quitar(s, 999)
