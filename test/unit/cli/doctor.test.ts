/** `convene doctor` from its words to its exit code; the examination itself is a stand-in here. */
import { expect } from "chai";
import type { CliDependencies, DoctorDoor } from "../../../src/cli/cli-dependencies.ts";
import { runProgram } from "../../../src/cli/program.ts";
import type { DoctorReport, Rung } from "../../../src/doctor/report.ts";
import type { DoctorRequest } from "../../../src/doctor/request.ts";
import { Secret } from "../../../src/system/secret.ts";
import { createTestCli } from "../../lab/cli-dependencies.ts";
import { askedRung, sampleFinding, sampleReport, skippedRung } from "../../lab/sample-doctor.ts";

const PEM = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
const FILES: Readonly<Record<string, string>> = {
  "/site/password": "from file\n",
  "/site/ca.pem": PEM,
  "/site/empty": "\n",
};
const CODES: Readonly<Record<string, string>> = {
  "/site/locked": "EACCES",
  "/site/folder": "EISDIR",
  "/site/torn": "EIO",
};

interface Outcome {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
  readonly request: DoctorRequest | undefined;
}

async function doctor(
  words: readonly string[],
  rungs: readonly Rung[] = [],
  door: Partial<DoctorDoor> = {},
  overrides: Partial<CliDependencies> = {},
): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  let request: DoctorRequest | undefined;
  const cli = createTestCli({
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    workingDirectory: "/site",
    doctor: {
      password: undefined,
      askSecret: async (question) => new Secret(`asked: ${question}`),
      readFile: async (path) => {
        const text = FILES[path];
        if (text !== undefined) return text;
        const code = CODES[path] ?? "ENOENT";
        throw Object.assign(new Error(`${code}: words of the system, open '${path}'`), { code });
      },
      examine: async (given, around): Promise<DoctorReport> => {
        request = given;
        around.transcript("→ hello \u001b[2J");
        for (const rung of rungs) {
          around.onStep(rung.name);
          around.onRung(rung);
        }
        return sampleReport(rungs);
      },
      ...door,
    },
    ...overrides,
  });
  await runProgram(cli, ["doctor", ...words]);
  return { code: cli.exitCode(), out: out.join(""), err: err.join(""), request };
}

const FINE = [askedRung("name", "9.9.9.9")];

