/** The architecture as a test: imports go the way of src/README.md, files are small and say what they are. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect } from "chai";

const ROOT = join(import.meta.dirname, "../..");

/** The steps of a change in order; those on one line may use each other. */
const STEPS: readonly (readonly string[])[] = [
  ["source"],
  ["manifests"],
  ["model", "secrets"],
  ["observe"],
  ["plan"],
  ["gate"],
  ["apply"],
  ["verify", "checks"],
  ["status", "alerts", "metrics"],
];
/** Doors and foundations: every step may use them, and they use only what stands behind them here. */
const FOUNDATIONS: Readonly<Record<string, readonly string[]>> = {
  system: [],
  config: ["system"],
  lxd: ["system"],
  consul: ["system"],
};
/** Beside the way, used by none of its steps: each uses only what stands here. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  doctor: ["checks", "system"],
};
/** Around the steps: these see everything. */
const AROUND: ReadonlySet<string> = new Set(["agent", "cli", "control", "host"]);
/** Where the way and its surroundings meet: types only. */
const CONTRACTS: ReadonlySet<string> = new Set(["src/control/agent-api.ts", "src/agent/agent-event.ts"]);
const MAXIMUM_LINES = 300;

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return entries.filter((name) => name.endsWith(".ts")).map((name) => join(folder, name));
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s)?[^;]*?from\s+"(\.[^"]+)"|import\("(\.[^"]+)"\)/gm,
  );
  return [...statements].map(([, type, fixed, dynamic]) => ({
    from: file,
    to: normalize(join(dirname(file), fixed ?? dynamic ?? "")),
    typeOnly: type !== undefined,
  }));
}

/** `src/plan/order.ts` → `plan`; what lies in src itself is the composition root, "". */
function layerOf(file: string): string {
  const [, folder = "", rest] = file.split("/");
  return rest === undefined ? "" : folder;
}

function mayImport({ from, to, typeOnly }: Import): boolean {
  const [user, used] = [layerOf(from), layerOf(to)];
  if (user === "" || AROUND.has(user) || user === used) return true;
  if (typeOnly && CONTRACTS.has(to)) return true;
  const foundations = FOUNDATIONS[user] ?? BESIDE[user];
  if (foundations !== undefined) return foundations.includes(used);
  if (used in FOUNDATIONS) return true;
  const [userStep, usedStep] = [stepOf(user), stepOf(used)];
  return usedStep !== -1 && usedStep <= userStep;
}

function stepOf(folder: string): number {
  return STEPS.findIndex((step) => step.includes(folder));
}

describe("the source tree", () => {
  const files = filesIn("src");

  it("imports along the way of a change, never back", () => {
    const wrong = files.flatMap(importsOf).filter((one) => !mayImport(one));
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).to.deep.equal([]);
  });

  it("has a place for every folder", () => {
    const known = new Set([
      ...STEPS.flat(),
      ...Object.keys(FOUNDATIONS),
      ...Object.keys(BESIDE),
      ...AROUND,
      "",
    ]);
    expect(files.map(layerOf).filter((folder) => !known.has(folder))).to.deep.equal([]);
  });

  it("opens each file with a comment that says what it is", () => {
    const silent = files.filter((file) => !readFileSync(join(ROOT, file), "utf8").startsWith("/**"));
    expect(silent).to.deep.equal([]);
  });

  it(`has no file over ${MAXIMUM_LINES} lines`, () => {
    const long = [...files, ...filesIn("test")].filter(
      (file) => readFileSync(join(ROOT, file), "utf8").split("\n").length - 1 > MAXIMUM_LINES,
    );
    expect(long).to.deep.equal([]);
  });

  it("names no stand-in of the lab", () => {
    const naming = files.filter((file) =>
      /stand-in-|test\/lab/i.test(readFileSync(join(ROOT, file), "utf8")),
    );
    expect(naming).to.deep.equal([]);
  });
});
