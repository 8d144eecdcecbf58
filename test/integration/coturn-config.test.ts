/** The shipped turnserver.conf in the hands of Debian's coturn, and of the check that lets it replace a running one. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createCheckContext } from "../../src/checks/check-context.ts";
import type { CheckResult } from "../../src/checks/check.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { systemClock } from "../../src/system/clock.ts";
import { Secret } from "../../src/system/secret.ts";
import { freePorts } from "../lab/free-ports.ts";
import { type Finished, type RunningProgram, runProgram, startProgram } from "../lab/programs.ts";
import { adapted, CATALOGUE, renderShipped, sampleVariables } from "../lab/shipped-configuration.ts";
import { makeAuthority, makeCertificate } from "../lab/test-certificates.ts";

const CHECK = join(CATALOGUE, "turn/check-turnserver.sh");
const SECRET = "turn-secret-of-the-tests";

describe("the shipped turnserver.conf", function () {
  this.timeout(30_000);
  let folder: string;
  const running: RunningProgram[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "convene-turn-"));
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((program) => program.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  async function check(content: string): Promise<Finished> {
    const path = join(folder, "turnserver.conf");
    writeFileSync(path, content);
    return await runProgram([CHECK, path]);
  }

  async function start(): Promise<number> {
    const [port = 0, tlsPort = 0] = await freePorts(2);
    const path = join(folder, "turnserver.conf");
    writeFileSync(
      path,
      adapted(`${configuration()}userdb=${folder}/turndb\npidfile=${folder}/pid\n`, {
        "listening-ip=10.10.1.15": "listening-ip=127.0.0.1",
        "relay-ip=10.10.1.15": "relay-ip=127.0.0.1",
        "/10.10.1.15": "/127.0.0.1",
        "listening-port=3478": `listening-port=${port}`,
        "listening-port=5349": `listening-port=${tlsPort}`,
      }),
    );
    running.push(await startProgram(["turnserver", "-c", path], (log) => log.includes("(admin thread)")));
    return port;
  }

  it("passes its own check before there is a certificate, which the check says", async () => {
    const { code, stderr } = await check(configuration());
    expect(code, stderr).to.equal(0);
    expect(stderr).to.include("no certificate at /var/certs/turn.lab.test.cert.pem yet");
  });

  it("passes with a certificate, and not with a key that belongs to another", async () => {
    const issuer = await makeAuthority();
    const own = await makeCertificate({ names: ["turn.lab.test"], issuer });
    const other = await makeCertificate({ names: ["turn.lab.test"], issuer });
    await runProgram(["chmod", "0755", folder]);
    writeFileSync(join(folder, "cert.pem"), own.pem);
    writeFileSync(join(folder, "key.pem"), own.keyPem);
    const content = adapted(configuration(), {
      "/var/certs/turn.lab.test.cert.pem": join(folder, "cert.pem"),
      "/var/certs/turn.lab.test.key.pem": join(folder, "key.pem"),
    });
    expect((await check(content)).stderr).to.equal("");
    writeFileSync(join(folder, "key.pem"), other.keyPem);
    const refused = await check(content);
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.include("invalid private key");
  });

  const mistakes: readonly (readonly [RegExp, string, string])[] = [
    [/^fingerprint$/mu, "fingerprnt", "Bad configuration format: fingerprnt"],
    [/^allowed-peer-ip=10\.10\.1\.21$/mu, "allowed-peer-ip=bridge", "Wrong address format: bridge"],
    [/^denied-peer-ip=10\..*$/mu, "denied-peer-ip=10.0.0.0-10.2.x", "Wrong address format"],
    [/^external-ip=.*$/mu, "external-ip=nonsense", "Wrong address format: nonsense"],
    [/^max-port=.*$/mu, "max-port=many", "max-port is not a number"],
    [/^min-port=.*$/mu, "min-port=60000", "min-port is above max-port"],
    [/^total-quota=.*$/mu, "total-quota=some", "total-quota is not a number"],
    [/^cipher-list=.*$/mu, "cipher-list=NONSENSE", "cipher-list names no cipher"],
    [/^realm=.*$/mu, "realm=", "realm is empty"],
    [/^use-auth-secret$/mu, "", "anybody could relay"],
    [/^static-auth-secret=.*$/mu, "", "anybody could relay"],
  ];
  for (const [line, replacement, words] of mistakes) {
    it(`is refused with \`${replacement || "nothing"}\` in place of ${line.source}`, async () => {
      const mistaken = configuration().replace(line, replacement);
      expect(mistaken).not.to.equal(configuration());
      const { code, stdout, stderr } = await check(mistaken);
      expect(code).to.equal(1);
      expect(stderr).to.include(words);
      expect(stdout + stderr).not.to.include(SECRET);
    });
  }

  it("relays to the internet and to each bridge, and to nothing else that is private", async () => {
    const port = await start();
    const reached: string[] = [];
    const peers = ["8.8.8.8", "10.10.1.21", "10.10.1.22", "10.10.1.20", "10.10.1.5", "10.10.1.1"];
    const never = ["127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "100.64.0.1", "198.51.100.7"];
    for (const peer of [...peers, ...never]) {
      const { ok, reason } = await askToReach(port, peer);
      if (reason === "private_peer_allowed") reached.push(peer);
      else expect(ok, `${peer}: ${reason}`).to.equal(true);
    }
    expect(reached).to.deep.equal(["8.8.8.8", "10.10.1.21", "10.10.1.22"]);
  });
});

function configuration(): string {
  const self = { name: "turn", ipv4: "10.10.1.15", ipv6: "", memoryMiB: 512 };
  return renderShipped("turn", "turnserver.conf", "coturn", sampleVariables({ self }));
}

async function askToReach(port: number, peer: string): Promise<CheckResult> {
  const context = createCheckContext({
    clock: systemClock,
    signal: new AbortController().signal,
    transcript: () => undefined,
    resolve: () => Promise.resolve(["127.0.0.1"]),
    secret: () => Promise.resolve(new Secret(SECRET)),
  });
  const spec = { host: "turn.lab.test", port, secret: "turn-secret", echo: false, refusedPeers: [peer] };
  return await runCheck({ name: "peer", kind: "turn", spec, intervalSeconds: 60 }, context);
}
