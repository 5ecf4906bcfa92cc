"""Promoción y difusión: Manual de la DSTC, p. 26 (cita M-P-n)."""

from datetime import date

from pydantic import Field

from flujos.comunes import ACUSE, ConAcuses
from modelos.tabla import (
    FIN,
    SIGUE,
    Actividad,
    ComoSeCita,
    Documento,
    Emision,
    Forma,
    Formulario,
    PorCada,
    Tabla,
    Tipo,
    Unidad,
    a,
    a_todas,
    a_unidad,
    devuelve_a,
)


class Informacion(Formulario):
    """Actividad 3."""

    servicios: str = Field("", title="Servicios que proporciona el centro")


class Publicacion(Formulario):
    """Actividad B."""

    direccion: str = Field("", max_length=200, title="Dirección electrónica donde quedó publicado")


class Verificacion(Formulario):
    """Actividad 7."""

    resultado: str = Field(min_length=1, title="Resultado de la verificación")


TABLA = Tabla(
    clave="promocion_difusion",
    siglas="PROM",
    nombre="Promoción y difusión",
    codigo="Pr-SUST-CONALEP-007-Pd-01",
    revision="09",
    vigente_desde=date(2025, 11, 20),
    fundamento="Manual de Procedimientos de la DSTC, 7081-MP-SI rev. 09, p. 26",
    mencion=ComoSeCita("M-P", "del procedimiento Promoción y difusión"),
    duena=Unidad.DSTC,
    datos=ConAcuses,
    actividades=(
        Actividad(
            "1",
            Unidad.DSTC,
            "Instruye a la CST actualizar los servicios tecnológicos.",
            {SIGUE: a("2")},
            Tipo.ENVIO,
            "M-P-1",
        ),
        Actividad(
            "2",
            Unidad.CST,
            "Recibe la instrucción y pide a los CAST la información actualizada de sus servicios.",
            {SIGUE: a("3")},
            Tipo.ENVIO,
            "M-P-2",
            oficios=(
                Emision(
                    "OF-08",
                    "promocion_difusion/of_08",
                    Unidad.CST,
                    (a_todas(Unidad.CAST),),
                    forma=Forma.CIRCULAR,
                    fundamento="M-P-2",
                ),
            ),
        ),
        Actividad(
            "3",
            Unidad.CAST,
            "Recibe la solicitud y envía su información actualizada.",
            {SIGUE: a("4")},
            fundamento="M-P-3",
            por_cada=PorCada(Unidad.CAST, "al_vencer"),
            formulario=Informacion,
            evidencia=(Documento("informacion", "Información actualizada de servicios"),),
            inferido="Se espera a todos los CAST activos; la coordinación puede cerrar la espera con motivo.",
        ),
        Actividad(
            "4",
            Unidad.CST,
            "Recibe y compila la información y la envía a la DSTC.",
            {
                SIGUE: a("5"),
                "informacion_incompleta": devuelve_a(
                    "3", inferida="La fuente no prevé información incompleta; se puede volver a pedir."
                ),
            },
            fundamento="M-P-4",
            evidencia=(Documento("compilado", "Compilado de servicios"),),
            nota="La fuente dice que recibe «la indicación»; lo que recibe es la información de los CAST.",
        ),
        Actividad(
            "5",
            Unidad.DSTC,
            "Recibe la actualización de los servicios de los CAST.",
            {SIGUE: a("6a", "6b")},
            Tipo.ACUSE,
            "M-P-5",
            plazo=ACUSE,
        ),
        Actividad(
            "6a",
            Unidad.DSTC,
            "Gestiona con la DVS la creación de materiales promocionales.",
            {SIGUE: a("6aA")},
            Tipo.ENVIO,
            "M-P-6 (primera)",
            numero="6",
            oficios=(
                Emision("OF-09", "promocion_difusion/of_09", Unidad.DSTC, (a_unidad(Unidad.DVS),), fundamento="M-P-6"),
            ),
            nota="La fuente imprime dos actividades con el número 6; van en paralelo.",
        ),
        Actividad(
            "6aA",
            Unidad.DVS,
            "Recibe las propuestas para elaborar materiales promocionales.",
            {SIGUE: a("7")},
            Tipo.ACUSE,
            "M-P-6/A",
            numero="A",
            plazo=ACUSE,
            evidencia=(Documento("materiales", "Materiales promocionales"),),
        ),
        Actividad(
            "6b",
            Unidad.DSTC,
            "Gestiona con la DCTA la actualización del catálogo en la página oficial.",
            {SIGUE: a("6bB")},
            Tipo.ENVIO,
            "M-P-6 (segunda)",
            numero="6",
            oficios=(
                Emision("OF-10", "promocion_difusion/of_10", Unidad.DSTC, (a_unidad(Unidad.DCTA),), fundamento="M-P-6"),
            ),
            nota="La fuente imprime dos actividades con el número 6; van en paralelo.",
        ),
        Actividad(
            "6bB",
            Unidad.DCTA,
            "Recibe el catálogo actualizado de servicios tecnológicos para publicarlo en el portal.",
            {SIGUE: a("7")},
            Tipo.ACUSE,
            "M-P-6/B",
            numero="B",
            plazo=ACUSE,
            formulario=Publicacion,
            nota="La fuente dice «servicios educativos»; por el contexto son tecnológicos.",
        ),
        Actividad(
            "7",
            Unidad.CST,
            "Verifica y da seguimiento a la promoción y difusión.",
            {SIGUE: a(FIN)},
            fundamento="M-P-7",
            une=("6aA", "6bB"),
            formulario=Verificacion,
        ),
    ),
    notas=("La fuente no fija duración ni plazos para estas actividades; los que hay son inferidos.",),
)
