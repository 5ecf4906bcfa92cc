"""El cartero: pone un mensaje en el correo de una persona o en un canal de Apprise, o dice por qué no pudo.

La dirección del servidor la entiende Apprise; el mensaje de correo se arma y se envía aquí, porque Apprise
pone un `Message-ID` al azar y deriva el texto del HTML. Ningún envío dura más que su tiempo límite.
"""

from __future__ import annotations

import os
import re
import smtplib
import ssl
import threading
from dataclasses import dataclass
from email.charset import QP, Charset
from email.header import Header
from email.headerregistry import Address
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from typing import TYPE_CHECKING

from modelos import disco, reloj
from modelos.ajustes import Ajustes
from modelos.avisos import canales
from modelos.errores import ErrorGestion
from modelos.organizacion.correos import en_la_red
from tareas.avisos.smtp import conexion

if TYPE_CHECKING:
    from apprise.plugins.email import NotifyEmail

CARPETA = "carpeta"
_EN_RED = compat32.clone(linesep="\r\n")
_UTF8 = Charset("utf-8")
_UTF8.body_encoding = QP
_HTTP = re.compile(r"error=(\d{3})")


class EntregaAplazada(ErrorGestion):
    """El mensaje no salió, pero puede salir después."""

    titulo = "Mensaje sin entregar"

    def __init__(self, motivo: str) -> None:
        super().__init__(motivo)
        self.motivo = motivo

    def __str__(self) -> str:
        return f"{self.motivo} Se reintenta solo."


class EntregaImposible(ErrorGestion):
    """El mensaje no saldrá mientras alguien no corrija algo."""

    titulo = "Mensaje que no se puede entregar"

    def __init__(self, motivo: str) -> None:
        super().__init__(motivo)
        self.motivo = motivo

    def __str__(self) -> str:
        return f"{self.motivo} Corríjalo y reinténtelo."


class CorreoSinConfigurar(ErrorGestion):
    """La instancia no tiene servidor de correo."""

    titulo = "Sin correo"

    def __str__(self) -> str:
        return "No hay servidor de correo configurado y el mensaje no salió. Fije DSTC_CORREO y reinténtelo."


@dataclass(frozen=True)
class Adjunto:
    """Un PDF que acompaña a la carta, con el nombre con que se guarda."""

    nombre: str
    contenido: bytes


@dataclass(frozen=True)
class Carta:
    """Un mensaje listo. id: el de su entrega, que va en el mensaje para reconocer uno repetido.

    adjuntos: sólo salen por correo; por un canal va el texto.
    """

    id: str
    asunto: str
    texto: str
    html: str
    adjuntos: tuple[Adjunto, ...] = ()


