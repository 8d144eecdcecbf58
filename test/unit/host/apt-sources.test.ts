/** The package mirror is the machine's own, whichever way it is written down. */
import { expect } from "chai";
import {
  chooseDebianMirror,
  formatSourcesList,
  parseDeb822Sources,
  parseSourcesList,
} from "../../../src/host/apt-sources.ts";

const BOOKWORM = { machine: "bookworm", wanted: "bookworm" };

describe("the machine's apt sources", () => {
  it("are read from one-line files, with options and comments", () => {
    const text = `# comment
deb [arch=amd64 signed-by=/x.gpg] http://mirror.test/debian/ bookworm main contrib # ours
deb-src http://mirror.test/debian bookworm main
#deb http://off.test/debian bookworm main`;
    expect(parseSourcesList(text)).to.deep.equal([
      { uri: "http://mirror.test/debian", suite: "bookworm", components: ["main", "contrib"] },
    ]);
  });

  it("are read from deb822 files: several suites, continued lines, comments inside, stanzas switched off", () => {
    const text = `Types: deb deb-src
# a comment in between
URIs: http://mirror.test/debian
Suites: bookworm
 bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb
URIs: http://off.test/debian
Suites: bookworm
Components: main
Enabled: no`;
    expect(parseDeb822Sources(text).map(({ uri, suite }) => `${uri} ${suite}`)).to.deep.equal([
      "http://mirror.test/debian bookworm",
      "http://mirror.test/debian bookworm-updates",
    ]);
  });

  it("give the archive and what adds to it, and nothing of other vendors", () => {
    const sources = parseSourcesList(`deb https://vendor.test/apt stable main
deb http://mirror.test/debian bookworm main
deb http://security.test/debian-security bookworm-security main
deb http://mirror.test/debian bookworm-updates main`);
    expect(formatSourcesList(chooseDebianMirror(sources, BOOKWORM))).to.equal(
      "deb http://mirror.test/debian bookworm main\n" +
        "deb http://mirror.test/debian bookworm-updates main\n" +
        "deb http://security.test/debian-security bookworm-security main\n",
    );
  });

  it("serve another release from the same archive", () => {
    const sources = parseSourcesList("deb http://mirror.test/debian trixie main");
    const { archive } = chooseDebianMirror(sources, { machine: "trixie", wanted: "bookworm" });
    expect(archive).to.include({ uri: "http://mirror.test/debian", suite: "bookworm" });
  });

  it("without Debian in them are an error that names the files", () => {
    const sources = parseSourcesList(
      "deb cdrom:[Debian]/ bookworm main\ndeb http://x.test/apt bookworm contrib",
    );
    expect(() => chooseDebianMirror(sources, BOOKWORM))
      .to.throw("/etc/apt/sources.list")
      .with.property("code", "NoDebianMirror");
  });
});
