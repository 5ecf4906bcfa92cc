"""El diagrama como SVG: para quien no tiene JavaScript, para imprimirlo y para el PDF.

Sin hojas de estilo ni `style=`: los colores van en atributos, así que vale igual en una página con política
estricta que dentro de un PDF. Lo que se colorea lleva además un signo y palabras.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

from modelos.bpmn import palabras
from modelos.bpmn.cajas import CHICA, MARGEN_CARRIL, RENGLON, TITULO, Caja, Disposicion
from modelos.bpmn.disposicion import disponer
from modelos.bpmn.estados import Estado, Marca, marcas, marcas_de_calor
from modelos.bpmn.figuras import EVENTOS, GUINDA, LINEA, ROMBOS, TENUE, TINTA, TONOS, evento, punta, rombo, texto
from modelos.bpmn.grafo import Clase, Nodo, grafo
from modelos.bpmn.letras import ancho, renglones
from modelos.tabla import Tabla, Unidad
from modelos.tabla.actividad import Actividad

CABEZA = TITULO + MARGEN_CARRIL - 12
"""Lo que ocupan el título y los nombres de los carriles, que se repiten en cada parte."""
LETRA = 'font-family="Noto Sans, Arial, Helvetica, sans-serif"'
_CUERPO, _RENGLON = 11.5, 14


def svg(
    tabla: Tabla,
    estados: Mapping[str, Estado] | None = None,
    calor: Mapping[str, tuple[float, str]] | None = None,
    prefijo: str = "diagrama",
    parte: tuple[float, float] | None = None,
) -> str:
    """El dibujo entero, o la `parte` entre dos x (`partes`), con sus carriles nombrados.

    Recibe:
        estados: por clave de actividad (`estados.estados`); calor: valor y texto por clave. Uno de los dos, o ninguno.
        prefijo: con qué empiezan sus identificadores; distinto en cada diagrama de una misma página.
    """
    d = disponer(grafo(tabla))
    hechas = marcas(estados) if estados else marcas_de_calor(calor) if calor else {}
    desde, hasta = parte or (CABEZA, d.ancho)
    w, ancho_ = hasta - desde + CABEZA, f"{hasta - desde:g}"
    cabeza = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w:g}" height="{d.alto:g}" viewBox="0 0 {w:g} {d.alto:g}" '
        f'role="img" aria-labelledby="{prefijo}-titulo {prefijo}-desc" {LETRA} font-size="{CHICA}" fill="{TINTA}">'
    )
    pedazos = [
        cabeza,
        f'<title id="{prefijo}-titulo">{escape(f"Diagrama de «{tabla.nombre}»")}</title>',
        f'<desc id="{prefijo}-desc">{escape(describir(tabla, hechas))}</desc>',
        *_carriles(d, w),
        f'<svg x="{CABEZA}" width="{ancho_}" height="{d.alto:g}" viewBox="{desde:g} 0 {ancho_} {d.alto:g}">',
        *_flechas(d),
        *(p for nodo in d.grafo.nodos for p in _nodo(d, nodo, hechas)),
        *_rotulos(d),
        "</svg></svg>",
    ]
    return "".join(pedazos)


def partes(tabla: Tabla, maximo: float, proporcion: float = 0) -> list[tuple[float, float]]:
    """Las partes en que se corta el dibujo para que ninguna pase de ese ancho; ninguna corta un elemento.

    proporcion: de un dibujo tan alto que así sobraría hoja a lo ancho, cada parte puede llegar a `alto * proporcion`.
    """
    d = disponer(grafo(tabla))
    maximo = max(maximo, d.alto * proporcion)
    cortes, hechas = [*d.cortes[1:-1], d.ancho], []
    inicio, ultimo = float(CABEZA), float(CABEZA)
    for corte in cortes:
        if corte - inicio > maximo - CABEZA and ultimo > inicio:
            hechas.append((inicio, ultimo))
            inicio = ultimo
        ultimo = corte
    return [*hechas, (inicio, d.ancho)]


def describir(tabla: Tabla, hechas: Mapping[str, Marca] | None = None) -> str:
    """El diagrama en una frase, para quien no lo ve; la lista de pasos lo dice entero."""
    unidades = dict.fromkeys(a.unidad.value for a in tabla.actividades)
    frase = (
        f"{len(tabla.actividades)} actividades en {len(unidades)} {'carril' if len(unidades) == 1 else 'carriles'}: "
        f"{', '.join(unidades)}. Los pasos están en la lista."
    )
    ahora = [f"{a.numero_impreso or a.clave}, {a.unidad}: {m.frase}" for a, m in _actuales(tabla, hechas or {})]
    return f"{frase} En curso: {'; '.join(ahora)}." if ahora else frase


def _actuales(tabla: Tabla, hechas: Mapping[str, Marca]) -> Iterator[tuple[Actividad, Marca]]:
    for act in tabla.actividades:
        if act.clave in hechas and hechas[act.clave].tono in ("actual", "vencida"):
            yield act, hechas[act.clave]


def _carriles(d: Disposicion, w: float) -> Iterator[str]:
    yield f'<rect x="0.5" y="0.5" width="{w - 1:g}" height="{d.alto - 1:g}" fill="#fff" stroke="{LINEA}"/>'
    yield f'<rect x="0.5" y="0.5" width="{TITULO}" height="{d.alto - 1:g}" fill="{GUINDA}"/>'
    nombre = renglones(d.grafo.tabla.nombre, d.alto - 20, 13, 1)[0]
    yield (
        f'<text transform="translate({TITULO / 2 + 5:g} {d.alto / 2:g}) rotate(-90)" text-anchor="middle" '
        f'font-size="13" font-weight="bold" fill="#fff">{escape(nombre)}</text>'
    )
    for n, (sigla, caja) in enumerate(d.carriles.items()):
        fondo = "#faf8f4" if n % 2 else "#fff"
        for banda, color in ((w - TITULO - 1, fondo), (CABEZA - TITULO, "#f3e9d2")):
            medidas = f'x="{TITULO}" y="{caja.y:g}" width="{banda:g}" height="{caja.h:g}"'
            yield f'<rect {medidas} fill="{color}" stroke="{LINEA}"/>'
        cuerpo = 13 if ancho(sigla, 13) < CABEZA - TITULO - 4 else 10
        yield (
            f'<text x="{(TITULO + CABEZA) / 2:g}" y="{caja.cy + 5:g}" text-anchor="middle" font-weight="bold" '
            f'font-size="{cuerpo}"><title>{escape(palabras.unidad(Unidad(sigla)))}</title>{escape(sigla)}</text>'
        )


def _flechas(d: Disposicion) -> Iterator[str]:
    for flujo in d.grafo.flujos:
        puntos = d.flechas[flujo.id]
        color = "#7a4a00" if flujo.regresa else "#3d4347"
        camino = " ".join(f"{'L' if n else 'M'}{x:g} {y:g}" for n, (x, y) in enumerate(puntos))
        yield f'<path d="{camino}" fill="none" stroke="{color}" stroke-width="1.4"/>'
        yield punta(puntos[-2], puntos[-1], color)
    for nota in d.notas:
        tarea, caja = d.cajas[nota.de], nota.caja
        x, y = (caja.cx, caja.y + caja.h) if caja.y < tarea.y else (caja.x, caja.y)
        hasta = tarea.y if caja.y < tarea.y else tarea.y + tarea.h
        yield f'<path d="M{x:g} {y:g}L{x:g} {hasta:g}" stroke="{TENUE}" stroke-dasharray="2 3"/>'


def _nodo(d: Disposicion, nodo: Nodo, hechas: Mapping[str, Marca]) -> Iterator[str]:
    caja = d.cajas[nodo.id]
    yield f'<g data-elemento="{nodo.id}">'
    if nodo.clase is Clase.TAREA and nodo.actividad:
        yield from _tarea(nodo.actividad, caja, hechas.get(nodo.actividad.clave))
    elif nodo.clase in ROMBOS:
        yield rombo(nodo.clase, caja)
    elif nodo.clase in EVENTOS:
        yield evento(nodo.clase, caja, alcanzado=nodo.id in hechas)
    yield "</g>"


def _tarea(act: Actividad, caja: Caja, marca: Marca | None) -> Iterator[str]:
    fondo, borde, grueso = TONOS[marca.tono if marca else ""]
    grueso = max(grueso, 3.0) if act.subprocedimiento else grueso
    yield f"<title>{escape(f'{palabras.titulo(act)}: {act.accion}')}</title>"
    yield (
        f'<rect x="{caja.x:g}" y="{caja.y:g}" width="{caja.w:g}" height="{caja.h:g}" rx="8" fill="{fondo}" '
        f'stroke="{borde}" stroke-width="{grueso:g}"/>'
    )
    oscuro = marca is not None and marca.tono in ("calor-4", "calor-5")
    tinta = "#fff" if oscuro else TINTA
    yield texto(caja.x + 10, caja.y + 18, palabras.titulo(act), CHICA, "#fff" if oscuro else GUINDA, negritas=True)
    for n, linea in enumerate(renglones(act.accion.rstrip("."), caja.w - 18, _CUERPO, 5)):
        yield texto(caja.x + 10, caja.y + 35 + n * _RENGLON, linea, _CUERPO, tinta)
    if act.por_cada:  # las tres barras de «uno por cada unidad»
        for n in (-5, 0, 5):
            yield f'<path d="M{caja.x + caja.w - 16 + n:g} {caja.y + 9:g}v10" stroke="{tinta}" stroke-width="2"/>'
    if act.subprocedimiento:
        x, y = caja.x + caja.w - 22, caja.y + 7
        mas = f"M{x:g} {y:g}h14v14h-14zM{x + 7:g} {y + 3:g}v8M{x + 3:g} {y + 7:g}h8"
        yield f'<path d="{mas}" fill="none" stroke="{tinta}"/>'
    if marca and marca.texto:
        yield from _insignia(marca, caja, borde)


def _insignia(marca: Marca, caja: Caja, borde: str) -> Iterator[str]:
    """La pastilla sobre el borde de arriba: el signo y las palabras del estado."""
    dicho = renglones(f"{marca.signo} {marca.texto}", caja.w - 30, CHICA, 1)[0]
    w = ancho(dicho, CHICA) + 14
    lleno = marca.tono in ("hecha", "actual", "vencida")
    yield (
        f'<rect x="{caja.x + 8:g}" y="{caja.y - 14:g}" width="{w:g}" height="18" rx="9" '
        f'fill="{borde if lleno else "#fff"}" stroke="{borde}"/>'
    )
    yield texto(caja.x + 15, caja.y - 1, dicho, CHICA, "#fff" if lleno else TINTA, negritas=True)


def _rotulos(d: Disposicion) -> Iterator[str]:
    for rotulo in d.rotulos:
        caja = rotulo.caja
        for n, linea in enumerate(rotulo.lineas):
            x, y = (caja.cx if rotulo.al_centro else caja.x + 1), caja.y + 10 + n * RENGLON
            yield texto(x, y, linea, rotulo.cuerpo, TINTA, al_centro=rotulo.al_centro)
    for nota in d.notas:
        caja = nota.caja
        yield f"<g><title>{escape(nota.entero)}</title>"
        yield (
            f'<rect x="{caja.x:g}" y="{caja.y:g}" width="{caja.w:g}" height="{caja.h:g}" rx="3" '
            f'fill="#fbf5e4" stroke="#a57f2c"/>'
        )
        yield texto(caja.cx, caja.y + 14, nota.texto, CHICA, TINTA, al_centro=True)
        yield "</g>"
