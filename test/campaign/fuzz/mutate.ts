/** Changes good input into bad: bits, lengths, pieces cut, doubled, swapped with another's, words that mean something. */
import type { Random } from "./random.ts";

export interface Material {
  /** Good inputs. */
  readonly seeds: readonly Uint8Array[];
  /** Pieces that the reader treats in a way of their own. */
  readonly words: readonly Uint8Array[];
  /** Inputs grow to no more bytes than these. */
  readonly limit: number;
}

type Mutation = (bytes: Uint8Array, material: Material, random: Random) => Uint8Array;

const INTERESTING = [0, 1, 2, 3, 4, 7, 8, 0x0f, 0x10, 0x20, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xfe, 0xff];

const MUTATIONS: readonly Mutation[] = [
  (bytes, _, random) => changed(bytes, random.below(bytes.length), (old) => old ^ (1 << random.below(8))),
  (bytes, _, random) => changed(bytes, random.below(bytes.length), () => random.of(INTERESTING)),
  (bytes, _, random) => {
    const at = random.below(bytes.length);
    return changed(
      changed(bytes, at, () => random.of(INTERESTING)),
      at + 1,
      () => random.of(INTERESTING),
    );
  },
  (bytes, _, random) => bytes.slice(0, random.below(bytes.length + 1)),
  (bytes, _, random) => spliced(bytes, place(bytes, random), new Uint8Array(0)),
  (bytes, { words }, random) => {
    const at = random.below(bytes.length + 1);
    return spliced(bytes, [at, at], random.of(words));
  },
  (bytes, { words }, random) => spliced(bytes, place(bytes, random), random.of(words)),
  (bytes, _, random) => {
    const [from, to] = place(bytes, random);
    return spliced(bytes, [from, from], repeated(bytes.slice(from, to), 1 + random.below(4)));
  },
  (bytes, { words, limit }, random) => {
    const at = random.below(bytes.length + 1);
    const word = random.of(words);
    // Small numbers are as likely as great ones: nesting without end is found, and does not take all the time.
    const doublings = Math.log2(limit / (word.length + 1));
    return spliced(bytes, [at, at], repeated(word, Math.floor(2 ** random.below(doublings))));
  },
  (bytes, { seeds }, random) => {
    const other = random.of(seeds);
    const [from, to] = place(other, random);
    return spliced(bytes, place(bytes, random), other.slice(from, to));
  },
  (bytes, _, random) => spliced(bytes, place(bytes, random), random.bytes(random.below(24))),
];

/** One input: a seed, changed up to eight times, or seldom no seed at all. */
export function makeInput(material: Material, random: Random): Uint8Array {
  if (random.below(50) === 0) return random.bytes(random.below(200));
  let bytes: Uint8Array = random.of(material.seeds);
  for (let left = random.below(8); left >= 0; left -= 1) {
    bytes = random.of(MUTATIONS)(bytes, material, random).subarray(0, material.limit);
  }
  return bytes;
}

function changed(bytes: Uint8Array, at: number, change: (old: number) => number): Uint8Array {
  const copy = bytes.slice();
  const old = copy[at];
  if (old !== undefined) copy[at] = change(old);
  return copy;
}

/** A short piece somewhere. */
function place(bytes: Uint8Array, random: Random): readonly [number, number] {
  const from = random.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + random.below(40))];
}

function spliced(bytes: Uint8Array, [from, to]: readonly [number, number], between: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, from), between, bytes.subarray(to)]);
}

function repeated(bytes: Uint8Array, times: number): Uint8Array {
  return Buffer.concat(Array.from({ length: times }, () => bytes));
}
