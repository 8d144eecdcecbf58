// A stand-in for jicofo where Jitsi's packages cannot be had: it reads the shipped jicofo.conf, logs in, and counts bridges.
import { createServer } from "node:http";
import { readHocon } from "./stand-in-hocon.mjs";
import { XmppClient } from "./stand-in-xmpp.mjs";

const { jicofo } = readHocon(process.argv[2] ?? "/etc/jitsi/jicofo/jicofo.conf");
const { client } = jicofo.xmpp;

/** What a test can tell it to do wrong (POST /lab/behaviour). */
const behaviour = { health: "normal" };

const brewery = new XmppClient({
  hostname: client.hostname,
  port: Number(client.port),
  domain: client.domain,
  username: client.username,
  password: client.password,
  room: `${jicofo.bridge["brewery-jid"]}/focus`,
});

const server = createServer((request, response) => {
  const answer = ({ status, text, json }) => {
    response.writeHead(status, { "content-type": json ? "application/json" : "text/plain" });
    response.end(json ? JSON.stringify(json) : (text ?? ""));
  };
  switch (`${request.method} ${request.url}`) {
    case "GET /about/version":
      return answer({ status: 200, json: { name: "Jicofo", version: "lab stand-in", os: "Linux" } });
    case "GET /about/health":
      return answer(health());
    case "GET /stats":
      return answer({ status: 200, json: stats() });
    case "POST /lab/behaviour":
      return readJson(request).then((wanted) => answer({ status: 200, json: Object.assign(behaviour, wanted) }));
    default:
      return answer({ status: 404 });
  }
});

/** Only where it is enabled; without a bridge it is not healthy, as the real one. */
function health() {
  if (jicofo.health?.enabled !== true) return { status: 404 };
  if (behaviour.health !== "normal") return { status: 500, text: behaviour.health };
  if (!brewery.joined) return { status: 500, text: "XMPP is not connected" };
  return brewery.occupants.size > 0 ? { status: 200 } : { status: 500, text: "No operational bridges available" };
}

function stats() {
  const bridges = brewery.occupants.size;
  return {
    conferences: 0,
    participants: 0,
    bridge_selector: {
      bridge_count: bridges,
      operational_bridge_count: bridges,
      in_shutdown_bridge_count: 0,
      lost_bridges: 0,
    },
  };
}

async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

server.listen(Number(jicofo.rest.port), jicofo.rest.host);
brewery.start();