describe("convene doctor", () => {
  it("needs a name only, and keeps its bounds unless told otherwise", async () => {
    const { code, request, out, err } = await doctor(["https://meet.test/Room"], FINE);
    expect(code, err).to.equal(0);
    expect(request).to.deep.equal({
      target: { host: "meet.test", port: 443 },
      allowPrivate: false,
      allowSelfSigned: false,
      pins: new Map(),
      timeout: 60_000,
      extraRoots: [],
    });
    expect(out).to.match(
      /^meet\.test, as a stranger sees it\n\n✓ name {9}9\.9\.9\.9\n\nPeople can meet at meet\.test\n/,
    );
    expect(out).not.to.include("hello");
  });

  it("hands its options on", async () => {
    const options = ["--private", "--allow-self-signed", "--cacert", "ca.pem", "--timeout", "20s"];
    const pins = ["--resolve", "meet.test=10.0.0.1", "--resolve", "turn.test=10.0.0.2"];
    const { request } = await doctor(["meet.test", ...options, ...pins], FINE);
    expect(request).to.deep.include({
      allowPrivate: true,
      allowSelfSigned: true,
      extraRoots: [PEM],
      timeout: 20_000,
    });
    expect([...(request?.pins ?? [])]).to.deep.equal([
      ["meet.test", ["10.0.0.1"]],
      ["turn.test", ["10.0.0.2"]],
    ]);
  });

  it("answers 0 when all is well or could not be seen, 2 with findings, 1 when nothing is known", async () => {
    const bad = askedRung("port", "closed", { findings: [sampleFinding("port_closed")] });
    const lost = askedRung("name", "?", { findings: [sampleFinding("resolver_failed")] });
    const other = askedRung("page", "?", { findings: [sampleFinding("not_jitsi")] });
    expect((await doctor(["meet.test"], FINE)).code).to.equal(0);
    expect((await doctor(["meet.test"], [...FINE, skippedRung("room", "x")])).code).to.equal(0);
    expect((await doctor(["meet.test"], [bad])).code).to.equal(2);
    expect((await doctor(["meet.test"], [other])).code).to.equal(2);
    expect((await doctor(["meet.test"], [lost])).code).to.equal(1);
  });

  it("takes the password from a file, else from the environment, else asks for it", async () => {
    const password = async (words: readonly string[], door: Partial<DoctorDoor>) =>
      (
        await doctor(["meet.test", "--user", "m.meier", ...words], FINE, door)
      ).request?.login?.password.reveal();
    const environment = { password: new Secret("from environment") };
    expect(await password(["--password-file", "password"], environment)).to.equal("from file");
    expect(await password([], environment)).to.equal("from environment");
    expect(await password([], {})).to.equal("asked: Password of m.meier: ");
  });

  it("knows no option that would hold a password", async () => {
    const { code, err } = await doctor(["meet.test", "--user", "m", "--password", "x"]);
    expect(code).to.equal(1);
    expect(err).to.include("unknown option '--password'");
  });

  it("says what is wrong with what it was given, before it asks anybody", async () => {
    const wrong: readonly (readonly [readonly string[], string])[] = [
      [["http://meet.test"], "Jitsi Meet needs https"],
      [["meet.test", "--resolve", "meet.test"], "expected a name and an IP address"],
      [["meet.test", "--cacert", "password"], "holds no PEM certificate"],
      [["meet.test", "--user", "m", "--password-file", "empty"], "the password is empty"],
      [["meet.test", "--user", "m", "--allow-self-signed"], "do not go together"],
      [["meet.test", "--timeout", "soon"], "--timeout soon is not a duration"],
    ];
    for (const [words, message] of wrong) {
      const { code, err, request } = await doctor(words);
      expect(err, words.join(" ")).to.include(message).and.include("→ ");
      expect(code).to.equal(1);
      expect(request).to.equal(undefined);
    }
  });

  it("says which file of which option it cannot read, why, and what to do", async () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ["nowhere", /^✗ --cacert: there is no file \/site\/nowhere\n {2}→ .*compare the path/],
      ["locked", /^✗ --cacert: you may not read \/site\/locked\n {2}→ .*ls -l \/site\/locked/],
      ["folder", /^✗ --cacert: \/site\/folder is a folder\n {2}→ .*the file in it/],
      ["torn", /^✗ --cacert: \/site\/torn cannot be read: EIO: words of the system.*\n {2}→ /],
    ];
    for (const [file, message] of wrong) {
      const { err, code } = await doctor(["meet.test", "--cacert", file]);
      expect(err).to.match(message);
      expect(code).to.equal(1);
    }
    const { err } = await doctor(["meet.test", "--user", "m", "--password-file", "/nonexist"]);
    expect(err).to.include("✗ --password-file: there is no file /nonexist\n");
  });

  it("prints the report as one line of JSON and nothing else", async () => {
    const { out, code } = await doctor(["meet.test", "--json", "--verbose"], FINE);
    expect(out.trimEnd().split("\n")).to.have.length(1);
    expect(JSON.parse(out)).to.deep.include({
      format: "convene-doctor/1",
      verdict: "works",
      domain: "meet.test",
    });
    expect(code).to.equal(0);
  });

  it("prints the conversation when asked, made safe for a terminal", async () => {
    const { out } = await doctor(["meet.test", "--verbose"], FINE);
    expect(out).to.include("  | → hello \\u{1b}[2J\n");
  });

  it("says on a terminal what it is at, and takes it back", async () => {
    const out: string[] = [];
    const live = {
      paper: { colours: false, columns: 80, live: true },
      stdout: { write: (text: string) => out.push(text) },
    };
    await doctor(["meet.test"], [...FINE, skippedRung("room", "x"), askedRung("media", "fine")], {}, live);
    const text = out.join("");
    expect(text)
      .to.include("… name\r\u001b[K✓ name")
      .and.include("… room\r\u001b[K… media\r\u001b[K– not asked");
    expect(text.replaceAll(/… \w+\r\u001b\[K/g, "")).not.to.include("…");
    expect((await doctor(["meet.test"], FINE)).out).not.to.include("…");
  });

  it("says what it does, and where the password comes from", async () => {
    const { out } = await doctor(["--help"]);
    expect(out).to.include("--resolve <name=address>").and.include("CONVENE_DOCTOR_PASSWORD");
    expect(out).to.match(/--resolve meet\.example\.org=192\.168\.1\.20 \\\n.*--resolve turn\.example\.org=/);
  });
});
