import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { unitText } from "../../../src/host/unit-text.ts";

const UNITS = join(import.meta.dirname, "../../../systemd");
const INSTALLED = { command: "/usr/local/bin/convene", version: "1.2.3" };
const DEFAULTS = {
  user: "convene",
  stateDirectory: "/var/lib/convene",
  runtimeDirectory: "/run/convene",
  repository: "/var/lib/convene/site.git",
};

async function read(name: string): Promise<string> {
  return await readFile(join(UNITS, name), "utf8");
}

describe("a unit for this host", () => {
  it("is the shipped one with the version on top where everything is as usual", async () => {
    const shipped = await read("convene.service");
    expect(unitText("convene.service", shipped, INSTALLED, DEFAULTS)).to.equal(`# convene 1.2.3\n${shipped}`);
  });

  it("carries no version where a new one must not touch it", async () => {
    for (const name of [
      "convene.socket",
      "convene-admin.socket",
      "convene-host.service",
      "convene-host.timer",
    ]) {
      const shipped = await read(name);
      expect(unitText(name, shipped, INSTALLED, DEFAULTS), name).to.equal(shipped);
    }
  });

  it("follows where convene lies and what the settings name", async () => {
    const settings = {
      user: "meet",
      stateDirectory: "/srv/meet",
      runtimeDirectory: "/run/meet",
      repository: "/srv/git/site.git",
    };
    const installed = { command: "/opt/convene/bin/convene", version: "1.2.3" };
    const service = unitText("convene.service", await read("convene.service"), installed, settings);
    expect(service).to.match(/^ExecStart=\/opt\/convene\/bin\/convene run$/m);
    expect(service).to.match(/^User=meet$/m);
    expect(service).to.match(/^ReadWritePaths=\/srv\/meet \/srv\/git\/site\.git$/m);
    const host = unitText("convene-host.service", await read("convene-host.service"), installed, settings);
    expect(host).to.match(/^ExecStart=\/opt\/convene\/bin\/convene init --refresh$/m);
    const socket = unitText("convene.socket", await read("convene.socket"), installed, settings);
    expect(socket).to.match(/^ListenStream=\/run\/meet\/convene\.sock$/m);
    expect(socket).to.match(/^SocketGroup=meet$/m);
  });
});
