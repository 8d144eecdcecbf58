/** What a suspended agent does after a start: it learns what is there, so that its checks go on, and changes nothing. */
import { describeError } from "../system/errors.ts";
import type { PassDependencies } from "./pass-dependencies.ts";
import { stepsFor } from "./pass-steps.ts";

/** A failure is logged; the next pass looks again. */
export async function lookOnly(deps: PassDependencies): Promise<void> {
  const { loadSite, observe } = stepsFor(deps, {});
  try {
    const { desired, actual } = await observe(await loadSite());
    deps.status.seen({ site: desired.site.name, url: `https://${desired.site.domain}/` });
    deps.watch.configure(desired);
    await deps.watch.passEnded(desired, actual);
  } catch (error) {
    deps.options.logger.warn("nothing is checked while the agent is suspended", {
      error: describeError(error),
    });
  }
}
