// Conferences of the stand-in bridge: what colibri2 asks for, and what is forgotten when nobody asks any more.
import { Conference } from "./stand-in-bridge-conference.mjs";
import { refused } from "./stand-in-bridge-refusal.mjs";

/** Milliseconds; the real one looks once a minute, and forgets after the same times (VideobridgeExpireThread). */
const SWEEP_MS = 1_000;
const EMPTY_MS = 20_000;

export class Conferences {
  #options;
  #conferences = new Map();
  #fakeParticipants = 0;
  #created = 0;

  /** `mediaPort`, `certificate` (stand-in-media-certificate.mjs), `transport` (stand-in-bridge-transport.mjs), `behaviour`, `counters`. */
  constructor(options) {
    this.#options = options;
    setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  get counts() {
    const sizes = [...this.#conferences.values()].map(({ endpoints }) => endpoints.size);
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

  has(meetingId) {
    return this.#conferences.has(meetingId);
  }

  all() {
    return [...this.#conferences.values()];
  }

  /** A colibri2 request with its `meeting-id`; throws an Error with `condition` for what the real bridge refuses. */
  async modify(request) {
    const { behaviour } = this.#options;
    const meetingId = request["meeting-id"];
    if (typeof meetingId !== "string") throw refused("bad-request", "no meeting-id");
    const isNew = request.create === true;
    if (isNew && this.has(meetingId)) throw refused("conflict", "Conference already exists");
    if (!isNew && !this.has(meetingId)) throw refused("item-not-found", "Conference not found");
    if (isNew && behaviour.gracefulShutdown) throw refused("service-unavailable", null);
    if (isCreation(request)) await this.#misbehave();
    return this.#apply(meetingId, request, isNew);
  }

  async #apply(meetingId, request, isNew) {
    const conference = isNew ? new Conference(meetingId, request.name, this.#options) : this.#conferences.get(meetingId);
    if (isNew) {
      this.#conferences.set(meetingId, conference);
      this.#created += 1;
    }
    const answer = await conference.modify(request);
    if (request.expire === true || (!isNew && conference.endpoints.size === 0)) this.#forget(conference);
    return answer;
  }

  async #misbehave() {
    const { allocationDelayMs, allocationRefusal } = this.#options.behaviour;
    if (allocationDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, allocationDelayMs));
    if (allocationRefusal !== "") throw refused("internal-server-error", allocationRefusal);
  }

  #forget(conference) {
    this.#conferences.delete(conference.meetingId);
    conference.close();
  }

  #sweep() {
    for (const conference of this.all()) {
      conference.sweep();
      if (conference.endpoints.size === 0 && Date.now() - conference.usedAt > EMPTY_MS) this.#forget(conference);
    }
  }
}

function isCreation(request) {
  return request.create === true || (request.endpoints ?? []).some(({ create }) => create === true);
}
