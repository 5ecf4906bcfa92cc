"""Comentar, mencionar y seguir: quién puede, a quién se le hace saber y qué hay de nuevo al volver."""

from __future__ import annotations

import re
import threading

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from modelos.actos.comodidades import comentarios as actos
from modelos.actos.comodidades.comentarios import LARGO
from modelos.errores import FormularioIncompleto, NoLeCorresponde
from modelos.expedientes import comentarios, visibles
from modelos.expedientes.comodidades import Comentario, Mencion, Seguimiento
from modelos.expedientes.expediente import Expediente
from modelos.expedientes.notificacion import Notificacion
from modelos.organizacion.organigrama import Adscripcion, Persona, crear_persona, por_correo, quien_es
from modelos.sesion import transaccion
from tests.accesorios.fabricas import Instancia
from tests.accesorios.paginas.visitante import Visitante, hasta_la_consulta

HOY = "2027-05-11T10:00:00-06:00"


def id_de(instancia: Instancia, alias: str) -> int:
    with instancia.leer() as s:
        persona = por_correo(s, f"{alias}@demo.local")
        assert persona
        assert persona.id
        return persona.id


def menciones(instancia: Instancia) -> set[int]:
    with instancia.leer() as s:
        return set(s.scalars(select(col(Mencion.persona_id))))


def cuantos(instancia: Instancia) -> int:
    with instancia.leer() as s:
        return s.scalar(select(func.count()).select_from(Comentario)) or 0


def test_la_lista_de_quienes_lo_ven_es_la_regla_de_visibilidad_de_cada_cuenta(instancia: Instancia) -> None:
    for folio in (hasta_la_consulta(instancia), instancia.iniciar("concertacion")):
        instancia.cumplir_encargos()  # los avisos dan permiso de leer
        with instancia.leer() as s:
            expediente = s.get_one(Expediente, folio)
            listados = {lector.id for lector in comentarios.quienes_lo_ven(s, expediente)}
            pueden = set()
            for persona in s.scalars(select(Persona)):
                try:
                    visibles.expediente_visible(s, quien_es(s, persona), folio)
                except NoLeCorresponde:
                    continue
                pueden.add(persona.id)
        assert listados == pueden


def test_a_quien_se_menciona_se_le_notifica_una_vez_y_no_gana_permiso(instancia: Instancia) -> None:
    folio = hasta_la_consulta(instancia)
    with instancia.como("coordinacion") as ctx:
        texto = (
            "Falta la opinión, @cast-demo-02@demo.local. También @Personal de CST (demostración), y @CST@demo.local."
        )
        dicho = actos.comentar(ctx, folio, texto, [id_de(instancia, "dstc")])
    esperados = {id_de(instancia, alias) for alias in ("cast-demo-02", "cst", "dstc")}
    assert menciones(instancia) == esperados
    with instancia.leer() as s:
        avisos = list(s.scalars(select(Notificacion).where(col(Notificacion.clave) == f"mencion:{dicho.id}")))
    assert {aviso.persona_id for aviso in avisos} == esperados
    assert all("para" not in aviso.datos for aviso in avisos)
    # Quien deja su unidad deja de verlo, aunque lo hubieran mencionado.
    with transaccion(instancia.url) as s:
        s.execute(
            update(Adscripcion)
            .where(col(Adscripcion.persona_id) == id_de(instancia, "cast-demo-02"))
            .values(unidad="DVS")
        )
    with instancia.leer() as s:
        persona = por_correo(s, "cast-demo-02@demo.local")
        assert persona
        with pytest.raises(NoLeCorresponde):
            visibles.expediente_visible(s, quien_es(s, persona), folio)
        assert comentarios.menciones_nuevas(s, quien_es(s, persona)) == []


