/** Passwords and user names as both sides must see them: SASLprep (RFC 4013). */

/** Table B.1 of RFC 3454: soft hyphen, joiners, variation selectors. */
const MAPPED_TO_NOTHING = /[\u00ad\u1806\u200b-\u200d\u2060\ufeff]|\u034f|[\u180b-\u180d]|[\ufe00-\ufe0f]/gu;
/** Table C.1.2: spaces that are not ASCII's. */
const OTHER_SPACE = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;
/** Tables C.2 to C.9: control, private use, non-characters, surrogates, and what changes display. */
const PROHIBITED =
  /[\p{Cc}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\u06dd\u070f\u180e\u2028\u2029\u2061-\u2063\u206a-\u206f\ufff9-\uffff\u{1d173}-\u{1d17a}\u200e\u200f\u202a-\u202e\u{e0001}\u{e0020}-\u{e007f}\u2ff0-\u2ffb]|[\u0340\u0341]/u;

/**
 * The prepared text, or undefined when it holds a prohibited character. The rule for right-to-left text (section 2.3)
 * is left to the server, which refuses what breaks it.
 */
export function saslPrep(text: string): string | undefined {
  const prepared = text.replace(OTHER_SPACE, " ").replace(MAPPED_TO_NOTHING, "").normalize("NFKC");
  return PROHIBITED.test(prepared) ? undefined : prepared;
}
