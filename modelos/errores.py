"""Todo lo que puede salir mal con nombre propio.

Cada clase se llama como la situación, conserva sus datos y dice qué hacer.
Pasa todos sus argumentos a `super().__init__` porque Prefect serializa
excepciones. Qué código HTTP le toca a cada una se decide en `api/errores.py`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence


class ErrorGestion(Exception):
    """Raíz de los errores propios; `str()` da siempre una frase para quien usa el sistema."""

    titulo = "No se pudo hacer"


# --- tablas y avance ---------------------------------------------------------


class TablaInvalida(ErrorGestion):
    """La tabla de un procedimiento tiene faltas; se listan todas a la vez."""

    titulo = "Tabla inválida"

    def __init__(self, clave: str, faltas: Sequence[str]) -> None:
        super().__init__(clave, tuple(faltas))
        self.clave, self.faltas = clave, tuple(faltas)

    def __str__(self) -> str:
        return f"La tabla «{self.clave}» no se puede publicar: " + "; ".join(self.faltas) + "."


class ProcedimientoDesconocido(ErrorGestion):
    """No hay tabla publicada con esa clave (o con esa clave y versión)."""

    titulo = "Procedimiento desconocido"

    def __init__(self, clave: str, version: str = "") -> None:
        super().__init__(clave, version)
        self.clave, self.version = clave, version

    def __str__(self) -> str:
        version = f" versión {self.version}" if self.version else ""
        return (
            f"No existe el procedimiento «{self.clave}»{version}. "
            "Consulte la lista de procedimientos y use una de sus claves."
        )


class TablaAlterada(ErrorGestion):
    """A la tabla publicada con que se abrió un expediente le falta algo de lo que él usa; sobre él no se actúa.

    que: qué le falta, para después de «esa versión».
    """

    titulo = "La tabla de este expediente cambió"

    def __init__(self, clave: str, version: str, que: str) -> None:
        super().__init__(clave, version, que)
        self.clave, self.version, self.que = clave, version, que

    def __str__(self) -> str:
        return (
            f"El expediente se abrió con la tabla «{self.clave}», versión {self.version}, y esa versión {self.que}. "
            "No se registró nada. Avise a quien administra el sistema: debe reponer la tabla como se publicó."
        )


class EnCuarentena(ErrorGestion):
    """El expediente no se puede reproducir con su tabla de ahora: se mira, pero no se actúa sobre él."""

    titulo = "El expediente está en cuarentena"

    def __init__(self, folio: str, motivo: str) -> None:
        super().__init__(folio, motivo)
        self.folio, self.motivo = folio, motivo

    def __str__(self) -> str:
        return f"{self.folio} está en cuarentena y no se registró nada. {self.motivo.rstrip('.')}."


class TablasAlteradas(ErrorGestion):
    """Las tablas de este programa no son las que se publicaron en la base; así no se arranca.

    faltas: una frase por cada cosa que no cuadra.
    """

    titulo = "Las tablas no son las publicadas"

    def __init__(self, faltas: Sequence[str]) -> None:
        super().__init__(tuple(faltas))
        self.faltas = tuple(faltas)

    def __str__(self) -> str:
        faltas = "".join(f"- {falta}\n" for falta in self.faltas)
        return (
            "No se arranca, para no romper lo que se abrió con tablas ya publicadas y que aquí son otras:\n"
            f"{faltas}"
            "Qué hacer: reponga cada tabla como estaba y publique el cambio como versión nueva (otra vigente_desde). "
            "Si el cambio es inocuo y lo abierto con ella se sigue reproduciendo, acéptelo con "
            "./dstc tablas aceptar CLAVE --motivo «por qué no rompe nada». Para arrancar mientras tanto, con lo que no "
            "se reproduzca en cuarentena, fije DSTC_TABLA_ALTERADA=cuarentena."
        )


class BitacoraIncongruente(ErrorGestion):
    """Un asiento no corresponde a lo que la tabla tenía pendiente."""

    titulo = "Bitácora incongruente"

    def __init__(self, orden: int, motivo: str) -> None:
        super().__init__(orden, motivo)
        self.orden, self.motivo = orden, motivo

    def __str__(self) -> str:
        return f"El asiento {self.orden} no cuadra con la tabla: {self.motivo}."


class SalidaInexistente(ErrorGestion):
    """La respuesta no está entre las salidas de la actividad."""

    titulo = "Esa respuesta no existe"

    def __init__(self, actividad: str, salida: str, posibles: Sequence[str]) -> None:
        super().__init__(actividad, salida, tuple(posibles))
        self.actividad, self.salida, self.posibles = actividad, salida, tuple(posibles)

    def __str__(self) -> str:
        return (
            f"La actividad {self.actividad} no admite la salida «{self.salida}». "
            f"Elija una de: {', '.join(self.posibles) or 'ninguna (no se atiende a mano)'}."
        )


class TopeDeVueltas(ErrorGestion):
    """La devolución superaría el tope de vueltas del expediente."""

    titulo = "Se alcanzó el tope de vueltas"

    def __init__(self, folio: str, actividad: str, tope: int) -> None:
        super().__init__(folio, actividad, tope)
        self.folio, self.actividad, self.tope = folio, actividad, tope

    def __str__(self) -> str:
        return (
            f"A la actividad {self.actividad} de {self.folio} ya se le devolvió el trabajo {self.tope} veces, el tope. "
            "Elija otra salida, o pida a la coordinación que amplíe las vueltas del expediente."
        )


# --- actos -------------------------------------------------------------------


class NoExiste(ErrorGestion):
    """No hay tal cosa, o quien pregunta no tiene por qué saber que la hay."""

    titulo = "No se encontró"

    def __init__(self, que: str, cual: str) -> None:
        super().__init__(que, cual)
        self.que, self.cual = que, cual

    def __str__(self) -> str:
        return f"No se encontró {self.que} «{self.cual}». Revise el dato o búsquelo en su lista."


class NoLeCorresponde(ErrorGestion):
    """La persona no es elegible para este acto por su unidad o su rol."""

    titulo = "No le corresponde"

    def __init__(self, acto: str, quien_puede: str) -> None:
        super().__init__(acto, quien_puede)
        self.acto, self.quien_puede = acto, quien_puede

    def __str__(self) -> str:
        return f"Usted no puede {self.acto}: corresponde a {self.quien_puede}."


class ActividadYaAtendida(ErrorGestion):
    """Otra persona concluyó antes el turno; esta respuesta no se registró."""

    titulo = "Ya estaba atendido"

    def __init__(self, folio: str, actividad: str, por: str, cuando: str) -> None:
        super().__init__(folio, actividad, por, cuando)
        self.folio, self.actividad, self.por, self.cuando = folio, actividad, por, cuando

    def __str__(self) -> str:
        return (
            f"{self.por} ya atendió la actividad {self.actividad} de {self.folio} ({self.cuando}). "
            "Su respuesta no se registró; recargue la página para ver cómo quedó."
        )


class VersionVieja(ErrorGestion):
    """El turno cambió desde que se leyó (lo tomaron, liberaron o reasignaron)."""

    titulo = "El turno cambió"

    def __init__(self, turno: str, version: int, vigente: int) -> None:
        super().__init__(turno, version, vigente)
        self.turno, self.version, self.vigente = turno, version, vigente

    def __str__(self) -> str:
        return (
            f"Usted leyó la versión {self.version} del turno y ya va en la {self.vigente}. "
            "Su respuesta no se registró; recargue, revise y vuelva a enviarla."
        )


class TurnoTomado(ErrorGestion):
    """Otra persona de la unidad tomó el turno y lo está atendiendo."""

    titulo = "Otra persona lo tiene"

    def __init__(self, turno: str, persona: str) -> None:
        super().__init__(turno, persona)
        self.turno, self.persona = turno, persona

    def __str__(self) -> str:
        return f"{self.persona} tomó este turno. Pídale que lo libere, o a la coordinación que lo reasigne."


class ActoNoProcede(ErrorGestion):
    """El expediente o el turno no están en un estado que admita el acto."""

    titulo = "Ahora no procede"

    def __init__(self, acto: str, motivo: str, que_hacer: str) -> None:
        super().__init__(acto, motivo, que_hacer)
        self.acto, self.motivo, self.que_hacer = acto, motivo, que_hacer

    def __str__(self) -> str:
        return f"No procede {self.acto}: {self.motivo}. {self.que_hacer}"


class SinDestinatarios(ErrorGestion):
    """El paso siguiente va a cada unidad de un tipo y no hay ninguna activa."""

    titulo = "No hay a quién enviarlo"

    def __init__(self, actividad: str, tipo: str) -> None:
        super().__init__(actividad, tipo)
        self.actividad, self.tipo = actividad, tipo

    def __str__(self) -> str:
        return (
            f"La actividad {self.actividad} va a cada {self.tipo} y no hay ninguno activo. "
            "Pida a la administración que lo dé de alta y vuelva a enviar; no se registró nada."
        )


class FormularioIncompleto(ErrorGestion):
    """Lo capturado no cumple el formulario; dice campo por campo qué falta."""

    titulo = "Revise lo capturado"

    def __init__(self, campos: Mapping[str, str]) -> None:
        super().__init__(dict(campos))
        self.campos = dict(campos)

    def __str__(self) -> str:
        return "Corrija y vuelva a enviar: " + "; ".join(f"{c}: {m}" for c, m in self.campos.items()) + "."


class EvidenciaFaltante(ErrorGestion):
    """La actividad exige documentos que aún no se adjuntan."""

    titulo = "Falta evidencia"

    def __init__(self, nombres: Sequence[str]) -> None:
        super().__init__(tuple(nombres))
        self.nombres = tuple(nombres)

    def __str__(self) -> str:
        return f"Antes de cerrar la actividad adjunte: {', '.join(self.nombres)}."


class ArchivoRechazado(ErrorGestion):
    """El archivo no se guardó: por su tamaño, su tipo real o su contenido."""

    titulo = "Archivo rechazado"

    def __init__(self, nombre: str, motivo: str) -> None:
        super().__init__(nombre, motivo)
        self.nombre, self.motivo = nombre, motivo

    def __str__(self) -> str:
        return f"No se guardó «{self.nombre}»: {self.motivo}."


class ArchivoDemasiadoGrande(ArchivoRechazado):
    """El archivo pasa del tamaño máximo configurado."""

    titulo = "Archivo demasiado grande"


def _peso(bytes_: int) -> str:
    mega = 1024 * 1024
    return f"{bytes_ / mega:.0f} MB" if bytes_ >= mega else f"{bytes_ // 1024} KB"


class SolicitudDemasiadoGrande(ErrorGestion):
    """La petición entera pasa de lo que se admite; no se leyó."""

    titulo = "Lo que envió es demasiado grande"

    def __init__(self, maximo: int) -> None:
        super().__init__(maximo)
        self.maximo = maximo

    def __str__(self) -> str:
        return (
            f"Lo que envió pasa de {_peso(self.maximo)} y no se guardó nada. "
            "Regrese a la página anterior y envíe menos, o adjunte un archivo más pequeño."
        )


class SinTipografias(ErrorGestion):
    """Faltan los archivos de letra con que se componen los oficios."""

    titulo = "Faltan las tipografías"

    def __init__(self, carpeta: str) -> None:
        super().__init__(carpeta)
        self.carpeta = carpeta

    def __str__(self) -> str:
        return f"No están las tipografías en {self.carpeta}. Quien administra debe correr ./dstc, que las repone."


class SinEspacio(ErrorGestion):
    """El disco no admitió el archivo; nada quedó a medias."""

    titulo = "No hay espacio para guardar"

    def __init__(self, nombre: str, detalle: str) -> None:
        super().__init__(nombre, detalle)
        self.nombre, self.detalle = nombre, detalle

    def __str__(self) -> str:
        return (
            f"No se pudo guardar «{self.nombre}»: {self.detalle}. Lo demás que capturó sigue en pantalla: "
            "avise a quien administra el sistema y vuelva a intentar."
        )


class BaseInaccesible(ErrorGestion):
    """La base de datos no responde; el acto no se registró."""

    titulo = "La base de datos no responde"

    def __str__(self) -> str:
        return (
            "La base de datos no responde y su acto no se registró. Espere un minuto y vuelva a enviar; "
            "si sigue igual, avise a quien administra el sistema."
        )


class DiscoLleno(BaseInaccesible):
    """Disco lleno: no hay dónde escribir; el acto no se registró."""

    titulo = "Disco lleno"

    def __str__(self) -> str:
        return (
            "El disco del servidor está lleno y no se registró nada de lo que envió. Avise a quien administra el "
            "sistema: debe liberar espacio. Después, vuelva a enviarlo."
        )


class BaseSinPreparar(ErrorGestion):
    """La base responde, pero le faltan tablas o columnas: no se ha migrado."""

    titulo = "Falta preparar la base de datos"

    def __str__(self) -> str:
        return "A la base de datos le faltan tablas; no se registró nada. Quien administra debe correr ./dstc migrar."


class ClaveRepetida(ErrorGestion):
    """La misma Idempotency-Key llegó con otra solicitud."""

    titulo = "Idempotency-Key repetida"

    def __init__(self, clave: str) -> None:
        super().__init__(clave)
        self.clave = clave

    def __str__(self) -> str:
        return f"La Idempotency-Key «{self.clave}» ya se usó con otro contenido. Use una nueva por solicitud."


class DatoRepetido(ErrorGestion):
    """Ya existe un registro con esa clave natural."""

    titulo = "Ya existe"

    def __init__(self, que: str, cual: str) -> None:
        super().__init__(que, cual)
        self.que, self.cual = que, cual

    def __str__(self) -> str:
        return f"Ya existe {self.que} «{self.cual}». Use otro, o modifique el que ya está."


# --- acceso ------------------------------------------------------------------


class SinSesion(ErrorGestion):
    """No hay sesión, venció o se revocó."""

    titulo = "Entre de nuevo"

    def __str__(self) -> str:
        return "Su sesión no existe, venció o se cerró. Entre de nuevo; lo que no envió no se registró."


class EnlaceRevocado(ErrorGestion):
    """Un enlace de calendario que ya no sirve, o que nunca sirvió; no se dice cuál."""

    titulo = "El enlace ya no sirve"

    def __str__(self) -> str:
        return (
            "Este enlace de calendario no existe o se revocó. "
            "Entre al sistema y pida otro en «Calendario», «Suscribirme»."
        )


class CredencialesInvalidas(ErrorGestion):
    """El correo o la contraseña no corresponden (no se dice cuál)."""

    titulo = "No se pudo entrar"

    def __str__(self) -> str:
        return "El correo o la contraseña no son correctos. Revíselos e intente otra vez."


class DemasiadosIntentos(ErrorGestion):
    """Demasiadas contraseñas falladas; hay que esperar."""

    titulo = "Demasiados intentos"

    def __init__(self, espera_s: int) -> None:
        super().__init__(espera_s)
        self.espera_s = espera_s

    def __str__(self) -> str:
        segundos = max(1, math.ceil(self.espera_s))
        cuanto = f"{segundos} s" if segundos < 120 else f"{math.ceil(segundos / 60)} min"
        return f"Hubo demasiados intentos fallidos. Espere {cuanto} y vuelva a intentar."


class PorteriaLlena(ErrorGestion):
    """Hay tanta gente entrando a la vez que ésta no alcanzó lugar en la fila; no cuenta como intento."""

    titulo = "Hay mucha gente entrando"

    def __init__(self, espera_s: int) -> None:
        super().__init__(espera_s)
        self.espera_s = espera_s

    def __str__(self) -> str:
        return (
            f"Hay mucha gente entrando al mismo tiempo. Espere {self.espera_s} s y vuelva a intentar; "
            "su intento no se contó."
        )


class ComparacionesLlenas(ErrorGestion):
    """Ya se reciben tantos archivos para comparar como se admiten a la vez."""

    titulo = "Hay muchos archivos comparándose"

    def __init__(self, espera_s: int) -> None:
        super().__init__(espera_s)
        self.espera_s = espera_s

    def __str__(self) -> str:
        return f"Se están comparando muchos archivos a la vez. Espere {self.espera_s} s y vuelva a enviar el suyo."


class SinPalabras(ErrorGestion):
    """Faltan las listas con que se reconoce una contraseña fácil de adivinar."""

    titulo = "Faltan las listas de palabras"

    def __init__(self, carpeta: str) -> None:
        super().__init__(carpeta)
        self.carpeta = carpeta

    def __str__(self) -> str:
        return (
            f"No están las listas de palabras en {self.carpeta} y sin ellas no se admite ninguna contraseña nueva. "
            "Quien administra debe correr ./dstc, que las repone."
        )


class ClaveProvisional(ErrorGestion):
    """Entró con una contraseña que le dio otra persona, o que ya no se admite: antes de seguir la cambia."""

    titulo = "Cambie su contraseña"

    def __str__(self) -> str:
        return (
            "Antes de seguir cambie su contraseña: la que usó se la dio otra persona o ya no se admite. "
            "En la página, en «Su cuenta»; un programa, con POST /api/v1/sesiones/actual/clave."
        )


class OrigenAjeno(ErrorGestion):
    """La petición vino de otro sitio web; se rechaza para que nadie actúe por usted."""

    titulo = "Petición de otro sitio"

    def __str__(self) -> str:
        return "La petición no salió de este sistema. Abra la página de aquí y vuelva a intentar."


class FaltaConfirmar(ErrorGestion):
    """Se puede hacer, pero antes hay algo que saber y confirmar; no se hizo nada.

    confirmar: una clave por advertencia, en el mismo orden; es lo que se devuelve para confirmarla.
    folios: las claves que son un expediente.
    """

    titulo = "Falta confirmar"

    def __init__(self, advertencias: Sequence[str], confirmar: Sequence[str], folios: Sequence[str]) -> None:
        super().__init__(tuple(advertencias), tuple(confirmar), tuple(folios))
        self.advertencias, self.confirmar, self.folios = tuple(advertencias), tuple(confirmar), tuple(folios)

    @property
    def pares(self) -> tuple[tuple[str, str], ...]:
        """Cada clave con su advertencia."""
        return tuple(zip(self.confirmar, self.advertencias, strict=True))

    def __str__(self) -> str:
        return f"No se abrió nada: {'; '.join(self.advertencias)}. Si aun así procede, confírmelo."


# --- oficios -----------------------------------------------------------------


class OficioIncompleto(ErrorGestion):
    """El borrador tiene datos que la plantilla no encontró y nadie ha escrito."""

    titulo = "Faltan datos en el oficio"

    def __init__(self, faltan: Sequence[str]) -> None:
        super().__init__(tuple(faltan))
        self.faltan = tuple(faltan)

    def __str__(self) -> str:
        return (
            f"El oficio todavía no se puede firmar: faltan {', '.join(self.faltan)}. "
            "Corrija el borrador donde dice FALTA y guárdelo."
        )


class OficiosExigidos(ErrorGestion):
    """El expediente terminaría sin los oficios que la norma pide expresamente; no se registró la respuesta."""

    titulo = "Faltan oficios que la norma exige"

    def __init__(self, folio: str, faltan: Sequence[str]) -> None:
        super().__init__(folio, tuple(faltan))
        self.folio, self.faltan = folio, tuple(faltan)

    def __str__(self) -> str:
        return (
            f"{self.folio} no puede terminar todavía: falta firmar {'; '.join(self.faltan)}. "
            "Pida la firma a quien tiene el cargo o, si ya se firmó en papel, registre en el oficio el documento, su "
            "número y su fecha. Después vuelva a responder: lo que capturó sigue aquí."
        )


class NormaEnProyecto(ErrorGestion):
    """El oficio se funda en una norma que no está vigente y el ajuste impide firmarlo."""

    titulo = "La norma no está vigente"

    def __init__(self, normas: Sequence[str]) -> None:
        super().__init__(tuple(normas))
        self.normas = tuple(normas)

    def __str__(self) -> str:
        return (
            f"El oficio se funda en normas que no constan como vigentes: {'; '.join(self.normas)}. "
            "Pida a la administración que registre su publicación, o cambie el fundamento."
        )


class LeidoCambio(ErrorGestion):
    """Lo que se imprimiría ya no es lo que leyó quien firma; no se firmó. partes: qué cambió, en palabras."""

    titulo = "Lo que leyó ya no es lo que saldría"

    def __init__(self, partes: Sequence[str]) -> None:
        super().__init__(tuple(partes))
        self.partes = tuple(partes)

    def __str__(self) -> str:
        return f"No se firmó: desde que lo leyó cambió {'; '.join(self.partes)}. Léalo de nuevo y firme."


class OficioCambio(ErrorGestion):
    """El borrador se corrigió después de que esta persona lo leyó."""

    titulo = "El oficio cambió"

    def __init__(self, quien: str) -> None:
        super().__init__(quien)
        self.quien = quien

    def __str__(self) -> str:
        return (
            f"{self.quien} corrigió este oficio después de que usted lo leyó, y lo suyo no se guardó. "
            "Compare con la versión de ahora, junte los cambios y vuelva a guardar."
        )


class CodigoDesconocido(ErrorGestion):
    """Ningún oficio firmado lleva ese código; no se dice si está mal escrito o no existe."""

    titulo = "No hay un oficio con ese código"

    def __str__(self) -> str:
        return (
            "Ningún oficio emitido lleva ese código. Revíselo contra el papel: son dieciséis letras y números, "
            "y los guiones no importan."
        )