@pytest.mark.parametrize(
    ("texto", "dice"),
    [
        pytest.param("", "escriba el comentario", id="vacio"),
        pytest.param("   \n ", "escriba el comentario", id="solo espacios"),
        pytest.param("x" * (LARGO + 1), "escriba el comentario", id="no cabe"),
        pytest.param("Oiga @dvs@demo.local", "responde a @dvs@demo.local", id="no lo ve"),
        pytest.param("Oiga @Fulano, vea", "responde a @Fulano", id="no existe"),
        pytest.param("campana \x07", "carácter de control (U+0007)", id="de control"),
    ],
)
def test_lo_que_no_se_puede_comentar_se_dice_y_se_conserva(
    web: str, instancia_sqlite: Instancia, texto: str, dice: str
) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    cst = id_de(instancia_sqlite, "dstc")
    with Visitante(web, "coordinacion") as v:
        datos = {"comentario": texto, f"menciona-{cst}": "on"}
        rechazada = v.post(f"/expedientes/{folio}/comentar", data=datos)
    assert rechazada.status_code == 422
    assert dice in rechazada.text
    assert 'href="#comentar-comentario"' in rechazada.text
    assert re.search(rf'name="menciona-{cst}" value="on" checked', rechazada.text)
    if texto.startswith("Oiga"):
        assert f"{texto}</textarea>" in rechazada.text
    assert cuantos(instancia_sqlite) == 0


