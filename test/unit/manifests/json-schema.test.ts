/** The schema editors use accepts what is shipped and refuses what the loader refuses. */
import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { manifestJsonSchema } from "../../../src/manifests/json-schema.ts";
import { MANIFEST_SCHEMAS } from "../../../src/manifests/schema/manifest.ts";

const root = new URL("../../../", import.meta.url);

function documents(folder: string, names: readonly string[]): readonly unknown[] {
  return names
    .map((name) => readFileSync(new URL(`${folder}/${name}`, root), "utf8"))
    .flatMap((text): unknown[] => parseAllDocuments(text).map((document): unknown => document.toJS()))
    .filter((data) => data !== null);
}

describe("the JSON Schema", () => {
  const schema = z.fromJSONSchema(manifestJsonSchema());

  it("accepts the starter site", () => {
    const names = readdirSync(new URL("desired-state", root)).filter((name) => name.endsWith(".yaml"));
    const all = documents("desired-state", names);
    expect(all.length).to.be.greaterThan(5);
    for (const data of all) expect(schema.safeParse(data).error).to.equal(undefined);
  });

  it("accepts the catalogue with its references", () => {
    for (const folder of ["turn", "proxy", "jitsi"]) {
      const all = documents(`manifests/${folder}`, ["container.yaml", "image.yaml", "checks.yaml"]);
      expect(all.length).to.be.greaterThan(2);
      for (const data of all) expect(schema.safeParse(data).error, JSON.stringify(data)).to.equal(undefined);
    }
  });

  it("refuses an unknown field and an unknown kind", () => {
    const route = { apiVersion: "convene/v1alpha1", kind: "Route", metadata: { name: "a" } };
    const spec = { host: "a.example", backend: { address: "10.0.0.1", port: 80 } };
    expect(schema.safeParse({ ...route, spec }).success).to.equal(true);
    expect(schema.safeParse({ ...route, spec: { ...spec, hots: "b" } }).success).to.equal(false);
    expect(schema.safeParse({ ...route, kind: "Rout", spec }).success).to.equal(false);
  });

  it("explains every field of the Site", () => {
    const { properties } = z.toJSONSchema(MANIFEST_SCHEMAS.Site.shape.spec, { io: "input" });
    const silent = Object.entries(properties ?? {}).filter(
      ([, field]) => typeof field === "object" && !field.description,
    );
    expect(silent.map(([name]) => name)).to.deep.equal([]);
  });
});
