"""¿El sello institucional se pone sin romper el documento, y dice la verdad cuando alguien lo toca?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import page
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from modelos import reloj
from modelos.ajustes import Ajustes
from tareas.oficios.errores import BibliotecaFaltante, PdfIlegible, SelloInservible
from tareas.oficios.papel.imprenta import componer
from tareas.oficios.papel.sello import Sello, estado, revisar_sello, sellar
from tests.accesorios.oficios_de_muestra import contenido

RAIZ = Path(__file__).parents[2]

AHORA = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
CLAVE = "una clave de prueba"


COMUN = x509.NameAttribute(NameOID.COMMON_NAME, "Sello de prueba de la DSTC")
RFC = x509.NameAttribute(NameOID.X500_UNIQUE_IDENTIFIER, "XAXX010101000")
CURP = x509.NameAttribute(NameOID.SERIAL_NUMBER, "XEXX010101HNEXXXA4")
Llave = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def certificado(
    ruta: Path, desde: datetime, hasta: datetime, quien: Sequence[x509.NameAttribute[Any]] = (COMUN,), **con: Llave
) -> Path:
    """Un PKCS#12 hecho aquí, con la `llave` que se dé; no hay ninguno guardado en el repositorio."""
    llave = con.get("llave") or rsa.generate_private_key(public_exponent=65537, key_size=2048)
    nombre = x509.Name(quien)
    firmado = (
        x509.CertificateBuilder()
        .subject_name(nombre)
        .issuer_name(nombre)
        .public_key(llave.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(desde)
        .not_valid_after(hasta)
        .add_extension(
            x509.KeyUsage(
                **dict.fromkeys(("data_encipherment", "key_encipherment", "key_agreement", "key_cert_sign"), False),
                **dict.fromkeys(("crl_sign", "encipher_only", "decipher_only"), False),
                digital_signature=True,
                content_commitment=True,
            ),
            critical=True,
        )
        .sign(llave, hashes.SHA256())
    )
    cifrado = BestAvailableEncryption(CLAVE.encode())
    ruta.write_bytes(pkcs12.serialize_key_and_certificates(b"sello", llave, firmado, None, cifrado))
    return ruta


@pytest.fixture(scope="module")
def sello(tmp_path_factory: pytest.TempPathFactory) -> Sello:
    ruta = tmp_path_factory.mktemp("sello") / "sello.p12"
    return Sello.de(certificado(ruta, AHORA - timedelta(days=1), AHORA + timedelta(days=365)), CLAVE, AHORA)


@pytest.fixture(scope="module")
def sellado(sello: Sello) -> bytes:
    return sellar(componer(contenido()), sello, motivo="Oficio DSTC/001/2026", lugar="Metepec", ahora=AHORA)


@pytest.mark.parametrize("norma", ["2a", "ua1"])
def test_sellado_sigue_cumpliendo_las_dos_normas(sellado: bytes, norma: str) -> None:
    informe = page.validate_pdf_bytes(sellado, profile=norma)
    assert informe.is_compliant, [(f.rule_id, f.message) for f in informe.failures]


def test_el_sello_dice_de_quien_es_y_que_esta_integro(sellado: bytes, sello: Sello) -> None:
    revision = revisar_sello(sellado)
    assert (revision.sellado, revision.integro, revision.de) == (True, True, "Sello de prueba de la DSTC")
    assert len(revision.huella_certificado) == 64
    assert sello.titular == revision.de


def test_un_byte_cambiado_lo_rompe(sellado: bytes) -> None:
    cambiado = bytearray(sellado)
    cambiado[sellado.index(b"stream\n") + 40] ^= 1  # dentro de la primera página, no en la estructura
    assert not revisar_sello(bytes(cambiado)).integro


def test_lo_que_se_agregue_despues_lo_rompe(sellado: bytes) -> None:
    assert not revisar_sello(sellado + b"\n% una nota\n").integro


def test_el_que_no_esta_sellado_se_dice() -> None:
    assert not revisar_sello(componer(contenido())).sellado


@pytest.mark.parametrize("crudo", [b"", b"hola", b"%PDF-1.7\nbasura", b"%PDF-1.7\nstartxref\n9\n%%EOF"])
def test_lo_que_no_es_un_pdf_se_dice(crudo: bytes, sello: Sello) -> None:
    with pytest.raises(PdfIlegible):
        revisar_sello(crudo)
    with pytest.raises(PdfIlegible):
        sellar(crudo, sello, ahora=AHORA)


def test_clave_equivocada_archivo_ausente_y_archivo_ajeno(tmp_path: Path) -> None:
    bueno = certificado(tmp_path / "s.p12", AHORA - timedelta(1), AHORA + timedelta(1))
    with pytest.raises(SelloInservible, match="la clave no corresponde"):
        Sello.de(bueno, "otra", AHORA)
    with pytest.raises(SelloInservible, match="no existe"):
        Sello.de(tmp_path / "no-esta.p12", CLAVE, AHORA)
    (tmp_path / "ajeno.p12").write_bytes(b"no soy un certificado")
    with pytest.raises(SelloInservible, match="está dañado"):
        Sello.de(tmp_path / "ajeno.p12", CLAVE, AHORA)


def test_certificado_vencido_o_que_aun_no_vale(tmp_path: Path, sello: Sello) -> None:
    vencido = certificado(tmp_path / "v.p12", AHORA - timedelta(9), AHORA - timedelta(1))
    with pytest.raises(SelloInservible, match="venció el 19/11/2026"):
        Sello.de(vencido, CLAVE, AHORA)
    futuro = certificado(tmp_path / "f.p12", AHORA + timedelta(9), AHORA + timedelta(99))
    with pytest.raises(SelloInservible, match="vale a partir del 29/11/2026"):
        Sello.de(futuro, CLAVE, AHORA)
    with pytest.raises(SelloInservible, match="venció"):
        sellar(componer(contenido()), sello, ahora=AHORA + timedelta(days=400))


def test_sin_la_biblioteca_se_dice_cual_falta(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyhanko.sign", None)
    with pytest.raises(BibliotecaFaltante, match="pyhanko"):
        Sello.de(certificado(tmp_path / "s.p12", AHORA - timedelta(1), AHORA + timedelta(1)), CLAVE, AHORA)


def _uno(forma: _ASN1Type, valor: str | bytes) -> list[x509.NameAttribute[Any]]:
    return [COMUN, x509.NameAttribute(NameOID.X500_UNIQUE_IDENTIFIER, valor, forma), CURP]


RAROS = {
    "como-el-del-sat": {"quien": [COMUN, RFC, CURP]},
    "rfc-imprimible": {"quien": _uno(_ASN1Type.PrintableString, "XAXX010101000")},
    "rfc-con-curp": {"quien": _uno(_ASN1Type.UTF8String, "XAXX010101000 / XEXX010101HNEXXXA4")},
    "dos-nombres": {"quien": [COMUN, x509.NameAttribute(NameOID.COMMON_NAME, "Otro")]},
    "curva-eliptica": {"llave": ec.generate_private_key(ec.SECP256R1())},
}


@pytest.mark.parametrize("raro", RAROS)
def test_lo_sellado_con_un_certificado_raro_se_puede_comprobar(tmp_path: Path, raro: str) -> None:
    """Los del SAT llevan el RFC como texto donde la norma pide bits: se sellaba, y la revisión se caía."""
    ruta = certificado(tmp_path / "raro.p12", AHORA - timedelta(1), AHORA + timedelta(9), **RAROS[raro])  # type: ignore[arg-type]
    sello = Sello.de(ruta, CLAVE, AHORA)
    revision = revisar_sello(sellar(componer(contenido()), sello, ahora=AHORA))
    assert (revision.sellado, revision.integro) == (True, True)
    assert revision.de == sello.titular == "Sello de prueba de la DSTC"


def test_el_certificado_sin_nombre_comun_dice_lo_que_trae(tmp_path: Path) -> None:
    ruta = certificado(tmp_path / "s.p12", AHORA - timedelta(1), AHORA + timedelta(9), [RFC])
    pdf = sellar(componer(contenido()), Sello.de(ruta, CLAVE, AHORA), ahora=AHORA)
    assert "XAXX010101000" in revisar_sello(pdf).de


def test_uno_como_los_del_sat_se_lee_en_un_proceso_limpio(tmp_path: Path) -> None:
    """Quien sólo revisa, sin haber sellado antes, también lo lee: el remedio no depende del orden."""
    ruta = certificado(tmp_path / "s.p12", AHORA - timedelta(1), AHORA + timedelta(9), [COMUN, RFC, CURP])
    pdf = tmp_path / "s.pdf"
    pdf.write_bytes(sellar(componer(contenido()), Sello.de(ruta, CLAVE, AHORA), ahora=AHORA))
    programa = (
        f"from tareas.oficios.papel.sello import revisar_sello; print(revisar_sello(open({str(pdf)!r}, 'rb').read()))"
    )
    otro = subprocess.run(
        [sys.executable, "-c", programa], env={"PYTHONPATH": str(RAIZ)}, capture_output=True, text=True, check=True
    )
    assert "integro=True" in otro.stdout


def _de_edwards(ruta: Path) -> Path:
    llave = ed25519.Ed25519PrivateKey.generate()
    dias = (AHORA - timedelta(1), AHORA + timedelta(9))
    nombre = x509.Name([COMUN])
    armado = x509.CertificateBuilder().subject_name(nombre).issuer_name(nombre).public_key(llave.public_key())
    armado = armado.serial_number(7).not_valid_before(dias[0]).not_valid_after(dias[1])
    cifrado = BestAvailableEncryption(CLAVE.encode())
    ruta.write_bytes(pkcs12.serialize_key_and_certificates(b"s", llave, armado.sign(llave, None), None, cifrado))
    return ruta


def _sin_titular(ruta: Path) -> Path:
    return certificado(ruta, AHORA - timedelta(1), AHORA + timedelta(9), [])


def _de_bits(ruta: Path) -> Path:
    """El identificador único como lo pide la norma y nadie lo usa: asn1crypto lo lee y no lo sabe comparar."""
    return certificado(ruta, AHORA - timedelta(1), AHORA + timedelta(9), _uno(_ASN1Type.BitString, b"\0\x12"))


@pytest.mark.parametrize("hacer", [_de_edwards, _sin_titular, _de_bits])
def test_el_que_no_podra_sellar_se_sabe_al_abrirlo(tmp_path: Path, hacer: Callable[[Path], Path]) -> None:
    """Y no el día de la firma, con un error que no dice que es el certificado."""
    with pytest.raises(SelloInservible, match=r"s\.p12"):
        Sello.de(hacer(tmp_path / "s.p12"), CLAVE, AHORA)


def test_como_esta_el_sello_se_sabe_antes_de_firmar(tmp_path: Path) -> None:
    """Al arrancar y en la papelería: el que no sirve, el que va a vencer y el que está bien."""
    ahora = reloj.ahora()
    casos = {
        "no-esta.p12": (None, False, "no existe"),
        "vencido.p12": (ahora - timedelta(1), False, "venció"),
        "por-vencer.p12": (ahora + timedelta(30), False, "Pida desde ahora el que sigue"),
        "bueno.p12": (ahora + timedelta(300), True, "sirve hasta el"),
    }
    for archivo, (hasta, bien, dice) in casos.items():
        if hasta:
            certificado(tmp_path / archivo, ahora - timedelta(9), hasta, [COMUN, RFC, CURP])
        como_esta = estado(Ajustes(datos=tmp_path, sello=str(tmp_path / archivo), sello_clave=SecretStr(CLAVE)))
        assert como_esta is not None
        assert (como_esta.bien, dice in como_esta.dicho) == (bien, True), como_esta
    assert estado(Ajustes(datos=tmp_path)) is None
