/** What an uninstall leaves on a host's disk: LXD answers that nothing of convene is there any more. */
import { createServer } from "node:http";
import type { Server } from "node:http";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import type { HostSettings } from "../../../src/config/host-settings.ts";
import { parseHostSettings } from "../../../src/config/load-host-settings.ts";
import type { HostPaths } from "../../../src/host/host-paths.ts";
import { createHostTools } from "../../../src/host/host-tools.ts";
import type { HostTools } from "../../../src/host/host-tools.ts";
import { uninstallHost } from "../../../src/host/uninstall.ts";
import { systemClock } from "../../../src/system/clock.ts";

const NOT_FOUND = JSON.stringify({ type: "error", error: "not found", error_code: 404, metadata: null });
/** getent(1): no such key. */
const NO_SUCH_USER = 2;

describe("an uninstall", () => {
  let folder: string;
  let lxd: Server;
  let settings: HostSettings;
  let paths: HostPaths;
  let tools: HostTools;
  let lines: string[];

  const uninstall = async (flags: { keepData?: boolean; purge?: boolean } = {}): Promise<number> => {
    lines = [];
    const options = { tools, settings, paths, keepData: false, purge: false, units: undefined, ...flags };
    return await uninstallHost(options, (line) => lines.push(line));
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "convene-uninstall-"));
    const text = `{stateDirectory: ${folder}/state, runtimeDirectory: ${folder}/run, repository: ${folder}/site.git}`;
    settings = parseHostSettings(text, "config.yaml", "/catalogue");
    paths = {
      configFile: join(folder, "etc/config.yaml"),
      configDirectory: join(folder, "etc"),
      secretsDirectory: join(folder, "etc/secrets"),
      ageIdentity: join(folder, "etc/age-identity"),
      sysctlFile: join(folder, "sysctl.conf"),
      modulesFile: join(folder, "modules.conf"),
      cacheDirectory: join(folder, "cache"),
    };
    const files = ["state/secrets/turn", "run/convene.sock", "site.git/HEAD", "cache/base.squashfs"];
    for (const file of [...files, "etc/config.yaml", "sysctl.conf", "modules.conf"]) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), "");
    }
    lxd = createServer((_request, response) => response.writeHead(404).end(NOT_FOUND));
    const listening = Promise.withResolvers<void>();
    lxd.listen(join(folder, "lxd.socket"), listening.resolve);
    await listening.promise;
    const real = createHostTools({
      lxdSocket: join(folder, "lxd.socket"),
      project: "convene",
      clock: systemClock,
      uid: 0,
      processor: "x64",
      interfaces: () => ({}),
    });
    tools = { ...real, run: async () => ({ exitCode: NO_SUCH_USER, stdout: "" }) };
  });

  afterEach(async () => {
    lxd.closeAllConnections();
    lxd.close();
    await rm(folder, { recursive: true });
  });

  for (const [what, flags] of [
    ["without a flag", {}],
    ["with --keep-data", { keepData: true }],
  ] as const) {
    it(`${what} keeps what cannot be made again, and says what removes it`, async () => {
      await uninstall(flags);
      expect(await readdir(folder)).to.have.members(["cache", "etc", "lxd.socket", "site.git", "state"]);
      expect(lines).to.include(`  site repository     kept  ${folder}/site.git`);
      expect(lines.at(-1)).to.include("convene uninstall --purge");
      expect(await uninstall(flags)).to.equal(0);
    });
  }

  it("with --purge leaves nothing, settings last", async () => {
    await uninstall({ purge: true });
    expect(await readdir(folder)).to.deep.equal(["lxd.socket"]);
    expect(lines.at(-1)).to.match(/^ {2}settings +removed/);
    expect(await uninstall({ purge: true })).to.equal(0);
  });

  it("with --purge leaves what the operator put beside the settings", async () => {
    await writeFile(join(folder, "etc/acme-root.pem"), "");
    await uninstall({ purge: true });
    expect(await readdir(join(folder, "etc"))).to.deep.equal(["acme-root.pem"]);
    expect(lines.at(-1)).to.match(/^ {2}settings +removed .*acme-root\.pem/);
  });
});
