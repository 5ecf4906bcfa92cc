"""El informe del periodo en PDF, archivable (PDF/A-2a) y accesible (PDF/UA-1).

Las cifras y las frases son las del tablero, calculadas una sola vez; las gráficas, el mismo SVG. Debajo de cada
tabla va de dónde sale, para que quien la lea pueda volver a sacarla.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from modelos import reloj
from modelos.calendario import fecha_larga
from modelos.tabla import Catalogo
from modelos.tabla.periodo import nombre_periodo
from modelos.tablero import palabras
from modelos.tablero.cifras import Cifras
from modelos.tablero.nombres import nombre_actividad, tablas_por_clave
from modelos.tablero.tiempos import Medida
from tareas.oficios.papel import papel
from tareas.oficios.papel.imprenta import RAIZ

COMPOSICION = RAIZ / "plantillas_oficio" / "_informe.typ"
INSTITUCION = "Colegio Nacional de Educación Profesional Técnica (CONALEP)"
AREA = "Dirección de Servicios Tecnológicos y de Capacitación"
SISTEMA = "Sistema de procedimientos de la DSTC"
HABILES = "días hábiles del calendario publicado, perfil por defecto; el día en que empieza no cuenta"


def componer(contenido: Mapping[str, Any]) -> bytes:
    """El PDF. Lanza SinTipografias y ComposicionFallida."""
    return papel.componer(COMPOSICION, contenido, date(*contenido["fecha"]))


def contenido(
    cifras: Cifras, tablas: Catalogo, unidades: Mapping[str, str], graficas: Mapping[str, str]
) -> dict[str, Any]:
    """Lo que lleva el informe. unidades: el nombre de cada una; graficas: su SVG, por nombre."""
    ahora = reloj.local(reloj.ahora())
    return {
        "titulo": titulo(cifras),
        "institucion": INSTITUCION,
        "area": AREA,
        "alcance": cifras.filtro.nombre_periodo.capitalize(),
        "ve": "",
        "fuente": SISTEMA,
        "generado": f"{fecha_larga(ahora.date())}, {ahora:%H:%M}",
        "fecha": [ahora.year, ahora.month, ahora.day],
        "frases": [{"texto": f.texto, "mal": f.mal} for f in palabras.resumen(cifras, tablas)],
        "secciones": [
            _hoy(cifras),
            _periodo(cifras),
            _cuellos(cifras, tablas, graficas["cuellos"]),
            _de_unidades(cifras, unidades, graficas["unidades"]),
            *_tendencia(cifras, graficas),
        ],
    }


def titulo(cifras: Cifras) -> str:
    """«Informe del tercer trimestre de 2026», «Informe de 2026»."""
    nombre = cifras.filtro.nombre_periodo
    if not cifras.filtro.periodo:
        return f"Informe {nombre}"
    return f"Informe {'del' if nombre.startswith(('primer', 'segundo', 'tercer', 'cuarto')) else 'de'} {nombre}"


def _seccion(
    titulo_: str,
    fuente: str,
    encabezado: Sequence[str],
    filas: Sequence[Sequence[str]],
    parrafos: Sequence[str] = (),
    svg: str = "",
) -> dict[str, Any]:
    anchos = [6, *[1.3] * (len(encabezado) - 1)]
    return {
        "titulo": titulo_,
        "parrafos": list(parrafos),
        "svg": svg,
        "alternativo": f"Gráfica: {titulo_}. Sus datos están en la tabla que sigue.",
        "tabla": {"anchos": anchos, "encabezado": list(encabezado), "filas": [list(fila) for fila in filas]},
        "fuente": fuente,
    }


def _hoy(c: Cifras) -> dict[str, Any]:
    nombres = {
        "abiertos": "Expedientes abiertos",
        "con_vencidos": "Expedientes con algo vencido",
        "detenidos": "Expedientes detenidos por un incidente",
        "vencidos": "Plazos vencidos",
        "vencen_7": "Plazos que vencen en 7 días naturales",
        "vencen_30": "Plazos que vencen en 30 días naturales",
    }
    filas = [(nombre, _n(c.cuentas[clave])) for clave, nombre in nombres.items()]
    fuente = "expedientes y plazos como están al generar el informe, sin importar el periodo."
    return _seccion("Al día de hoy", fuente, ("Qué", "Cuántos"), filas)


def _periodo(c: Cifras) -> dict[str, Any]:
    nombres = {
        "iniciados": "Expedientes iniciados",
        "concluidos": "Expedientes concluidos",
        "cancelados": "Expedientes cancelados",
        "a_tiempo": "Plazos cumplidos a tiempo",
        "tarde": "Plazos cumplidos tarde",
        "sin_cumplir": "Plazos vencidos sin cumplir",
        "corren": "Plazos que aún corren o están suspendidos",
        "sin_calcular": "Plazos sin calcular",
    }
    filas = [(nombre, _n(c.cuentas[clave])) for clave, nombre in nombres.items()]
    fuente = (
        "expedientes por su fecha de apertura o de cierre; plazos por la fecha en que vencían, y los que no se "
        "pudieron calcular por la fecha en que empezaron a correr. Los cancelados no cuentan."
    )
    dicho = () if c.cumplimiento is None else (f"Cumplimiento: {c.cumplimiento} % de {_n(c.debidos)} plazos.",)
    return _seccion("En el periodo", fuente, ("Qué", "Cuántos"), filas, dicho)


def _cuellos(c: Cifras, tablas: Catalogo, svg: str) -> dict[str, Any]:
    hoy = c.filtro.hoy
    nombres = {clave: t.nombre for clave, t in tablas_por_clave(tablas, hoy).items()}
    filas = []
    for clave in c.cuellos:
        m = c.tiempos.por_actividad[clave]
        de = nombres.get(clave[0], clave[0])
        filas.append(
            (
                f"{nombre_actividad(tablas, hoy, *clave)} ({de})",
                _n(m.dias),
                _n(m.turnos),
                _n(m.esperan),
                _n(m.repetidos),
            )
        )
    abiertos = " y los que siguen esperando" if c.filtro.llega_a_hoy else ""
    fuente = f"turnos a cargo de personas atendidos en el periodo{abiertos}; {HABILES}."
    encabezado = ("Actividad", "Días", "Turnos", "Esperan", "Repetidos")
    return _seccion("Cuellos de botella", fuente, encabezado, filas, _si_nada(filas), svg)


def _de_unidades(c: Cifras, unidades: Mapping[str, str], svg: str) -> dict[str, Any]:
    filas = [
        (f"{clave}: {unidades.get(clave, clave)}", _dias(m), _p90(m), _n(m.atendidos), _n(m.esperan))
        for clave, m in sorted(c.tiempos.por_unidad.items())
    ]
    fuente = f"turnos a cargo de personas atendidos en el periodo, de su apertura a su atención; {HABILES}."
    encabezado = ("Unidad", "Mediana", "9 de cada 10", "Atendidos", "Esperan")
    return _seccion("Tiempo por unidad", fuente, encabezado, filas, _si_nada(filas), svg)


def _tendencia(c: Cifras, graficas: Mapping[str, str]) -> list[dict[str, Any]]:
    de_expedientes = [(nombre_periodo(m.periodo), _n(m.iniciados), _n(m.concluidos)) for m in c.tendencia]
    de_plazos = [(nombre_periodo(m.periodo), _n(m.a_tiempo), _n(m.tarde), _n(m.sin_cumplir)) for m in c.tendencia]
    return [
        _seccion(
            "Expedientes por mes",
            "expedientes por el mes en que se abrieron y en que concluyeron.",
            ("Mes", "Iniciados", "Concluidos"),
            de_expedientes,
            (),
            graficas["expedientes"],
        ),
        _seccion(
            "Plazos por mes",
            "plazos por el mes en que vencían; a tiempo, si se cumplieron a más tardar ese día.",
            ("Mes", "A tiempo", "Tarde", "Sin cumplir"),
            de_plazos,
            (),
            graficas["plazos"],
        ),
    ]


def _si_nada(filas: Sequence[object]) -> tuple[str, ...]:
    return () if filas else ("No hubo turnos en el periodo.",)


def _n(cuantos: int) -> str:
    return f"{cuantos:,}"


def _dias(medida: Medida) -> str:
    return "–" if medida.mediana is None else f"{medida.mediana:g}"


def _p90(medida: Medida) -> str:
    return "–" if medida.p90 is None else str(medida.p90)
