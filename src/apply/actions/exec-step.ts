/** One command inside a container as a step of an action: it succeeds, or the action fails with its own words. */
import { ConveneError } from "../../system/errors.ts";
import type { Secret } from "../../system/secret.ts";
import type { ApplyContext } from "../apply-context.ts";

export interface Step {
  readonly instance: string;
  readonly command: readonly string[];
  readonly stdin?: string;
  readonly timeoutMs: number;
  /** The error's code, what failed in words, and what to do about it. */
  readonly code: string;
  readonly failure: string;
  readonly hint: string;
  readonly retryable?: boolean;
  /** Content whose long words are masked in the quoted output: a program may quote the line it dislikes. */
  readonly conceal?: Secret;
}

const QUOTED_CHARACTERS = 800;

/** Runs the step and answers its standard output. */
export async function execStep(step: Step, context: ApplyContext): Promise<string> {
  const result = await context.lxd.exec(
    {
      instance: step.instance,
      command: step.command,
      timeoutMs: step.timeoutMs,
      ...(step.stdin === undefined ? {} : { stdin: step.stdin }),
    },
    context.signal,
  );
  if (result.exitCode === 0) return result.stdout;
  const words = concealed(result.stderr.trim() || result.stdout.trim(), step.conceal).slice(
    -QUOTED_CHARACTERS,
  );
  throw new ConveneError({
    code: step.code,
    subject: `container/${step.instance}`,
    message: `${step.failure} (exit code ${result.exitCode}): ${words || "it said nothing"}`,
    hint: step.hint,
    retryable: step.retryable ?? false,
  });
}

/** Generated secrets are words of 20 characters and more; nothing else in a configuration needs to stay that long. */
function concealed(text: string, secret: Secret | undefined): string {
  if (!secret) return text;
  const content = secret.reveal();
  return text.replaceAll(/[A-Za-z0-9+/=_-]{16,}/g, (word) => (content.includes(word) ? "***" : word));
}
