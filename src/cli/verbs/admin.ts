/** Root's verbs over the admin socket: confirm, suspend, resume. */
import { EXIT, type ExitCode } from "../exit-code.ts";
import { printable } from "../printable.ts";
import type { Verb } from "../verb.ts";

export async function confirm(verb: Verb, id: string): Promise<ExitCode> {
  const answer = await (await verb.agent("admin")).confirm(id);
  if (verb.json) verb.value(answer);
  else verb.line(`${answer.accepted ? "✓" : "✗"} ${printable(answer.message)}`);
  return answer.accepted ? EXIT.yes : EXIT.error;
}

export async function suspend(verb: Verb, reason: string): Promise<ExitCode> {
  await (await verb.agent("admin")).suspend(reason);
  if (verb.json) verb.value({ suspended: true, reason });
  else verb.line("✓ suspended: nothing is changed until `convene resume`");
  return EXIT.yes;
}

export async function resume(verb: Verb): Promise<ExitCode> {
  await (await verb.agent("admin")).resume();
  if (verb.json) verb.value({ suspended: false });
  else verb.line("✓ resumed");
  return EXIT.yes;
}
