/** Answers a push before it lands: refuses what is broken, shows the plan of what is not. */
import type { TreeFile } from "../../control/agent-api.ts";
import { PUSH_OPTIONS } from "../../source/hooks/push-request.ts";
import { type BranchUpdate, checkRefUpdates } from "../../source/hooks/ref-rules.ts";
import { ConveneError, reportError } from "../../system/errors.ts";
import { renderCount } from "../render-count.ts";
import { renderDiagnostics, renderDiagnosticsSummary } from "../render-diagnostics.ts";
import { renderError } from "../render-error.ts";
import { renderPlan, renderPlanSummary } from "../render-plan.ts";
import type { HookContext } from "./hook-context.ts";

/** What the agent finds wrong in the tree; every other error is about the host and heals without a new push. */
const WRONG_INPUT: ReadonlySet<string> = new Set([
  "InvalidManifest",
  "EmptyDesiredState",
  "PolicyRefused",
  "TemplateFailed",
  "DecryptionFailed",
  "SecretMissing",
]);

/** Whether the push may land. Everything there is to say has been printed. */
export async function preReceive(context: HookContext): Promise<boolean> {
  checkOptions(context);
  const update = await checkRefUpdates(context.updates, context.settings.branch, context.repository);
  const tree = await context.repository.readTree(update.after);
  if (!(await isValid(context, tree))) return false;
  if (!(await showPlan(context, update, tree))) return false;
  if (!context.options.planOnly) return true;
  context.print("✗ plan-only: this was only the plan; the branch was not moved and nothing changes");
  return false;
}

function checkOptions({ options }: HookContext): void {
  if (options.unknown.length === 0) return;
  throw new ConveneError({
    code: "UnknownPushOption",
    message: `unknown push option ${options.unknown.map((option) => JSON.stringify(option)).join(", ")}`,
    hint: `there are ${PUSH_OPTIONS.join(", ")}: git push -o no-wait`,
  });
}

async function isValid(
  { validate, settings, print }: HookContext,
  tree: readonly TreeFile[],
): Promise<boolean> {
  const { diagnostics } = await validate(tree, settings);
  if (diagnostics.length === 0) return true;
  for (const line of renderDiagnostics(diagnostics, tree)) print(line);
  print(`✗ refused: ${renderDiagnosticsSummary(diagnostics)}; nothing was changed`);
  return false;
}

/** False when the agent itself finds the tree wrong; an agent that cannot answer stops no push. */
async function showPlan(
  context: HookContext,
  update: BranchUpdate,
  tree: readonly TreeFile[],
): Promise<boolean> {
  const { client, print, repository, signal } = context;
  const changed = await repository.countChanges(update.before, update.after);
  const files = `${renderCount(changed, "file")} changed`;
  try {
    const { plan } = await client.plan(tree, signal);
    print(`convene  ${files}, ${renderPlanSummary(plan)}`);
    for (const line of renderPlan(plan)) print(line);
    return true;
  } catch (error) {
    const report = reportError(error);
    if (report.location !== undefined || WRONG_INPUT.has(report.code)) {
      for (const line of renderError(report)) print(line);
      print("✗ refused; nothing was changed");
      return false;
    }
    print(`convene  ${files}, valid; there is no plan to show:`);
    for (const line of renderError(report)) print(`  ${line}`);
    if (!context.options.planOnly) print("  accepted all the same: it is applied as soon as the agent can");
    return true;
  }
}
