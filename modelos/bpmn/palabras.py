"""Lo que dice cada elemento del diagrama, en pocas palabras: no hay lugar para más.

Lo que aquí se abrevia está entero en la tabla, que siempre acompaña al diagrama.
"""

from __future__ import annotations

from modelos.calendario import MEDIDAS, NOMBRES_MESES
from modelos.tabla import Tabla
from modelos.tabla.actividad import FIN, SIGUE, Actividad, Tipo, texto_salida
from modelos.tabla.plazo import Dias, EnVentana, ReglaPlazo
from modelos.tabla.unidades import NACIONALES, Unidad

TIPOS = {
    Tipo.TAREA: "Tarea",
    Tipo.APROBACION: "Decisión",
    Tipo.ACUSE: "Acuse",
    Tipo.ENVIO: "Envío",
    Tipo.EXTERNA: "Externa",
    Tipo.SUBPROCEDIMIENTO: "Procedimiento",
    Tipo.AUTOMATICA: "Automática",
}
_GRUPOS = {
    Unidad.CAST: "Centro de Asistencia y Servicios Tecnológicos",
    Unidad.CE: "Colegio Estatal o unidad desconcentrada",
    Unidad.USUARIO: "Quien usa el servicio",
    Unidad.JDE: "Junta Directiva Estatal",
}
_NOMBRES = _GRUPOS | {Unidad(u.clave): u.nombre for u in NACIONALES}


def unidad(sigla: Unidad) -> str:
    """El nombre completo de una unidad, o de las del grupo."""
    return _NOMBRES[sigla]


def titulo(act: Actividad) -> str:
    """El encabezado de la actividad: «6 · DCAJ · Envío», «4 · cada CAST · Tarea»; con «+» si la fuente no la trae.

    Lleva la unidad porque, al recorrer un diagrama ancho, el nombre del carril queda fuera de la vista.
    """
    quien = f"cada {act.por_cada.grupo}" if act.por_cada else act.unidad.value
    return " · ".join((act.numero_impreso or "+", quien, TIPOS[act.tipo]))


def nombre(act: Actividad) -> str:
    """El nombre de la tarea en BPMN: «6. Envía …», sin el punto final."""
    return f"{act.numero_impreso or '+'}. {act.accion.rstrip('.')}"


def pregunta(act: Actividad) -> str:
    """Lo que se decide."""
    return act.pregunta or ("¿Qué resolvió?" if act.tipo is Tipo.APROBACION else "¿Cómo sigue?")


def salida(etiqueta: str) -> str:
    """El rótulo de una salida."""
    return "Continuar" if etiqueta == SIGUE else texto_salida(etiqueta)


def final(destino: str) -> str:
    """El nombre de un final: «Fin», «Fin: no procede»."""
    return "Fin" if destino == FIN else f"Fin: {destino.removeprefix(f'{FIN}_').replace('_', ' ').lower()}"


def plazo(tabla: Tabla, regla: ReglaPlazo) -> str:
    """Cuánto dura: «5 días hábiles», «1.ª quincena de abril», «último hábil del mes»."""
    cuenta = regla.cuenta
    if isinstance(cuenta, Dias):
        cantidad = cuenta.cantidad if isinstance(cuenta.cantidad, int) else _por_defecto(tabla, cuenta.cantidad)
        singular, plural = MEDIDAS[cuenta.medida]
        return f"{cantidad} {singular if cantidad == 1 else plural}" if cantidad else f"{plural} que se fijen"
    if isinstance(cuenta, EnVentana):
        primero = NOMBRES_MESES[cuenta.primero - 1]
        if cuenta.quincena:
            return f"{cuenta.quincena}.ª quincena de {primero}"
        ultimo = cuenta.ultimo or cuenta.primero
        return f"en {primero}" if ultimo == cuenta.primero else f"{primero} a {NOMBRES_MESES[ultimo - 1]}"
    return "último hábil del mes"


def tramos(tabla: Tabla, act: Actividad) -> str:
    """Los plazos de varias actividades que aquí empiezan o se cumplen: «Empieza PL-01»; vacío si ninguno."""
    empiezan = [t.regla.clave for t in tabla.tramos if t.empieza[0] == act.clave]
    cumplen = [t.regla.clave for t in tabla.tramos if act.clave in t.cumplen]
    dichos = (("Empieza", empiezan), ("Cumple", cumplen))
    return " · ".join(f"{que} {' y '.join(claves)}" for que, claves in dichos if claves)


def _por_defecto(tabla: Tabla, campo: str) -> int | None:
    for formulario in (tabla.datos, *(a.formulario for a in tabla.actividades if a.formulario)):
        if campo in formulario.model_fields:
            valor = formulario.model_fields[campo].default
            return valor if isinstance(valor, int) else None
    return None
