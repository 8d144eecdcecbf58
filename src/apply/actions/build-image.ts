/** Building an image: a throw-away container is set up, scrubbed and published under an alias that names its content. */
import type { DesiredImage } from "../../model/desired-state.ts";
import { OWNER_KEY, OWNER_VALUE, ROLE_KEY } from "../../observe/instance-record.ts";
import { builderName } from "../../plan/container-names.ts";
import { ConveneError } from "../../system/errors.ts";
import type { ApplyContext } from "../apply-context.ts";
import { waitForBoot } from "./container-start.ts";
import { runBuildSteps } from "./image-steps.ts";
import { removeContainer } from "./remove-container.ts";

/** What an interrupted build left is removed by an action of its own that the plan puts before this one. */
export async function buildImage(image: DesiredImage, context: ApplyContext): Promise<void> {
  const { lxd } = context;
  const builder = builderName(image.name);
  const fingerprint = await baseFingerprint(image, context);
  context.progress(`builds image ${image.name}`);
  await lxd.createInstance({
    name: builder,
    description: `convene: builds ${image.alias}`,
    image: fingerprint,
    config: { [OWNER_KEY]: OWNER_VALUE, [ROLE_KEY]: "build" },
    devices: {
      root: { type: "disk", path: "/", pool: context.pool },
      eth0: { type: "nic", network: context.buildNetwork, name: "eth0" },
    },
  });
  try {
    await lxd.startInstance(builder);
    await waitForBoot(builder, context);
    await runBuildSteps(builder, image, context);
    await lxd.stopInstance(builder, 0);
    context.progress(`publishes image ${image.name}`);
    await lxd.publishImage(builder, image.alias, {
      "convene.owner": OWNER_VALUE,
      "convene.image": image.name,
    });
  } finally {
    await removeContainer(lxd, builder, 0);
  }
}

async function baseFingerprint(image: DesiredImage, context: ApplyContext): Promise<string> {
  const found = (await context.lxd.images()).find((one) =>
    one.aliases.some((alias) => alias.name === image.base),
  );
  if (found) return found.fingerprint;
  throw new ConveneError({
    code: "BaseImageMissing",
    subject: `image/${image.name}`,
    message: `the base image ${image.base} is not in the project`,
    hint: "sudo convene init makes it",
  });
}
