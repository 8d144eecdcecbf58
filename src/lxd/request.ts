/** Requests to the LXD API: adds the project, unwraps the answer's envelope, and parses what is inside. */
import type { OutgoingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { z } from "zod";
import { hasCode, refused, unexpected } from "./lxd-errors.ts";
import { lxdAnswerSchema } from "./schema.ts";
import type { LxdAnswer } from "./schema.ts";
import type { HttpAnswer, HttpRequest, UnixHttp } from "./unix-http.ts";

export interface LxdRequest {
  readonly method: HttpRequest["method"];
  /** Path without query; build names into it with `pathOf`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Another project than the requester's; `null` for what belongs to the whole server. */
  readonly project?: string | null;
  readonly headers?: OutgoingHttpHeaders;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as `application/octet-stream`, unless the headers say otherwise. */
  readonly content?: string | Uint8Array | Readable;
  readonly deadlineMs?: number;
  readonly longPoll?: boolean;
}

export type SuccessfulAnswer = Exclude<LxdAnswer, { type: "error" }>;

export interface Requester {
  readonly socketPath: string;
  readonly project: string;
  /** Called while an operation is waited for, each time LXD says how it stands: at least every 10 s. */
  readonly onOperationAlive?: (() => void) | undefined;
  /** The bare answer, for files; errors are thrown already. */
  fetch(request: LxdRequest): Promise<HttpAnswer>;
  /** The envelope. Whether a change is done at once or by an operation differs between versions: look at `type`. */
  call(
    request: LxdRequest,
  ): Promise<{ readonly answer: SuccessfulAnswer; readonly etag: string | undefined }>;
}

const REQUEST_DEADLINE_MS = 30_000;

/** Requests of one project over one socket. Every error is a ConveneError (lxd-errors.ts). */
export function createRequester(http: UnixHttp, project: string, onOperationAlive?: () => void): Requester {
  const fetch = async (request: LxdRequest): Promise<HttpAnswer> => {
    const answer = await http.send(toHttp(request, project));
    if (answer.status < 400) return answer;
    throw refused(nameOf(request), answer.status, errorWords(answer));
  };
  return {
    socketPath: http.socketPath,
    project,
    onOperationAlive,
    fetch,
    call: async (request) => {
      const answer = await fetch(request);
      const envelope = parseEnvelope(request, answer);
      if (envelope.type === "error") throw refused(nameOf(request), envelope.error_code, envelope.error);
      return { answer: envelope, etag: answer.headers.etag };
    },
  };
}

/** Builds an API path, escaping each name: ``pathOf`instances/${name}/state` ``. */
export function pathOf(parts: TemplateStringsArray, ...names: readonly string[]): string {
  return parts.reduce(
    (path, part, index) => path + encodeURIComponent(names[index - 1] ?? "") + part,
    "/1.0/",
  );
}

/** `PUT /1.0/instances/turn/state`, for messages. */
export function nameOf(request: LxdRequest): string {
  return `${request.method} ${request.path}`;
}

/** Reads one object or list. */
export async function read<T>(
  requester: Requester,
  schema: z.ZodType<T>,
  request: Omit<LxdRequest, "method">,
): Promise<{ readonly value: T; readonly etag: string | undefined }> {
  const full: LxdRequest = { ...request, method: "GET" };
  const { answer, etag } = await requester.call(full);
  const parsed = schema.safeParse(answer.metadata);
  if (!parsed.success) throw unexpected(nameOf(full), parsed.error);
  return { value: parsed.data, etag };
}

/** The same, undefined when there is no such object. */
export async function find<T>(
  requester: Requester,
  schema: z.ZodType<T>,
  request: Omit<LxdRequest, "method">,
): Promise<T | undefined> {
  try {
    return (await read(requester, schema, request)).value;
  } catch (error) {
    if (hasCode(error, "LxdNotFound")) return undefined;
    throw error;
  }
}

function toHttp(request: LxdRequest, ownProject: string): HttpRequest {
  const project = request.project === undefined ? ownProject : request.project;
  const query = new URLSearchParams({
    ...request.query,
    ...(project === null ? {} : { project }),
  }).toString();
  const body = request.json === undefined ? request.content : JSON.stringify(request.json);
  return {
    method: request.method,
    path: query === "" ? request.path : `${request.path}?${query}`,
    headers: {
      ...(request.json === undefined ? {} : { "content-type": "application/json" }),
      ...(request.content === undefined ? {} : { "content-type": "application/octet-stream" }),
      ...request.headers,
    },
    ...(body === undefined ? {} : { body }),
    deadlineMs: request.deadlineMs ?? REQUEST_DEADLINE_MS,
    ...(request.longPoll === undefined ? {} : { longPoll: request.longPoll }),
  };
}

function parseEnvelope(request: LxdRequest, answer: HttpAnswer): LxdAnswer {
  try {
    return lxdAnswerSchema.parse(JSON.parse(answer.body.toString("utf8")));
  } catch (error) {
    throw unexpected(nameOf(request), error);
  }
}

function errorWords(answer: HttpAnswer): string {
  const text = answer.body.toString("utf8");
  try {
    const envelope = lxdAnswerSchema.parse(JSON.parse(text));
    if (envelope.type === "error") return envelope.error;
  } catch {
    // Not LXD's own envelope: show what came instead.
  }
  return `HTTP ${answer.status} ${text.slice(0, 200)}`;
}
