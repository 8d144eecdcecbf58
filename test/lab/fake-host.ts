/** A whole host in memory, LXD and Consul behind convene's own doors, that can die at any call. */
import type { Consul } from "../../src/consul/consul.ts";
import type { Lxd } from "../../src/lxd/lxd.ts";
import { LXD_STATUS } from "../../src/lxd/status-codes.ts";
import { type SimulatedConsul, createSimulatedConsul } from "./simulated-consul.ts";
import { type SimulatedLxd, createSimulatedLxd } from "./simulated-lxd.ts";

export interface FakeHost {
  readonly lxd: Lxd;
  readonly consul: Consul;
  /** The other side of the doors, for tests to look at and to meddle with. */
  readonly inside: SimulatedLxd & SimulatedConsul;
  /** Every call through a door since the last `revive`: `lxd.createInstance turn`. */
  readonly calls: readonly string[];
  /** From that call on (counted from 0) nothing answers any more: the process is gone. */
  killAt(call: number, when: "before" | "after"): void;
  /** A new process begins. */
  revive(): void;
  /** The next call whose text matches fails once. */
  failOnce(pattern: RegExp, error: Error): void;
  /** From the next call whose text matches on every call fails, until `revive`. */
  failFrom(pattern: RegExp, error: Error): void;
}

export interface FakeHostOptions {
  readonly site: string;
  readonly pool: string;
  /** Where Consul runs and keeps its keys; absent: elsewhere, and it always answers. */
  readonly consulContainer?: string;
  readonly consulVolume?: string;
  /** Alias of the image everything is built from. */
  readonly base: string;
}

/** Thrown by a door after the kill; nothing in convene may swallow it and go on. */
export class Killed extends Error {
  override readonly name = "Killed";
}

export function createFakeHost(options: FakeHostOptions): FakeHost {
  const simulated = createSimulatedLxd();
  simulated.images.set("fingerprint-base", {
    fingerprint: "fingerprint-base",
    alias: options.base,
    properties: {},
  });
  const elsewhere = new Map<string, string>();
  const { consulContainer, consulVolume } = options;
  const keys = createSimulatedConsul({
    site: options.site,
    answers: () => {
      if (consulContainer === undefined) return true;
      const container = simulated.instances.get(consulContainer);
      return container?.status === LXD_STATUS.running && container.guest.active.has("consul");
    },
    store: () =>
      consulVolume === undefined ? elsewhere : simulated.volumes.get(`${options.pool}/${consulVolume}`)?.kv,
  });
  const calls: string[] = [];
  let kill: { readonly call: number; readonly when: "before" | "after" } | undefined;
  let dead = false;
  let failure: { readonly pattern: RegExp; readonly error: Error; readonly lasting: boolean } | undefined;

  const enter = (text: string): boolean => {
    if (dead) throw new Killed(text);
    const number = calls.push(text) - 1;
    if (failure?.pattern.test(text)) {
      const { error, lasting } = failure;
      failure = lasting ? { error, lasting, pattern: /./ } : undefined;
      throw error;
    }
    if (kill?.call !== number) return false;
    dead = true;
    if (kill.when === "before") throw new Killed(text);
    return true;
  };
  const guard = <Door extends object>(name: string, door: Door): Door =>
    new Proxy(door, {
      get: (target, property, receiver) => {
        const method: unknown = Reflect.get(target, property, receiver);
        if (typeof method !== "function" || property === "events" || property === "watch") return method;
        return async (...values: unknown[]) => {
          // A file's content may be secret, and is long.
          const told = property === "writeFile" ? values.slice(0, 2) : values;
          const text = `${name}.${String(property)}${describe(told)}`;
          const last = enter(text);
          const answer: unknown = await Reflect.apply(method, target, values);
          if (last) throw new Killed(text);
          return answer;
        };
      },
    });
  return {
    lxd: guard("lxd", simulated.lxd),
    consul: guard("consul", keys.consul),
    inside: { ...simulated, ...keys },
    calls,
    killAt: (call, when) => {
      kill = { call, when };
    },
    revive: () => {
      kill = undefined;
      failure = undefined;
      dead = false;
      calls.length = 0;
    },
    failOnce: (pattern, error) => {
      failure = { pattern, error, lasting: false };
    },
    failFrom: (pattern, error) => {
      failure = { pattern, error, lasting: true };
    },
  };
}

/** The plain arguments of a call and the names in its request. */
function describe(values: readonly unknown[]): string {
  const words = values.flatMap((value) => {
    if (typeof value === "string") return [value];
    if (typeof value !== "object" || value === null) return [];
    if ("name" in value) return [String(value.name)];
    if ("instance" in value && "command" in value && Array.isArray(value.command))
      return [
        String(value.instance),
        value.command.slice(0, 5).join(" ").replaceAll("\n", " ").slice(0, 100),
      ];
    return [];
  });
  return words.map((word) => ` ${word}`).join("");
}
