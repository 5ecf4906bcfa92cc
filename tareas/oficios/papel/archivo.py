"""El PDF de un oficio en disco: se compone, se sella si hay con qué, y se guarda por su sha256, entero o nada."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from modelos import disco
from modelos.actos.oficios.firma import Impreso
from modelos.ajustes import Ajustes
from modelos.errores import NoExiste, SinEspacio
from modelos.oficios.oficio import Oficio
from tareas.oficios.ajenos import ajenos
from tareas.oficios.errores import SignosSinLetra
from tareas.oficios.papel.imprenta import componer
from tareas.oficios.papel.sello import Sello
from tareas.oficios.redaccion.texto import arbol


class Imprenta:
    """La de una instancia. Componer dos veces el mismo contenido da los mismos bytes; sellarlo, no."""

    def __init__(self, ajustes: Ajustes) -> None:
        """Lee el certificado sólo al primer sello: la mayoría de los procesos no firma."""
        self.carpeta = ajustes.carpeta_oficios
        self._ajustes = ajustes
        self._sello: Sello | None = None

    def __call__(self, contenido: dict[str, Any]) -> Impreso:
        """Compone, sella si hay certificado, y guarda.

        Lanza:
            SignosSinLetra: alguno no se imprimiría; dice cuál y dónde.
            SelloInservible: el certificado venció, o su clave no es.
            SinEspacio: el disco no lo admitió; nada quedó a medias.
        """
        if sin_letra := ajenos(contenido):
            raise SignosSinLetra(tuple(f"{a}{a.de_quien}" for a in sin_letra))
        pdf = pdf_de(contenido)
        sello = self._con_que_sellar()
        if sello:
            pdf = sello.sellar(pdf)
        resumen = hashlib.sha256(pdf).hexdigest()
        guardar(self.carpeta, resumen, pdf)
        return Impreso(resumen, len(pdf), sello is not None)

    def leer(self, oficio: Oficio) -> bytes:
        """El PDF firmado; si el archivo se perdió o se alteró, se vuelve a componer y debe dar lo mismo.

        Lanza:
            NoExiste: no está, y lo que se compone ya no es idéntico (lleva sello, o cambió la composición).
        """
        ruta = ruta_de(self.carpeta, oficio.sha256 or "")
        if ruta.is_file() and _resumen(pdf := ruta.read_bytes()) == oficio.sha256:
            return pdf
        pdf = pdf_de(json.loads(oficio.contenido or "{}"))
        if _resumen(pdf) != oficio.sha256:
            raise NoExiste("el PDF original del oficio", oficio.numero or oficio.id)
        guardar(self.carpeta, oficio.sha256 or "", pdf)
        return pdf

    def _con_que_sellar(self) -> Sello | None:
        if self._sello is None and self._ajustes.sello:
            self._sello = Sello.de(Path(self._ajustes.sello), self._ajustes.sello_clave.get_secret_value())
        return self._sello


def pdf_de(contenido: dict[str, Any]) -> bytes:
    """El PDF de un contenido, sin sello electrónico."""
    return componer({**contenido, "cuerpo": arbol(contenido["cuerpo_markdown"])})


def guardar(carpeta: Path, resumen: str, pdf: bytes) -> None:
    """Escribe en un temporal, sincroniza y renombra: un apagón no deja un número sin su archivo. Lanza SinEspacio."""
    final = ruta_de(carpeta, resumen)
    temporal: Path | None = None
    try:
        if not final.parent.is_dir():
            final.parent.mkdir(parents=True, exist_ok=True)
            _sincronizar(carpeta)
        with NamedTemporaryFile(dir=final.parent, prefix=".", delete=False) as destino:
            temporal = Path(destino.name)
            destino.write(pdf)
            destino.flush()
            os.fsync(destino.fileno())
        temporal.replace(final)
        _sincronizar(final.parent)
    except OSError as error:
        raise SinEspacio("el PDF del oficio", disco.motivo(error)) from error
    finally:
        if temporal is not None:
            temporal.unlink(missing_ok=True)


def ruta_de(carpeta: Path, resumen: str) -> Path:
    """Dónde está el PDF con ese resumen."""
    return carpeta / resumen[:2] / f"{resumen}.pdf"


def _sincronizar(carpeta: Path) -> None:
    """Que el nombre del archivo, y no sólo su contenido, ya esté en el disco."""
    descriptor = os.open(carpeta, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _resumen(pdf: bytes) -> str:
    return hashlib.sha256(pdf).hexdigest()
