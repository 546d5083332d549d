// Reads diagrams from a JSON list on standard input and answers with what Mermaid makes of each: its
// type and, for a gantt chart, its rows; or the error. Says nothing else.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// The packages lie in a cache directory, not beside this file.
const require = createRequire(process.argv[2] + "/");
const { JSDOM } = require("jsdom");
const page = new JSDOM("");
globalThis.window = page.window;
globalThis.document = page.window.document;
const place = require.resolve("mermaid/package.json").replace("package.json", "dist/mermaid.core.mjs");
const mermaid = (await import(pathToFileURL(place))).default;

const answers = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    await mermaid.parse(text);
    const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
    const tasks = diagram.type === "gantt" ? diagram.db.getTasks() : [];
    // A row whose end is no date is drawn nowhere.
    const lost = tasks.filter((t) => !(t.endTime >= t.startTime)).map((t) => t.task);
    answers.push({ type: diagram.type, rows: tasks.map((t) => t.task), lost });
  } catch (error) {
    answers.push({ error: String(error.message ?? error) });
  }
}
console.log(JSON.stringify(answers));
