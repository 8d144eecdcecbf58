/** Bringing a container's config and devices back to what the manifest says. */
import type { DesiredContainer } from "../../model/desired-state.ts";
import { CONFERENCES_KEY } from "../../observe/instance-record.ts";
import { ConveneError } from "../../system/errors.ts";
import type { ApplyContext } from "../apply-context.ts";
import { startAndWait } from "./container-start.ts";
import { mutableDevices, ownedConfig } from "./create-container.ts";

const STOP_GRACE_MS = 15_000;

/** `user.*` keys stay: they are the record, and root's own notes. */
export async function updateContainer(
  container: DesiredContainer,
  restart: boolean,
  context: ApplyContext,
): Promise<void> {
  const current = await context.lxd.instance(container.name);
  if (!current) {
    throw new ConveneError({
      code: "ContainerGone",
      subject: `container/${container.name}`,
      message: "it disappeared between observing and acting",
      hint: "the next pass makes it again",
      retryable: true,
    });
  }
  if (restart) await context.lxd.stopInstance(container.name, STOP_GRACE_MS);
  const kept = Object.fromEntries(
    Object.entries(current.config).filter(([key]) => key.startsWith("user.") && key !== CONFERENCES_KEY),
  );
  await context.lxd.putInstance(container.name, {
    config: { ...kept, ...ownedConfig(container, "active") },
    devices: mutableDevices(container),
    description: current.description,
  });
  if (restart) await startAndWait(container, context);
}
