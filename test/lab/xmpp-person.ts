/** A person at Prosody's WebSocket, by hand: logs in, asks one thing, notices being cut off (RFC 7395). */
import { once } from "node:events";
import { WebSocket } from "ws";

export interface XmppPerson {
  /** What the server answers to an iq with this content; an empty `to` asks the server itself. */
  ask(to: string, content: string, type?: "get" | "set"): Promise<string>;
  /** Enters a chat room; resolves with its own presence, once it is in. */
  join(occupant: string): Promise<string>;
  /** The first stanza that fits of those not yet asked for. */
  next(pattern: RegExp): Promise<string>;
  send(stanza: string): void;
  /** Resolves when the server ends the session. */
  readonly ended: Promise<unknown>;
  close(): void;
}

interface Conversation {
  readonly send: (stanza: string) => void;
  /** The first stanza that fits of those not yet asked for. */
  readonly next: (pattern: RegExp) => Promise<string>;
}

/**
 * To a port of loopback, or to where the WebSocket is: `ws://10.98.0.20`. `password` undefined logs in as a guest.
 * Rejects with the server's words when it is not let in.
 */
export async function logIn(
  where: number | string,
  domain: string,
  user: string,
  password?: string,
): Promise<XmppPerson> {
  const origin = typeof where === "number" ? `ws://127.0.0.1:${where}` : where;
  const socket = new WebSocket(`${origin}/xmpp-websocket`, "xmpp");
  const ended = once(socket, "close");
  const conversation = converse(socket, ended);
  await once(socket, "open");
  await openStream(conversation, domain);
  try {
    await authenticate(conversation, user, password);
  } catch (error) {
    socket.close();
    throw error;
  }
  await openStream(conversation, domain);
  await request(conversation, "set", "", "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
  return {
    ask: (to, content, type = "get") => request(conversation, type, to, content),
    join: (occupant) => {
      const muc = "<x xmlns='http://jabber.org/protocol/muc'/>";
      conversation.send(`<presence xmlns='jabber:client' to='${occupant}'>${muc}</presence>`);
      return conversation.next(/<presence.*<status code=['"]110['"]/su);
    },
    next: (pattern) => conversation.next(pattern),
    send: (stanza) => conversation.send(stanza),
    ended,
    close: () => socket.close(),
  };
}

function converse(socket: WebSocket, ended: Promise<unknown>): Conversation {
  const arrived: string[] = [];
  socket.on("message", (data: Buffer) => arrived.push(data.toString("utf8")));
  return {
    send: (stanza) => socket.send(stanza),
    next: async (pattern) => {
      for (;;) {
        const found = arrived.findIndex((stanza) => pattern.test(stanza));
        if (found >= 0) return arrived.splice(found, 1)[0] ?? "";
        const more = await Promise.race([once(socket, "message"), ended.then(() => undefined)]);
        if (more === undefined) throw new Error("the server ended the session");
      }
    },
  };
}

async function openStream({ send, next }: Conversation, domain: string): Promise<void> {
  send(`<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='${domain}' version='1.0'/>`);
  await next(/<stream:features/u);
}

async function authenticate(
  { send, next }: Conversation,
  user: string,
  password: string | undefined,
): Promise<void> {
  const mechanism = password === undefined ? "ANONYMOUS" : "PLAIN";
  const initial = password === undefined ? "" : Buffer.from(`\0${user}\0${password}`).toString("base64");
  send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='${mechanism}'>${initial}</auth>`);
  const verdict = await next(/<success|<failure/u);
  if (verdict.includes("<failure")) throw new Error(verdict);
}

function request({ send, next }: Conversation, type: string, to: string, content: string): Promise<string> {
  const recipient = to === "" ? "" : ` to='${to}'`;
  send(`<iq xmlns='jabber:client' type='${type}' id='asked'${recipient}>${content}</iq>`);
  return next(/id=['"]asked['"]/u);
}
