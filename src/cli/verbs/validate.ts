/** `convene validate [DIR]`: are the manifests right? Asks nobody but the files. */
import { resolve } from "node:path";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { renderDiagnostics, renderDiagnosticsSummary } from "../render-diagnostics.ts";
import { renderCount } from "../render-count.ts";
import type { Verb } from "../verb.ts";

export async function validate(verb: Verb, folder: string): Promise<ExitCode> {
  const { dependencies } = verb;
  const settings = await verb.settings();
  const tree = await dependencies.readFolder(resolve(dependencies.workingDirectory, folder));
  const { diagnostics } = await dependencies.validate(tree, settings);
  const valid = diagnostics.length === 0;
  if (verb.json) {
    verb.value({ valid, files: tree.length, diagnostics });
  } else if (valid) {
    verb.line(`✓ valid: ${renderCount(tree.length, "file")}`);
  } else {
    for (const line of renderDiagnostics(diagnostics, tree)) verb.line(line);
    verb.line(`✗ ${renderDiagnosticsSummary(diagnostics)}`);
  }
  return valid ? EXIT.yes : EXIT.findings;
}
