"""Apertura de un CAST: Lineamientos, artículos 6 a 24 (cita L-n)."""

from collections.abc import Mapping
from typing import Any

from flujos.comunes import TURNO_DE_SSI
from flujos.lineamientos import CODIGO, EN_PROYECTO, ORDENAMIENTO, REVISION, RIGE, SIN_TABLA
from flujos.lineamientos.apertura_cast_formularios import (
    AcuerdoDeJunta,
    AcuerdoDelProyecto,
    Alta,
    Denominacion,
    Inicio,
    Oferta,
    Procedencia,
    Propuesta,
    Recepcion,
    Revision,
    Verificacion,
)
from modelos.tabla import (
    FIN,
    RESPUESTA_OFICIAL,
    SIGUE,
    Actividad,
    Dias,
    Documento,
    Medida,
    ReglaPlazo,
    Tabla,
    Tipo,
    Tramo,
    Unidad,
    a,
    devuelve_a,
)
from modelos.tabla.emision import Emision, a_la_del, a_unidad

PROMUEVE = "estatal"
"""Dato inicial que dice qué unidad estatal promueve la apertura."""
DE_LA_DG = ("UODCDMX", "RCEO")
"""Unidades sin junta estatal: por ellas autoriza la Junta Directiva del CONALEP (L-8-VIII)."""

PREVENCION = ReglaPlazo(
    "prevencion",
    "Revisar si está completo y, si no, prevenir",
    Dias("dias_prevencion"),
    "",
    acto="OF-27",
    inferido=(
        "La fuente no dice qué hacer si falta documentación; se previene por analogía con LFPA 17-A, que pide hacerlo "
        "por escrito: si falta algo, el plazo se cumple al enviar la prevención."
    ),
)
SUBSANACION = ReglaPlazo(
    "subsanacion",
    "Subsanar lo que falta",
    Dias("dias_subsanacion"),
    "",
    inferido="La fuente no da plazo para subsanar; cinco días hábiles o más, por analogía con LFPA 17-A.",
)
RESPUESTA = Tramo(
    ReglaPlazo(
        "PL-01",
        "Respuesta oficial sobre el proyecto",
        Dias(90, desde="recepcion_completa", recepcion=True),
        "L-22 ¶2",
        hitos=RESPUESTA_OFICIAL,
        acto="OF-29",
    ),
    ("7", "completa"),
    ("10",),
    Unidad.SSI,
)
INSTRUCCION = Tramo(
    ReglaPlazo(
        "PL-02",
        "Instrucción oficial para formalizar la apertura",
        Dias(3, Medida.MESES, desde="fecha_acuerdo_jd", recepcion=False),
        "L-23",
        acto="OF-31",
        inferido="L-23 no dice desde qué fecha; se cuenta desde el acuerdo de la Junta Directiva.",
    ),
    ("12", "aprueba"),
    ("13",),
    Unidad.DG,
)


def _que_junta(datos: Mapping[str, Any]) -> str:
    return "junta_directiva" if datos[PROMUEVE] in DE_LA_DG else "junta_directiva_estatal"


DECIDE_LA_JUNTA = {
    "autoriza": a("5"),
    "no_autoriza": a("FIN_NO_AUTORIZADO"),
    "corregir": devuelve_a("3"),
}

