// The private HTTP interface of the stand-in bridge, and beside it `/lab/...` for tests.
import { createServer } from "node:http";

const VERSION = { name: "JVB", version: "lab stand-in", os: "Linux" };

export class BridgeRest {
  #options;
  #drain = false;
  #startedAt = Date.now();

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
        return { status: 200, json: VERSION };
      case "GET /metrics":
        return this.#metrics(request);
      case "GET /colibri/stats":
        return colibriEnabled ? { status: 200, json: this.#stats() } : { status: 404 };
      case "GET /colibri/drain":
        return this.#options.drainEnabled ? { status: 200, json: { drain: this.#drain } } : { status: 404 };
      case "POST /colibri/drain/enable":
      case "POST /colibri/drain/disable":
        if (!this.#options.drainEnabled) return { status: 404 };
        this.#drain = path.endsWith("/enable");
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
    const body = await readJson(request);
    if (request.method === "POST" && id === undefined) {
      if (typeof body["meeting-id"] !== "string") return { status: 400, text: "Missing meeting-id" };
      return { status: 200, json: conferences.modify(body["meeting-id"], body) };
    }
    if (request.method !== "PATCH" || id === undefined) return { status: 405 };
    return conferences.has(id) ? { status: 200, json: conferences.modify(id, body) } : { status: 404 };
  }

  #stats() {
    const { conferences, largest, participants, created } = this.#options.conferences.counts;
    const connected = this.#options.brewery.joined ? 1 : 0;
    return {
      current_timestamp: new Date().toISOString(),
      conferences,
      participants,
      endpoints: participants,
      local_endpoints: participants,
      local_active_endpoints: participants,
      largest_conference: largest,
      octo_conferences: 0,
      octo_endpoints: 0,
      inactive_conferences: 0,
      p2p_conferences: 0,
      stress_level: 0,
      healthy: this.#options.behaviour.health === 200,
      drain: this.#drain,
      graceful_shutdown: false,
      shutting_down: false,
      muc_clients_configured: 1,
      muc_clients_connected: connected,
      mucs_configured: 1,
      mucs_joined: connected,
      total_conferences_created: created,
      total_ice_succeeded: 0,
      total_ice_failed: 0,
      version: VERSION.version,
      uptime_seconds: Math.round((Date.now() - this.#startedAt) / 1000),
    };
  }

  /** The real one fails when it is not told which format is wanted. */
  #metrics(request) {
    if (request.headers.accept === undefined) return { status: 500, text: "no Accept header" };
    const { conferences, participants } = this.#options.conferences.counts;
    const lines = Object.entries({
      conferences,
      local_endpoints: participants,
      drain_mode: this.#drain ? 1 : 0,
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