def test_un_correo_dentro_del_texto_no_es_una_mencion(instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    with instancia_sqlite.como("coordinacion") as ctx:
        actos.comentar(ctx, folio, "Escriba a alguien@empresa.mx, a las @ 10:00")
    assert menciones(instancia_sqlite) == set()


def test_un_doble_clic_no_comenta_dos_veces(instancia: Instancia, direccion: str) -> None:
    folio = instancia.iniciar("normatividad")
    with Visitante(direccion, "coordinacion") as v:
        hilos = [
            threading.Thread(target=v.post, args=(f"/expedientes/{folio}/comentar",), kwargs={"data": datos})
            for datos in [{"comentario": "Sólo una vez"}] * 4
        ]
        for hilo in hilos:
            hilo.start()
        for hilo in hilos:
            hilo.join()
    assert cuantos(instancia) == 1


def test_comentar_y_seguir_es_de_quien_lo_ve(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    with Visitante(web, "dvs") as ajeno, Visitante(web) as nadie, Visitante(web, "direccion") as mira:
        for acto, datos in (("comentar", {"comentario": "Hola"}), ("seguir", {})):
            camino = f"/expedientes/{folio}/{acto}"
            assert ajeno.post(camino, data=datos).status_code == 403
            assert nadie.post(camino, data=datos).status_code in {303, 401}
            assert mira.post(camino, data=datos).status_code == 303
        assert mira.post("/expedientes/NADA-2027-1/comentar", data={"comentario": "x"}).status_code == 404
        assert mira.get(f"/expedientes/{folio}/comentar").headers["location"] == f"/expedientes/{folio}"
    assert cuantos(instancia_sqlite) == 1


def test_quien_sigue_ve_lo_nuevo_desde_su_ultima_visita_y_al_abrirlo_deja_de_serlo(
    web: str, instancia_sqlite: Instancia
) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    with Visitante(web, "direccion") as v:
        v.post(f"/expedientes/{folio}/seguir")
        v.post(f"/expedientes/{folio}/seguir")
        assert "Nada nuevo desde su última visita" in v.get(f"/expedientes/{folio}").text
        instancia_sqlite.atender(instancia_sqlite.abiertos(folio)[0])
        assert "1 cosa nueva" in v.get("/expedientes?sigo=1").text
        # Que `vivo.js` la vuelva a pintar no es haberla abierto.
        for _ in range(2):
            pagina = v.get(f"/expedientes/{folio}", headers={"X-Vivo": "1"}).text
            assert "Hay 1 cosa nueva" in pagina
        assert pagina.count('<span class="marca-nuevo">Nuevo</span>') == 1
        assert "Hay 1 cosa nueva" in v.get(f"/expedientes/{folio}").text
        assert "Nada nuevo" in v.get(f"/expedientes/{folio}").text
        assert folio in v.get("/expedientes?sigo=1").text
        v.post(f"/expedientes/{folio}/dejar-de-seguir")
        assert folio not in v.get("/expedientes?sigo=1").text
    with instancia_sqlite.leer() as s:
        assert s.scalar(select(func.count()).select_from(Seguimiento)) == 0


def test_la_mencion_se_ve_al_entrar_y_se_quita_al_abrir_el_expediente(web: str, instancia_sqlite: Instancia) -> None:
    folio = instancia_sqlite.iniciar("normatividad")
    with instancia_sqlite.como("coordinacion") as ctx:
        actos.comentar(ctx, folio, "<b>Ojo</b> @dstc@demo.local")
    with Visitante(web, "dstc") as v:
        lista = v.get("/expedientes?sigo=1").text
        assert "le mencionó en" in lista
        primera = v.get(f"/expedientes/{folio}").text
        assert "Le menciona" in primera
        assert "&lt;b&gt;Ojo&lt;/b&gt;" in primera
        assert "Le menciona" not in v.get(f"/expedientes/{folio}").text
        assert "le mencionó en" not in v.get("/expedientes?sigo=1").text


def test_los_comentarios_van_por_paginas(
    web: str, instancia_sqlite: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DSTC_RELOJ", HOY)
    folio = instancia_sqlite.iniciar("normatividad")
    for n in range(25):
        with instancia_sqlite.como("dstc") as ctx:
            actos.comentar(ctx, folio, f"Comentario número {n}")
    with Visitante(web, "dstc") as v:
        primera = v.get(f"/expedientes/{folio}").text
        vistos = re.findall(r"Comentario número (\d+)", primera)
        siguiente = re.search(r"\?antes=(\d+)#comentarios", primera)
        assert siguiente
        vistos += re.findall(r"Comentario número (\d+)", v.get(f"/expedientes/{folio}?antes={siguiente[1]}").text)
        assert vistos == [str(n) for n in range(24, -1, -1)]
        assert v.get(f"/expedientes/{folio}?antes=x").status_code == 200


def test_comentar_no_deja_asiento_ni_mueve_el_expediente(instancia: Instancia) -> None:
    folio = instancia.iniciar("normatividad")
    antes = instancia.expediente(folio)
    with instancia.como("coordinacion") as ctx:
        actos.comentar(ctx, folio, "Nada cambia")
    despues = instancia.expediente(folio)
    assert (antes.asientos, antes.ultimo_hash) == (despues.asientos, despues.ultimo_hash)
    instancia.exigir_integra()


def test_repetirlo_para_agregar_una_mencion_la_agrega_sin_duplicar_el_comentario(instancia: Instancia) -> None:
    folio = hasta_la_consulta(instancia)
    cst, dstc = id_de(instancia, "cst"), id_de(instancia, "dstc")
    with instancia.como("coordinacion") as ctx:
        primero = actos.comentar(ctx, folio, "Falta la opinión", [cst]).id
    with instancia.como("coordinacion") as ctx:
        assert actos.comentar(ctx, folio, "Falta la opinión", [cst, dstc]).id == primero
    assert (cuantos(instancia), menciones(instancia)) == (1, {cst, dstc})
    with instancia.leer() as s:
        avisados = list(
            s.scalars(select(col(Notificacion.persona_id)).where(col(Notificacion.clave).contains("mencion")))
        )
    assert sorted(avisados) == sorted((cst, dstc))


def test_si_hay_dos_con_el_mismo_nombre_se_pide_decir_cual(instancia: Instancia) -> None:
    folio = hasta_la_consulta(instancia)
    with instancia.como(None) as ctx:
        for n in (1, 2):
            correo = f"juan{n}@conalep.example"
            crear_persona(
                ctx.s,
                correo=correo,
                nombre="Juan Pérez",
                clave="cuatro palabras sin relacion",
                unidad="CST",
                rol="operacion",
            )
    with instancia.como("coordinacion") as ctx, pytest.raises(FormularioIncompleto, match="2 personas con ese nombre"):
        actos.comentar(ctx, folio, "¿Qué opina, @Juan Pérez?")
    with instancia.como("coordinacion") as ctx:
        actos.comentar(ctx, folio, "¿Qué opina, @juan2@conalep.example?")
    assert len(menciones(instancia)) == 1
