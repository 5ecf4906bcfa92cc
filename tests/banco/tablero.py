"""Banco del tablero: tres años de historia inventada y cuánto tarda cada página. Imprime cifras; no prueba.

Uso: `python -m tests.banco.tablero [expedientes]`. `inventar` sirve también a las pruebas.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from flujos.catalogo import CATALOGO
from modelos import reloj, sesion
from modelos.ajustes import Ajustes
from modelos.expedientes import bitacora
from modelos.expedientes.expediente import Encargo, Expediente, Turno
from modelos.organizacion.organigrama import por_correo, quien_es
from modelos.organizacion.permisos import Quien
from modelos.plazos.plazo import Plazo
from modelos.tablero import cifras, conjuntos, filtro
from modelos.tablero.instantes import inicio_del_dia
from tests.accesorios.fabricas import Instancia, sembrada, servida
from tests.accesorios.paginas.visitante import Visitante
from tests.accesorios.postgres import base_nueva, servidor_postgres

HOY = "2027-12-01T09:00:00-06:00"
DESDE = date(2025, 1, 7)
UNIDADES = (
    "CST",
    "DSTC",
    "DCAJ",
    "DVS",
    "DCTA",
    "SSI",
    "CAST-DEMO-01",
    "CAST-DEMO-02",
    "CAST-DEMO-03",
    "CE-15",
    "CE-11",
)
COMPUTO = {"explicacion": "x" * 1200}
"""Lo que pesa el cómputo guardado de un plazo de verdad."""
META_MS = 500


def inventar(s: Session, cuantos: int, azar: Random, hasta: date, por_expediente: int = 10) -> None:
    """Agrega expedientes con sus turnos, plazos, encargos y bitácora; coherentes entre sí, sin reglas ni firmas."""
    tablas = [t for t in CATALOGO.vigentes(hasta) if len(t.actividades) > 3]
    filas: dict[type[SQLModel], list[dict[str, Any]]] = {
        modelo: [] for modelo in (Expediente, Turno, Plazo, Encargo, bitacora.Asiento)
    }
    dias = (hasta - DESDE).days
    for i in range(cuantos):
        tabla = azar.choice(tablas)
        _expediente(filas, i, tabla, azar, DESDE + timedelta(azar.randrange(dias)), hasta, por_expediente)
        if i % 500 == 499 or i == cuantos - 1:
            for modelo, suyas in filas.items():
                if suyas:
                    s.connection().execute(insert(modelo.__table__), suyas)  # type: ignore[attr-defined]
                suyas.clear()


def _expediente(
    filas: dict[type[SQLModel], list[dict[str, Any]]],
    i: int,
    tabla: Any,
    azar: Random,
    nace: date,
    hasta: date,
    por_expediente: int,
) -> None:
    folio = f"{tabla.siglas}-{nace.year}-{i + 9000}"
    cuando = _momento(nace, azar)
    abierto = cuando
    turnos = azar.randint(max(1, por_expediente - 4), por_expediente + 4)
    vueltas: dict[tuple[str, str], int] = {}
    vivo, orden = True, 1
    _asiento(filas, folio, 1, "apertura", "DSTC", {}, abierto)
    for n in range(turnos):
        actividad = tabla.actividades[n % len(tabla.actividades)]
        unidad = azar.choice(UNIDADES)
        vuelta = vueltas[actividad.clave, unidad] = vueltas.get((actividad.clave, unidad), 0) + 1
        cierra = cuando + timedelta(days=azar.choice((0, 0, 1, 2, 3, 5, 8, 13, 40)), minutes=azar.randrange(600))
        vivo = reloj.local(cierra).date() >= hasta
        estado = azar.choice(("pendiente", "tomado")) if vivo else azar.choices(("atendido", "cancelado"), (20, 1))[0]
        turno = {
            "id": f"{folio}.{actividad.clave}.{unidad}.{vuelta}",
            "folio": folio,
            "procedimiento": tabla.clave,
            "actividad": actividad.clave,
            "unidad": unidad,
            "vuelta": vuelta,
            "estado": estado,
            "version": 1,
            "a_mano": azar.random() < 0.9,
            "abierto": cuando,
            "cerrado": None if vivo else cierra,
            "apertura": orden,
            "cierre": None if vivo else orden + 1,
            "anexos": 0,
        }
        filas[Turno].append(turno)
        if azar.random() < 0.4:
            filas[Plazo].append(_plazo(turno, azar))
        if estado == "atendido":
            orden += 1
            datos = {"actividad": actividad.clave, "vuelta": vuelta, "salida": next(iter(actividad.salidas))}
            _asiento(filas, folio, orden, "decision", unidad, datos, cierra)
            filas[Encargo].append(_encargo(folio, orden, cierra, azar))
        if vivo:
            break
        cuando = cierra
    estado = (
        azar.choice(("en_curso", "en_curso", "suspendido"))
        if vivo
        else azar.choices(("concluido", "cancelado"), (9, 1))[0]
    )
    filas[Expediente].append(
        {
            "folio": folio,
            "procedimiento": tabla.clave,
            "version": tabla.version,
            "duena": tabla.duena.value,
            "asunto": f"Asunto inventado {i}",
            "datos": {},
            "estado": estado,
            "abierto": abierto,
            "cerrado": None if vivo else cuando,
            "situacion": {"pendientes": []},
            "asientos": orden,
            "ultimo_hash": bitacora.ORIGEN,
            "corrida": f"00000000-0000-4000-8000-{i:012d}" if azar.random() < 0.95 else None,
            "detenido": vivo and azar.random() < 0.05,
            "busqueda": folio.casefold(),
        }
    )


def _plazo(turno: dict[str, Any], azar: Random) -> dict[str, Any]:
    dado = azar.random()
    vence = reloj.local(turno["abierto"]).date() + timedelta(azar.randint(1, 30))
    cerrado = turno["cerrado"]
    if cerrado is None:
        estado = "sin_calcular" if dado < 0.1 else "suspendido" if dado < 0.2 else "abierto"
    else:
        estado = "cancelado" if turno["estado"] == "cancelado" else "cumplido"
    sin_fecha = estado == "sin_calcular" or (estado == "cumplido" and dado < 0.03)
    return {
        "id": turno["id"],
        "folio": turno["folio"],
        "turno_id": turno["id"],
        "clave": "PL-99",
        "que": f"Plazo de la {turno['actividad']}",
        "unidad": turno["unidad"],
        "estado": estado,
        "fundamento": "Inventado",
        "inferido": "",
        "perfil": "F",
        "regla": {"medida": "habiles", "cantidad": 5},
        "vence": None if sin_fecha else vence,
        "conservador": None if sin_fecha else vence,
        "computo": COMPUTO,
        "calendario": "",
        "publicacion": 0,
        "suspensiones": [],
        "ampliaciones": [],
        "hitos": [],
        "vencido_cada": 3,
        "insistencias": 0,
        "vuelta": 0,
        "abierto": turno["abierto"],
        "cerrado": cerrado,
    }


def _encargo(folio: str, asiento: int, cuando: datetime, azar: Random) -> dict[str, Any]:
    dado = azar.random()
    return {
        "folio": folio,
        "asiento": asiento,
        "efecto": "actividad",
        "nombre": "inventado",
        "datos": {},
        "creado": cuando,
        "proximo": cuando.timestamp(),
        "intentos": 3 if dado < 0.005 else 1 if dado < 0.02 else 0,
        "hecho": None if dado < 0.005 else cuando,
        "mostrado": None if dado < 0.005 else cuando.timestamp(),
        "registrado": None if dado < 0.01 else cuando,
    }


def _asiento(
    filas: dict[type[SQLModel], list[dict[str, Any]]],
    folio: str,
    orden: int,
    tipo: str,
    unidad: str,
    datos: dict[str, Any],
    cuando: datetime,
) -> None:
    filas[bitacora.Asiento].append(
        {
            "folio": folio,
            "orden": orden,
            "fecha": reloj.iso(cuando),
            "tipo": tipo,
            "actor": "persona:1",
            "unidad": unidad,
            "datos": bitacora.canonico(datos),
            "hash_anterior": bitacora.ORIGEN,
            "hash": bitacora.ORIGEN,
        }
    )


def _momento(dia: date, azar: Random) -> datetime:
    # También de noche y de madrugada: el día local no es el de UTC.
    return inicio_del_dia(dia) + timedelta(minutes=azar.randrange(24 * 60))


def cronometrar(hacer: Callable[[], object], veces: int = 9) -> dict[str, float]:
    """La primera vez y el resto, en milisegundos."""
    cada = []
    for _ in range(veces):
        desde = time.perf_counter()
        hacer()
        cada.append((time.perf_counter() - desde) * 1000)
    return {
        "primera_ms": round(cada[0]),
        "p50_ms": round(statistics.median(cada[1:])),
        "peor_ms": round(max(cada[1:])),
    }


def medir(base: str, datos: Path, cuantos: int) -> dict[str, Any]:
    """Todas las cifras sobre una base nueva."""
    os.environ["DSTC_RELOJ"] = HOY
    instancia = Instancia(Ajustes(datos=datos, base=base, demo=True))
    sembrada(instancia.url)
    with sesion.transaccion(instancia.url) as s:
        inventar(s, cuantos, Random(5), date(2027, 12, 1))
    with sesion.transaccion(instancia.url) as s:
        s.execute(text("ANALYZE"))
        modelos = (Expediente, Turno, Plazo, bitacora.Asiento, Encargo)
        cuenta = {m.__name__: s.scalar(select(func.count()).select_from(m)) for m in modelos}
        quienes = {alias: quien_es(s, _persona(s, alias)) for alias in ("direccion", "coordinacion")}
    informe: dict[str, Any] = {"filas": cuenta}
    for nombre, pedido in (
        ("tres_anios", {"desde": "2025-01-01", "hasta": "2027-12-31"}),
        ("anio", {"periodo": "2027"}),
        ("trimestre_y_unidad", {"periodo": "2027-T3", "unidad": "CST"}),
        ("trimestre_y_procedimiento", {"periodo": "2027-T3", "procedimiento": "normatividad"}),
    ):
        pedido_ = filtro.leer(pedido, reloj.hoy())
        informe[f"cifras_{nombre}"] = cronometrar(_calcular(instancia.url, quienes["direccion"], pedido_))
        informe[f"procesador_{nombre}"] = {"ms": _procesador(instancia.url, quienes["direccion"], pedido_)}
        informe[f"partes_{nombre}"] = _partes(instancia.url, quienes["direccion"], pedido_)
    with servida(instancia) as direccion, Visitante(direccion, "direccion") as v:
        tres = {"desde": "2025-01-01", "hasta": "2027-12-31"}
        for ruta, pedido in (
            ("/tablero", tres),
            ("/tablero", {"periodo": "2027"}),
            ("/tablero/lista", {"que": "tarde", **tres}),
            ("/tablero/lista", {"que": "acumulan", **tres}),
            ("/corridas", {}),
            ("/corridas", {"estado": "incidente"}),
        ):
            llamada = f"GET {ruta} {' '.join(pedido.values())}"
            informe[llamada] = cronometrar(lambda r=ruta, p=pedido: v.get(r, params=p).raise_for_status())  # type: ignore[misc]
        antes = _memoria()
        for ruta in ("/tablero/exportar.xlsx", "/tablero/exportar.xes", "/tablero/informe.pdf"):
            desde = time.perf_counter()
            respuesta = v.get(ruta, params=tres, timeout=300)
            respuesta.raise_for_status()
            informe[f"GET {ruta}"] = {
                "s": round(time.perf_counter() - desde, 1),
                "mb": round(len(respuesta.content) / 2**20, 1),
                "memoria_mb": round(_memoria() - antes),
            }
    sesion.motor(instancia.url).dispose()
    return informe


def _calcular(url: str, quien: Quien, pedido: filtro.Filtro) -> Callable[[], object]:
    def hacer() -> object:
        with sesion.lectura(url) as s:
            return cifras.calcular(s, quien, pedido)

    return hacer


def _procesador(url: str, quien: Quien, pedido: filtro.Filtro, veces: int = 10) -> int:
    """Milisegundos de procesador de unas cifras, nuestros y de PostgreSQL: no dependen de qué más corra la máquina."""
    with sesion.lectura(url) as s:
        de_postgres = s.get_bind().dialect.name == "postgresql"
        ajeno = int(s.scalar(text("SELECT pg_backend_pid()")) or 0) if de_postgres else 0
        cifras.calcular(s, quien, pedido)
        antes = time.process_time() + _usado(ajeno)
        for _ in range(veces):
            cifras.calcular(s, quien, pedido)
        return round((time.process_time() + _usado(ajeno) - antes) * 1000 / veces)


def _usado(pid: int) -> float:
    if not pid:
        return 0.0
    partes = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(partes[11]) + int(partes[12])) / os.sysconf("SC_CLK_TCK")


def _partes(url: str, quien: Quien, pedido: filtro.Filtro) -> dict[str, int]:
    """Milisegundos de cada parte, la mejor de tres."""
    con = conjuntos.CONJUNTOS
    de = {clase: [k for k in cifras.EN_EL_TABLERO if con[k].clase == clase] for clase in conjuntos.CLASES}
    partes: dict[str, Callable[[Session], object]] = {
        "expedientes": lambda s: cifras.cuentas(s, quien, pedido, de["expedientes"]),
        "plazos": lambda s: cifras.cuentas(s, quien, pedido, de["plazos"]),
        "tiempos": lambda s: cifras.tiempos(s, quien, pedido),
        "tendencia": lambda s: cifras._tendencia(s, quien, pedido),
        "focos": lambda s: cifras._focos(s, quien, pedido),
    }
    medido = {}
    for nombre, parte in partes.items():
        cada = []
        for _ in range(3):
            with sesion.lectura(url) as s:
                desde = time.perf_counter()
                parte(s)
                cada.append((time.perf_counter() - desde) * 1000)
        medido[nombre] = round(min(cada))
    return medido


def _persona(s: Session, alias: str) -> Any:
    return por_correo(s, f"{alias}@demo.local")


def _memoria() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(cuantos: int = 10_000) -> None:
    """SQLite y PostgreSQL, uno tras otro."""
    with servidor_postgres() as servidor:
        for motor in ("sqlite", "postgresql"):
            with TemporaryDirectory() as carpeta:
                base = "" if motor == "sqlite" else base_nueva(servidor)
                informe = medir(base, Path(carpeta), cuantos)
            print(f"== {motor} (meta: {META_MS} ms)")
            for nombre, cifra in informe.items():
                print(f"{nombre:60} {json.dumps(cifra)}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
