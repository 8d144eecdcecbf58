// The HTTP interface of the stand-in focus, jicofo's paths, and beside it `/lab/behaviour` for tests.
import { createServer } from "node:http";

const VERSION = { name: "Jicofo", version: "lab stand-in", os: "Linux" };
const MAXIMUM_BODY = 65_536;

/** `host`, `port`, `focus`, `behaviour`, `isHealthEnabled`. Resolves when it listens. */
export async function startRest(options) {
  const server = createServer((request, response) => void respond(request, response, options));
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
}

async function respond(request, response, options) {
  const {
    status,
    text = "",
    json,
  } = await answer(request, options).catch((error) => ({
    status: error.status ?? 500,
    text: error.message,
  }));
  response.writeHead(status, { "content-type": json ? "application/json" : "text/plain" });
  response.end(json ? JSON.stringify(json) : text);
}

async function answer(request, { focus, behaviour, isHealthEnabled }) {
  const { pathname } = new URL(request.url, "http://stand-in");
  switch (`${request.method} ${pathname}`) {
    case "GET /about/version":
      return { status: 200, json: VERSION };
    case "GET /about/health":
      return isHealthEnabled ? health(focus, behaviour) : { status: 404 };
    case "GET /stats":
      return { status: 200, json: focus.stats };
    case "GET /debug":
      return { status: 200, json: focus.debugState };
    case "GET /debug/conferences":
      return { status: 200, json: focus.conferences };
    case "POST /conference-request/v1":
      return await requestConference(await readJson(request), focus);
    case "POST /lab/behaviour":
      return changeBehaviour(await readJson(request), behaviour);
    default:
      return { status: 404 };
  }
}

/** Without a bridge it is not healthy, as the real one. */
function health(focus, behaviour) {
  if (behaviour.health !== "normal") return { status: 500, text: behaviour.health };
  if (!focus.isOnline) return { status: 500, text: "XMPP is not connected" };
  const { operational_bridge_count: count } = focus.stats.bridge_selector;
  return count > 0 ? { status: 200 } : { status: 500, text: "No operational bridges available" };
}

/** Carries no address, so that it opens no room where only members may. */
async function requestConference(body, focus) {
  if (typeof body.room !== "string" || !body.room.includes("@")) throw wrong(400, "no room");
  try {
    const { attributes, properties } = await focus.admit({
      from: "",
      room: body.room,
      machineUid: body.machineUid,
      sessionId: body.sessionId,
    });
    const { ready, focusjid, room, "session-id": sessionId, identity } = attributes;
    return { status: 200, json: { ready, focusJid: focusjid, room, sessionId, identity, properties } };
  } catch (error) {
    throw wrong(error.condition === "not-authorized" ? 403 : 400, error.message);
  }
}

function changeBehaviour(wanted, behaviour) {
  try {
    behaviour.change(wanted);
  } catch (error) {
    throw wrong(400, error.message);
  }
  return { status: 200, json: behaviour };
}

async function readJson(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAXIMUM_BODY) throw wrong(413, "too much");
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw wrong(400, "the body is not JSON");
  }
}

function wrong(status, message) {
  return Object.assign(new Error(message), { status });
}
