"""Lo que cambia en la vida de una persona, sobre las dos bases: entra, se mueve de unidad y deja de entrar."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col
from typer.testing import CliRunner

from api.cli.__main__ import app
from modelos import reloj
from modelos.actos.turnos import asignacion
from modelos.administracion import personas
from modelos.errores import DatoRepetido, FormularioIncompleto, NoExiste
from modelos.organizacion import acceso
from modelos.organizacion.errores import CredencialesInvalidas, SinSesion
from modelos.organizacion.organigrama import Adscripcion, Persona, crear_persona, por_correo, quien_es, responsables
from modelos.organizacion.permisos import Rol
from modelos.sesion import lectura, transaccion
from tests.accesorios.fabricas import Cliente, Instancia, servida

CLAVE = "una-clave-larga"


@pytest.fixture
def eva(instancia: Instancia) -> str:
    """Una persona que opera en la CST; su correo."""
    with transaccion(instancia.url) as s:
        crear_persona(s, correo="eva@x.mx", nombre="Eva", clave=CLAVE, unidad="CST", rol="operacion", provisional=False)
    return "eva@x.mx"


def _vigentes(instancia: Instancia, correo: str) -> set[tuple[str, Rol]]:
    with lectura(instancia.url) as s:
        persona = por_correo(s, correo)
        assert persona
        return set(quien_es(s, persona).adscripciones)


def _entra(instancia: Instancia, correo: str, clave: str = CLAVE) -> str:
    return acceso.entrar(instancia.ajustes, correo, clave, "127.0.0.1").token


def test_adscribir_suma_un_rol_y_lo_que_rige_despues_no_cuenta_hoy(instancia: Instancia, eva: str) -> None:
    manana = reloj.hoy() + timedelta(days=1)
    with transaccion(instancia.url) as s:
        personas.adscribir(s, "EVA@x.mx ", unidad="DSTC", rol="coordinacion")
        personas.adscribir(s, eva, unidad="DVS", rol="operacion", desde=manana)
    assert _vigentes(instancia, eva) == {("CST", Rol.OPERACION), ("DSTC", Rol.COORDINACION)}


def test_adscribir_dice_todo_lo_que_no_sirve(instancia: Instancia, eva: str) -> None:
    hoy = reloj.hoy()
    with transaccion(instancia.url) as s:
        with pytest.raises(FormularioIncompleto) as faltas:
            personas.adscribir(s, eva, unidad="CST", rol="jefa", desde=hoy, hasta=hoy - timedelta(days=1))
        assert set(faltas.value.campos) == {"rol", "hasta"}
        with pytest.raises(NoExiste):
            personas.adscribir(s, eva, unidad="NADA", rol="operacion")
        with pytest.raises(NoExiste):
            personas.adscribir(s, "nadie@x.mx", unidad="CST", rol="operacion")
        with pytest.raises(DatoRepetido):
            personas.adscribir(s, eva, unidad="CST", rol="operacion", desde=hoy + timedelta(days=30))


def test_retirar_rige_todavia_su_ultimo_dia(instancia: Instancia, eva: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hoy = reloj.hoy()
    with transaccion(instancia.url) as s:
        assert personas.retirar(s, eva, unidad="CST", rol="operacion") == hoy
    assert _vigentes(instancia, eva) == {("CST", Rol.OPERACION)}
    manana = reloj.ahora() + timedelta(days=1)
    monkeypatch.setenv("DSTC_RELOJ", manana.isoformat())
    assert _vigentes(instancia, eva) == set()
    with transaccion(instancia.url) as s:
        with pytest.raises(NoExiste):
            personas.retirar(s, eva, unidad="CST", rol="operacion")
        personas.adscribir(s, eva, unidad="CST", rol="operacion")
    assert _vigentes(instancia, eva) == {("CST", Rol.OPERACION)}


def test_retirar_con_fecha_de_ayer_la_corta_ya_y_no_reescribe_lo_anterior(instancia: Instancia, eva: str) -> None:
    hoy = reloj.hoy()
    with transaccion(instancia.url) as s:
        with pytest.raises(FormularioIncompleto):
            personas.retirar(s, eva, unidad="CST", rol="operacion", hasta=hoy - timedelta(days=2))
        personas.retirar(s, eva, unidad="CST", rol="operacion", hasta=hoy - timedelta(days=1))
        # Empezaba hoy: no rigió ningún día y no deja una adscripción que termina antes de empezar.
        de_eva = select(Adscripcion).join(Persona, col(Persona.id) == Adscripcion.persona_id)
        assert s.scalars(de_eva.where(col(Persona.correo) == eva)).all() == []
    assert _vigentes(instancia, eva) == set()


def test_cambiar_la_clave_cierra_las_sesiones_y_la_anterior_ya_no_entra(instancia: Instancia, eva: str) -> None:
    token = _entra(instancia, eva)
    with transaccion(instancia.url) as s, pytest.raises(FormularioIncompleto):
        personas.cambiar_clave(s, eva, "corta")
    with transaccion(instancia.url) as s:
        personas.cambiar_clave(s, eva, "otra-clave-larga")
    with lectura(instancia.url) as s, pytest.raises(SinSesion):
        acceso.quien_trae(s, token)
    with pytest.raises(CredencialesInvalidas):
        _entra(instancia, eva)
    assert _entra(instancia, eva, "otra-clave-larga")


def test_la_baja_quita_el_acceso_en_ese_momento(instancia: Instancia, eva: str) -> None:
    folio = instancia.iniciar("concertacion")
    (turno,) = instancia.abiertos(folio)
    with servida(instancia) as direccion, Cliente(direccion) as cliente:
        cliente.headers["Authorization"] = f"Bearer {_entra(instancia, eva)}"
        assert cliente.post(f"/turnos/{turno.id}/tomar", json={"version": turno.version}).status_code == 200
        with transaccion(instancia.url) as s:
            personas.dar_de_baja(s, eva)
        respuesta = {"salida": "SIGUE", "datos": {}, "comentario": "", "version": turno.version + 1}
        assert cliente.post(f"/turnos/{turno.id}/atender", json=respuesta).status_code == 401
        assert cliente.get("/turnos").status_code == 401
    with pytest.raises(CredencialesInvalidas):
        _entra(instancia, eva)
    (turno,) = instancia.abiertos(folio)
    with instancia.como("coordinacion") as ctx:
        asignacion.liberar(ctx, turno.id, turno.version, "Se dio de baja")
    instancia.exigir_integra()


def test_la_baja_cierra_lo_que_rige_y_quita_lo_que_no_llego_a_regir(instancia: Instancia, eva: str) -> None:
    hoy = reloj.hoy()
    with transaccion(instancia.url) as s:
        personas.adscribir(s, eva, unidad="DVS", rol="operacion", desde=hoy + timedelta(days=5))
        persona = por_correo(s, eva)
        assert persona
        assert persona.id in responsables(s, "CST")
        for _ in range(2):  # la segunda no cambia nada
            personas.dar_de_baja(s, eva)
        suyas = s.scalars(select(Adscripcion).where(col(Adscripcion.persona_id) == persona.id)).all()
        assert [(a.unidad, a.hasta) for a in suyas] == [("CST", hoy)]
        assert persona.id not in responsables(s, "CST")
        with pytest.raises(FormularioIncompleto, match="reactívela"):
            personas.adscribir(s, eva, unidad="DVS", rol="operacion")
        personas.reactivar(s, eva, "otra-clave-larga")
        personas.adscribir(s, eva, unidad="DVS", rol="operacion")
    assert _entra(instancia, eva, "otra-clave-larga")


def test_las_ordenes_hacen_lo_que_dicen(instancia: Instancia, eva: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_DATOS", str(instancia.ajustes.datos))
    monkeypatch.setattr("modelos.ajustes.ajustes", lambda: instancia.ajustes)
    monkeypatch.setenv("DSTC_CLAVE", "otra-clave-larga")

    def orden(*partes: str) -> str:
        hecha = CliRunner().invoke(app, ["persona", *partes])
        assert hecha.exit_code == 0, hecha.output
        return hecha.output

    hoy = reloj.hoy().isoformat()
    orden("adscribir", eva, "--unidad", "DVS", "--rol", "operacion", "--desde", hoy, "--hasta", hoy)
    assert f"{eva}  Eva  CST (operacion), DVS (operacion)\n" in orden("lista", "--unidad", "DVS")
    assert f"su último día es el {hoy}" in orden("retirar", eva, "--unidad", "CST", "--rol", "operacion")
    orden("clave", eva)
    assert _entra(instancia, eva, "otra-clave-larga")
    orden("baja", eva)
    assert f"{eva}  Eva  de baja\n" in orden("lista", "--despues", "e")
    assert "Puede haber más: repita con --despues" in orden("lista")
    orden("reactivar", eva)


def test_la_lista_va_por_tramos_y_por_unidad(instancia: Instancia, eva: str) -> None:
    with transaccion(instancia.url) as s:
        personas.adscribir(s, eva, unidad="DSTC", rol="direccion")
    with lectura(instancia.url) as s:
        todas, despues = [], ""
        while tramo := personas.lista(s, despues=despues, limite=7):
            todas += tramo
            despues = tramo[-1].correo
        assert [f.correo for f in todas] == sorted({f.correo for f in todas})
        (suya,) = [f for f in todas if f.correo == eva]
        assert suya.vigentes == (("CST", "operacion"), ("DSTC", "direccion"))
        assert {f.correo for f in personas.lista(s, unidad="CST")} == {eva, "cst@demo.local"}
        with pytest.raises(NoExiste):
            personas.lista(s, unidad="NADA")
