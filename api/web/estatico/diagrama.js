// Cambia el dibujo de cada diagrama por uno que se recorre y se acerca, y le sobrepone los estados.
// Si algo falla, o en una pantalla táctil (donde el dedo ya recorre la imagen), se queda el dibujo.
(() => {
  "use strict";

  const LEGIBLE = 0.6;
  const ACERCAR = 1.25;
  const PASO = 60;
  const FLECHAS = { ArrowLeft: [PASO, 0], ArrowRight: [-PASO, 0], ArrowUp: [0, PASO], ArrowDown: [0, -PASO] };
  let visor = null;

  function traer(elemento, atributos) {
    return new Promise((bien, mal) => {
      const nuevo = Object.assign(document.createElement(elemento), atributos);
      nuevo.addEventListener("load", bien);
      nuevo.addEventListener("error", () => mal(new Error(`no se pudo cargar ${atributos.src || atributos.href}`)));
      document.head.append(nuevo);
    });
  }

  // El visor pesa: se trae una vez, y sólo cuando un diagrama está por verse.
  function traerVisor([programa, ...hojas]) {
    visor ??= Promise.all([
      traer("script", { src: programa }),
      ...hojas.map((href) => traer("link", { rel: "stylesheet", href })),
    ]);
    return visor;
  }

  function marcar(vivo, marcas) {
    const lienzo = vivo.get("canvas");
    for (const { id, tono, texto } of marcas) {
      if (!vivo.get("elementRegistry").get(id)) continue;
      lienzo.addMarker(id, `tono-${tono}`);
      if (!texto) continue;
      const insignia = document.createElement("div");
      insignia.className = `insignia insignia-${tono}`;
      insignia.textContent = texto;
      vivo.get("overlays").add(id, { position: { top: -14, left: 8 }, html: insignia });
    }
  }

  // Entero si así se lee; si no, a buen tamaño y empezando por lo que está en curso.
  function encuadrar(vivo, marcas) {
    const lienzo = vivo.get("canvas");
    lienzo.zoom("fit-viewport");
    if (lienzo.zoom() >= LEGIBLE) return;
    const actual = marcas.find(({ tono }) => tono === "actual" || tono === "vencida");
    const elemento = vivo.get("elementRegistry").get(actual ? actual.id : "inicio");
    lienzo.zoom(0.85);
    const caja = lienzo.viewbox();
    const x = actual ? elemento.x + elemento.width / 2 - caja.width / 2 : 0;
    lienzo.viewbox({ ...caja, x: Math.max(-10, x), y: Math.max(-10, elemento.y + elemento.height / 2 - caja.height / 2) });
  }

  // El nombre de cada carril queda al margen izquierdo de quien lo mira cuando el suyo sale de la vista.
  function rotular(lugar, vivo) {
    const carriles = vivo.get("elementRegistry").filter((e) => e.type === "bpmn:Lane").map((carril) => {
      const rotulo = document.createElement("div");
      rotulo.className = "carril-a-la-vista";
      rotulo.setAttribute("aria-hidden", "true");
      rotulo.textContent = carril.businessObject.name;
      lugar.append(rotulo);
      return [carril, rotulo];
    });
    const colocar = () => {
      const caja = vivo.get("canvas").viewbox();
      const [y0, y1] = [caja.y, caja.y + caja.height];
      for (const [carril, rotulo] of carriles) {
        const arriba = Math.max(carril.y, y0);
        rotulo.hidden = caja.x <= carril.x || arriba + 26 / caja.scale > Math.min(carril.y + carril.height, y1);
        rotulo.style.top = `${(arriba - y0) * caja.scale + 4}px`;
      }
    };
    vivo.on("canvas.viewbox.changed", colocar);
    colocar();
  }

  function mandar(raiz, vivo, marcas) {
    const lienzo = vivo.get("canvas");
    const actos = {
      acercar: () => lienzo.zoom(lienzo.zoom() * ACERCAR),
      alejar: () => lienzo.zoom(lienzo.zoom() / ACERCAR),
      todo: () => lienzo.zoom("fit-viewport"),
      imagen: (boton) => {
        const hay = raiz.classList.toggle("con-vivo");
        boton.setAttribute("aria-pressed", String(!hay));
        if (hay) encuadrar(vivo, marcas);
      },
    };
    for (const boton of raiz.querySelectorAll("[data-mando]")) {
      boton.addEventListener("click", () => {
        actos[boton.dataset.mando](boton);
        const imagen = !raiz.classList.contains("con-vivo");
        raiz.querySelectorAll("[data-mando]:not([data-mando=imagen])").forEach((b) => { b.disabled = imagen; });
      });
    }
    raiz.querySelector(".diagrama-vivo").addEventListener("keydown", (evento) => {
      if (evento.ctrlKey || evento.metaKey || evento.altKey) return;
      if (FLECHAS[evento.key]) {
        const [dx, dy] = FLECHAS[evento.key];
        evento.preventDefault();
        lienzo.scroll({ dx, dy });
        return;
      }
      const acto = { "+": "acercar", "=": "acercar", "-": "alejar", 0: "todo" }[evento.key];
      if (!acto) return;
      evento.preventDefault();
      actos[acto]();
    });
    raiz.querySelector(".diagrama-mandos").hidden = false;
  }

  async function avivar(raiz) {
    const datos = JSON.parse(document.getElementById(raiz.dataset.diagrama).textContent);
    const [respuesta] = await Promise.all([fetch(datos.xml), traerVisor(datos.visor)]);
    if (!respuesta.ok) throw new Error(`el diagrama respondió ${respuesta.status}`);
    const lugar = raiz.querySelector(".diagrama-vivo");
    const letra = { fontFamily: "Noto Sans, Arial, sans-serif", fontSize: 11 };
    const vivo = new window.BpmnJS({
      container: lugar,
      zoomScroll: { enabled: false },
      textRenderer: { defaultStyle: letra, externalStyle: { fontSize: 10, lineHeight: 1.15 } },
    });
    raiz.classList.add("con-vivo");
    try {
      await vivo.importXML(await respuesta.text());
    } catch (error) {
      raiz.classList.remove("con-vivo");
      vivo.destroy();
      throw error;
    }
    const dibujo = lugar.querySelector("svg");
    dibujo.setAttribute("role", "application");
    dibujo.setAttribute(
      "aria-label",
      `Diagrama de «${datos.nombre}». Flechas para moverlo, más y menos para acercarlo; los mismos pasos están en texto.`,
    );
    // La rueda mueve la página, salvo que se haya entrado al diagrama.
    lugar.addEventListener("focusin", () => vivo.get("zoomScroll").toggle(true));
    lugar.addEventListener("focusout", () => vivo.get("zoomScroll").toggle(false));
    marcar(vivo, datos.marcas);
    encuadrar(vivo, datos.marcas);
    rotular(lugar, vivo);
    mandar(raiz, vivo, datos.marcas);
    raiz.dataset.listo = "si";
  }

  if (matchMedia("(pointer: coarse)").matches) return;
  const mirador = new IntersectionObserver((vistos) => {
    for (const { isIntersecting, target } of vistos) {
      if (!isIntersecting) continue;
      mirador.unobserve(target);
      avivar(target).catch((error) => {
        target.dataset.listo = "no";
        console.warn("Se queda la imagen del diagrama:", error);
      });
    }
  }, { rootMargin: "400px" });
  const observar = (en) => en.querySelectorAll("[data-diagrama]").forEach((raiz) => mirador.observe(raiz));
  observar(document);
  document.addEventListener("vivo:cambio", ({ detail }) => observar(detail)); // el que se actualizó solo es otro
})();
