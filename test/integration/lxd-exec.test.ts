/** Commands and files in a real container. */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import type { ExecResult } from "../../src/lxd/lxd.ts";
import { LXD_STATUS } from "../../src/lxd/status-codes.ts";
import { failureOf } from "../lab/failure.ts";
import { createLxdLab } from "../lab/lxd-project.ts";
import type { LxdLab } from "../lab/lxd-project.ts";

describe("LXD exec and files", function () {
  this.timeout(120_000);
  let lab: LxdLab;
  const instance = "box";
  const shell = async (script: string, stdin = "", timeoutMs = 10_000): Promise<ExecResult> =>
    await lab.lxd.exec({ instance, command: ["sh", "-c", script], stdin, timeoutMs });

  before(async () => {
    lab = await createLxdLab({ name: "it-exec", subnet: 202, baseImage: true });
    const spec = { name: instance, description: "", image: lab.image, config: {}, devices: lab.devices(10) };
    await lab.lxd.createInstance(spec);
    await lab.start(instance);
  });
  after(async () => {
    await lab.remove();
  });

  it("answers exit code, output and errors apart", async () => {
    const result = await shell("echo out; echo err >&2; exit 3");
    expect(result).to.deep.equal({ exitCode: 3, stdout: "out\n", stderr: "err\n" });
  });

  it("sends its input whole and ends it", async () => {
    const input = randomBytes(1_000_000).toString("base64");
    expect((await shell("wc -c", input)).stdout.trim()).to.equal(String(input.length));
    expect((await shell("cat")).stdout).to.equal("");
  });

  it("does not show its input in the container's process list", async () => {
    const secret = randomBytes(16).toString("hex");
    const result = await shell("cat > /dev/null; cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ", secret);
    expect(result.stdout).to.contain("cmdline").and.not.contain(secret);
  });

  it("passes the environment on", async () => {
    const command = ["sh", "-c", "echo $COLOUR"];
    const environment = { COLOUR: "blue" };
    const result = await lab.lxd.exec({ instance, command, environment, timeoutMs: 5_000 });
    expect(result.stdout).to.equal("blue\n");
  });

  it("answers 127 and the reason for a command that does not exist", async () => {
    const result = await lab.lxd.exec({ instance, command: ["no-such-command"], timeoutMs: 5_000 });
    expect(result.exitCode).to.equal(127);
    expect(result.stderr).to.contain("no-such-command");
  });

  it("kills a command that takes too long, with all its children", async () => {
    const failure = await failureOf(shell("echo working >&2; sleep 4711 & wait", "", 500));
    expect(failure.code).to.equal("LxdExecTimeout");
    expect(failure.message).to.contain("working");
    expect((await shell("pgrep -f '^sleep 4711$'")).stdout).to.equal("");
  });

  it("leaves a command's own exit code 124 alone", async () => {
    expect((await shell("exit 124")).exitCode).to.equal(124);
  });

  it("stops the command when the signal aborts, and says the signal's reason", async () => {
    const controller = new AbortController();
    const command = ["sleep", "4712"];
    const running = lab.lxd.exec({ instance, command, timeoutMs: 60_000 }, controller.signal);
    const outcome = running.then(
      () => "finished",
      (error: unknown) => error,
    );
    await delay(300);
    const reason = new Error("newer commit");
    controller.abort(reason);
    expect(await outcome).to.equal(reason);
    expect((await shell("pgrep -f '^sleep 4712$'")).stdout).to.equal("");
  });

  it("keeps the first MiB of a longer output and says so", async () => {
    const result = await shell("head -c 3000000 /dev/zero | tr '\\0' a; echo done >&2");
    expect(result.stdout).to.have.length(1024 * 1024);
    expect(result).to.include({ truncated: true, exitCode: 0, stderr: "done\n" });
  });

  it("does not wait for a child that was left in the background", async () => {
    const started = Date.now();
    const result = await shell("sleep 30 >/dev/null 2>&1 & echo started");
    expect(result.stdout).to.equal("started\n");
    expect(Date.now() - started).to.be.lessThan(5_000);
  });

  it("runs several commands at once", async () => {
    const numbers = Array.from({ length: 12 }, (_, index) => String(index));
    const results = await Promise.all(numbers.map(async (number) => await shell("sleep 0.2; cat", number)));
    expect(results.map((result) => result.stdout)).to.deep.equal(numbers);
  });

  it("writes a file with its mode, and gives a replaced one the new mode", async () => {
    await lab.lxd.writeFile(instance, "/root/first", "one", "0600");
    expect((await shell("stat -c '%a %u %g' /root/first")).stdout).to.equal("600 0 0\n");
    await lab.lxd.writeFile(instance, "/root/first", "two", "640");
    expect((await shell("stat -c %a /root/first; cat /root/first")).stdout).to.equal("640\ntwo");
  });

  it("replaces a symbolic link instead of writing through it", async () => {
    await shell("echo precious > /root/target; ln -sf /root/target /root/link");
    await lab.lxd.writeFile(instance, "/root/link", "new", "0644");
    expect((await shell("cat /root/target /root/link")).stdout).to.equal("precious\nnew");
  });

  it("writes and reads bytes as they are, empty ones too", async () => {
    const bytes = randomBytes(300_000);
    await lab.lxd.writeFile(instance, "/root/bytes", bytes, "0644");
    expect(
      Buffer.compare((await lab.lxd.readFile(instance, "/root/bytes")) ?? Buffer.alloc(0), bytes),
    ).to.equal(0);
    await lab.lxd.writeFile(instance, "/root/bytes", "", "0644");
    expect(await lab.lxd.readFile(instance, "/root/bytes")).to.have.length(0);
  });

  it("answers undefined for a missing file, and throws for a missing instance, parent or a directory", async () => {
    expect(await lab.lxd.readFile(instance, "/root/nothing")).to.equal(undefined);
    expect((await failureOf(lab.lxd.readFile("nobody", "/root/x"))).code).to.equal("LxdNotFound");
    expect((await failureOf(lab.lxd.writeFile("nobody", "/root/x", "", "0644"))).code).to.equal(
      "LxdNotFound",
    );
    expect((await failureOf(lab.lxd.writeFile(instance, "/no/such/x", "", "0644"))).code).to.equal(
      "LxdNotFound",
    );
    expect(await failureOf(lab.lxd.readFile(instance, "/root"))).to.include({ code: "LxdNotAFile" });
  });

  it("answers the address LXD gave the container", async () => {
    let addresses: readonly string[] = [];
    for (let attempt = 0; attempt < 50 && addresses.length === 0; attempt += 1) {
      addresses = await lab.lxd.addresses(instance);
      await delay(100);
    }
    expect(addresses).to.deep.equal([`${lab.prefix}.10`]);
  });

  it("starts a running container without complaint, and stops and starts it again", async () => {
    await lab.lxd.startInstance(instance);
    await lab.lxd.stopInstance(instance, 10_000);
    expect((await lab.lxd.instance(instance))?.status_code).to.equal(LXD_STATUS.stopped);
    expect((await failureOf(shell("true"))).message).to.match(/not running/i);
    await lab.start(instance);
    expect((await lab.lxd.instance(instance))?.status_code).to.equal(LXD_STATUS.running);
  });

  it("stops by force a container that ignores being asked", async () => {
    await shell("systemctl mask --runtime poweroff.target halt.target");
    await lab.lxd.stopInstance(instance, 1_000);
    expect((await lab.lxd.instance(instance))?.status_code).to.equal(LXD_STATUS.stopped);
  });
});
