"""El sello electrónico de la institución (PAdES) sobre un PDF ya compuesto, sin que deje de cumplir sus normas.

Es opcional y es de la institución, no de una persona. No se ve en la hoja: un recuadro de firma rompería la
accesibilidad, y quien firma ya está impreso. pyHanko tarda más de un segundo en cargarse; sólo se carga al sellar.

Un certificado se prueba al abrirlo: se sella con él una hoja en blanco y se revisa. El que aquí no sirve se sabe
entonces, y no el día de la firma.
"""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import pkcs12

from modelos import reloj
from modelos.ajustes import Ajustes
from tareas.oficios.errores import BibliotecaFaltante, PdfIlegible, SelloInservible

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko.sign.validation.status import PdfSignatureStatus

CAMPO = "Sello"
PARA_QUE = "sellar los oficios"
POR_VENCER = timedelta(days=60)
"""Con cuánto se avisa que el certificado va a vencer."""
OTRO = "Pida uno con llave RSA o de curva elíptica, a nombre de la institución."


@dataclass(frozen=True)
class Sello:
    """Un certificado institucional listo para sellar. titular: a nombre de quién está; vence: hasta cuándo sirve."""

    titular: str
    vence: datetime
    certificado: str
    firmante: SimpleSigner

    @classmethod
    def de(cls, ruta: Path, clave: str, ahora: datetime | None = None) -> Sello:
        """Lee un archivo PKCS#12 (.p12 o .pfx) con su llave, y lo prueba.

        Lanza:
            SelloInservible: no está, la clave no es, no trae llave, el certificado venció o aún no vale, o lo que
                se sella con él no se puede comprobar.
            BibliotecaFaltante: no se instaló pyHanko.
        """
        crudo = _leido(ruta)
        try:
            contenido = pkcs12.load_pkcs12(crudo, clave.encode() if clave else None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            arreglo = "Revise la clave del certificado en los ajustes, y que el archivo sea un .p12 completo."
            raise SelloInservible(ruta.name, "la clave no corresponde o el archivo está dañado", arreglo) from error
        if contenido.key is None or contenido.cert is None:
            raise SelloInservible(ruta.name, "no trae llave y certificado", "Expórtelo de nuevo con ambos.")
        certificado = contenido.cert.certificate
        sello = cls(
            _titular(certificado), certificado.not_valid_after_utc, ruta.name, _firmante(ruta.name, crudo, clave)
        )
        cuando = ahora or reloj.ahora()
        sello.exigir_vigencia(cuando, certificado.not_valid_before_utc)
        sello.probar(cuando)
        return sello

    def probar(self, ahora: datetime) -> None:
        """Sella una hoja en blanco y la revisa. Lanza SelloInservible si no queda un sello que se pueda comprobar."""
        try:
            revision = revisar_sello(sellar(_hoja_en_blanco(), self, ahora=ahora))
        except PdfIlegible as error:
            raise SelloInservible(self.certificado, f"no se pudo sellar con él ({error.motivo})", OTRO) from error
        if not revision.integro:
            raise SelloInservible(self.certificado, "lo que se sella con él no se puede comprobar", OTRO)

    def sellar(self, pdf: bytes, *, motivo: str = "", lugar: str = "") -> bytes:
        """Lo mismo que la función `sellar`, con este sello y a esta hora."""
        return sellar(pdf, self, motivo=motivo, lugar=lugar)

    def exigir_vigencia(self, ahora: datetime, desde: datetime | None = None) -> None:
        """Falla si el certificado ya no vale o todavía no."""
        if ahora > self.vence:
            motivo = f"venció el {self.vence:%d/%m/%Y}"
            raise SelloInservible(self.certificado, motivo, "Pida uno nuevo y póngalo en los ajustes.")
        if desde is not None and ahora < desde - timedelta(minutes=5):
            raise SelloInservible(self.certificado, f"vale a partir del {desde:%d/%m/%Y}", "Revise el reloj o espere.")


@dataclass(frozen=True)
class EstadoDeSello:
    """Cómo está el sello de una instancia, en palabras. bien: se puede firmar con él y no hay nada que hacer."""

    dicho: str
    bien: bool


def estado(ajustes: Ajustes) -> EstadoDeSello | None:
    """El del certificado que dicen los ajustes, probándolo; None si no se sella. Tarda lo que un sello."""
    if not ajustes.sello:
        return None
    try:
        sello = Sello.de(Path(ajustes.sello), ajustes.sello_clave.get_secret_value())
    except (SelloInservible, BibliotecaFaltante) as error:
        return EstadoDeSello(f"{error} Mientras, no se puede firmar ningún oficio.", bien=False)
    hasta = f"El sello está a nombre de {sello.titular} y sirve hasta el {sello.vence:%d/%m/%Y}."
    if sello.vence - reloj.ahora() < POR_VENCER:
        return EstadoDeSello(f"{hasta} Pida desde ahora el que sigue: vencido, no se podrá firmar.", bien=False)
    return EstadoDeSello(hasta, bien=True)


@dataclass(frozen=True)
class RevisionDeSello:
    """Qué dice el sello de un PDF. integro: nada cambió desde que se selló; de: el titular; cuando: hora declarada."""

    sellado: bool
    integro: bool = False
    de: str = ""
    huella_certificado: str = ""
    cuando: datetime | None = None


def sellar(pdf: bytes, sello: Sello, *, motivo: str = "", lugar: str = "", ahora: datetime | None = None) -> bytes:
    """El mismo PDF con el sello agregado al final; sigue siendo PDF/A-2a y PDF/UA-1.

    Lanza:
        SelloInservible: el certificado venció desde que se abrió. PdfIlegible: lo dado no es un PDF.
    """
    cuando = ahora or reloj.ahora()
    sello.exigir_vigencia(cuando)
    fields, signers, _ = _pyhanko()
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.general import SigningError

    datos = signers.PdfSignatureMetadata(
        field_name=CAMPO,
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        reason=motivo or None,
        location=lugar or None,
        name=sello.titular or None,
        use_pades_lta=False,
    )
    campo = fields.SigFieldSpec(
        sig_field_name=CAMPO,
        box=None,
        readable_field_name="Firma electrónica",
        invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True),
    )
    try:
        # Sin el salto, lo agregado empezaría pegado a %%EOF, y PDF/A lo prohíbe.
        escritor = _escritor(pdf + b"\n")
        firmador = signers.PdfSigner(datos, signer=sello.firmante, new_field_spec=campo)
        hecho = firmador.sign_pdf(escritor, output=io.BytesIO())
    except (PdfError, SigningError, UnsupportedAlgorithm, OSError, *_DE_LO_AJENO) as error:
        raise PdfIlegible("no se pudo agregar el sello") from error
    return bytes(hecho.getvalue())


