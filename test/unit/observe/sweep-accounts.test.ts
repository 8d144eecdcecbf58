/** What a sweep says of accounts: all of them, or nothing when the chat server did not tell. */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Lxd } from "../../../src/lxd/lxd.ts";
import type { ContainerSweep } from "../../../src/observe/actual-state.ts";
import { readRecord } from "../../../src/observe/instance-record.ts";
import { sweepContainer } from "../../../src/observe/sweep.ts";
import { createFakeHost } from "../../lab/fake-host.ts";
import { SAMPLE_HOST, container } from "../../lab/sample-site.ts";

async function sweepThatPrints(stdout: string): Promise<ContainerSweep> {
  const { lxd } = createFakeHost(SAMPLE_HOST);
  const printing: Lxd = { ...lxd, exec: async () => ({ exitCode: 0, stdout, stderr: "" }) };
  const record = readRecord({});
  return sweepContainer(
    printing,
    container({ name: "jitsi", hostPart: 20 }),
    record,
    true,
    new AbortController().signal,
  );
}

describe("a sweep of accounts", () => {
  it("names those that exist", async () => {
    const sweep = await sweepThatPrints("account\tm.meier@meet.test\nok\tlist\t*\t1\n");
    expect(sweep.accounts).to.deep.equal(["m.meier@meet.test"]);
  });

  it("tells that there are none", async () => {
    expect((await sweepThatPrints("ok\tlist\t*\t0\n")).accounts).to.deep.equal([]);
  });

  it("says nothing when the chat server does not answer, or stops in the middle", async () => {
    expect((await sweepThatPrints("")).accounts).to.equal(undefined);
    expect((await sweepThatPrints("account\tm.meier@meet.test\n")).accounts).to.equal(undefined);
  });

  it("does not wait for the chat server where it is known not to run", async () => {
    const directory = await mkdtemp(join(tmpdir(), "convene-sweep-"));
    try {
      const write = (name: string, text: string) =>
        writeFile(join(directory, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      await write("systemctl", `test -e ${directory}/runs`);
      await write("accounts", "printf 'account\\tm.meier@meet.test\\t\\nok\\tlist\\t*\\t1\\n'");
      expect(await sweepInShell(directory)).to.deep.equal({ files: {}, stoppedUnits: ["prosody"] });
      await writeFile(join(directory, "runs"), "");
      expect(await sweepInShell(directory)).to.deep.equal({
        files: {},
        stoppedUnits: [],
        accounts: ["m.meier@meet.test"],
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

/** The sweep's own script, with this directory's `systemctl` and `accounts`. */
function sweepInShell(directory: string): Promise<ContainerSweep> {
  const { lxd } = createFakeHost(SAMPLE_HOST);
  const shell: Lxd = {
    ...lxd,
    exec: async ({ command: [program = "", ...words], stdin }) => {
      const own = words.map((word) =>
        word.replaceAll("/usr/local/lib/convene/prosody-accounts", join(directory, "accounts")),
      );
      const env = { PATH: `${directory}:/usr/bin:/bin` };
      const { status, stdout, stderr } = spawnSync(program, own, { input: stdin, env, encoding: "utf8" });
      return { exitCode: status ?? 1, stdout, stderr };
    },
  };
  const services = [{ name: "prosody", disruption: "none" as const }];
  const jitsi = container({ name: "jitsi", hostPart: 20, services });
  return sweepContainer(shell, jitsi, readRecord({}), true, new AbortController().signal);
}