TABLA = Tabla(
    clave="apertura_cast",
    siglas="APER",
    nombre="Apertura de CAST",
    codigo=CODIGO,
    revision=REVISION,
    vigente_desde=RIGE,
    fundamento=f"{ORDENAMIENTO}, artículos 6 a 24",
    duena=Unidad.DSTC,
    datos=Inicio,
    promueve=PROMUEVE,
    tramos=(RESPUESTA, INSTRUCCION),
    actividades=(
        Actividad(
            "0",
            Unidad.CE,
            "Comprueba que se cumplan los supuestos de procedencia.",
            {SIGUE: a("1")},
            fundamento="L-6, L-7",
            segun=PROMUEVE,
            formulario=Procedencia,
        ),
        Actividad(
            "1",
            Unidad.CE,
            "Define oferta de servicios, indicadores, metas y articulación con el sector productivo.",
            {SIGUE: a("2")},
            fundamento="L-14-I, L-14-II, L-14-III",
            segun=PROMUEVE,
            formulario=Oferta,
            nota="La fuente hace intervenir al titular de un CAST que no existe aún; va quien lleva el proyecto.",
        ),
        Actividad(
            "2",
            Unidad.CE,
            "Verifica terreno o inmueble, equipamiento, estructura y recursos, con su programa de mantenimiento.",
            {SIGUE: a("3")},
            fundamento="L-9, L-10, L-11, L-12, L-13, L-15, L-18",
            segun=PROMUEVE,
            formulario=Verificacion,
        ),
        Actividad(
            "3",
            Unidad.CE,
            "Integra la propuesta del proyecto, que es el expediente técnico-financiero.",
            {SIGUE: a("3J", inferida="El sistema mira de qué tipo es la unidad para saber qué Junta resuelve.")},
            fundamento="L-8",
            segun=PROMUEVE,
            formulario=Propuesta,
            evidencia=(
                Documento("marco", "I. Marco referencial con análisis socioeconómico", obligatoria=True),
                Documento("ubicacion", "II. Ubicación y área de influencia, con mapa", obligatoria=True),
                Documento("predio", "IV. Propiedad o posesión del predio", obligatoria=True),
                Documento("compromisos", "V. Compromisos formales de aportación", obligatoria=True),
                Documento("mercado", "VI. Análisis de mercado", obligatoria=True),
                Documento("tecnico", "VII. Análisis técnico", obligatoria=True),
            ),
            nota=(
                "El elemento III es la fecha que se captura; el VIII, el acuerdo, se adjunta al solicitar (5). "
                "El estudio de factibilidad se define en L-3-XV y ningún artículo lo pide: no se exige."
            ),
        ),
        Actividad(
            "3J",
            Unidad.DSTC,
            "Mira qué Junta autoriza según la unidad que promueve.",
            {"junta_directiva_estatal": a("4JDE"), "junta_directiva": a("4JD")},
            Tipo.AUTOMATICA,
            numero="",
            decide=_que_junta,
            inferido="Paso añadido: la fuente dice «según corresponda»; la RCEO y la UODCDMX no tienen junta estatal.",
        ),
        Actividad(
            "4JDE",
            Unidad.JDE,
            "Autoriza el proyecto mediante acuerdo la Junta Directiva Estatal.",
            DECIDE_LA_JUNTA,
            Tipo.APROBACION,
            "L-8-VIII",
            numero="4",
            segun=PROMUEVE,
            captura=Unidad.CE,
            formulario=AcuerdoDelProyecto,
            inferido="La Junta Directiva Estatal no entra al sistema: el Colegio Estatal captura lo que resolvió.",
        ),
        Actividad(
            "4JD",
            Unidad.JD,
            "Autoriza el proyecto mediante acuerdo la Junta Directiva del CONALEP.",
            DECIDE_LA_JUNTA,
            Tipo.APROBACION,
            "L-8-VIII",
            numero="4",
            formulario=AcuerdoDelProyecto,
            nota="Por la RCEO y la UODCDMX la misma Junta resuelve aquí y en la 12; se conservan ambos pasos.",
        ),
        Actividad(
            "5",
            Unidad.CE,
            "Solicita la apertura a la SSI, con el dictamen de viabilidad.",
            {SIGUE: a("6")},
            Tipo.ENVIO,
            "L-8, L-22 ¶1",
            segun=PROMUEVE,
            evidencia=(
                Documento("oficio", "Oficio de solicitud", obligatoria=True),
                Documento("acuerdo_junta", "VIII. Acuerdo de la Junta que autoriza el proyecto", obligatoria=True),
                Documento("dictamen_solicitante", "Dictamen de viabilidad del solicitante", obligatoria=True),
            ),
            oficios=(
                Emision(
                    "OF-25",
                    "apertura_cast/of_25",
                    Unidad.CE,
                    (a_unidad(Unidad.SSI),),
                    cumple="oficio",
                    fundamento="L-8, L-22 ¶1",
                    exigido=True,
                ),
            ),
            nota="El dictamen del solicitante es requisito; el paso a la Junta lo abre la respuesta oficial (10).",
        ),
        Actividad(
            "6",
            Unidad.SSI,
            "Recibe la solicitud, acusa y la turna a la DSTC.",
            {SIGUE: a("7")},
            Tipo.ENVIO,
            "L-22 ¶2",
            plazo=TURNO_DE_SSI,
            evidencia=(Documento("acuse", "Acuse con fecha y hora"),),
            oficios=(
                Emision(
                    "OF-26",
                    "apertura_cast/of_26",
                    Unidad.SSI,
                    (a_unidad(Unidad.DSTC),),
                    fundamento="L-22 ¶2",
                    inferido="La fuente no pide que el turno sea por oficio.",
                ),
            ),
        ),
        Actividad(
            "7",
            Unidad.DSTC,
            "Revisa que la documentación esté completa.",
            {"completa": a("8"), "incompleta": devuelve_a("7b")},
            Tipo.APROBACION,
            "L-22 ¶2",
            pregunta="¿La documentación está completa?",
            formulario=Recepcion,
            plazo=PREVENCION,
            evidencia=(
                Documento("constancia", "Constancia de recepción completa"),
                Documento("prevencion", "Oficio de prevención"),
            ),
            oficios=(
                Emision(
                    "OF-27",
                    "apertura_cast/of_27",
                    Unidad.DSTC,
                    (a_la_del(PROMUEVE),),
                    salidas=("incompleta",),
                    fundamento="L-22 ¶2",
                    inferido="La fuente no prevé la prevención; es por analogía con LFPA 17-A.",
                ),
                Emision(
                    "OF-28",
                    "apertura_cast/of_28",
                    Unidad.DSTC,
                    (a_la_del(PROMUEVE),),
                    salidas=("completa",),
                    fundamento="L-22 ¶2",
                    inferido="La fuente no pide constancia; acredita desde cuándo corren los 90 días.",
                ),
            ),
            nota="Los 90 días hábiles no corren mientras falte algo.",
        ),
        Actividad(
            "7b",
            Unidad.CE,
            "Subsana lo que la DSTC le requirió por escrito.",
            {"subsana": a("7"), "no_subsana": a("FIN_NO_PRESENTADA")},
            segun=PROMUEVE,
            plazo=SUBSANACION,
            inferido="La fuente no prevé documentación incompleta; se sigue por analogía LFPA 17-A.",
            nota="La DSTC requiere al responder la 7; si no se subsana, la solicitud se tiene por no presentada.",
        ),
        Actividad(
            "8",
            Unidad.DSTC,
            "Revisa que el proyecto cumpla los requisitos y pide opiniones internas.",
            {SIGUE: a("9")},
            fundamento="L-22 ¶2, L-17",
            formulario=Revision,
            evidencia=(Documento("cedula", "Cédula de revisión"),),
            nota="La opinión de la DIA es interna y ocurre dentro de los 90 días hábiles.",
        ),
        Actividad(
            "9",
            Unidad.DSTC,
            "Formula el dictamen y el proyecto de respuesta.",
            {"favorable": a("10"), "no_favorable": a("10")},
            Tipo.APROBACION,
            "L-22",
            evidencia=(Documento("proyecto_respuesta", "Proyecto de respuesta", obligatoria=True),),
        ),
        Actividad(
            "10",
            Unidad.SSI,
            "Emite la respuesta oficial sobre el proyecto.",
            {"favorable": a("11"), "no_favorable": a("14")},
            Tipo.APROBACION,
            "L-22 ¶2",
            evidencia=(Documento("respuesta_oficial", "Respuesta oficial", obligatoria=True),),
            oficios=(
                Emision(
                    "OF-29",
                    "apertura_cast/of_29",
                    Unidad.SSI,
                    (a_la_del(PROMUEVE),),
                    cumple="respuesta_oficial",
                    fundamento="L-22 ¶2",
                    exigido=True,
                    sin_firma_de=("3", "5"),
                    inferido=(
                        "Se redacta al llegar, en el sentido del dictamen (9), porque se adjunta para responder; si la "
                        "SSI resuelve otra cosa, se corrige antes de firmar. No firma quien hizo la solicitud."
                    ),
                ),
            ),
            nota="Si vencen los 90 días no se da por aprobada ni por negada: queda vencido y se escala a la SSI.",
        ),
        Actividad(
            "11",
            Unidad.DG,
            "Somete la apertura a aprobación de la Junta Directiva del CONALEP.",
            {SIGUE: a("12")},
            Tipo.ENVIO,
            "L-22 ¶3",
            evidencia=(Documento("carpeta", "Carpeta de la sesión"),),
            oficios=(
                Emision(
                    "OF-30",
                    "apertura_cast/of_30",
                    Unidad.DG,
                    (a_unidad(Unidad.JD),),
                    fundamento="L-22 ¶3",
                    inferido="La fuente no dice que sea por oficio; acompaña a la carpeta de la sesión.",
                ),
            ),
        ),
        Actividad(
            "12",
            Unidad.JD,
            "Resuelve sobre la apertura.",
            {"aprueba": a("13"), "no_aprueba": a("14")},
            Tipo.APROBACION,
            "L-22 ¶3",
            formulario=AcuerdoDeJunta,
            evidencia=(Documento("acuerdo_apertura", "Acuerdo de la Junta Directiva", obligatoria=True),),
            nota="Puede adjuntarse el mismo acuerdo de la 4 sólo si resuelve ambas cosas.",
        ),
        Actividad(
            "13",
            Unidad.DG,
            "Instruye a las áreas formalizar la apertura.",
            {SIGUE: a("13a", "13b", "13c")},
            Tipo.ENVIO,
            "L-23",
            evidencia=(Documento("instruccion", "Oficio de instrucción", obligatoria=True),),
            oficios=(
                Emision(
                    "OF-31",
                    "apertura_cast/of_31",
                    Unidad.DG,
                    (a_unidad(Unidad.DSTC), a_la_del(PROMUEVE)),
                    ccp=(a_unidad(Unidad.SSI),),
                    cumple="instruccion",
                    fundamento="L-23",
                    exigido=True,
                    inferido="L-23 dice «las áreas» sin nombrarlas: va a las de 13a, 13b y 13c, con copia a la SSI.",
                ),
            ),
        ),
        Actividad(
            "13a",
            Unidad.DSTC,
            "Gestiona la denominación oficial y la clave del centro.",
            {SIGUE: a("15")},
            fundamento="L-24",
            formulario=Denominacion,
            nota="Intervienen las áreas competentes, conforme a los lineamientos de creación y claves.",
        ),
        Actividad(
            "13b",
            Unidad.CE,
            "Se designan la Dirección y las Jefaturas.",
            {SIGUE: a("15")},
            fundamento="L-18, L-19, L-20, L-21",
            segun=PROMUEVE,
            evidencia=(Documento("nombramientos", "Nombramientos"),),
            nota="Designa la Junta que corresponda; la unidad estatal lo captura.",
        ),
        Actividad(
            "13c",
            Unidad.CE,
            "Asegura presupuesto, fondo de reinversión y registro de bienes, y se ratifica la oferta.",
            {SIGUE: a("15")},
            fundamento="L-12, L-13, L-14-IV, L-16",
            segun=PROMUEVE,
            evidencia=(Documento("bienes", "Registro de bienes"), Documento("oferta", "Oferta ratificada")),
        ),
        Actividad(
            "14",
            Unidad.SSI,
            "Notifica la no aprobación, con sus motivos.",
            {SIGUE: a("FIN_NO_APROBADA")},
            Tipo.ENVIO,
            evidencia=(Documento("notificacion", "Oficio de no aprobación", obligatoria=True),),
            oficios=(
                Emision(
                    "OF-29b",
                    "apertura_cast/of_29b",
                    Unidad.SSI,
                    (a_la_del(PROMUEVE),),
                    cumple="notificacion",
                    fundamento="L-22",
                    inferido="La fuente no dice cómo se notifica la negativa; va por oficio, aparte de la respuesta.",
                ),
            ),
            inferido="La fuente no dice cómo se notifica la negativa; la notifica la SSI por conducto de la DSTC.",
        ),
        Actividad(
            "15",
            Unidad.DSTC,
            "Da por formalizada la apertura y pide el alta del CAST en el sistema.",
            {SIGUE: a(FIN)},
            fundamento="L-8-III",
            une=("13a", "13b", "13c"),
            formulario=Alta,
        ),
    ),
    notas=(
        EN_PROYECTO,
        SIN_TABLA,
        "L-6 a L-24 hablan del titular de la unidad; aquí atiende el personal de la unidad.",
    ),
)
