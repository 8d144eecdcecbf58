/** The host's settings: defaults, and errors that name their place. */
import { expect } from "chai";
import { parseHostSettings } from "../../../src/config/load-host-settings.ts";
import { socketPaths } from "../../../src/config/host-settings.ts";
import { ConveneError } from "../../../src/system/errors.ts";

const parse = (text: string) =>
  parseHostSettings(text, "/etc/convene/config.yaml", "/usr/lib/convene/manifests");

function errorOf(text: string): ConveneError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ConveneError) return error;
  }
  throw new Error(`${JSON.stringify(text)} was accepted`);
}

describe("the host's settings", () => {
  it("have a default for everything", () => {
    const settings = parse("");
    expect(settings.repository).to.equal("/var/lib/convene/site.git");
    expect(settings.catalogue).to.deep.equal(["/usr/lib/convene/manifests"]);
    expect(settings.lxd).to.deep.equal({
      project: "convene",
      pool: "convene",
      network: "convene0",
      buildNetwork: "convbuild0",
    });
    expect(settings.sweepInterval).to.equal(300_000);
    expect(settings.passInterval).to.equal(60_000);
    expect(settings.gate.maxWait).to.equal(1_800_000);
    expect(settings.policy.exceptions).to.deep.equal([]);
    expect(socketPaths(settings).user).to.equal("/run/convene/convene.sock");
  });

  it("move the repository with the state directory", () => {
    expect(parse("stateDirectory: /srv/convene").repository).to.equal("/srv/convene/site.git");
  });

  it("refuse an unknown setting at its line", () => {
    const error = errorOf("branch: main\nlxd:\n  projekt: x\n");
    expect(error.code).to.equal("InvalidHostSettings");
    expect(error.location).to.deep.equal({ file: "/etc/convene/config.yaml", line: 3, column: 3 });
    expect(error.message).to.include("projekt");
  });

  it("refuse a wrong value at its line and say what is expected", () => {
    const error = errorOf("user: convene\nsweepInterval: soon\n");
    expect(error.location?.line).to.equal(2);
    expect(error.message).to.include("expected a duration such as 30s or 5m").and.to.include('"soon"');
  });

  it("report every problem at once", () => {
    const error = errorOf("branch: ../x\nlxd: {network: a-name-far-too-long}\nuser: 5\n");
    expect(error.message.split("\n")).to.have.length(3);
    expect(error.message).to.include("/etc/convene/config.yaml:3:7");
  });

  it("refuse broken YAML and duplicate keys at their place", () => {
    expect(errorOf("a: [").location?.line).to.equal(1);
    expect(errorOf("branch: main\nbranch: other\n").location?.line).to.equal(2);
  });

  it("refuse a remote that git could take for a command or an option", () => {
    for (const url of ["ext::sh -c id", "--upload-pack=id", "file:///x", "/srv/x", "git://x/y"]) {
      expect(errorOf(`remote: {url: ${JSON.stringify(url)}}`).location?.line).to.equal(1);
    }
    expect(parse("remote: {url: 'git@git.example.org:it/site.git'}").remote?.schedule).to.equal(
      "*/5 * * * *",
    );
  });

  it("refuse branch names that mean something else to git", () => {
    for (const branch of ["a..b", "/a", "a/", "a//b", "a.lock", "-a", "a b", "a@{1}"]) {
      expect(errorOf(`branch: ${JSON.stringify(branch)}`).code, branch).to.equal("InvalidHostSettings");
    }
    expect(parse("branch: release/1.0").branch).to.equal("release/1.0");
  });
});
