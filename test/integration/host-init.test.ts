/** init and uninstall on a real host: repeated without a change, put right by hand-made damage, blind to foreign things. */
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parseHostSettings } from "../../src/config/load-host-settings.ts";
import type { HostSettings } from "../../src/config/host-settings.ts";
import { runCommand } from "../../src/host/command.ts";
import { isThere } from "../../src/host/files.ts";
import type { HostPaths } from "../../src/host/host-paths.ts";
import { createHostTools } from "../../src/host/host-tools.ts";
import type { HostTools } from "../../src/host/host-tools.ts";
import { initialiseHost } from "../../src/host/initialise.ts";
import { uninstallHost } from "../../src/host/uninstall.ts";
import { systemClock } from "../../src/system/clock.ts";
import { TEST_CACHE } from "../e2e/harness.ts";
import { failureOf } from "../lab/failure.ts";
import { lxdSocket } from "../lab/lxd-project.ts";

const NAME = "cvinit";
const SETTINGS = (folder: string): string => `
user: ${NAME}
stateDirectory: ${folder}/state
runtimeDirectory: ${folder}/run
lxd: {project: ${NAME}, network: ${NAME}0, buildNetwork: ${NAME}b0}
network: {ipv4: 10.62.1.1/24}
`;

async function lxc(...words: string[]): Promise<string> {
  return (await runCommand({ command: "lxc", arguments: words })).stdout;
}

/** Owner, group and mode. */
async function facts(path: string): Promise<readonly unknown[]> {
  const { uid, gid, mode } = await stat(path);
  return [uid, gid, (mode & 0o777).toString(8)];
}

