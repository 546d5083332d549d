#!/usr/bin/env node
// Starts the program of this machine, which came as an optional dependency, in our place.
"use strict";
const { spawnSync } = require("node:child_process");
const { chmodSync } = require("node:fs");

const name = `git-hotfix-${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "hotfix.exe" : "hotfix";
let program;
try {
  program = require.resolve(`${name}/${file}`);
} catch {
  console.error(`error: there is no build for ${process.platform} on ${process.arch}, or npm left it out`);
  console.error("hint: npm install --include=optional git-hotfix");
  console.error("hint: cargo install git-hotfix --locked");
  process.exit(1);
}
try {
  chmodSync(program, 0o755);
} catch {
  // It belongs to somebody else, who has made it executable.
}
const ended = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (ended.error) {
  console.error(`error: ${program} cannot be started: ${ended.error.message}`);
  process.exit(1);
}
if (ended.signal) process.kill(process.pid, ended.signal);
process.exit(ended.status ?? 1);
