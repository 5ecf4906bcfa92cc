"""Registro y reporte de los Servicios Tecnológicos: instrucción It-02 de Pd-01 (cita M-T2-n)."""

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
    Tabla,
    Tipo,
    Unidad,
    a,
)


class Inicio(DatosIniciales):
    """Lo que se sabe al iniciar."""

    periodo: str | None = Field(
        None,
        pattern=PATRONES[Cada.TRIMESTRAL],
        max_length=7,
        title="Trimestre",
        description="Como 2027-T1; vacío si la abre otro procedimiento.",
        examples=["2027-T1"],
    )


TABLA = Tabla(
    clave="registro_reporte_st",
    siglas="RST",
    nombre="Registro y reporte de los Servicios Tecnológicos en la herramienta informática",
    codigo="Pr-SUST-CONALEP-007-Pd-01-It-02",
    revision="04",
    vigente_desde=date(2025, 11, 20),
    fundamento="Manual de Procedimientos de la DSTC, 7081-MP-SI rev. 09, instrucción It-02 rev. 04",
    mencion=ComoSeCita("M-T2", "de la instrucción Registro y reporte de servicios tecnológicos (It-02)"),
    duena=Unidad.CST,
    periodicidad="trimestral",
    datos=Inicio,
    ciclo=Ciclo(
        Cada.TRIMESTRAL,
        desfase=3,
        dura=3,
        fundamento="M-T2",
        inferido="La fuente sólo dice «trimestral»: se abre el primer día hábil después de cerrar el trimestre.",
    ),
    actividades=(
        Actividad(
            "1",
            Unidad.CST,
            "Pide a los CAST o planteles registrar su programación anual de metas.",
            {SIGUE: a("2")},
            Tipo.ENVIO,
            "M-T2-1, etapa I",
        ),
        Actividad(
            "2",
            Unidad.CST,
            "Verifica y da seguimiento al registro de metas de los CAST.",
            {SIGUE: a("3")},
            fundamento="M-T2-2, etapa I",
        ),
        Actividad(
            "3",
            Unidad.CST,
            "Registra en los catálogos los servicios proporcionados y, en su caso, nuevas firmas y usuarios.",
            {SIGUE: a("4")},
            fundamento="M-T2-3, etapa II",
        ),
        Actividad(
            "4",
            Unidad.CST,
            "Verifica y consensúa con CE, UODCDMX y RCEO la información reportada y liberada.",
            {SIGUE: a("5")},
            fundamento="M-T2-4, etapa II",
            nota="Se consensúa con las unidades estatales, no con los CAST.",
        ),
        Actividad(
            "5",
            Unidad.CST,
            "Genera los reportes para los informes oficiales mensuales y trimestrales.",
            {SIGUE: a(FIN)},
            fundamento="M-T2-5, etapa III",
            evidencia=(Documento("reportes", "Reportes para informes oficiales", obligatoria=True),),
            nota="La fuente imprime además «Termina / CST» como si fuera una fila.",
        ),
    ),
)
