"""Cómo se nombra en pantalla lo que dice una tabla: actividades, destinos y desenlaces."""

from __future__ import annotations

from dataclasses import dataclass

from api.web.piezas.pagina import enumera
from modelos.tabla import Tabla, Unidad
from modelos.tabla.actividad import FIN, SIGUE, Actividad, Ruta, Tipo, es_final, texto_salida

TIPOS = {
    Tipo.TAREA: "Tarea",
    Tipo.APROBACION: "Decisión",
    Tipo.ACUSE: "Acuse de recibo",
    Tipo.ENVIO: "Envío",
    Tipo.EXTERNA: "De quien no entra al sistema",
    Tipo.SUBPROCEDIMIENTO: "Abre otro procedimiento",
    Tipo.AUTOMATICA: "La decide el sistema",
}
BOTONES = {
    Tipo.TAREA: "Registrar como hecha",
    Tipo.APROBACION: "Registrar la decisión",
    Tipo.ACUSE: "Acusar de recibido",
    Tipo.ENVIO: "Registrar el envío",
    Tipo.EXTERNA: "Registrar la respuesta",
    Tipo.SUBPROCEDIMIENTO: "Registrar como hecha",
    Tipo.AUTOMATICA: "Registrar como hecha",
}
LARGO_FRASE = 60


@dataclass(frozen=True)
class Camino:
    """Una salida como se le explica a quien decide.

    frase: qué pasa si la elige; destinos: claves de las actividades a las que lleva.
    """

    etiqueta: str
    texto: str
    frase: str
    destinos: tuple[str, ...]
    devuelve: bool
    inferida: str
    termina: bool


def numero(actividad: Actividad) -> str:
    """El número impreso, o que la fuente no se lo da."""
    return actividad.numero_impreso or "añadida"


def rotulo(tabla: Tabla, clave: str) -> str:
    """Una actividad en dos palabras: «5, CST»; con su frase si el número se repite o no lo hay."""
    if clave not in tabla:
        return f"{clave}, que ya no está en la tabla"
    actividad = tabla[clave]
    if not actividad.numero_impreso:
        return f"actividad añadida, {actividad.unidad} ({recorte(actividad.accion)})"
    repetido = sum(1 for otra in tabla.actividades if otra.numero_impreso == actividad.numero_impreso) > 1
    frase = f" ({recorte(actividad.accion)})" if repetido else ""
    return f"{actividad.numero_impreso}, {actividad.unidad}{frase}"


def de(unidad: str) -> str:
    """«de CST»; el usuario no es una sigla: «del usuario»."""
    return "del usuario" if unidad == Unidad.USUARIO else f"de {unidad}"


def recorte(frase: str, largo: int = LARGO_FRASE) -> str:
    """La frase sin su punto final, cortada por palabra si no cabe."""
    entera = frase.rstrip(".")
    return entera if len(entera) <= largo else entera[:largo].rsplit(" ", 1)[0] + "…"


def en_medio(frase: str, largo: int = 90) -> str:
    """La frase para seguir después de dos puntos: sin mayúscula inicial, y las siglas intactas."""
    return frase[:1].lower() + recorte(frase, largo)[1:]


def texto_final(destino: str) -> str:
    """El desenlace en palabras: `FIN_NO_PROCEDE` → «no procede»; vacío en el final sin nombre."""
    return "" if destino == FIN else destino.removeprefix(f"{FIN}_").replace("_", " ").lower()


def caminos(tabla: Tabla, actividad: Actividad) -> list[Camino]:
    """Las salidas de una actividad, en el orden de la tabla."""
    return [_camino(tabla, actividad, etiqueta) for etiqueta in actividad.salidas]


def _camino(tabla: Tabla, actividad: Actividad, etiqueta: str) -> Camino:
    ruta = actividad.salidas[etiqueta]
    return Camino(
        etiqueta,
        "Continuar" if etiqueta == SIGUE else texto_salida(etiqueta),
        _adonde(tabla, ruta),
        tuple(d for d in ruta.destinos if not es_final(d)),
        ruta.devuelve,
        ruta.inferida,
        any(es_final(d) for d in ruta.destinos),
    )


def _adonde(tabla: Tabla, ruta: Ruta) -> str:
    destinos = ruta.destinos
    finales = [texto_final(d) for d in destinos if es_final(d)]
    if finales:
        return f"termina el procedimiento: {finales[0]}" if finales[0] else "termina el procedimiento"
    nombres = enumera(rotulo(tabla, d) for d in destinos)
    if len(destinos) > 1:
        return f"siguen al mismo tiempo la {enumera((rotulo(tabla, d) for d in destinos), 'y la')}"
    return f"regresa a la {nombres}" if ruta.devuelve else f"sigue la {nombres}"


def union(actividad: Actividad) -> str:
    """Cómo se reúnen las respuestas de un paso que va a varias unidades."""
    abanico = actividad.por_cada
    if abanico is None:
        return ""
    if abanico.union == "cuorum":
        return f"Va a cada {abanico.grupo}; se sigue cuando respondan {abanico.n}."
    cierre = ", o cuando la coordinación cierre la espera" if abanico.union == "al_vencer" else ""
    return f"Va a cada {abanico.grupo}; se sigue cuando respondan todos{cierre}."


def pregunta(actividad: Actividad) -> str:
    """Lo que decide quien responde, como lo pregunta la fuente; si no lo dice, en general."""
    return actividad.pregunta or ("¿Qué resolvió?" if actividad.tipo is Tipo.APROBACION else "¿Cómo sigue?")


def boton(actividad: Actividad) -> str:
    """Lo que dice el botón que registra la respuesta."""
    return "Registrar la decisión" if len(actividad.salidas) > 1 else BOTONES[actividad.tipo]
