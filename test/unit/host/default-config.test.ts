/** The settings file that init writes is right as it is, and right when everything in it is switched on. */
import { expect } from "chai";
import { parse } from "yaml";
import { z } from "zod";
import { hostSettingsSchema } from "../../../src/config/host-settings.ts";
import { parseHostSettings } from "../../../src/config/load-host-settings.ts";
import { DEFAULT_CONFIG } from "../../../src/host/default-config.ts";

/** Every comment taken away from a setting. */
function switchedOn(): string {
  const [head = "", ...settings] = DEFAULT_CONFIG.split("\n\n");
  return [head, ...settings.map((block) => block.replaceAll(/^# /gm, ""))].join("\n\n");
}

const propertiesSchema = z.object({ properties: z.record(z.string(), z.unknown()) });

/** Paths of the settings a schema has: `remote.caFile`. */
function settingsOf(schema: unknown, prefix = ""): readonly string[] {
  const found = propertiesSchema.safeParse(schema);
  if (!found.success) return [prefix];
  return Object.entries(found.data.properties).flatMap(([name, inner]) =>
    settingsOf(inner, prefix === "" ? name : `${prefix}.${name}`),
  );
}

function valueAt(document: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce(
      (value: unknown, name) => z.record(z.string(), z.unknown()).catch({}).parse(value)[name],
      document,
    );
}

const CATALOGUE = "/usr/share/convene/manifests";

describe("the settings file that init writes", () => {
  it("changes no default", () => {
    expect(parseHostSettings(DEFAULT_CONFIG, "config.yaml", CATALOGUE)).to.deep.equal(
      parseHostSettings("", "config.yaml", CATALOGUE),
    );
  });

  it("is valid with every comment taken away from a setting", () => {
    const parsed = parseHostSettings(switchedOn(), "config.yaml", CATALOGUE);
    expect(parsed.remote?.url).to.equal("https://git.example.org/it/site.git");
    expect(parsed.policy.exceptions).to.have.length(1);
    expect(parsed.network.ipv6).to.equal("fd42:c0:5e11:1::1/64");
  });

  it("has every setting there is", () => {
    const document: unknown = parse(switchedOn());
    const all = settingsOf(z.toJSONSchema(hostSettingsSchema, { io: "input" }));
    expect(all).to.include.members(["user", "remote.caFile", "lxd.socket"]);
    expect(all.filter((path) => valueAt(document, path) === undefined)).to.deep.equal([]);
  });
});
