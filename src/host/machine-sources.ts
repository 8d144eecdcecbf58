/** Finds the machine's apt sources and its Debian release. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { parseDeb822Sources, parseSourcesList } from "./apt-sources.ts";
import type { AptSource } from "./apt-sources.ts";
import { isThere, readFileIfThere } from "./files.ts";

const APT_DIRECTORY = "/etc/apt";

/** Every enabled source, in the order apt reads the files. */
export async function readMachineSources(directory = APT_DIRECTORY): Promise<readonly AptSource[]> {
  const parts = join(directory, "sources.list.d");
  const names = (await isThere(parts)) ? (await readdir(parts)).toSorted() : [];
  const lists = [
    join(directory, "sources.list"),
    ...names.filter(endsWith(".list")).map((name) => join(parts, name)),
  ];
  const stanzas = names.filter(endsWith(".sources")).map((name) => join(parts, name));
  return [
    ...(await readAll(lists)).flatMap(parseSourcesList),
    ...(await readAll(stanzas)).flatMap(parseDeb822Sources),
  ];
}

/** Debian's codename from os-release(5), such as `bookworm`; empty where there is none. */
export async function readMachineRelease(file = "/etc/os-release"): Promise<string> {
  const text = (await readFileIfThere(file)) ?? "";
  return /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(text)?.[1] ?? "";
}

function endsWith(suffix: string): (name: string) => boolean {
  return (name) => name.endsWith(suffix);
}

async function readAll(paths: readonly string[]): Promise<readonly string[]> {
  return await Promise.all(paths.map(async (path) => (await readFileIfThere(path)) ?? ""));
}
