"""Normatividad: Manual de la DSTC, apartado 8.1.6, pp. 24–25 (cita M-N-n)."""

from datetime import date
from typing import Literal

from pydantic import Field

from flujos.comunes import ACUSE, MAXIMO, SIN_PLAZO, ConAcuses
from modelos.fechas import Fecha
from modelos.tabla import (
    FIN,
    SIGUE,
    Actividad,
    ComoSeCita,
    Dias,
    Documento,
    Emision,
    Forma,
    Formulario,
    PorCada,
    ReglaPlazo,
    Tabla,
    Tipo,
    Unidad,
    a,
    a_la_del,
    a_todas,
    a_unidad,
    devuelve_a,
)


class Inicio(ConAcuses):
    """Lo que se sabe al detectar la necesidad."""

    origen: Literal["externo", "institucional", "mercado", ""] = Field(
        "", title="Origen del cambio", description="M-8.1.4.1: qué cambió y obliga a revisar la normativa."
    )
    organo_aprobador: Literal["DCAJ", "COMERI"] = Field(
        "DCAJ",
        title="Órgano que valora y registra",
        description="Quien atiende la 8 y la 9.",
        json_schema_extra={"inferido": "La tabla dice DCAJ (M-N-8, M-8.1.2-3); M-6.3.1.2 menciona al COMERI."},
    )
    ordenamiento: str = Field("", max_length=200, title="Ordenamiento que se actualiza")
    dias_comentarios: int = Field(
        10, ge=1, le=MAXIMO, title="Días hábiles para los comentarios", json_schema_extra={"inferido": SIN_PLAZO}
    )
    dias_revision: int = Field(
        5, ge=1, le=MAXIMO, title="Días hábiles para la revisión de la DSTC", json_schema_extra={"inferido": SIN_PLAZO}
    )
    dias_valoracion: int = Field(
        15, ge=1, le=MAXIMO, title="Días hábiles para la valoración", json_schema_extra={"inferido": SIN_PLAZO}
    )


class Necesidad(Formulario):
    """Actividad 1."""

    necesidad: str = Field("", title="Qué hace falta modificar o actualizar")


class Observaciones(Formulario):
    """Actividad 4."""

    observaciones: str = Field("", title="Observaciones", description="Vacío si el centro no tiene ninguna.")


class Proyecto(Formulario):
    """Actividad 5."""

    resumen: str = Field("", title="Qué cambia en esta versión del proyecto")


class Registro(Formulario):
    """Actividad 9."""

    registro: str = Field(
        min_length=1, max_length=200, title="Clave o número de registro", description="El que asentó la DCAJ."
    )
    fecha_registro: Fecha | None = Field(None, title="Fecha del registro")


class Publicacion(Formulario):
    """Actividad 11."""

    publicacion_normateca: Fecha | None = Field(
        None,
        title="Publicación en la NORMATECA",
        description="Si ya se publicó; rige desde el día hábil siguiente.",
    )


COMENTARIOS = ReglaPlazo(
    "comentarios",
    "Comentarios al documento",
    Dias("dias_comentarios"),
    "",
    inferido="La fuente no fija plazo de comentarios; se fija al iniciar.",
)
REVISION = ReglaPlazo(
    "revision_dstc",
    "Revisión del proyecto",
    Dias("dias_revision"),
    "",
    inferido="La fuente no fija plazo de revisión; se fija al iniciar.",
)
VALORACION = ReglaPlazo(
    "valoracion",
    "Valoración técnica y jurídica",
    Dias("dias_valoracion"),
    "",
    inferido="La fuente no fija plazo de valoración; se fija al iniciar.",
)

