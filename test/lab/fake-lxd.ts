/** A stand-in for LXD's socket: answers what a test says, for what a real server cannot be made to say at will. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LXD_STATUS } from "../../src/lxd/status-codes.ts";

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly json: unknown;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface FakeLxd {
  readonly socketPath: string;
  readonly requests: readonly FakeRequest[];
  close(): Promise<void>;
}

/** Throwing inside `respond` closes the connection without an answer. */
export async function startFakeLxd(respond: (request: FakeRequest) => FakeAnswer): Promise<FakeLxd> {
  const directory = await mkdtemp(join(tmpdir(), "convene-lxd-"));
  const socketPath = join(directory, "unix.socket");
  const requests: FakeRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const url = new URL(incoming.url ?? "/", "http://lxd");
      const text = Buffer.concat(chunks).toString("utf8");
      const isJson = incoming.headers["content-type"] === "application/json";
      const request: FakeRequest = {
        method: incoming.method ?? "",
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        json: isJson ? JSON.parse(text) : undefined,
      };
      requests.push(request);
      try {
        const { status = 200, headers = {}, body } = respond(request);
        outgoing.writeHead(status, headers).end(JSON.stringify(body));
      } catch {
        incoming.socket.destroy();
      }
    });
  });
  server.listen(socketPath);
  await once(server, "listening");
  return {
    socketPath,
    requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      await rm(directory, { recursive: true });
    },
  };
}

export function sync(metadata: unknown, headers: Readonly<Record<string, string>> = {}): FakeAnswer {
  return { headers, body: { type: "sync", status: "Success", status_code: 200, metadata } };
}

export function async(task: Readonly<Record<string, unknown>>): FakeAnswer {
  const path = `/1.0/operations/${String(task["id"])}`;
  return { status: 202, body: { type: "async", status_code: 100, operation: path, metadata: task } };
}

export function refusal(status: number, error: string): FakeAnswer {
  return { status, body: { type: "error", error, error_code: status, metadata: null } };
}

export function operation(
  statusCode: number,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    id: "op-1",
    class: "task",
    status_code: statusCode,
    metadata: null,
    resources: null,
    err: "",
    ...more,
  };
}

export function instance(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    name: "turn",
    status_code: LXD_STATUS.running,
    config: {},
    devices: {},
    description: "kept",
    profiles: [],
    created_at: "2026-01-01T00:00:00Z",
    architecture: "x86_64",
    ephemeral: false,
    stateful: false,
    ...more,
  };
}
