// Holds what we ask of GitHub, and what the forge of our tests answers, against what GitHub publishes:
// its GraphQL schema and its description of REST. Prints a line for each difference.
//   node check.mjs HOME GIVEN.json
// HOME has node_modules and api.github.com.json. GIVEN: {"queries": {name: text},
// "answers": [{"query", "variables", "data"}], "calls": [{"method", "path", "body"}]}.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [, , home, given] = process.argv;
const { buildASTSchema, parse, validate, execute, isAbstractType } = createRequire(home + "/")("graphql");
const read = (path) => readFileSync(path, "utf8");
const { queries = {}, answers = [], calls = [] } = JSON.parse(read(given));

// The published file has fields twice, which is no matter of ours.
const schema = buildASTSchema(parse(read(home + "/node_modules/@octokit/graphql-schema/schema.graphql")), {
  assumeValidSDL: true,
});
for (const [name, text] of Object.entries(queries)) {
  for (const error of validate(schema, parse(text))) console.log(`${name}: ${error.message}`);
}

// What a test's answer leaves open: which kind of thing it is.
const usual = { GitObject: "Commit", RequestedReviewer: "User", Actor: "User" };
const typeResolver = (value, _, info, type) => value.__typename ?? usual[type.name] ?? schema.getPossibleTypes(type)[0].name;
for (const { query, variables, data } of answers) {
  const done = await execute({ schema, document: parse(query), rootValue: data, variableValues: variables, typeResolver });
  for (const error of done.errors ?? []) console.log(`answer: ${error.path?.join(".")}: ${error.message}`);
}

const { paths } = JSON.parse(read(home + "/api.github.com.json"));
const fits = (template, path) => {
  const [want, have] = [template.split("/"), path.split("/")];
  return want.length === have.length && want.every((part, n) => part.startsWith("{") || part === have[n]);
};
for (const { method, path, body } of calls) {
  const bare = path.split("?")[0];
  const found = Object.keys(paths).find((template) => fits(template, bare) && paths[template][method.toLowerCase()]);
  if (!found) {
    console.log(`${method} ${bare}: there is no such call`);
    continue;
  }
  const wanted = paths[found][method.toLowerCase()].requestBody?.content?.["application/json"]?.schema ?? {};
  const known = [wanted, ...(wanted.oneOf ?? []), ...(wanted.anyOf ?? [])].flatMap((s) => Object.entries(s.properties ?? {}));
  for (const [key, value] of Object.entries(body ?? {})) {
    const property = known.find(([name]) => name === key)?.[1];
    if (!property) {
      console.log(`${method} ${bare}: ${key} is not known there`);
    } else if (property.enum && !property.enum.includes(value)) {
      console.log(`${method} ${bare}: ${key} cannot be ${value}`);
    } else if (property.type === "string" && typeof value !== "string") {
      console.log(`${method} ${bare}: ${key} is a text there`);
    }
  }
  for (const key of wanted.required ?? []) {
    if (!(key in (body ?? {}))) console.log(`${method} ${bare}: ${key} is missing`);
  }
}
