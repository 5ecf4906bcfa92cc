"""Las figuras sueltas del SVG: rombos, círculos, puntas de flecha, y los colores de cada estado."""

from __future__ import annotations

from xml.sax.saxutils import escape

from modelos.bpmn.cajas import Caja
from modelos.bpmn.grafo import Clase
from modelos.bpmn.trazo import Punto

GUINDA, VERDE, TINTA, TENUE, LINEA = "#611232", "#1e5b4f", "#161a1d", "#55585c", "#b9b4a9"
ROMBOS = (Clase.DECIDE, Clase.DIVIDE, Clase.UNE, Clase.MEZCLA)
EVENTOS = (Clase.INICIO, Clase.FIN, Clase.PLAZO, Clase.AVISO)
TONOS = {
    "": ("#fff", "#55585c", 1.4),
    "hecha": ("#e3f1ec", VERDE, 1.8),
    "actual": ("#fdf1f4", "#9b2247", 3.0),
    "vencida": ("#f8dbe3", GUINDA, 4.0),
    "pendiente": ("#fff", "#55585c", 1.4),
    "cancelada": ("#f4f1ea", "#7a4a00", 1.4),
    "omitida": ("#f4f4f4", "#98989a", 1.0),
    "calor-0": ("#fff", "#55585c", 1.4),
    "calor-1": ("#fbeee0", "#7a4a00", 1.4),
    "calor-2": ("#f3d3b8", "#7a4a00", 1.6),
    "calor-3": ("#e3a98f", "#611232", 1.8),
    "calor-4": ("#a8385c", "#611232", 2.2),
    "calor-5": ("#611232", "#161a1d", 2.6),
}
"""De cada tono: fondo, borde y su grueso. Los textos contrastan 4.5 a 1 o más sobre cada fondo."""


def texto(x: float, y: float, dicho: str, cuerpo: float, color: str, **como: bool) -> str:
    """Un renglón; `negritas` y `al_centro`, si se piden."""
    mas = ' font-weight="bold"' if como.get("negritas") else ""
    mas += ' text-anchor="middle"' if como.get("al_centro") else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{cuerpo:g}" fill="{color}"{mas}>{escape(dicho)}</text>'


def punta(desde: Punto, hasta: Punto, color: str) -> str:
    """La punta de una flecha, según de dónde viene."""
    (x0, y0), (x, y) = desde, hasta
    dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
    uno = (x - 9 * dx - 4 * dy, y - 9 * dy - 4 * dx)
    otro = (x - 9 * dx + 4 * dy, y - 9 * dy + 4 * dx)
    return f'<path d="M{x:g} {y:g}L{uno[0]:g} {uno[1]:g}L{otro[0]:g} {otro[1]:g}z" fill="{color}"/>'


def rombo(clase: Clase, caja: Caja) -> str:
    """Una compuerta: × donde se elige o se reúne, + donde se va o se espera por varios lados."""
    medio, x, y = caja.w / 2, caja.cx, caja.cy
    forma = f"M{x:g} {caja.y:g}l{medio:g} {medio:g}l{-medio:g} {medio:g}l{-medio:g} {-medio:g}z"
    paralelo = clase in (Clase.DIVIDE, Clase.UNE)
    signo = (
        f"M{x - 9:g} {y:g}h18M{x:g} {y - 9:g}v18"
        if paralelo
        else f"M{x - 6:g} {y - 6:g}l12 12M{x - 6:g} {y + 6:g}l12 -12"
    )
    return (
        f'<path d="{forma}" fill="#fff" stroke="{TINTA}" stroke-width="1.4"/>'
        f'<path d="{signo}" stroke="{TINTA}" stroke-width="2.4"/>'
    )


def evento(clase: Clase, caja: Caja, *, alcanzado: bool) -> str:
    """Un círculo: fino al iniciar, grueso al terminar, doble y punteado el de un plazo, que no interrumpe."""
    x, y, radio = caja.cx, caja.cy, caja.w / 2
    if clase is Clase.PLAZO:
        circulos = "".join(
            f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="#fff" stroke="{TINTA}" stroke-dasharray="3 2"/>'
            for r in (radio - 0.5, radio - 3.5)
        )
        return f'{circulos}<path d="M{x:g} {y - 7:g}v7h5" fill="none" stroke="{TINTA}" stroke-width="1.6"/>'
    grueso = {Clase.INICIO: 1.5, Clase.FIN: 4.0, Clase.AVISO: 3.0}[clase]
    fondo = VERDE if alcanzado else "#fff"
    circulo = (
        f'<circle cx="{x:g}" cy="{y:g}" r="{radio - grueso / 2:g}" fill="{fondo}" stroke="{TINTA}" '
        f'stroke-width="{grueso:g}"/>'
    )
    if not alcanzado:
        return circulo
    return f'{circulo}<path d="M{x - 7:g} {y:g}l5 6l9 -11" fill="none" stroke="#fff" stroke-width="2.6"/>'
