"""¿El tiempo es honesto? Un solo reloj, que se detiene o se adelanta por fuera y no se adivina."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelos.reloj import RelojIlegible, ahora, hoy, iso, local
from tests.accesorios.tablas.recorridos import RAPIDO

NUEVE = "2026-05-15T09:00:00-06:00"
LAS_NUEVE = datetime(2026, 5, 15, 15, tzinfo=UTC)


@pytest.fixture
def archivo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Un reloj que se adelanta desde un archivo."""
    ruta = tmp_path / "reloj"
    monkeypatch.setenv("DSTC_RELOJ", f"@{ruta}")
    return ruta


@pytest.mark.parametrize("simulado", [None, ""], ids=["sin-variable", "vacia"])
def test_sin_simulacion_es_la_hora_real_en_utc(simulado: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if simulado is None:
        monkeypatch.delenv("DSTC_RELOJ", raising=False)
    else:
        monkeypatch.setenv("DSTC_RELOJ", simulado)
    antes, medido, despues = datetime.now(UTC), ahora(), datetime.now(UTC)
    assert antes <= medido <= despues
    assert medido.tzinfo is UTC


@pytest.mark.parametrize("instante", [NUEVE, "2026-05-15T15:00:00Z", "2026-05-15T15:00:00+00:00", "20260515T15Z"])
def test_un_instante_con_zona_detiene_el_reloj_y_se_lee_en_utc(instante: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", instante)
    assert ahora() == ahora() == LAS_NUEVE
    assert ahora().tzinfo is UTC


def test_el_archivo_se_relee_en_cada_consulta(archivo: Path) -> None:
    archivo.write_text(f"{NUEVE}\n")
    assert ahora() == LAS_NUEVE
    archivo.write_text("2026-05-18T09:00:00-06:00")
    assert ahora() == LAS_NUEVE + timedelta(days=3)
    archivo.write_text(NUEVE)
    assert ahora() == LAS_NUEVE


@pytest.mark.parametrize(
    "valor",
    [
        pytest.param("2026-05-15T09:00:00", id="sin-zona"),
        pytest.param("2026-05-15", id="solo-fecha"),
        pytest.param("mañana", id="no-es-un-instante"),
        pytest.param("2026-02-30T09:00:00-06:00", id="dia-que-no-existe"),
        pytest.param("@/no/hay/tal/archivo", id="archivo-inexistente"),
        pytest.param("@", id="sin-archivo"),
        pytest.param("0001-01-01T00:00:00+14:00", id="no-cabe-en-utc"),
    ],
)
def test_un_valor_ilegible_se_dice_y_nunca_se_usa_la_hora_real(valor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", valor)
    for pregunta in (ahora, hoy):
        with pytest.raises(RelojIlegible) as error:
            pregunta()
        assert repr(valor) in str(error.value)
        assert "DSTC_RELOJ" in str(error.value)


@pytest.mark.parametrize("contenido", [b"", b"2026-05-15T09:00", b"\xff\xfe", NUEVE.encode()[:12]])
def test_un_archivo_a_medio_escribir_tambien_es_ilegible(contenido: bytes, archivo: Path) -> None:
    archivo.write_bytes(contenido)
    with pytest.raises(RelojIlegible, match="DSTC_RELOJ"):
        ahora()


def test_el_error_del_reloj_conserva_su_dato_al_serializarse() -> None:
    copia = pickle.loads(pickle.dumps(RelojIlegible("ayer")))  # noqa: S301
    assert (copia.valor, str(copia)) == ("ayer", str(RelojIlegible("ayer")))


@pytest.mark.parametrize(
    ("instante", "dia"),
    [
        pytest.param("2026-05-16T05:59:59Z", date(2026, 5, 15), id="aun-es-viernes-15-en-mexico"),
        pytest.param("2026-05-16T06:00:00Z", date(2026, 5, 16), id="ya-es-sabado-16-en-mexico"),
        pytest.param("2027-01-01T05:59:59Z", date(2026, 12, 31), id="el-folio-es-del-anio-que-se-vive"),
    ],
)
def test_hoy_es_la_fecha_del_centro_de_mexico(instante: str, dia: date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTC_RELOJ", instante)
    assert hoy() == dia


def test_la_hora_local_es_la_del_centro_sin_horario_de_verano() -> None:
    julio = local(datetime(2026, 7, 1, 15, tzinfo=UTC))
    assert (julio.hour, julio.utcoffset()) == (9, timedelta(hours=-6))
    # Antes de la reforma de octubre de 2022 sí lo había, y los expedientes viejos se muestran como fueron.
    assert local(datetime(2022, 7, 1, 15, tzinfo=UTC)).hour == 10


INSTANTES = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 — la zona la pone la estrategia
    datetime(2199, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-6)), timezone(timedelta(hours=5, minutes=30))]),
)


@RAPIDO
@given(INSTANTES)
def test_el_instante_escrito_tiene_ancho_fijo_y_se_lee_igual(instante: datetime) -> None:
    texto = iso(instante)
    assert len(texto) == len("2026-05-15T15:00:00.000000Z")
    assert texto.endswith("Z")
    assert datetime.fromisoformat(texto) == instante


@RAPIDO
@given(INSTANTES, INSTANTES)
def test_los_instantes_escritos_se_ordenan_como_los_instantes(uno: datetime, otro: datetime) -> None:
    assert (iso(uno) < iso(otro)) == (uno < otro)


def test_los_microsegundos_se_escriben_aunque_sean_cero() -> None:
    assert iso(LAS_NUEVE) == "2026-05-15T15:00:00.000000Z"
    assert iso(local(LAS_NUEVE)) == iso(LAS_NUEVE)
