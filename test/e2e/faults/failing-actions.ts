/** Actions that fail: in the other side's own words, while the rest goes on and what runs keeps running. */
import { createServer } from "node:net";
import { once } from "node:events";
import { expect } from "chai";
import type { FaultHost } from "./fault-host.ts";

export function failingActions(host: () => FaultHost): void {
  const errors = async (): Promise<string> =>
    (await host().client.status()).errors.map(({ message }) => message).join("\n");
  const textIn = async (name: string): Promise<string> => {
    const content = await host().harness.lxd.readFile(name, "/etc/marker.conf");
    return /text=(\w+)/.exec(Buffer.from(content ?? "").toString("utf8"))?.[1] ?? "";
  };

  it("a package that does not exist and a repository that cannot be reached: apt's own words, the rest goes on", async function () {
    this.timeout(300_000);
    const before = await host().firstProcess("worker-1");
    const outcome = await host().push({ text: "apt" }, { "broken.yaml": brokenImages() });
    expect(outcome.stderr, outcome.stderr).to.match(/✗/);
    expect(await errors()).to.include("Unable to locate package no-such-package-anywhere");
    expect(await errors()).to.match(/127\.0\.0\.1:9.*(?:refused|not connect)/s);
    expect(await textIn("worker-1")).to.equal("apt");
    expect(await host().firstProcess("worker-1")).to.equal(before);
    // The builders' own events wake the agent; that is no reason to try again at once.
    const heard = await host().heard(2_000);
    expect(heard.filter((line) => line.startsWith("action-started build image/"))).to.deep.equal([]);
    const names = (await host().harness.lxd.instances()).map(({ name }) => name);
    expect(names.filter((name) => /build-|unlucky/.test(name))).to.deep.equal([]);
    expect((await host().push({})).stderr).to.match(/✓ Ready at/);
  });

  it("a service that refuses its new file: its own words, and the other containers have theirs", async function () {
    this.timeout(120_000);
    const outcome = await host().push({ text: "broken" });
    expect(outcome.stderr, outcome.stderr).to.include("marker.conf is broken");
    expect((await host().push({ text: "whole" })).stderr).to.match(/✓ Ready at/);
    expect(await textIn("worker-2")).to.equal("whole");
  });

  it("an address that somebody's container has: LXD's words, and only what needs it waits", async function () {
    this.timeout(180_000);
    const { byHand, harness, pool } = host();
    const eth0 = {
      type: "nic",
      network: harness.network,
      name: "eth0",
      "ipv4.address": `${harness.prefix}.34`,
    };
    await byHand.do("POST", "/1.0/instances", {
      name: "squatter",
      type: "container",
      profiles: [],
      devices: { root: { type: "disk", path: "/", pool }, eth0 },
      source: { type: "none" },
    });
    try {
      const outcome = await host().push({ workers: [1, 2, 3, 4, 5] });
      expect(outcome.stderr, outcome.stderr).to.match(/✗/);
      expect(await errors()).to.match(/already (?:in use|defined|allocated|exists)/i);
      expect((await harness.lxd.instance("worker-5"))?.status_code).to.equal(103);
    } finally {
      await byHand.do("DELETE", "/1.0/instances/squatter");
    }
    await host().settled();
  });

  it("a port that a program of the host has: the site has it all the same, and the host check names it", async function () {
    this.timeout(120_000);
    const { address } = host().harness;
    const program = createServer().listen(7_100, address);
    await once(program, "listening");
    try {
      // LXD's nat devices are rules in front of the host's own sockets: it refuses nothing (lxd.md A9).
      expect((await host().push({ port: 7_100 })).stderr).to.match(/✓ Ready at/);
      const check = await host().harness.host.convene(["check", "host"]);
      expect(check.exitCode).to.equal(2);
      expect(check.stdout).to.match(/port_taken: .*listens on .*7100\/tcp/);
    } finally {
      program.close();
    }
  });
}

/** Two images that cannot be built, and a container that waits for one of them. */
function brokenImages(): string {
  return `apiVersion: convene/v1alpha1
kind: Image
metadata: {name: unknown-package}
spec: {packages: [no-such-package-anywhere]}
---
apiVersion: convene/v1alpha1
kind: Image
metadata: {name: far-repository}
spec:
  aptRepositories: [{name: far, uri: "http://127.0.0.1:9", suite: bookworm, components: [main]}]
  packages: [hello]
---
apiVersion: convene/v1alpha1
kind: Container
metadata: {name: unlucky}
spec: {image: unknown-package, address: {hostPart: 60}}
---
apiVersion: convene/v1alpha1
kind: Container
metadata: {name: unluckier}
spec: {image: far-repository, address: {hostPart: 61}}
`;
}
