// Lo que cambia mientras se mira se actualiza solo. Sin esto, la página funciona igual: se recarga a mano.
// La página dice qué vigila en [data-vivo-que] y con qué marca se pintó; se sustituyen sus [data-vivo="nombre"].
(() => {
  "use strict";
  const guia = document.querySelector("[data-vivo-que]");
  if (!guia || window.vivoDSTC) return;
  window.vivoDSTC = true;
  const CADA = 15000, QUE = guia.dataset.vivoQue;
  let marca = guia.dataset.vivoMarca, vista = marca, aplazados = [];
  let errores = 0, reloj = 0, preguntando = false, detenido = false;
  const pintados = new WeakMap(); // lo que mandó el servidor para cada parte, sin lo que otros programas le cambien
  for (const parte of document.querySelectorAll("[data-vivo]")) pintados.set(parte, parte.innerHTML);

  const voz = document.createElement("p");
  voz.className = "visually-hidden";
  voz.setAttribute("role", "status");
  const franja = document.createElement("div");
  franja.className = "franja-vivo";
  document.querySelector("main").prepend(voz, franja);

  const modificado = (c) => c.type === "checkbox" || c.type === "radio" ? c.checked !== c.defaultChecked
    : c.type === "file" ? c.files.length > 0
    : c.tagName === "SELECT" ? c.selectedIndex !== Math.max(0, [...c.options].findIndex((o) => o.defaultSelected))
    : c.value !== c.defaultValue;
  const escritos = (en) => [...en.querySelectorAll("input:not([type=hidden]), textarea, select")].filter(modificado);
  const ocupado = (en) => en.contains(document.activeElement) || escritos(en).length > 0;

  function decir(texto, enlace, rotulo) {
    const aviso = document.createElement("p");
    aviso.className = "aviso aviso-alerta";
    aviso.textContent = texto + " ";
    if (enlace) aviso.append(Object.assign(document.createElement("a"), { href: enlace, textContent: rotulo }));
    franja.setAttribute("role", "alert"); // vacía no es un aviso
    franja.replaceChildren(aviso);
  }
  function parar(texto, enlace, rotulo) {
    detenido = true;
    clearTimeout(reloj);
    decir(texto, enlace, rotulo);
  }
  function perdida(aviso) { // ya no lo puede ver: se quita de la pantalla, salvo lo que la propia persona escribió
    const suyo = escritos(document.querySelector("main")).map((c) => c.value).filter((v) => v && v !== "on").join("\n\n");
    document.querySelector("main").replaceChildren(franja);
    document.title = "Ya no puede ver esta página";
    parar(aviso + " Se dejó de mostrar.", "/", "Ir al inicio");
    if (suyo) franja.append("Lo que llevaba escrito:", Object.assign(document.createElement("pre"), { textContent: suyo }));
  }

  function sustituir(nueva) {
    const cambiaron = [];
    aplazados = [];
    for (const viejo of document.querySelectorAll("[data-vivo]")) {
      const otro = nueva.querySelector(`[data-vivo="${CSS.escape(viejo.dataset.vivo)}"]`);
      if (!otro || pintados.get(viejo) === otro.innerHTML) continue;
      if (ocupado(viejo)) { aplazados.push(viejo); continue; }
      const abiertos = new Set([...viejo.querySelectorAll("details[open] > summary")].map((s) => s.textContent));
      const puesto = document.importNode(otro, true);
      pintados.set(puesto, otro.innerHTML);
      for (const s of puesto.querySelectorAll("details > summary")) if (abiertos.has(s.textContent)) s.parentElement.open = true;
      viejo.replaceWith(puesto);
      puesto.classList.add("recien-cambiado");
      setTimeout(() => puesto.classList.remove("recien-cambiado"), 4000);
      document.dispatchEvent(new CustomEvent("vivo:cambio", { detail: puesto }));
      const titulo = puesto.querySelector("h2, h3") || puesto.closest("section")?.querySelector("h2");
      if (titulo) cambiaron.push(titulo.textContent.trim());
    }
    if (cambiaron.length) voz.textContent = "Se actualizó: " + [...new Set(cambiaron)].join(", ") + ".";
  }

  async function preguntar() {
    if (detenido || preguntando || document.visibilityState !== "visible") return;
    preguntando = true;
    try {
      const r = await fetch("/vivo?que=" + encodeURIComponent(QUE), { cache: "no-store" });
      const dicho = await r.json();
      if (r.status === 401) return parar("Su sesión terminó y esta página ya no se actualiza. Lo que haya escrito sigue aquí.", "/entrar?ir=" + encodeURIComponent(location.pathname), "Volver a entrar");
      if (r.status === 403 || r.status === 404) return perdida(dicho.aviso);
      if (!r.ok) throw new Error(r.status);
      // Lo que se aplazó porque alguien escribe ahí espera a que termine, sin pedir la página cada vez.
      if (dicho.marca !== marca && !(dicho.marca === vista && aplazados.some(ocupado))) {
        const p = await fetch(location.pathname + location.search, { headers: { "X-Vivo": "1" }, cache: "no-store" });
        if (!p.ok) throw new Error(p.status);
        const nueva = new DOMParser().parseFromString(await p.text(), "text/html");
        const suya = nueva.querySelector("[data-vivo-que]");
        if (suya) {
          sustituir(nueva);
          vista = suya.dataset.vivoMarca;
          if (!aplazados.length) marca = vista;
        }
      }
      errores = 0;
    } catch {
      errores += 1;
      if (errores >= 3) parar("Esta página dejó de actualizarse sola: no hubo respuesta. Lo que haya escrito sigue aquí.", "/ayuda#detenida", "Qué hacer");
    } finally {
      preguntando = false;
      clearTimeout(reloj);
      if (!detenido) reloj = setTimeout(preguntar, CADA);
    }
  }
  document.addEventListener("visibilitychange", preguntar); // al volver a la pestaña; oculta, no pregunta
  addEventListener("pageshow", (e) => { if (e.persisted) preguntar(); });
  reloj = setTimeout(preguntar, CADA);
})();
