"""Qué le falta a una tabla para poder publicarse.

Se revisa todo y se devuelve todo: quien transcribe un Manual corrige una vez.
La regla que más protege es la de los bloques: lo que se abre en paralelo se
vuelve a unir antes de terminar o de regresar, de modo que el orden en que
terminan las ramas nunca cambia el final.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence

from modelos.tabla.actividad import Actividad, Ruta, Tipo, es_final, es_grupo
from modelos.tabla.revision_citas import faltas_de_citas
from modelos.tabla.revision_oficios import faltas_de_oficios
from modelos.tabla.revision_plazos import faltas_de_plazos, se_captura
from modelos.tabla.tabla import Tabla
from modelos.tabla.unidades import SIN_CUENTA

_CLAVE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_]*\Z")


def faltas_de_todas(tablas: Sequence[Tabla]) -> list[str]:
    """Lo que impide publicarlas juntas, en frases que dicen de cuál; lista vacía si nada."""
    claves = {tabla.clave for tabla in tablas}
    encontradas = [
        f"«{clave}»: la versión {version} está {veces} veces"
        for (clave, version), veces in Counter((t.clave, t.version) for t in tablas).items()
        if veces > 1
    ]
    encontradas += _repetidas("las siglas", {(t.siglas, t.clave) for t in tablas})
    encontradas += _repetidas("las citas", {(t.mencion.prefijo, t.clave) for t in tablas if t.mencion})
    for tabla in tablas:
        suyas = [*faltas(tabla), *faltas_de_citas(tabla, tablas)]
        suyas += [
            f"la {act.clave} abre «{act.subprocedimiento}», que no está publicado"
            for act in tabla.actividades
            if act.subprocedimiento and act.subprocedimiento not in claves
        ]
        encontradas += [f"«{tabla.clave}» del {tabla.version}: {falta}" for falta in suyas]
    return encontradas


def _repetidas(que: str, usan: set[tuple[str, str]]) -> Iterator[str]:
    """Lo que sólo puede ser de un procedimiento y usan varios. usan: (qué, procedimiento)."""
    for valor, veces in Counter(valor for valor, _ in usan).items():
        if veces > 1:
            suyos = ", ".join(f"«{clave}»" for otro, clave in sorted(usan) if otro == valor)
            yield f"{que} «{valor}» son de varios procedimientos: {suyos}"


def faltas(tabla: Tabla) -> list[str]:
    """Todas las faltas de la tabla, en frases; lista vacía si está bien hecha."""
    if not tabla.actividades:
        return ["no tiene actividades"]
    encontradas = [*_cabecera(tabla), *_claves(tabla), *faltas_de_plazos(tabla)]
    for actividad in tabla.actividades:
        suyas = (
            *_enunciado(tabla, actividad),
            *_congruencia(tabla, actividad),
            *faltas_de_oficios(tabla, actividad),
        )
        encontradas += [f"la {actividad.clave} {falta}" for falta in suyas]
    # Lo que sigue recorre el grafo: sólo tiene sentido si cada destino existe.
    return encontradas or [*_alcance(tabla), *_bloques(tabla)]


def _cabecera(tabla: Tabla) -> Iterator[str]:
    for campo in ("clave", "siglas", "nombre", "codigo", "revision", "fundamento"):
        if not getattr(tabla, campo):
            yield f"le falta {campo}"
    if not _CLAVE.match(tabla.siglas):
        yield "las siglas sólo llevan letras y números"
    if (previo := tabla.precedente) is not None:
        actividad = tabla[previo.actividad] if previo.actividad in tabla else None  # noqa: SIM401 - no tiene get
        if previo.dato not in tabla.datos.model_fields or actividad is None or not actividad.segun:
            yield f"su precedente «{previo.dato}» no es un dato inicial, o su actividad no se reparte según uno"


def _claves(tabla: Tabla) -> Iterator[str]:
    vistas: set[str] = set()
    for actividad in tabla.actividades:
        if actividad.clave in vistas:
            yield f"la clave {actividad.clave} está repetida"
        vistas.add(actividad.clave)
        if not _CLAVE.match(actividad.clave) or actividad.clave.startswith("FIN"):
            yield f"la clave «{actividad.clave}» sólo puede llevar letras y números, y no empezar con FIN"


def _enunciado(tabla: Tabla, act: Actividad) -> Iterator[str]:
    """Lo que la fila dice: qué se hace, en qué se funda y a dónde sale."""
    if not act.accion:
        yield "no dice qué se hace"
    if not act.fundamento and not act.inferido:
        yield "no cita su fundamento ni dice que es inferida"
    if not act.salidas:
        yield "no tiene salidas"
    for etiqueta, ruta in act.salidas.items():
        if not ruta.destinos:
            yield f"tiene la salida «{etiqueta}» sin destino"
        for destino in ruta.destinos:
            if destino not in tabla and not es_final(destino):
                yield f"sale por «{etiqueta}» a «{destino}», que no existe"


def _congruencia(tabla: Tabla, act: Actividad) -> Iterator[str]:
    """Que su tipo, su unidad y sus uniones concuerden con lo que dice."""
    if act.tipo is Tipo.APROBACION and len(act.salidas) < 2:
        yield "es una decisión y sólo tiene una salida"
    if (act.tipo is Tipo.SUBPROCEDIMIENTO) != (act.subprocedimiento is not None):
        yield "debe decir qué subprocedimiento abre, y ser de ese tipo"
    if act.subprocedimiento and len(act.salidas) != 1:
        yield "abre un subprocedimiento: su salida tiene que ser única"
    yield from _automatica(act)
    if act.unidad in SIN_CUENTA and act.captura is None:
        yield f"es de {act.unidad} y no dice qué unidad captura por él"
    yield from _destinatario(act, resuelve_grupo=es_grupo(act.responsable))
    if act.segun and not se_captura(tabla, act.segun):
        yield f"es de quien diga «{act.segun}», que nadie captura"
    for origen in act.une:
        if origen not in tabla:
            yield f"une «{origen}», que no existe"
        elif any(r.destinos != (act.clave,) for r in tabla[origen].salidas.values()):
            yield f"une la {origen}, pero la {origen} también sigue a otra parte"


def _automatica(act: Actividad) -> Iterator[str]:
    if (act.decide is not None) != (act.tipo is Tipo.AUTOMATICA):
        yield "debe decir cómo decide, y ser automática"
    if act.tipo is Tipo.AUTOMATICA and (act.por_cada or act.plazo or act.formulario or act.evidencia):
        yield "es automática: nadie captura ni se le vence nada"


def _destinatario(act: Actividad, *, resuelve_grupo: bool) -> Iterator[str]:
    if act.por_cada and act.segun:
        yield "es por cada unidad y también según un dato: sólo puede ser una de las dos"
    if resuelve_grupo and not (act.por_cada or act.segun):
        yield f"es de {act.responsable} y no dice cuál: use por_cada o segun"
    if not resuelve_grupo and act.por_cada:
        yield f"es de {act.responsable}, que es una sola unidad: no lleva por_cada"
    if act.por_cada:
        if act.por_cada.grupo is not act.responsable:
            yield "reparte a un grupo distinto de su unidad"
        if len(act.salidas) != 1:
            yield "es por cada unidad: su salida tiene que ser única"
        if (act.por_cada.union == "cuorum") != (act.por_cada.n > 0):
            yield "lleva cuórum y su número, o ninguno de los dos"


def _alcance(tabla: Tabla) -> Iterator[str]:
    siguientes = {act.clave: {d for r in act.salidas.values() for d in r.destinos} for act in tabla.actividades}
    alcanzadas = _recorrer(tabla.inicio.clave, siguientes)
    for actividad in tabla.actividades:
        if actividad.clave not in alcanzadas:
            yield f"a la {actividad.clave} no se llega desde la primera"
    for actividad in tabla.actividades:
        faltan = set(tabla.finales) - _recorrer(actividad.clave, siguientes)
        if not tabla.finales or faltan == set(tabla.finales):
            yield f"desde la {actividad.clave} no se llega a ningún final"


def _recorrer(desde: str, siguientes: dict[str, set[str]]) -> set[str]:
    vistos, cola = {desde}, deque([desde])
    while cola:
        for destino in siguientes.get(cola.popleft(), set()):
            if destino not in vistos:
                vistos.add(destino)
                cola.append(destino)
    return vistos


def _bloques(tabla: Tabla) -> Iterator[str]:
    uniones = {act.clave for act in tabla.actividades if act.une}
    usadas: set[str] = set()
    for actividad in tabla.actividades:
        for etiqueta, ruta in actividad.salidas.items():
            if len(ruta.destinos) > 1:
                salida = f"la {actividad.clave} abre ramas paralelas por «{etiqueta}»"
                usadas |= {d for rama in ruta.destinos for d in _rama(tabla, rama, uniones)[1]}
                yield from (f"{salida} que {falta}" for falta in _ramas(tabla, ruta, uniones))
            elif ruta.destinos[0] in uniones and actividad.clave not in tabla[ruta.destinos[0]].une:
                yield f"la {actividad.clave} entra a la {ruta.destinos[0]}, que sólo se abre al unir sus ramas"
    for huerfana in sorted(uniones - usadas):
        yield f"la {huerfana} une ramas que nadie abre"


def _ramas(tabla: Tabla, ruta: Ruta, uniones: set[str]) -> Iterator[str]:
    recorridas = [_rama(tabla, destino, uniones) for destino in ruta.destinos]
    llegadas = set().union(*(fin for _, fin in recorridas))
    if any(es_final(fin) for fin in llegadas):
        yield "terminan sin haberse unido"
    elif len(llegadas) != 1:
        yield "no se unen en una misma actividad (no puede haber ramas paralelas dentro de otras)"
    else:
        union = tabla[llegadas.pop()]
        # Cada rama debe aportar exactamente una llegada, o la unión no se abriría nunca.
        aportes = [visitadas & set(union.une) for visitadas, _ in recorridas]
        if any(len(aporte) != 1 for aporte in aportes) or len(set().union(*aportes)) != len(union.une):
            yield f"no llegan una por una a la {union.clave}"
    visitadas = [nodos for nodos, _ in recorridas]
    for nodos in visitadas:
        yield from _intrusas(tabla, ruta, nodos)
    if sum(len(nodos) for nodos in visitadas) != len(set().union(*visitadas)):
        yield "comparten actividades antes de unirse"


def _intrusas(tabla: Tabla, apertura: Ruta, rama: set[str]) -> Iterator[str]:
    """Quien entra a media rama sin haber abierto las demás: la unión esperaría por siempre."""
    if tabla.inicio.clave in rama:
        yield f"se interrumpen: la tabla empieza en la {tabla.inicio.clave}, que es de una de ellas"
    for actividad in tabla.actividades:
        if actividad.clave in rama:
            continue
        for etiqueta, ruta in actividad.salidas.items():
            entradas = rama & set(ruta.destinos)
            if entradas and set(ruta.destinos) != set(apertura.destinos):
                entrada = min(entradas)
                yield f"se interrumpen: la {actividad.clave} entra a la {entrada} por «{etiqueta}» sin abrir las demás"


def _rama(tabla: Tabla, desde: str, uniones: set[str]) -> tuple[set[str], set[str]]:
    """Lo que recorre una rama hasta su unión: (actividades, uniones o finales a que llega)."""
    nodos: set[str] = set()
    fines: set[str] = set()
    cola = deque([desde])
    while cola:
        clave = cola.popleft()
        if clave in uniones or clave not in tabla:
            fines.add(clave)
        elif clave not in nodos:
            nodos.add(clave)
            cola.extend(d for r in tabla[clave].salidas.values() for d in r.destinos)
    return nodos, fines
