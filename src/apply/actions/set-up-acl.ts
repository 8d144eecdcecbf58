/** Consul's rights, as soon as it can keep them: a fresh server elects a leader and then leaves its legacy ACL mode. */
import { ConveneError } from "../../system/errors.ts";
import { pollUntil } from "../../system/retry.ts";
import type { ApplyContext } from "../apply-context.ts";

const READY_MS = 60_000;
const ACL_MS = 30_000;

export async function setUpAcl(context: ApplyContext): Promise<void> {
  const { consul, clock, signal } = context;
  await consul.ready(READY_MS, signal);
  let last: unknown;
  const done = await pollUntil(
    async () => {
      try {
        await consul.setUpAcl();
        return true;
      } catch (error) {
        if (!(error instanceof ConveneError && error.code === "ConsulNotReady")) throw error;
        last = error;
        return undefined;
      }
    },
    { clock, intervalMs: 200, timeoutMs: ACL_MS, signal },
  );
  if (done === undefined) throw last;
}
