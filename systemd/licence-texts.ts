/** The licences of the libraries in a bundle, which have to go where their code goes. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** One text of all licences; `sources` are paths from `root`, such as `node_modules/yaml/dist/index.js`. */
export async function licenceTexts(root: string, sources: readonly string[]): Promise<string> {
  const packages = new Set(sources.flatMap((source) => packageFolder(source) ?? []));
  const texts = await Promise.all([...packages].toSorted().map(async (folder) => textOf(root, folder)));
  return texts.join("\n");
}

/** `node_modules/@scope/name` of a file in it. */
function packageFolder(source: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0];
}

async function textOf(root: string, folder: string): Promise<string> {
  const names = await readdir(join(root, folder));
  const name = names.find((one) => /^licen[cs]e/i.test(one));
  const text =
    name === undefined
      ? await declaredLicence(root, folder)
      : await readFile(join(root, folder, name), "utf8");
  return `== ${folder.replace(/^.*node_modules\//, "")}\n\n${text.trim()}\n`;
}

async function declaredLicence(root: string, folder: string): Promise<string> {
  const description: unknown = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8"));
  const hasLicence = typeof description === "object" && description !== null && "license" in description;
  return hasLicence ? String(description.license) : "no licence is named in the package";
}
