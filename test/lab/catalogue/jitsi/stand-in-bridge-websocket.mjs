// The bridge channel over a WebSocket (colibri-ws): the real one's public HTTP interface serves nothing else (RFC 6455).
import { createHash } from "node:crypto";
import { createServer } from "node:http";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const TEXT = 0x1;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;

/** Which it answers to a client's greeting, here and in a data channel. */
export const SERVER_HELLO = JSON.stringify({ colibriClass: "ServerHello", version: "lab stand-in" });

export function isHello(message) {
  return String(message).includes('"ClientHello"');
}

export class BridgeWebSocket {
  #options;

  /** `host`, `port`; `domain`, `tls`, `serverId` as in jvb.conf; `passwordOf(conferenceId, endpointId)`; `behaviour`. */
  constructor(options) {
    this.#options = options;
  }

  url(conferenceId, endpointId, password) {
    const { tls, domain, serverId } = this.#options;
    const path = `colibri-ws/${serverId}/${conferenceId}/${endpointId}?pwd=${password}`;
    return `${tls ? "wss" : "ws"}://${domain}/${path}`;
  }

  async start() {
    const { host, port } = this.#options;
    const server = createServer((_, response) => response.writeHead(404).end());
    server.on("upgrade", (request, socket) => this.#upgrade(request, socket));
    await new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
  }

  #upgrade(request, socket) {
    socket.on("error", () => socket.destroy());
    const { behaviour, serverId, passwordOf } = this.#options;
    const url = new URL(request.url, "http://stand-in");
    const [, servlet, server, conferenceId, endpointId] = url.pathname.split("/");
    const password = passwordOf(conferenceId, endpointId);
    const isKnown = servlet === "colibri-ws" && server === serverId && password !== undefined;
    if (behaviour.webSockets === "closed" || !isKnown || url.searchParams.get("pwd") !== password) {
      socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
    }
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}${GUID}`).digest("base64");
    const head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    socket.write(`${head}Sec-WebSocket-Accept: ${accept}\r\n\r\n`);
    converse(socket);
  }
}

function converse(socket) {
  let buffer = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (let frame = readFrame(buffer); frame !== undefined; frame = readFrame(buffer)) {
      buffer = buffer.subarray(frame.end);
      answer(socket, frame);
    }
  });
}

function answer(socket, { opcode, payload }) {
  if (opcode === TEXT && isHello(payload)) socket.write(frameOf(TEXT, Buffer.from(SERVER_HELLO)));
  else if (opcode === PING) socket.write(frameOf(PONG, payload));
  else if (opcode === CLOSE) socket.end(frameOf(CLOSE, payload));
}

/** A client's frame, which is always masked; undefined while it is not complete. Longer than 64 KiB it is none of ours. */
function readFrame(buffer) {
  if (buffer.length < 2) return undefined;
  const short = buffer[1] & 0x7f;
  const start = short === 126 ? 4 : 2;
  if (short === 127 || buffer.length < start) return undefined;
  const length = short === 126 ? buffer.readUInt16BE(2) : short;
  const end = start + 4 + length;
  if (buffer.length < end) return undefined;
  const mask = buffer.subarray(start, start + 4);
  const payload = Buffer.from(buffer.subarray(start + 4, end)).map((byte, index) => byte ^ mask[index % 4]);
  return { opcode: buffer[0] & 0x0f, payload, end };
}

/** Of at most 125 bytes, which is all it says. */
function frameOf(opcode, payload) {
  return Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), payload]);
}
