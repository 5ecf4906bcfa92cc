"""Una instancia con tablas inventadas que tienen plazos, para probar qué les hacen los días inhábiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import Field
from sqlalchemy import select
from sqlmodel import col

from modelos import reloj, sesion
from modelos.actos.administracion import dias as publicaciones
from modelos.actos.plazos import recuento
from modelos.actos.turnos import apertura
from modelos.actos.turnos.mover import Contexto
from modelos.comprobacion.verificacion import verificar
from modelos.dias.archivo import Escrito
from modelos.dias.dia import Publicacion, orden_vigente
from modelos.dias.efectos import Efectos, efectos
from modelos.expedientes.bitacora import Asiento
from modelos.organizacion.organigrama import Adscripcion, armar_quien, por_correo
from modelos.plazos.plazo import Plazo
from modelos.tabla import (
    Catalogo,
    DatosIniciales,
    Dias,
    EnVentana,
    PorCada,
    ReglaPlazo,
    Tabla,
    UltimoHabilDelMes,
    Unidad,
)
from tareas.recuento import Avance, recontar_pendientes
from tests.accesorios.fabricas import Instancia
from tests.accesorios.tablas.hechura import actividad, poda


class Mes(DatosIniciales):
    """El mes de que se trata."""

    periodo: str = Field("2026-12", title="Periodo")


def regla(cuenta: Any) -> ReglaPlazo:
    return ReglaPlazo("PL-01", "respuesta", cuenta, "Manual inventado, p. 22")


def una(clave: str, *actividades: Any, **cabecera: Any) -> Tabla:
    return poda(*actividades, clave=clave, siglas=clave, **cabecera)


NOVENTA = una("PODA", actividad("1", plazo=regla(Dias(90))))
DE_ESTADOS = una("PODE", actividad("1", unidad=Unidad.CE, por_cada=PorCada(Unidad.CE), plazo=regla(Dias(10))))
DE_CENTROS = una("PODC", actividad("1", unidad=Unidad.CAST, por_cada=PorCada(Unidad.CAST), plazo=regla(Dias(10))))
DEL_MES = una("PODM", actividad("1", plazo=regla(UltimoHabilDelMes())), datos=Mes)
DE_MAYO = una("PODV", actividad("1", plazo=regla(EnVentana(5))), datos=Mes)
MIO = Catalogo((NOVENTA, DE_ESTADOS, DE_CENTROS, DEL_MES, DE_MAYO))
AGOSTO = "2026-08-31T10:00:00-06:00"
VACACIONES = Escrito("", "2026-12-21", "2027-01-01", "vacaciones_generales", "nacional", "", "Invierno", "Acuerdo 1")


@dataclass
class Mesa:
    """La instancia, con las tablas de esta prueba."""

    instancia: Instancia

    def abrir(self, tabla: Tabla, cuando: str = AGOSTO, **datos: Any) -> str:
        with sesion.transaccion(self.instancia.url) as s:
            ctx = Contexto(s, MIO, None, datetime.fromisoformat(cuando))
            return apertura.abrir(ctx, tabla, "Prueba", datos).folio

    def actuar(self, que: Callable[[Contexto], Any], alias: str = "administracion") -> Any:
        with sesion.transaccion(self.instancia.url) as s:
            persona = por_correo(s, f"{alias}@demo.local")
            assert persona
            # Sin mirar desde cuándo: las cuentas nacen hoy, y el reloj de la prueba está en otro día.
            suyas = select(col(Adscripcion.unidad), col(Adscripcion.rol)).where(
                col(Adscripcion.persona_id) == persona.id
            )
            quien = armar_quien(s, persona.id or 0, persona.nombre, [(u, r) for u, r in s.execute(suyas)])
            return que(Contexto(s, MIO, quien, reloj.ahora()))

    def proponer(self, *dias: Escrito, retira: Sequence[int] = ()) -> int:
        id_: int = self.actuar(lambda ctx: publicaciones.proponer(ctx, dias, retira, "Acuerdo de prueba").id)
        return id_

    def efectos(self, id_: int, **pagina: Any) -> Efectos:
        with self.instancia.leer() as s:
            return efectos(s, s.get_one(Publicacion, id_), **pagina)

    def aprobar(self, id_: int, base: int | None = None) -> None:
        with self.instancia.leer() as s:
            visto = orden_vigente(s) if base is None else base
        self.actuar(lambda ctx: publicaciones.aprobar(ctx, id_, visto))

    def publicar(self, *dias: Escrito, retira: Sequence[int] = ()) -> Avance:
        self.aprobar(self.proponer(*dias, retira=retira))
        return recontar_pendientes(self.instancia.url)

    def plazos(self, **filtros: Any) -> list[Plazo]:
        with self.instancia.leer() as s:
            return list(s.scalars(select(Plazo).filter_by(**filtros).order_by(col(Plazo.id))))

    def vence(self, folio: str) -> date | None:
        [plazo] = self.plazos(folio=folio)
        return plazo.vence

    def recuentos(self, folio: str | None = None) -> list[dict[str, Any]]:
        with self.instancia.leer() as s:
            consulta = select(Asiento).where(col(Asiento.tipo) == recuento.TIPO)
            if folio:
                consulta = consulta.where(col(Asiento.folio) == folio)
            return [a.contenido() for a in s.scalars(consulta.order_by(col(Asiento.folio), col(Asiento.orden)))]

    def publicacion(self, orden: int) -> Publicacion:
        with self.instancia.leer() as s:
            return s.scalars(select(Publicacion).where(col(Publicacion.orden) == orden)).one()

    def exigir_integra(self) -> None:
        with self.instancia.leer() as s:
            informe = verificar(s, MIO)
        assert not informe.fallas, [str(falla) for falla in informe.fallas]
        assert informe.expedientes > 0


def tramo(
    inicio: str, fin: str, tipo: str = "suspension_labores", ambito: str = "nacional", lugar: str = ""
) -> Escrito:
    return Escrito("", inicio, fin, tipo, ambito, lugar, "Motivo", "Circular 7")
