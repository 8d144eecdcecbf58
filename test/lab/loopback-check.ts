/** One check run against servers on loopback, where every name leads. */
import type { CheckContext, CheckResult } from "../../src/checks/check.ts";
import { createCheckContext } from "../../src/checks/check-context.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { systemClock } from "../../src/system/clock.ts";

/** What a test's context has of its own. */
export type ContextChanges = Partial<CheckContext>;

/** Three seconds unless the spec says otherwise. */
export async function loopbackCheck(
  kind: string,
  spec: Readonly<Record<string, unknown>>,
  changes: ContextChanges = {},
): Promise<CheckResult> {
  const context = createCheckContext({
    clock: systemClock,
    signal: new AbortController().signal,
    resolve: () => Promise.resolve(["127.0.0.1"]),
    ...changes,
  });
  const check = { name: kind, kind, spec: { timeout: "3s", ...spec }, intervalSeconds: 60 };
  return await runCheck(check, context);
}
