"""Qué despliegues hay en Prefect: uno por procedimiento y uno por flujo propio del sistema.

`prefect.yaml` dice lo mismo para quien prefiera `prefect deploy --all`: lo escribe
`./dstc prefect-yaml` con lo de aquí, y `./dstc revisar` exige que esté al día. El
motor los registra al arrancar, y registrarlos de nuevo no cambia nada.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.exceptions import ObjectAlreadyExists
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flujos.catalogo import CATALOGO
from flujos.suspension import ETIQUETA
from modelos.ajustes import Ajustes, ajustes
from modelos.reloj import ZONA

COLA = "dstc"
"""El *work pool* que atienden los motores, del tipo de obrero del mismo nombre."""
SISTEMA = "sistema"
PLANTILLA = {
    "job_configuration": {"env": "{{ env }}"},
    "variables": {"type": "object", "properties": {"env": {"type": "object", "title": "Entorno", "default": {}}}},
}
"""Plantilla de la cola: las corridas van en el proceso del motor, así que no hay infraestructura que describir."""


CABECERA_YAML = f"""\
# Los despliegues, para quien prefiera `prefect deploy --all`. Lo escribe `./dstc prefect-yaml` con las tablas
# publicadas; el motor registra los mismos al arrancar (flujos/despliegues.py). Las entradas van por módulo: por ruta
# de archivo, Prefect importaría el módulo dos veces y con SQLModel daría un flujo vacío sin error.
name: dstc
prefect-version: {version("prefect")}

deployments:
"""


@dataclass(frozen=True)
class Despliegue:
    """Un despliegue: su flujo (`modulo:objeto`), su nombre y, si corre solo, sus horarios: cron, en hora del centro."""

    entrada: str
    nombre: str
    etiquetas: tuple[str, ...]
    horarios: tuple[str, ...] = ()

    @property
    def flujo(self) -> Flow[..., object]:
        """El flujo, importado por su módulo y nunca por ruta de archivo."""
        return cargar(self.entrada)


class EntradaAjena(RuntimeError):
    """Alguien puso en la cola del sistema un despliegue que no es suyo; no se importa ni se corre."""

    def __init__(self, entrada: str) -> None:
        super().__init__(entrada)
        self.entrada = entrada

    def __str__(self) -> str:
        return (
            f"«{self.entrada[:100]}» no es un flujo de este sistema y no se corre. "
            f"Quite ese despliegue de la cola «{COLA}» o póngalo en otra."
        )


def cargar(entrada: str) -> Flow[..., object]:
    """El flujo que nombra `modulo:objeto`, si es uno de los nuestros.

    Lo que dice un despliegue lo escribe quien pueda entrar a Prefect: importar lo que pida sería dejarle correr
    cualquier programa con los permisos del motor.

    Lanza:
        EntradaAjena: no es la entrada de ninguno de `despliegues()`.
    """
    if entrada not in {d.entrada for d in despliegues()}:
        raise EntradaAjena(entrada)
    modulo, _, objeto = entrada.partition(":")
    flujo: Flow[..., object] = getattr(import_module(modulo), objeto)
    return flujo


def despliegues(conciliacion_minutos: int | None = None) -> list[Despliegue]:
    """Todos, en el orden del catálogo. conciliacion_minutos: cada cuánto se concilia; None: lo que diga el ajuste."""
    cada = conciliacion_minutos or ajustes().conciliacion_minutos
    claves = dict.fromkeys(tabla.clave for tabla in CATALOGO)
    duenas = {tabla.clave: tabla.duena.value for tabla in CATALOGO}
    return [
        *(Despliegue(f"flujos.corridas:{c}", "expediente", (c, duenas[c], ETIQUETA)) for c in claves),
        Despliegue(
            "flujos.conciliacion:conciliacion",
            "sistema",
            (SISTEMA,),
            (f"*/{cada} * * * *",),
        ),
        Despliegue("flujos.jornada:ciclos", "sistema", (SISTEMA,), ("0 7 * * *",)),
        Despliegue("flujos.jornada:recordatorios", "sistema", (SISTEMA,), ("0 7 * * *",)),
    ]


def escribir_yaml() -> str:
    """El texto de `prefect.yaml`: los mismos despliegues, con los horarios por omisión."""
    return CABECERA_YAML + "\n".join(map(_en_yaml, despliegues(Ajustes.model_fields["conciliacion_minutos"].default)))


def _en_yaml(despliegue: Despliegue) -> str:
    modulo, _, objeto = despliegue.entrada.partition(":")
    renglones = [
        f"  - name: {despliegue.nombre}",
        f"    flow_name: {objeto}",
        f"    entrypoint: {modulo}:{objeto}",
        f"    tags: [{', '.join(despliegue.etiquetas)}]",
    ]
    if despliegue.horarios:
        renglones += [
            "    concurrency_limit:",
            "      limit: 1",
            "      collision_strategy: CANCEL_NEW",
            "    schedules:",
        ]
    for i, cron in enumerate(despliegue.horarios):
        renglones += [f'      - cron: "{cron}"', f"        timezone: {ZONA.key}", f"        slug: horario-{i}"]
    return "\n".join([*renglones, "    work_pool:", f"      name: {COLA}", ""])


async def registrar(cliente: PrefectClient) -> dict[str, UUID]:
    """Registra la cola y los despliegues; devuelve el identificador de cada uno, por nombre de flujo."""
    with contextlib.suppress(ObjectAlreadyExists):
        await cliente.create_work_pool(WorkPoolCreate(name=COLA, type=COLA, base_job_template=PLANTILLA))
    ids = {}
    for despliegue in despliegues():
        flujo = despliegue.flujo
        preparado = await flujo.ato_deployment(
            name=despliegue.nombre,
            tags=list(despliegue.etiquetas),
            work_pool_name=COLA,
            schedules=[
                Cron(cron, timezone=ZONA.key, slug=f"horario-{i}") for i, cron in enumerate(despliegue.horarios)
            ],
            # Una corrida de sistema atrasada no se acumula: la siguiente ve lo mismo.
            concurrency_limit=_DE_UNA_EN_UNA if despliegue.horarios else None,
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        preparado.entrypoint = despliegue.entrada
        ids[flujo.name] = await preparado.aapply()
    return ids


async def completos(cliente: PrefectClient, ids: Mapping[str, UUID]) -> bool:
    """Si Prefect todavía tiene, con todos sus horarios, los despliegues que se registraron con esos identificadores."""
    filtro = DeploymentFilter(id=DeploymentFilterId(any_=list(ids.values())))
    horarios = {
        d.id: len(d.schedules) for d in await cliente.read_deployments(deployment_filter=filtro, limit=len(ids))
    }
    debidos = {d.flujo.name: len(d.horarios) for d in despliegues()}
    return all(nombre in ids and horarios.get(ids[nombre], -1) >= cuantos for nombre, cuantos in debidos.items())


_DE_UNA_EN_UNA = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
