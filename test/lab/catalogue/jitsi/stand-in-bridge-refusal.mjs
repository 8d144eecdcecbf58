// How the parts of the stand-in bridge say no: the condition of a stanza error, and colibri2's text, which may be null.

export function refused(condition, text) {
  return Object.assign(new Error(text ?? ""), { condition, text });
}
