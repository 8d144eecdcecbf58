/** A container in LXD's words: addresses, devices, config, and what only the host may allow. */
import { expect } from "chai";
import * as fc from "fast-check";
import { hardwareAddress } from "../../../src/model/addresses.ts";
import type { DesiredContainer } from "../../../src/model/desired-state.ts";
import type { ModelInput } from "../../../src/model/model-input.ts";
import { ConveneError } from "../../../src/system/errors.ts";
import { SMALL_CATALOGUE, buildSite, modelInput, smallSite } from "../../lab/sample-model.ts";

const DUAL_STACK = `network: {ipv4: 10.10.1.1/24, ipv6: "fd42:1:2:3::1/64"}`;
const BOTH = smallSite({ site: DUAL_STACK })["site.yaml"]?.replace(
  "addresses: {public: [192.0.2.10]}",
  `addresses: {public: [192.0.2.10, "2001:db8::10"], listen: [192.168.1.20, "2001:db8::10"]}`,
);

async function wiki(spec: string, more: Partial<ModelInput> = {}, site?: string): Promise<DesiredContainer> {
  const files = { ...smallSite({ wiki: spec }), ...(site === undefined ? {} : { "site.yaml": site }) };
  const state = await buildSite(files, SMALL_CATALOGUE, more);
  const found = state.containers.find((one) => one.name === "wiki");
  if (!found) throw new Error("no wiki");
  return found;
}

describe("a container's address", () => {
  it("is its host part of the network, in both families", async () => {
    expect((await wiki("")).address).to.deep.equal({ ipv4: "10.10.1.40" });
    expect((await wiki("", {}, BOTH)).address).to.deep.equal({ ipv4: "10.10.1.40", ipv6: "fd42:1:2:3::28" });
  });

  it("keeps its hardware address for good: LXD's own prefix, another one for every name", () => {
    expect(hardwareAddress("meet", "turn")).to.equal("00:16:3e:38:44:1c");
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(names, (all) => {
        const addresses = all.map((name) => hardwareAddress("meet", name));
        for (const one of addresses) expect(one).to.match(/^00:16:3e(:[0-9a-f]{2}){3}$/);
        expect(new Set(addresses).size).to.equal(all.length);
      }),
      { numRuns: 30 },
    );
  });
});

describe("a container's devices", () => {
  it("are a root disk and one nic, and nothing that was not asked for", async () => {
    expect((await wiki("")).devices).to.deep.equal({
      root: { type: "disk", path: "/", pool: "convene" },
      eth0: {
        type: "nic",
        name: "eth0",
        network: "convene0",
        hwaddr: hardwareAddress("meet", "wiki"),
        "ipv4.address": "10.10.1.40",
      },
    });
  });

  it("publish a port on every address the host listens on, each in its own family", async () => {
    const { devices } = await wiki("publicPorts: [{protocol: udp, port: 5000-5010}]", {}, BOTH);
    const proxies = Object.entries(devices).filter(([, device]) => device["type"] === "proxy");
    expect(proxies).to.deep.equal([
      [
        "public-udp-5000-5010-1",
        {
          type: "proxy",
          bind: "host",
          nat: "true",
          listen: "udp:192.168.1.20:5000-5010",
          connect: "udp:10.10.1.40:5000-5010",
        },
      ],
      [
        "public-udp-5000-5010-2",
        {
          type: "proxy",
          bind: "host",
          nat: "true",
          listen: "udp:[2001:db8::10]:5000-5010",
          connect: "udp:[fd42:1:2:3::28]:5000-5010",
        },
      ],
    ]);
  });

  it("leave out an address of a family that containers do not have", async () => {
    const site = BOTH?.replace(DUAL_STACK, "");
    const { devices } = await wiki("publicPorts: [{protocol: tcp, port: 8443}]", {}, site);
    expect(Object.keys(devices).filter((name) => name.startsWith("public"))).to.deep.equal([
      "public-tcp-8443-1",
    ]);
  });

  it("hold its volumes, writable or not, sized once", async () => {
    const spec = `volumes: [{name: pages, path: /srv/pages, size: 2GiB}, {name: shared, path: /srv/shared, readOnly: true}]`;
    const { devices } = await wiki(spec);
    expect(devices["volume-pages"]).to.deep.equal({
      type: "disk",
      pool: "convene",
      source: "pages",
      path: "/srv/pages",
    });
    expect(devices["volume-shared"]).to.include({ readonly: "true" });
    const { volumes } = await buildSite(smallSite({ wiki: spec }), SMALL_CATALOGUE);
    expect(volumes.find((one) => one.name === "pages")?.config).to.deep.equal({ size: `${2 * 2 ** 30}B` });
  });
});

