"""Qué haría una carga: cada renglón contra lo que ya hay, nuevo, cambia o igual; y todas sus faltas a la vez.

No escribe nada. Quien confirma lo hace con la `huella` de lo que vio: si mientras tanto cambió algo, se vuelve a ver.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from modelos import reloj
from modelos.administracion.carga import hojas
from modelos.administracion.carga.hojas import ADSCRIPCIONES, PERSONAS, UNIDADES, Defecto, Libro, RenglonDeHoja
from modelos.administracion.carga.vigencias import Llave, Vigencias
from modelos.administracion.personas import falta_de_ultimo_dia
from modelos.errores import FormularioIncompleto
from modelos.escritura import limpiar_texto
from modelos.expedientes.bitacora import canonico
from modelos.organizacion.correos import normalizado
from modelos.organizacion.organigrama import (
    Adscripcion,
    Persona,
    Unidad,
    es_de_demostracion,
    falta_de_nombre,
    faltas_de_cast,
    faltas_de_persona,
)
from modelos.organizacion.permisos import Rol
from modelos.organizacion.vigencia import dura_mas, ha_acabado
from modelos.tabla.unidades import TipoUnidad

SU_PAGINA = "en su página, con su motivo"


class QueSeHace(StrEnum):
    """Lo que pasaría con un renglón."""

    NUEVO = "nuevo"
    CAMBIA = "cambia"
    IGUAL = "igual"


@dataclass(frozen=True)
class Paso:
    """Lo que se haría con un renglón.

    nombre: cómo se lee. cambios: (columna, antes, ahora). datos: lo ya entendido, para hacerlo.
    id: el de la adscripción que cambia, si es una.
    """

    renglon: RenglonDeHoja
    que: QueSeHace
    nombre: str
    cambios: tuple[tuple[str, str, str], ...] = ()
    datos: Mapping[str, str] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True)
class Plan:
    """Lo que haría la carga. Con faltas no se puede hacer."""

    pasos: Sequence[Paso]
    faltas: Sequence[Defecto]
    notas: Sequence[str]

    def de(self, hoja: str, que: QueSeHace | None = None) -> list[Paso]:
        """Los pasos de una hoja, o sólo los que son nuevos, cambian o quedan igual."""
        return [p for p in self.pasos if p.renglon.hoja == hoja and que in (None, p.que)]

    @property
    def hace_algo(self) -> bool:
        """Si cambiaría algo."""
        return any(p.que is not QueSeHace.IGUAL for p in self.pasos)

    @property
    def huella(self) -> str:
        """Cambia si cambia lo que se haría."""
        partes = [[p.renglon.hoja, p.que.value, p.nombre, [list(c) for c in p.cambios], p.datos] for p in self.pasos]
        return hashlib.sha256(canonico(partes).encode()).hexdigest()


def planear(s: Session, libro: Libro, quien: int | None) -> Plan:
    """Revisa un libro entero. quien: la persona que carga, que no puede darse roles ni quitarse la administración."""
    renglones, sucias = _limpios(libro)
    revision = _Revision(s, replace(libro, renglones=renglones), quien)
    sucios = {(f.hoja, f.numero) for f in sucias}
    for renglon in renglones:
        if (renglon.hoja, renglon.numero) not in sucios:
            revision.revisar(renglon)
    revision.revisar_el_conjunto()
    orden = list(hojas.HOJAS)
    faltas = sorted([*sucias, *revision.faltas], key=lambda f: (orden.index(f.hoja), f.numero))
    malos = {(f.hoja, f.numero) for f in faltas}
    pasos = [p for p in revision.pasos if (p.renglon.hoja, p.renglon.numero) not in malos]
    return Plan(pasos, [*libro.faltas, *faltas], [*libro.notas, *revision.notas()])


def _limpios(libro: Libro) -> tuple[list[RenglonDeHoja], list[Defecto]]:
    """Los renglones sin caracteres invisibles, y las faltas de los que traen lo que ninguna base guarda."""
    limpios, faltas = [], []
    for renglon in libro.renglones:
        valores = dict(renglon.valores)
        for campo, valor in valores.items():
            try:
                valores[campo] = limpiar_texto(campo, valor).strip()
            except FormularioIncompleto as error:
                faltas.append(libro.falta(renglon, campo, error.campos[campo]))
        limpios.append(replace(renglon, valores=valores))
    return limpios, faltas


class _Revision:
    """Lo que hay en la base y lo que va apareciendo en el libro, para revisar cada renglón contra ambos."""

    def __init__(self, s: Session, libro: Libro, quien: int | None) -> None:
        self.libro, self.quien, self.hoy = libro, quien, reloj.hoy()
        self.faltas: list[Defecto] = []
        self.pasos: list[Paso] = []
        self._mal = False
        self.unidades = {u.clave: u for u in s.scalars(select(Unidad))}
        self.estatales = {c for c, u in self.unidades.items() if u.tipo == TipoUnidad.ESTATAL.value}
        self.personas = {p.correo: p for p in s.scalars(select(Persona))}
        self.reservados = es_de_demostracion(s)
        de_correo = {p.id: correo for correo, p in self.personas.items()}
        self.propio = de_correo.get(quien, "") if quien else ""
        self.suyas: dict[Llave, list[Adscripcion]] = {}
        for fila in s.scalars(select(Adscripcion)):
            self.suyas.setdefault((de_correo[fila.persona_id], fila.unidad, fila.rol), []).append(fila)
        self.vigencias = Vigencias(self.suyas)
        # Las que trae el libro aunque vengan después: el orden de las hojas no importa.
        self.nuevas_unidades = {_clave(r) for r in libro.de(UNIDADES)} - set(self.unidades)
        self.nuevas_personas = {_correo(r) for r in libro.de(PERSONAS)} - set(self.personas)
        self.con_unidad: set[str] = set()
        self.vistos: dict[tuple[str, ...], RenglonDeHoja] = {}

    def revisar(self, renglon: RenglonDeHoja) -> None:
        """Agrega su paso, o sus faltas."""
        self._mal = False
        for columna in hojas.HOJAS[renglon.hoja]:
            if columna.obligatoria and not renglon.texto(columna.campo):
                self.falta(renglon, columna.campo, "es obligatoria")
        if self._mal:
            return
        de_hoja: dict[str, Callable[[RenglonDeHoja], Paso]] = {
            UNIDADES: self._unidad,
            PERSONAS: self._persona,
            ADSCRIPCIONES: self._adscripcion,
        }
        paso = de_hoja[renglon.hoja](renglon)
        if not self._mal:
            self.pasos.append(paso)

    def revisar_el_conjunto(self) -> None:
        """Lo que sólo se sabe con todo el libro leído: que nada se encime y que quede quien administre."""
        for reparo in self.vigencias.encimes():
            self.falta(*reparo)
        activas = {correo for correo, persona in self.personas.items() if persona.activa} | self.nuevas_personas
        for reparo in self.vigencias.sin_administracion(activas, self.hoy):
            self.falta(*reparo)

    def falta(self, renglon: RenglonDeHoja, campo: str, que: str) -> None:
        """Anota una falta del renglón en curso."""
        self._mal = True
        self.faltas.append(self.libro.falta(renglon, campo, que))

    def notas(self) -> list[str]:
        """Lo que no impide cargar y conviene saber."""
        solas = len(self.nuevas_personas - self.con_unidad)
        if not solas:
            return []
        if solas == 1:
            return ["1 persona nueva no tiene adscripción en este archivo: podrá entrar, pero no verá nada."]
        return [f"{solas} personas nuevas no tienen adscripción en este archivo: podrán entrar, pero no verán nada."]

    def _repetido(self, renglon: RenglonDeHoja, campo: str, *llave: str) -> bool:
        antes = self.vistos.setdefault((renglon.hoja, *llave), renglon)
        if antes is not renglon:
            self.falta(renglon, campo, f"repite el renglón {antes.numero}; deje sólo uno")
        return antes is not renglon

    # --- unidades ---

    def _unidad(self, r: RenglonDeHoja) -> Paso:
        clave, nombre = _clave(r), " ".join(r.texto("nombre").split())
        self._repetido(r, "clave", clave)
        activa, por_confirmar = self._si_o_no(r, "activa"), self._si_o_no(r, "por_confirmar")
        previa = self.unidades.get(clave)
        if previa is None:
            return self._unidad_nueva(r, clave, nombre, activa=activa)
        depende_de = r.texto("depende_de") or previa.depende_de or ""
        self._exigir_que_sea_la_misma(r, previa, nombre, depende_de)
        self._exigir_su_estado(r, previa, activa=activa, por_confirmar=por_confirmar)
        confirma = por_confirmar is False and previa.por_confirmar
        datos = {"clave": clave, "nombre": nombre, "depende_de": depende_de, "confirmada": "sí" if confirma else ""}
        cambios = _cambios(previa, nombre, depende_de, confirma=confirma)
        return Paso(r, QueSeHace.CAMBIA if cambios else QueSeHace.IGUAL, f"{clave}, {previa.nombre}", cambios, datos)

    def _exigir_que_sea_la_misma(self, r: RenglonDeHoja, previa: Unidad, nombre: str, depende_de: str) -> None:
        """Que ni su tipo ni aquélla de que depende cambien por lo que no pueden, y que su nombre sirva."""
        if r.texto("tipo") and hojas.plegado(r.texto("tipo")) != previa.tipo:
            self.falta(r, "tipo", f"{previa.clave} es de tipo {previa.tipo}; el tipo no se cambia")
        if falta := falta_de_nombre(nombre):
            self.falta(r, "nombre", falta)
        if depende_de == (previa.depende_de or ""):
            return
        if previa.tipo != TipoUnidad.CAST.value:
            self.falta(r, "depende_de", "sólo se cambia la de un CAST")
        elif depende_de not in self.estatales:
            self.falta(r, "depende_de", "no es una unidad estatal: CE-01 … CE-32, UODCDMX o RCEO")

    def _exigir_su_estado(
        self, r: RenglonDeHoja, previa: Unidad, *, activa: bool | None, por_confirmar: bool | None
    ) -> None:
        if activa is not None and activa != previa.activa:
            acto = "se reactiva" if activa else "se da de baja"
            self.falta(r, "activa", f"{previa.clave} {acto} {SU_PAGINA}; aquí deje lo que dice hoy o nada")
        if por_confirmar and not previa.por_confirmar:
            self.falta(r, "por_confirmar", "su nombre ya está confirmado; ponga No o nada")

    def _unidad_nueva(self, r: RenglonDeHoja, clave: str, nombre: str, *, activa: bool | None) -> Paso:
        if r.texto("tipo") and hojas.plegado(r.texto("tipo")) != TipoUnidad.CAST.value:
            self.falta(r, "tipo", "sólo se dan de alta CAST; las demás unidades las traen los documentos")
        for campo, que in faltas_de_cast(clave, nombre, r.texto("depende_de"), self.estatales).items():
            self.falta(r, campo, que)
        if activa is False:
            self.falta(r, "activa", "una unidad nueva empieza activa; ponga Sí o nada")
        datos = {"clave": clave, "nombre": nombre, "depende_de": r.texto("depende_de")}
        return Paso(r, QueSeHace.NUEVO, f"{clave}, {nombre}, que depende de {datos['depende_de']}", (), datos)

    # --- personas ---

    def _persona(self, r: RenglonDeHoja) -> Paso:
        correo, nombre = _correo(r), " ".join(r.texto("nombre").split())
        self._repetido(r, "correo", correo)
        ya = correo if correo in self.personas else None
        for campo, que in faltas_de_persona(correo, nombre, ya=ya, reservados=self.reservados).items():
            self.falta(r, campo, que)
        activa, datos = self._si_o_no(r, "activa"), {"correo": correo, "nombre": nombre}
        previa = self.personas.get(correo)
        if previa is None:
            if activa is False:
                self.falta(r, "activa", "una persona nueva empieza activa; ponga Sí o nada")
            return Paso(r, QueSeHace.NUEVO, f"{nombre}, {correo}", (), datos)
        if activa is not None and activa != previa.activa:
            acto = "se reactiva" if activa else "se da de baja"
            self.falta(r, "activa", f"{acto} {SU_PAGINA}; aquí deje lo que dice hoy o nada")
        if nombre == previa.nombre:
            return Paso(r, QueSeHace.IGUAL, f"{nombre}, {correo}", (), datos)
        return Paso(r, QueSeHace.CAMBIA, correo, ((hojas.titulo(PERSONAS, "nombre"), previa.nombre, nombre),), datos)

    # --- adscripciones ---

    def _adscripcion(self, r: RenglonDeHoja) -> Paso:
        correo, unidad, rol = _correo(r), r.texto("unidad").upper(), _rol(r)
        self._exigir_que_existan(r, correo, unidad, rol)
        desde, hasta = self._fecha(r, "desde"), self._fecha(r, "hasta")
        if self._mal:
            return Paso(r, QueSeHace.IGUAL, "")
        suyas = self.suyas.get((correo, unidad, rol), [])
        previa = _la_misma(suyas, desde, self.hoy)
        if previa is not None and "hasta" not in self.libro.letras.get(ADSCRIPCIONES, {}):
            hasta = previa.hasta  # sin esa columna no se dice nada de su último día
        primer_dia = previa.desde if previa else desde or self.hoy
        repetido = self._repetido(r, "correo", correo, unidad, rol, primer_dia.isoformat())
        al_reves = ha_acabado(hasta, primer_dia)
        if al_reves:
            self.falta(r, "hasta", f"no puede ser anterior a {primer_dia:%Y-%m-%d}, el día en que empieza")
        self.con_unidad.add(correo)
        nombre = f"{correo} en {unidad}, {rol}, desde {primer_dia:%Y-%m-%d}"
        datos = _datos((correo, unidad, rol), primer_dia, hasta)
        if previa is not None:
            return self._adscripcion_previa(r, nombre, datos, previa, hasta)
        if not repetido and not al_reves:
            self.vigencias.alta((correo, unidad, rol), primer_dia, hasta, r)
        return self._adscripcion_nueva(r, nombre, datos, hasta)

    def _adscripcion_previa(
        self, r: RenglonDeHoja, nombre: str, datos: dict[str, str], previa: Adscripcion, hasta: date | None
    ) -> Paso:
        if previa.hasta == hasta:
            return Paso(r, QueSeHace.IGUAL, nombre, (), datos, previa.id or 0)
        self._exigir_ultimo_dia(r, previa, hasta)
        if not self._mal:
            self.vigencias.cambio(previa, hasta, r)
        cambio = (hojas.titulo(ADSCRIPCIONES, "hasta"), _dia(previa.hasta), _dia(hasta))
        return Paso(r, QueSeHace.CAMBIA, nombre, (cambio,), datos, previa.id or 0)

    def _exigir_que_existan(self, r: RenglonDeHoja, correo: str, unidad: str, rol: str) -> None:
        if correo not in self.personas and correo not in self.nuevas_personas:
            self.falta(r, "correo", "no hay una persona con ese correo, ni en la hoja Personas")
        if unidad not in self.unidades and unidad not in self.nuevas_unidades:
            self.falta(r, "unidad", f"no existe «{unidad[:40]}», ni en la hoja Unidades")
        if rol not in set(Rol):
            self.falta(r, "rol", f"debe ser uno de: {', '.join(Rol)}")

    def _exigir_ultimo_dia(self, r: RenglonDeHoja, previa: Adscripcion, hasta: date | None) -> None:
        persona = self.personas[_correo(r)]
        if falta := falta_de_ultimo_dia(previa, hasta, (), activa=persona.activa):
            self.falta(r, "hasta", falta)
        if previa.persona_id != self.quien:
            return
        if previa.rol == Rol.ADMINISTRACION and hasta is not None:
            self.falta(r, "hasta", "es su propia administración; pida a otra persona que se la retire")
        elif dura_mas(hasta, previa.hasta):
            self.falta(r, "hasta", "es suya; pida a otra persona de la administración que se la alargue")

    def _adscripcion_nueva(self, r: RenglonDeHoja, nombre: str, datos: dict[str, str], hasta: date | None) -> Paso:
        persona, unidad = self.personas.get(datos["correo"]), self.unidades.get(datos["unidad"])
        if datos["correo"] == self.propio:
            self.falta(r, "correo", "es usted; pida a otra persona de la administración que se la dé")
        if persona is not None and not persona.activa:
            self.falta(r, "correo", "está de baja; primero reactívela en su página")
        if unidad is not None and not unidad.activa:
            self.falta(r, "unidad", f"{datos['unidad']} está de baja; elija otra")
        fin = f" hasta {hasta:%Y-%m-%d}" if hasta else ""
        return Paso(r, QueSeHace.NUEVO, f"{nombre}{fin}", (), datos)

    # --- celdas ---

    def _fecha(self, r: RenglonDeHoja, campo: str) -> date | None:
        try:
            return hojas.fecha(r.texto(campo))
        except ValueError as error:
            self.falta(r, campo, str(error))
            return None

    def _si_o_no(self, r: RenglonDeHoja, campo: str) -> bool | None:
        try:
            return hojas.si_o_no(r.texto(campo))
        except ValueError as error:
            self.falta(r, campo, str(error))
            return None


def _la_misma(suyas: Sequence[Adscripcion], desde: date | None, hoy: date) -> Adscripcion | None:
    """La que ya hay y de la que habla el renglón: la que empieza ese día; sin día, la que rige o está por regir."""
    guardadas = [fila for fila in suyas if fila.id is not None]
    if desde is not None:
        return next((fila for fila in guardadas if fila.desde == desde), None)
    vivas = [fila for fila in guardadas if not ha_acabado(fila.hasta, hoy)]
    return min(vivas, key=lambda fila: fila.desde, default=None)


def _datos(llave: Llave, desde: date, hasta: date | None) -> dict[str, str]:
    correo, unidad, rol = llave
    dias = {"desde": desde.isoformat(), "hasta": hasta.isoformat() if hasta else ""}
    return {"correo": correo, "unidad": unidad, "rol": rol, **dias}


def _cambios(previa: Unidad, nombre: str, depende_de: str, *, confirma: bool) -> tuple[tuple[str, str, str], ...]:
    """(columna, antes, ahora) de lo que cambiaría de una unidad."""
    columnas = (
        ("nombre", previa.nombre, nombre),
        ("depende_de", previa.depende_de or "", depende_de),
        ("por_confirmar", "sí" if previa.por_confirmar else "no", "no" if confirma else ""),
    )
    return tuple((hojas.titulo(UNIDADES, c), antes, ahora) for c, antes, ahora in columnas if ahora and antes != ahora)


def _clave(r: RenglonDeHoja) -> str:
    return r.texto("clave").upper()


def _correo(r: RenglonDeHoja) -> str:
    return normalizado(r.texto("correo"))


def _rol(r: RenglonDeHoja) -> str:
    """«Operación: atiende…» también se entiende."""
    return hojas.plegado(r.texto("rol").partition(":")[0])


def _dia(dia: date | None) -> str:
    return dia.isoformat() if dia else "sin fin"
