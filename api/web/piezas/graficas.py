"""Las gráficas del tablero: qué series llevan. El dibujo, `plantillas/tablero/graficas.html`, sirve igual al PDF."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from api.web.piezas.pagina import ENTORNO
from modelos.calendario import NOMBRES_MESES
from modelos.tabla import Catalogo
from modelos.tabla.periodo import nombre_periodo
from modelos.tablero.cifras import Cifras, Mes
from modelos.tablero.nombres import nombre_actividad
from modelos.tablero.palabras import cuantos

UNIDADES = 10
CLASES = (("a_tiempo", "A tiempo"), ("tarde", "Tarde"), ("sin_cumplir", "Vencidos sin cumplir"))


def de(cifras: Cifras, tablas: Catalogo) -> dict[str, Markup]:
    """El SVG de cada gráfica, por nombre; vacío si no hay qué dibujar."""
    return {
        "cuellos": _cuellos(cifras, tablas),
        "unidades": _unidades(cifras),
        "plazos": _plazos(cifras),
        "expedientes": _expedientes(cifras),
    }


def unidades(cifras: Cifras) -> list[str]:
    """Las unidades con turnos atendidos, la de mediana mayor primero."""
    con = {u: m for u, m in cifras.tiempos.por_unidad.items() if m.mediana is not None}
    return sorted(con, key=lambda u: (-(con[u].mediana or 0), -(con[u].p90 or 0), u))


def _cuellos(cifras: Cifras, tablas: Catalogo) -> Markup:
    hoy = cifras.filtro.hoy
    filas = [
        (nombre_actividad(tablas, hoy, *clave), m.dias, f"{m.dias:,} días, {cuantos(m.turnos, 'turno', 'turnos')}")
        for clave in cifras.cuellos
        for m in (cifras.tiempos.por_actividad[clave],)
    ]
    return _dibujar("barras", "cuellos", "Días hábiles que acumula cada actividad", filas)


def _unidades(cifras: Cifras) -> Markup:
    medidas = [(u, cifras.tiempos.por_unidad[u]) for u in unidades(cifras)[:UNIDADES]]
    filas = [(u, m.mediana, f"{m.mediana:g} días; 9 de cada 10 en {m.p90} o menos") for u, m in medidas]
    return _dibujar("barras", "unidades", "Días hábiles que tarda cada unidad (mediana)", filas)


def _plazos(cifras: Cifras) -> Markup:
    columnas = [(_rotulo(m), nombre_periodo(m.periodo), [getattr(m, c) for c, _ in CLASES]) for m in cifras.tendencia]
    return _dibujar(
        "apiladas", "plazos", "Plazos de cada mes, por cómo se cumplieron", columnas, [n for _, n in CLASES]
    )


def _expedientes(cifras: Cifras) -> Markup:
    columnas = [(_rotulo(m), nombre_periodo(m.periodo), [m.iniciados, m.concluidos]) for m in cifras.tendencia]
    return _dibujar("lineas", "expedientes", "Expedientes por mes", columnas, ["Iniciados", "Concluidos"])


def _rotulo(mes: Mes) -> tuple[str, str]:
    """El mes en tres letras y, en enero, el año debajo."""
    numero = mes.periodo.numero
    return NOMBRES_MESES[numero - 1][:3], str(mes.periodo.anio) if numero == 1 else ""


def _dibujar(macro: str, clave: str, titulo: str, *datos: Any) -> Markup:  # noqa: ANN401 - cada macro pide lo suyo
    if not datos[0]:
        return Markup()
    modulo = ENTORNO.get_template("tablero/graficas.html").module
    return Markup(getattr(modulo, macro)(f"g-{clave}", titulo, *datos))  # noqa: S704 - ya escapado por la plantilla
