// Conferences and endpoints of the stand-in bridge: what colibri2 allocates, counts and forgets.
import { randomBytes, randomUUID } from "node:crypto";

/** An endpoint that nobody expires is forgotten after this; the real bridge takes about as long. */
const ABANDONED_MS = 120_000;
const FINGERPRINT = randomBytes(32).toString("hex").toUpperCase().match(/../g).join(":");

export class Conferences {
  #options;
  #conferences = new Map();
  #fakeParticipants = 0;
  #created = 0;

  constructor(options) {
    this.#options = options;
    setInterval(() => this.#forgetAbandoned(), 10_000).unref();
  }

  get counts() {
    const sizes = [...this.#conferences.values()].map((endpoints) => endpoints.size);
    const endpoints = sizes.reduce((sum, size) => sum + size, 0);
    return {
      conferences: this.#conferences.size + (this.#fakeParticipants > 0 ? 1 : 0),
      participants: endpoints + this.#fakeParticipants,
      largest: Math.max(0, this.#fakeParticipants, ...sizes),
      created: this.#created,
    };
  }

  /** People in a call that only a test sees. */
  setFakeParticipants(count) {
    this.#fakeParticipants = count;
  }

  passwordOf(ufrag) {
    for (const endpoints of this.#conferences.values()) {
      for (const endpoint of endpoints.values()) if (endpoint.ufrag === ufrag) return endpoint.password;
    }
    return undefined;
  }

  has(id) {
    return this.#conferences.has(id);
  }

  /** A colibri2 request with its `meeting-id`; throws an Error with `condition` for what the real bridge refuses. */
  async modify(request) {
    const id = request["meeting-id"];
    if (typeof id !== "string") throw refused("bad-request", "no meeting-id");
    const isNew = request.create === true;
    if (isNew && this.#conferences.has(id)) throw refused("conflict", "Conference already exists");
    if (!isNew && !this.#conferences.has(id)) throw refused("item-not-found", "Conference not found");
    const endpoints = this.#conferences.get(id) ?? new Map();
    const answers = (request.endpoints ?? []).map((endpoint) => this.#modifyEndpoint(endpoints, endpoint));
    if (isNew) {
      this.#conferences.set(id, endpoints);
      this.#created += 1;
    }
    if (request.expire === true || (!isNew && endpoints.size === 0)) this.#conferences.delete(id);
    return { endpoints: answers };
  }

  #modifyEndpoint(endpoints, request) {
    if (request.expire === true) {
      endpoints.delete(request.id);
      return { id: request.id, expire: true };
    }
    if (request.create !== true) {
      if (!endpoints.has(request.id)) throw refused("bad-request", `Unknown endpoint ${request.id}`);
      return { id: request.id };
    }
    if (request.transport === undefined) throw refused("bad-request", `Attempt to create endpoint ${request.id} with no <transport>`);
    if (!(request.capabilities ?? []).includes("source-names")) {
      throw refused("bad-request", "Source names not supported by the endpoint");
    }
    const endpoint = {
      ufrag: randomBytes(4).toString("hex"),
      password: randomBytes(12).toString("hex"),
      createdAt: Date.now(),
    };
    endpoints.set(request.id, endpoint);
    return { id: request.id, transport: { transport: this.#transportOf(endpoint) } };
  }

  #transportOf(endpoint) {
    return {
      xmlns: "urn:xmpp:jingle:transports:ice-udp:1",
      ufrag: endpoint.ufrag,
      pwd: endpoint.password,
      "rtcp-mux": true,
      candidates: this.#candidates(),
      fingerprints: [{ fingerprint: FINGERPRINT, setup: "actpass", hash: "sha-256" }],
    };
  }

  #candidates() {
    const { addresses, advertisePrivate, behaviour } = this.#options;
    const common = { generation: "0", component: "1", protocol: "udp", network: "0" };
    const host = {
      ...common,
      type: "host",
      ip: addresses.local,
      port: String(addresses.port),
      foundation: "1",
      id: randomUUID(),
      priority: "2130706431",
    };
    const mapped = {
      ...common,
      type: "srflx",
      ip: addresses.public,
      port: String(addresses.publicPort),
      foundation: "2",
      id: randomUUID(),
      priority: "1694498815",
      "rel-addr": addresses.local,
      "rel-port": String(addresses.port),
    };
    if (behaviour.candidates === "private-only") return [host];
    return advertisePrivate ? [host, mapped] : [mapped];
  }

  #forgetAbandoned() {
    for (const [id, endpoints] of this.#conferences) {
      for (const [name, { createdAt }] of endpoints) {
        if (Date.now() - createdAt > ABANDONED_MS) endpoints.delete(name);
      }
      if (endpoints.size === 0) this.#conferences.delete(id);
    }
  }
}

function refused(condition, message) {
  return Object.assign(new Error(message), { condition });
}
