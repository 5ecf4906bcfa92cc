"""Los oficios en pantalla: los que esperan firma o acuse, y cada uno con lo que se puede hacer con él.

Lo que alguien escribió no se pierde: si algo falla, o si otra persona lo cambió antes, la página vuelve con lo suyo.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Header, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.archivos import anexos, oficios
from api.dependencias import Entrada, Puerta
from api.web.expedientes.conduccion import fecha_de
from api.web.oficios import resumidos
from api.web.oficios import vista as oficio_vista
from api.web.oficios.vista import PaginaOficio
from api.web.piezas import frases_plazos
from api.web.piezas.comparacion import comparar
from api.web.piezas.formularios import Falta, Formulario, LoEscrito, legible
from api.web.piezas.pagina import mas, pagina
from api.web.piezas.rechazo import Intento, Rechazo, mostrar
from modelos.actos.oficios import acuses
from modelos.actos.oficios import tramite as actos
from modelos.actos.turnos.mover import Contexto
from modelos.errores import FormularioIncompleto
from modelos.expedientes import visibles
from modelos.listas import Pagina
from modelos.oficios import deuda
from modelos.oficios import visibles as consultas_oficios
from modelos.oficios.errores import OficioCambio
from modelos.oficios.oficio import Oficio
from modelos.organizacion.permisos import Quien, atiende
from modelos.tabla.emision import EstadoOficio
from tareas.oficios.redaccion import borrador, texto
from tareas.oficios.redaccion.fuera import sin_tomar_la_base

ruta = APIRouter()
POR_PAGINA = 25
PESTANAS = {"firmar": "Por firmar", "recibidos": "Recibidos", "emitidos": "Emitidos y en borrador"}
HECHOS = {
    "guardado": "Se guardó el borrador.",
    "rehecho": "Se volvió a redactar con la plantilla y los datos de hoy.",
    "firmado": "Quedó firmado, con su número. Se está enviando a quien le corresponde.",
    "cancelado": "Quedó cancelado; conserva su número y su historia.",
    "fuera": "Quedó registrado que se firmó fuera del sistema.",
    "borrador": "Se anuló lo registrado; vuelve a ser un borrador por firmar.",
    "descartado": "Se descartó el borrador.",
    "acusado": "Quedó asentado el acuse.",
    "recordado": "Se avisó a quienes faltan: les llega a su bandeja y a su correo.",
    "sin_recordar": "No hay a quién recordar: ya se les recordó, o no tienen cuenta en el sistema.",
    "redactado": "Aquí está el borrador. Revíselo antes de firmarlo.",
    "sustituto": "Éste es el borrador del que lo sustituye. Al firmarlo, el anterior deja de estar vigente.",
}
CAMPOS = {
    "asunto": "Asunto",
    "cuerpo": "Texto",
    "anexos": "Anexos",
    "motivo": "Motivo",
    "nota": "Nota del acuse",
    "destinatarios": "Destinatarios",
    "numero": "Número",
    "fecha": "Fecha",
    "archivo": "Documento firmado",
    "anexo": "Documento firmado",
}
DE_DESTINATARIO = {"nombre": "Nombre", "cargo": "Cargo", "institucion": "Institución"}


@ruta.get("/oficios")
def listar(
    request: Request,
    puerta: Entrada,
    ver: str = "",
    texto: str = "",
    estado: str = "",
    cursor: str | None = None,
) -> HTMLResponse:
    """Los que esperan la firma de quien entra, los que recibió y los que emite su unidad."""
    texto, estado = texto[:200], estado if estado in set(EstadoOficio) else ""
    with puerta.lectura() as (s, quien):
        cuentas = consultas_oficios.cuentas(s, quien)
        ver = ver if ver in PESTANAS else _pestana(cuentas)
        tramo = _de_la_pestana(s, quien, ver, texto, estado, cursor)
        a_quien = consultas_oficios.destinatarios_de(s, [o.id for o in tramo.elementos])
        unidades = visibles.unidades(s)
        debidos = deuda.de_oficios(s, puerta.tablas, tramo.elementos)
        con_fecha = frases_plazos.dichos(s, [d.plazo for d in debidos.values() if d.plazo])
    filtros = {"texto": texto, "estado": estado if ver == "emitidos" else ""}
    puestos = {"ver": ver, **{n: v for n, v in filtros.items() if v}}
    return pagina(
        request,
        "oficios/oficios.html",
        quien,
        ver=ver,
        vistas=PESTANAS,
        cuentas=cuentas,
        tramo=tramo,
        a_quien=a_quien,
        debidos=debidos,
        con_fecha=con_fecha,
        mias=atiende(quien),
        unidades=unidades,
        estados=resumidos.ESTADOS,
        texto=texto,
        estado_pedido=filtros["estado"],
        filtrado=len(puestos) > 1,
        cursor=cursor,
        inicio=f"/oficios?{urlencode(puestos)}",
        mas=mas(puestos, tramo.siguiente, "/oficios"),
    )


@ruta.get("/oficios/{id}")
def ver_uno(request: Request, id: str, puerta: Entrada, hecho: str = "") -> HTMLResponse:  # noqa: A002 - del contrato
    """Un oficio: en qué va, cómo saldrá y qué puede hacer quien lo mira."""
    return _mostrar(request, puerta, id, hecho=HECHOS.get(hecho, ""))


@ruta.get("/oficios/{id}/pdf")
def pdf(id: str, puerta: Entrada, ya_tiene: Annotated[str, Header(alias="If-None-Match")] = "") -> Response:  # noqa: A002
    """El PDF, en el navegador."""
    return oficios.entregar_pdf(puerta, id, ya_tiene)


@ruta.get("/oficios/{id}/docx")
def docx(id: str, puerta: Entrada) -> Response:  # noqa: A002
    """El texto en Word, como borrador."""
    return oficios.entregar_docx(puerta, id)


@ruta.post("/oficios/{id}/editar")
def editar(request: Request, id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002
    """Guarda lo corregido."""
    a_quien = _destinatarios(captura)

    def acto(ctx: Contexto) -> str:
        campos = {campo: captura.texto(campo) for campo in ("asunto", "cuerpo", "anexos")}
        if que_falta := texto.falta(campos["cuerpo"]):
            raise FormularioIncompleto({"cuerpo": que_falta})
        actos.editar(ctx, id, captura.entero("version"), campos, a_quien or None)
        return "guardado"

    return _hacer(request, puerta, id, captura, "editar", acto)


@ruta.get("/oficios/{id}/firmar")
def confirmar_firma(request: Request, id: str, puerta: Entrada) -> Response:  # noqa: A002
    """Lo que hay que leer antes de firmar: qué número, con qué cargo y a quién le llega."""
    with puerta.lectura() as (s, quien):
        vista, numero = oficio_vista.para_firmar(s, puerta, quien, id)
    if not vista.puede.borrador:
        return RedirectResponse(_camino(id), 303)
    return pagina(request, "oficios/confirmar.html", quien, acto="firmar", numero_probable=numero, **vars(vista))


@ruta.post("/oficios/{id}/firmar")
def firmar(request: Request, id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002
    """Lo firma y pide enviarlo."""

    def acto(ctx: Contexto) -> str:
        oficio = actos.leer(ctx, id)
        propio = ctx.quien is not None and oficio.firmante_id == ctx.quien.persona
        # Doble clic, o volver a enviar la página: lo que quiso hacer ya está hecho.
        if not (propio and oficio.firmado and oficio.version > captura.entero("version") > 0):
            oficios.firmar(puerta, ctx, id, captura.entero("version"), captura.texto("leido"))
        return "firmado"

    return _hacer(request, puerta, id, captura, "firmar", acto)


@ruta.post("/oficios/{id}/fuera")
def registrar_fuera(request: Request, id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002
    """Registra que se firmó fuera del sistema, con el documento, su número y su fecha."""
    if captura.recupera:
        return _mostrar(request, puerta, id, Rechazo("fuera", captura))
    with Intento(captura, "fuera") as intento:
        documento = captura.archivos.get("archivo") or captura.texto("anexo")
        if not documento:
            raise FormularioIncompleto({"archivo": "adjunte el documento firmado"})
        anexos.firmado_fuera(
            puerta, id, captura.entero("version"), captura.texto("numero"), fecha_de(captura, "fecha"), documento
        )
    if intento.rechazo:
        return _mostrar(request, puerta, id, intento.rechazo)
    return RedirectResponse(_camino(id, "fuera"), 303)


@ruta.get("/oficios/{id}/rehacer")
def confirmar_rehacer(request: Request, id: str, puerta: Entrada) -> Response:  # noqa: A002
    """Lo que se pierde al volver a redactar."""
    with puerta.lectura() as (s, quien):
        vista = oficio_vista.leer(s, puerta, quien, id)
    if not vista.puede.corregir:
        return RedirectResponse(_camino(id), 303)
    return pagina(request, "oficios/confirmar.html", quien, acto="rehacer", **vars(vista))


@ruta.post("/oficios/{id}/rehacer")
def rehacer(request: Request, id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002
    """Lo redacta otra vez."""

    def acto(ctx: Contexto) -> str:
        borrador.rehacer(ctx, id, captura.entero("version"))
        return "rehecho"

    return _hacer(request, puerta, id, captura, "rehacer", acto)


@ruta.post("/oficios/{id}/cancelar")
def cancelar(request: Request, id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002
    """Lo deja sin efecto, con motivo."""

    def acto(ctx: Contexto) -> str:
        return actos.cancelar(ctx, id, captura.texto("motivo")).estado

    return _hacer(request, puerta, id, captura, "cancelar", acto)


@ruta.post("/oficios/{id}/sustituir")
def sustituir(request: Request, id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002
    """Abre el borrador del que lo sustituye y lleva a él."""
    nuevos: list[str] = []

    def acto(ctx: Contexto) -> str:
        nuevos.append(actos.sustituir(ctx, id).id)
        return "sustituto"

    respuesta = _hacer(request, puerta, id, captura, "sustituir", acto)
    return RedirectResponse(_camino(nuevos[0], "sustituto"), 303) if respuesta.status_code == 303 else respuesta


@ruta.post("/oficios/{id}/acusar")
def acusar(request: Request, id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002
    """Asienta el acuse de un destinatario."""

    def acto(ctx: Contexto) -> str:
        escrito = captura.texto("orden")
        if not escrito.isascii() or not escrito.isdigit():
            raise FormularioIncompleto({"orden": "elija de quién es el acuse"})
        actos.acusar(ctx, id, min(int(escrito[:9]), 10**6), captura.texto("nota"))
        return "acusado"

    return _hacer(request, puerta, id, captura, "acusar", acto)


@ruta.post("/oficios/{id}/recordar")
def recordar(request: Request, id: str, puerta: Entrada, captura: Formulario) -> Response:  # noqa: A002
    """Recuerda a quienes no han acusado; a quien ya se le recordó no se le repite."""

    def acto(ctx: Contexto) -> str:
        return "recordado" if acuses.recordar(ctx, id) else "sin_recordar"

    return _hacer(request, puerta, id, captura, "recordar", acto)


@ruta.get("/oficios/{id}/{_acto}")
def volver(id: str, _acto: str) -> Response:  # noqa: A002
    """Quien recarga la dirección de un acto que no procedió vuelve al oficio."""
    return RedirectResponse(_camino(id), 303)


# --- piezas --------------------------------------------------------------------


def _pestana(cuentas: Mapping[str, int]) -> str:
    """Sin pestaña pedida, la primera que tenga algo esperando; si no, lo emitido."""
    if cuentas["por_firmar"]:
        return "firmar"
    return "recibidos" if cuentas["por_acusar"] else "emitidos"


def _de_la_pestana(s: Session, quien: Quien, ver: str, texto: str, estado: str, cursor: str | None) -> Pagina[Oficio]:
    """Los de esa pestaña; el estado sólo filtra lo emitido."""
    if ver == "firmar":
        return consultas_oficios.por_firmar(s, quien, texto=texto, cursor=cursor, limite=POR_PAGINA)
    if ver == "recibidos":
        return consultas_oficios.recibidos(s, quien, texto=texto, cursor=cursor, limite=POR_PAGINA)
    return consultas_oficios.lista(
        s, quien, texto=texto, estado=estado, emitidos=True, cursor=cursor, limite=POR_PAGINA
    )


def _camino(id_: str, hecho: str = "") -> str:
    return f"/oficios/{quote(id_)}?hecho={hecho}#resultado" if hecho else f"/oficios/{quote(id_)}"


def _hacer(
    request: Request, puerta: Puerta, id_: str, captura: LoEscrito, acto: str, hacer: Callable[[Contexto], str]
) -> Response:
    if captura.recupera:
        return _mostrar(request, puerta, id_, Rechazo(acto, captura))

    def en_una_transaccion() -> str:
        with puerta.acto() as ctx:
            return hacer(ctx)

    with Intento(captura, acto) as intento:
        hecho = sin_tomar_la_base(en_una_transaccion)
    if intento.rechazo:
        return _mostrar(request, puerta, id_, intento.rechazo)
    return RedirectResponse(_camino(id_, hecho), 303)


def _mostrar(
    request: Request, puerta: Puerta, id_: str, pedido: Rechazo | None = None, *, hecho: str = ""
) -> HTMLResponse:
    """La página del oficio; pedido: lo que se envió, y si algo no procedió, qué corregir."""
    rechazo = pedido or Rechazo()
    with puerta.lectura() as (s, quien):
        vista = oficio_vista.leer(s, puerta, quien, id_)
    oficio, editaba = vista.oficio, rechazo.acto == "editar" and vista.puede.corregir
    cambio = isinstance(rechazo.error, OficioCambio)
    escrito = rechazo.textos if editaba else {}
    return mostrar(
        request,
        "oficios/oficio.html",
        quien,
        rechazo,
        hecho=hecho,
        acto=rechazo.acto,
        titulo_error=rechazo.titulo,
        resumen=_resumen(rechazo),
        faltas=_sin_letra(vista) | rechazo.campos,
        recuperado=pedido is not None and pedido.error is None,
        editando=editaba,
        escrito=_texto(oficio, escrito, encima=cambio),
        nombrados=_nombrados(vista, escrito),
        falta_nombrar=any(campo.startswith("destinatarios") for campo in rechazo.campos),
        de_otra_persona=comparar(oficio.cuerpo, escrito.get("cuerpo", oficio.cuerpo)) if cambio and editaba else [],
        textos=rechazo.textos,
        # Lo escrito para un acto que ya no se ofrece no tiene formulario que lo conserve.
        suelto=legible(rechazo.textos) if rechazo.acto == "editar" and not editaba else [],
        **vars(vista),
    )


def _texto(oficio: Oficio, escrito: Mapping[str, str], *, encima: bool) -> dict[str, object]:
    """Lo que trae el editor: lo que se estaba escribiendo o, si no, el oficio.

    encima: quien ya vio lo que cambió y compara guarda sobre esa versión, y no sobre la que había leído.
    """
    campos = {campo: escrito.get(campo, getattr(oficio, campo)) for campo in ("asunto", "cuerpo", "anexos")}
    return {**campos, "version": oficio.version if encima else escrito.get("version", oficio.version)}


def _sin_letra(vista: PaginaOficio) -> dict[str, str]:
    """Junto a cada campo de un borrador, los signos que no se podrán imprimir."""
    campos = ("asunto", "cuerpo", "anexos")
    juntos = {c: "; ".join(str(a) for a in vista.papel.sin_letra if a.campo == c) for c in campos}
    return {c: f"la letra de los oficios no tiene {dichos}" for c, dichos in juntos.items() if dichos}


def _resumen(rechazo: Rechazo) -> list[Falta]:
    if not rechazo.campos:
        return rechazo.resumen
    renglones = []
    for campo, mensaje in rechazo.campos.items():
        partes = campo.split(".")
        if len(partes) == 3:
            _, orden, parte = partes
            renglones.append(Falta(f"{DE_DESTINATARIO.get(parte, parte)}: {mensaje}.", f"d-{orden}-{parte}"))
        else:
            renglones.append(Falta(f"{CAMPOS.get(campo, campo.capitalize())}: {mensaje}.", campo))
    return renglones


def _nombrados(vista: PaginaOficio, escrito: Mapping[str, str]) -> list[dict[str, Any]]:
    """Los destinatarios como se están escribiendo."""
    return [
        {
            "orden": r.fila.orden,
            "clase": r.fila.clase,
            "unidad": r.fila.unidad,
            **{c: escrito.get(f"d-{r.fila.orden}-{c}", getattr(r.fila, c)) for c in DE_DESTINATARIO},
        }
        for r in vista.recepcion.todos
    ]


def _destinatarios(captura: LoEscrito) -> list[dict[str, str]]:
    """Los que venían en la página, en su orden."""
    hallados: list[dict[str, str]] = []
    while f"d-{len(hallados)}-nombre" in captura.textos:
        orden = len(hallados)
        hallados.append({campo: captura.texto(f"d-{orden}-{campo}") for campo in DE_DESTINATARIO})
    return hallados
