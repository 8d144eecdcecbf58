// The private HTTP interface of the stand-in bridge, and beside it `/lab/...` for tests.
import { createServer } from "node:http";
import { misbehave, wellBehaved } from "./stand-in-bridge-behaviour.mjs";
import { debugAll, debugEndpoint } from "./stand-in-bridge-debug.mjs";
import { metrics } from "./stand-in-bridge-statistics.mjs";

export class BridgeRest {
  #options;

  /** `host`, `port`; `enabled`: which of colibri, drain, shutdown, debug; `conferences`, `behaviour`, `statistics()`, `onBehaviour()`. */
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
    if (!isJson) response.end(answer.text ?? "");
    else if (!request.url.startsWith("/lab/")) this.#say(response, answer.json);
    else response.end(JSON.stringify(answer.json));
  }

  #say(response, json) {
    const { answers } = this.#options.behaviour;
    if (answers === "normal") response.end(JSON.stringify(json));
    else if (answers === "garbage") response.end("<html><body>It works!</body></html>");
    else sayForEver(response);
  }

  async #answer(request) {
    const path = new URL(request.url, "http://stand-in").pathname;
    const { behaviour, enabled } = this.#options;
    const [, first, ...rest] = path.split("/");
    if (first === "lab" && request.method === "POST") return this.#lab(rest[0], await readJson(request));
    if (path.startsWith("/colibri/v2/conferences")) return this.#colibri(request, rest[2]);
    if (first === "debug" && request.method === "GET" && enabled.debug) return found(this.#debug(rest));
    switch (`${request.method} ${path}`) {
      case "GET /about/health":
        return { status: behaviour.health, text: behaviour.healthReason };
      case "GET /about/version":
        return found({ name: "JVB", version: behaviour.version, os: "Linux" });
      case "GET /metrics":
        return this.#metrics(request);
      case "GET /colibri/stats":
        return found(enabled.colibri ? this.#options.statistics() : undefined);
      case "GET /colibri/drain":
        return found(enabled.drain ? { drain: behaviour.drain } : undefined);
      case "POST /colibri/drain/enable":
      case "POST /colibri/drain/disable":
        return enabled.drain ? this.#change({ drain: path.endsWith("/enable") }) : { status: 404 };
      case "POST /colibri/shutdown":
        return enabled.shutdown ? this.#shutdown(await readJson(request)) : { status: 404 };
      default:
        return { status: 404 };
    }
  }

  async #lab(what, body) {
    const { conferences, statistics } = this.#options;
    if (what === "participants") {
      conferences.setFakeParticipants(Number(body.participants));
      return found(statistics());
    }
    if (what === "behaviour") return this.#change(body);
    if (what !== "well") return { status: 404 };
    conferences.setFakeParticipants(0);
    return this.#change(wellBehaved());
  }

  #change(wanted) {
    const { behaviour, onBehaviour } = this.#options;
    misbehave(behaviour, wanted);
    onBehaviour();
    return found(behaviour);
  }

  #shutdown(body) {
    if (body["graceful-shutdown"] !== true) return { status: 501 };
    this.#change({ gracefulShutdown: true });
    return { status: 200 };
  }

  async #colibri(request, meetingId) {
    const { conferences, enabled } = this.#options;
    if (!enabled.colibri) return { status: 404 };
    const isCreation = request.method === "POST" && meetingId === undefined;
    if (meetingId !== undefined && !conferences.has(meetingId)) return { status: 404 };
    if (request.method === "GET") return { status: 501 };
    if (!isCreation && (request.method !== "PATCH" || meetingId === undefined)) return { status: 405 };
    const body = await readJson(request);
    try {
      return found(await conferences.modify(isCreation ? body : { ...body, "meeting-id": meetingId }));
    } catch (error) {
      if (error.condition === undefined) throw error;
      // Whatever the reason, the real one says 400, also to a PATCH, and "null" when it is shutting down.
      return { status: 400, text: `Failed to create conference: ${error.text}` };
    }
  }

  #debug([conferenceId, endpointId]) {
    const conferences = this.#options.conferences.all();
    if (conferenceId === undefined) return debugAll(conferences, this.#options.behaviour);
    const endpoint = conferences.find(({ id }) => id === conferenceId)?.endpoints.get(endpointId);
    return endpoint === undefined ? undefined : debugEndpoint(endpoint);
  }

  /** The real one fails when it is not told which format is wanted. */
  #metrics(request) {
    const { accept } = request.headers;
    if (accept === undefined) return { status: 500, text: "no Accept header" };
    const { gauges, counters } = metrics(this.#options.statistics());
    if (accept.includes("json")) return found({ ...gauges, ...counters });
    const lines = [
      ...Object.entries(gauges).map(([name, value]) => sample(name, "gauge", name, value)),
      ...Object.entries(counters).map(([name, value]) => sample(name, "counter", `${name}_total`, value)),
    ];
    return { status: 200, text: lines.join("") };
  }
}

function sample(name, type, sampleName, value) {
  return `# TYPE jitsi_jvb_${name} ${type}\njitsi_jvb_${sampleName} ${value}\n`;
}

function found(json) {
  return json === undefined ? { status: 404 } : { status: 200, json };
}

/** Ends only when the other side does. */
function sayForEver(response) {
  const piece = "[".repeat(65_536);
  const more = () => {
    while (!response.destroyed && response.write(piece));
  };
  response.on("drain", more);
  more();
}

async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  let body;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    body = undefined;
  }
  if (typeof body === "object" && body !== null) return body;
  throw Object.assign(new Error("the body is not a JSON object"), { status: 400 });
}
