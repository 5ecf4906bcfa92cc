"""La vida de un oficio, del borrador al acuse, y lo que la base y la bitácora guardan de cada paso."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, update
from sqlmodel import col

from flujos.catalogo import CATALOGO
from modelos import reloj
from modelos.actos.conduccion import conducir
from modelos.actos.oficios import firma, tramite
from modelos.actos.turnos import atender, evidencia
from modelos.comprobacion.verificacion import verificar
from modelos.errores import ActoNoProcede, FormularioIncompleto, NoExiste, NoLeCorresponde
from modelos.expedientes import anexos
from modelos.expedientes.bitacora import Asiento, canonico
from modelos.expedientes.expediente import Turno
from modelos.oficios import papeleria, titulares
from modelos.oficios.errores import NormaEnProyecto, OficioCambio, OficioIncompleto
from modelos.oficios.impreso import AVISO_PROYECTO, sello
from modelos.oficios.oficio import Destinatario, Molde, Oficio, PlantillaEditada
from modelos.organizacion.organigrama import Adscripcion, por_correo
from modelos.organizacion.permisos import Rol
from modelos.sesion import transaccion
from modelos.tabla.emision import VIGENTES, EstadoOficio, leer_codigo
from tareas.efectos import Cual, EfectoFallido, cumplir, intentar
from tareas.oficios.papel.archivo import Imprenta, ruta_de
from tareas.oficios.redaccion import borrador, sueltos
from tests.accesorios.fabricas import PDF, Instancia
from tests.accesorios.oficina import (
    REGLAS,
    asentados,
    del_folio,
    destinatarios,
    encargo_de,
    enviado,
    firmar,
    leer,
    por_encargo,
    suelto,
)


@pytest.fixture(autouse=True)
def _reloj(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", "2027-03-01T09:00:00-06:00")


@pytest.fixture(autouse=True)
def _todo_cuadra(instancia: Instancia, request: pytest.FixtureRequest) -> Iterator[None]:
    """Al final de cada prueba, la base entera se reproduce desde su bitácora."""
    yield
    if "si_alguien_altera" not in request.node.name:
        instancia.exigir_integra()


def _editar(instancia: Instancia, oficio: Oficio, alias: str = "dstc", **campos: str) -> Oficio:
    actual = leer(instancia, oficio.id)
    escrito = {"asunto": actual.asunto, "cuerpo": actual.cuerpo, "anexos": actual.anexos, **campos}
    with instancia.como(alias) as ctx:
        return tramite.editar(ctx, oficio.id, actual.version, escrito)


# --- el borrador -----------------------------------------------------------------


def test_el_encargo_deja_un_borrador_y_repetirlo_no_lo_duplica(instancia: Instancia) -> None:
    oficio = por_encargo(instancia, "Pérez & Hijos *negritas* {{ 7 * 7 }} <b>")
    assert (oficio.clave, oficio.unidad, oficio.estado, oficio.numero) == ("OF-01", "DSTC", "borrador", None)
    assert r"{{ 7 \* 7 }}" in oficio.cuerpo or "{{ 7 * 7 }}" in oficio.cuerpo.replace("\\", "")
    assert [(d.clase, d.unidad) for d in destinatarios(instancia, oficio.id)] == [("para", "CST")]
    encargo = encargo_de(instancia, oficio.folio, "oficio:")
    assert encargo.hecho is not None
    assert cumplir(instancia.url, CATALOGO, Cual(encargo.folio, encargo.asiento, encargo.efecto)) == "ya estaba hecho"
    assert len(del_folio(instancia, oficio.folio)) == 1
    with instancia.leer() as s:
        molde = s.get_one(Molde, oficio.molde).texto
    assert "Actualización y formulación de proyecto normativo" in molde


def test_corregir_con_una_version_vieja_no_pisa_lo_de_otra_persona(instancia: Instancia) -> None:
    oficio = por_encargo(instancia)
    assert _editar(instancia, oficio, cuerpo="Lo mío.").version == 2
    with instancia.como("coordinacion") as ctx, pytest.raises(OficioCambio, match="Personal de DSTC"):
        tramite.editar(ctx, oficio.id, 1, {"asunto": "Otro", "cuerpo": "Lo otro."})
    queda = leer(instancia, oficio.id)
    assert (queda.cuerpo, queda.borrador_cuerpo) == ("Lo mío.", oficio.cuerpo)
    with instancia.como("dcaj") as ctx, pytest.raises(NoLeCorresponde):
        tramite.editar(ctx, oficio.id, 2, {"asunto": "Ajeno", "cuerpo": "Ajeno."})


def test_lo_corregido_ya_no_pasa_por_la_plantilla(instancia: Instancia) -> None:
    oficio = _editar(instancia, por_encargo(instancia), cuerpo="{{ datos.x }} y {% raw %} son letras.")
    assert "{{ datos.x }} y {% raw %}" in json.loads(firmar(instancia, oficio).contenido or "")["cuerpo_markdown"]


# --- la firma --------------------------------------------------------------------


def test_firmar_da_numero_codigo_asiento_y_un_pdf_que_se_puede_volver_a_hacer(instancia: Instancia) -> None:
    oficio = firmar(instancia, por_encargo(instancia))
    assert (oficio.numero, oficio.serie, oficio.consecutivo) == ("DSTC/001/2027", oficio.serie, 1)
    assert leer_codigo(oficio.codigo or "") == oficio.codigo
    [asiento] = asentados(instancia, "oficio_firma")
    assert {c: asiento[c] for c in ("oficio", "numero", "codigo", "sha256", "suplencia")} == {
        "oficio": oficio.id,
        "numero": "DSTC/001/2027",
        "codigo": oficio.codigo,
        "sha256": oficio.sha256,
        "suplencia": "",
    }
    assert "demostración" not in json.dumps({**asiento, "cargo": ""}), "ni nombres ni datos de personas"
    archivo = ruta_de(instancia.ajustes.carpeta_oficios, oficio.sha256 or "")
    pdf = archivo.read_bytes()
    assert (hashlib.sha256(pdf).hexdigest(), len(pdf)) == (oficio.sha256, oficio.tamano)
    contenido = json.loads(oficio.contenido or "")
    assert contenido["sello"] == sello(contenido)
    assert canonico(contenido) == oficio.contenido
    archivo.unlink()
    assert Imprenta(instancia.ajustes).leer(oficio) == pdf, "se vuelve a componer, byte a byte"
    archivo.write_bytes(pdf[:-1] + b"x")
    assert Imprenta(instancia.ajustes).leer(oficio) == pdf, "alterado, no se entrega"
    assert encargo_de(instancia, oficio.folio, "envio").hecho is None


def test_firmarlo_dos_veces_no_da_dos_numeros(instancia: Instancia) -> None:
    oficio = firmar(instancia, por_encargo(instancia))
    with pytest.raises(ActoNoProcede, match=r"ya está firmado \(lo firmó Personal de DSTC"):
        firmar(instancia, oficio)
    assert firmar(instancia, suelto(instancia)).numero == "DSTC/002/2027"


def test_si_la_firma_falla_no_gasta_numero(instancia: Instancia) -> None:
    oficio = por_encargo(instancia)

    class SinPapel(Exception):
        """La imprenta no pudo."""

    def rota(contenido: dict[str, Any]) -> firma.Impreso:
        raise SinPapel

    with pytest.raises(SinPapel), instancia.como("dstc") as ctx:
        firma.firmar(ctx, oficio.id, oficio.version, rota, REGLAS)
    assert leer(instancia, oficio.id).numero is None
    assert firmar(instancia, oficio).numero == "DSTC/001/2027"


@pytest.mark.parametrize("alias", ["coordinacion", "cst", "administracion"])
def test_quien_no_tiene_el_cargo_no_firma(instancia: Instancia, alias: str) -> None:
    oficio = por_encargo(instancia)
    with pytest.raises(NoLeCorresponde, match="firmar por DSTC"):
        firmar(instancia, oficio, alias)
    assert leer(instancia, oficio.id).estado == "borrador"


def test_en_suplencia_firma_otra_persona_y_el_bloque_dice_por_que(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaccion(instancia.url) as s:
        titulares.suplir(
            s,
            "DSTC",
            "cst@demo.local",
            cargo="Coordinación de Servicios Tecnológicos",
            precepto="el artículo 64 del Estatuto Orgánico",
            ausencia="comisión oficial",
            desde=date(2027, 3, 1),
            hasta=date(2027, 3, 2),
        )
    oficio = firmar(instancia, por_encargo(instancia), "cst")
    bloque = json.loads(oficio.contenido or "")["atentamente"]
    assert bloque["cargo"] == "Coordinación de Servicios Tecnológicos"
    assert "En suplencia por ausencia" in bloque["suplencia"]
    assert "(comisión oficial)" in bloque["suplencia"]
    assert "el artículo 64 del Estatuto Orgánico" in bloque["suplencia"]
    assert asentados(instancia, "oficio_firma")[0]["suplencia"] == bloque["suplencia"]
    monkeypatch.setenv("DSTC_RELOJ", "2027-03-03T00:05:00-06:00")
    with pytest.raises(NoLeCorresponde):
        firmar(instancia, suelto(instancia), "cst")


def test_no_firma_quien_hizo_lo_que_el_oficio_revisa(instancia: Instancia) -> None:
    """OF-36: la unidad estatal transmite el programa que integró el CAST; no lo firma quien lo integró."""
    with transaccion(instancia.url) as s:
        persona = por_correo(s, "ce-15@demo.local")
        assert persona is not None
        s.add(Adscripcion(persona_id=persona.id or 0, unidad="CAST-DEMO-01", rol=Rol.OPERACION, desde=reloj.hoy()))
    folio = instancia.iniciar("mantenimiento", cast="CAST-DEMO-01", periodo="2028")
    [turno] = instancia.abiertos(folio)
    constancia = anexos.Guardado(str(uuid4()), "programa.pdf", "application/pdf", len(PDF), "0" * 64)
    with instancia.como("ce-15") as ctx:
        evidencia.adjuntar(ctx, turno.id, "programa", constancia)
        version = ctx.s.get_one(Turno, turno.id).version
        atender.atender(ctx, turno.id, next(iter(instancia.actividad(turno).salidas)), {}, "", version)
    instancia.atender(instancia.abiertos(folio)[0], "transmite")
    instancia.cumplir_encargos()
    oficio = next(o for o in del_folio(instancia, folio) if o.clave == "OF-36")
    assert oficio.unidad == "CE-15"
    _editar(instancia, oficio, "ce-15", cuerpo="Se remite el programa.")
    with pytest.raises(NoLeCorresponde, match="que revisa la actividad 1 que usted atendió"):
        firmar(instancia, oficio)
    with transaccion(instancia.url) as s:
        titulares.nombrar(s, "CE-15", "coordinacion@demo.local", "Persona titular del Colegio", desde=reloj.hoy())
    assert firmar(instancia, oficio, "coordinacion").numero == "CE-15/001/2027"


def test_con_datos_por_escribir_no_se_firma_y_al_completarlos_si(instancia: Instancia) -> None:
    oficio = suelto(instancia, plantilla="normatividad/of_04", de="DCAJ")
    assert "[FALTA: datos.registro]" in oficio.cuerpo
    with pytest.raises(OficioIncompleto, match=r"datos\.registro"):
        firmar(instancia, oficio)
    _editar(instancia, oficio, "dcaj", cuerpo=oficio.cuerpo.replace("[FALTA: datos.registro]", "R-01/2027"))
    assert firmar(instancia, oficio).numero == "DCAJ/001/2027"


def test_una_norma_en_proyecto_se_imprime_o_impide_firmar_segun_el_ajuste(instancia: Instancia) -> None:
    oficio = suelto(instancia, plantilla="planeacion_metas/of_12", de="CST", para=("DSTC",))
    assert "L" in oficio.ordenamientos
    with pytest.raises(NormaEnProyecto, match="Lineamientos de Operación"):
        firmar(instancia, oficio, reglas=replace(REGLAS, bloquear_proyecto=True))
    assert json.loads(firmar(instancia, oficio).contenido or "")["aviso"] == AVISO_PROYECTO
    vigente = firmar(instancia, suelto(instancia), reglas=replace(REGLAS, bloquear_proyecto=True))
    assert json.loads(vigente.contenido or "")["aviso"] == ""


# --- los números -----------------------------------------------------------------


def test_cada_unidad_lleva_su_cuenta_y_su_formato(instancia: Instancia) -> None:
    with transaccion(instancia.url) as s:
        persona = por_correo(s, "administracion@demo.local")
        assert persona is not None
        campos = {"formato": "Of. {anio}-{consecutivo:04d} {SIGLA}"}
        papeleria.fijar(s, "CST", campos, reloj.ahora(), persona.id or 0)
    folio = instancia.iniciar("normatividad")
    numeros = [
        firmar(instancia, suelto(instancia, folio=folio, de=de, para=("DCAJ",))).numero
        for de in ("DSTC", "CST", "DSTC", "CST")
    ]
    assert numeros == ["DSTC/001/2027", "Of. 2027-0001 CST", "DSTC/002/2027", "Of. 2027-0002 CST"]


def test_con_el_anio_del_centro_de_mexico_la_cuenta_vuelve_a_empezar(
    instancia: Instancia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folio = instancia.iniciar("normatividad")
    borradores = [suelto(instancia, folio=folio) for _ in range(3)]
    numeros = []
    momentos = ("2027-12-31T17:59:00-06:00", "2027-12-31T23:59:59-06:00", "2028-01-01T00:00:00-06:00")
    for oficio, momento in zip(borradores, momentos, strict=True):
        monkeypatch.setenv("DSTC_RELOJ", momento)
        numeros.append(firmar(instancia, oficio).numero)
    assert numeros == ["DSTC/001/2027", "DSTC/002/2027", "DSTC/001/2028"]


def test_cancelar_conserva_el_numero_y_no_lo_vuelve_a_dar(instancia: Instancia) -> None:
    oficio = firmar(instancia, por_encargo(instancia))
    with instancia.como("dstc") as ctx, pytest.raises(FormularioIncompleto):
        tramite.cancelar(ctx, oficio.id, "  ")
    with instancia.como("cst") as ctx, pytest.raises(NoLeCorresponde):
        tramite.cancelar(ctx, oficio.id, "no me gusta")
    with instancia.como("dstc") as ctx:
        tramite.cancelar(ctx, oficio.id, "El fundamento no era el correcto.")
    instancia.cumplir_encargos()
    queda = leer(instancia, oficio.id)
    assert (queda.estado, queda.numero, queda.enviado) == ("cancelado", "DSTC/001/2027", None)
    assert firmar(instancia, suelto(instancia)).numero == "DSTC/002/2027"
    with instancia.como("dstc") as ctx, pytest.raises(ActoNoProcede, match="ya está cancelado"):
        tramite.cancelar(ctx, oficio.id, "otra vez")


def test_descartar_un_borrador_no_gasta_numero_ni_se_asienta(instancia: Instancia) -> None:
    oficio = por_encargo(instancia)
    with instancia.como("dstc") as ctx:
        assert tramite.cancelar(ctx, oficio.id, "No hace falta.").estado == "descartado"
    assert asentados(instancia, "oficio_cancelacion") == []
    with pytest.raises(ActoNoProcede, match="ya está descartado"):
        firmar(instancia, oficio)
    assert firmar(instancia, suelto(instancia)).numero == "DSTC/001/2027"


def test_sustituir_deja_vigente_solo_al_nuevo_cuando_se_firma(instancia: Instancia) -> None:
    viejo = enviado(instancia, por_encargo(instancia))
    with instancia.como("dstc") as ctx:
        nuevo = tramite.sustituir(ctx, viejo.id)
        assert tramite.sustituir(ctx, viejo.id).id == nuevo.id
    assert leer(instancia, viejo.id).estado in VIGENTES
    assert (nuevo.cuerpo, nuevo.sustituye) == (viejo.cuerpo, viejo.id)
    assert [d.unidad for d in destinatarios(instancia, nuevo.id)] == ["CST"]
    assert firmar(instancia, nuevo).numero == "DSTC/002/2027"
    queda = leer(instancia, viejo.id)
    assert (queda.estado, queda.numero, queda.motivo) == (
        "sustituido",
        "DSTC/001/2027",
        "Lo sustituye DSTC/002/2027.",
    )
    with instancia.como("dstc") as ctx, pytest.raises(ActoNoProcede):
        tramite.sustituir(ctx, viejo.id)


def test_si_el_sustituido_se_cancelo_entre_tanto_cancelado_se_queda(instancia: Instancia) -> None:
    viejo = firmar(instancia, por_encargo(instancia))
    with instancia.como("dstc") as ctx:
        nuevo = tramite.sustituir(ctx, viejo.id)
        tramite.cancelar(ctx, viejo.id, "Se duplicó.")
    firmar(instancia, nuevo)
    assert leer(instancia, viejo.id).estado == "cancelado"


def test_volver_al_paso_descarta_el_borrador_sin_firmar_pero_no_el_que_sustituye(instancia: Instancia) -> None:
    oficio = firmar(instancia, por_encargo(instancia))
    with instancia.como("dstc") as ctx:
        sustituto = tramite.sustituir(ctx, oficio.id)
    with instancia.como(None) as ctx:
        encargo = encargo_de(instancia, oficio.folio, "oficio:OF-01")
        encargo.asiento += 1000  # como si el paso se hubiera vuelto a abrir
        borrador.redactar(ctx, encargo)
        encargo.asiento += 1
        borrador.redactar(ctx, encargo)
    estados = [o.estado for o in del_folio(instancia, oficio.folio) if o.id not in (oficio.id, sustituto.id)]
    assert sorted(estados) == ["borrador", "descartado"]
    assert leer(instancia, sustituto.id).estado == "borrador"


# --- el acuse --------------------------------------------------------------------


def test_acusa_quien_lo_recibe_una_vez_y_queda_asentado(instancia: Instancia) -> None:
    oficio = enviado(instancia, por_encargo(instancia))
    for _ in range(2):
        with instancia.como("cst") as ctx:
            acuse = tramite.acusar(ctx, oficio.id, 0)
        assert (acuse.acuse, acuse.nota) == ("sistema", "")
    assert asentados(instancia, "oficio_acuse") == [
        {"oficio": oficio.id, "numero": "DSTC/001/2027", "de": "CST", "orden": 0, "acuse": "sistema"}
    ]


def test_quien_lo_emitio_captura_el_acuse_en_papel_con_su_nota(instancia: Instancia) -> None:
    externo = {"nombre": "Ana Ruiz", "cargo": "Persona usuaria", "institucion": "Talleres del Valle"}
    oficio = enviado(instancia, suelto(instancia, externos=(externo,)))
    [_, fuera] = destinatarios(instancia, oficio.id)
    assert (fuera.unidad, fuera.nombre) == (None, "Ana Ruiz")
    assert asentados(instancia, "oficio_envio")[0]["en_papel"] == 1
    with instancia.como("dstc") as ctx, pytest.raises(FormularioIncompleto, match="dónde está el acuse en papel"):
        tramite.acusar(ctx, oficio.id, fuera.orden)
    with instancia.como("dstc") as ctx:
        assert tramite.acusar(ctx, oficio.id, fuera.orden, "Sello de recibido del 2 de marzo.").acuse == "papel"
    assert asentados(instancia, "oficio_acuse")[0]["de"] == "externo"


def test_un_tercero_no_acusa_y_de_un_cancelado_nadie(instancia: Instancia) -> None:
    oficio = enviado(instancia, por_encargo(instancia))
    with instancia.como("cast-demo-01") as ctx, pytest.raises(NoLeCorresponde, match="acusar de recibido"):
        tramite.acusar(ctx, oficio.id, 0)
    with instancia.como("cst") as ctx, pytest.raises(NoExiste):
        tramite.acusar(ctx, oficio.id, 7)
    with instancia.como("dstc") as ctx:
        tramite.cancelar(ctx, oficio.id, "Salió con error.")
    with instancia.como("cst") as ctx, pytest.raises(ActoNoProcede, match="está cancelado"):
        tramite.acusar(ctx, oficio.id, 0)


def test_tambien_acusa_quien_tiene_el_cargo_aunque_no_atienda_turnos(instancia: Instancia) -> None:
    with transaccion(instancia.url) as s:
        titulares.nombrar(s, "CST", "direccion@demo.local", "Persona titular de la CST", desde=reloj.hoy())
    oficio = enviado(instancia, por_encargo(instancia))
    with instancia.como("direccion") as ctx:
        assert tramite.acusar(ctx, oficio.id, 0).acuse == "sistema"


# --- sueltos y plantillas editadas -----------------------------------------------


def test_suelto_lo_emite_quien_participa_en_el_expediente_y_nadie_mas(instancia: Instancia) -> None:
    folio = por_encargo(instancia).folio
    with instancia.como("cast-demo-03") as ctx, pytest.raises(NoLeCorresponde, match=f"ver {folio}"):
        sueltos.emitir(ctx, folio, "promocion_difusion/of_08", "CAST-DEMO-03", ["CST"])
    with instancia.como("dstc") as ctx, pytest.raises(NoLeCorresponde, match="emitir un oficio aquí"):
        sueltos.emitir(ctx, folio, "promocion_difusion/of_08", "CST", ["DSTC"])
    with instancia.como("dstc") as ctx, pytest.raises(FormularioIncompleto):
        sueltos.emitir(ctx, folio, "promocion_difusion/of_08", "DSTC", ["NADIE"])
    with instancia.como("dstc") as ctx:
        oficio = sueltos.emitir(ctx, folio, "promocion_difusion/of_08", "DSTC", ["CST", "DCAJ"], ["SSI"])
    assert (oficio.turno_id, oficio.forma) == (None, "oficio circular")
    assert firmar(instancia, oficio).estado == EstadoOficio.FIRMADO


def _editar_plantilla(instancia: Instancia, version: int, texto: str) -> None:
    with transaccion(instancia.url) as s:
        persona = por_correo(s, "administracion@demo.local")
        assert persona is not None
        fila = {"plantilla": "normatividad/of_01", "version": version, "texto": texto, "base": "0" * 64}
        s.execute(insert(PlantillaEditada).values(**fila, motivo="prueba", persona_id=persona.id, creada=reloj.ahora()))


def test_una_plantilla_rota_es_un_incidente_con_su_linea_y_corregida_el_reintento_sale(instancia: Instancia) -> None:
    buena = borrador.del_archivo("normatividad/of_01")
    _editar_plantilla(
        instancia, 1, buena.replace("{% block cuerpo %}", "{% block cuerpo %}\n{{ expediente.folio + 1 }}")
    )
    folio = instancia.iniciar("normatividad")
    instancia.atender(instancia.abiertos(folio)[0])
    encargo = encargo_de(instancia, folio, "oficio:OF-01")
    cual = Cual(folio, encargo.asiento, encargo.efecto)
    with pytest.raises(EfectoFallido):
        intentar(instancia.url, CATALOGO, cual, 1)
    roto = encargo_de(instancia, folio, "oficio:OF-01")
    assert "línea 4" in (roto.error or "")
    assert "normatividad/of_01" in (roto.error or "")
    assert instancia.expediente(folio).detenido
    _editar_plantilla(instancia, 2, buena.replace("le solicito", "se le solicita"))
    with instancia.como("coordinacion") as ctx:
        assert conducir.reintentar(ctx, folio) == 1
    intentar(instancia.url, CATALOGO, cual, 1)
    [oficio] = del_folio(instancia, folio)
    assert "se le solicita" in oficio.cuerpo
    assert firmar(instancia, oficio).numero == "DSTC/001/2027"
    with instancia.leer() as s:
        assert "se le solicita" in s.get_one(Molde, oficio.molde).texto


# --- cotejar ---------------------------------------------------------------------


def _fallas(instancia: Instancia) -> str:
    with instancia.leer() as s:
        return "\n".join(map(str, verificar(s, CATALOGO).fallas))


def _vida_completa(instancia: Instancia) -> tuple[Oficio, Oficio]:
    """Uno enviado y acusado, y otro sustituido por uno que se canceló."""
    bueno = enviado(instancia, por_encargo(instancia))
    with instancia.como("cst") as ctx:
        tramite.acusar(ctx, bueno.id, 0)
    viejo = enviado(instancia, suelto(instancia, folio=bueno.folio))
    with instancia.como("dstc") as ctx:
        nuevo = tramite.sustituir(ctx, viejo.id)
    enviado(instancia, nuevo)
    with instancia.como("dstc") as ctx:
        tramite.cancelar(ctx, nuevo.id, "Tampoco.")
    return bueno, viejo


def test_tras_una_vida_completa_todo_cuadra_con_la_bitacora(instancia: Instancia) -> None:
    _vida_completa(instancia)
    assert _fallas(instancia) == ""
    with instancia.leer() as s:
        tipos = dict(s.execute(select(col(Asiento.tipo), func.count()).group_by(col(Asiento.tipo))).all())
    assert {t: n for t, n in tipos.items() if t.startswith("oficio_")} == {
        "oficio_firma": 3,
        "oficio_envio": 3,
        "oficio_acuse": 1,
        "oficio_cancelacion": 1,
    }


@pytest.mark.parametrize(
    ("cambio", "dice"),
    [
        ({"numero": "DSTC/999/2027"}, "numero: dice 'DSTC/999/2027'"),
        ({"sha256": "0" * 64}, "sha256: dice"),
        ({"asunto": "Otro"}, "asunto: dice 'Otro'"),
        ({"codigo": "0" * 16}, "codigo: dice"),
        ({"estado": "cancelado"}, "está cancelado y la bitácora no dice lo mismo"),
        ({"estado": "sustituido"}, "está sustituido y la bitácora no dice lo mismo"),
        ({"consecutivo": 9}, "van 9 y hay 3"),
    ],
)
def test_si_alguien_altera_la_base_se_sabe(instancia: Instancia, cambio: dict[str, Any], dice: str) -> None:
    bueno, _ = _vida_completa(instancia)
    with transaccion(instancia.url) as s:
        s.execute(update(Oficio).where(col(Oficio.id) == bueno.id).values(**cambio))
    assert dice in _fallas(instancia)


def test_si_alguien_altera_un_acuse_se_sabe(instancia: Instancia) -> None:
    bueno, viejo = _vida_completa(instancia)
    with transaccion(instancia.url) as s:
        s.execute(update(Destinatario).where(col(Destinatario.oficio_id) == bueno.id).values(acusado=None, acuse=""))
        valores = {"acusado": reloj.ahora(), "acuse": "papel"}
        s.execute(update(Destinatario).where(col(Destinatario.oficio_id) == viejo.id).values(**valores))
    assert "acuse del destinatario 0: falta" in _fallas(instancia)
    assert "acuse del destinatario 0: sobra" in _fallas(instancia)
