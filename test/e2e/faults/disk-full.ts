/** A storage pool without room: what runs keeps running, and the change is made when there is room again. */
import { rm, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { runCommand } from "../../../src/host/command.ts";
import { lxdSocket } from "../../lab/lxd-project.ts";
import type { FaultHost } from "./fault-host.ts";

const LEFT_FREE = 20 * 1024 ** 2;

export function diskFull(host: () => FaultHost): void {
  it("no room for a replacement: LXD's words, nothing that runs is stopped, and it goes on when there is room", async function () {
    this.timeout(300_000);
    const before = await host().firstProcess("store");
    const filler = join(dirname(lxdSocket()), "storage-pools", host().pool, "filler");
    await fillDisk(filler);
    try {
      const outcome = await host().push({ refresh: "2026-03-01" });
      expect(outcome.stderr, outcome.stderr).to.match(/✗[\s\S]*(?:[Nn]o space left|disk space|quota)/);
      expect(await host().firstProcess("store")).to.equal(before);
    } finally {
      await rm(filler);
    }
    await host().settled();
    expect(await host().firstProcess("store")).not.to.equal(before);
  });
}

/** Takes what is free on the pool's file system without writing it. */
async function fillDisk(path: string): Promise<void> {
  const { bavail, bsize } = await statfs(join(path, ".."));
  const size = String(bavail * bsize - LEFT_FREE);
  await runCommand({ command: "fallocate", arguments: ["-l", size, path] });
}
