"""La ayuda en su lugar: qué significa cada estado, qué hacer cuando algo falla, y el glosario con buscador."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.dependencias import Entrada
from api.web.historia.recorrido import SIGNOS
from api.web.oficios.resumidos import ESTADOS as DE_OFICIO
from api.web.piezas.frases_plazos import URGENCIAS
from api.web.piezas.pagina import pagina
from modelos.organizacion.permisos import NOMBRES, Rol
from modelos.tabla import glosario

ruta = APIRouter()
LARGO_BUSQUEDA = 100
DE_EXPEDIENTE = {
    "en_curso": "Avanza: al menos una unidad tiene algo que responder, o se espera una fecha o a otro expediente.",
    "suspendido": "La coordinación lo detuvo con un motivo. Nadie puede responder y sus plazos no corren hasta que lo "
    "reanude.",
    "concluido": "Llegó a uno de los finales de su procedimiento; el desenlace dice a cuál. Ya no cambia.",
    "concluido_debiendo": "Llegó a uno de sus finales, pero falta firmar o enviar algún oficio que sus pasos pidieron. "
    "Se ve así hasta que salgan todos, o se registre el documento que se firmó fuera.",
    "cancelado": "Se terminó antes de llegar a un final, con su motivo. Sus pendientes se cerraron y su historia se "
    "conserva.",
}
DE_TURNO = {
    "pendiente": ("○", "Pendiente", "Espera a que alguien de la unidad lo responda; nadie lo ha tomado."),
    "tomado": ("●", "Tomado", "Una persona lo apartó para sí. Puede liberarlo, o la coordinación darlo a otra."),
    "atendido": ("✓", "Atendido", "Ya se respondió. La respuesta está en la historia, con quién y cuándo."),
    "cancelado": ("✕", "Cancelado", "Ya no se le espera: bastó con otros, o el expediente se canceló."),
}
DE_PLAZO = {
    "vencido": "Pasó su fecha legal y no se ha cumplido. Se insiste unas veces; después, sólo en el resumen semanal.",
    "hoy": "Vence hoy.",
    "urge": "Ya llegó su fecha conservadora: todavía está en tiempo según la ley, pero no conviene esperar.",
    "pronto": "Faltan 3 días hábiles o menos.",
    "holgado": "Corre, y falta más que eso.",
    "suspendido": "No corre porque el expediente está suspendido; se contará de nuevo al reanudarlo.",
    "sin_fecha": "No se pudo calcular y no se inventa: falta publicar el calendario de un año, o capturar un dato.",
    "cumplido": "Se atendió; dice si fue a tiempo.",
    "cancelado": "Dejó de correr sin cumplirse, porque su turno o su expediente se canceló.",
}
DE_OFICIO_QUE_ES = {
    "borrador": "Lo redactó el sistema con los datos del expediente. Se puede corregir hasta que se firme.",
    "firmado": "Ya tiene número, código de verificación y PDF; el sistema lo está enviando.",
    "enviado": "Llegó a sus destinatarios; se ve quién falta de acusar.",
    "firmado_fuera": "Se firmó en papel: aquí constan el documento, su número y su fecha, que es la que cuenta.",
    "cancelado": "Se dejó sin efecto después de firmado, con su motivo. Conserva su número.",
    "sustituido": "Otro oficio lo dejó sin efecto al firmarse.",
    "descartado": "Un borrador que no hizo falta.",
}
DE_PASO = {
    "hecha": "Alguien ya la respondió.",
    "actual": "Es lo que se espera ahora.",
    "repite": "Se hizo, pero se volverá a pasar por ella.",
    "por_venir": "No hay manera de terminar sin pasar por ella.",
    "quiza": "Sólo toca si algo se devuelve o se elige cierta respuesta.",
    "omitida": "El camino que se tomó no pasó por ella.",
    "cancelada": "Se había abierto y se cerró sin respuesta.",
    "no_llego": "El expediente se canceló antes.",
}
POR_ROL: dict[str, tuple[str, ...]] = {
    Rol.OPERACION: (
        "En «Lo que le toca» está lo que su unidad debe; lo marcado «Nuevo» no lo ha abierto.",
        (
            "Abra el turno, lea qué se pide y por qué, adjunte lo que se exige y elija la respuesta. Antes de "
            "registrarla la página dice a quién pasará."
        ),
        "Si va a tardar, tómelo: los demás verán que usted lo tiene. Si no le toca, libérelo.",
        "Para devolver hay que escribir el motivo; quien lo recibe lo lee.",
        (
            "Si algo ya venció, dé una fecha compromiso en la página del expediente: hasta ese día no se insiste. El "
            "plazo sigue vencido, y si la fecha pasa se le vuelve a insistir."
        ),
    ),
    Rol.COORDINACION: (
        "Inicie un procedimiento desde «Procedimientos»; lo que se abre solo está en «Calendario».",
        (
            "Desde la página de un expediente puede reasignar, suspender, reanudar, prorrogar un plazo, dejar de "
            "esperar a los que faltan, permitir más devoluciones o cancelar. Todo lleva motivo y queda en la historia."
        ),
        "Si algo automático no se pudo completar, su página lo dice y ofrece reintentarlo.",
        "Siga los expedientes que le importan: al abrir «Expedientes, los que sigo» ve qué hay de nuevo.",
    ),
    Rol.DIRECCION: (
        "Ve todo y no necesita atender nada: use «Plazos» para lo vencido y «Expedientes» para un caso.",
        "En cada expediente, lo primero dice dónde está, quién lo tiene, hasta cuándo y por qué esa fecha.",
        "Puede comentar y mencionar a quien lo lleva sin cambiar nada del expediente.",
    ),
    Rol.ADMINISTRACION: (
        "«Sin responsable» quiere decir que en una unidad no hay nadie activo: adscriba a alguien.",
        "Publique los días inhábiles institucionales en «Administración»: antes de aprobar verá qué plazos se mueven.",
        "Un mensaje que no salió está en «Mensajes», con su causa; corrija y reintente.",
        "Nada se borra: las bajas llevan fecha.",
    ),
}
FALLAS: tuple[tuple[str, str, str], ...] = (
    (
        "ya-atendida",
        "«Otra persona ya la atendió»",
        (
            "Alguien de su unidad respondió antes y lo de usted no se registró. Lo que escribió sigue en la página: "
            "cópielo si hace falta y abra el expediente para ver cómo quedó."
        ),
    ),
    (
        "sesion",
        "«Su sesión venció»",
        (
            "Vuelva a entrar: lo que estaba escribiendo regresa a su formulario. Los archivos elegidos hay que "
            "elegirlos otra vez."
        ),
    ),
    (
        "permiso",
        "«No le corresponde» (403)",
        "Su unidad no participa en ese expediente, o ya no está adscrito a ella. Pida a la coordinación que lo revise.",
    ),
    (
        "archivo",
        "«El archivo se rechazó»",
        "Es de un tipo que no se admite, está vacío o pesa demasiado. Guárdelo como PDF, o divídalo.",
    ),
    (
        "falla-automatica",
        "«Algo automático no se pudo completar»",
        (
            "Lo registrado está a salvo. Lo que el sistema hace solo (un oficio, un aviso, otro expediente) agotó sus "
            "intentos; quien conduce el expediente puede reintentarlo desde su página, y si vuelve a fallar, avise a "
            "quien administra el sistema."
        ),
    ),
    (
        "sin-fecha",
        "Un plazo dice «Sin fecha»",
        (
            "No se inventa ninguna. Si falta el calendario de un año, hay que publicarlo; si falta un dato, "
            "capturarlo o corregir desde cuándo corre."
        ),
    ),
    (
        "detenida",
        "«Esta página dejó de actualizarse sola»",
        (
            "Se perdió la conexión, se cerró su sesión o algo falló varias veces. Recargue la página; lo que haya "
            "escrito cópielo antes."
        ),
    ),
    (
        "base",
        "«El sistema no responde» (503)",
        "Espere un minuto y vuelva a enviar: la página de error conserva lo que escribió.",
    ),
    (
        "rota",
        "«La historia no cuadra»",
        (
            "Alguien cambió la base por fuera. No siga con ese expediente y avise de inmediato a quien administra el "
            "sistema."
        ),
    ),
)


@ruta.get("/ayuda")
def ver(request: Request, puerta: Entrada) -> HTMLResponse:
    """Los estados, qué hacer cuando algo falla y qué hace cada rol; el propio primero."""
    with puerta.lectura() as (_, quien):
        suyos = {rol for _, rol in quien.adscripciones}
    roles = sorted(POR_ROL, key=lambda rol: rol not in suyos)
    return pagina(
        request,
        "procedimientos/ayuda.html",
        quien,
        roles=[(NOMBRES[Rol(rol)], POR_ROL[rol], rol in suyos) for rol in roles],
        de_expediente=DE_EXPEDIENTE,
        de_turno=DE_TURNO,
        de_plazo={c: (*URGENCIAS[c], DE_PLAZO[c]) for c in DE_PLAZO},
        de_oficio={c: (*DE_OFICIO[c], DE_OFICIO_QUE_ES[c]) for c in DE_OFICIO},
        de_paso={c: (*SIGNOS[c], DE_PASO[c]) for c in SIGNOS},
        fallas=FALLAS,
    )


@ruta.get("/ayuda/glosario")
def buscar(request: Request, puerta: Entrada, texto: str = "") -> HTMLResponse:
    """Qué quiere decir cada término; texto: sólo los que lo llevan."""
    texto = texto.strip()[:LARGO_BUSQUEDA]
    with puerta.lectura() as (_, quien):
        pass
    halladas = glosario.buscar(texto)
    return pagina(
        request,
        "procedimientos/glosario.html",
        quien,
        texto=texto,
        halladas=halladas,
        todas=glosario.entradas(),
    )
