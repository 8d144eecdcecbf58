/** Cuts the text of an XMPP stream over TCP (RFC 6120 section 4) into its header and its elements, in linear time. */

export type StreamPiece =
  | { readonly kind: "header"; readonly text: string }
  | { readonly kind: "element"; readonly text: string }
  /** `</stream:stream>` */
  | { readonly kind: "end" };

/** Characters of one element. */
const ELEMENT_LIMIT = 65_536;

/**
 * Looks at tags only: what lies between two of them is read by xml-element.ts. The header comes as an element of its
 * own, closed, so that the same reader takes it.
 */
export class ElementSplitter {
  /** From the beginning of the element, or of the tag between elements, that is not whole yet. */
  #buffer = "";
  /** Where in it the next character is looked at. */
  #at = 0;
  /** Where the tag that is being read begins; negative outside of tags. */
  #tagAt = -1;
  #quote = "";
  #depth = 0;

  /** Undefined when this is no stream, or an element is too large; then all is over. */
  put(text: string): readonly StreamPiece[] | undefined {
    this.#buffer += text;
    const pieces: StreamPiece[] = [];
    while (this.#at < this.#buffer.length) {
      const piece = this.#step(this.#buffer[this.#at] ?? "");
      if (piece === undefined) return undefined;
      if (piece !== "more") pieces.push(piece);
    }
    if (this.#buffer.length > ELEMENT_LIMIT) return undefined;
    return pieces;
  }

  #step(character: string): StreamPiece | "more" | undefined {
    this.#at += 1;
    if (this.#tagAt < 0) {
      if (character === "<") this.#tagAt = this.#at - 1;
      else if (this.#depth < 2) {
        // Between elements only white space is allowed: a keepalive (RFC 6120 section 4.6.1).
        if (!/^[ \t\r\n]$/.test(character)) return undefined;
        this.#forget();
      }
      return "more";
    }
    if (this.#quote !== "") {
      if (character === this.#quote) this.#quote = "";
      return "more";
    }
    if (character === '"' || character === "'") this.#quote = character;
    return character === ">" ? this.#endOfTag() : "more";
  }

  #endOfTag(): StreamPiece | "more" | undefined {
    const tag = this.#buffer.slice(this.#tagAt, this.#at);
    this.#tagAt = -1;
    if (tag.startsWith("<?xml ") && this.#depth === 0) {
      this.#forget();
      return "more";
    }
    if (tag.startsWith("<?") || tag.startsWith("<!")) return undefined;
    if (tag.startsWith("</")) {
      this.#depth -= 1;
      if (this.#depth < 0) return undefined;
      if (this.#depth === 0) return this.#take("end");
      return this.#depth === 1 ? this.#take("element") : "more";
    }
    if (tag.endsWith("/>"))
      return this.#depth === 1 ? this.#take("element") : this.#depth > 1 ? "more" : undefined;
    this.#depth += 1;
    return this.#depth === 1 ? this.#take("header") : "more";
  }

  #take(kind: StreamPiece["kind"]): StreamPiece {
    const text = this.#buffer.slice(0, this.#at);
    this.#forget();
    if (kind === "end") return { kind };
    return { kind, text: kind === "header" ? `${text.slice(0, -1)}/>` : text };
  }

  #forget(): void {
    this.#buffer = this.#buffer.slice(this.#at);
    this.#at = 0;
  }
}
