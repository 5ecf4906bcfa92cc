"""Las páginas de los procedimientos de los Lineamientos: se leen, se inician y cuentan lo que decidió el sistema."""

from __future__ import annotations

import html

import pytest

from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.tabla import Tabla, Tipo
from tests.accesorios.caminante import Caminante
from tests.accesorios.fabricas import Instancia
from tests.accesorios.paginas.visitante import Visitante


@pytest.mark.parametrize("tabla", list(CATALOGO), ids=lambda t: f"{t.clave}-{t.version}")
def test_la_pagina_de_cada_procedimiento_dice_su_tabla_entera_y_lo_que_se_infirio(web: str, tabla: Tabla) -> None:
    with Visitante(web, "coordinacion") as v:
        pagina = v.get(f"/procedimientos/{tabla.clave}?version={tabla.version}")
        assert pagina.status_code == 200
        texto = html.unescape(pagina.text)
        for actividad in tabla.actividades:
            assert actividad.accion in texto
            assert actividad.inferido in texto
            if actividad.tipo is Tipo.AUTOMATICA:
                assert "La decide el sistema" in texto


@pytest.mark.parametrize("tabla", CATALOGO.vigentes(reloj.hoy()), ids=lambda t: t.clave)
def test_la_pagina_de_iniciar_pide_cada_dato_de_la_tabla_vigente(web: str, tabla: Tabla) -> None:
    with Visitante(web, "coordinacion") as v:
        iniciar = v.get(f"/procedimientos/{tabla.clave}/iniciar")
        assert iniciar.status_code == 200
        for campo in tabla.datos.model_fields.values():
            assert str(campo.title) in html.unescape(iniciar.text)


def test_el_expediente_cuenta_que_junta_eligio_el_sistema(web: str, instancia_sqlite: Instancia) -> None:
    caminante = Caminante(web)
    folio = caminante.iniciar("apertura_cast", estatal="UODCDMX")
    for _ in range(4):
        (turno,) = caminante.ver(folio)["turnos"]
        assert caminante.atender(turno, turno["salidas"][0]).status_code == 200
    caminante.cerrar()
    with Visitante(web, "coordinacion") as v:
        texto = html.unescape(v.get(f"/expedientes/{folio}").text)
    assert "respondió «Junta Directiva» a la actividad, «Mira qué Junta autoriza según la unidad que promueve»" in texto
    assert instancia_sqlite.abiertos(folio)[0].actividad == "4JD"
