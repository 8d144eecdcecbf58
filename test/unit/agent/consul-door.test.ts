/** When the agent opens another door to Consul. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type ConsulDoor, createConsulDoor } from "../../../src/agent/consul-door.ts";
import type { LoadedSite } from "../../../src/agent/site-loader.ts";
import { createSecretStore } from "../../../src/secrets/secret-store.ts";
import { Secret } from "../../../src/system/secret.ts";
import { createFakeHost } from "../../lab/fake-host.ts";
import { SAMPLE_HOST } from "../../lab/sample-site.ts";

describe("the door to Consul", () => {
  let directory: string;
  let door: ConsulDoor;
  let connected: string[];
  const watching: AbortSignal[] = [];
  const stop = new AbortController();

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "convene-door-"));
    connected = [];
    watching.length = 0;
    const { consul } = createFakeHost(SAMPLE_HOST);
    door = createConsulDoor({
      store: createSecretStore({ directory, randomBytes }),
      connect: (where, _site, token) => {
        connected.push(`${where.tls ? "https" : "http"} ${where.address} ${token.reveal().slice(0, 5)}`);
        return {
          ...consul,
          watch: async (_prefix, _onChange, signal) => {
            watching.push(signal);
          },
        };
      },
      onChange: () => undefined,
      watched: ["service/"],
      signal: stop.signal,
    });
  });
  afterEach(() => rm(directory, { recursive: true }));

  const site = (token: string | undefined, more: object = {}): LoadedSite => ({
    revision: "r",
    name: "meet",
    consul: { address: "consul.test", port: 8501, ...more },
    token: token === undefined ? undefined : new Secret(token),
    secretNames: new Set(),
    build: () => Promise.reject(new Error("not asked for")),
  });

  it("stays open while nothing changes, with the token the agent made itself for its own Consul", async () => {
    const own = site(undefined, { container: "consul" });
    const [first, again] = [await door.open(own), await door.open(own)];
    expect(again).to.equal(first);
    expect(connected.join()).to.match(/^http consul\.test .{5}$/u);
  });

  it("shows nobody else that token", async () => {
    await door.open(site(undefined));
    expect(connected).to.deep.equal(["http consul.test "]);
  });

  it("is opened anew with a token that was replaced, and the old one no longer watches", async () => {
    await door.open(site("first"));
    await door.open(site("second"));
    expect(connected).to.deep.equal(["http consul.test first", "http consul.test secon"]);
    expect(watching.map((signal) => signal.aborted)).to.deep.equal([true, true, false, false]);
  });

  it("is opened anew when TLS is asked for, or another authority is trusted", async () => {
    await door.open(site("token"));
    await door.open(site("token", { tls: {} }));
    await door.open(site("token", { tls: { ca: "another" } }));
    expect(connected).to.deep.equal([
      "http consul.test token",
      "https consul.test token",
      "https consul.test token",
    ]);
  });
});
