"""Reunión de Trabajo: instrucción It-01 de Pd-01 del Manual de la DSTC (cita M-T1-n)."""

from datetime import date

from pydantic import Field

from modelos.tabla import (
    FIN,
    PATRONES,
    SIGUE,
    Actividad,
    Cada,
    Ciclo,
    ComoSeCita,
    DatosIniciales,
    Documento,
    Emision,
    Forma,
    Formulario,
    Tabla,
    Tipo,
    Unidad,
    a,
    a_todas,
)


class Inicio(DatosIniciales):
    """Lo que se sabe al iniciar."""

    periodo: str | None = Field(
        None,
        pattern=PATRONES[Cada.SEMESTRAL],
        max_length=7,
        title="Semestre",
        description="Como 2027-S1; vacío si la abre otro procedimiento.",
        examples=["2027-S1"],
    )


class Temas(Formulario):
    """Tarea 1."""

    temas: str = Field("", title="Temas que necesitan directores y responsables")


class Acuerdos(Formulario):
    """Tarea 8."""

    acuerdos: str = Field(min_length=1, title="Acuerdos y compromisos")


TABLA = Tabla(
    clave="reunion_trabajo",
    siglas="RT",
    nombre="Reunión de Trabajo con directores de CAST y responsables en planteles",
    codigo="Pr-SUST-CONALEP-007-Pd-01-It-01",
    revision="03",
    vigente_desde=date(2025, 11, 20),
    fundamento="Manual de Procedimientos de la DSTC, 7081-MP-SI rev. 09, instrucción It-01 rev. 03",
    mencion=ComoSeCita("M-T1", "de la instrucción Reunión de Trabajo (It-01)"),
    duena=Unidad.CST,
    periodicidad="semestral",
    datos=Inicio,
    ciclo=Ciclo(
        Cada.SEMESTRAL,
        desfase=0,
        dura=6,
        fundamento="M-T1",
        inferido="La fuente sólo dice «semestral»: se abre el primer día hábil del semestre.",
    ),
    actividades=(
        Actividad(
            "1",
            Unidad.CST,
            "Identifica qué necesitan los directores y responsables para mejorar sus procesos.",
            {SIGUE: a("2")},
            fundamento="M-T1-1, etapa I",
            formulario=Temas,
        ),
        Actividad(
            "2",
            Unidad.CST,
            "Tramita con las áreas que corresponda la organización de la reunión.",
            {SIGUE: a("3")},
            fundamento="M-T1-2, etapa II",
        ),
        Actividad(
            "3",
            Unidad.CST,
            "Elabora el programa con los requerimientos y lo que piden CE, UODCDMX y RCEO.",
            {SIGUE: a("4")},
            fundamento="M-T1-3, etapa III",
            evidencia=(Documento("programa", "Programa de la reunión"),),
        ),
        Actividad("4", Unidad.CST, "Define la logística.", {SIGUE: a("5")}, fundamento="M-T1-4, etapa III"),
        Actividad(
            "5",
            Unidad.CST,
            "Elabora, integra y, en su caso, reproduce el material instruccional.",
            {SIGUE: a("6")},
            fundamento="M-T1-5, etapa III",
            evidencia=(Documento("material", "Material instruccional"),),
        ),
        Actividad(
            "6",
            Unidad.CST,
            "Invita a directores de CAST y a responsables en CE, UODCDMX y RCEO.",
            {SIGUE: a("7")},
            Tipo.ENVIO,
            "M-T1-6, etapa IV",
            oficios=(
                Emision(
                    "OF-06",
                    "reunion_trabajo/of_06",
                    Unidad.CST,
                    (a_todas(Unidad.CAST), a_todas(Unidad.CE)),
                    forma=Forma.CIRCULAR,
                    fundamento="M-T1-6",
                    por_completar=(
                        "fecha y hora de la reunión, hora del centro",
                        "presencial, con su lugar, o virtual, con la forma de conectarse",
                    ),
                ),
            ),
            nota="El propósito nombra CAST y planteles; las tareas 3 y 6 nombran CE, UODCDMX y RCEO.",
        ),
        Actividad(
            "7",
            Unidad.CST,
            "Realiza la reunión, presencial o virtual.",
            {SIGUE: a("8")},
            fundamento="M-T1-7, etapa IV",
            evidencia=(
                Documento("constancia", "Capturas de pantalla, listas de asistencia o minuta", obligatoria=True),
            ),
        ),
        Actividad(
            "8",
            Unidad.CST,
            "Analiza los resultados y establece acuerdos y compromisos con seguimiento.",
            {SIGUE: a(FIN)},
            fundamento="M-T1-8, etapa IV",
            formulario=Acuerdos,
            oficios=(
                Emision(
                    "OF-07",
                    "reunion_trabajo/of_07",
                    Unidad.CST,
                    (a_todas(Unidad.CAST), a_todas(Unidad.CE)),
                    forma=Forma.ACTA,
                    salidas=(SIGUE,),
                    fundamento="M-T1-8",
                    inferido="La fuente no dice a quién se entrega la minuta: va a quienes se invitó.",
                    por_completar=("fecha, hora y lugar o medio de la reunión",),
                ),
            ),
        ),
    ),
    notas=("«Semestral» es cada cuándo se hace, no cuánto dura.",),
)
