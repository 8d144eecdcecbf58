/** The lab's part of the catalogue search path: the folder in git, and the WebRTC module that the bridge's image needs. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { isThere } from "../../src/host/files.ts";

const CACHE = "/var/cache/convene-lab";
const COMPONENT = "jitsi";
/** As many as `catalogue/jitsi/image.yaml` names; a catalogue file is at most 1 MiB of text. */
const PARTS = 6;
/** Raised when what is packed changes although the packages do not. */
const FORMAT = 1;

/** What `stand-in-media-endpoint.mjs` imports, without types, sources and what it does not use. */
const PACKED = [
  "node-datachannel/package.json",
  "node-datachannel/LICENSE",
  "node-datachannel/dist/esm/index.mjs",
  "node-datachannel/dist/esm/lib",
  "detect-libc/package.json",
  "detect-libc/LICENSE",
  "detect-libc/lib",
];

/** Folders for `catalogue:` of a lab's settings, in front of the shipped one; `checkout` as the agent's user sees it. */
export async function labCatalogue(checkout: string): Promise<readonly string[]> {
  return [await provideWebRtcModule(), join(checkout, "test/lab/catalogue")];
}

/**
 * A catalogue folder with node-datachannel and its binary for this processor, as base64 text in parts. Made once:
 * the same packages give the same bytes, which the image's alias is a hash of.
 */
export async function provideWebRtcModule(cache = CACHE): Promise<string> {
  const modules = await realpath(join(import.meta.dirname, "../../node_modules"));
  const packed = [...PACKED, `@node-datachannel/linux-${process.arch}-gnu`];
  const folder = join(cache, `webrtc-${await keyOf(modules, packed)}`);
  if (await isThere(folder)) return folder;
  await mkdir(cache, { recursive: true, mode: 0o755 });
  const partial = await mkdtemp(join(cache, "partial-"));
  try {
    await writeParts(join(partial, "ready"), await pack(modules, packed));
    await rename(join(partial, "ready"), folder);
  } catch (error) {
    // Another run was quicker.
    if (!(await isThere(folder))) throw error;
  } finally {
    await rm(partial, { recursive: true });
  }
  return folder;
}

async function keyOf(modules: string, packed: readonly string[]): Promise<string> {
  const packages = [
    ...packed.filter((name) => name.endsWith("package.json")),
    `${packed.at(-1)}/package.json`,
  ];
  const contents = await Promise.all(packages.map((name) => readFile(join(modules, name), "utf8")));
  const content = JSON.stringify([FORMAT, PARTS, packed, ...contents]);
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}

/** gzip, which a minimal Debian can unpack without a further package. */
async function pack(modules: string, packed: readonly string[]): Promise<Buffer> {
  const same = ["--format=ustar", "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  const words = ["-C", modules, ...same, "--mode=u=rwX,go=rX", "--exclude=*.map", "-cf", "-", ...packed];
  const tar = await promisify(execFile)("tar", words, { encoding: "buffer", maxBuffer: 2 ** 26 });
  return await promisify(gzip)(tar.stdout, { level: 9 });
}

async function writeParts(folder: string, archive: Buffer): Promise<void> {
  const component = join(folder, COMPONENT);
  await mkdir(component, { recursive: true, mode: 0o755 });
  const lines = archive.toString("base64").match(/.{1,76}/gu) ?? [];
  const each = Math.ceil(lines.length / PARTS);
  for (let part = 0; part < PARTS; part += 1) {
    const content = lines
      .slice(part * each, (part + 1) * each)
      .map((line) => `${line}\n`)
      .join("");
    await writeFile(join(component, `stand-in-webrtc-${part + 1}.txt`), content, { mode: 0o644 });
  }
}
