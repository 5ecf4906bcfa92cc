"""El tablero en palabras: qué va mal, dónde, y cómo va lo demás. Puro.

Lo peor va primero, y cada frase dice de qué lista sale. Si nada va mal también se dice:
un párrafo vacío se leería como «no hay datos».
"""

from __future__ import annotations

from dataclasses import dataclass, field

from modelos.tabla import Catalogo
from modelos.tablero.cifras import Cifras, Foco
from modelos.tablero.nombres import nombre_actividad, tablas_por_clave


@dataclass(frozen=True)
class Frase:
    """Una frase y la lista que la sostiene: su conjunto y lo que le cambia al filtro; sin conjunto, ninguna."""

    texto: str
    que: str = ""
    cambios: dict[str, str] = field(default_factory=dict)
    mal: bool = False


def resumen(cifras: Cifras, tablas: Catalogo) -> list[Frase]:
    """Las frases con que abre el tablero."""
    mal = (_detenidos(cifras), _deben(cifras))
    partes = (_vencidos(cifras), *_cumplimiento(cifras), _cuello(cifras, tablas), *mal, *_demas(cifras))
    return [frase for frase in partes if frase is not None]


def cuantos(n: int, uno: str, varios: str) -> str:
    """«1 plazo», «12 plazos», «0 plazos»."""
    return f"{n:,} {uno if n == 1 else varios}"


def dias(valor: float | None) -> str:
    """«1 día hábil», «2.5 días hábiles»; «sin datos» si no hay."""
    if valor is None:
        return "sin datos"
    escrito = f"{int(valor):,}" if valor == int(valor) else f"{valor:,.1f}"
    return f"{escrito} {'día hábil' if valor == 1 else 'días hábiles'}"


def _vencidos(c: Cifras) -> Frase:
    vencidos, en = c.cuentas["vencidos"], c.cuentas["con_vencidos"]
    if not vencidos:
        return Frase("Hoy no hay plazos vencidos.", "vencidos")
    texto = f"Hay {cuantos(vencidos, 'plazo vencido', 'plazos vencidos')}"
    if en:
        texto += f" en {cuantos(en, 'expediente', 'expedientes')}"
    texto += f"; {_focos(c.focos, vencidos)}." if c.focos else "."
    return Frase(texto, "vencidos", mal=True)


def _focos(focos: tuple[Foco, ...], vencidos: int) -> str:
    primero = focos[0]
    if primero.cuantos == vencidos:
        return f"los debe {primero.unidad}: «{primero.que}»"
    if primero.cuantos == 1:
        return f"entre otros, {primero.unidad} debe «{primero.que}»"
    return f"donde más hay es en {primero.unidad}, «{primero.que}» ({primero.cuantos:,})"


def _cumplimiento(c: Cifras) -> list[Frase]:
    frases = []
    if c.cumplimiento is None:
        frases.append(Frase("En el periodo no ha vencido ningún plazo."))
    else:
        de = f"{c.cuentas['a_tiempo']:,} de {c.debidos:,}"
        texto = f"De los plazos que vencieron en el periodo se cumplió a tiempo el {c.cumplimiento} % ({de})."
        frases.append(Frase(texto, "tarde"))
    if n := c.cuentas["sin_calcular"]:
        sin = "no se pudo calcular su fecha" if n == 1 else "no se pudo calcular la fecha"
        frases.append(Frase(f"De {cuantos(n, 'plazo', 'plazos')} {sin}.", "sin_calcular"))
    return frases


def _cuello(c: Cifras, tablas: Catalogo) -> Frase | None:
    if not c.cuellos:
        return None
    clave = c.cuellos[0]
    medida = c.tiempos.por_actividad[clave]
    hoy = c.filtro.hoy
    tabla = tablas_por_clave(tablas, hoy).get(clave[0])
    nombre = f"«{nombre_actividad(tablas, hoy, *clave)}»" + (f", de {tabla.nombre}" if tabla else "")
    texto = f"Donde más tiempo se acumula es en {nombre}: {dias(medida.dias)}"
    texto += f" entre {cuantos(medida.turnos, 'turno', 'turnos')}"
    if medida.repetidos:
        texto += f", {medida.repetidos:,} de ellos de segunda vuelta o más"
    return Frase(f"{texto}.", "acumulan", {"procedimiento": clave[0], "actividad": clave[1]})


def _detenidos(c: Cifras) -> Frase | None:
    n = c.cuentas["detenidos"]
    if not n:
        return None
    verbo = "está detenido" if n == 1 else "están detenidos"
    return Frase(f"{cuantos(n, 'expediente', 'expedientes')} {verbo} por un incidente.", "detenidos", mal=True)


def _deben(c: Cifras) -> Frase | None:
    n, ya = c.cuentas["deben_oficios"], c.cuentas["concluidos_debiendo"]
    if not n:
        return None
    de_ellos = f"; {ya:,} ya {'concluyó' if ya == 1 else 'concluyeron'}" if ya else ""
    verbo = "debe oficios sin firmar o sin salir" if n == 1 else "deben oficios sin firmar o sin salir"
    return Frase(f"{cuantos(n, 'expediente', 'expedientes')} {verbo}{de_ellos}.", "deben_oficios", mal=bool(ya))


def _demas(c: Cifras) -> list[Frase]:
    k = c.cuentas
    abiertos = k["abiertos"]
    verbo = "Está abierto" if abiertos == 1 else "Están abiertos"
    vencen = "vence" if k["vencen_7"] == 1 else "vencen"
    proximos = (
        f"En los próximos 7 días {vencen} {cuantos(k['vencen_7'], 'plazo', 'plazos')}; en 30, {k['vencen_30']:,}."
    )
    inicio = "Se inició" if k["iniciados"] == 1 else "Se iniciaron"
    concluyo = "concluyó" if k["concluidos"] == 1 else "concluyeron"
    return [
        Frase(proximos, "vencen_30"),
        Frase(f"{verbo} {cuantos(abiertos, 'expediente', 'expedientes')}.", "abiertos"),
        Frase(f"{inicio} {k['iniciados']:,} y {concluyo} {k['concluidos']:,} en el periodo.", "concluidos"),
    ]
