"""Con qué sale bien cada llamada: quién la hace, sobre qué, y lo que su esquema no puede saber (ids, claves, estado).

Cada caso prepara lo suyo y se pide de nuevo en cada intento; los valores que aquí no se dicen los da el generador.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from modelos import reloj
from modelos.administracion.demo import CLAVE, DOMINIO
from modelos.avisos.entrega import Entrega
from modelos.expedientes.expediente import Turno
from modelos.oficios.oficio import Oficio
from modelos.organizacion.organigrama import Adscripcion, por_correo
from modelos.plazos.plazo import Plazo
from modelos.tabla.emision import FORMATO
from tests.accesorios.fabricas import PDF, Cliente, Instancia
from tests.accesorios.oficina import enviado, leer, suelto
from tests.accesorios.paginas.visitante import hasta_la_consulta
from tests.integracion.administracion.test_excel import BUENO, libro

CAST = "CAST-DEMO-01"
ADMINISTRA = "administracion"
NUEVA = "nueve nubes sobre el valle"
"""Una contraseña que sirve a quien sea."""
DOS_DIAS = b"inicio,fin,tipo,ambito,lugar,motivo,fuente,publicado_dof\n"


@dataclass
class Pedido:
    """Lo que se fija de una llamada. ademas: campos que el esquema no exige y este caso sí; quita: los que estorban.

    sin: campos que no se pueden mandar junto con los demás.
    """

    alias: str | None = "coordinacion"
    ruta: dict[str, Any] = field(default_factory=dict)
    cuerpo: dict[str, Any] = field(default_factory=dict)
    consulta: dict[str, Any] = field(default_factory=dict)
    ademas: tuple[str, ...] = ()
    sin: tuple[str, ...] = ()


@dataclass
class Mundo:
    """La instancia servida y lo que los casos crean en ella."""

    instancia: Instancia
    direccion: str
    cuenta: int = 0
    lunes: int = 0
    clientes: dict[str | None, Cliente] = field(default_factory=dict)

    def como(self, alias: str | None) -> Cliente:
        """El cliente con la sesión de esa cuenta; uno por cuenta."""
        if alias not in self.clientes:
            self.clientes[alias] = Cliente(self.direccion, alias).conservado()
        return self.clientes[alias]

    def otro(self, prefijo: str) -> str:
        """Un nombre que nadie ha usado."""
        self.cuenta += 1
        return f"{prefijo}{self.cuenta}"

    def leer(self, camino: str, alias: str = "coordinacion") -> Any:
        """Lo que responde un GET."""
        respuesta = self.como(alias).get(camino)
        assert respuesta.status_code == 200, respuesta.text
        return respuesta.json()

    def hacer(self, metodo: str, camino: str, alias: str = "coordinacion", **mas: Any) -> Any:
        """Lo que responde un acto."""
        respuesta = self.como(alias).request(metodo, camino, **mas)
        assert respuesta.is_success, respuesta.text
        return respuesta.json()

    def expediente(self, procedimiento: str = "normatividad", **datos: Any) -> str:
        """Un expediente nuevo."""
        return self.instancia.iniciar(procedimiento, **datos)

    def turno(self) -> Turno:
        """El primer turno de un expediente nuevo; es de la DSTC."""
        return self.instancia.abiertos(self.expediente())[0]

    def borrador(self, externos: tuple[dict[str, str], ...] = ()) -> str:
        """Un oficio por firmar de la DSTC para la CST."""
        return suelto(self.instancia, externos=externos).id

    def oficio(self) -> str:
        """Uno firmado y enviado."""
        return enviado(self.instancia, leer(self.instancia, self.borrador())).id

    def persona(self, **mas: Any) -> dict[str, Any]:
        """Una persona nueva de un CAST."""
        nueva = {"correo": f"{self.otro('p')}@ejemplo.mx", "nombre": "Persona", "unidad": CAST, "rol": "operacion"}
        hecha: dict[str, Any] = self.hacer("POST", "/personas", ADMINISTRA, json={**nueva, **mas})
        return hecha

    def unidad(self) -> str:
        """Un CAST nuevo."""
        clave = self.otro("CAST-N")
        datos = {"clave": clave, "nombre": "CAST nuevo", "depende_de": "CE-15"}
        self.hacer("POST", "/unidades", ADMINISTRA, json=datos)
        return clave

    def id_de(self, alias: str) -> int:
        """El id de una cuenta de la demostración."""
        with self.instancia.leer() as s:
            persona = por_correo(s, f"{alias}@{DOMINIO}")
            assert persona is not None
            return persona.id or 0

    def publicacion(self, alias: str = ADMINISTRA) -> int:
        """Una propuesta de días inhábiles, y ninguna otra por resolver."""
        self.sin_propuestas()
        tramo = {"inicio": self.dia(), "tipo": "suspension_labores"}
        tramo["fin"] = tramo["inicio"]
        cuerpo = {"dias": [{**tramo, "motivo": self.otro("Motivo "), "fuente": "Acuerdo"}], "motivo": "Se publicó"}
        return int(self.hacer("POST", "/calendario/publicaciones", alias, json=cuerpo)["id"])

    def dia(self) -> str:
        """Un lunes de 2027 que nadie ha propuesto."""
        self.lunes += 1
        return (date(2027, 1, 4) + timedelta(weeks=self.lunes)).isoformat()

    def cerrar(self) -> None:
        """Cierra sus clientes."""
        for cliente in self.clientes.values():
            cliente.close()

    def sin_propuestas(self) -> None:
        """Descarta las que haya: la misma dos veces no se admite."""
        for propuesta in self.leer("/calendario/publicaciones?estado=propuesta", ADMINISTRA)["elementos"]:
            camino = f"/calendario/publicaciones/{propuesta['id']}/descartar"
            self.hacer("POST", camino, ADMINISTRA, json={"motivo": "Otra prueba"})

    def captura(self, turno: str) -> int:
        """Algo guardado de un turno; su revisión."""
        cuerpo = {"revision": 0, "comentario": "A medias"}
        return int(self.hacer("PUT", f"/turnos/{turno}/captura", "dstc", json=cuerpo)["revision"])


CASOS: dict[str, Callable[[Mundo], Pedido]] = {}


def caso(*llamadas: str) -> Callable[[Callable[[Mundo], Pedido]], Callable[[Mundo], Pedido]]:
    """Registra con qué sale bien esa llamada, o varias."""

    def registrar(funcion: Callable[[Mundo], Pedido]) -> Callable[[Mundo], Pedido]:
        CASOS.update(dict.fromkeys(llamadas, funcion))
        return funcion

    return registrar


# --- entrar, y lo que no pide nada -------------------------------------------------


@caso("POST /sesiones")
def _entrar(_m: Mundo) -> Pedido:
    return Pedido(None, cuerpo={"correo": f"dia@{DOMINIO}", "clave": CLAVE})


@caso("GET /salud", "GET /salud/vivo")
def _sin_nadie(_m: Mundo) -> Pedido:
    return Pedido(None)


@caso("GET /salud/listo")
def _listo(_m: Mundo) -> Pedido:
    return Pedido(None)


@caso("GET /sesiones/actual", "GET /procedimientos", "GET /ciclos", "GET /campanas", "GET /calendario/suscripciones")
def _solo_leer(_m: Mundo) -> Pedido:
    return Pedido(consulta={"hasta": "2027-05-01"})


@caso("POST /sesiones/actual/clave")
def _cambiar_clave(m: Mundo) -> Pedido:
    suya, clave = _con_clave(m)
    return Pedido(suya, cuerpo={"actual": clave, "nueva": NUEVA})


def _con_clave(m: Mundo, **mas: Any) -> tuple[str, str]:
    """Una persona nueva que entró con la contraseña que le dieron: su correo, que es su cuenta en `m`, y ésa."""
    persona = m.persona(**mas)
    clave = m.hacer("POST", f"/personas/{persona['id']}/clave", ADMINISTRA)["clave_inicial"]
    correo: str = persona["correo"]
    m.clientes[correo] = Cliente(m.direccion).conservado()
    abierta = m.hacer("POST", "/sesiones", correo, json={"correo": correo, "clave": clave})
    m.clientes[correo].headers["Authorization"] = f"Bearer {abierta['token']}"
    return correo, clave


@caso("DELETE /sesiones/actual")
def _salir(m: Mundo) -> Pedido:
    if cerrada := m.clientes.pop("ssi", None):
        cerrada.close()
    return Pedido("ssi")


# --- expedientes -------------------------------------------------------------------


@caso("POST /expedientes")
def _iniciar(_m: Mundo) -> Pedido:
    return Pedido(cuerpo={"procedimiento": "seguimiento", "datos": {}})


@caso("GET /expedientes", "GET /turnos", "GET /plazos")
def _listas(_m: Mundo) -> Pedido:
    return Pedido(consulta={"procedimiento": "normatividad", "unidad": "DSTC"}, sin=("cursor",))


@caso(
    "GET /expedientes/{folio}", "GET /expedientes/{folio}/seguimiento", "PUT /expedientes/{folio}/seguimiento",
    "DELETE /expedientes/{folio}/seguimiento", "POST /expedientes/{folio}/visto",
    "POST /expedientes/{folio}/cancelar", "POST /expedientes/{folio}/suspender",
    "POST /expedientes/{folio}/ampliar-vueltas", "POST /expedientes/{folio}/reintentar",
)  # fmt: skip
def _de_un_expediente(m: Mundo) -> Pedido:
    return Pedido(ruta={"folio": m.expediente()}, cuerpo={"tope": 9})


@caso("GET /expedientes/{folio}/bitacora", "GET /expedientes/{folio}/oficios")
def _de_un_expediente_por_tramos(m: Mundo) -> Pedido:
    return Pedido(ruta={"folio": m.expediente()}, sin=("cursor",))


@caso(
    "GET /expedientes/{folio}/comentarios", "GET /expedientes/{folio}/lectores", "POST /expedientes/{folio}/comentarios"
)
def _comentarios(m: Mundo) -> Pedido:
    return Pedido(ruta={"folio": m.expediente()}, cuerpo={"menciona": [m.id_de("dstc")]}, sin=("cursor",))


@caso("GET /seguimientos")
def _seguidos(m: Mundo) -> Pedido:
    m.hacer("PUT", f"/expedientes/{m.expediente()}/seguimiento")
    return Pedido(sin=("cursor",))


@caso("POST /expedientes/{folio}/reanudar")
def _reanudar(m: Mundo) -> Pedido:
    folio = m.expediente()
    m.hacer("POST", f"/expedientes/{folio}/suspender", json={"motivo": "Se espera", "fecha": "2026-11-23"})
    return Pedido(ruta={"folio": folio})


@caso("POST /expedientes/{folio}/prorrogar", "POST /expedientes/{folio}/rectificar")
def _mover_un_plazo(m: Mundo) -> Pedido:
    folio = hasta_la_consulta(m.instancia)
    plazo = m.leer(f"/expedientes/{folio}")["plazos"][0]
    return Pedido(ruta={"folio": folio}, cuerpo={"plazo": plazo["id"], "vence": plazo["vence"]}, ademas=("plazo",))


@caso("POST /expedientes/{folio}/comprometer")
def _comprometer(m: Mundo) -> Pedido:
    folio = hasta_la_consulta(m.instancia)
    plazo = m.leer(f"/expedientes/{folio}")["plazos"][0]["id"]
    with m.instancia.como(None) as ctx:
        ayer = reloj.hoy() - timedelta(days=1)
        ctx.s.execute(update(Plazo).where(col(Plazo.id) == plazo).values(vence=ayer, conservador=ayer))
    return Pedido(ruta={"folio": folio}, cuerpo={"plazo": plazo, "fecha": "2026-12-01"})


@caso("POST /expedientes/{folio}/cerrar-espera")
def _cerrar_espera(m: Mundo) -> Pedido:
    folio = hasta_la_consulta(m.instancia)
    turno = m.instancia.abiertos(folio)[0]
    m.instancia.atender(turno)
    return Pedido(ruta={"folio": folio}, cuerpo={"actividad": turno.actividad, "vuelta": turno.vuelta})


# --- turnos ------------------------------------------------------------------------


@caso("GET /turnos/{id}", "GET /turnos/{id}/captura", "POST /turnos/{id}/tomar", "PUT /turnos/{id}/captura")
def _de_un_turno(m: Mundo) -> Pedido:
    turno = m.turno()
    return Pedido("dstc", {"id": turno.id}, {"version": turno.version, "revision": 0})


@caso("POST /turnos/{id}/atender")
def _atender(m: Mundo) -> Pedido:
    turno = m.turno()
    salida = next(iter(m.instancia.actividad(turno).salidas))
    return Pedido("dstc", {"id": turno.id}, {"salida": salida, "version": turno.version, "datos": {}})


@caso("POST /turnos/{id}/liberar")
def _liberar(m: Mundo) -> Pedido:
    tomado = m.hacer("POST", f"/turnos/{m.turno().id}/tomar", "dstc")
    return Pedido("dstc", {"id": tomado["id"]}, {"version": tomado["version"]})


@caso("POST /turnos/{id}/reasignar")
def _reasignar(m: Mundo) -> Pedido:
    turno = m.turno()
    cuerpo = {"persona": m.id_de("dstc"), "version": turno.version, "motivo": "Le toca"}
    return Pedido("coordinacion", {"id": turno.id}, cuerpo, ademas=("motivo",))


@caso("DELETE /turnos/{id}/captura")
def _descartar(m: Mundo) -> Pedido:
    turno = m.turno().id
    return Pedido("dstc", {"id": turno}, consulta={"revision": m.captura(turno)})


@caso("POST /turnos/{id}/anexos")
def _adjuntar(m: Mundo) -> Pedido:
    turno, evidencia = _con_evidencia(m)
    return Pedido(turno.unidad.lower(), {"id": turno.id}, {"evidencia": evidencia})


@caso("GET /anexos/{id}")
@caso("POST /anexos/{id}/retirar")
def _adjuntado(m: Mundo) -> Pedido:
    turno, _ = _con_evidencia(m)
    archivo = {"archivo": ("a.csv", b"a,b\n1,2\n", "text/csv")}
    alias = turno.unidad.lower()
    return Pedido(alias, {"id": m.hacer("POST", f"/turnos/{turno.id}/anexos", alias, files=archivo)["id"]})


def _con_evidencia(m: Mundo) -> tuple[Turno, str]:
    folio = m.expediente("reunion_trabajo")
    while m.instancia.abiertos(folio)[0].actividad != "7":
        m.instancia.atender(m.instancia.abiertos(folio)[0])
    return m.instancia.abiertos(folio)[0], "constancia"


# --- procedimientos, ciclos y campañas -----------------------------------------------


@caso("GET /procedimientos/{clave}", "GET /procedimientos/{clave}/bpmn", "GET /tablero/calor/{clave}")
def _un_procedimiento(m: Mundo) -> Pedido:
    version = m.leer("/procedimientos/normatividad")["version"]
    return Pedido(ruta={"clave": "normatividad"}, consulta={"version": version}, sin=("desde", "hasta"))


@caso("GET /tablero")
def _tablero(_m: Mundo) -> Pedido:
    return Pedido(consulta={"procedimiento": "normatividad", "unidad": "DSTC"}, sin=("desde", "hasta", "entidad"))


@caso("POST /ciclos/{procedimiento}/{periodo}/adelantar", "POST /ciclos/{procedimiento}/{periodo}/dispensar")
def _ciclo(m: Mundo) -> Pedido:
    # Uno por unidad: pedirlo otra vez es de otra unidad, o de todas las que falten.
    return Pedido(ruta={"procedimiento": "registro_mensual", "periodo": "2027-05"}, cuerpo={"unidad": m.unidad()})


@caso("POST /campanas/{procedimiento}/revisar", "POST /campanas/{procedimiento}/lanzar")
def _campana(m: Mundo) -> Pedido:
    cuerpo = {"datos": {"periodo": "2027-06"}, "unidades": [m.unidad()]}
    return Pedido(ruta={"procedimiento": "registro_mensual"}, cuerpo=cuerpo, ademas=("datos",))


@caso("GET /campanas/{procedimiento}/{periodo}", "POST /campanas/{procedimiento}/{periodo}/recordar")
def _campana_en_marcha(m: Mundo) -> Pedido:
    m.expediente("registro_mensual", cast=CAST, periodo="2026-12")
    return Pedido(ruta={"procedimiento": "registro_mensual", "periodo": "2026-12"}, sin=("cursor",))


# --- calendario ----------------------------------------------------------------------


@caso("GET /calendario/computo")
def _computo(_m: Mundo) -> Pedido:
    return Pedido(consulta={"unidad": CAST, "dias": 5}, ademas=("dias",), sin=("naturales", "meses"))


@caso("GET /calendario/ultimo-habil")
def _ultimo_habil(_m: Mundo) -> Pedido:
    return Pedido(consulta={"unidad": CAST})


@caso("GET /calendario/dias")
def _dias(_m: Mundo) -> Pedido:
    return Pedido(consulta={"unidad": CAST, "hasta": "2026-12-31"}, sin=("cursor",))


@caso("POST /calendario/suscripciones")
def _suscribirse(_m: Mundo) -> Pedido:
    return Pedido("cst", cuerpo={"unidad": "CST"})


@caso("DELETE /calendario/suscripciones/{id}")
def _revocar(m: Mundo) -> Pedido:
    return Pedido("cst", {"id": m.hacer("POST", "/calendario/suscripciones", "cst")["id"]})


@caso("GET /calendario/feed/{token}.ics")
def _feed(m: Mundo) -> Pedido:
    enlace = m.hacer("POST", "/calendario/suscripciones", "dstc")["enlace"]
    return Pedido(None, {"token": enlace.rpartition("/")[2].removesuffix(".ics")})


@caso("GET /calendario/publicaciones")
def _publicaciones(_m: Mundo) -> Pedido:
    return Pedido(ADMINISTRA, sin=("cursor",))


@caso("POST /calendario/publicaciones")
def _proponer(m: Mundo) -> Pedido:
    m.sin_propuestas()
    dia = m.dia()
    tramo = {"inicio": dia, "fin": dia, "tipo": "suspension_labores", "motivo": m.otro("Motivo ")}
    cuerpo = {"dias": [{**tramo, "fuente": "Acuerdo", "publicado_dof": "2026-11-20"}]}
    return Pedido(ADMINISTRA, cuerpo=cuerpo, ademas=("dias",), sin=("retira",))


@caso("POST /calendario/publicaciones/archivo")
def _proponer_archivo(m: Mundo) -> Pedido:
    m.sin_propuestas()
    dia = m.dia()
    renglon = f"{dia},{dia},suspension_labores,nacional,,{m.otro('Motivo ')},Acuerdo,2026-11-20\n"
    return Pedido(ADMINISTRA, cuerpo={"archivo": ("dias.csv", DOS_DIAS + renglon.encode(), "text/csv")})


@caso("GET /calendario/publicaciones/{id}")
def _una_publicacion(m: Mundo) -> Pedido:
    return Pedido(ADMINISTRA, {"id": m.publicacion()}, sin=("cursor",))


@caso("POST /calendario/publicaciones/{id}/aprobar")
def _aprobar(m: Mundo) -> Pedido:
    otra, clave = _con_clave(m, unidad="DSTC", rol="administracion")
    id_ = m.publicacion()
    nueva = m.hacer("POST", "/sesiones/actual/clave", otra, json={"actual": clave, "nueva": NUEVA})
    m.clientes[otra].headers["Authorization"] = f"Bearer {nueva['token']}"
    return Pedido(otra, {"id": id_}, {"base": m.leer(f"/calendario/publicaciones/{id_}", ADMINISTRA)["base"]})


@caso("POST /calendario/publicaciones/{id}/descartar")
def _descartar_dias(m: Mundo) -> Pedido:
    return Pedido(ADMINISTRA, {"id": m.publicacion()})


# --- avisos ----------------------------------------------------------------------------


@caso("GET /canales", "GET /entregas")
def _avisos(_m: Mundo) -> Pedido:
    return Pedido(ADMINISTRA, sin=("cursor",))


@caso("POST /canales")
def _canal_nuevo(_m: Mundo) -> Pedido:
    cuerpo = {"direccion": "json://127.0.0.1:9/x", "unidad": "CST"}
    return Pedido(ADMINISTRA, cuerpo=cuerpo, ademas=("unidad",), sin=("correo",))


@caso("DELETE /canales/{id}", "POST /canales/{id}/probar")
def _canal(m: Mundo) -> Pedido:
    cuerpo = {"nombre": "Uno", "direccion": "json://127.0.0.1:9/x", "unidad": "CST"}
    return Pedido(ADMINISTRA, {"id": m.hacer("POST", "/canales", ADMINISTRA, json=cuerpo)["id"]})


@caso("POST /entregas/{id}/reintentar")
def _reintentar(m: Mundo) -> Pedido:
    id_ = m.otro("entrega-")
    with m.instancia.como(None) as ctx:
        fallida: dict[str, Any] = {
            "estado": "fallida",
            "asunto": "x",
            "notificaciones": [],
            "creada": reloj.ahora(),
            "proximo": 0.0,
        }
        ctx.s.add(Entrega(id=id_, persona_id=m.id_de("dstc"), **fallida))
    return Pedido(ADMINISTRA, {"id": id_})


# --- oficios -----------------------------------------------------------------------------


@caso("GET /oficios")
def _oficios(_m: Mundo) -> Pedido:
    return Pedido("dstc", consulta={"unidad": "DSTC"}, sin=("cursor",))


@caso("POST /expedientes/{folio}/oficios")
def _oficio_nuevo(m: Mundo) -> Pedido:
    externo = {"nombre": "Alguien", "cargo": "Titular", "institucion": "Otra"}
    cuerpo = {"plantilla": "promocion_difusion/of_08", "emisor": "DSTC", "para": ["CST"], "ccp": ["DCAJ"]}
    return Pedido("dstc", {"folio": m.expediente()}, {**cuerpo, "externos": [externo]}, ademas=("para",))


@caso(
    "GET /oficios/{id}", "GET /oficios/{id}/pdf", "GET /oficios/{id}/docx", "POST /oficios/{id}/editar",
    "POST /oficios/{id}/rehacer",
)  # fmt: skip
def _borrador(m: Mundo) -> Pedido:
    id_ = m.borrador()
    return Pedido("dstc", {"id": id_}, {"version": leer(m.instancia, id_).version})


@caso("POST /oficios/{id}/firmar")
def _firmar(m: Mundo) -> Pedido:
    id_ = m.borrador()
    visto = m.leer(f"/oficios/{id_}", "dstc")
    return Pedido("dstc", {"id": id_}, {"version": visto["version"], "leido": visto["leido"]})


@caso("POST /oficios/{id}/firmado-fuera")
def _firmado_fuera(m: Mundo) -> Pedido:
    oficio = _pedido_por_un_paso(m)
    cuerpo = {"version": str(oficio.version), "fecha": "2026-11-24", "archivo": ("firmado.pdf", PDF, "application/pdf")}
    return Pedido(oficio.unidad.lower(), {"id": oficio.id}, cuerpo, ademas=("archivo",), sin=("anexo",))


def _pedido_por_un_paso(m: Mundo) -> Oficio:
    """El primer borrador que redacta el motor al avanzar un expediente nuevo."""
    folio = m.instancia.iniciar("normatividad")
    for _ in range(8):
        m.instancia.cumplir_encargos()
        with m.instancia.leer() as s:
            suyos = select(Oficio).where(col(Oficio.folio) == folio, col(Oficio.turno_id).is_not(None))
            if oficio := s.scalars(suyos.limit(1)).first():
                return oficio
        m.instancia.atender(m.instancia.abiertos(folio)[0])
    raise AssertionError("ningún paso redactó un oficio")


@caso("POST /oficios/{id}/cancelar", "POST /oficios/{id}/sustituir", "POST /oficios/{id}/recordar")
def _enviado(m: Mundo) -> Pedido:
    return Pedido("dstc", {"id": m.oficio()})


@caso("POST /oficios/{id}/destinatarios/{orden}/acusar")
def _acusar(m: Mundo) -> Pedido:
    return Pedido("cst", {"id": m.oficio(), "orden": 0})


@caso("GET /verificacion/{codigo}", "POST /verificacion/{codigo}")
def _verificar(m: Mundo) -> Pedido:
    return Pedido(None, {"codigo": leer(m.instancia, m.oficio()).codigo})


# --- plantillas, papelería y firmas --------------------------------------------------------


@caso("GET /plantillas", "GET /papeleria", "GET /leyendas", "GET /ordenamientos")
def _papeles(_m: Mundo) -> Pedido:
    return Pedido(ADMINISTRA)


@caso(
    "GET /plantillas/{carpeta}/{nombre}", "GET /plantillas/{carpeta}/{nombre}/versiones",
    "PUT /plantillas/{carpeta}/{nombre}", "POST /plantillas/{carpeta}/{nombre}/probar",
)  # fmt: skip
def _plantilla(m: Mundo) -> Pedido:
    una = m.leer("/plantillas/promocion_difusion/of_08", ADMINISTRA)
    cuerpo = {"texto": una["texto"] + f"\n<!-- {m.otro('v')} -->\n", "version": una["version"], "folio": m.expediente()}
    return Pedido(ADMINISTRA, {"carpeta": "promocion_difusion", "nombre": "of_08"}, cuerpo)


@caso("POST /plantillas/{carpeta}/{nombre}/volver")
def _volver(m: Mundo) -> Pedido:
    camino = "/plantillas/normatividad/of_03"
    una = m.leer(camino, ADMINISTRA)
    cuerpo = {"texto": una["texto"] + f"\n<!-- {m.otro('v')} -->\n", "version": una["version"], "motivo": "Prueba"}
    nueva = m.hacer("PUT", camino, ADMINISTRA, json=cuerpo)
    ruta = {"carpeta": "normatividad", "nombre": "of_03"}
    return Pedido(ADMINISTRA, ruta, {"a": 0, "version": nueva["version"]})


@caso("PUT /papeleria/{unidad}")
def _papeleria(_m: Mundo) -> Pedido:
    cuerpo = {"formato": FORMATO, "lugar": "Metepec", "sitio": "https://ejemplo.mx"}
    return Pedido(ADMINISTRA, {"unidad": "CST"}, cuerpo)


@caso("PUT /leyendas/{anio}")
def _leyenda(_m: Mundo) -> Pedido:
    return Pedido(ADMINISTRA, {"anio": 2027})


@caso("PUT /ordenamientos/{clave}")
def _norma(m: Mundo) -> Pedido:
    clave = m.leer("/ordenamientos", ADMINISTRA)["elementos"][0]["clave"]
    return Pedido(ADMINISTRA, {"clave": clave}, {"vigente_hasta": "2027-01-01"})


@caso("GET /titulares", "GET /suplencias")
def _quien_firma(_m: Mundo) -> Pedido:
    return Pedido(ADMINISTRA, consulta={"unidad": "DSTC"})


@caso("POST /titulares", "POST /suplencias")
def _nombrar(m: Mundo) -> Pedido:
    cuerpo = {"unidad": "DSTC", "correo": f"dstc@{DOMINIO}", "desde": "2026-11-25", "hasta": "2026-12-25"}
    return Pedido(ADMINISTRA, cuerpo={**cuerpo, "procedimientos": ["normatividad"], "correo": m.persona()["correo"]})


@caso("POST /titulares/{id}/terminar")
def _terminar(m: Mundo) -> Pedido:
    cuerpo = {"unidad": "CST", "correo": m.persona()["correo"], "cargo": "Titular"}
    id_ = m.hacer("POST", "/titulares", ADMINISTRA, json=cuerpo)["id"]
    return Pedido(ADMINISTRA, {"id": id_}, {"hasta": "2026-12-31"})


@caso("POST /suplencias/{id}/terminar")
def _terminar_suplencia(m: Mundo) -> Pedido:
    dias = {"desde": "2027-02-01", "hasta": "2027-02-20"}
    cuerpo = {"unidad": "CST", "correo": m.persona()["correo"], "cargo": "Suplente", "precepto": "art. 1", **dias}
    id_ = m.hacer("POST", "/suplencias", ADMINISTRA, json=cuerpo)["id"]
    return Pedido(ADMINISTRA, {"id": id_}, {"hasta": "2027-02-10"})


# --- administración ------------------------------------------------------------------------


@caso("GET /unidades", "GET /personas", "GET /cambios")
def _catalogo(m: Mundo) -> Pedido:
    m.persona()
    return Pedido(ADMINISTRA, consulta={"unidad": CAST, "quien": m.id_de(ADMINISTRA)}, sin=("cursor",))


@caso("POST /unidades")
def _unidad_nueva(m: Mundo) -> Pedido:
    return Pedido(ADMINISTRA, cuerpo={"clave": m.otro("CAST-N"), "depende_de": "CE-15"})


@caso("PUT /unidades/{clave}", "POST /unidades/{clave}/baja")
def _unidad(m: Mundo) -> Pedido:
    return Pedido(ADMINISTRA, {"clave": m.unidad()}, {"depende_de": "CE-11"})


@caso("POST /unidades/{clave}/reactivar")
def _reactivar(m: Mundo) -> Pedido:
    clave = m.unidad()
    m.hacer("POST", f"/unidades/{clave}/baja", ADMINISTRA, json={"desde": "2026-11-25", "motivo": "Cerró"})
    return Pedido(ADMINISTRA, {"clave": clave})


@caso("POST /personas")
def _persona_nueva(m: Mundo) -> Pedido:
    return Pedido(ADMINISTRA, cuerpo={"correo": f"{m.otro('p')}@ejemplo.mx", "unidad": CAST})


@caso("GET /personas/{id}", "PUT /personas/{id}", "POST /personas/{id}/clave", "POST /personas/{id}/baja")
def _persona(m: Mundo) -> Pedido:
    return Pedido(ADMINISTRA, {"id": m.persona()["id"]}, {"correo": f"{m.otro('q')}@ejemplo.mx"})


@caso("POST /personas/{id}/adscripciones")
def _adscribir(m: Mundo) -> Pedido:
    cuerpo = {"unidad": "CST", "desde": "2026-11-25", "hasta": "2026-12-31"}
    return Pedido(ADMINISTRA, {"id": m.persona()["id"]}, cuerpo)


@caso("POST /personas/{id}/adscripciones/{adscripcion}/vigencia")
def _vigencia(m: Mundo) -> Pedido:
    id_ = m.persona()["id"]
    with m.instancia.leer() as s:
        suya = s.scalars(select(col(Adscripcion.id)).where(col(Adscripcion.persona_id) == id_)).one()
    return Pedido(ADMINISTRA, {"id": id_, "adscripcion": suya}, {"hasta": "2026-12-31"})


@caso("POST /personas/{id}/reactivar")
def _reactivar_persona(m: Mundo) -> Pedido:
    id_ = m.persona()["id"]
    m.hacer("POST", f"/personas/{id_}/baja", ADMINISTRA, json={"motivo": "Se fue"})
    return Pedido(ADMINISTRA, {"id": id_})


@caso("GET /catalogos.xlsx")
def _libro(_m: Mundo) -> Pedido:
    return Pedido(ADMINISTRA)


@caso("POST /catalogos/revisar", "POST /catalogos/cargar")
def _cargar(m: Mundo) -> Pedido:
    archivo = ("l.xlsx", libro(BUENO), "application/octet-stream")
    huella = m.hacer("POST", "/catalogos/revisar", ADMINISTRA, files={"archivo": archivo})["huella"]
    return Pedido(ADMINISTRA, cuerpo={"archivo": archivo, "huella": huella})
