/** Whose failure explains a reason of a check that leans on it. */

/** Checks of one kind. */
export interface Explainer {
  readonly kind: string;
  /** Failing for one of these reasons they are another matter. */
  readonly unless?: readonly string[];
  /**
   * They stand in for each other, so one explains only what happened with itself: both name it in the evidence of this
   * key, in words apart, of which what follows a slash does not count. All of them explain what happened with none, and
   * with any.
   */
  readonly alternativesBy?: string;
}

/** A kind by its name alone explains whatever it fails for. */
export type ExplainerWords = string | Explainer;

/** For each reason of a table the same explainers. */
export function eachBy(
  reasons: Readonly<Record<string, unknown>>,
  explainers: readonly ExplainerWords[],
): Readonly<Record<string, readonly ExplainerWords[]>> {
  return Object.fromEntries(Object.keys(reasons).map((reason) => [reason, explainers]));
}

export function explainerOf(words: ExplainerWords): Explainer {
  return typeof words === "string" ? { kind: words } : words;
}
