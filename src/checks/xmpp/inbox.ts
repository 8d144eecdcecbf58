/** Elements that arrived and nobody has read yet: bounded in number, in bytes, and in what a whole stream may bring. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { whenLate } from "../connect/when-late.ts";
import { maskStanza } from "./mask-stanza.ts";
import type { SessionReason } from "./session-reasons.ts";
import { readXmlElement, type XmlElement } from "./xml-element.ts";

/** Elements kept unread. */
const QUEUE_LIMIT = 1_024;
/** What one stream may bring in its life: a meeting of two is some hundred elements and 100 kB. */
const ELEMENT_LIMIT = 10_000;
const BYTE_LIMIT = 4 * 1_048_576;

export class Inbox {
  readonly #run: CheckRun;
  readonly #surroundings: ReadonlyMap<string, string> | undefined;
  readonly #unread: (string | XmlElement)[] = [];
  #elements = 0;
  #bytes = 0;
  #end: CheckFailure<SessionReason> | undefined;
  #wake: () => void = () => undefined;

  /** `surroundings` are the declarations of the stream's header, where it has one. */
  constructor(run: CheckRun, surroundings?: ReadonlyMap<string, string>) {
    this.#run = run;
    this.#surroundings = surroundings;
  }

  /** Takes the text of one element. False when that is too much: the connection is to be cut. */
  put(text: string): boolean {
    return this.#put(text, text.length);
  }

  /** Takes an element that has been read and shown already, of a text of that length. */
  putElement(element: XmlElement, length: number): boolean {
    return this.#put(element, length);
  }

  #put(element: string | XmlElement, length: number): boolean {
    if (this.#end !== undefined) return false;
    this.#elements += 1;
    this.#bytes += length;
    const flooded =
      this.#unread.length >= QUEUE_LIMIT || this.#elements > ELEMENT_LIMIT || this.#bytes > BYTE_LIMIT;
    if (flooded) {
      const message = `the server sent ${this.#elements} elements, ${this.#bytes} bytes, unasked`;
      this.end(new CheckFailure<SessionReason>("stanza_flood", message));
      return false;
    }
    this.#unread.push(element);
    this.#wake();
    return true;
  }

  /** Nothing will come any more; what has come can still be read. The first end counts. */
  end(failure: CheckFailure<SessionReason>): void {
    this.#end ??= failure;
    this.#wake();
  }

  /**
   * The next element. Rejects with `session_silent` after `waitMs`, with `bad_answer`, or with the failure that ended
   * the stream. One reader at a time.
   */
  async next(waitMs?: number): Promise<XmlElement> {
    if (this.#unread.length === 0 && this.#end === undefined) await this.#change(waitMs);
    const element = this.#unread.shift();
    if (element !== undefined) return typeof element === "string" ? this.#read(element) : element;
    if (this.#end !== undefined) throw this.#end;
    this.#run.context.signal.throwIfAborted();
    throw new CheckFailure<SessionReason>("session_silent", "the server said nothing in time");
  }

  #read(text: string): XmlElement {
    const shown = maskStanza(text);
    this.#run.say(`← ${shown}`);
    const element = readXmlElement(text, this.#surroundings);
    if (element !== undefined) return element;
    throw new CheckFailure<SessionReason>("bad_answer", "what came is not one well-formed XML element", {
      evidence: { received: shown.slice(0, 200) },
    });
  }

  /** Resolves when something has come, has ended, or the time is over. */
  async #change(waitMs: number | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const forget = whenLate(waitMs, this.#run.signal, resolve);
    await promise;
    forget();
  }
}
