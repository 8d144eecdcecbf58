// The private HTTP interface of the stand-in bridge, and beside it `/lab/...` for tests.
import { createServer } from "node:http";
import { VERSION } from "./stand-in-bridge-statistics.mjs";

export class BridgeRest {
  #options;

  constructor(options) {
    this.#options = options;
  }

  async start() {
    const { host, port } = this.#options;
    const server = createServer((request, response) => void this.#respond(request, response));
    await new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
  }

  async #respond(request, response) {
    let answer;
    try {
      answer = await this.#answer(request);
    } catch (error) {
      answer = { status: error.status ?? 500, text: error.message };
    }
    const isJson = answer.json !== undefined;
    response.writeHead(answer.status, { "content-type": isJson ? "application/json" : "text/plain" });
    response.end(isJson ? JSON.stringify(answer.json) : (answer.text ?? ""));
  }

  async #answer(request) {
    const path = new URL(request.url, "http://stand-in").pathname;
    const route = `${request.method} ${path}`;
    const colibri = /^\/colibri\/v2\/conferences(?:\/([^/]+))?$/.exec(path);
    if (colibri) return this.#colibri(request, colibri[1]);
    const { behaviour, conferences, colibriEnabled } = this.#options;
    switch (route) {
      case "GET /about/health":
        return { status: behaviour.health, text: behaviour.healthReason };
      case "GET /about/version":
        return { status: 200, json: { name: "JVB", version: VERSION, os: "Linux" } };
      case "GET /metrics":
        return this.#metrics(request);
      case "GET /colibri/stats":
        return colibriEnabled ? { status: 200, json: this.#options.statistics() } : { status: 404 };
      case "GET /colibri/drain":
        return this.#options.drainEnabled ? { status: 200, json: { drain: this.#options.lifecycle.drain } } : { status: 404 };
      case "POST /colibri/drain/enable":
      case "POST /colibri/drain/disable":
        if (!this.#options.drainEnabled) return { status: 404 };
        this.#options.lifecycle.drain = path.endsWith("/enable");
        this.#options.brewery.announce();
        return { status: 200 };
      case "POST /lab/participants":
        conferences.setFakeParticipants(Number((await readJson(request)).participants));
        return { status: 200, json: conferences.counts };
      case "POST /lab/behaviour":
        Object.assign(behaviour, await readJson(request));
        return { status: 200, json: behaviour };
      default:
        return { status: 404 };
    }
  }

  async #colibri(request, id) {
    const { conferences, colibriEnabled } = this.#options;
    if (!colibriEnabled) return { status: 404 };
    if (request.method === "GET") return { status: 501 };
    const isCreation = request.method === "POST" && id === undefined;
    if (!isCreation && (request.method !== "PATCH" || id === undefined)) return { status: 405 };
    if (!isCreation && !conferences.has(id)) return { status: 404 };
    const body = await readJson(request);
    try {
      const json = await conferences.modify(isCreation ? body : { ...body, "meeting-id": id });
      return { status: 200, json };
    } catch (error) {
      // Whatever the reason, the real one says 400, also to a PATCH.
      return { status: 400, text: `Failed to create conference: ${error.message}` };
    }
  }

  /** The real one fails when it is not told which format is wanted. */
  #metrics(request) {
    if (request.headers.accept === undefined) return { status: 500, text: "no Accept header" };
    const { conferences, participants } = this.#options.conferences.counts;
    const lines = Object.entries({
      conferences,
      local_endpoints: participants,
      drain_mode: this.#options.lifecycle.drain ? 1 : 0,
      healthy: this.#options.behaviour.health === 200 ? 1 : 0,
      mucs_joined: this.#options.brewery.joined ? 1 : 0,
    }).map(([name, value]) => `jitsi_jvb_${name} ${value}\n`);
    return { status: 200, text: lines.join("") };
  }
}

async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw Object.assign(new Error("the body is not JSON"), { status: 400 });
  }
}
