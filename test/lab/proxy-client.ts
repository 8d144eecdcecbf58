/** A visitor of the proxy: single requests, and one who keeps asking and talking while something is changed. */
import { once } from "node:events";
import { Agent, request } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { TLSSocket } from "node:tls";
import { WebSocket } from "ws";

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
  /** sha256 of the served certificate, as OpenSSL prints it. */
  readonly fingerprint: string;
}

/** One HTTPS request to loopback under `host`'s name; the certificate is not judged. */
export function ask(port: number, host: string, path = "/", agent?: Agent): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const options = {
    host: "127.0.0.1",
    port,
    path,
    servername: host,
    headers: { host },
    rejectUnauthorized: false,
  };
  const sent = request({ ...options, agent: agent ?? false, timeout: 5000 }, (response) => {
    const chunks: Buffer[] = [];
    const fingerprint = fingerprintOf(response.socket);
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.once("error", reject);
    response.once("end", () => {
      const body = Buffer.concat(chunks).toString();
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body,
        fingerprint,
      });
    });
  });
  sent.once("timeout", () => sent.destroy(new Error("no answer in 5 s")));
  sent.once("error", reject);
  sent.end();
  return promise;
}

function fingerprintOf(socket: unknown): string {
  return socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : "";
}

export interface Visit {
  readonly requests: number;
  /** What went wrong, in words; empty when nobody noticed anything. */
  readonly failures: readonly string[];
  /** Every `name` that answered, in order of first appearance. */
  readonly names: readonly string[];
}

/** Keep-alive requests and WebSocket messages, both without pause, until `change` is done and a little longer. */
export async function visitDuring(port: number, host: string, change: () => Promise<void>): Promise<Visit> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const failures: string[] = [];
  const names = new Set<string>();
  let requests = 0;
  const visit = new AbortController();

  async function keepAsking(): Promise<void> {
    while (!visit.signal.aborted) {
      try {
        const answer = await ask(port, host, "/", agent);
        requests += 1;
        if (answer.status === 200) names.add(String(JSON.parse(answer.body).name));
        else failures.push(`status ${answer.status}`);
      } catch (error) {
        failures.push(String(error));
      }
      await delay(5);
    }
  }

  const options = { servername: host, headers: { host }, rejectUnauthorized: false };
  const socket = new WebSocket(`wss://127.0.0.1:${port}/`, options);
  await once(socket, "open");
  socket.once("close", () => {
    if (!visit.signal.aborted) failures.push("the WebSocket was closed");
  });
  const asking = [keepAsking(), keepAsking()];
  try {
    await delay(200);
    await change();
    await delay(300);
    const echo = once(socket, "message", { signal: AbortSignal.timeout(2000) });
    socket.send("still here");
    await echo.catch(() => failures.push("the WebSocket is silent"));
  } finally {
    visit.abort();
    await Promise.all(asking);
    socket.terminate();
    agent.destroy();
  }
  return { requests, failures, names: [...names] };
}
