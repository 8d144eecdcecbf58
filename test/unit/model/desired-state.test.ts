/** What the starter site becomes, and what it depends on. */
import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import type { DesiredFile, DesiredState } from "../../../src/model/desired-state.ts";
import { Secret } from "../../../src/system/secret.ts";
import {
  type Files,
  SHIPPED_CATALOGUE,
  SMALL_CATALOGUE,
  buildSite,
  smallSite,
  starterFiles,
} from "../../lab/sample-model.ts";

/** What people and other modules can see of a site: no contents, no hashes. */
function outline(state: DesiredState): unknown {
  return {
    consul: state.consul,
    volumes: state.volumes.map((one) => one.name).toSorted(),
    containers: Object.fromEntries(
      state.containers.map((one) => [
        one.name,
        {
          address: one.address,
          config: one.config,
          devices: one.devices,
          image: one.imageAlias.replace(/-[0-9a-f]{12}$/, "-…"),
          dependsOn: one.dependsOn,
          disruption: one.disruption,
          ...(one.conferences ? { conferences: one.conferences.url } : {}),
        },
      ]),
    ),
    keys: Object.fromEntries(
      state.kv.map(({ key, value }) => [key, value instanceof Secret ? "a secret" : value]),
    ),
    services: state.services.map(
      ({ id, address, port, check }) => `${id} ${address}:${port} ${check?.kind ?? "unchecked"}`,
    ),
    certificates: Object.fromEntries(
      state.certificates.map((one) => [
        one.domain,
        one.endpoints.map(({ address, port }) => `${address}:${port}`),
      ]),
    ),
    accounts: state.accounts.map(({ jid, internal }) => `${jid}${internal ? " (internal)" : ""}`),
  };
}

/** Every file by container and path. */
function filesOf(state: DesiredState): ReadonlyMap<string, DesiredFile> {
  return new Map(
    state.containers.flatMap((one) => one.files.map((file) => [`${one.name}:${file.path}`, file] as const)),
  );
}

describe("the starter site", () => {
  let files: Files;
  before(async () => {
    files = await starterFiles();
  });

  it("becomes what test/fixtures/golden/starter-site.yaml says", async () => {
    const golden = new URL("../../fixtures/golden/starter-site.yaml", import.meta.url);
    const seen = outline(await buildSite(files, SHIPPED_CATALOGUE));
    expect(JSON.parse(JSON.stringify(seen))).to.deep.equal(parse(await readFile(golden, "utf8")));
  });

  it("is the same each time, and however its files are called", async () => {
    const renamed = Object.fromEntries(
      Object.entries(files)
        .toReversed()
        .map(([name, text], index) => [`${index}-${name}`, text]),
    );
    const [one, again, other] = await Promise.all([
      buildSite(files, SHIPPED_CATALOGUE),
      buildSite(files, SHIPPED_CATALOGUE),
      buildSite(renamed, SHIPPED_CATALOGUE),
    ]);
    expect(again).to.deep.equal(one);
    expect(outline(other)).to.deep.equal(outline(one));
    expect(
      other.containers.flatMap((each) => each.files.map((file) => file.digest)).toSorted(),
    ).to.deep.equal(one.containers.flatMap((each) => each.files.map((file) => file.digest)).toSorted());
  });

  it("shows no secret to who prints it, and keeps each from containers that do not list it", async () => {
    const state = await buildSite(files, SHIPPED_CATALOGUE);
    expect(JSON.stringify(state)).not.to.match(/value-of-|password-of-/);
    for (const container of state.containers) {
      for (const file of container.files) {
        const content = file.content instanceof Secret ? file.content.reveal() : file.content;
        if (content.includes("value-of-")) expect(file.content, file.path).to.be.instanceOf(Secret);
        expect(content, file.path).not.to.contain("password-of-");
      }
    }
  });

  it("changes only what is rendered from keys when another module's keys do", async () => {
    const foreign = new Map([
      ["service/haproxy/acl/files/host", "files.school.example"],
      ["service/haproxy/use-backend/files", "files"],
      ["service/haproxy/backends/no-ssl/files", ""],
    ]);
    const without = await buildSite(files, SHIPPED_CATALOGUE);
    const together = await buildSite(files, SHIPPED_CATALOGUE, { foreign });
    const before = filesOf(without);
    const changed = [...filesOf(together)].filter(([path, file]) => before.get(path)?.digest !== file.digest);
    expect(changed.map(([path]) => path)).to.deep.equal(["proxy:/etc/haproxy/haproxy.cfg"]);
    expect(changed.every(([, file]) => file.usesEffectiveKv && !file.deferred)).to.equal(true);
    expect(together.kv).to.deep.equal(without.kv);
  });

  it("defers exactly what is rendered from keys while they are unknown", async () => {
    const state = await buildSite(files, SHIPPED_CATALOGUE, { foreign: undefined });
    const all = state.containers.flatMap((one) => one.files);
    expect(all.filter((file) => file.deferred)).to.deep.equal(all.filter((file) => file.usesEffectiveKv));
    expect(all.filter((file) => file.deferred)).not.to.deep.equal([]);
    expect(state.findings).to.deep.equal([]);
  });
});

describe("a site", () => {
  it("gets the keys of its routes, its certificates, and the secrets that are not the agent's own", async () => {
    const route = `apiVersion: convene/v1alpha1
kind: Route
metadata: {name: cloud}
spec: {host: cloud.test, path: /dav, backend: {address: 10.10.1.30, port: 8443, tls: true}}
`;
    const { kv } = await buildSite({ ...smallSite(), "routes.yaml": route }, SMALL_CATALOGUE);
    expect(kv.map(({ key, value }) => `${key} = ${String(value)}`)).to.deep.equal([
      "convene/meet/secret/base-word = ***",
      "service/certbot/cloud.test = it@meet.test",
      "service/haproxy/acl/cloud/host = cloud.test",
      "service/haproxy/acl/cloud/path = /dav",
      "service/haproxy/backends/ssl/cloud = ",
      "service/haproxy/use-backend/cloud = cloud",
    ]);
  });

  it("is refused when it means another container network than the host has", async () => {
    const host = {
      pool: "p",
      network: "n",
      ipv4: "10.99.0.1/24",
      acme: { directory: "https://a/", rootPem: "" },
      exceptions: [],
    };
    const error = await buildSite(smallSite(), SMALL_CATALOGUE, { host }).catch((thrown: unknown) => thrown);
    expect(error).to.have.property("code", "NetworkMismatch");
  });
});
