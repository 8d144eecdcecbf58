/** The check's side of its media process: started at once, asked by messages, killed at the check's deadline. */
import { type ChildProcess, spawn } from "node:child_process";
import type { z } from "zod";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import {
  type Connection,
  connectionSchema,
  type Exchange,
  exchangeSchema,
  type Hold,
  holdSchema,
  type LocalParameters,
  localSchema,
  type MediaQuestion,
  readySchema,
  type RemoteParameters,
  replySchema,
} from "./media-messages.ts";
import type { Speech } from "./media-exchange.ts";
import type { MediaReason } from "./media-reasons.ts";

export type Connected = Extract<Connection, { readonly connected: true }>;

/** Participants are known by a name of the caller's choice. All fail with `media_process_failed`. */
export interface MediaProcess {
  /** Resolves when the WebRTC library is loaded; the others wait for it by themselves. */
  readonly ready: Promise<void>;
  open(peer: string): Promise<LocalParameters>;
  /** Fails with `ice_failed`, `dtls_failed` or `fingerprint_mismatch`. Sends to the given candidates only. */
  connect(peer: string, remote: RemoteParameters, limits?: ConnectLimits): Promise<Connected>;
  /** Audio both ways between two that are connected, 50 packets a second. */
  exchange(left: string, right: string, speech: Speech): Promise<Exchange>;
  hold(peer: string, ms: number): Promise<Hold>;
  close(): void;
}

export interface ConnectLimits {
  readonly iceMs: number;
  readonly dtlsMs: number;
}

/**
 * Before it is asked, an address has answered one ICE check: what is left takes a few round trips. A packet that is lost
 * is sent again after 0.5, 1.5, 3.5 and 7.5 s.
 */
const LIMITS: ConnectLimits = { iceMs: 8_000, dtlsMs: 6_000 };
/** Bytes kept of what the process prints. */
const WORDS_LIMIT = 2_000;

/** The kind must be `heavy`. The caller closes it. */
export function startMedia(run: CheckRun): MediaProcess {
  return new ChildMedia(run);
}

interface Waiting {
  readonly answer: (answer: unknown) => void;
  readonly fail: (error: unknown) => void;
}

class ChildMedia implements MediaProcess {
  readonly ready: Promise<void>;
  readonly #run: CheckRun;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #becameReady = Promise.withResolvers<void>();
  readonly #kill = () => this.#end(this.#run.signal.reason);
  #questions = 0;
  #words = "";
  #ended: { readonly why: unknown } | undefined;

  constructor(run: CheckRun) {
    this.#run = run;
    this.ready = this.#becameReady.promise;
    // Who does not wait for it learns of the failure by the first question.
    this.ready.catch(() => undefined);
    const { command, args } = run.context.media;
    // Nothing of the agent's environment is its business.
    this.#child = spawn(command, args, { env: {}, stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.#child.on("message", (message) => this.#receive(message));
    this.#child.on("error", (error) => this.#end(crashed(error.message)));
    this.#child.on("exit", (code, signal) =>
      this.#end(crashed(`it ended with ${signal ?? code}`, this.#words)),
    );
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#words = (this.#words + text).slice(-WORDS_LIMIT);
    });
    run.signal.addEventListener("abort", this.#kill, { once: true });
    if (run.signal.aborted) this.#kill();
  }

  async open(peer: string): Promise<LocalParameters> {
    return await this.#ask({ ask: "open", peer }, localSchema);
  }

  async connect(peer: string, remote: RemoteParameters, limits = LIMITS): Promise<Connected> {
    const connection = await this.#ask({ ask: "connect", peer, remote, ...limits }, connectionSchema);
    if (connection.connected) return connection;
    throw new CheckFailure<MediaReason>(connection.reason, connection.words);
  }

  async exchange(left: string, right: string, speech: Speech): Promise<Exchange> {
    return await this.#ask({ ask: "exchange", left, right, ...speech }, exchangeSchema);
  }

  async hold(peer: string, ms: number): Promise<Hold> {
    return await this.#ask({ ask: "hold", peer, ms }, holdSchema);
  }

  close(): void {
    this.#end(crashed("it was closed"));
  }

  async #ask<T>(question: MediaQuestion, schema: z.ZodType<T>): Promise<T> {
    await this.ready;
    const id = (this.#questions += 1);
    const answered = new Promise<unknown>((answer, fail) => {
      this.#waiting.set(id, { answer, fail });
      if (this.#ended !== undefined) fail(this.#ended.why);
      else this.#child.send({ id, question });
    });
    const parsed = schema.safeParse(await answered.finally(() => this.#waiting.delete(id)));
    if (parsed.success) return parsed.data;
    throw crashed(`its answer to ${question.ask} is none: ${parsed.error.message}`);
  }

  #receive(message: unknown): void {
    if (readySchema.safeParse(message).success) return this.#becameReady.resolve();
    const parsed = replySchema.safeParse(message);
    if (!parsed.success) return this.#end(crashed("it said something else than an answer"));
    const reply = parsed.data;
    const waiting = this.#waiting.get(reply.id);
    if ("defect" in reply) waiting?.fail(crashed(reply.defect));
    else waiting?.answer(reply.answer);
  }

  /** SIGKILL: there is nothing it would have to put in order. */
  #end(why: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended = { why };
    this.#run.signal.removeEventListener("abort", this.#kill);
    this.#child.kill("SIGKILL");
    this.#becameReady.reject(why);
    for (const { fail } of this.#waiting.values()) fail(why);
  }
}

/** Of a stack trace the line that says what went wrong; else the end of what was printed. */
function errorLine(printed: string): string {
  return printed.match(/^\S*Error\b.*$/gm)?.at(-1) ?? printed.slice(-300);
}

function crashed(words: string, printed = ""): CheckFailure<MediaReason> {
  const message = `the media process: ${words}`;
  const evidence = printed === "" ? {} : { printed: errorLine(printed) };
  return new CheckFailure<MediaReason>("media_process_failed", message, { evidence });
}
