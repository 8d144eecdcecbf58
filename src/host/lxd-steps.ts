/** The steps of `convene init` inside LXD: pool, networks, access rules, restricted project, base image. */
import type { Ensured } from "../lxd/administration.ts";
import type { HostSettings } from "../config/host-settings.ts";
import { chooseDebianMirror } from "./apt-sources.ts";
import { provideBaseImage } from "./base-image.ts";
import { debian12Recipe, recipeKey } from "./base-image-recipe.ts";
import type { BaseImageRecipe } from "./base-image-recipe.ts";
import type { HostTools } from "./host-tools.ts";
import { BASE_IMAGE_KEY, OWNER_KEY, refuseForeign } from "./lxd-ownership.ts";
import type { HostObject } from "./lxd-ownership.ts";
import { readMachineSources, readMachineRelease } from "./machine-sources.ts";
import { buildNetwork, freeSubnetAfter, siteAccessRules, siteNetwork } from "./network-plan.ts";
import type { SiteNetworkPlan } from "./network-plan.ts";
import { ensurePool } from "./pool.ts";
import type { SayLine, Step, StepResult } from "./step.ts";

export const BASE_ALIAS = "debian/12";
const BASE_SUITE = "bookworm";

export interface LxdStepsOptions {
  readonly tools: HostTools;
  readonly settings: HostSettings;
  readonly cacheDirectory: string;
  readonly say: SayLine;
}

export function lxdSteps(options: LxdStepsOptions): readonly Step[] {
  const { tools, settings } = options;
  const { project, pool, network, buildNetwork: builder } = settings.lxd;
  return [
    { name: "storage pool", run: async () => await ensurePool(tools, pool, project) },
    accessRulesStep(tools, settings),
    owned(options, "network", network, async () =>
      tools.administration.ensureNetwork(siteNetwork(networkPlan(settings))),
    ),
    owned(options, "network", builder, async () => await ensureBuildNetwork(options)),
    owned(options, "project", project, async () =>
      tools.administration.ensureProject({
        name: project,
        description: "convene",
        networks: [network, builder],
        config: { [OWNER_KEY]: project },
      }),
    ),
    { name: "base image", run: async () => await ensureBaseImage(options) },
  ];
}

/** What containers may not reach, the host's own addresses among it: these change, so it is run again. */
export function accessRulesStep(tools: HostTools, settings: HostSettings): Step {
  return owned({ tools, settings }, "network-acl", settings.lxd.network, async () =>
    tools.administration.ensureNetworkAcl(siteAccessRules(networkPlan(settings), tools.addresses())),
  );
}

function networkPlan(settings: HostSettings): SiteNetworkPlan {
  return { name: settings.lxd.network, ...settings.network, owner: settings.lxd.project };
}

/** An existing build network keeps its address. */
async function ensureBuildNetwork({ tools, settings }: LxdStepsOptions): Promise<Ensured> {
  const { buildNetwork: name, project } = settings.lxd;
  const existing = (await tools.lxd.network(name))?.config["ipv4.address"];
  const address = existing ?? freeSubnetAfter(settings.network.ipv4, tools.addresses());
  return await tools.administration.ensureNetwork(buildNetwork(name, address, project));
}

/** A step on an object that must be ours or not there yet. */
function owned(
  { tools, settings }: Pick<LxdStepsOptions, "tools" | "settings">,
  kind: HostObject,
  name: string,
  ensure: () => Promise<Ensured>,
): Step {
  return {
    name: `lxd ${kind}`,
    run: async () => {
      await refuseForeign(tools.server, kind, name, settings.lxd.project);
      return { outcome: await ensure(), detail: name };
    },
  };
}

/** Imports the image when the project has none of this recipe; one of an older recipe goes. */
async function ensureBaseImage(options: LxdStepsOptions): Promise<StepResult> {
  const { tools, settings } = options;
  const recipe = await machineRecipe();
  const images = await tools.lxd.images();
  const old = images.find((image) => image.aliases.some((alias) => alias.name === BASE_ALIAS));
  if (old?.properties[BASE_IMAGE_KEY] === recipeKey(recipe))
    return { outcome: "already there", detail: BASE_ALIAS };
  const files = await provideBaseImage({ ...tools, ...options }, recipe);
  const made = await tools.administration.importImage(settings.lxd.project, BASE_ALIAS, files);
  if (old !== undefined && old.fingerprint !== made.fingerprint) await tools.lxd.deleteImage(old.fingerprint);
  return { outcome: old === undefined ? "created" : "changed", detail: BASE_ALIAS };
}

/** The base image's recipe with the mirror this machine uses itself. */
export async function machineRecipe(): Promise<BaseImageRecipe> {
  const machine = await readMachineRelease();
  return debian12Recipe(chooseDebianMirror(await readMachineSources(), { machine, wanted: BASE_SUITE }));
}
