"""Concertación de servicios tecnológicos: Manual de la DSTC, p. 28 (cita M-C-n)."""

from datetime import date
from typing import Literal

from pydantic import Field

from modelos.tabla import (
    FIN,
    SIGUE,
    Actividad,
    ComoSeCita,
    DatosIniciales,
    Dias,
    Documento,
    Emision,
    Formulario,
    Pesos,
    ReglaPlazo,
    Tabla,
    Tipo,
    Unidad,
    a,
    a_la_del,
    a_persona,
    devuelve_a,
)


class Inicio(DatosIniciales):
    """Lo que se sabe al abrir; la solicitud se captura en la actividad 1."""

    servicio: str = Field("", max_length=200, title="Servicio solicitado")


class Solicitud(Formulario):
    """Actividad 1."""

    solicitante: str = Field(min_length=1, max_length=200, title="Empresa, dependencia o persona que solicita")
    servicio: str = Field(min_length=1, max_length=200, title="Servicio que solicita")
    pide_cotizacion: bool = Field(True, title="Pide cotización")


class Canalizacion(Formulario):
    """Paso añadido 2C."""

    canalizada_a: str = Field(
        min_length=1, title="Unidad estatal a la que se canaliza", json_schema_extra={"x-grupo": "CE"}
    )


class Turno(Formulario):
    """Actividad 3."""

    cast: str = Field(
        min_length=1,
        title="CAST al que se consulta",
        description="L-46: se verifica su disponibilidad y capacidad antes de formalizar.",
        json_schema_extra={"x-grupo": "CAST"},
    )


class Disponibilidad(Formulario):
    """Actividad 4."""

    disponibilidad: str = Field(min_length=1, title="Disponibilidad y capacidad técnica (L-46)")


class Instrumento(Formulario):
    """Actividad 7."""

    instrumento: Literal["orden_de_servicio", "convenio", "otro"] = Field(
        title="Instrumento firmado", description="L-34 y L-46."
    )


class Pago(Formulario):
    """Actividad 10."""

    cuota: Pesos | None = Field(None, title="Cuota de recuperación, en pesos", description="Como 1500.00, sin signo.")


CUAL_CAST = "cast"
"""Dato capturado en la 3 que dice qué CAST atiende la 4, la 8, la 9 y la 11."""

ENTERO = ReglaPlazo(
    "PL-16",
    "Enterar el porcentaje acordado",
    Dias(3, recepcion=False),
    "L-47",
    inferido="La tabla no lo menciona; corre desde que se captura que el usuario recibió y pagó (10).",
)

