/** Is a tree right? Everything a pass would find out before it looks at the host; used by the hook and the CLI. */
import type { TreeFile } from "../control/agent-api.ts";
import { type Diagnostic } from "../manifests/diagnostic.ts";
import { placeholderSecrets } from "../secrets/gather-secrets.ts";
import { ConveneError } from "../system/errors.ts";
import { buildDesiredState } from "./build.ts";
import type { ModelHost } from "./model-input.ts";
import { resolveTree } from "./resolve-tree.ts";
import { createTemplateEngine } from "./templates.ts";

export interface Validation {
  readonly diagnostics: readonly Diagnostic[];
}

/** Renders every template too, with placeholders for secrets and without foreign keys. */
export async function validateTree(
  tree: readonly TreeFile[],
  catalogue: readonly string[],
  host: ModelHost,
): Promise<Validation> {
  const resolved = await resolveTree(tree, catalogue);
  const { site } = resolved;
  if (resolved.diagnostics.length > 0 || !site) return { diagnostics: resolved.diagnostics };
  try {
    buildDesiredState(
      {
        revision: "validation",
        site,
        manifests: resolved.manifests,
        components: resolved.components,
        host,
        secrets: placeholderSecrets(),
        foreign: new Map(),
        today: "2000-01-01",
      },
      createTemplateEngine(),
    );
    return { diagnostics: [] };
  } catch (error) {
    if (!(error instanceof ConveneError)) throw error;
    const location = error.location ?? site.locate([]);
    return {
      diagnostics: [
        { code: error.code, message: error.message, location, ...(error.hint ? { hint: error.hint } : {}) },
      ],
    };
  }
}
