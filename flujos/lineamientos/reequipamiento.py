"""Reequipamiento de los CAST: Lineamientos, artículos 68 a 77 (cita L-n)."""

from dataclasses import replace

from pydantic import Field

from flujos.comunes import CUAL_CAST, MAXIMO, SIN_PLAZO, TURNO_DE_SSI, ConTurnoDeSSI, DeUnCast
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
    EnVentana,
    Formulario,
    ReglaPlazo,
    Tabla,
    Tipo,
    Unidad,
    a,
    devuelve_a,
)
from modelos.tabla.emision import Emision, a_la_estatal_de, a_unidad


class Inicio(DeUnCast, ConTurnoDeSSI):
    """De qué centro y de qué año."""

    periodo: str = Field(
        pattern=PATRONES[Cada.ANUAL],
        max_length=4,
        title="Año",
        description="El año en que se presenta, como 2027.",
        examples=["2027"],
    )
    dias_opinion: int = Field(
        30, ge=1, le=MAXIMO, title="Días hábiles para la opinión de la DIA", json_schema_extra={"inferido": SIN_PLAZO}
    )


class Peticion(Formulario):
    """Actividad 2."""

    especificaciones: str = Field("", title="Especificaciones técnicas según la demanda")


class ViaAlterna(Formulario):
    """Actividad 8b."""

    via: str = Field(
        "", title="Vía que se intentó", description="Donación, gestión de recursos, alianza o recursos propios."
    )


class Opinion(Formulario):
    """Actividad 10."""

    opinion: str = Field(min_length=1, title="Opinión técnica")


REPORTE = ReglaPlazo("PL-07", "Reporte técnico del equipo", EnVentana(4), "L-70 ¶1", acto="OF-38")
PETICION = ReglaPlazo(
    "peticion_programa",
    "Pedir que se presente el programa",
    EnVentana(4),
    "",
    inferido="La fuente no dice cuándo se pide; se pone en abril, con el reporte técnico.",
)
PROGRAMA = ReglaPlazo(
    "PL-08",
    "Presentar el Programa de Reequipamiento",
    EnVentana(5),
    "L-69",
    acto="OF-39",
    inferido="L-69 no dice que se presente por oficio; aquí se presenta así y cuenta el día en que se envía.",
)
ANTES_DE_PRESENTAR = replace(
    PROGRAMA, acto="", inferido="Se fija para presentarlo (4); se muestra desde aquí para que alcance el tiempo."
)
REMISION = ReglaPlazo("PL-09", "Remitir el reporte técnico", EnVentana(5, quincena=2), "L-70 ¶2", acto="OF-40")
OPINION = ReglaPlazo(
    "opinion_dia",
    "Opinión de la DIA",
    Dias("dias_opinion"),
    "",
    inferido="La fuente no fija plazo a la DIA; se fija al iniciar.",
)