TABLA = Tabla(
    clave="concertacion",
    siglas="CONC",
    nombre="Concertación de servicios tecnológicos",
    codigo="Pr-SUST-CONALEP-007-Pd-01",
    revision="09",
    vigente_desde=date(2025, 11, 20),
    fundamento="Manual de Procedimientos de la DSTC, 7081-MP-SI rev. 09, p. 28",
    mencion=ComoSeCita("M-C", "del procedimiento Concertación"),
    duena=Unidad.DSTC,
    datos=Inicio,
    actividades=(
        Actividad(
            "1",
            Unidad.USUARIO,
            "Pide información detallada sobre los servicios tecnológicos y cotización.",
            {SIGUE: a("2")},
            Tipo.EXTERNA,
            "M-C-1",
            captura=Unidad.CST,
            formulario=Solicitud,
            evidencia=(Documento("solicitud", "Solicitud del usuario"),),
            inferido="El usuario no entra al sistema: la CST captura en su nombre.",
            nota="La fuente la marca con la letra (A), a la que regresa la 6.",
        ),
        Actividad(
            "2",
            Unidad.DSTC,
            "Recibe la solicitud y coordina la concertación.",
            {
                SIGUE: a("3"),
                "canalizar": a("2C", inferida="Si el ámbito es estatal o local; la tabla no dibuja esa rama."),
            },
            fundamento="M-C-2",
        ),
        Actividad(
            "2C",
            Unidad.DSTC,
            "Canaliza la solicitud a la unidad estatal que corresponde.",
            {SIGUE: a("FIN_CANALIZADA")},
            Tipo.ENVIO,
            numero="",
            formulario=Canalizacion,
            evidencia=(Documento("oficio", "Oficio de canalización"),),
            inferido="Paso añadido: lo estatal o local se canaliza al CE, la UODCDMX o la RCEO (M-8.1.2-5, M-6.3.2).",
        ),
        Actividad(
            "3",
            Unidad.CST,
            "Recibe la instrucción e informa al CAST sobre la solicitud.",
            {SIGUE: a("4")},
            Tipo.ENVIO,
            "M-C-3",
            formulario=Turno,
            oficios=(
                Emision(
                    "OF-15",
                    "concertacion/of_15",
                    Unidad.CST,
                    (a_la_del(CUAL_CAST),),
                    salidas=(SIGUE,),
                    fundamento="M-C-3; L-46",
                ),
            ),
        ),
        Actividad(
            "4",
            Unidad.CAST,
            "Recibe la propuesta e informa si puede atenderla.",
            {SIGUE: a("5")},
            fundamento="M-C-4; L-46",
            segun=CUAL_CAST,
            formulario=Disponibilidad,
        ),
        Actividad(
            "5",
            Unidad.CST,
            "Recibe la respuesta y determina si procede.",
            {"si": a("7"), "no": a("6")},
            Tipo.APROBACION,
            "M-C-5",
            pregunta="¿Procede la solicitud?",
        ),
        Actividad(
            "6",
            Unidad.USUARIO,
            "Se le informa que no procede; si puede corregir, vuelve a solicitar.",
            {
                "corregible": devuelve_a("1"),
                "no_corregible": a(
                    "FIN_NO_PROCEDE", inferida="La fuente no dibuja el final cuando no hay qué corregir."
                ),
            },
            Tipo.EXTERNA,
            "M-C-6",
            captura=Unidad.CST,
            evidencia=(Documento("no_procedencia", "Oficio de no procedencia"),),
            oficios=(
                Emision(
                    "OF-16",
                    "concertacion/of_16",
                    Unidad.CST,
                    (a_persona("solicitante"),),
                    cumple="no_procedencia",
                    fundamento="M-C-6",
                    inferido="La fuente no dice quién lo firma: lo hace la CST, que determinó que no procede.",
                ),
            ),
            inferido="La CST notifica al usuario y captura en su nombre si corregirá la solicitud.",
            nota="La fuente pone al usuario como unidad, aunque informar es acción de la CST.",
        ),
        Actividad(
            "7",
            Unidad.CST,
            "Coordina la concertación entre el CAST y el usuario, y se firman los compromisos.",
            {SIGUE: a("8")},
            fundamento="M-C-7; L-34, L-46",
            formulario=Instrumento,
            evidencia=(Documento("instrumento", "Instrumento de concertación firmado", obligatoria=True),),
        ),
        Actividad(
            "8",
            Unidad.CAST,
            "Realiza el trabajo conforme a lo acordado.",
            {SIGUE: a("9")},
            fundamento="M-C-8",
            segun=CUAL_CAST,
            evidencia=(Documento("ejecucion", "Evidencias de ejecución"),),
        ),
        Actividad(
            "9",
            Unidad.CAST,
            "Concluye las actividades y entrega al usuario.",
            {SIGUE: a("10")},
            fundamento="M-C-9",
            segun=CUAL_CAST,
            evidencia=(Documento("entrega", "Acta o recibo de entrega"),),
        ),
        Actividad(
            "10",
            Unidad.USUARIO,
            "Recibe lo acordado, verifica el trabajo y entrega la cuota de recuperación.",
            {
                SIGUE: a("11"),
                "no_conforme": devuelve_a(
                    "8", inferida="La fuente no prevé que el usuario no acepte el trabajo; regresa al CAST."
                ),
            },
            Tipo.EXTERNA,
            "M-C-10",
            captura=Unidad.CST,
            formulario=Pago,
            inferido="El usuario no entra al sistema: la CST captura en su nombre.",
        ),
        Actividad(
            "11",
            Unidad.CAST,
            "Recibe el pago y hace los trámites administrativos establecidos.",
            {SIGUE: a(FIN)},
            fundamento="M-C-11; L-47, L-64",
            segun=CUAL_CAST,
            plazo=ENTERO,
            evidencia=(
                Documento("satisfaccion", "Evaluación de satisfacción del usuario (L-64)", obligatoria=True),
                Documento("comprobante", "Comprobante fiscal o registro del pago"),
            ),
            nota="La evaluación de satisfacción es obligatoria al concluir (L-64); la tabla no la menciona.",
        ),
    ),
    notas=(
        "La tabla no fija duración ni plazos; el del entero es de los Lineamientos.",
        "L-36: si intervienen varios CAST se abre un expediente por cada uno.",
    ),
)
