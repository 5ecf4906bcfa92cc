"""¿Las tablas de los Lineamientos se abren, se cuentan y deciden como dice el dominio? (02 §2.8–2.16, 03 §3.3)"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from flujos.catalogo import CATALOGO
from flujos.lineamientos import (
    apertura_cast,
    mantenimiento,
    planeacion_metas,
    reequipamiento,
    registro_mensual,
    registro_mensual_2,
)
from flujos.lineamientos.apertura_cast_formularios import Propuesta
from modelos.calendario import OFICINAS_NACIONALES, Computo, Medida, publicados
from modelos.errores import FormularioIncompleto
from modelos.reloj import ZONA
from modelos.tabla import FIN, Cada, Periodo, Tabla, Tipo, Unidad
from modelos.tabla.formularios import validar
from modelos.tabla.plazo import RESPUESTA_OFICIAL, ReglaPlazo, programar, resolver
from tests.accesorios.tablas.fechas import fecha
from tests.accesorios.tablas.recorridos import andar, que_falta

APER, PLAN, REG = apertura_cast.TABLA, planeacion_metas.TABLA, registro_mensual.TABLA
MANT, REEQ = mantenimiento.TABLA, reequipamiento.TABLA
POR_CENTRO = pytest.mark.parametrize("tabla", [PLAN, REG, MANT, REEQ], ids=lambda t: t.clave)
PROPUESTA = "0 1 2 3 3J:junta_directiva_estatal 4JDE:autoriza 5 6"


def _regla(tabla: Tabla, donde: str) -> ReglaPlazo:
    """La de esa actividad o, si es la clave de un tramo, la suya."""
    if donde not in tabla:
        (regla,) = (tramo.regla for tramo in tabla.tramos if tramo.regla.clave == donde)
        return regla
    regla_de_actividad = tabla[donde].plazo
    assert regla_de_actividad is not None
    return regla_de_actividad


def _contar(tabla: Tabla, donde: str, *, turno: str = "2027-01-04T10:00", **datos: Any) -> Computo:
    por_defecto = {n: c.default for n, c in tabla.datos.model_fields.items() if not c.is_required()}
    abierto = datetime.fromisoformat(turno).replace(tzinfo=ZONA)
    resuelto = resolver(_regla(tabla, donde), {**por_defecto, **datos}, abierto)
    return resuelto.contar(publicados(), perfil=tabla.perfil, horario=OFICINAS_NACIONALES)


# --- plazos: los vectores de dominio 03 §3.3, perfil F --------------------------


@pytest.mark.parametrize(
    ("tabla", "donde", "periodo", "vence"),
    [
        (PLAN, "1", "2027", "mar 2026-06-30"),
        (PLAN, "1", "2028", "mié 2027-06-30"),
        (PLAN, "5", "2027", "mié 2026-07-15"),
        (PLAN, "5", "2028", "jue 2027-07-15"),
        (PLAN, "2", "2028", "jue 2027-07-15"),
        (MANT, "2", "2027", "mar 2026-06-30"),
        (MANT, "2", "2028", "mié 2027-06-30"),
        (MANT, "PL-06", "2028", "mié 2027-06-30"),
        (MANT, "1", "2028", "lun 2027-05-31"),
        (REEQ, "1", "2026", "jue 2026-04-30"),
        (REEQ, "1", "2027", "vie 2027-04-30"),
        (REEQ, "4", "2026", "vie 2026-05-29"),
        (REEQ, "4", "2027", "lun 2027-05-31"),
        (REEQ, "5", "2026", "vie 2026-05-29"),
        (REEQ, "5", "2027", "lun 2027-05-31"),
        (REG, "1", "2027-05", "lun 2027-05-31"),
        (REG, "2", "2027-05", "lun 2027-05-31"),
        (REG, "2", "2026-02", "vie 2026-02-27"),
        (REG, "2", "2027-10", "vie 2027-10-29"),
        (REG, "3", "2027-05", "lun 2027-06-07"),
        (REG, "4", "2027-05", "lun 2027-06-07"),
        (REG, "6", "2026-12", "vie 2027-01-15"),
        (REG, "6", "2027-03", "mié 2027-04-14"),
        (REG, "6", "2027-06", "mié 2027-07-14"),
        (REG, "6", "2027-09", "jue 2027-10-14"),
    ],
)
def test_lo_que_depende_del_periodo_vence_cuando_dice_el_dominio(
    tabla: Tabla, donde: str, periodo: str, vence: str
) -> None:
    assert _contar(tabla, donde, periodo=periodo).vence == fecha(vence)


def test_la_ventana_de_mayo_de_2026_termina_en_domingo_y_lleva_su_prorroga() -> None:
    for donde in ("4", "5"):
        computo = _contar(REEQ, donde, periodo="2026")
        assert (computo.conservador, computo.prorroga) == (fecha("vie 2026-05-29"), fecha("lun 2026-06-01"))


@pytest.mark.parametrize(
    ("recibida", "vence", "dia_45"),
    [
        ("jue 2026-01-15", "jue 2026-05-28", "2026-03-24"),
        ("lun 2026-08-03", "vie 2026-12-11", "2026-10-07"),
        ("lun 2027-01-04", "vie 2027-05-14", "2027-03-10"),
        ("lun 2027-08-02", "jue 2027-12-09", "2027-10-06"),
        # Presentado en día inhábil: se tiene por recibido el lunes 23.
        ("vie 2026-11-20", "lun 2027-04-05", "2027-01-27"),
    ],
)
def test_la_respuesta_oficial_corre_noventa_dias_desde_la_recepcion_completa(
    recibida: str, vence: str, dia_45: str
) -> None:
    capturada = fecha(recibida).isoformat()
    computo = _contar(APER, "PL-01", recepcion_completa=capturada)
    assert computo.vence == fecha(vence)
    resuelto = resolver(_regla(APER, "PL-01"), {"recepcion_completa": capturada}, datetime(2026, 1, 1, tzinfo=ZONA))
    a_los_45 = resuelto.contar(publicados(), perfil="F", horario=OFICINAS_NACIONALES, cantidad=45)
    assert a_los_45.vence == date.fromisoformat(dia_45)
    hitos = programar(RESPUESTA_OFICIAL, resuelto, computo, publicados(), horario=OFICINAS_NACIONALES)
    assert [h.hito for h in hitos] == [f"corridos-{n}" for n in (30, 45, 60, 75, 80, 85, 88, 90)]


@pytest.mark.parametrize(
    ("acuerdo", "vence"),
    [
        ("vie 2026-03-27", "lun 2026-06-29"),
        ("vie 2026-09-25", "lun 2026-12-28"),
        ("lun 2026-11-30", "lun 2027-03-01"),
        ("lun 2027-08-16", "mar 2027-11-16"),
    ],
)
def test_la_instruccion_corre_tres_meses_desde_el_acuerdo(acuerdo: str, vence: str) -> None:
    assert _contar(APER, "PL-02", fecha_acuerdo_jd=fecha(acuerdo).isoformat()).vence == fecha(vence)


def test_el_acuerdo_es_un_hecho_y_no_se_corre_si_cae_en_inhabil() -> None:
    # El sábado 27 no pasa al lunes 1 de marzo: los tres meses son hasta el 27 de mayo.
    assert _contar(APER, "PL-02", fecha_acuerdo_jd="2027-02-27").vence == fecha("jue 2027-05-27")


@pytest.mark.parametrize(
    ("tabla", "donde", "vence"),
    [
        (APER, "7", "mar 2027-03-16"),  # el ejemplo de prevención de dominio 03 §3.3
        (APER, "7b", "lun 2027-03-08"),
        (APER, "6", "lun 2027-03-08"),
        (MANT, "3", "lun 2027-03-08"),
        (MANT, "4a", "jue 2027-03-04"),
        (REEQ, "7", "mar 2027-04-13"),
    ],
)
def test_lo_que_corre_desde_el_turno_cuenta_los_dias_por_defecto(tabla: Tabla, donde: str, vence: str) -> None:
    assert _contar(tabla, donde, turno="2027-03-01T10:00").vence == fecha(vence)


def test_los_dias_que_la_fuente_no_fija_se_cambian_al_iniciar() -> None:
    assert _contar(APER, "7", turno="2027-03-01T10:00", dias_prevencion=1).vence == fecha("mar 2027-03-02")
    with pytest.raises(FormularioIncompleto, match="dias_subsanacion"):
        validar(APER.datos, {"estatal": "CE-15", "dias_subsanacion": 4})


def test_el_entero_de_concertacion_vence_a_los_tres_dias() -> None:
    concertacion = CATALOGO.version("concertacion", "2025-11-20")
    assert _contar(concertacion, "11", turno="2027-04-30T10:00").vence == fecha("jue 2027-05-06")


@pytest.mark.parametrize("tabla", list(CATALOGO), ids=lambda t: t.clave)
def test_todo_plazo_cabe_donde_se_guarda_y_todo_tramo_es_distinto(tabla: Tabla) -> None:
    reglas = [act.plazo for act in tabla.actividades if act.plazo] + [t.regla for t in tabla.tramos]
    for regla in reglas:
        assert len(regla.que) <= 200
        assert len(regla.fundamento) <= 300
        assert len(regla.inferido) <= 500
    claves = [tramo.regla.clave for tramo in tabla.tramos]
    assert len(set(claves)) == len(claves)


# --- ciclos ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clave", "periodo", "abre", "limite"),
    [
        ("planeacion_metas", "2028", "jue 2027-04-01", "sáb 2027-07-31"),
        ("mantenimiento", "2028", "jue 2027-04-01", "mié 2027-06-30"),
        ("reequipamiento", "2027", "jue 2027-04-01", "lun 2027-05-31"),
        ("registro_mensual", "2027-05", "lun 2027-05-03", "lun 2027-05-31"),
        ("registro_mensual", "2027-01", "lun 2027-01-04", "dom 2027-01-31"),
        ("reunion_trabajo", "2027-S2", "jue 2027-07-01", "vie 2027-12-31"),
        ("registro_reporte_st", "2027-T1", "jue 2027-04-01", "mié 2027-06-30"),
        ("registro_reporte_st", "2027-T4", "lun 2028-01-03", "vie 2028-03-31"),
    ],
)
def test_cada_ciclo_se_abre_el_primer_dia_habil_de_su_mes(clave: str, periodo: str, abre: str, limite: str) -> None:
    ciclo = CATALOGO.version(clave, "2025-11-20").ciclo
    assert ciclo is not None
    leido = Periodo.leer(periodo)
    assert leido.cada is ciclo.cada
    assert (ciclo.apertura(leido), ciclo.limite(leido)) == (fecha(abre), fecha(limite))
    assert ciclo.inferido, "la fuente nunca dice el día"


def test_los_ciclos_son_los_seis_que_manda_la_fuente() -> None:
    ciclos = {t.clave: (t.ciclo.cada, t.ciclo.grupo) for t in CATALOGO if t.ciclo}
    assert ciclos == {
        "reunion_trabajo": (Cada.SEMESTRAL, None),
        "registro_reporte_st": (Cada.TRIMESTRAL, None),
        "planeacion_metas": (Cada.ANUAL, Unidad.CAST),
        "registro_mensual": (Cada.MENSUAL, Unidad.CAST),
        "mantenimiento": (Cada.ANUAL, Unidad.CAST),
        "reequipamiento": (Cada.ANUAL, Unidad.CAST),
    }
    assert {t.clave: t.periodicidad for t in CATALOGO if t.ciclo} == {c: cada.value for c, (cada, _) in ciclos.items()}


@pytest.mark.parametrize("tabla", [t for t in CATALOGO if t.ciclo], ids=lambda t: t.clave)
def test_el_formulario_admite_los_periodos_de_su_ciclo_y_ningun_otro(tabla: Tabla) -> None:
    assert tabla.ciclo is not None
    unidad = {tabla.ciclo.dato: "CAST-01"} if tabla.ciclo.dato else {}
    periodos = list(tabla.ciclo.periodos(date(2027, 1, 1), date(2027, 12, 31)))
    assert len(periodos) == {"anual": 1, "semestral": 2, "trimestral": 4, "mensual": 12}[tabla.ciclo.cada]
    for periodo in periodos:
        assert validar(tabla.datos, {**unidad, "periodo": periodo.clave})["periodo"] == periodo.clave
    for ajeno in {"2028", "2027-S1", "2027-T1", "2027-05", "2027-13", ""} - {p.clave for p in periodos}:
        if ajeno and Cada(tabla.ciclo.cada) is _cada(ajeno):
            continue
        with pytest.raises(FormularioIncompleto, match="periodo"):
            validar(tabla.datos, {**unidad, "periodo": ajeno})


def _cada(clave: str) -> Cada | None:
    return None if clave.endswith("13") else Periodo.leer(clave).cada


@POR_CENTRO
def test_los_expedientes_de_un_centro_los_atiende_ese_centro_y_su_unidad_estatal(tabla: Tabla) -> None:
    segun = {act.segun for act in tabla.actividades if act.unidad in (Unidad.CAST, Unidad.CE)}
    assert segun == {"cast"}
    assert tabla.ciclo is not None
    assert tabla.ciclo.dato == "cast"
    assert not any(act.por_cada for act in tabla.actividades), "un expediente por CAST no reparte a los demás"


# --- recorridos -----------------------------------------------------------------


def test_la_junta_depende_de_quien_promueve() -> None:
    decide = APER["3J"].decide
    assert decide is not None
    assert {u: decide({"estatal": u}) for u in ("CE-15", "UODCDMX", "RCEO")} == {
        "CE-15": "junta_directiva_estatal",
        "UODCDMX": "junta_directiva",
        "RCEO": "junta_directiva",
    }
    assert (APER["4JDE"].responsable, APER["4JDE"].segun) == (Unidad.CE, "estatal")
    assert (APER["4JD"].responsable, APER["4JD"].segun) == (Unidad.JD, None)


@pytest.mark.parametrize("mes", range(1, 13))
def test_el_reporte_solo_toca_al_cerrar_un_trimestre(mes: int) -> None:
    decide = REG["5T"].decide
    assert decide is not None
    salida = decide({"periodo": f"2027-{mes:02d}"})
    assert REG["5T"].ruta(salida).destinos == (("6",) if mes in (3, 6, 9, 12) else (FIN,))


@pytest.mark.parametrize(
    ("tabla", "pasos", "final"),
    [
        (APER, f"{PROPUESTA} 7:completa 8 9:favorable 10:favorable 11 12:aprueba 13 13a 13b 13c 15", FIN),
        (APER, "0 1 2 3 3J:junta_directiva 4JD:corregir 3 3J:junta_directiva 4JD:no_autoriza", "FIN_NO_AUTORIZADO"),
        (APER, f"{PROPUESTA} 7:incompleta 7b:no_subsana", "FIN_NO_PRESENTADA"),
        (
            APER,
            f"{PROPUESTA} 7:incompleta 7b:subsana 7:completa 8 9:no_favorable 10:no_favorable 14",
            "FIN_NO_APROBADA",
        ),
        (APER, f"{PROPUESTA} 7:completa 8 9:favorable 10:favorable 11 12:no_aprueba 14", "FIN_NO_APROBADA"),
        (PLAN, "1 2 3 4:observa 2 3 4:firma 5 6:diferente 2 3 4:firma 5 6:congruente 7", FIN),
        (REG, "0 1 2 3 4:observa 2b:modificacion 1 2 3 4:valida 5 5T:no_cierra_trimestre", FIN),
        (REG, "0 1 2 3 4:observa 2b:aclaracion 2 3 4:valida 5 5T:cierra_trimestre 6", FIN),
        (MANT, "1 2:observa 1 2:transmite 3 4b 4a 4R 5 6:cumple 5 6:cumple 5 6:concluye", FIN),
        (MANT, "1 2:transmite 3 4a 4b 4R 5 6:incumple", "FIN_MEDIDAS"),
        (
            REEQ,
            "1 2 3:observa 1 2 3:completo 5 4 6 7:favorable 8:viable 9 10:no_favorable 9 10:favorable 11 12 13",
            FIN,
        ),
        (REEQ, "1 2 3:completo 4 5 6 7:con_observaciones 3:completo 4 5 6 7:no_favorable 8b:recurso 9", None),
        (REEQ, "1 2 3:completo 4 5 6 7:favorable 8:no_viable 8b:sin_recurso", "FIN_SIN_RECURSO"),
    ],
)
def test_cada_camino_del_grafo_llega_adonde_dice(tabla: Tabla, pasos: str, final: str | None) -> None:
    assert andar(tabla, pasos).desenlace == final


def test_la_apertura_se_formaliza_cuando_terminan_las_tres_ramas() -> None:
    hasta = f"{PROPUESTA} 7:completa 8 9:favorable 10:favorable 11 12:aprueba 13"
    assert que_falta(andar(APER, hasta)) == ["13a", "13b", "13c"]
    assert que_falta(andar(APER, f"{hasta} 13c 13a")) == ["13b"]


def test_seguir_cumpliendo_el_mantenimiento_no_gasta_vueltas() -> None:
    situacion = andar(MANT, "1 2:transmite 3 4a 4b 4R" + " 5 6:cumple" * 30, tope=1)
    assert que_falta(situacion) == ["5"]
    assert not situacion.devoluciones


# --- lo que se exige --------------------------------------------------------------


def test_la_solicitud_de_apertura_no_sale_sin_los_ocho_elementos_y_el_dictamen() -> None:
    exigidas = [
        d.nombre for act in APER.actividades for d in act.evidencia if d.obligatoria and act.clave in ("3", "5")
    ]
    campos = [str(c.title) for c in Propuesta.model_fields.values() if c.is_required()]
    romanos = {texto.partition(".")[0] for texto in (*exigidas, *campos) if "." in texto}
    assert romanos == {"I", "II", "III", "IV", "V", "VI", "VII", "VIII"}
    assert "Dictamen de viabilidad del solicitante" in exigidas


def test_el_programa_de_reequipamiento_no_se_presenta_sin_sus_cinco_elementos() -> None:
    exigidas = [d.nombre.partition(".")[0] for d in REEQ["4"].evidencia if d.obligatoria]
    assert exigidas == ["I", "II", "III", "IV", "V"]


def test_una_decision_que_puede_ser_negativa_no_exige_lo_que_solo_se_tiene_si_es_favorable() -> None:
    # La evidencia obligatoria se pide por cualquier salida: quien observa o previene no la tiene todavía.
    for tabla, clave in ((APER, "7"), (REEQ, "3"), (MANT, "2"), (PLAN, "4"), (REG, "4")):
        assert not any(d.obligatoria for d in tabla[clave].evidencia), f"{tabla.clave} {clave}"


@pytest.mark.parametrize("campo", ["recepcion_completa", "fecha_acuerdo_jd"])
def test_la_fecha_de_que_depende_un_tramo_es_obligatoria_donde_empieza(campo: str) -> None:
    (tramo,) = (t for t in APER.tramos if getattr(t.regla.cuenta, "desde", "") == campo)
    formulario = APER[tramo.empieza[0]].formulario
    assert formulario is not None
    assert formulario.model_fields[campo].is_required()


def test_los_tramos_de_apertura_los_cumple_quien_los_debe() -> None:
    assert [(t.regla.clave, t.empieza, t.cumplen, t.responde) for t in APER.tramos] == [
        ("PL-01", ("7", "completa"), ("10",), Unidad.SSI),
        ("PL-02", ("12", "aprueba"), ("13",), Unidad.DG),
    ]
    assert [t.regla.cuenta.medida for t in APER.tramos if hasattr(t.regla.cuenta, "medida")] == [
        Medida.HABILES,
        Medida.MESES,
    ]
    for tramo in APER.tramos:
        assert all(APER[clave].responsable is tramo.responde for clave in tramo.cumplen)


def test_lo_automatico_no_lo_imprime_la_fuente() -> None:
    automaticas = {(t.clave, a.clave) for t in CATALOGO for a in t.actividades if a.tipo is Tipo.AUTOMATICA}
    registro = {("registro_mensual", "5T"), ("registro_mensual", "0D")}
    assert automaticas == {("apertura_cast", "3J"), *registro, ("mantenimiento", "4R")}


def test_la_segunda_version_del_registro_solo_cambia_cuando_se_pide_la_designacion() -> None:
    """Fila por fila, lo impreso es lo mismo; lo demás se confiesa inferido."""
    segunda = registro_mensual_2.TABLA
    assert CATALOGO.vigente("registro_mensual", date(2026, 11, 30)) is REG
    assert CATALOGO.vigente("registro_mensual", date(2026, 12, 1)) is segunda
    assert [a.clave for a in segunda.actividades] == ["0D", *(a.clave for a in REG.actividades)]
    for antes in REG.actividades:
        ahora = segunda[antes.clave]
        impreso = ("accion", "unidad", "fundamento", "segun", "plazo", "numero", "nota")
        assert [getattr(ahora, c) for c in impreso] == [getattr(antes, c) for c in impreso]
        if antes.clave not in ("0", "1"):
            assert ahora is antes
    assert segunda["0"].evidencia[0].obligatoria
    nuevas = {e: r for e, r in segunda["1"].salidas.items() if r.destinos != ("2",)}
    assert all(ruta.inferida and ruta.destinos == ("0",) for ruta in nuevas.values())
    assert len(nuevas) == 1
    assert segunda["0D"].inferido
