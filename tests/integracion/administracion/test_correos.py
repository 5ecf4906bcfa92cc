"""La misma dirección es la misma persona en cada puerta; y al migrar nadie se pierde."""

from __future__ import annotations

from datetime import date

import pytest
from alembic import command
from sqlalchemy import create_engine, select
from sqlmodel import col

from modelos.actos.administracion import personas as administracion
from modelos.actos.comodidades import comentarios
from modelos.actos.oficios import papeleria
from modelos.administracion import personas
from modelos.errores import DatoRepetido, FormularioIncompleto
from modelos.expedientes import comentarios as consultas_comentarios
from modelos.migraciones import migrar
from modelos.organizacion import acceso
from modelos.organizacion.cambios import Cambio
from modelos.organizacion.claves import cifrar
from modelos.organizacion.organigrama import Adscripcion, Persona, por_correo
from tests.accesorios.fabricas import Instancia
from tests.integracion.administracion.test_excel import ADSCRIPCIONES, PERSONAS, cargar, faltas

GUARDADA = "ana.lopez@peñón.mx"
ESCRITURAS = ("Ana.Lopez@PEÑÓN.mx", "ana.lopez@pen\u0303o\u0301n.mx", " ana.lo\u00adpez@xn--pen-8mak.mx\u200b")
CLAVE = "una frase larga 2026"


@pytest.fixture
def con_ana(instancia: Instancia) -> Instancia:
    """Con Ana, dada de alta en la DSTC con su dirección escrita con letras sueltas y mayúsculas."""
    with instancia.como("administracion") as ctx:
        alta = administracion.alta_persona(
            ctx, "ANA.Lopez@pen\u0303o\u0301n.mx", "Ana López", "DSTC", "operacion", CLAVE
        )
        assert alta.persona.correo == GUARDADA
    return instancia


def test_se_halla_entra_y_se_nombra_se_escriba_como_se_escriba(con_ana: Instancia) -> None:
    for escrita in ESCRITURAS:
        _en_cada_puerta(con_ana, escrita)


def _en_cada_puerta(con_ana: Instancia, escrita: str) -> None:
    assert acceso.entrar(con_ana.ajustes, escrita, CLAVE, "prueba").correo == GUARDADA
    with con_ana.como("administracion") as ctx:
        ana = por_correo(ctx.s, escrita)
        assert ana
        campos = {"cargo": "Coordinadora", "tratamiento": "", "iniciales": "AL"}
        assert papeleria.nombrar(ctx, "DSTC", escrita, None, campos).persona_id == ana.id
        with pytest.raises(DatoRepetido):
            administracion.alta_persona(ctx, escrita, "Otra Ana", "CST", "operacion")
    folio = con_ana.iniciar("normatividad")
    with con_ana.como("coordinacion") as ctx:
        dicho = comentarios.comentar(ctx, folio, f"Revise @{escrita.strip()} por favor", ())
        leidos = consultas_comentarios.quienes_lo_ven(ctx.s, con_ana.expediente(folio))
        assert GUARDADA in {lector.correo for lector in leidos}
        assert dicho.id


def test_en_el_libro_de_excel_tambien(con_ana: Instancia) -> None:
    renglones = [(escrita, "CAST-DEMO-01", "operacion", "", "") for escrita in ESCRITURAS[:1]]
    cargar(con_ana, {"Adscripciones": [ADSCRIPCIONES, *renglones], "Personas": [PERSONAS, (ESCRITURAS[1], "Ana L.")]})
    with con_ana.leer() as s:
        suya = s.scalars(select(Persona).where(col(Persona.nombre) == "Ana L.")).one()
        unidades = s.scalars(select(col(Adscripcion.unidad)).where(col(Adscripcion.persona_id) == suya.id)).all()
    assert (suya.correo, sorted(unidades)) == (GUARDADA, ["CAST-DEMO-01", "DSTC"])
    repetidos = [PERSONAS, *((escrita, "Beto") for escrita in ("b@x.mx", "B@X.mx\u200b"))]
    assert any("Personas, renglón 3, columna A (Correo)" in f for f in faltas(con_ana, {"Personas": repetidos}))


