// A conference on its bridge: which bridge, and one colibri2 request after the other.
import { randomUUID } from "node:crypto";
import { bridgeSources } from "./stand-in-focus-sources.mjs";

export const NO_BRIDGE = "no bridge available";

export class Allocation {
  #options;
  /** `{ id, bridge, isCreated }` while a bridge has it. */
  #current;
  #queue = Promise.resolve();
  /** Sources of the bridge itself. */
  feedback = [];

  /** `bridges`, `room`. */
  constructor(options) {
    this.#options = options;
  }

  /** The address of the bridge that has the conference; undefined without one. */
  get bridge() {
    return this.#current?.bridge;
  }

  /** `{ transport, bridge }` of a new endpoint. Rejects without a bridge, and with what the bridge says. */
  async add(endpoint) {
    const { answer, bridge } = await this.#modify({ endpoints: [endpoint] });
    const allocated = answer.endpoints?.find(({ id }) => id === endpoint.id);
    if (allocated?.transport?.transport === undefined) throw new Error(`${bridge} allocated nothing`);
    this.#options.bridges.count(bridge, 1);
    return { transport: allocated.transport, bridge };
  }

  update(endpoint) {
    if (this.#current === undefined) return;
    this.#modify({ endpoints: [endpoint] }).catch((error) =>
      process.stderr.write(`${this.#options.room}: ${error.message}\n`),
    );
  }

  /** The endpoint that `add` gave on this bridge. */
  remove(id, bridge) {
    this.#options.bridges.count(bridge, -1);
    if (this.#current?.bridge === bridge) this.update({ id, expire: true });
  }

  /** Lets the whole conference go. */
  expire() {
    const expired = this.#current;
    if (expired === undefined) return;
    void this.#queue.then(() => {
      if (this.#current === expired) this.forget();
      if (!expired.isCreated) return undefined;
      return this.#options.bridges
        .modify(expired.bridge, { "meeting-id": expired.id, expire: true })
        .catch(() => undefined);
    });
  }

  /** The bridge is gone, and with it all that it had. */
  forget() {
    this.#current = undefined;
    this.feedback = [];
  }

  #modify(request) {
    const sent = this.#queue.then(async () => {
      const current = (this.#current ??= this.#choose());
      const { bridges, room } = this.#options;
      const first = current.isCreated ? {} : { name: room, create: true, "rtcstats-enabled": false };
      try {
        const answer = await bridges.modify(current.bridge, {
          "meeting-id": current.id,
          ...first,
          ...request,
        });
        current.isCreated = true;
        if (answer.sources?.length > 0) this.feedback = bridgeSources(answer);
        return { answer, bridge: current.bridge };
      } catch (error) {
        if (!current.isCreated && this.#current === current) this.forget();
        throw error;
      }
    });
    this.#queue = sent.catch(() => undefined);
    return sent;
  }

  #choose() {
    const bridge = this.#options.bridges.select();
    if (bridge === undefined) throw new Error(NO_BRIDGE);
    return { id: randomUUID(), bridge, isCreated: false };
  }
}
