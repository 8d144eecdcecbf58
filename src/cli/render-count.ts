/** `1 action`, `3 actions`. */

export function renderCount(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