TABLA = Tabla(
    clave="reequipamiento",
    siglas="REEQ",
    nombre="Reequipamiento",
    codigo=CODIGO,
    revision=REVISION,
    vigente_desde=RIGE,
    fundamento=f"{ORDENAMIENTO}, artículos 68 a 77",
    duena=Unidad.DSTC,
    periodicidad="anual",
    datos=Inicio,
    ciclo=Ciclo(
        Cada.ANUAL,
        desfase=3,
        dura=2,
        fundamento="L-69, L-70",
        grupo=Unidad.CAST,
        dato=CUAL_CAST,
        inferido="La fuente da el mes y no el día: se abre el primer día hábil de abril, lo pida o no el CAST.",
    ),
    actividades=(
        Actividad(
            "1",
            Unidad.CAST,
            "Reporta por oficio las condiciones del equipo por actualizar o sustituir, con su justificación.",
            {SIGUE: a("2")},
            fundamento="L-70 ¶1",
            segun=CUAL_CAST,
            plazo=REPORTE,
            evidencia=(Documento("reporte_tecnico", "Oficio con el reporte técnico", obligatoria=True),),
            oficios=(
                Emision(
                    "OF-38",
                    "reequipamiento/of_38",
                    Unidad.CAST,
                    (a_la_estatal_de(CUAL_CAST),),
                    cumple="reporte_tecnico",
                    fundamento="L-70 ¶1",
                    exigido=True,
                    por_completar=(
                        "equipo e inventario",
                        "taller o laboratorio",
                        "condiciones",
                        "actualizar o sustituir",
                        "justificación",
                    ),
                ),
            ),
            nota="La fuente lo deja a petición del CAST: si no lo pide no hay obligación, pero se le recuerda.",
        ),
        Actividad(
            "2",
            Unidad.CAST,
            "Pide a su titular presentar el programa y define las especificaciones técnicas.",
            {SIGUE: a("3")},
            fundamento="L-68, L-69",
            segun=CUAL_CAST,
            formulario=Peticion,
            plazo=PETICION,
        ),
        Actividad(
            "3",
            Unidad.CE,
            "Integra el Programa de Reequipamiento con sus cinco elementos y gestiona trámites externos.",
            {"completo": a("4", "5"), "observa": devuelve_a("1")},
            Tipo.APROBACION,
            "L-68, L-69",
            segun=CUAL_CAST,
            plazo=ANTES_DE_PRESENTAR,
            pregunta="¿El programa está completo?",
            nota="Los cinco elementos se adjuntan al presentarlo (4).",
        ),
        Actividad(
            "4",
            Unidad.CE,
            "Presenta el programa a la SSI.",
            {SIGUE: a("6")},
            Tipo.ENVIO,
            "L-69",
            segun=CUAL_CAST,
            plazo=PROGRAMA,
            evidencia=(
                Documento("inventario", "I. Inventario actualizado del equipo, con su estado", obligatoria=True),
                Documento("necesidades", "II. Detección de necesidades según la demanda", obligatoria=True),
                Documento("equipos", "III. Descripción de equipos y posibilidades de adquirirlos", obligatoria=True),
                Documento("areas", "IV. Áreas de atención y servicios que se darán", obligatoria=True),
                Documento("bajas", "V. Informe de bienes dados de baja", obligatoria=True),
            ),
            oficios=(
                Emision(
                    "OF-39",
                    "reequipamiento/of_39",
                    Unidad.CE,
                    (a_unidad(Unidad.SSI),),
                    fundamento="L-69",
                    inferido="La fuente no pide que sea por oficio.",
                ),
            ),
        ),
        Actividad(
            "5",
            Unidad.CE,
            "Remite a la SSI el oficio y el reporte técnico del CAST.",
            {SIGUE: a("6")},
            Tipo.ENVIO,
            "L-70 ¶2",
            segun=CUAL_CAST,
            plazo=REMISION,
            evidencia=(Documento("remision", "Oficio de remisión del reporte", obligatoria=True),),
            oficios=(
                Emision(
                    "OF-40",
                    "reequipamiento/of_40",
                    Unidad.CE,
                    (a_unidad(Unidad.SSI),),
                    cumple="remision",
                    fundamento="L-70 ¶2",
                    exigido=True,
                ),
            ),
            nota="El plazo fija el último día: puede enviarse antes del 16 de mayo.",
        ),
        Actividad(
            "6",
            Unidad.SSI,
            "Remite el programa y el reporte a la DIA.",
            {SIGUE: a("7")},
            Tipo.ENVIO,
            "L-69, L-70",
            une=("4", "5"),
            plazo=TURNO_DE_SSI,
            oficios=(
                Emision(
                    "OF-41",
                    "reequipamiento/of_41",
                    Unidad.SSI,
                    (a_unidad(Unidad.DIA),),
                    ccp=(a_unidad(Unidad.DSTC),),
                    fundamento="L-69, L-70",
                    inferido="La copia a la DSTC no está en L-69 ni L-70: participa por L-17 y L-73.",
                ),
            ),
            nota="Lleva copia a la DSTC, inferida: L-69 y L-70 no la nombran, L-17 y L-73 la hacen participar.",
        ),
        Actividad(
            "7",
            Unidad.DIA,
            "Analiza el programa, le da seguimiento y emite opinión.",
            {"favorable": a("8"), "con_observaciones": devuelve_a("3"), "no_favorable": a("8b")},
            Tipo.APROBACION,
            "L-69, L-70",
            plazo=OPINION,
            evidencia=(Documento("opinion", "Opinión de la DIA"),),
            oficios=(
                Emision(
                    "OF-42",
                    "reequipamiento/of_42",
                    Unidad.DIA,
                    (a_unidad(Unidad.SSI), a_la_estatal_de(CUAL_CAST)),
                    ccp=(a_unidad(Unidad.DSTC),),
                    salidas=("favorable", "con_observaciones", "no_favorable"),
                    fundamento="L-69, L-70",
                    sin_firma_de=("3",),
                    inferido="L-70 no dice a quién se da la opinión; no firma quien integró el programa.",
                ),
            ),
        ),
        Actividad(
            "8",
            Unidad.DIA,
            "Integra con la DSTC y la unidad estatal el programa de equipamiento y determina si es viable adquirir.",
            {"viable": a("9"), "no_viable": a("8b")},
            Tipo.APROBACION,
            "L-73, L-17",
            nota="La fuente nombra a las tres unidades; responde la DIA.",
        ),
        Actividad(
            "8b",
            Unidad.CE,
            "Busca vías alternas: donaciones, gestión de recursos, alianzas o recursos propios.",
            {"recurso": a("9"), "sin_recurso": a("FIN_SIN_RECURSO")},
            fundamento="L-68-I, L-68-II, L-72, L-77",
            segun=CUAL_CAST,
            formulario=ViaAlterna,
            nota="Apoyan el CAST, la SSI, la DSTC, la DVS y la UEIA; responde la unidad estatal.",
        ),
        Actividad(
            "9",
            Unidad.CE,
            "Participa con el CAST en la adquisición, con base en las guías de la DIA y la justificación técnica.",
            {SIGUE: a("10")},
            fundamento="L-71, L-74",
            segun=CUAL_CAST,
            nota="Con recursos federales rigen la LAASSP y su Reglamento; con estatales, la ley local.",
        ),
        Actividad(
            "10",
            Unidad.CAST,
            "Emite opinión técnica con base en el reporte técnico del proveedor.",
            {"favorable": a("11"), "no_favorable": devuelve_a("9")},
            Tipo.APROBACION,
            "L-75",
            segun=CUAL_CAST,
            formulario=Opinion,
            evidencia=(Documento("reporte_proveedor", "Reporte técnico del proveedor"),),
            oficios=(
                Emision(
                    "OF-43",
                    "reequipamiento/of_43",
                    Unidad.CAST,
                    (a_la_estatal_de(CUAL_CAST),),
                    salidas=("favorable", "no_favorable"),
                    fundamento="L-75",
                    sin_firma_de=("9",),
                    inferido="L-75 no nombra al área contratante; es la unidad estatal, y no firma quien contrata.",
                ),
            ),
        ),
        Actividad(
            "11",
            Unidad.CE,
            "Adquiere el equipo.",
            {SIGUE: a("12")},
            fundamento="L-76",
            segun=CUAL_CAST,
            nota="Si es tecnología nueva, el costo incluye capacitación, manuales en español y adaptaciones.",
        ),
        Actividad(
            "12",
            Unidad.CE,
            "Registra los bienes en el Sistema Informático y cuida su custodia, uso, destino final y bajas.",
            {SIGUE: a("13")},
            fundamento="L-16, L-69-V",
            segun=CUAL_CAST,
            evidencia=(Documento("registro_bienes", "Registro de los bienes"),),
        ),
        Actividad(
            "13",
            Unidad.CE,
            "Atiende refacciones, accesorios y herramienta menor con el fondo de reinversión o de recuperación.",
            {SIGUE: a(FIN)},
            fundamento="L-77",
            segun=CUAL_CAST,
            nota="En la fuente es continuo; aquí cierra el expediente del año.",
        ),
    ),
    notas=(
        EN_PROYECTO,
        SIN_TABLA,
        POR_CENTRO,
        "Dos documentos con ventanas que se traslapan en mayo: una tarea por documento (4 y 5), en paralelo.",
    ),
)
