// Reads a HOCON file by ruby-hocon, as Jitsi's own packages do.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Every top-level section of the file, substitutions resolved. */
export function readHocon(path) {
  const names = [...topLevelNames(path)];
  return Object.fromEntries(names.map((name) => [name, section(path, name)]));
}

function section(path, name) {
  return JSON.parse(execFileSync("hocon", ["-j", "-f", path, "get", name], { encoding: "utf8" }));
}

function topLevelNames(path) {
  const text = readFileSync(path, "utf8");
  return new Set([...text.matchAll(/^([A-Za-z][A-Za-z0-9-]*) *\{/gm)].map((match) => match[1]));
}
