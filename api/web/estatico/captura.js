// Atender con comodidad: lo escrito se guarda solo, los errores salen junto a su campo y los archivos se arrastran.
// Es una mejora: sin este programa la página hace lo mismo con sus botones.
(() => {
  'use strict';
  const form = document.getElementById('formulario');
  if (!form) return;
  const reglas = JSON.parse(document.getElementById('reglas').textContent);
  const revision = form.elements.captura_revision;
  const linea = document.getElementById('captura-estado');
  const ESPERA_MS = 2000;
  const REINTENTO_MS = 15000;
  let guardado = escrito(); // lo que el servidor ya tiene, o lo que la página trajo
  let pendiente = 0; // el reloj del próximo guardado
  let enCamino = false;
  let detenido = false; // ya no se guarda solo: hay que decidir, o el turno ya no es suyo
  let fallando = false;
  let enviando = false;
  let subiendo = 0;
  form.noValidate = true;
  form.classList.add('con-js');

  function nodo(etiqueta, atributos = {}, ...hijos) {
    const nuevo = document.createElement(etiqueta);
    for (const [nombre, valor] of Object.entries(atributos)) nuevo.setAttribute(nombre, valor);
    nuevo.append(...hijos);
    return nuevo;
  }
  const signo = (cual) => nodo('span', { 'aria-hidden': 'true' }, cual);

  // --- guardar sin registrar ------------------------------------------------------

  function escrito() {
    const pares = new URLSearchParams();
    for (const [nombre, valor] of new FormData(form)) {
      const propio = nombre.startsWith('campo-') || nombre === 'salida' || nombre === 'comentario';
      if (propio && typeof valor === 'string') pares.append(nombre, valor);
    }
    return pares.toString();
  }

  function decir(texto, grave = false) {
    if (grave) linea.setAttribute('role', 'alert');
    else linea.removeAttribute('role');
    linea.replaceChildren(...[].concat(texto));
  }

  function pronto(espera = ESPERA_MS) {
    clearTimeout(pendiente);
    pendiente = setTimeout(guardar, espera);
  }

  async function guardar({ alSalir = false } = {}) {
    clearTimeout(pendiente);
    const ahora = escrito();
    if (detenido || enviando || enCamino || ahora === guardado) return;
    enCamino = true;
    const cuerpo = new URLSearchParams(ahora);
    cuerpo.append('captura_revision', revision.value);
    cuerpo.append('captura_de', form.dataset.persona);
    try {
      const respuesta = await fetch(form.dataset.captura, {
        method: 'POST',
        body: cuerpo,
        headers: { Accept: 'application/json' },
        keepalive: alSalir && ahora.length < 60000,
      });
      await contestado(respuesta, ahora);
    } catch {
      fallando = true;
      decir('Sin conexión: lo que escribió sigue en esta página y se guardará al volver.', true);
      pronto(REINTENTO_MS);
    } finally {
      enCamino = false;
    }
    if (!fallando && !detenido && escrito() !== guardado) pronto();
  }

  async function contestado(respuesta, enviado) {
    const dicho = await respuesta.json().catch(() => ({}));
    fallando = false;
    if (respuesta.ok) {
      guardado = enviado;
      if (dicho.revision) revision.value = dicho.revision;
      if (dicho.hora) decir(`Se guardó solo a las ${dicho.hora}. Todavía no se registra.`);
    } else if (respuesta.status === 401) {
      fallando = true;
      const entrar = nodo('a', { href: '/entrar', target: '_blank', rel: 'noopener' }, 'Entre en otra pestaña');
      decir(['Su sesión terminó. Lo que escribió sigue aquí. ', entrar, ' y se guardará solo; también puede enviarlo.'], true);
      pronto(REINTENTO_MS);
    } else if (dicho.type === 'urn:dstc:error:captura-vieja') {
      chocar(dicho);
    } else if (respuesta.status >= 500) {
      fallando = true;
      decir('El sistema no respondió. Lo que escribió sigue en esta página; se intentará de nuevo.', true);
      pronto(REINTENTO_MS);
    } else {
      detenido = true;
      avisar(dicho.title || 'No se pudo guardar', [nodo('p', {}, dicho.detail || ''),
        nodo('p', {}, 'Lo que escribió sigue aquí abajo, para que lo copie. ',
          nodo('a', { href: form.getAttribute('action').split('#')[0] }, 'Ver cómo quedó'))]);
    }
  }

  function chocar(otra) {
    detenido = true;
    const lista = nodo('dl', { class: 'capturado' });
    for (const [titulo, valor] of otra.escrito) {
      lista.append(nodo('div', {}, nodo('dt', {}, titulo), nodo('dd', {}, valor)));
    }
    const esta = nodo('button', { type: 'button', class: 'btn btn-outline-primary' }, 'Quedarme con lo de esta página');
    const esa = nodo('button', { type: 'button', class: 'btn btn-outline-primary' }, 'Quedarme con la otra');
    const aviso = avisar('Hay dos versiones de lo que escribió', [nodo('p', {}, otra.detail),
      nodo('p', {}, nodo('strong', {}, 'La otra:')), lista, nodo('p', { class: 'acciones' }, esta, esa)]);
    esta.addEventListener('click', () => {
      detenido = false;
      revision.value = otra.revision;
      aviso.remove();
      form.querySelector('input:not([type=hidden]), textarea, select')?.focus();
      guardar();
    });
    esa.addEventListener('click', () => {
      enviando = true;
      location.assign(form.getAttribute('action').split('#')[0]);
    });
    decir('');
  }

  function avisar(titulo, partes) {
    document.getElementById('aviso-captura')?.remove();
    const aviso = nodo('div', { id: 'aviso-captura', class: 'aviso aviso-alerta choque', role: 'alert', tabindex: '-1' },
      nodo('h2', { class: 'aviso-titulo' }, signo('!'), ` ${titulo}`), ...partes);
    form.before(aviso);
    decir('');
    return aviso;
  }

  form.addEventListener('input', () => pronto());
  form.addEventListener('change', () => pronto());
  document.addEventListener('visibilitychange', () => document.hidden && guardar({ alSalir: true }));
  addEventListener('pagehide', () => guardar({ alSalir: true }));
  addEventListener('online', () => guardar());
  addEventListener('focus', () => fallando && guardar());
  addEventListener('beforeunload', (evento) => {
    if (!enviando && (subiendo || (fallando && escrito() !== guardado))) evento.preventDefault();
  });
  addEventListener('pageshow', () => { enviando = false; });
  for (const descarta of document.querySelectorAll('form.descartar')) {
    descarta.addEventListener('submit', () => { enviando = true; });
  }

  // --- validar junto a cada campo, con las palabras del servidor ---------------------

  const texto = (tipo, datos = {}) => reglas.textos[tipo].replace(/\{(\w+)\}/g, (_, cual) => datos[cual]);

  function falta(control, regla) {
    if (control.validity.badInput) return texto('date_parsing');
    const valor = control.value.trim();
    if (!valor) return regla.obligatorio ? texto('missing') : '';
    if (regla.largo && valor.length > regla.largo) return texto('string_too_long', { max_length: regla.largo });
    if (regla.tipo === 'entero') {
      if (!/^[+-]?\d{1,18}$/.test(valor)) return texto('int_parsing');
      if (regla.minimo !== undefined && +valor < regla.minimo) return texto('greater_than_equal', { ge: regla.minimo });
      if (regla.maximo !== undefined && +valor > regla.maximo) return texto('less_than_equal', { le: regla.maximo });
    }
    const sinMiles = /^\d{1,3}(,\d{3})+(\.\d{1,2})?$/.test(valor) ? valor.replaceAll(',', '') : valor;
    if (regla.patron && !new RegExp(regla.patron).test(sinMiles)) return texto('string_pattern_mismatch');
    return regla.pasada && valor > reglas.hoy ? reglas.futura : '';
  }

  function marcar(control, titulo, mensaje) {
    const id = `${control.id}-error`;
    document.getElementById(id)?.remove();
    const descrito = (control.getAttribute('aria-describedby') || '').split(' ').filter((x) => x && x !== id);
    if (mensaje) {
      control.before(nodo('span', { class: 'error-campo', id }, signo('✕'), ` ${titulo}: ${mensaje}.`));
      descrito.push(id);
      control.setAttribute('aria-invalid', 'true');
    } else control.removeAttribute('aria-invalid');
    if (descrito.length) control.setAttribute('aria-describedby', descrito.join(' '));
    else control.removeAttribute('aria-describedby');
    control.closest('.campo').classList.toggle('con-error', Boolean(mensaje));
    return mensaje && { texto: `${titulo}: ${mensaje}.`, ancla: control.id };
  }

  function revisar(control) {
    const regla = reglas.campos[control.id];
    return regla && control.type !== 'checkbox' ? marcar(control, regla.titulo, falta(control, regla)) : '';
  }

  function revisarTodo() {
    const faltas = Object.keys(reglas.campos).map((id) => document.getElementById(id)).filter(Boolean).map(revisar);
    const opciones = document.getElementById('respuesta');
    const elegida = form.querySelector('input[name=salida]:checked');
    document.getElementById('respuesta-error')?.remove();
    if (opciones && !elegida) {
      const queja = nodo('span', { class: 'error-campo', id: 'respuesta-error' }, signo('✕'), ' Elija una respuesta.');
      opciones.querySelector('legend').after(queja);
      faltas.push({ texto: `Su respuesta: ${reglas.salida}.`, ancla: 'respuesta' });
    }
    const comentario = document.getElementById('comentario');
    const sinMotivo = elegida?.hasAttribute('data-devuelve') && !comentario.value.trim();
    faltas.push(marcar(comentario, 'Comentario', sinMotivo ? reglas.devolucion : ''));
    return faltas.filter(Boolean);
  }

  function resumir(faltas) {
    document.getElementById('resumen')?.remove();
    if (!faltas.length) return;
    const lista = nodo('ul');
    for (const f of faltas) lista.append(nodo('li', {}, nodo('a', { href: `#${f.ancla}` }, f.texto)));
    const caja = nodo('div', { class: 'aviso aviso-error', id: 'resumen', role: 'alert', tabindex: '-1' },
      nodo('h2', { class: 'aviso-titulo' }, signo('✕'), ` ${reglas.titulo}`), lista);
    document.querySelector('main nav.migas').after(caja);
    if (!document.title.startsWith('Error: ')) document.title = `Error: ${document.title}`;
    caja.scrollIntoView();
    caja.focus();
  }

  // Al salir de un campo que ya se tocó; nunca antes de que se escriba.
  form.addEventListener('focusout', ({ target }) => target.dataset?.tocado && revisar(target));
  form.addEventListener('input', ({ target }) => {
    target.dataset.tocado = '1';
    if (target.getAttribute('aria-invalid') && reglas.campos[target.id]) revisar(target);
  });
  document.addEventListener('click', ({ target }) => {
    const ancla = target.closest?.('#resumen a[href^="#"]');
    if (ancla) setTimeout(() => document.getElementById(ancla.hash.slice(1))?.focus());
  });

  // --- enviar una sola vez ------------------------------------------------------------

  form.addEventListener('submit', (evento) => {
    const acto = evento.submitter?.value;
    if (enviando) {
      evento.preventDefault();
      return;
    }
    if (subiendo) {
      evento.preventDefault();
      decir('Espere a que terminen de subir los archivos, o cancélelos.', true);
      return;
    }
    const faltas = acto === 'atender' ? revisarTodo() : [];
    if (faltas.length) {
      evento.preventDefault();
      resumir(faltas);
      return;
    }
    enviando = true;
    clearTimeout(pendiente);
    if (acto === 'atender') decir('Registrando…');
  });

  // --- qué pasará --------------------------------------------------------------------

  const sigue = document.getElementById('sigue');
  function preverlo() {
    const elegida = form.querySelector('input[name=salida]:checked');
    if (!sigue || !elegida) return;
    const frase = elegida.closest('.opcion').querySelector('.prevision').textContent;
    const etiqueta = elegida.closest('.opcion').querySelector('label').textContent;
    sigue.replaceChildren(nodo('strong', {}, 'Qué pasa después.'),
      ` Al registrar «${etiqueta}», ${frase.charAt(0).toLowerCase()}${frase.slice(1)}.`);
    sigue.hidden = false;
  }
  form.addEventListener('change', ({ target }) => {
    if (target.name !== 'salida') return;
    document.getElementById('respuesta-error')?.remove();
    preverlo();
  });
  preverlo();

  // --- archivos: arrastrar, varios a la vez y con avance --------------------------------

  const tamano = (bytes) => (bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${Math.round(bytes / 104857.6) / 10} MB`);

  const llave = (zona) => `pagina-${form.elements.ficha.value}-${zona.dataset.evidencia}-${crypto.getRandomValues(new Uint32Array(2)).join('')}`;

  function preparar(zona) {
    const control = zona.querySelector('input[type=file]');
    const lista = nodo('ul', { class: 'subidas', 'aria-live': 'polite' });
    zona.append(nodo('span', { class: 'adjunto-pista' }, 'También puede arrastrarlos aquí; se guardan al soltarlos.'), lista);
    const recibir = (archivos) => { for (const archivo of archivos) subir(zona, lista, archivo); };
    control.addEventListener('change', (evento) => {
      evento.stopPropagation();
      recibir([...control.files]);
      control.value = '';
    });
    zona.addEventListener('dragover', (evento) => {
      if (![...evento.dataTransfer.types].includes('Files')) return;
      evento.preventDefault();
      zona.classList.add('encima');
    });
    zona.addEventListener('dragleave', (evento) => zona.contains(evento.relatedTarget) || zona.classList.remove('encima'));
    zona.addEventListener('drop', (evento) => {
      evento.preventDefault();
      zona.classList.remove('encima');
      recibir([...evento.dataTransfer.files]);
    });
  }

  function subir(zona, lista, archivo, clave = llave(zona)) {
    const fila = nodo('li', {}, nodo('span', {}, `${archivo.name} `, nodo('span', { class: 'tenue' }, tamano(archivo.size))));
    lista.append(fila);
    if (archivo.size > +form.dataset.maximo) {
      rechazar(fila, `No se guardó «${archivo.name}»: pasa de ${tamano(+form.dataset.maximo)}.`);
      return;
    }
    const avance = nodo('progress', { max: '100', value: '0', 'aria-label': `Avance de ${archivo.name}` });
    const cancelar = nodo('button', { type: 'button', class: 'btn btn-outline-primary' }, 'Cancelar',
      nodo('span', { class: 'visually-hidden' }, ` ${archivo.name}`));
    fila.append(cancelar, avance);
    const cuerpo = new FormData();
    cuerpo.append('archivo', archivo);
    if (zona.dataset.evidencia !== '_otro') cuerpo.append('evidencia', zona.dataset.evidencia);
    const viaje = new XMLHttpRequest();
    const mandar = () => {
      subiendo += 1;
      viaje.open('POST', form.dataset.subir);
      viaje.setRequestHeader('Idempotency-Key', clave);
      viaje.send(cuerpo);
    };
    viaje.upload.addEventListener('progress', (e) => { avance.value = e.lengthComputable ? (100 * e.loaded) / e.total : 0; });
    viaje.addEventListener('loadend', () => {
      subiendo -= 1;
      let dicho = {};
      try { dicho = JSON.parse(viaje.responseText); } catch { /* sin respuesta, o de otro que la interrumpió */ }
      if (viaje.status === 201) {
        fila.remove();
        listar(dicho);
        return;
      }
      const motivo = viaje.status === 401 ? 'su sesión terminó; entre en otra pestaña y vuelva a intentar' : 'se interrumpió';
      const rechazado = viaje.status >= 400 && viaje.status < 500 && viaje.status !== 401;
      rechazar(fila, rechazado && dicho.detail ? dicho.detail : `No se guardó «${archivo.name}»: ${motivo}.`, rechazado ? null : () => {
        fila.remove();
        subir(zona, lista, archivo, clave); // la misma clave: si sí había llegado, no se duplica
      });
    });
    cancelar.addEventListener('click', () => viaje.abort());
    mandar();
  }

  function rechazar(fila, motivo, otraVez) {
    const nombre = fila.firstElementChild;
    fila.replaceChildren(nombre);
    if (otraVez) {
      const boton = nodo('button', { type: 'button', class: 'btn btn-outline-primary' }, 'Reintentar');
      boton.addEventListener('click', otraVez);
      fila.append(boton);
    }
    fila.append(nodo('span', { class: 'subida-error' }, signo('✕'), ` ${motivo}`));
  }

  function listar(anexo) {
    const guardados = document.getElementById('guardados');
    guardados.hidden = false;
    guardados.querySelector('ul').append(nodo('li', {}, nodo('a', { href: `/anexos/${anexo.id}` }, anexo.nombre), ' ',
      nodo('span', { class: 'tenue' }, `${tamano(anexo.tamano)} · huella `, nodo('code', { title: anexo.sha256 }, `${anexo.sha256.slice(0, 8)}…`))));
    decir(`Se guardó ${anexo.nombre}. Todavía no se registra su respuesta.`);
    linea.setAttribute('role', 'status');
  }

  for (const zona of form.querySelectorAll('.adjunto')) preparar(zona);
})();
