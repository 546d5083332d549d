// Reads a JSON list of { kind, body } on standard input and answers what is wrong with each by the readers
// that their publishers hand out: nothing, or words. Says nothing else.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// The packages lie in a cache directory, not beside this file.
const require = createRequire(process.argv[2] + "/");
const { HTTP } = require("cloudevents");
// The published JSON schema, compiled. The class itself fills in what is missing.
const schema = require(process.argv[2] + "/node_modules/cloudevents/dist/schema/v1.js");
const cards = require("adaptivecards/dist/adaptivecards.js");

function cloudEvent(body) {
  const headers = { "content-type": "application/cloudevents+json" };
  if (!schema(body)) {
    return JSON.stringify(schema.errors);
  }
  try {
    HTTP.toEvent({ headers, body: JSON.stringify(body) }).validate();
    return null;
  } catch (error) {
    return String(error.message);
  }
}

function card(body) {
  const [attachment] = body.attachments;
  const context = new cards.SerializationContext(cards.Versions.v1_4);
  const parsed = new cards.AdaptiveCard();
  parsed.parse(attachment.content, context);
  const events = [...Array(context.eventCount).keys()].map((n) => context.getEventAt(n).message);
  const found = parsed.validateProperties().validationEvents.map((event) => event.message);
  const wrong = [...events, ...found];
  if (parsed.getItemCount() !== attachment.content.body.length) {
    wrong.push("a part of the body is not understood");
  }
  return wrong.length > 0 ? wrong.join("; ") : null;
}

const check = { cloudevents: cloudEvent, teams: card };
const answers = JSON.parse(readFileSync(0, "utf8")).map(({ kind, body }) => check[kind](body));
console.log(JSON.stringify(answers));
