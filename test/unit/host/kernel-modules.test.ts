import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { RunCommand } from "../../../src/host/command.ts";
import { isThere } from "../../../src/host/files.ts";
import { ensureKernelModules } from "../../../src/host/kernel-modules.ts";
import type { KernelView } from "../../../src/host/kernel-modules.ts";
import { ConveneError } from "../../../src/system/errors.ts";

describe("the bridge's kernel module", () => {
  let folder: string;
  let file: string;
  let kernel: KernelView;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "convene-modules-"));
    file = join(folder, "convene.conf");
    kernel = { bridgeSettings: join(folder, "bridge"), modules: join(folder, "modules") };
    await writeFile(kernel.modules, "btrfs 2015232 1 - Live 0x0\n");
  });
  afterEach(async () => await rm(folder, { recursive: true }));

  /** What modprobe does to this kernel. */
  const load = async (): Promise<void> => {
    await mkdir(kernel.bridgeSettings);
    await writeFile(kernel.modules, "br_netfilter 36864 0 - Live 0x0\nbtrfs 2015232 1 - Live 0x0\n");
  };
  const refused: RunCommand = async () => {
    throw new ConveneError({ code: "CommandFailed", message: "Module br_netfilter not found" });
  };

  it("is loaded now and at each boot, once", async () => {
    const commands: string[] = [];
    const run: RunCommand = async (request) => {
      commands.push([request.command, ...request.arguments].join(" "));
      await load();
      return { exitCode: 0, stdout: "" };
    };
    expect((await ensureKernelModules(run, file, kernel)).outcome).to.equal("created");
    expect(await readFile(file, "utf8")).to.match(/^br_netfilter$/m);
    expect((await ensureKernelModules(run, file, kernel)).outcome).to.equal("already there");
    expect(commands).to.deep.equal(["modprobe br_netfilter"]);
  });

  it("that somebody else loaded is loaded at each boot too", async () => {
    await load();
    expect((await ensureKernelModules(refused, file, kernel)).outcome).to.equal("created");
  });

  it("needs no file where the kernel has it built in", async () => {
    await mkdir(kernel.bridgeSettings);
    const { outcome, detail } = await ensureKernelModules(refused, file, kernel);
    expect([outcome, detail]).to.deep.equal(["already there", "br_netfilter is part of this kernel"]);
    expect(await isThere(file)).to.equal(false);
  });

  it("that cannot be loaded is said, and stops nothing", async () => {
    const { outcome, detail } = await ensureKernelModules(refused, file, kernel);
    expect(outcome).to.equal("kept");
    expect(detail).to.include("Module br_netfilter not found");
    expect(await isThere(file)).to.equal(false);
  });
});
