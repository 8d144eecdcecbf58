/**
 * What tests share: a storage pool and the base image in LXD's default project. `before` makes what is missing and
 * removes what a killed run left; `after` removes what `before` made; `interrupted` ends what tests had going, too.
 */
import { networkInterfaces } from "node:os";
import { z } from "zod";
import { provideBaseImage } from "../../src/host/base-image.ts";
import { createHostTools } from "../../src/host/host-tools.ts";
import type { HostTools } from "../../src/host/host-tools.ts";
import { BASE_IMAGE_KEY } from "../../src/host/lxd-ownership.ts";
import { BASE_ALIAS, machineRecipe } from "../../src/host/lxd-steps.ts";
import { ensurePool, removePool } from "../../src/host/pool.ts";
import { read } from "../../src/lxd/request.ts";
import { systemClock } from "../../src/system/clock.ts";
import { removeHarnesses, TEST_CACHE } from "../e2e/harness.ts";
import { removeDeadLabs } from "./meeting-lab-slot.ts";
import { lxdSocket } from "./lxd-project.ts";

const POOL = "convene";
const OWNER = "convene-tests";
/** What lxd-project.ts describes its projects and bridges with. */
const LAB_DESCRIPTION = "convene test";

const describedSchema = z.array(z.object({ name: z.string(), description: z.string().default("") }));

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function openTools(): HostTools {
  return createHostTools({
    lxdSocket: lxdSocket(),
    project: "default",
    clock: systemClock,
    uid: process.geteuid?.() ?? -1,
    processor: process.arch,
    interfaces: networkInterfaces,
  });
}

async function before(tools: HostTools): Promise<void> {
  await removeHarnesses();
  await ensurePool(tools, POOL, OWNER);
  const images = await tools.lxd.images();
  if (images.some((image) => image.aliases.some(({ name }) => name === BASE_ALIAS))) return;
  const recipe = await machineRecipe();
  const files = await provideBaseImage({ ...tools, cacheDirectory: TEST_CACHE, say }, recipe);
  await tools.administration.importImage("default", BASE_ALIAS, files);
  say("✓ base image for the tests");
}

async function after(tools: HostTools): Promise<void> {
  await removeHarnesses();
  const images = await tools.lxd.images();
  for (const image of images.filter(({ properties }) => properties[BASE_IMAGE_KEY] !== undefined)) {
    await tools.lxd.deleteImage(image.fingerprint);
  }
  await removePool(tools, POOL, OWNER);
}

/** Projects and bridges of integration tests that had no time to remove them. */
async function removeLabs(tools: HostTools): Promise<void> {
  const list = async (path: string): Promise<readonly string[]> => {
    const { value } = await read(tools.server, describedSchema, { path, query: { recursion: "1" } });
    return value.filter(({ description }) => description === LAB_DESCRIPTION).map(({ name }) => name);
  };
  for (const name of await list("/1.0/projects")) await tools.administration.deleteProject(name);
  for (const name of await list("/1.0/networks")) await tools.administration.deleteNetwork(name);
  for (const name of await list("/1.0/network-acls")) await tools.administration.deleteNetworkAcl(name);
}

async function tidy(when: string | undefined): Promise<void> {
  const tools = openTools();
  await removeDeadLabs();
  if (when === "before") return await before(tools);
  if (when === "interrupted") await removeLabs(tools);
  await after(tools);
}

await tidy(process.argv[2]);
