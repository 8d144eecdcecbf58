// The bridges of the brewery as the focus sees them: what their presence says, whether they answer, which one to take.
import { child, childrenOf, xml } from "./stand-in-xml.mjs";
import { conditionOf, succeeded } from "./stand-in-focus-session.mjs";

/** What is allocated this way, in place of `jitsi:colibri2`: the JSON of the bridge's REST interface as text. */
const LAB = "urn:convene:lab";

export class FocusBridges {
  #options;
  #bridges = new Map();
  #lost = 0;

  /** `session`, `brewery` (address of the room), `healthIntervalMs`, `behaviour`, `onGone(address)`, `onNew(address)`. */
  constructor(options) {
    this.#options = options;
    setInterval(() => this.#checkAll(), options.healthIntervalMs).unref();
  }

  /** Joins the brewery, anew after each loss of the stream. */
  enter() {
    const to = `${this.#options.brewery}/focus`;
    this.#options.session.send(
      xml("presence", { to }, xml("x", { xmlns: "http://jabber.org/protocol/muc" })),
    );
  }

  forgetAll() {
    this.#bridges.clear();
  }

  /** Of an occupant of the brewery. */
  presence(element) {
    const address = element.attributes.from;
    if (address.endsWith("/focus")) return;
    if (element.attributes.type === "unavailable") return this.#gone(address);
    const known = this.#bridges.get(address);
    const bridge = known ?? { address, stats: undefined, isOperational: true, endpoints: 0 };
    const stats = childrenOf(child(element, "stats"), "stat").map(({ attributes: { name, value } }) => [
      name,
      value,
    ]);
    if (stats.length > 0) bridge.stats = { ...bridge.stats, ...Object.fromEntries(stats) };
    this.#bridges.set(address, bridge);
    if (known !== undefined) return;
    this.#options.onNew(address);
    void this.#check(bridge);
  }

  #gone(address) {
    const bridge = this.#bridges.get(address);
    if (bridge === undefined) return;
    this.#bridges.delete(address);
    if (bridge.stats?.graceful_shutdown !== "true" && bridge.stats?.shutting_down !== "true") this.#lost += 1;
    this.#options.onGone(address);
  }

  /** Operational, not draining and not shutting down if there is one, the least loaded first; undefined when there is none. */
  select() {
    if (this.#options.behaviour.bridges === "none") return undefined;
    const usable = [...this.#bridges.values()].filter(
      (one) => one.isOperational && one.stats?.shutting_down !== "true",
    );
    const active = preferred(usable, (one) => !isDraining(one));
    const running = preferred(active, (one) => one.stats?.graceful_shutdown !== "true");
    const byLoad = (one, other) => loadOf(one) - loadOf(other) || one.endpoints - other.endpoints;
    return running.reduce(
      (best, one) => (best === undefined || byLoad(one, best) < 0 ? one : best),
      undefined,
    )?.address;
  }

  /** colibri2 to a bridge: the JSON of its answer. Rejects with the bridge's own condition and words. */
  async modify(address, request) {
    const text = JSON.stringify(request).replace(/&/g, "&amp;").replace(/</g, "&lt;");
    const answer = await this.#options.session.ask(
      "set",
      address,
      xml("conference-modify", { xmlns: LAB }, text),
    );
    if (!succeeded(answer)) {
      const said = child(child(answer, "error"), "text")?.text ?? "";
      throw new Error(`${address}: ${conditionOf(answer)} ${said}`);
    }
    return JSON.parse(child(answer, "conference-modified", LAB).text);
  }

  /** How many endpoints this focus has on a bridge. */
  count(address, change) {
    const bridge = this.#bridges.get(address);
    if (bridge !== undefined) bridge.endpoints += change;
  }

  get counts() {
    const all = [...this.#bridges.values()];
    return {
      bridge_count: all.length,
      operational_bridge_count: all.filter(({ isOperational }) => isOperational).length,
      in_shutdown_bridge_count: all.filter(({ stats }) => stats?.graceful_shutdown === "true").length,
      lost_bridges: this.#lost,
    };
  }

  get debugState() {
    const entries = [...this.#bridges.values()].map((bridge) => [
      bridge.address,
      {
        drain: isDraining(bridge),
        endpoints: bridge.endpoints,
        "graceful-shutdown": bridge.stats?.graceful_shutdown === "true",
        healthy: bridge.stats?.healthy !== "false",
        operational: bridge.isOperational,
        overloaded: loadOf(bridge) >= 0.8,
        region: bridge.stats?.region ?? "null",
        "relay-id": bridge.stats?.relay_id ?? "null",
        "shutting-down": bridge.stats?.shutting_down === "true",
        stress: loadOf(bridge),
        version: bridge.stats?.version ?? "null",
      },
    ]);
    return { strategy: "SingleBridgeSelectionStrategy", bridge: Object.fromEntries(entries) };
  }

  #checkAll() {
    if (this.#options.session.isOnline) for (const bridge of this.#bridges.values()) void this.#check(bridge);
  }

  /** A bridge that says it is ill is left at once; one that says nothing is only not chosen any more. */
  async #check(bridge) {
    const question = xml("healthcheck", { xmlns: "http://jitsi.org/protocol/healthcheck" });
    const answer = await this.#options.session.ask("get", bridge.address, question);
    if (this.#bridges.get(bridge.address) !== bridge || !this.#options.session.isOnline) return;
    bridge.isOperational = succeeded(answer);
    if (answer?.attributes.type === "error") this.#options.onGone(bridge.address);
  }
}

/** Until it has said how it is, a bridge counts as draining. */
function isDraining({ stats }) {
  return stats?.drain === undefined ? true : stats.drain === "true";
}

function loadOf({ stats }) {
  return Number(stats?.stress_level ?? 0);
}

function preferred(bridges, isBetter) {
  const better = bridges.filter(isBetter);
  return better.length > 0 ? better : bridges;
}
