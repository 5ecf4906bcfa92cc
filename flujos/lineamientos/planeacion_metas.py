"""Planeación y programación de metas de los CAST: Lineamientos, artículos 25 a 27 (cita L-n)."""

from dataclasses import replace

from pydantic import Field

from flujos.comunes import CUAL_CAST, DeUnCast
from flujos.lineamientos import CODIGO, EN_PROYECTO, ORDENAMIENTO, POR_CENTRO, REVISION, RIGE, SIN_TABLA
from modelos.tabla import (
    FIN,
    PATRONES,
    SIGUE,
    Actividad,
    Cada,
    Ciclo,
    Documento,
    Emision,
    EnVentana,
    Formulario,
    ReglaPlazo,
    Tabla,
    Tipo,
    Unidad,
    a,
    a_la_del,
    a_la_estatal_de,
    a_unidad,
    devuelve_a,
)


class Inicio(DeUnCast):
    """De qué centro y de qué ejercicio."""

    periodo: str = Field(
        pattern=PATRONES[Cada.ANUAL],
        max_length=4,
        title="Ejercicio que se planea",
        description="El año de las metas, como 2028.",
        examples=["2028"],
    )


class Programacion(Formulario):
    """Actividad 2."""

    metas: str = Field("", title="Metas por tipo de servicio y trimestre", description="Los seis tipos de L-4.")
    ingreso_propio: str = Field("", max_length=200, title="Ingreso propio estimado")


class Entrega(Formulario):
    """Actividad 5."""

    acuse_registro: str = Field("", max_length=200, title="Acuse del registro en el Sistema Informático")


class Acciones(Formulario):
    """Actividad 7."""

    acciones: str = Field(min_length=1, title="Acciones determinadas")


SOLICITUD = ReglaPlazo(
    "PL-04",
    "Solicitar la planeación y las metas",
    EnVentana(4, 6, anio=-1),
    "L-25",
    acto="OF-11",
    inferido="L-25 no dice que se pida por oficio; aquí se pide así y cuenta el día en que se envía.",
)
ENTREGA = ReglaPlazo(
    "PL-05", "Entregar la planeación y las metas", EnVentana(7, quincena=1, anio=-1), "L-25, L-27", acto="OF-12"
)
ANTES_DE_ENTREGAR = replace(
    ENTREGA, acto="", inferido="Se fija para la entrega (5); se muestra desde aquí para que alcance el tiempo."
)

TABLA = Tabla(
    clave="planeacion_metas",
    siglas="PLAN",
    nombre="Planeación y programación de metas",
    codigo=CODIGO,
    revision=REVISION,
    vigente_desde=RIGE,
    fundamento=f"{ORDENAMIENTO}, artículos 25 a 27",
    ajenas=("M-S",),
    duena=Unidad.DSTC,
    periodicidad="anual",
    datos=Inicio,
    ciclo=Ciclo(
        Cada.ANUAL,
        desfase=-9,
        dura=4,
        fundamento="L-25",
        grupo=Unidad.CAST,
        dato=CUAL_CAST,
        inferido="La fuente da los meses y no el día: se abre el primer día hábil de abril del ejercicio anterior.",
    ),
    actividades=(
        Actividad(
            "1",
            Unidad.DSTC,
            "Pide al CAST sus metas de servicios y los ingresos propios que estima para el ejercicio siguiente.",
            {SIGUE: a("2")},
            Tipo.ENVIO,
            "L-25",
            plazo=SOLICITUD,
            evidencia=(Documento("solicitud", "Solicitud de planeación y metas"),),
            oficios=(
                Emision(
                    "OF-11",
                    "planeacion_metas/of_11",
                    Unidad.DSTC,
                    (a_la_del(CUAL_CAST),),
                    ccp=(a_la_estatal_de(CUAL_CAST),),
                    cumple="solicitud",
                    fundamento="L-25; M-S-2",
                    inferido="La fuente la pide a todos a la vez; aquí sale un oficio por centro, con su expediente.",
                ),
            ),
            nota="La DSTC la hace por medio de la CST.",
        ),
        Actividad(
            "2",
            Unidad.CAST,
            "Elabora la programación con métodos de proyección y prospección, e identifica factores clave.",
            {SIGUE: a("3")},
            fundamento="L-26",
            segun=CUAL_CAST,
            formulario=Programacion,
            plazo=ANTES_DE_ENTREGAR,
        ),
        Actividad(
            "3",
            Unidad.CAST,
            "Firma el programa.",
            {SIGUE: a("4")},
            fundamento="L-27",
            segun=CUAL_CAST,
            plazo=ANTES_DE_ENTREGAR,
            evidencia=(Documento("programa", "Programa firmado por el CAST"),),
        ),
        Actividad(
            "4",
            Unidad.CE,
            "Firma el programa la persona titular de la unidad estatal.",
            {
                "firma": a("5"),
                "observa": devuelve_a("2", inferida="La fuente no prevé que el titular tenga observaciones."),
            },
            Tipo.APROBACION,
            "L-27",
            segun=CUAL_CAST,
            plazo=ANTES_DE_ENTREGAR,
        ),
        Actividad(
            "5",
            Unidad.CAST,
            "Escanea el programa, lo envía a la DSTC por vía electrónica y lo registra en el Sistema Informático.",
            {SIGUE: a("6")},
            Tipo.ENVIO,
            "L-25, L-27",
            segun=CUAL_CAST,
            formulario=Entrega,
            plazo=ENTREGA,
            evidencia=(Documento("programa_firmado", "Programa con ambas firmas, escaneado", obligatoria=True),),
            oficios=(
                Emision(
                    "OF-12",
                    "planeacion_metas/of_12",
                    Unidad.CAST,
                    (a_unidad(Unidad.DSTC),),
                    fundamento="L-27",
                    exigido=True,
                ),
            ),
        ),
        Actividad(
            "6",
            Unidad.CST,
            "Verifica que esté registrado y sea congruente.",
            {"congruente": a("7"), "diferente": devuelve_a("2")},
            Tipo.APROBACION,
            "M-S-4, M-S-5",
            pregunta="¿Lo registrado es congruente con lo programado?",
        ),
        Actividad(
            "7",
            Unidad.CST,
            "Compila la información y determina acciones con la DSTC.",
            {SIGUE: a(FIN)},
            fundamento="M-S-6, M-S-7, M-S-8",
            formulario=Acciones,
        ),
    ),
    notas=(EN_PROYECTO, SIN_TABLA, POR_CENTRO),
)
