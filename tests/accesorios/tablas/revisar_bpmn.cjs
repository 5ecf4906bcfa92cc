// Lee diagramas BPMN con bpmn-moddle y los revisa con bpmnlint. Uso: node revisar_bpmn.cjs carpeta-de-npm archivo…
// Escribe un JSON: {archivo: {avisos: [texto], faltas: [{regla, gravedad, elemento, texto}], tareas: [id]}}.
"use strict";

const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { basename, join } = require("node:path");
const { pathToFileURL } = require("node:url");

async function main([carpeta, ...archivos]) {
  const traer = createRequire(join(carpeta, "node_modules", "aqui.js"));
  const { BpmnModdle } = await import(pathToFileURL(traer.resolve("bpmn-moddle")));
  const Linter = traer("bpmnlint/lib/linter");
  const NodeResolver = traer("bpmnlint/lib/resolver/node-resolver");
  const informe = {};
  for (const archivo of archivos) {
    const { rootElement, warnings, elementsById } = await new BpmnModdle().fromXML(readFileSync(archivo, "utf8"));
    const linter = new Linter({ config: { extends: "bpmnlint:recommended" }, resolver: new NodeResolver() });
    const reglas = await linter.lint(rootElement);
    informe[basename(archivo)] = {
      avisos: warnings.map((aviso) => aviso.message),
      faltas: Object.entries(reglas).flatMap(([regla, casos]) =>
        casos.map(({ category, id, message }) => ({ regla, gravedad: category, elemento: id, texto: message }))),
      elementos: Object.fromEntries(Object.entries(elementsById).map(([id, elemento]) => [id, elemento.$type])),
    };
  }
  process.stdout.write(JSON.stringify(informe));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