TABLA = Tabla(
    clave="normatividad",
    siglas="NORM",
    nombre="Normatividad",
    codigo="Pr-SUST-CONALEP-007-Pd-01",
    revision="09",
    vigente_desde=date(2025, 11, 20),
    fundamento="Manual de Procedimientos de la DSTC, 7081-MP-SI rev. 09, 8.1.6, pp. 24–25",
    mencion=ComoSeCita("M-N", "del procedimiento Normatividad"),
    duena=Unidad.DSTC,
    datos=Inicio,
    actividades=(
        Actividad(
            "1",
            Unidad.DSTC,
            "Identifica que la normativa necesita modificarse o actualizarse.",
            {SIGUE: a("2")},
            fundamento="M-N-1",
            formulario=Necesidad,
        ),
        Actividad(
            "2",
            Unidad.DSTC,
            "Pide a la CST actualizar y formular el proyecto normativo.",
            {SIGUE: a("3")},
            Tipo.ENVIO,
            "M-N-2",
            oficios=(Emision("OF-01", "normatividad/of_01", Unidad.DSTC, (a_unidad(Unidad.CST),), fundamento="M-N-2"),),
        ),
        Actividad(
            "3",
            Unidad.CST,
            "Recibe la solicitud y envía el documento a los CAST para comentarios.",
            {SIGUE: a("4")},
            Tipo.ENVIO,
            "M-N-3",
            evidencia=(Documento("documento_base", "Documento base para comentarios"),),
            oficios=(
                Emision(
                    "OF-02",
                    "normatividad/of_02",
                    Unidad.CST,
                    (a_todas(Unidad.CAST),),
                    forma=Forma.CIRCULAR,
                    fundamento="M-N-3",
                ),
            ),
        ),
        Actividad(
            "4",
            Unidad.CAST,
            "Recibe el documento, lo verifica y comunica sus observaciones.",
            {SIGUE: a("5")},
            fundamento="M-N-4",
            por_cada=PorCada(Unidad.CAST, "al_vencer"),
            formulario=Observaciones,
            plazo=COMENTARIOS,
            evidencia=(Documento("observaciones", "Documento de observaciones"),),
            inferido="Se espera a todos los CAST activos; la coordinación puede cerrar la espera con motivo.",
            nota="La fuente sólo nombra a los CAST, aunque el objetivo incluye a los planteles.",
        ),
        Actividad(
            "5",
            Unidad.CST,
            "Recibe las observaciones y elabora el proyecto normativo.",
            {
                SIGUE: a("6"),
                "reabrir_comentarios": devuelve_a(
                    "3", inferida="La fuente no vuelve a consultar a los CAST; la CST puede hacerlo si lo juzga útil."
                ),
            },
            fundamento="M-N-5",
            formulario=Proyecto,
            evidencia=(Documento("proyecto", "Proyecto normativo"),),
        ),
        Actividad(
            "6",
            Unidad.DSTC,
            "Recibe el proyecto y lo revisa.",
            {"favorable": a("7"), "no_favorable": devuelve_a("5")},
            Tipo.APROBACION,
            "M-N-6",
            plazo=REVISION,
        ),
        Actividad(
            "7",
            Unidad.DSTC,
            "Envía el proyecto a la DCAJ para su revisión.",
            {SIGUE: a("8")},
            Tipo.ENVIO,
            "M-N-7",
            oficios=(
                Emision(
                    "OF-03",
                    "normatividad/of_03",
                    Unidad.DSTC,
                    (a_la_del("organo_aprobador"),),
                    fundamento="M-N-7",
                    inferido="Va al órgano que se eligió al iniciar; mientras no se cambie, la DCAJ.",
                ),
            ),
        ),
        Actividad(
            "8",
            Unidad.DCAJ,
            "Recibe la propuesta y la valora técnica y jurídicamente.",
            {"viable": a("9"), "no_viable": devuelve_a("5")},
            Tipo.APROBACION,
            "M-N-8",
            segun="organo_aprobador",
            plazo=VALORACION,
            oficios=(
                Emision(
                    "OF-04b",
                    "normatividad/of_04b",
                    Unidad.DCAJ,
                    (a_unidad(Unidad.DSTC),),
                    salidas=("no_viable",),
                    fundamento="M-N-8",
                    inferido=(
                        "El Manual no dice cómo se comunica la no viabilidad; se hace por oficio y con motivos. "
                        "Lo emite el órgano que se eligió al iniciar; mientras no se cambie, la DCAJ."
                    ),
                ),
            ),
            nota=(
                "El regreso va a la 5, sin pasar otra vez por los CAST. Según dónde se lea, valida la DCAJ "
                "(M-8.1.2-3), el COMERI (M-6.3.1.2) o la Junta Directiva; se sigue la tabla: DCAJ."
            ),
        ),
        Actividad(
            "9",
            Unidad.DCAJ,
            "Notifica a la DSTC la aprobación y el registro de los lineamientos.",
            {SIGUE: a("10")},
            Tipo.ENVIO,
            "M-N-9",
            segun="organo_aprobador",
            formulario=Registro,
            evidencia=(Documento("notificacion", "Notificación con registro"),),
            oficios=(
                Emision(
                    "OF-04",
                    "normatividad/of_04",
                    Unidad.DCAJ,
                    (a_unidad(Unidad.DSTC),),
                    salidas=(SIGUE,),
                    fundamento="M-N-8, M-N-9",
                    inferido="Lo emite el órgano que se eligió al iniciar; mientras no se cambie, la DCAJ.",
                ),
            ),
        ),
        Actividad(
            "10",
            Unidad.DSTC,
            "Recibe la notificación de aprobación.",
            {
                SIGUE: a("11"),
                "someter_a_junta": a(
                    "10J", inferida="Sólo si el ordenamiento requiere a la Junta Directiva (Decreto 9-V)."
                ),
            },
            Tipo.ACUSE,
            "M-N-10",
            plazo=ACUSE,
        ),
        Actividad(
            "10J",
            Unidad.JD,
            "Aprueba el ordenamiento antes de su publicación.",
            {"aprueba": a("11"), "no_aprueba": devuelve_a("5")},
            Tipo.APROBACION,
            numero="",
            inferido="Paso opcional añadido: la exposición de los Lineamientos pide a la Junta, la tabla no.",
        ),
        Actividad(
            "11",
            Unidad.DSTC,
            "Envía a los CAST los nuevos lineamientos para conocerlos y aplicarlos.",
            {SIGUE: a("12")},
            Tipo.ENVIO,
            "M-N-11",
            formulario=Publicacion,
            evidencia=(Documento("lineamientos", "Lineamientos aprobados"),),
            oficios=(
                Emision(
                    "OF-05",
                    "normatividad/of_05",
                    Unidad.DSTC,
                    (a_todas(Unidad.CAST),),
                    ccp=(a_todas(Unidad.CE),),
                    forma=Forma.CIRCULAR,
                    fundamento="M-N-11",
                    inferido="La tabla sólo nombra a los CAST; se copia a las unidades estatales.",
                ),
            ),
        ),
        Actividad(
            "12",
            Unidad.CAST,
            "Recibe los lineamientos actualizados para aplicarlos.",
            {SIGUE: a("13")},
            Tipo.ACUSE,
            "M-N-12",
            por_cada=PorCada(Unidad.CAST, "al_vencer"),
            plazo=ACUSE,
            inferido="Se espera el acuse de todos los CAST activos; la coordinación puede cerrar la espera con motivo.",
        ),
        Actividad(
            "13",
            Unidad.DSTC,
            "Aplica la instrucción Reunión de Trabajo con los CAST y los planteles.",
            {SIGUE: a(FIN)},
            Tipo.SUBPROCEDIMIENTO,
            "M-N-13",
            subprocedimiento="reunion_trabajo",
            nota="La tabla la asigna a la DSTC; las ocho tareas de la instrucción (It-01) son de la CST.",
        ),
    ),
    notas=("La fuente no fija duración ni plazos para estas actividades; los que hay son inferidos.",),
)
