"""Seguimiento: Manual de la DSTC, p. 27 (cita M-S-n)."""

from datetime import date

from pydantic import Field

from modelos.tabla import (
    FIN,
    SIGUE,
    Actividad,
    ComoSeCita,
    DatosIniciales,
    Documento,
    Emision,
    Forma,
    Formulario,
    PorCada,
    Tabla,
    Tipo,
    Unidad,
    a,
    a_su_superior,
    a_todas,
    devuelve_a,
)


class Inicio(DatosIniciales):
    """Lo que se sabe al iniciar."""

    ejercicio: int | None = Field(None, ge=2000, le=2100, title="Año de las metas")


class Metas(Formulario):
    """Actividad 3."""

    metas: str = Field("", title="Metas anuales", description="Como quedaron en el sistema informático.")


class Adecuacion(Formulario):
    """Actividad 5."""

    adecuacion: str = Field("", title="Qué se acordó adecuar")


class Acciones(Formulario):
    """Actividad 7."""

    acciones: str = Field(min_length=1, title="Acciones determinadas")


TABLA = Tabla(
    clave="seguimiento",
    siglas="SEG",
    nombre="Seguimiento",
    codigo="Pr-SUST-CONALEP-007-Pd-01",
    revision="09",
    vigente_desde=date(2025, 11, 20),
    fundamento="Manual de Procedimientos de la DSTC, 7081-MP-SI rev. 09, p. 27",
    mencion=ComoSeCita("M-S", "del procedimiento Seguimiento"),
    duena=Unidad.DSTC,
    datos=Inicio,
    actividades=(
        Actividad(
            "1",
            Unidad.DSTC,
            "Instruye a la CST pedir a los CAST sus metas anuales.",
            {SIGUE: a("2")},
            Tipo.ENVIO,
            "M-S-1",
        ),
        Actividad(
            "2",
            Unidad.CST,
            "Requiere a los CAST sus metas anuales conforme a los lineamientos.",
            {SIGUE: a("3")},
            Tipo.ENVIO,
            "M-S-2; L-25",
            oficios=(
                Emision(
                    "OF-11",
                    "planeacion_metas/of_11",
                    Unidad.DSTC,
                    (a_todas(Unidad.CAST),),
                    ccp=(a_todas(Unidad.CE),),
                    forma=Forma.CIRCULAR,
                    fundamento="L-25; M-S-2",
                    inferido="El Manual encarga requerirlas a la CST; firma la DSTC, como dice el artículo 25.",
                ),
            ),
        ),
        Actividad(
            "3",
            Unidad.CAST,
            "Recibe la solicitud, registra sus metas en el sistema informático y las envía por correo.",
            {SIGUE: a("4")},
            fundamento="M-S-3",
            por_cada=PorCada(Unidad.CAST, "al_vencer"),
            formulario=Metas,
            evidencia=(Documento("metas", "Metas registradas"),),
            inferido="Se espera a todos los CAST activos; la coordinación puede cerrar la espera con motivo.",
        ),
        Actividad(
            "4",
            Unidad.CST,
            "Recibe las metas, verifica su registro y compara la información con lo programado.",
            {"si": a("6"), "no": devuelve_a("5")},
            Tipo.APROBACION,
            "M-S-4",
            numero="4",
            pregunta="¿La información es congruente con lo programado?",
            nota="La fuente imprime el NO antes que el SÍ y «4.» con punto.",
        ),
        Actividad(
            "5",
            Unidad.CST,
            "Consulta con los CAST las observaciones para que hagan las adecuaciones.",
            {SIGUE: a("4", inferida="La fuente no dice adónde sigue; se vuelve a verificar.")},
            fundamento="M-S-5",
            formulario=Adecuacion,
            oficios=(
                Emision(
                    "OF-13",
                    "seguimiento/of_13",
                    Unidad.CST,
                    (a_todas(Unidad.CAST),),
                    forma=Forma.CIRCULAR,
                    fundamento="M-S-5",
                    inferido="La fuente habla de los CAST en plural, sin decir cuáles: va a todos.",
                ),
            ),
            inferido="La fuente no dice qué unidad la hace; la CST verifica y consensúa (M-S-4, M-S-6).",
            nota="La fuente la imprime «5.», con punto y sin unidad.",
        ),
        Actividad(
            "6",
            Unidad.CST,
            "Compila y organiza la información para atender los informes que se pidan.",
            {SIGUE: a("7")},
            fundamento="M-S-6",
            evidencia=(Documento("compilado", "Compilado de metas"),),
        ),
        Actividad(
            "7",
            Unidad.DSTC,
            "Recibe y analiza la información y determina acciones.",
            {SIGUE: a("8")},
            fundamento="M-S-7",
            formulario=Acciones,
        ),
        Actividad(
            "8",
            Unidad.DSTC,
            "Comunica a las unidades administrativas la información que requieren.",
            {SIGUE: a("9")},
            Tipo.ENVIO,
            "M-S-8",
            oficios=(
                Emision(
                    "OF-14",
                    "seguimiento/of_14",
                    Unidad.DSTC,
                    (a_su_superior(),),
                    fundamento="M-S-8",
                    inferido=(
                        "La fuente dice «unidades administrativas», sin decir cuáles: va a la superior de la DSTC, "
                        "y lo que otra requiera se emite suelto."
                    ),
                ),
            ),
        ),
        Actividad(
            "9",
            Unidad.CST,
            "Aplica la instrucción Registro y reporte de los Servicios Tecnológicos.",
            {SIGUE: a(FIN)},
            Tipo.SUBPROCEDIMIENTO,
            "M-S-9",
            subprocedimiento="registro_reporte_st",
        ),
    ),
    notas=("La fuente no fija duración ni plazos para estas actividades.",),
)
