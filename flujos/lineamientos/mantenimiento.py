"""Programa Anual de Mantenimiento de los CAST: Lineamientos, artículos 65 a 67 (cita L-n)."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from flujos.comunes import ACUSE, CUAL_CAST, TURNO_DE_SSI, ConAcuses, ConTurnoDeSSI, DeUnCast
from flujos.lineamientos import CODIGO, EN_PROYECTO, ORDENAMIENTO, POR_CENTRO, REVISION, RIGE, SIN_TABLA
from modelos.tabla import (
    FIN,
    PATRONES,
    SIGUE,
    Actividad,
    Cada,
    Ciclo,
    Documento,
    EnVentana,
    Formulario,
    ReglaPlazo,
    Tabla,
    Tipo,
    Tramo,
    Unidad,
    a,
    devuelve_a,
)
from modelos.tabla.emision import Emision, a_la_estatal_de, a_unidad


class Inicio(DeUnCast, ConTurnoDeSSI, ConAcuses):
    """De qué centro y de qué ejercicio."""

    periodo: str = Field(
        pattern=PATRONES[Cada.ANUAL],
        max_length=4,
        title="Ejercicio del programa",
        description="El año en que se dará el mantenimiento, como 2028.",
        examples=["2028"],
    )


class Seguimiento(Formulario):
    """Actividad 6."""

    resultado: str = Field("", title="Qué se encontró")


SEGUNDO_TRIMESTRE = EnVentana(4, 6, anio=-1)
"""Del ejercicio previo al del programa."""
ALERTA = ReglaPlazo(
    "alerta_pam",
    "Alerta interna: integrar el programa",
    EnVentana(4, 5, anio=-1),
    "",
    inferido="La fuente no fija plazo al CAST: la alerta es al cierre de mayo, para llegar a la SSI en junio.",
)
LLEGA_A_SSI = ReglaPlazo(
    "PL-06",
    "Transmitir el programa a la SSI",
    SEGUNDO_TRIMESTRE,
    "L-65",
    acto="OF-36",
    inferido=(
        "El trimestre puede leerse para transmitirlo o para remitirlo; se cumple si llega a la SSI dentro de él. L-65 "
        "no dice que sea por oficio; aquí se transmite así y cuenta el día en que se envía."
    ),
)
REMITE_SSI = ReglaPlazo(
    "PL-06",
    "Remitir el programa a la DSTC y a la DIA",
    SEGUNDO_TRIMESTRE,
    "L-65",
    acto="OF-37",
    inferido=(
        "El trimestre puede leerse para transmitirlo o para remitirlo; la SSI lo remite dentro del mismo. L-65 no dice "
        "que sea por oficio; aquí se remite así y cuenta el día en que se envía."
    ),
)


def _sigue(_datos: Mapping[str, Any]) -> str:
    return SIGUE


TABLA = Tabla(
    clave="mantenimiento",
    siglas="MANT",
    nombre="Programa Anual de Mantenimiento",
    codigo=CODIGO,
    revision=REVISION,
    vigente_desde=RIGE,
    fundamento=f"{ORDENAMIENTO}, artículos 65 a 67",
    duena=Unidad.DSTC,
    periodicidad="anual",
    datos=Inicio,
    tramos=(Tramo(REMITE_SSI, ("2", "transmite"), ("3",), Unidad.SSI),),
    ciclo=Ciclo(
        Cada.ANUAL,
        desfase=-9,
        dura=3,
        fundamento="L-65",
        grupo=Unidad.CAST,
        dato=CUAL_CAST,
        inferido="La fuente da el trimestre y no el día: se abre el primer día hábil de abril anterior.",
    ),
    actividades=(
        Actividad(
            "1",
            Unidad.CAST,
            "Integra el Programa Anual de Mantenimiento.",
            {SIGUE: a("2")},
            fundamento="L-65",
            segun=CUAL_CAST,
            plazo=ALERTA,
            evidencia=(Documento("programa", "Programa Anual de Mantenimiento", obligatoria=True),),
            oficios=(
                Emision(
                    "OF-35",
                    "mantenimiento/of_35",
                    Unidad.CAST,
                    (a_la_estatal_de(CUAL_CAST),),
                    fundamento="L-65",
                    inferido="La fuente no pide que sea por oficio.",
                ),
            ),
            nota=(
                "Lleva, de equipos: bitácora de fallas, presupuesto por costo de la falla, calendario de mantenimiento "
                "y calibración, vida útil y grado de obsolescencia; de infraestructura: condiciones y requerimientos."
            ),
        ),
        Actividad(
            "2",
            Unidad.CE,
            "Recibe el programa, constata que los recursos estén en el suyo y lo transmite a la SSI.",
            {
                "transmite": a("3"),
                "observa": devuelve_a("1", inferida="La fuente no prevé que la unidad estatal tenga observaciones."),
            },
            Tipo.APROBACION,
            "L-65",
            segun=CUAL_CAST,
            plazo=LLEGA_A_SSI,
            oficios=(
                Emision(
                    "OF-36",
                    "mantenimiento/of_36",
                    Unidad.CE,
                    (a_unidad(Unidad.SSI),),
                    salidas=("transmite",),
                    fundamento="L-65",
                    sin_firma_de=("1",),
                    inferido="La fuente no pide que sea por oficio; no firma quien integró el programa.",
                ),
            ),
        ),
        Actividad(
            "3",
            Unidad.SSI,
            "Remite el programa a la DSTC y a la DIA.",
            {SIGUE: a("4a", "4b")},
            Tipo.ENVIO,
            "L-65",
            plazo=TURNO_DE_SSI,
            oficios=(
                Emision(
                    "OF-37",
                    "mantenimiento/of_37",
                    Unidad.SSI,
                    (a_unidad(Unidad.DSTC), a_unidad(Unidad.DIA)),
                    fundamento="L-65",
                    inferido="La fuente no pide que sea por oficio; es uno solo para ambas.",
                ),
            ),
        ),
        Actividad(
            "4a",
            Unidad.DSTC,
            "Recibe y registra el programa.",
            {SIGUE: a("4R", inferida="Pasa por la reunión de ambos acuses, que la fuente da por hecha.")},
            Tipo.ACUSE,
            "L-65",
            numero="4",
            plazo=ACUSE,
        ),
        Actividad(
            "4b",
            Unidad.DIA,
            "Recibe y registra el programa.",
            {SIGUE: a("4R", inferida="Pasa por la reunión de ambos acuses, que la fuente da por hecha.")},
            Tipo.ACUSE,
            "L-65",
            numero="4",
            plazo=ACUSE,
        ),
        Actividad(
            "4R",
            Unidad.DSTC,
            "Reúne los dos acuses.",
            {SIGUE: a("5")},
            Tipo.AUTOMATICA,
            numero="",
            une=("4a", "4b"),
            decide=_sigue,
            inferido="Paso añadido: a la 5 se vuelve con cada seguimiento, y los acuses se reúnen una sola vez.",
        ),
        Actividad(
            "5",
            Unidad.CAST,
            "Da el mantenimiento preventivo y correctivo según lo especifica el fabricante o proveedor.",
            {SIGUE: a("6")},
            fundamento="L-66",
            segun=CUAL_CAST,
            evidencia=(Documento("ejecucion", "Evidencias del mantenimiento"),),
            nota="Va conforme al calendario del programa y bajo supervisión de la unidad estatal.",
        ),
        Actividad(
            "6",
            Unidad.CE,
            "Da seguimiento al programa.",
            {
                "concluye": a(
                    FIN, inferida="La fuente da un seguimiento continuo y sin final; se termina al cerrar el ejercicio."
                ),
                "cumple": a("5"),
                "incumple": a("FIN_MEDIDAS"),
            },
            Tipo.APROBACION,
            "L-67",
            segun=CUAL_CAST,
            pregunta="¿Se cumple el programa?",
            formulario=Seguimiento,
            nota=(
                "L-67 nombra también a la DSTC y a la DIA, que siguen el mismo expediente. «Cumple» continúa el "
                "trabajo y no lo devuelve: no gasta vueltas. Si se incumple se actúa conforme a la norma, aparte."
            ),
        ),
    ),
    notas=(EN_PROYECTO, SIN_TABLA, POR_CENTRO),
)
