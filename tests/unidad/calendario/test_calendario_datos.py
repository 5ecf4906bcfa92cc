"""¿Los archivos de días inhábiles están completos y bien escritos, y lo están con meses de anticipación?"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from modelos import reloj
from modelos.calendario import cargar, publicados, sumar_meses
from modelos.calendario.errores import CalendarioIlegible, CalendarioSinPublicar
from modelos.calendario.perfiles import DATOS

MESES_DE_AVISO = 9


def _exigir_con_anticipacion(hoy: date) -> None:
    publicados().exigir(sumar_meses(hoy, MESES_DE_AVISO).year)


def test_el_calendario_de_los_nueve_meses_que_vienen_esta_publicado(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DSTC_RELOJ", raising=False)
    try:
        _exigir_con_anticipacion(reloj.hoy())
    except CalendarioSinPublicar as falta:
        pytest.fail(f"Antes de {MESES_DE_AVISO} meses habrá plazos que no se podrán calcular. {falta}")


def test_el_aviso_llega_en_abril_y_dice_que_archivo_editar() -> None:
    _exigir_con_anticipacion(date(2028, 3, 31))
    with pytest.raises(CalendarioSinPublicar, match=r"2029.*modelos/calendario/datos/lfpa_28\.toml.*anios\.2029"):
        _exigir_con_anticipacion(date(2028, 4, 1))


@pytest.fixture
def carpeta(tmp_path: Path) -> Path:
    """Una copia de los datos, para descomponerla."""
    return Path(shutil.copytree(DATOS, tmp_path / "datos"))


def _cambiar(archivo: Path, viejo: str, nuevo: str) -> None:
    texto = archivo.read_text("utf-8")
    assert viejo in texto
    archivo.write_text(texto.replace(viejo, nuevo), "utf-8")


NUEVO = '\n[anios.2029]\nnavidad = "mar 2029-12-25"\n'


def test_un_anio_se_publica_cuando_esta_en_todos_los_archivos(carpeta: Path) -> None:
    faltan = []
    for clave, dia in (("lfpa_28", ""), ("calendario_oficial", 'batalla_de_puebla = "sáb 2029-05-05"'), ("lft_74", "")):
        with pytest.raises(CalendarioSinPublicar) as falta:
            cargar(carpeta).exigir(2029)
        faltan.append(falta.value.archivo)
        with (carpeta / f"{clave}.toml").open("a", encoding="utf-8") as archivo:
            archivo.write(NUEVO if not dia else f"\n[anios.2029]\n{dia}\n")
    assert [Path(archivo).stem for archivo in faltan] == ["lfpa_28", "lft_74", "lft_74"]
    c = cargar(carpeta)
    c.exigir(2029)
    assert c.version.startswith("2025-2029.")
    assert c["F"].inhabil(date(2029, 12, 25)) is not None


def test_la_version_cambia_con_una_fecha_y_no_con_un_comentario(carpeta: Path) -> None:
    assert cargar(carpeta).version == publicados().version
    _cambiar(carpeta / "lft_74.toml", "# Perfil B", "# El perfil B")
    assert cargar(carpeta).version == publicados().version
    _cambiar(carpeta / "lft_74.toml", 'navidad = "vie 2026-12-25"', 'navidad = "jue 2026-12-24"')
    assert cargar(carpeta).version != publicados().version


@pytest.mark.parametrize(
    ("viejo", "nuevo", "dice"),
    [
        ('"vie 2026-12-25"', '"jue 2026-12-25"', "esa fecha es vie"),
        ('"vie 2026-12-25"', '"sáb 2027-12-25"', r"sección anios\.2026"),
        ('"vie 2026-12-25"', '"vie 2026-12-32"', r"lft_74\.toml"),
        ('"vie 2026-12-25"', "2026-12-25", r"lft_74\.toml"),
        ("[motivos.navidad]", "[motivos.noel]", "falta navidad"),
        ('verificacion = "V"', 'verificacion = "sí"', "V o M"),
        ("[anios.2026]", "[años]", r"lft_74\.toml"),
        ("[anios.2026]", "[anios.2035]", r"2035|anios"),
    ],
)
def test_un_archivo_mal_escrito_no_se_carga_y_dice_cual(carpeta: Path, viejo: str, nuevo: str, dice: str) -> None:
    _cambiar(carpeta / "lft_74.toml", viejo, nuevo)
    with pytest.raises(CalendarioIlegible, match=dice):
        cargar(carpeta)


def test_un_archivo_que_falta_o_un_hueco_de_anios_tambien_se_dicen(carpeta: Path) -> None:
    for archivo in carpeta.glob("*.toml"):
        texto = archivo.read_text("utf-8")
        inicio, fin = texto.index("[anios.2026]"), texto.index("[anios.2027]")
        archivo.write_text(texto[:inicio] + texto[fin:], "utf-8")
    with pytest.raises(CalendarioIlegible, match="seguidos y son 2025, 2027, 2028"):
        cargar(carpeta)
    (carpeta / "lfpa_28.toml").unlink()
    with pytest.raises(CalendarioIlegible, match=r"lfpa_28\.toml"):
        cargar(carpeta)
