/** Every question the sockets answer, one line each; destructive ones only on root's socket. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { z } from "zod";
import { reportError } from "../system/errors.ts";
import type { AgentApi, TreeFile } from "./agent-api.ts";
import { readBody, readQuery } from "./body.ts";
import { viewEvent, viewPlan } from "./plan-view.ts";
import {
  checkHistoryQuery,
  checkRequest,
  confirmRequest,
  emptyRequest,
  historyQuery,
  logsQuery,
  MAXIMUM_BODY,
  MAXIMUM_TREE_BODY,
  planRequest,
  reconcileRequest,
  suspendRequest,
  eventsQuery,
  waitQuery,
} from "./requests.ts";
import { callerSignal, startLines, streamLines } from "./stream.ts";

export interface Call {
  readonly api: AgentApi;
  readonly url: URL;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborts when the caller leaves or the agent stops. */
  readonly signal: AbortSignal;
}

export interface Route {
  readonly adminOnly: boolean;
  /** What is sent as JSON; undefined when the route has streamed its answer itself. */
  readonly answer: (call: Call) => Promise<unknown>;
}

const user = (answer: Route["answer"]): Route => ({ adminOnly: false, answer });
const admin = (answer: Route["answer"]): Route => ({ adminOnly: true, answer });

/** By `METHOD path`. */
export const ROUTES: ReadonlyMap<string, Route> = new Map([
  ["GET /v1/status", user(async ({ api }) => api.status())],
  ["POST /v1/plan", user(plan)],
  [
    "POST /v1/reconcile",
    user(async ({ api, request }) => done(api.reconcile(await body(request, reconcileRequest)))),
  ],
  ["GET /v1/events", user(events)],
  ["GET /v1/wait", user(wait)],
  ["GET /v1/history", user(async ({ api, url }) => api.history(readQuery(url, historyQuery).limit))],
  ["GET /v1/logs", user(logs)],
  ["POST /v1/check", user(check)],
  [
    "GET /v1/check-history",
    user(async ({ api, url }) => api.checkHistory(readQuery(url, checkHistoryQuery).name)),
  ],
  ["GET /metrics", user(metrics)],
  [
    "POST /v1/confirm",
    admin(async ({ api, request }) => api.confirm((await body(request, confirmRequest)).id)),
  ],
  [
    "POST /v1/suspend",
    admin(async ({ api, request }) => done(await api.suspend((await body(request, suspendRequest)).reason))),
  ],
  [
    "POST /v1/resume",
    admin(async ({ api, request }) => {
      await body(request, emptyRequest);
      return done(await api.resume());
    }),
  ],
]);

async function body<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  return readBody(request, schema, MAXIMUM_BODY);
}

function done(_nothing: void): object {
  return {};
}

async function metrics({ api, request, response }: Call): Promise<undefined> {
  const { contentType, text } = await api.metrics(request.headers.accept);
  response.writeHead(200, { "content-type": contentType, "content-length": Buffer.byteLength(text) });
  response.end(text);
  return undefined;
}

async function plan({ api, request, signal }: Call): Promise<unknown> {
  const { tree } = await readBody(request, planRequest, MAXIMUM_TREE_BODY);
  const files = tree?.map(
    (file): TreeFile => ({ path: file.path, content: Buffer.from(file.content, "base64") }),
  );
  const answer = await api.plan(files, signal);
  return { revision: answer.revision, plan: viewPlan(answer.plan) };
}

async function events({ api, url, response, signal }: Call): Promise<undefined> {
  const { revision } = readQuery(url, eventsQuery);
  await streamLines(response, api.events(signal, revision), viewEvent);
  return undefined;
}

async function wait({ api, url, signal }: Call): Promise<unknown> {
  const { revision, timeoutMs } = readQuery(url, waitQuery);
  return { verdict: (await api.wait(revision, timeoutMs, signal)) ?? null };
}

async function logs({ api, url, signal }: Call): Promise<unknown> {
  const { container, lines } = readQuery(url, logsQuery);
  return { text: await api.logs(container, lines, signal) };
}

async function check({ api, request, response, signal }: Call): Promise<undefined> {
  const { name } = await body(request, checkRequest);
  const write = startLines(response);
  try {
    const results = await api.check(name, (transcript) => write({ transcript }), signal);
    write({ results });
  } catch (error) {
    write({ error: reportError(error) });
  } finally {
    response.end();
  }
  return undefined;
}

/** The signal of a call: its caller's and the server's own. */
export function callSignal(response: ServerResponse, server: AbortSignal): AbortSignal {
  return AbortSignal.any([callerSignal(response), server]);
}
