"""Expedientes y contenidos de muestra: el menor, el mayor y el que quiere romper la composición."""

from __future__ import annotations

from functools import cache
from typing import Any

from flujos.catalogo import CATALOGO
from modelos.oficios import ordenamientos
from tareas.oficios.redaccion.plantilla import Citar
from tareas.oficios.redaccion.texto import SALTO, arbol, escapar

HOSTIL = (
    "Pérez & Hijos, S.A. <b>«ñ»</b> {{ 7*7 }} {% x %} #panic() $x^2$ *no* _no_ `no` ~no~ @ref [l](http://x) ![i](x)",
    '# título\n- lista\n1. uno\n> cita\n| a | b |\n|---|---|\n---\n"comillas" \\ y \\\\',
    "<script>alert(1)</script> &amp; &lt; a\\|b // /* */ #let x = 1; ]] ))",
    "    cuatro espacios\ty tabulador",
    "-\n+\n***\n12) x\n:--",
)
LARGO = "Dirección General de Coordinación y Vinculación Interinstitucional para la Actualización Permanente " * 3


@cache
def citar_de_verdad() -> Citar:
    """La cita con las normas tal como se siembran y los procedimientos publicados."""
    normas = ordenamientos.iniciales()
    return lambda claves: ordenamientos.citar(normas, claves, CATALOGO.citables).texto


def contexto(**datos: Any) -> dict[str, Any]:
    """El de una plantilla, con lo que se dé en `datos`; `asunto` es el del expediente."""
    return {
        "expediente": {
            "folio": "NORM-2026-0001",
            "asunto": datos.pop("asunto", "Lineamientos"),
            "procedimiento": "Normatividad",
            "codigo": "7081-MP-SI",
            "abierto": "20 de noviembre de 2026",
        },
        "datos": datos,
        "actividad": {"clave": "7", "numero": "7", "accion": "Remite el proyecto.", "fundamento": "M-N-7"},
        "emisor": {"clave": "DSTC", "nombre": "Dirección de Servicios Tecnológicos y de Capacitación"},
        "destinatarios": [{"clave": "DCAJ", "nombre_unidad": "Jurídico", "nombre": "", "cargo": "Titular"}],
        "decisiones": [{"actividad": "1", "salida": "continuar", "comentario": "", "fecha": "3 de mayo de 2026"}],
        "ultima": {},
        "plazos": {},
        "oficios": {},
        "salida": "",
        "comentario": "",
        "periodo": "",
        "anio": 2026,
        "anio_siguiente": 2027,
        "unidades": {"CAST-01": "CAST Uno"},
    }


def contenido(cuerpo: str = "Se remite el proyecto para su revisión.", **cambios: Any) -> dict[str, Any]:
    """Un oficio firmado de una página."""
    return {
        "forma": "oficio",
        "estado": "firmado",
        "idioma": "es-MX",
        "membrete": {
            "institucion": "Colegio Nacional de Educación Profesional Técnica",
            "jerarquia": [
                "Secretaría de Servicios Institucionales",
                "Dirección de Servicios Tecnológicos y de Capacitación",
            ],
        },
        "leyenda": "«2026, Año de Margarita Maza Parada»",
        "numero": "DSTC/001/2026",
        "asunto": "Se remite proyecto normativo para revisión",
        "expediente": "NORM-2026-0001",
        "lugar_fecha": "Metepec, Estado de México, a 20 de noviembre de 2026.",
        "fecha": "2026-11-20",
        "destinatarios": [
            {
                "nombre": "Lic. María Ejemplo Muestra",
                "cargo": "Directora Corporativa de Asuntos Jurídicos",
                "institucion": "CONALEP",
            }
        ],
        "presente": "Presente",
        "cuerpo": arbol(cuerpo + "\n\nSin otro particular, reciba un cordial saludo.\n"),
        "atentamente": {
            "nombre": "Ing. Persona de Prueba",
            "cargo": "Titular de la Dirección de Servicios Tecnológicos y de Capacitación",
            "suplencia": "",
            "firmado": "20 de noviembre de 2026, 10:32 h (hora del centro)",
        },
        "ccp": ["Titular de la Secretaría de Servicios Institucionales.- Para su conocimiento."],
        "iniciales": "AAA/bbb",
        "anexos": ["1. Proyecto normativo (12 páginas)."],
        "distribucion": [],
        "pie": {
            "domicilio": "Calle de Prueba 1, Metepec, Estado de México",
            "telefono": "722 000 0000",
            "sitio": "ejemplo.mx",
        },
        "aviso": "",
        "codigo": "K7QF-2M9X-0ABC-DEFG",
        "direccion_verificacion": "https://dstc.ejemplo.mx/v/K7QF2M9X0ABCDEFG",
        "sello": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        **cambios,
    }


def en_celda(valor: str) -> str:
    """Un dato como queda dentro de una tabla."""
    return escapar(valor).replace(SALTO, " ")


def extremo() -> dict[str, Any]:
    """Todo al máximo: hostil, larguísimo, 200 filas y 40 destinatarios, en varias páginas."""
    filas = "\n".join(
        f"| CAST-{n:02d} | {escapar(LARGO[:90])} | {en_celda(HOSTIL[n % len(HOSTIL)])} | {n * 1234}.50 |"
        for n in range(200)
    )
    cuerpo = "\n\n".join(
        [
            *(escapar(valor) for valor in HOSTIL),
            "## Antecedentes",
            LARGO * 3,
            "- **Uno**\n- *Dos*\n  1. Dos punto uno\n  2. Dos punto dos\n- " + "A" * 400,
            "### Relación\n\n| Clave | Unidad | Observación | Importe |\n|---|---|---|---:|\n" + filas,
            "https://ejemplo.mx/" + "ruta-larga/" * 30,
        ]
    )
    quien = {"nombre": LARGO[:140], "cargo": LARGO, "institucion": "Órgano " + "X" * 80}
    return contenido(
        cuerpo,
        forma="oficio circular",
        asunto=HOSTIL[0] + " " + LARGO,
        destinatarios=[quien | {"nombre": f"{n} {LARGO[:60]}"} for n in range(40)],
        presente="Presentes",
        atentamente={
            "nombre": LARGO[:120],
            "cargo": LARGO,
            "suplencia": "En suplencia por ausencia. " + LARGO,
            "firmado": "hoy",
        },
        ccp=[f"{LARGO[:80]} {n}.- Para su conocimiento." for n in range(40)],
        anexos=[f"{n}. {LARGO[:150]}" for n in range(1, 12)],
        distribucion=[{"clave": f"CAST-{n:02d}", "nombre": LARGO[: 20 + n * 3]} for n in range(72)],
        aviso="PROYECTO NORMATIVO – verificar vigencia antes de citar",
        pie={"domicilio": LARGO[:200], "telefono": "722 000 0000 ext. 12345", "sitio": "https://" + "x" * 60 + ".mx"},
        sello="|" * 600,
    )
