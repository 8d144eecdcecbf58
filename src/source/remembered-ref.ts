/** Asks git about a branch only when its file changed: an agent that has nothing to do starts no process for it. */
import { readFile } from "node:fs/promises";

/**
 * `ask` is git's answer, the commit of the branch. It is given again without asking while the branch's own file
 * (`refs/heads/NAME`) holds exactly that commit; a packed or missing branch is asked about every time.
 */
export function rememberRef(
  refFile: string,
  ask: () => Promise<string | undefined>,
): () => Promise<string | undefined> {
  let known: string | undefined;
  return async () => {
    const written = await readFile(refFile, "utf8").then(
      (text) => text.trim(),
      () => undefined,
    );
    if (known !== undefined && written === known) return known;
    known = await ask();
    return known;
  };
}
