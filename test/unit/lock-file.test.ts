/** The lock file suits every machine: all platforms are in it, and no registry is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { z } from "zod";

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      resolved: z.string().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

describe("the lock file", () => {
  const text = readFileSync(join(import.meta.dirname, "../../package-lock.json"), "utf8");
  const { packages } = lockSchema.parse(JSON.parse(text));

  it("has every platform's optional packages, or npm 11 calls it out of date", () => {
    const wanted = Object.values(packages).flatMap((one) => Object.keys(one.optionalDependencies ?? {}));
    expect(wanted.filter((name) => packages[`node_modules/${name}`] === undefined)).to.deep.equal([]);
  });

  it("names no registry: every machine uses its own", () => {
    const resolved = Object.values(packages).flatMap((one) => one.resolved ?? []);
    expect(resolved).to.deep.equal([]);
  });
});