def revisar_sello(pdf: bytes) -> RevisionDeSello:
    """Qué sello trae un PDF y si está íntegro. No juzga si el certificado es de fiar: eso es de quien conoce el suyo.

    Lanza:
        PdfIlegible: no es un PDF, o está tan dañado que no se puede leer.
    """
    _pyhanko()
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko_certvalidator import ValidationContext

    registro = logging.getLogger("pyhanko")
    nivel, registro.level = registro.level, logging.CRITICAL  # que el emisor no sea conocido aquí no es noticia
    try:
        firmas = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        if not firmas:
            return RevisionDeSello(sellado=False)
        confianza = ValidationContext(trust_roots=[], allow_fetching=False)
        estado = validate_pdf_signature(firmas[-1], confianza, skip_diff=False)
        return _revision(firmas[-1], estado)
    except (PdfError, SignatureValidationError, *_DE_LO_AJENO) as error:
        raise PdfIlegible("está dañado, o su sello no se puede leer") from error
    finally:
        registro.level = nivel


_DE_LO_AJENO = (ValueError, LookupError, TypeError, AttributeError, NotImplementedError, RecursionError)
"""Lo que lanzan las bibliotecas al leer un archivo o un certificado que no tiene la forma que esperan."""


def _revision(firma: Any, estado: PdfSignatureStatus) -> RevisionDeSello:  # noqa: ANN401 - de una biblioteca sin tipos
    certificado = firma.signer_cert
    nombres = certificado.subject.native.get("common_name") or certificado.subject.human_friendly
    return RevisionDeSello(
        sellado=True,
        integro=bool(estado.intact and estado.valid and _cubre_todo(estado)),
        de=nombres if isinstance(nombres, str) else str(nombres[0]),
        huella_certificado=certificado.sha256.hex(),
        cuando=firma.self_reported_timestamp,
    )


