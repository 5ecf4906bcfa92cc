"""Datos de demostración, manifiestamente ficticios: tres CAST y una persona por unidad y rol.

Ninguna persona ni centro existe. Todas las cuentas comparten una contraseña
pública, por eso la demostración sólo escucha en esta máquina.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from modelos import reloj
from modelos.errores import ActoNoProcede
from modelos.oficios.titulares import Titularidad
from modelos.organizacion.claves import cifrar
from modelos.organizacion.organigrama import Adscripcion, Persona, Unidad, crear_cast, de_la
from modelos.organizacion.permisos import Rol

CLAVE = "demo-dstc"
DOMINIO = "demo.local"
CASTS = (
    ("CAST-DEMO-01", "CAST de demostración 01", "CE-15"),
    ("CAST-DEMO-02", "CAST de demostración 02", "CE-11"),
    ("CAST-DEMO-03", "CAST de demostración 03", "UODCDMX"),
)
CUENTAS_VISIBLES = (
    ("coordinacion", "inicia y sigue procedimientos"),
    ("dstc", "revisa y firma por la DSTC"),
    ("cst", "elabora y da seguimiento en la CST"),
    ("cast-demo-01", "responde lo que se turna a un CAST"),
    ("cast-demo-02", "responde lo que se turna a otro CAST"),
    ("cast-demo-03", "responde lo que se turna a un tercer CAST"),
    ("dcaj", "valora la normativa"),
    ("dvs", "atiende lo que toca a Vinculación Social"),
    ("dcta", "atiende lo que toca a Tecnologías Aplicadas"),
    ("jd", "atiende lo que toca a la Junta Directiva"),
    ("direccion", "mira todo y sus informes"),
    ("administracion", "mira todo; lleva catálogos y personas"),
)
"""Las cuentas que se ofrecen a quien prueba, con para qué sirve cada una; hay además una por unidad."""
CUENTAS = (
    ("coordinacion", "Coordinación de la DSTC", "DSTC", Rol.COORDINACION),
    ("direccion", "Dirección de la DSTC", "DSTC", Rol.DIRECCION),
    ("administracion", "Administración del sistema", "DSTC", Rol.ADMINISTRACION),
)


def sembrar_demo(s: Session, casts: Sequence[tuple[str, str, str]] = CASTS) -> None:
    """Da de alta lo que falte; requiere el catálogo de unidades ya sembrado.

    casts: (clave, nombre, unidad estatal de que depende) de cada CAST de demostración.
    """
    if s.scalar(select(col(Persona.id)).where(col(Persona.es_demo).is_(False)).limit(1)) is not None:
        motivo = "esta base tiene personas que no son de demostración"
        raise ActoNoProcede("cargar la demostración", motivo, "Use otra base: sus cuentas tienen clave pública.")
    existentes = set(s.scalars(select(col(Unidad.clave))))
    for clave, nombre, depende_de in casts:
        if clave not in existentes:
            crear_cast(s, clave=clave, nombre=nombre, depende_de=depende_de, es_demo=True)
    nuevas = _cuentas_que_faltan(s)
    if not nuevas:
        return
    # Una sola vez: cifrar cuesta un cuarto de segundo y aquí la contraseña es pública.
    cifrada = cifrar(CLAVE)
    for alias, nombre, unidad, rol in nuevas:
        persona = Persona(
            correo=f"{alias}@{DOMINIO}",
            nombre=f"{nombre} (demostración)",
            clave_cifrada=cifrada,
            creada=reloj.ahora(),
            es_demo=True,
        )
        s.add(persona)
        s.flush()
        s.add(Adscripcion(persona_id=persona.id or 0, unidad=unidad, rol=rol, desde=reloj.hoy()))
        if alias == unidad.lower():
            s.add(_titularidad(s, unidad, persona.id or 0))
    s.flush()


def _cuentas_que_faltan(s: Session) -> list[tuple[str, str, str, Rol]]:
    """De las que se ofrecen y la de cada unidad, las que nadie ha dado de alta."""
    personas = set(s.scalars(select(col(Persona.correo))))
    unidades = [
        (clave.lower(), f"Personal de {clave}", clave, Rol.OPERACION)
        for clave in s.scalars(select(col(Unidad.clave)).order_by(col(Unidad.clave)))
    ]
    return [cuenta for cuenta in (*CUENTAS, *unidades) if f"{cuenta[0]}@{DOMINIO}" not in personas]


def _titularidad(s: Session, clave: str, persona: int) -> Titularidad:
    """La cuenta de cada unidad también tiene su cargo: así se puede firmar."""
    nombre = de_la(s.get_one(Unidad, clave).nombre)
    cargo = f"Persona titular {nombre} (demostración)"
    return Titularidad(unidad=clave, persona_id=persona, cargo=cargo, iniciales="DEMO", desde=reloj.hoy())