@pytest.mark.parametrize("mala", ["ñandú@dominio-ñ.mx", "ana lopez@x.mx", "ana@x..mx"])
def test_la_que_no_recibiria_nada_no_entra_por_ninguna_puerta(con_ana: Instancia, mala: str) -> None:
    with con_ana.como("administracion") as ctx, pytest.raises(FormularioIncompleto) as alta:
        administracion.alta_persona(ctx, mala, "Alguien", "CST", "operacion")
    with con_ana.leer() as s:
        ana = por_correo(s, GUARDADA)
        assert ana
    with con_ana.como("administracion") as ctx, pytest.raises(FormularioIncompleto) as correccion:
        administracion.corregir_persona(ctx, ana.id or 0, mala, "Ana López")
    libro = [PERSONAS, (mala, "Alguien")]
    assert alta.value.campos["correo"] == correccion.value.campos["correo"]
    assert any(alta.value.campos["correo"] in f for f in faltas(con_ana, {"Personas": libro}))


def test_nadie_entra_sin_correo(con_ana: Instancia) -> None:
    with con_ana.como("administracion") as ctx, pytest.raises(FormularioIncompleto) as alta:
        administracion.alta_persona(ctx, " ", "Alguien", "CST", "operacion")
    assert "escriba un correo" in alta.value.campos["correo"]
    assert any("renglón 2, columna A" in f for f in faltas(con_ana, {"Personas": [PERSONAS, ("", "Alguien")]}))


def test_conservar_una_que_entro_antes_de_la_regla_no_impide_corregir_el_nombre(instancia: Instancia) -> None:
    with instancia.como(None) as ctx:
        ctx.s.add(Persona(correo="ñandú@x.mx", nombre="Ñ", clave_cifrada=cifrar(CLAVE), creada=ctx.ahora))
    with instancia.como("administracion") as ctx:
        suya = por_correo(ctx.s, "n\u0303andu\u0301@x.mx")
        assert suya
        corregida = administracion.corregir_persona(ctx, suya.id or 0, "Ñandú@x.mx", "Ñandú Pérez")
        assert (corregida.correo, corregida.nombre) == ("ñandú@x.mx", "Ñandú Pérez")


def test_al_migrar_las_repetidas_conservan_su_cuenta_sus_roles_y_su_buzon(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    nfc, nfd = "mu\u00f1oz@x.mx", "mun\u0303oz@x.mx"
    with instancia.como(None) as ctx:
        for correo, nombre, activa in ((nfd, "Baja", False), (nfc, "Activa", True), ("Rosa@X.mx", "Rosa", True)):
            fila = Persona(correo=correo, nombre=nombre, activa=activa, clave_cifrada=cifrar(CLAVE), creada=ctx.ahora)
            ctx.s.add(fila)
            ctx.s.flush()
            ctx.s.add(Adscripcion(persona_id=fila.id or 0, unidad="CST", rol="operacion", desde=date(2026, 1, 2)))
    motor = create_engine(instancia.url)
    with motor.connect() as conexion:
        config = migrar.configuracion()
        config.attributes["connection"] = conexion
        command.downgrade(config, "0013")
        conexion.commit()
    motor.dispose()
    migrar.migrar(instancia.url)
    with instancia.leer() as s:
        tres = select(Persona).where(col(Persona.nombre).in_(["Baja", "Activa", "Rosa"]))
        ahora = {p.nombre: p for p in s.scalars(tres)}
        assert ahora["Activa"].correo == nfc
        assert ahora["Baja"].correo == f"mu\u00f1oz+{ahora['Baja'].id}@x.mx"
        assert ahora["Rosa"].correo == "rosa@x.mx"
        suyas = select(Adscripcion).where(col(Adscripcion.persona_id).in_([p.id for p in ahora.values()]))
        assert len(s.scalars(suyas).all()) == 3
        anotado = s.scalars(select(Cambio).where(col(Cambio.cual) == str(ahora["Baja"].id))).one()
        assert anotado.antes == {"correo": nfd}
    assert acceso.entrar(instancia.ajustes, "ROSA@x.mx", CLAVE, "prueba").correo == "rosa@x.mx"
    assert [f.correo for f in _lista(instancia) if f.nombre == "Rosa"] == ["rosa@x.mx"]
    assert instancia.expediente(folio).asientos > 0
    instancia.exigir_integra()


def _lista(instancia: Instancia) -> list[personas.FichaDePersona]:
    with instancia.leer() as s:
        return personas.lista(s, unidad="CST")