def _cubre_todo(estado: PdfSignatureStatus) -> bool:
    """Si después del sello se agregó algo, ya no es el documento que se selló."""
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    return bool(estado.coverage == SignatureCoverageLevel.ENTIRE_FILE)


def _leido(ruta: Path) -> bytes:
    try:
        return ruta.read_bytes()
    except OSError as error:
        arreglo = "Revise la ruta del certificado en los ajustes y sus permisos."
        raise SelloInservible(ruta.name, "el archivo no existe o no se puede leer", arreglo) from error


def _titular(certificado: Certificate) -> str:
    from cryptography.x509.oid import NameOID

    nombres = certificado.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(nombres[0].value) if nombres else certificado.subject.rfc4514_string()


def _firmante(nombre: str, crudo: bytes, clave: str) -> SimpleSigner:
    _, signers, _ = _pyhanko()
    firmante = signers.SimpleSigner.load_pkcs12_data(
        crudo, other_certs=[], passphrase=clave.encode() if clave else None
    )
    if firmante is None:
        raise SelloInservible(nombre, "no se pudo leer su llave", "Expórtelo de nuevo con su llave.")
    return firmante  # type: ignore[no-any-return]


def _hoja_en_blanco() -> bytes:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils import writer as sin_tipos

    escritura: Any = sin_tipos
    escritor = escritura.PdfFileWriter(stream_xrefs=False)
    vacia = escritor.add_object(generic.StreamObject(stream_data=b""))
    escritor.insert_page(escritura.PageObject(contents=vacia, media_box=(0, 0, 9, 9)))
    hecha = io.BytesIO()
    escritor.write(hecha)
    return hecha.getvalue()


def _escritor(pdf: bytes) -> IncrementalPdfFileWriter:
    _, _, escritores = _pyhanko()

    class SinTocarMetadatos(escritores.IncrementalPdfFileWriter):  # type: ignore[name-defined,misc]
        """Deja los metadatos como están: los que pondría pyHanko contradicen a los de PDF/A.

        `_update_meta` es privado: por eso la versión está fijada, y una prueba mira la conformidad.
        """

        def _update_meta(self) -> None:
            """No hace nada."""

    return SinTocarMetadatos(io.BytesIO(pdf))


def _pyhanko() -> tuple[Any, Any, Any]:
    try:
        from pyhanko.pdf_utils import incremental_writer
        from pyhanko.sign import fields, signers
    except ImportError as error:
        raise BibliotecaFaltante("pyhanko", PARA_QUE) from error
    _leer_certificados_del_sat()
    return fields, signers, incremental_writer


@cache
def _leer_certificados_del_sat() -> None:
    """Los certificados del SAT llevan el RFC como texto en el identificador único (2.5.4.45).

    La norma lo define como cadena de bits y asn1crypto no lee otra cosa: sin esto, lo sellado con uno no se podría
    comprobar. `_oid_specs` es privado: una prueba sella y comprueba con certificados como ésos.
    """
    from asn1crypto import x509  # type: ignore[import-untyped]

    x509.NameTypeAndValue._oid_specs["unique_identifier"] = x509.DirectoryString  # noqa: SLF001
