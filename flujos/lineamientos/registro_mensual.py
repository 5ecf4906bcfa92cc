"""Registro, liberación y validación mensual: Lineamientos, artículos 51 a 56 (cita L-n)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import Field

from flujos.comunes import CUAL_CAST, MAXIMO, SIN_PLAZO, DeUnCast
from flujos.lineamientos import CODIGO, EN_PROYECTO, ORDENAMIENTO, POR_CENTRO, REVISION, RIGE, SIN_TABLA
from modelos.tabla import (
    FIN,
    PATRONES,
    SIGUE,
    Actividad,
    Cada,
    Ciclo,
    Dias,
    Documento,
    Formulario,
    Periodo,
    ReglaPlazo,
    Tabla,
    Tipo,
    UltimoHabilDelMes,
    Unidad,
    a,
    devuelve_a,
)
from modelos.tabla.emision import Emision, a_la_del, a_unidad


class Inicio(DeUnCast):
    """De qué centro y de qué mes."""

    periodo: str = Field(
        pattern=PATRONES[Cada.MENSUAL],
        max_length=7,
        title="Mes que se registra",
        description="Como 2027-05.",
        examples=["2027-06"],
    )
    dias_validacion: int = Field(
        5,
        ge=1,
        le=MAXIMO,
        title="Días hábiles tras el cierre del mes para validar",
        json_schema_extra={"inferido": "L-53 pide validar al término de cada mes y no dice en qué día."},
    )
    dias_reporte: int = Field(
        10,
        ge=1,
        le=MAXIMO,
        title="Días hábiles tras el cierre del trimestre para el reporte",
        json_schema_extra={"inferido": f"L-55 pide un reporte trimestral. {SIN_PLAZO}"},
    )


class Designacion(Formulario):
    """Actividad 0."""

    sin_cambio: bool = Field(
        False, title="Sigue vigente la designación anterior", description="Si cambió, adjunte la nueva."
    )


class Liberacion(Formulario):
    """Actividad 2."""

    ejecutado_mes_anterior: bool = Field(
        False,
        title="Incluye servicios ejecutados el mes anterior, después del corte",
        json_schema_extra={
            "inferido": "L-51 corta el último día hábil; lo ejecutado después se libera al mes siguiente, marcado."
        },
    )


class Metas(Formulario):
    """Actividad 5."""

    cumplimiento: str = Field("", title="Cómo van las metas del centro")


REGISTRO = ReglaPlazo("PL-10", "Registrar los servicios del mes", UltimoHabilDelMes(), "L-51")
LIBERACION = ReglaPlazo("PL-11", "Liberar los servicios del mes", UltimoHabilDelMes(), "L-51")
ANTES_DE_REGISTRAR = replace(
    REGISTRO, inferido="Es la fecha para registrar (1, L-51); se muestra desde aquí para que no se pase el mes."
)
VALIDACION = ReglaPlazo(
    "PL-12",
    "Validar reportes y evidencias del mes",
    Dias("dias_validacion", desde="periodo", recepcion=False),
    "L-53",
    inferido="L-53 no dice en qué día; se cuentan días hábiles desde el cierre del mes y se fijan al iniciar.",
)
REPORTE = ReglaPlazo(
    "PL-14",
    "Reporte trimestral de metas y resultados",
    Dias("dias_reporte", desde="periodo", recepcion=False),
    "L-55",
    acto="OF-22",
    inferido=(
        "L-55 no dice en qué día; se cuentan días hábiles desde el cierre del trimestre y se fijan al iniciar. Tampoco "
        "dice que se presente por oficio; aquí se presenta así y cuenta el día en que se envía."
    ),
)


def _si_cierra_trimestre(datos: Mapping[str, Any]) -> str:
    return "cierra_trimestre" if Periodo.leer(datos["periodo"]).cierra_trimestre else "no_cierra_trimestre"


TABLA = Tabla(
    clave="registro_mensual",
    siglas="REG",
    nombre="Registro, liberación y validación mensual",
    codigo=CODIGO,
    revision=REVISION,
    vigente_desde=RIGE,
    fundamento=f"{ORDENAMIENTO}, artículos 51 a 56",
    duena=Unidad.DSTC,
    periodicidad="mensual",
    datos=Inicio,
    ciclo=Ciclo(
        Cada.MENSUAL,
        desfase=0,
        dura=1,
        fundamento="L-51",
        grupo=Unidad.CAST,
        dato=CUAL_CAST,
        inferido="La fuente no dice qué día se abre: es el primer día hábil del mes que se registra.",
    ),
    actividades=(
        Actividad(
            "0",
            Unidad.CAST,
            "Designa por escrito a quienes registran y liberan, y lo comunica a la DSTC por correo.",
            {SIGUE: a("1")},
            fundamento="L-52",
            segun=CUAL_CAST,
            plazo=ANTES_DE_REGISTRAR,
            formulario=Designacion,
            evidencia=(Documento("designacion", "Designación por escrito"),),
            oficios=(
                Emision(
                    "OF-20",
                    "registro_mensual/of_20",
                    Unidad.CAST,
                    (a_unidad(Unidad.DSTC),),
                    cumple="designacion",
                    fundamento="L-52",
                    exigido=True,
                    salvo="sin_cambio",
                    inferido="El borrador sale cada mes; si se responde que la designación no cambió, se descarta.",
                    por_completar=(
                        "nombre y cargo de quien registra",
                        "correo de quien registra",
                        "nombre y cargo de quien libera",
                        "correo de quien libera",
                    ),
                ),
            ),
            inferido="Se pregunta cada mes; si nada cambió basta decirlo.",
            nota="La fuente la pide al inicio y en cada cambio.",
        ),
        Actividad(
            "1",
            Unidad.CAST,
            "Registra los servicios en el Sistema Informático.",
            {SIGUE: a("2")},
            fundamento="L-51",
            segun=CUAL_CAST,
            plazo=REGISTRO,
            nota="La hacen las personas designadas; aquí atiende el personal del CAST.",
        ),
        Actividad(
            "2",
            Unidad.CAST,
            "Libera los servicios del periodo.",
            {SIGUE: a("3")},
            fundamento="L-51",
            segun=CUAL_CAST,
            formulario=Liberacion,
            plazo=LIBERACION,
            nota=(
                "L-51 pide liberar con el periodo concluido y también a más tardar el último día hábil: "
                "el corte es el último día hábil."
            ),
        ),
        Actividad(
            "2b",
            Unidad.CAST,
            "Pide las modificaciones o aclaraciones que hagan falta.",
            {"modificacion": a("1"), "aclaracion": a("2")},
            fundamento="L-52",
            segun=CUAL_CAST,
            nota="Una modificación vuelve a registrarse; una aclaración sólo vuelve a liberarse.",
        ),
        Actividad(
            "3",
            Unidad.CAST,
            "Valida reportes y evidencias de servicios e ingresos.",
            {SIGUE: a("4")},
            fundamento="L-53",
            segun=CUAL_CAST,
            plazo=VALIDACION,
            evidencia=(Documento("reporte", "Reporte mensual con sus evidencias"),),
            nota="La hace la persona titular del CAST.",
        ),
        Actividad(
            "4",
            Unidad.CE,
            "Valida reportes y evidencias la persona titular de la unidad estatal.",
            {"valida": a("5"), "observa": devuelve_a("2b")},
            Tipo.APROBACION,
            "L-53",
            segun=CUAL_CAST,
            plazo=VALIDACION,
            oficios=(
                Emision(
                    "OF-21",
                    "registro_mensual/of_21",
                    Unidad.CE,
                    (a_la_del(CUAL_CAST),),
                    salidas=("valida", "observa"),
                    fundamento="L-53",
                    sin_firma_de=("1", "2", "3"),
                    inferido="L-53 pide validar y no dice cómo se comunica; no firma quien registró, liberó o validó.",
                ),
            ),
        ),
        Actividad(
            "5",
            Unidad.DSTC,
            "Da seguimiento mensual al cumplimiento de las metas.",
            {SIGUE: a("5T", inferida="El reporte sólo toca al cerrar un trimestre; el sistema mira el mes y decide.")},
            fundamento="L-55",
            formulario=Metas,
            nota="La DSTC lo hace por medio de la CST.",
        ),
        Actividad(
            "5T",
            Unidad.DSTC,
            "Mira si el mes cierra un trimestre.",
            {"cierra_trimestre": a("6"), "no_cierra_trimestre": a(FIN)},
            Tipo.AUTOMATICA,
            numero="",
            decide=_si_cierra_trimestre,
            inferido="Paso añadido: la fuente pide el reporte sólo cada trimestre y no dibuja la decisión.",
        ),
        Actividad(
            "6",
            Unidad.DSTC,
            "Presenta el reporte trimestral que compara metas con resultados.",
            {SIGUE: a(FIN)},
            fundamento="L-55",
            plazo=REPORTE,
            evidencia=(Documento("reporte_trimestral", "Reporte trimestral comparativo", obligatoria=True),),
            oficios=(
                Emision(
                    "OF-22",
                    "registro_mensual/of_22",
                    Unidad.DSTC,
                    (a_unidad(Unidad.SSI),),
                    fundamento="L-55",
                    inferido="L-55 dice «instancias superiores» y áreas que lo requieran; va a la SSI.",
                ),
            ),
            nota="Va a las instancias superiores y a las áreas que lo requieran.",
        ),
    ),
    notas=(
        EN_PROYECTO,
        SIN_TABLA,
        POR_CENTRO,
        "Paso 7 (L-56): integrar, resguardar y conservar los expedientes es permanente y no se abre como actividad.",
        "L-56 dice «DCST»; es la DSTC.",
    ),
)
