/** `convene plan`: what would be done, for the deployed branch, another ref or a folder. Changes nothing. */
import { resolve } from "node:path";
import type { TreeFile } from "../../control/agent-api.ts";
import { ConveneError } from "../../system/errors.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { renderPlan, renderPlanSummary } from "../render-plan.ts";
import type { Verb } from "../verb.ts";

export interface PlanOptions {
  readonly ref?: string;
}

export async function plan(verb: Verb, folder: string | undefined, options: PlanOptions): Promise<ExitCode> {
  const tree = await chosenTree(verb, folder, options.ref);
  const agent = await verb.agent();
  const answer = await agent.plan(tree, verb.dependencies.signal);
  if (verb.json) {
    verb.value(answer);
  } else {
    verb.line(`convene  ${renderPlanSummary(answer.plan)}`);
    for (const line of renderPlan(answer.plan)) verb.line(line);
  }
  const empty = answer.plan.actions.length === 0 && answer.plan.blocked.length === 0;
  return empty ? EXIT.yes : EXIT.findings;
}

async function chosenTree(
  verb: Verb,
  folder: string | undefined,
  ref: string | undefined,
): Promise<readonly TreeFile[] | undefined> {
  if (folder !== undefined && ref !== undefined) {
    throw new ConveneError({
      code: "InvalidArgument",
      message: `there are two things to plan: the folder ${folder} and --ref ${ref}`,
      hint: "name one of them, or none for the deployed branch",
    });
  }
  if (folder !== undefined) return treeOfEither(verb, folder);
  if (ref === undefined) return undefined;
  return (
    (await treeOfRef(verb, ref)) ??
    refuse(
      `the site repository has no ${ref}`,
      "name a branch, a tag or a commit of the site repository, or a folder",
    )
  );
}

/** A folder of this name comes first: a ref can be named by `--ref`, too. */
async function treeOfEither(verb: Verb, name: string): Promise<readonly TreeFile[]> {
  const { dependencies } = verb;
  try {
    return await dependencies.readFolder(resolve(dependencies.workingDirectory, name));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return (
    (await treeOfRef(verb, name)) ??
    refuse(
      `there is no folder ${name} here, and the site repository has no ${name}`,
      "name the folder that holds site.yaml, or a branch, a tag or a commit of the site repository",
    )
  );
}

async function treeOfRef(verb: Verb, ref: string): Promise<readonly TreeFile[] | undefined> {
  const repository = verb.dependencies.repository(await verb.settings());
  const commit = await repository.resolve(ref);
  return commit === undefined ? undefined : repository.readTree(commit);
}

function isMissing(error: unknown): boolean {
  const cause = error instanceof ConveneError ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}

function refuse(message: string, hint: string): never {
  throw new ConveneError({ code: "UnknownRef", message, hint });
}
