/** Whose failure explains a reason of a check that leans on it. */

/** Checks of one kind. */
export interface Explainer {
  readonly kind: string;
  /** Failing for one of these reasons they are another matter. */
  readonly unless?: readonly string[];
  /**
   * They stand in for each other, so one explains only what happened with itself: both name it in the evidence of this
   * key, in words apart. All of them explain what happened with none, and with any.
   */
  readonly alternativesBy?: string;
}

/** A kind by its name alone explains whatever it fails for. */
export type ExplainerWords = string | Explainer;

export function explainerOf(words: ExplainerWords): Explainer {
  return typeof words === "string" ? { kind: words } : words;
}
