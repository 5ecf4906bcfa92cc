"""Un archivo adjuntado por error se retira antes de responder: por la API y por la página, y queda asentado."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from modelos.expedientes.bitacora import Asiento
from tests.accesorios.fabricas import PDF, Cliente, Instancia, servida
from tests.accesorios.paginas.visitante import Visitante

PDF_AJENO = ("ajeno.pdf", PDF, "application/pdf")


def _turno(instancia: Instancia) -> str:
    """Un turno de la CST que pide evidencia."""
    folio = instancia.iniciar("reunion_trabajo")
    while instancia.abiertos(folio)[0].actividad != "7":
        instancia.atender(instancia.abiertos(folio)[0])
    return instancia.abiertos(folio)[0].id


def test_se_retira_queda_asentado_y_ya_no_se_ve(instancia_sqlite: Instancia) -> None:
    turno = _turno(instancia_sqlite)
    folio = turno.partition(".")[0]
    with servida(instancia_sqlite) as direccion, Cliente(direccion, "cst") as c:
        clave = {"Idempotency-Key": "uno"}
        subir: dict[str, Any] = {"files": {"archivo": PDF_AJENO}, "data": {"evidencia": "constancia"}, "headers": clave}
        anexo = c.post(f"/turnos/{turno}/anexos", **subir).json()
        with Cliente(direccion, "cast-demo-01") as ajeno:
            assert ajeno.post(f"/anexos/{anexo['id']}/retirar", json={}).status_code in (403, 404)
        retirado = c.post(f"/anexos/{anexo['id']}/retirar", json={"motivo": "Era de otro\u00adcaso"})
        assert (retirado.status_code, retirado.json()["nombre"]) == (200, "ajeno.pdf")
        assert c.get(f"/anexos/{anexo['id']}").status_code == 404
        assert c.post(f"/anexos/{anexo['id']}/retirar", json={}).status_code == 404
        assert c.post(f"/turnos/{turno}/anexos", **subir).status_code == 409  # la misma clave: se dice, no se revive
        atender = {"salida": "continuar", "datos": {}, "comentario": "", "version": 1}
        assert c.post(f"/turnos/{turno}/atender", json=atender).status_code == 422  # ya no hay evidencia
        otro = c.post(f"/turnos/{turno}/anexos", files={"archivo": PDF_AJENO}, data={"evidencia": "constancia"}).json()
        assert c.post(f"/turnos/{turno}/atender", json=atender).status_code == 200
        assert c.post(f"/anexos/{otro['id']}/retirar", json={}).status_code == 409  # lo respondido ya no se toca
    with instancia_sqlite.leer() as s:
        asiento = s.scalars(
            select(Asiento).where(col(Asiento.folio) == folio, col(Asiento.tipo) == "retiro_anexo")
        ).one()
        datos = asiento.contenido()["datos"]
    assert (datos["nombre"], datos["sha256"], datos["motivo"]) == ("ajeno.pdf", anexo["sha256"], "Era de otrocaso")
    instancia_sqlite.exigir_integra()


def test_desde_la_pagina_sin_javascript_conserva_lo_escrito(instancia_sqlite: Instancia) -> None:
    turno = _turno(instancia_sqlite)
    with servida(instancia_sqlite) as direccion, Visitante(direccion, "cst") as v:
        con = v.post(
            f"/turnos/{turno}",
            data={"acto": "adjuntar", "ficha": "f", "comentario": "Va la minuta"},
            files={"evidencia-constancia": ("CON.pdf", PDF, "application/pdf")},
        ).text
        assert "_CON.pdf (se llamaba «CON.pdf»)" in con
        anexo = con.partition('name="retirado" value="')[2].partition('"')[0]
        sin = v.post(f"/turnos/{turno}/retirar", data={"retirado": anexo, "comentario": "Va la minuta"})
        assert sin.status_code == 200
        assert "Se retiró «_CON.pdf»" in sin.text
        assert "Va la minuta" in sin.text
        assert 'name="retirado"' not in sin.text
        folio = turno.partition(".")[0]
        assert "retiró «_CON.pdf»" in v.get(f"/expedientes/{folio}").text