describe("setting a host up", function () {
  this.timeout(180_000);
  let folder: string;
  let settings: HostSettings;
  let paths: HostPaths;
  let tools: HostTools;
  let lines: string[];

  const init = async (keysFile?: string): Promise<number> => {
    lines = [];
    if (!(await isThere(paths.cacheDirectory))) await symlink(TEST_CACHE, paths.cacheDirectory);
    const options = { tools, settings, paths, launcher: ["/usr/bin/convene"], keysFile, units: undefined };
    return await initialiseHost(options, (line) => lines.push(line));
  };
  const uninstall = async (flags: { keepData?: boolean; purge?: boolean } = {}): Promise<number> => {
    lines = [];
    const options = { tools, settings, paths, keepData: false, purge: false, units: undefined, ...flags };
    return await uninstallHost(options, (line) => lines.push(line));
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "convene-init-"));
    await runCommand({ command: "chmod", arguments: ["755", folder] });
    settings = parseHostSettings(SETTINGS(folder), "config.yaml", join(folder, "manifests"));
    paths = {
      configFile: join(folder, "etc/config.yaml"),
      configDirectory: join(folder, "etc"),
      secretsDirectory: join(folder, "etc/secrets"),
      ageIdentity: join(folder, "etc/age-identity"),
      sysctlFile: join(folder, "sysctl.conf"),
      modulesFile: join(folder, "modules.conf"),
      cacheDirectory: join(folder, "cache"),
    };
    await mkdir(TEST_CACHE, { recursive: true });
    tools = createHostTools({
      lxdSocket: lxdSocket(),
      project: NAME,
      clock: systemClock,
      uid: 0,
      processor: process.arch,
      interfaces: networkInterfaces,
    });
    await uninstall({ purge: true });
  });

  after(async () => {
    await uninstall({ purge: true });
    await rm(folder, { recursive: true, force: true });
  });

  it("makes everything, and the second time nothing", async () => {
    await init();
    expect(await init()).to.equal(0);
    expect(lines.filter((line) => /created|changed|removed/.test(line))).to.deep.equal([]);
  });

  it("leaves state to the agent alone, and settings and keys to root", async () => {
    const passwd = (await runCommand({ command: "getent", arguments: ["passwd", NAME] })).stdout
      .trim()
      .split(":");
    expect(passwd.slice(5)).to.deep.equal([settings.stateDirectory, "/usr/bin/git-shell"]);
    const agent = Number(passwd[2]);
    expect(await facts(settings.stateDirectory)).to.deep.equal([agent, agent, "700"]);
    expect(await facts(paths.configFile)).to.deep.equal([0, agent, "640"]);
    expect(await facts(paths.ageIdentity)).to.deep.equal([0, agent, "640"]);
    expect(await facts(join(settings.stateDirectory, ".ssh/authorized_keys"))).to.deep.equal([
      0,
      agent,
      "640",
    ]);
    expect(await facts(join(settings.repository, "hooks/pre-receive"))).to.deep.equal([0, 0, "755"]);
  });

  it("refuses a force-push and a deletion in the repository itself", async () => {
    const config = await readFile(join(settings.repository, "config"), "utf8");
    expect(config)
      .to.match(/denynonfastforwards = true/i)
      .and.match(/denydeletes = true/i);
    expect(config).to.match(/fsckobjects = true/i);
  });

  it("puts right what somebody changed by hand, and keeps the operator's settings", async () => {
    await writeFile(join(settings.repository, "hooks/pre-receive"), "#!/bin/sh\n");
    await writeFile(paths.configFile, "# mine\n");
    await lxc("network", "set", `${NAME}0`, "ipv4.dhcp.ranges=10.62.1.2-10.62.1.254");
    await lxc("project", "set", NAME, "restricted.containers.nesting=allow");
    expect(await init()).to.equal(3);
    expect(await lxc("network", "get", `${NAME}0`, "ipv4.dhcp.ranges")).to.include("10.62.1.100");
    expect(await lxc("project", "get", NAME, "restricted.containers.nesting")).to.include("block");
    expect(await readFile(paths.configFile, "utf8")).to.equal("# mine\n");
  });

  it("lets a key push, once", async () => {
    const key = join(folder, "id.pub");
    await writeFile(key, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGV4YW1wbGU it@school.example\n");
    expect(await init(key)).to.equal(1);
    expect(await init(key)).to.equal(0);
    const keys = await readFile(join(settings.stateDirectory, ".ssh/authorized_keys"), "utf8");
    expect(keys).to.match(/^restrict ssh-ed25519 \S+ it@school\.example\n$/);
  });

  it("starts a container from its base image that can install packages and reaches nothing private", async () => {
    const words = ["--project", NAME, "--storage", settings.lxd.pool, "--network", settings.lxd.network];
    await lxc("launch", "debian/12", "probe", ...words);
    const inside = async (script: string): Promise<number> => {
      const command = ["exec", "probe", "--project", NAME, "--", "sh", "-c", script];
      const accept = Array.from({ length: 256 }, (_, code) => code);
      return (await runCommand({ command: "lxc", arguments: command, accept })).exitCode;
    };
    expect(
      await inside("for i in $(seq 50); do ip route | grep -q default && exit 0; sleep 0.2; done; exit 1"),
    ).to.equal(0);
    expect(await inside('test "$(hostname)" = probe && grep -q probe /etc/hosts')).to.equal(0);
    expect(await inside("apt-get update && apt-get install --dry-run coturn")).to.equal(0);
    await lxc("delete", "--force", "probe", "--project", NAME);
  });

  it("takes away everything it made, and says so", async () => {
    await uninstall({ keepData: true });
    await uninstall();
    expect(await isThere(join(settings.repository, "HEAD"))).to.equal(true);
    expect(await isThere(paths.sysctlFile)).to.equal(false);
    await uninstall({ purge: true });
    expect(await isThere(settings.stateDirectory)).to.equal(false);
    expect(await isThere(paths.configDirectory)).to.equal(false);
    expect(await isThere(TEST_CACHE)).to.equal(true);
    for (const list of [
      ["project", "list"],
      ["network", "list"],
      ["network", "acl", "list"],
    ]) {
      expect(await lxc(...list, "--format", "csv")).to.not.include(NAME);
    }
    expect(await uninstall({ purge: true })).to.equal(0);
  });

  it("stops at somebody else's network of its name, and never removes it", async () => {
    await lxc("network", "create", `${NAME}0`, "ipv4.address=10.62.9.1/24", "ipv6.address=none");
    const before = await lxc("network", "show", `${NAME}0`);
    try {
      const error = await failureOf(init());
      expect(error.code).to.equal("LxdObjectConflict");
      expect(error.hint).to.include(`lxc network set ${NAME}0 user.convene.owner=${NAME}`);
      await uninstall();
      expect(await lxc("network", "show", `${NAME}0`)).to.equal(before);
      await lxc("network", "set", `${NAME}0`, `user.convene.owner=${NAME}`);
      await init();
      expect(await lxc("network", "get", `${NAME}0`, "ipv4.address")).to.include("10.62.1.1/24");
    } finally {
      await uninstall();
    }
  });
});