class Cartero:
    """Entrega mensajes con la configuración de una instancia; se puede usar desde varios hilos."""

    def __init__(self, ajustes: Ajustes) -> None:
        """Recibe los ajustes; no abre ninguna conexión."""
        self.ajustes = ajustes
        fijado = ajustes.correo.get_secret_value()
        self.servidor = CARPETA if ajustes.demo else fijado
        self.espera_s = ajustes.correo_espera_s

    def por_correo(self, carta: Carta, nombre: str, correo: str) -> None:
        """Envía la carta a esa persona.

        Lanza:
            CorreoSinConfigurar, EntregaImposible, EntregaAplazada.
        """
        if not self.servidor:
            raise CorreoSinConfigurar
        destino = _destino(nombre, correo)
        if self.servidor == CARPETA:
            self._atrapar(_mensaje(carta, Address("Procedimientos de la DSTC", "avisos", "dstc.invalid"), destino))
            return
        servicio = self._servicio()
        nombre_propio = str(servicio.from_addr[0] or "Procedimientos de la DSTC")
        try:
            remitente = Address(_renglon(nombre_propio), addr_spec=en_la_red(str(servicio.from_addr[1])))
        except (ValueError, IndexError) as error:
            raise EntregaAplazada("El remitente de DSTC_CORREO no es un correo válido; revise su «from=».") from error
        self._enviar(servicio, remitente.addr_spec, destino.addr_spec, _mensaje(carta, remitente, destino))

    def por_canal(self, carta: Carta, direccion: str) -> None:
        """Manda la carta, en texto, a una dirección de Apprise.

        Lanza:
            EntregaImposible: la dirección no se entiende o no se admite.
            EntregaAplazada: el servicio no la aceptó, o no respondió a tiempo.
        """
        if falta := canales.falta_de_direccion(direccion):
            raise EntregaImposible(f"La dirección del canal no sirve: {falta}.")
        servicio = canales.instanciar(direccion)
        if servicio is None:  # se acaba de revisar
            raise EntregaImposible("La dirección del canal no se entiende.")
        dicho: list[str] = []
        salio = threading.Event()
        bien: list[bool] = []

        def notificar() -> None:
            try:
                bien.append(bool(servicio.notify(carta.texto, title=carta.asunto, body_format="text")))
            except Exception as error:  # noqa: BLE001 - un servicio ajeno puede lanzar lo que sea; sólo cuenta que no salió
                dicho.append(type(error).__name__)
            dicho.extend(canales.BITACORA.vaciar())
            salio.set()

        # En un hilo aparte y no a la espera: hay servicios que no se dejan interrumpir.
        threading.Thread(target=notificar, daemon=True, name="canal").start()
        if not salio.wait(self.espera_s):
            raise EntregaAplazada(f"El canal no respondió en {self.espera_s:g} segundos.")
        if not (bien and bien[0]):
            codigo = next((m[1] for texto in dicho if (m := _HTTP.search(texto))), "")
            raise EntregaAplazada(f"El canal no aceptó el mensaje{f' (respondió {codigo})' if codigo else ''}.")

    def probar(self, direccion: str) -> str:
        """Manda un mensaje de prueba por ese canal; devuelve por qué no llegó, o vacío si lo aceptó."""
        texto = f"Es una prueba: por aquí llegarán los avisos de {self.ajustes.url_publica}/"
        try:
            self.por_canal(Carta("prueba", "Prueba de los avisos de la DSTC", texto, ""), direccion)
        except (EntregaAplazada, EntregaImposible) as error:
            return error.motivo  # sin lo que sigue: nadie la reintenta
        return ""

    def _atrapar(self, mensaje: Message) -> None:
        """Lo deja en la carpeta de correo, sólo legible por quien corre el sistema; repetirlo lo reemplaza."""
        carpeta = self.ajustes.carpeta_correo
        definitivo = carpeta / f"{mensaje['X-DSTC-Entrega']}.eml"
        provisional = carpeta / f".{definitivo.name}.{os.getpid()}.{threading.get_ident()}"
        try:
            carpeta.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(provisional, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as archivo:
                archivo.write(bytes(mensaje))
            provisional.replace(definitivo)
        except OSError as error:
            raise EntregaAplazada(f"No se pudo guardar en la carpeta de correo ({disco.motivo(error)}).") from error

    def _servicio(self) -> NotifyEmail:
        servicio = canales.instanciar(self.servidor)
        from apprise.plugins.email import NotifyEmail  # ya cargado: `instanciar` calla lo que avisa al cargarse

        if not isinstance(servicio, NotifyEmail) or not servicio.smtp_host:
            raise EntregaAplazada("DSTC_CORREO no se entiende; revise su servidor y su «from=».")
        return servicio

    def _enviar(self, servicio: NotifyEmail, de: str, para: str, mensaje: Message) -> None:
        try:
            with conexion(servicio, self.espera_s) as smtp:
                smtp.sendmail(de, [para], mensaje.as_bytes(policy=_EN_RED))
        except smtplib.SMTPRecipientsRefused as error:
            codigo = next(iter(error.recipients.values()))[0]
            raise _rechazo("la dirección del destinatario", codigo) from error
        except smtplib.SMTPDataError as error:
            raise _rechazo("el mensaje", error.smtp_code) from error
        except smtplib.SMTPAuthenticationError as error:
            raise EntregaAplazada("El servidor de correo rechazó el usuario o la contraseña de DSTC_CORREO.") from error
        except smtplib.SMTPSenderRefused as error:
            raise EntregaAplazada(f"El servidor de correo rechazó al remitente ({error.smtp_code}).") from error
        except smtplib.SMTPServerDisconnected as error:
            raise EntregaAplazada("El servidor de correo cortó o no respondió a tiempo.") from error
        except (smtplib.SMTPException, ssl.SSLError) as error:
            raise EntregaAplazada(f"El servidor de correo no se dejó usar ({type(error).__name__}).") from error
        except TimeoutError as error:
            raise EntregaAplazada(f"El servidor de correo no respondió en {self.espera_s:g} segundos.") from error
        except OSError as error:
            raise EntregaAplazada("No se pudo conectar con el servidor de correo.") from error


def _rechazo(que: str, codigo: int) -> EntregaImposible | EntregaAplazada:
    """De 500 en adelante el servidor dice que es para siempre."""
    clase = EntregaImposible if codigo >= 500 else EntregaAplazada
    return clase(f"El servidor de correo rechazó {que} ({codigo}).")


def _destino(nombre: str, correo: str) -> Address:
    try:
        return Address(_renglon(nombre), addr_spec=en_la_red(correo))
    except (ValueError, IndexError) as error:
        raise EntregaImposible("El correo de la persona está mal formado.") from error


def _mensaje(carta: Carta, de: Address, para: Address) -> Message:
    """El mensaje, con texto y HTML. Ningún encabezado lleva un salto de línea que no ponga el propio formato."""
    cuerpo = MIMEMultipart("alternative")
    for dicho, forma in ((carta.texto, "plain"), (carta.html, "html")):
        cuerpo.attach(MIMEText(dicho, forma, _UTF8))  # type: ignore[arg-type]
    mensaje = _con_adjuntos(cuerpo, carta.adjuntos) if carta.adjuntos else cuerpo
    # `Header` parte bien un asunto largo con acentos; las clases nuevas duplican espacios al partirlo.
    mensaje["Subject"] = Header(_renglon(carta.asunto), "utf-8", header_name="Subject").encode()
    mensaje["From"] = formataddr((de.display_name, de.addr_spec), "utf-8")
    mensaje["To"] = formataddr((para.display_name, para.addr_spec), "utf-8")
    mensaje["Date"] = format_datetime(reloj.local(reloj.ahora()))
    mensaje["Message-ID"] = f"<{carta.id}@{de.domain}>"
    mensaje["X-DSTC-Entrega"] = carta.id
    mensaje["Auto-Submitted"] = "auto-generated"
    return mensaje


def _con_adjuntos(cuerpo: MIMEMultipart, adjuntos: tuple[Adjunto, ...]) -> MIMEMultipart:
    mensaje = MIMEMultipart("mixed")
    mensaje.attach(cuerpo)
    for adjunto in adjuntos:
        parte = MIMEApplication(adjunto.contenido, "pdf")
        parte.add_header("Content-Disposition", "attachment", filename=_renglon(adjunto.nombre))
        mensaje.attach(parte)
    return mensaje


def _renglon(texto: str) -> str:
    """En un renglón y sin caracteres de control."""
    return " ".join("".join(c if c.isprintable() else " " for c in texto).split())