describe("a container's config", () => {
  it("holds limits as LXD spells them, memory in bytes", async () => {
    const { config } = await wiki(
      "limits: {memory: 1GiB, cpu: 2, processes: 500}\nboot: {autostart: false, priority: 5}",
    );
    expect(config).to.deep.equal({
      "limits.memory": "1073741824B",
      "limits.cpu": "2",
      "limits.processes": "500",
      "boot.autostart": "false",
      "boot.autostart.priority": "5",
    });
  });
});

describe("what git may not ask for", () => {
  const nesting = `exceptions: {config: {security.nesting: "true"}}`;
  const gpu = "exceptions: {devices: {gpu: {type: gpu, id: '0'}}}";
  type Exceptions = ModelInput["host"]["exceptions"];
  const withPolicy = async (spec: string, exceptions: Exceptions) => {
    const { host } = await modelInput(smallSite({ wiki: spec }), SMALL_CATALOGUE);
    return wiki(spec, { host: { ...host, exceptions } });
  };
  const line = { container: "wiki", kind: "config", name: "security.nesting", value: "true" } as const;

  it("is there when the host's policy names container, key and value", async () => {
    expect((await withPolicy(nesting, [line])).config).to.include({ "security.nesting": "true" });
    const device = {
      container: "wiki",
      kind: "device",
      name: "gpu",
      value: { id: "0", type: "gpu" },
    } as const;
    expect((await withPolicy(gpu, [device])).devices["gpu"]).to.deep.equal({ type: "gpu", id: "0" });
  });

  const refusals: readonly (readonly [string, string, Exceptions])[] = [
    ["without any policy", nesting, []],
    ["for another container", nesting, [{ ...line, container: "turn" }]],
    ["for another key", nesting, [{ ...line, name: "security.privileged" }]],
    ["for another value", nesting, [{ ...line, value: "false" }]],
    ["as a device when a key is allowed", gpu, [{ ...line, name: "gpu", value: "gpu" }]],
    [
      "with more than is allowed",
      gpu,
      [{ container: "wiki", kind: "device", name: "gpu", value: { type: "gpu" } }],
    ],
  ];
  for (const [what, spec, exceptions] of refusals) {
    it(`is refused ${what}, at its line`, async () => {
      const error = await withPolicy(spec, exceptions).catch((thrown: unknown) => thrown);
      if (!(error instanceof ConveneError)) throw new Error("it was allowed");
      expect(error.code).to.equal("PolicyRefused");
      expect(error.location).to.include({ file: "wiki/wiki.yaml", line: 7 });
      expect(error.hint).to.contain("/etc/convene/config.yaml");
    });
  }

  it("cannot take the place of what convene gives itself", async () => {
    const spec = "exceptions: {devices: {eth0: {type: nic, network: lxdbr0}}}";
    const device = {
      container: "wiki",
      kind: "device",
      name: "eth0",
      value: { type: "nic", network: "lxdbr0" },
    } as const;
    expect(await withPolicy(spec, []).catch((thrown: unknown) => thrown)).to.have.property(
      "code",
      "PolicyRefused",
    );
    // Root may say so.
    expect((await withPolicy(spec, [device])).devices["eth0"]).to.deep.equal(device.value);
  });
});
