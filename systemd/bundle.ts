/** `npm run bundle`: writes dist/, the folder that `npm pack ./dist` makes the installable package of. */
import { chmod, copyFile, cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import packageJson from "../package.json" with { type: "json" };
import { licenceTexts } from "./licence-texts.ts";

export interface PackageOptions {
  /** Emptied first. */
  readonly directory: string;
  /** Another version than package.json's, for tests of an upgrade. */
  readonly version?: string;
}

const ROOT = join(import.meta.dirname, "..");
const UNIT = /\.(?:service|socket|timer)$/;
/** Some libraries ask for Node's own modules with `require`, which an ES module does not have. */
const REQUIRE =
  'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);';

export async function writePackage(options: PackageOptions): Promise<void> {
  const { directory, version = packageJson.version } = options;
  const write = async (name: string, text: string) => writeFile(join(directory, name), text);
  await rm(directory, { recursive: true, force: true });
  await mkdir(join(directory, "systemd"), { recursive: true });
  const sources = await bundleSources(directory, version);
  await write("THIRD-PARTY-LICENSES.txt", await licenceTexts(ROOT, sources));
  for (const name of ["README.md", "LICENSE"]) await copyFile(join(ROOT, name), join(directory, name));
  await cp(join(ROOT, "manifests"), join(directory, "manifests"), { recursive: true });
  const units = (await readdir(join(ROOT, "systemd"))).filter((name) => UNIT.test(name));
  for (const unit of units) await copyFile(join(ROOT, "systemd", unit), join(directory, "systemd", unit));
  await copyFile(join(ROOT, "systemd/prometheus-rules.yaml"), join(directory, "prometheus-rules.yaml"));
  await copyFile(join(ROOT, "systemd/launcher.sh"), join(directory, "convene"));
  await chmod(join(directory, "convene"), 0o755);
  await write("package.json", `${JSON.stringify(packageManifest(version), null, 2)}\n`);
}

/** How both programs are put together. */
const COMMON = {
  absWorkingDir: ROOT,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node24",
  // Of libraries that have both, the ES module, whose names a chunk keeps.
  mainFields: ["module", "main"],
  minifyWhitespace: true,
  legalComments: "none",
  banner: { js: REQUIRE },
  logLevel: "warning",
  metafile: true,
} as const satisfies BuildOptions;

/**
 * The media process, `media-child.mjs`: one file, because it starts for every check that talks to a bridge, and shares
 * little with the program.
 */
export function bundleMedia(directory: string) {
  const entryPoints = { "media-child": "src/checks/media/media-child.ts" };
  return build({ ...COMMON, entryPoints, outdir: directory });
}

/** What one verb alone needs is a chunk of its own, read when the verb runs. Answers the files that went in. */
async function bundleSources(directory: string, version: string): Promise<readonly string[]> {
  const [program, media] = await Promise.all([
    build({
      ...COMMON,
      entryPoints: { convene: "src/main.ts" },
      outdir: directory,
      chunkNames: "chunks/[name]-[hash]",
      splitting: true,
      plugins: [versionOnly(version)],
    }),
    bundleMedia(directory),
  ]);
  refuseNamesOfCommonJs(program.metafile);
  return [...new Set([program, media].flatMap(({ metafile }) => Object.keys(metafile.inputs)))];
}

/** Imported on demand, by their default export or for what they do alone. */
const ON_DEMAND: readonly string[] = ["nodemailer", "reflect-metadata"];

/** A CommonJS file that is imported on demand has, in a chunk, a default export and no names. */
function refuseNamesOfCommonJs({ inputs }: Metafile): void {
  for (const [importer, { imports }] of Object.entries(inputs)) {
    const wrong = imports.find(
      ({ kind, path, original = "" }) =>
        kind === "dynamic-import" && inputs[path]?.format === "cjs" && !ON_DEMAND.includes(original),
    );
    if (wrong !== undefined)
      throw new Error(
        `${importer} imports ${wrong.original} on demand, which is CommonJS: take its default export`,
      );
  }
}

/** Of package.json only the version goes in. */
function versionOnly(version: string): Plugin {
  return {
    name: "version",
    setup: (builder) => {
      builder.onLoad({ filter: /package\.json$/ }, ({ path }) =>
        path === join(ROOT, "package.json")
          ? { loader: "json", contents: JSON.stringify({ version }) }
          : undefined,
      );
    },
  };
}

/**
 * Everything is in the bundle but Node itself, which npm fetches for the machine's processor. There is no `engines`:
 * npm would hold it against Debian's own Node, which only runs npm.
 */
function packageManifest(version: string): Readonly<Record<string, unknown>> {
  const { name, description, license, type, optionalDependencies } = packageJson;
  return { name, version, description, license, type, bin: { convene: "convene" }, optionalDependencies };
}

if (import.meta.main) {
  const directory = resolve(process.argv[2] ?? join(ROOT, "dist"));
  await writePackage({ directory });
  process.stdout.write(`✓ ${directory}; an installable file of it: npm pack ${directory}\n`);
}
