/** Starting a container and waiting until it can be worked with. */
import type { DesiredContainer } from "../../model/desired-state.ts";
import { ConveneError } from "../../system/errors.ts";
import { pollUntil } from "../../system/retry.ts";
import type { ApplyContext } from "../apply-context.ts";

const ADDRESS_DEADLINE_MS = 60_000;
const BOOT_DEADLINE_MS = 60_000;
const BOOTED = "until [ -S /run/systemd/private ]; do sleep 0.1; done";

/** Started, with exactly the address the manifest says (a stale lease would leave the nat proxies blind; lxd.md A9). */
export async function startAndWait(container: DesiredContainer, context: ApplyContext): Promise<void> {
  await context.lxd.startInstance(container.name);
  await waitForBoot(container.name, context);
  const wanted = container.address.ipv4;
  const found = await pollUntil(
    async () => ((await context.lxd.addresses(container.name)).includes(wanted) ? true : undefined),
    { clock: context.clock, intervalMs: 100, timeoutMs: ADDRESS_DEADLINE_MS, signal: context.signal },
  );
  if (found) return;
  const got = await context.lxd.addresses(container.name);
  throw new ConveneError({
    code: "AddressMissing",
    subject: `container/${container.name}`,
    message: `it runs but did not get the address ${wanted} (it has ${got.join(", ") || "none"})`,
    hint: "is the host's firewall dropping DHCP (udp/67) on the bridge? `convene check host` looks",
    retryable: true,
  });
}

/** Waits for systemd's private socket: before it, `systemctl` fails with "Failed to connect to bus" (lab.md 2). */
export async function waitForBoot(instance: string, context: ApplyContext): Promise<void> {
  const result = await context.lxd.exec(
    { instance, command: ["sh", "-c", BOOTED], timeoutMs: BOOT_DEADLINE_MS },
    context.signal,
  );
  if (result.exitCode === 0) return;
  throw new ConveneError({
    code: "BootFailed",
    subject: `container/${instance}`,
    message: `systemd did not come up within ${BOOT_DEADLINE_MS / 1000} s`,
    hint: `see \`lxc console ${instance} --show-log --project ${context.project}\``,
    retryable: true,
  });
}
