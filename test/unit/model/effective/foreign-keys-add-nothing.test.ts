/** The promise that no key of anybody can add a line or a word to a configuration, tried on thousands of keys. */
import { expect } from "chai";
import * as fc from "fast-check";
import { Liquid, type Template } from "liquidjs";
import type { EffectiveViews } from "../../../../src/model/effective-views.ts";
import { readTemplate, templateVariables, viewsOf } from "../../../lab/proxy-template.ts";

const OWN = {
  "service/haproxy/acl/jitsi/host": "meet.example.org",
  "service/haproxy/use-backend/jitsi": "jitsi",
  "service/haproxy/backends/no-ssl/jitsi": "",
  "service/certbot/meet.example.org": "it@example.org",
  "service/coturn/ip-addr-host-part": "15",
};

const FILES = ["proxy/haproxy.cfg.liquid", "proxy/domains.liquid", "turn/turnserver.conf.liquid"];

type Keys = readonly (readonly [string, string])[];

const trouble = fc.oneof(
  fc.constantFrom(
    "\n",
    "\r",
    "\r\n",
    "\0",
    "\t",
    " ",
    "#",
    '"',
    "'",
    "\\",
    "`",
    "$",
    "%",
    "{",
    "}",
    ";",
    "|",
  ),
  fc.constantFrom("\u0085", "\u00a0", "\u2028", "\u2029", "\ufeff", "\v", "\f", "..", "//", "%[env(HOME)]"),
  fc.string({ unit: "binary", maxLength: 8 }),
);

/** Something that is right, or right but for something before, after or inside it. */
function nearly(...right: readonly string[]): fc.Arbitrary<string> {
  const good = fc.constantFrom(...right);
  const spoiled = fc.oneof(
    fc.tuple(trouble, good),
    fc.tuple(good, trouble),
    fc.tuple(good, trouble, fc.constantFrom("x", ...right)),
  );
  return fc.oneof(
    { arbitrary: good, weight: 3 },
    { arbitrary: spoiled.map((parts) => parts.join("")), weight: 1 },
  );
}

const host = nearly("a.example.org", "b.example.org", "meet.example.org");
const path = nearly("/", "/path", "/.well-known/x");
const service = nearly("wiki", "postgres", "jitsi");
const port = nearly("1", "5432", "65535", "3478");
const email = nearly("it@example.org");

/** What one module writes to have its pages served, each part of it possibly wrong. */
const pages: fc.Arbitrary<Keys> = fc
  .record({
    name: nearly("wiki", "jitsi", "x.y-z"),
    host,
    path,
    service,
    prefix: nearly("https://c.example.org/d"),
  })
  .chain(({ name, host: hostName, path: pathPrefix, service: backend, prefix }) =>
    fc.subarray([
      [`service/haproxy/acl/${name}/host`, hostName],
      [`service/haproxy/acl/${name}/path`, pathPrefix],
      [`service/haproxy/deny/${name}`, backend],
      [`service/haproxy/redirect/${name}`, prefix],
      [`service/haproxy/use-backend/${name}`, backend],
      [`service/haproxy/backends/ssl/${backend}`, ""],
      [`service/haproxy/backends/no-ssl/${backend}`, ""],
    ] satisfies Keys),
  );
const others: fc.Arbitrary<Keys> = fc
  .record({ host, port, service, email, field: nearly("listening-port", "min-port") })
  .map(
    (part) =>
      [
        [`service/haproxy/tcp-listeners/${part.port}`, part.service],
        [`service/certbot/${part.host}`, part.email],
        ["service/coturn/coturn-domain", part.host],
        ["service/coturn/coturn-domain-admin-email", part.email],
        [`service/coturn/${part.field}`, part.port],
        ["service/coturn/max-port", part.port],
      ] as const,
  );
const foreignKeys = fc
  .array(fc.oneof(pages, others), { minLength: 1, maxLength: 8 })
  .map((modules) => new Map(modules.flatMap((keys) => [...keys])));

function views(foreign: ReadonlyMap<string, string>): EffectiveViews {
  const ownBackends = new Map([["jitsi", { address: "10.10.1.20", port: 80 }]]);
  return viewsOf({ foreign, own: OWN, ownBackends });
}

/** The same views with every text that is not empty replaced by one word, and every number by 1. */
function plain<T>(value: T): T {
  const json = JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === "string") return inner === "" ? "" : "w";
    return typeof inner === "number" ? 1 : inner;
  });
  const copy: T = JSON.parse(json);
  return copy;
}

/** Words in each line, split at anything that some program or editor might take for white space. */
function structure(content: string): readonly number[] {
  return content.split("\n").map((line) => line.trim().split(/[\s\0\u0085]+/u).length);
}

describe("no foreign key", () => {
  // Without any escaping: what is shown here holds by the grammar of the keys alone.
  const liquid = new Liquid({ strictFilters: true, strictVariables: true, lenientIf: true });
  const templates = new Map<string, Template[]>();

  function render(template: string, effective: EffectiveViews): string {
    return String(liquid.renderSync(templates.get(template) ?? [], { ...templateVariables(effective) }));
  }

  before(async () => {
    for (const file of FILES) templates.set(file, liquid.parse(await readTemplate(file)));
  });

  for (const template of FILES) {
    it(`adds a line or a word to ${template}`, () => {
      fc.assert(
        fc.property(foreignKeys, (foreign) => {
          const effective = views(foreign);
          const rendered = render(template, effective);
          expect(rendered).to.match(/^[\n\x20-\x7e]+$/);
          expect(structure(rendered)).to.deep.equal(structure(render(template, plain(effective))));
        }),
        { numRuns: 1000 },
      );
    });
  }

  it("takes a line of ours out of haproxy.cfg", () => {
    const ours = render("proxy/haproxy.cfg.liquid", views(new Map())).split("\n");
    fc.assert(
      fc.property(foreignKeys, (foreign) => {
        const effective = { ...views(foreign), coturn: views(new Map()).coturn };
        const lines = new Set(render("proxy/haproxy.cfg.liquid", effective).split("\n"));
        expect(ours.filter((line) => !lines.has(line))).to.deep.equal([]);
      }),
      { numRuns: 500 },
    );
  });
});
