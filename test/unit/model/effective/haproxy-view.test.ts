import { expect } from "chai";
import { effectiveKv } from "../../../../src/model/effective/effective-kv.ts";
import { haproxyView } from "../../../../src/model/effective/haproxy-view.ts";

const PREFIX = "service/haproxy/";
const OWN = {
  "acl/jitsi/host": "meet.example.org",
  "use-backend/jitsi": "jitsi",
  "backends/no-ssl/jitsi": "",
};
const OWN_BACKENDS = new Map([["jitsi", { address: "10.10.1.20", port: 80 }]]);

function view(foreign: Readonly<Record<string, string>>, own: Readonly<Record<string, string>> = OWN) {
  const effective = effectiveKv(
    new Map(Object.entries(foreign).map(([key, value]) => [PREFIX + key, value])),
    Object.entries(own).map(([key, value]) => ({ key: PREFIX + key, value })),
  );
  return haproxyView(effective, { ownBackends: OWN_BACKENDS });
}

describe("the HAProxy view", () => {
  it("gives our own backends their address and foreign ones none", () => {
    const { view: seen, findings } = view({ "backends/ssl/wiki": "" });
    expect(seen.backends).to.deep.equal([
      { name: "jitsi", tls: false, endpoint: "10.10.1.20:80" },
      { name: "wiki", tls: true, endpoint: "" },
    ]);
    expect(findings).to.deep.equal([]);
  });

  it("writes an IPv6 address in brackets", () => {
    const effective = effectiveKv(new Map(), [{ key: `${PREFIX}backends/no-ssl/six`, value: "" }]);
    const ownBackends = new Map([["six", { address: "fd00::1", port: 80 }]]);
    expect(haproxyView(effective, { ownBackends }).view.backends[0]?.endpoint).to.equal("[fd00::1]:80");
  });

  it("puts host with path before path before host, and longer paths first", () => {
    const { view: seen } = view({
      "backends/no-ssl/wiki": "",
      "acl/a-host/host": "a.example.org",
      "use-backend/a-host": "wiki",
      "acl/b-path/path": "/b",
      "use-backend/b-path": "wiki",
      "acl/c-both/host": "a.example.org",
      "acl/c-both/path": "/c",
      "use-backend/c-both": "wiki",
      "acl/d-both/host": "a.example.org",
      "acl/d-both/path": "/c/deeper",
      "use-backend/d-both": "wiki",
    });
    expect(seen.routes.map((route) => route.name)).to.deep.equal([
      "d-both",
      "c-both",
      "b-path",
      "jitsi",
      "a-host",
    ]);
  });

  it("keeps foreign rules without a host away from our hosts", () => {
    const { view: seen } = view({ "acl/all/path": "/", "deny/all": "" });
    expect(seen.denies).to.deep.equal([{ name: "all", host: "", path: "/", sparesOwnHosts: true }]);
    expect(seen.ownHosts).to.deep.equal(["meet.example.org"]);
  });

  it("lets others have /.well-known/ on our hosts and nothing else", () => {
    const allowed = view({
      "backends/no-ssl/wk": "",
      "acl/wk/host": "meet.example.org",
      "acl/wk/path": "/.well-known/matrix/",
      "use-backend/wk": "wk",
    });
    expect(allowed.findings).to.deep.equal([]);
    expect(allowed.view.routes[0]?.name).to.equal("wk");
    const refused = view({
      "backends/no-ssl/wk": "",
      "acl/thief/host": "Meet.Example.org",
      "use-backend/thief": "wk",
    });
    expect(refused.view.routes.map((route) => route.name)).to.deep.equal(["jitsi"]);
    expect(refused.findings.map((finding) => finding.subject)).to.deep.equal([
      "kv service/haproxy/acl/thief/host",
      "kv service/haproxy/use-backend/thief",
    ]);
  });

  for (const [what, foreign] of Object.entries({
    "a path for our own ACL": { "acl/jitsi/path": "/only-this" },
    "a deny rule with our name": { "deny/jitsi": "" },
    "a redirect with our name": { "redirect/jitsi": "https://elsewhere.example" },
    "our backend with TLS": { "backends/ssl/jitsi": "" },
    "a rule without its ACL": { "deny/ghost": "" },
    "a listener on the proxy's own port": { "tcp-listeners/443": "wiki" },
    "a listener on no port": { "tcp-listeners/http": "wiki" },
    "a key that is not in the contract": { "acl/x/hosts": "x.example.org" },
    "a backend name with a newline": { "backends/no-ssl/x\nprogram y": "" },
    "a host with a newline": { "acl/x/host": "x.example.org\nprogram evil" },
    "a path with a quote": { "acl/x/path": '/x"' },
  })) {
    it(`leaves out ${what} and changes nothing else`, () => {
      const { view: seen, findings } = view(foreign);
      expect(seen).to.deep.equal(view({}).view);
      expect(findings).to.have.length(1);
      expect(findings[0]?.reason).to.equal("ForeignKeyRejected");
      expect(`${findings[0]?.subject}${findings[0]?.message}${findings[0]?.hint}`).to.match(/^[\x20-\x7e]+$/);
    });
  }

  it("leaves out a route to a backend that nobody lists", () => {
    const { view: seen, findings } = view({ "acl/x/host": "x.example.org", "use-backend/x": "nobody" });
    expect(seen.routes.map((route) => route.name)).to.deep.equal(["jitsi"]);
    expect(findings[0]?.message).to.contain("backends/no-ssl/nobody");
  });

  it("leaves out a whole ACL of which one half is wrong", () => {
    const { view: seen, findings } = view({
      "acl/x/host": "x.example.org",
      "acl/x/path": "no slash",
      "deny/x": "",
    });
    expect(seen.denies).to.deep.equal([]);
    expect(findings).to.have.length(2);
  });

  it("accepts redirects to an origin or a path, and no format expression", () => {
    const acl = { "acl/old/host": "old.example.org" };
    expect(view({ ...acl, "redirect/old": "https://new.example.org/a" }).view.redirects[0]?.prefix).to.equal(
      "https://new.example.org/a",
    );
    for (const prefix of ["https://new.example.org/%[env(HOME)]", "javascript:x", "//evil.example", ""]) {
      expect(view({ ...acl, "redirect/old": prefix }).view.redirects).to.deep.equal([]);
    }
  });

  it("lists TCP listeners by port", () => {
    const { view: seen } = view({ "tcp-listeners/5432": "postgres", "tcp-listeners/3306": "jitsi" });
    expect(seen.listeners).to.deep.equal([
      { port: 3306, service: "jitsi", endpoint: "10.10.1.20:80" },
      { port: 5432, service: "postgres", endpoint: "" },
    ]);
  });
});
