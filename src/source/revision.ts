/** A revision: the commit and the catalogue version it was rendered with, `<commit>+catalogue@<version>`. */

const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const REVISION = /^([0-9a-f]{40}(?:[0-9a-f]{24})?)\+catalogue@(.+)$/;

export interface Revision {
  readonly commit: string;
  readonly catalogue: string;
}

/** Whether the text is a full object name, SHA-1 or SHA-256. */
export function isCommit(text: string): boolean {
  return COMMIT.test(text);
}

export function formatRevision(revision: Revision): string {
  return `${revision.commit}+catalogue@${revision.catalogue}`;
}

/** The parts of a revision, undefined when the text is not one. */
export function parseRevision(text: string): Revision | undefined {
  const match = REVISION.exec(text);
  return match?.[1] && match[2] ? { commit: match[1], catalogue: match[2] } : undefined;
}

/** The commit of a revision or of a bare commit. */
export function commitOf(revision: string): string {
  return parseRevision(revision)?.commit ?? revision;
}

/** What people are shown: the first seven digits of the commit. */
export function shortRevision(revision: string): string {
  return commitOf(revision).slice(0, 7);
}

/**
 * Whether `asked` (a revision, a commit or at least its first seven digits) means `actual`, which is a bare
 * commit where a pass ended before it knew the catalogue.
 */
export function matchesRevision(asked: string, actual: string): boolean {
  if (asked === actual) return true;
  if (asked.includes("+")) return isCommit(actual) && commitOf(asked) === actual;
  return asked.length >= 7 && commitOf(actual).startsWith(asked);
}
