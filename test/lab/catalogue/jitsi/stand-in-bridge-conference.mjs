// One conference of the stand-in bridge: its endpoints, and who hears whom.
import { randomBytes, randomInt } from "node:crypto";
import { Endpoint } from "./stand-in-bridge-endpoint.mjs";
import { refused } from "./stand-in-bridge-refusal.mjs";

export class Conference {
  #options;
  #feedback = { audio: randomInt(1, 2 ** 32), video: randomInt(1, 2 ** 32) };
  /** The bridge's own name of it; the meeting id is jicofo's. */
  id = randomBytes(8).toString("hex");
  /** By endpoint id, in the order of their creation. */
  endpoints = new Map();
  usedAt = Date.now();
  #last = Promise.resolve();

  constructor(meetingId, name, options) {
    this.meetingId = meetingId;
    this.name = name;
    this.#options = options;
  }

  /** One request after the other, as the real one. */
  modify(request) {
    const answer = this.#last.then(() => this.#modify(request));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #modify(request) {
    this.usedAt = Date.now();
    const endpoints = [];
    for (const endpoint of request.endpoints ?? []) endpoints.push(await this.#modifyEndpoint(endpoint));
    const isCreation = request.create === true || (request.endpoints ?? []).some(({ create }) => create === true);
    return { endpoints, ...(isCreation ? { sources: this.#feedbackSources() } : {}) };
  }

  async #modifyEndpoint(request) {
    const { id } = request;
    if (request.expire === true) {
      this.#expire(id);
      return { id, expire: true };
    }
    if (request.create !== true) {
      const endpoint = this.endpoints.get(id);
      if (endpoint === undefined) throw refused("bad-request", `Unknown endpoint ${id}`);
      endpoint.update(request);
      return { id };
    }
    return { id, transport: await this.#create(request) };
  }

  async #create(request) {
    const { id, transport, capabilities = [] } = request;
    if (this.endpoints.has(id)) throw refused("conflict", `Endpoint with ID ${id} already exists`);
    if (transport === undefined) throw refused("bad-request", `Attempt to create endpoint ${id} with no <transport>`);
    if (!capabilities.includes("source-names")) throw refused("bad-request", "Source names are required");
    const endpoint = await Endpoint.open(request, {
      ...this.#options,
      onPacket: (packet) => this.#forward(endpoint, packet),
    });
    this.endpoints.set(id, endpoint);
    endpoint.update(request);
    const described = this.#options.transport.describe({
      media: endpoint.media,
      conferenceId: this.id,
      endpointId: id,
      capabilities,
    });
    return { transport: described, ...(transport.sctp === undefined ? {} : { sctp: { port: 5000, role: "server" } }) };
  }

  #forward(from, packet) {
    const { forwarding, lossPercent } = this.#options.behaviour;
    if (forwarding === "off") return;
    const [first] = this.endpoints.values();
    if (forwarding === "one-way" && from !== first) return;
    for (const endpoint of this.endpoints.values()) {
      if (endpoint !== from && Math.random() * 100 >= lossPercent) endpoint.send(packet);
    }
  }

  /** The streams that the bridge itself sends reports as. */
  #feedbackSources() {
    return ["audio", "video"].map((type) => ({
      type,
      id: `jvb-${type[0]}0`,
      sources: [
        {
          ssrc: this.#feedback[type],
          name: `jvb-${type[0]}0`,
          parameters: { msid: `mixedmslabel mixedlabel${type}0` },
        },
      ],
    }));
  }

  #expire(id) {
    this.endpoints.get(id)?.close();
    this.endpoints.delete(id);
    this.usedAt = Date.now();
  }

  sweep() {
    for (const [id, endpoint] of this.endpoints) if (endpoint.isOver()) this.#expire(id);
  }

  close() {
    for (const id of this.endpoints.keys()) this.#expire(id);
  }
}
