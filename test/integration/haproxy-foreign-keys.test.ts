/** What other modules' keys do to a real HAProxy: the contract works, in its order, and nothing breaks the file. */
import { expect } from "chai";
import * as fc from "fast-check";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type BackendServer, backendServer } from "../lab/backend-server.ts";
import { labHaproxy, type LabHaproxy } from "../lab/haproxy.ts";
import { ask } from "../lab/proxy-client.ts";
import { renderHaproxy } from "../lab/proxy-template.ts";

const HOST = "meet.example.org";
const WIKI = "wiki.example.org";
const OWN = {
  "service/haproxy/acl/jitsi/host": HOST,
  "service/haproxy/use-backend/jitsi": "jitsi",
  "service/haproxy/backends/no-ssl/jitsi": "",
  "service/haproxy/acl/wiki/host": WIKI,
  "service/haproxy/use-backend/wiki": "wiki",
  "service/haproxy/backends/no-ssl/wiki": "",
};

describe("keys of other modules in HAProxy", () => {
  let haproxy: LabHaproxy;
  let meet: BackendServer;
  let wiki: BackendServer;

  function render(foreign: Readonly<Record<string, string>>): Promise<string> {
    const keys = Object.entries(foreign).map(([key, value]) => [`service/haproxy/${key}`, value] as const);
    const ownBackends = new Map([
      ["jitsi", meet],
      ["wiki", wiki],
    ]);
    return renderHaproxy({ own: OWN, ownBackends, foreign: new Map(keys) });
  }

  async function follow(foreign: Readonly<Record<string, string>>): Promise<void> {
    await haproxy.write("etc/haproxy/haproxy.cfg", await render(foreign));
    expect(await haproxy.reload()).to.include({ code: 0, stderr: "" });
  }

  /** Status, and who answered or where it leads. */
  async function outcome(host: string, path: string): Promise<string> {
    const { status, body, headers } = await ask(haproxy.ports.https, host, path);
    if (status === 200) return `200 ${String(JSON.parse(body).name)}`;
    return headers["location"] ? `${status} ${String(headers["location"])}` : String(status);
  }

  before(async () => {
    [haproxy, meet, wiki] = await Promise.all([labHaproxy(), backendServer("meet"), backendServer("wiki")]);
    const names = [HOST, WIKI, "other.example.org", "old.example.org"];
    await haproxy.write("etc/convene/domains", names.map((name) => `${name} it@example.org\n`).join(""));
    await haproxy.script("cert-sync");
    await haproxy.write("etc/haproxy/haproxy.cfg", await render({}));
    await haproxy.start();
  });

  after(async () => {
    await haproxy[Symbol.asyncDispose]();
    await Promise.all([meet[Symbol.asyncDispose](), wiki[Symbol.asyncDispose]()]);
  });

  it("leave 403 for a host that no key names", async () => {
    await follow({});
    expect(await outcome("other.example.org", "/")).to.equal("403");
    expect(await outcome(HOST, "/room")).to.equal("200 meet");
  });

  it("send a host to a backend, host and path before path before host", async () => {
    await follow({
      "acl/o/host": "other.example.org",
      "use-backend/o": "wiki",
      "acl/p/path": "/shared",
      "use-backend/p": "jitsi",
      "acl/op/host": "other.example.org",
      "acl/op/path": "/shared/deep",
      "use-backend/op": "wiki",
    });
    expect(await outcome("other.example.org", "/")).to.equal("200 wiki");
    expect(await outcome("other.example.org", "/shared/x")).to.equal("200 meet");
    expect(await outcome("other.example.org", "/shared/deep")).to.equal("200 wiki");
  });

  it("deny before they redirect, and redirect before they use a backend", async () => {
    await follow({
      "acl/o/host": "old.example.org",
      "use-backend/o": "wiki",
      "redirect/o": "https://new.example.org",
      "acl/a/path": "/admin",
      "deny/a": "",
    });
    expect(await outcome("old.example.org", "/page")).to.equal("302 https://new.example.org/page");
    expect(await outcome("old.example.org", "/admin")).to.equal("403");
    expect(await outcome("old.example.org", "/%61dmin")).to.equal("403");
  });

  it("cannot touch the site's own host without naming it, nor more of it than /.well-known/", async () => {
    await follow({
      "acl/everything/path": "/",
      "deny/everything": "",
      "acl/takeover/host": HOST,
      "use-backend/takeover": "wiki",
      "acl/wk/host": HOST,
      "acl/wk/path": "/.well-known/matrix",
      "use-backend/wk": "wiki",
    });
    expect(await outcome(HOST, "/")).to.equal("200 meet");
    expect(await outcome(HOST, "/.well-known/matrix")).to.equal("200 wiki");
    expect(await outcome("other.example.org", "/")).to.equal("403");
  });

  it("render to a configuration that HAProxy accepts, whatever they hold", async () => {
    const piece = fc.constantFrom(
      "a",
      "wiki",
      "/p",
      HOST,
      "\n  program x\n    command y",
      "#",
      '"',
      " ",
      "%[src]",
      "443",
    );
    const text = fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join(""));
    const shape = fc.constantFrom(
      "acl/*/host",
      "acl/*/path",
      "deny/*",
      "redirect/*",
      "use-backend/*",
      "backends/ssl/*",
      "tcp-listeners/*",
    );
    const keys = fc
      .array(fc.tuple(shape, text, text), { minLength: 5, maxLength: 60 })
      .map((all) =>
        Object.fromEntries(all.map(([key, name, value]) => [key.replace("*", () => name), value])),
      );
    const property = fc.asyncProperty(keys, async (foreign) => {
      await haproxy.write("etc/haproxy/candidate.cfg", await render(foreign));
      execFileSync("haproxy", ["-c", "-q", "-f", join(haproxy.root, "etc/haproxy/candidate.cfg")], {
        stdio: "pipe",
      });
    });
    await fc.assert(property, { numRuns: 25 });
  });
});
