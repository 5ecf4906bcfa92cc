"""Una dirección de correo: una función la normaliza y otra la revisa, las mismas en todas las puertas.

Con ella se entra, se busca, se nombra y se envía: si dos escrituras de la misma dieran distinto, serían dos personas.
Puro: no pregunta a la red si el dominio existe.
"""

from __future__ import annotations

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from modelos.escritura import estorbo, sin_estorbos

LARGO_MAXIMO = 200
COMO_CORREO = "escriba un correo completo y sin espacios, como nombre@conalep.edu.mx"


def normalizado(escrito: str) -> str:
    """La forma única con que se guarda y se compara: sin lo que no se ve, compuesta (NFC) y en minúsculas.

    El dominio internacional queda con sus letras, se haya escrito con ellas o como `xn--…`. No dice si sirve.
    """
    limpio = sin_estorbos(escrito).strip().lower()
    try:
        return _entendido(limpio)[0].lower()
    except EmailNotValidError:
        return limpio


def falta(escrito: str, *, reservados: bool = False) -> str:
    """Por qué no sirve esa dirección; vacío si le llegaría un mensaje.

    reservados: si se admiten los dominios que no existen en la red, como el de la demostración.
    """
    limpio = normalizado(escrito)
    if len(limpio) > LARGO_MAXIMO:
        return f"es demasiado largo (máximo {LARGO_MAXIMO} caracteres)"
    if hallado := estorbo(limpio):
        return hallado
    local = limpio.rpartition("@")[0]
    if ajenas := "".join(dict.fromkeys(c for c in local if not c.isascii())):
        return (
            f"antes de la @ lleva «{ajenas}» y los servidores de correo no lo admiten; use la dirección sin esos signos"
        )
    if not reservados and _reservado(limpio):
        return f"ningún correo llega a «{limpio.rpartition('@')[2]}»: es un dominio reservado; use el de la institución"
    try:
        _entendido(limpio)
    except EmailNotValidError:
        return COMO_CORREO
    return ""


def en_la_red(correo: str) -> str:
    """Como se escribe en un sobre: sólo ASCII, con el dominio internacional como `xn--…`.

    Lanza:
        ValueError: no es una dirección a la que se pueda enviar.
    """
    try:
        return _entendido(sin_estorbos(correo).strip())[1]
    except EmailNotValidError as error:
        raise ValueError(COMO_CORREO) from error


def _entendido(correo: str) -> tuple[str, str]:
    """Cómo se lee y cómo se envía. Lanza EmailNotValidError."""
    # La biblioteca rechaza los reservados sin mirar lo demás; con un final cualquiera, revisa el resto.
    final = ".mx" if _reservado(correo) else ""
    leido = validate_email(correo + final, check_deliverability=False, strict=True, allow_smtputf8=False)
    return leido.normalized.removesuffix(final), (leido.ascii_email or "").removesuffix(final)


def _reservado(correo: str) -> bool:
    """Si el dominio es de los que no existen en la red."""
    dominio = "." + correo.rpartition("@")[2].lower()
    return any(dominio.endswith(f".{reservado}") for reservado in SPECIAL_USE_DOMAIN_NAMES)
