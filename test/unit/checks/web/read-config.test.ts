/** What config.js says, read without running it: the shapes in the field, and whatever else a server may send. */
import { expect } from "chai";
import { array, assert, constantFrom, jsonValue, property, string } from "fast-check";
import { readConfig } from "../../../../src/checks/web/read-config.ts";
import { renderShipped, sampleVariables } from "../../../lab/shipped-configuration.ts";

/** As a Debian package's postinst leaves it, behind a web server with server-side includes. */
const PACKAGED = `/* eslint-disable no-unused-vars, no-var */
var subdir = '';
var subdomain = '';

if (subdomain) {
    subdomain = subdomain.substr(0, subdomain.length - 1).split('.')
        .join('_')
        .toLowerCase() + '.';
}
if (subdir.startsWith('<!--')) {
    subdir = '';
}
var enableJaaS = false;

var config = {
    // Connection
    hosts: {
        // XMPP domain.
        domain: 'meet.example.org',

        // anonymousdomain: 'guest.example.com',
        /* focus: 'focus.example.com', */
        muc: 'conference.' + subdomain + 'meet.example.org', // computed
    },
    bosh: 'https://meet.example.org/' + subdir + 'http-bind',
    websocket: 'wss://meet.example.org/' + subdir + 'xmpp-websocket',
    testing: { probability: -0.5, list: [ 'role', { a: 1 } ], },
    roomPattern: /^[a-z/'"]+$/i,
    getRoomName: function (path) { return path.replace("}", "{"); },
    onLoad: path => path + '{',
    makeJsonParserHappy: 'even if last key had a trailing comma'

    // no configuration value should follow this line.
};

if (enableJaaS) {
    config.hosts.domain = 'jaas.example.com';
}
`;

/** As docker images write it: assignments one by one. */
const ASSIGNED = `
var config = {};

if (!config.hasOwnProperty('hosts')) config.hosts = {};
config.hosts.domain = 'meet.jitsi';
var subdir = '<!--# echo var="subdir" default="" -->';
if (subdir.startsWith('<!--')) {
    subdir = '';
}
config.hosts.muc = 'muc.meet.jitsi'
config["hosts"].anonymousdomain = "guest.meet.jitsi";
config.hosts.focus = \`focus.meet.jitsi\`;
config.bosh = '/' + subdir + 'http-bind';
config.websocket = 'wss://meet.example.org/xmpp-websocket';
config.resolution = 720;
config.flags = { sourceNameSignaling: true };
`;

describe("reading config.js", () => {
  it("reads a packaged one, comments, concatenations, functions and patterns included", () => {
    const config = readConfig(PACKAGED);
    expect(config).to.deep.equal({
      domain: "meet.example.org",
      muc: "conference.meet.example.org",
      bosh: "https://meet.example.org/http-bind",
      websocket: "wss://meet.example.org/xmpp-websocket",
      found: true,
      unreadable: [],
      lines: { domain: 19, muc: 23, bosh: 25, websocket: 26 },
    });
  });

  it("reads one that is assigned step by step", () => {
    const { unreadable, lines, ...config } = readConfig(ASSIGNED);
    expect(config).to.deep.equal({
      domain: "meet.jitsi",
      muc: "muc.meet.jitsi",
      guestDomain: "guest.meet.jitsi",
      focus: "focus.meet.jitsi",
      bosh: "/http-bind",
      websocket: "wss://meet.example.org/xmpp-websocket",
      found: true,
    });
    expect(unreadable).to.deep.equal([]);
    expect(lines.muc).to.equal(10);
  });

  it("reads the one this catalogue writes, what the operator merges in at the end included", () => {
    const parameters = {
      parameters: { access: "members", language: "de", config: { p2p: { enabled: false } } },
    };
    const plain = readConfig(renderShipped("jitsi", "config.js", "javascript", sampleVariables(parameters)));
    expect(plain.unreadable).to.deep.equal([]);
    expect(plain).to.include({ found: true, guestDomain: `guest.${plain.domain}` });
    expect(plain.websocket).to.equal(`wss://${plain.domain}/xmpp-websocket`);
    const own = { hosts: { muc: "rooms.example.org" }, websocket: "wss://elsewhere.example.org/ws" };
    const changed = sampleVariables({ parameters: { ...parameters.parameters, config: own } });
    const merged = readConfig(renderShipped("jitsi", "config.js", "javascript", changed));
    expect(merged).to.include({ domain: plain.domain, muc: own.hosts.muc, websocket: own.websocket });
  });

  for (const [says, text, expected] of [
    ["the last assignment wins", "var config = {bosh: 'a'}; config.bosh = 'b'", { bosh: "b" }],
    ["a setting taken back is not there", "var config = {bosh: 'a'}; config.bosh = undefined;", {}],
    ["quoted names", `var config = {"hosts": {"domain": "a"}, 'bosh': "b"}`, { domain: "a", bosh: "b" }],
    ["several declarations in one", "let a = 'x', b, config = {bosh: a + '/y'};", { bosh: "x/y" }],
    ["window.config is config", "window.config = {bosh: 'a'}", { bosh: "a" }],
    ["escapes", String.raw`var config = {bosh: '\x61\u0062\u{63}\/\'d'}`, { bosh: "abc/'d" }],
    [
      "deepmerge(config, …)",
      "var config={hosts:{muc:'a'}};config = deepmerge(config, {hosts: {domain: 'b'}});",
      { domain: "b", muc: "a" },
    ],
    [
      "Object.assign replaces whole fields",
      "var config={hosts:{muc:'a'}}; Object.assign(config, {hosts: {domain: 'b'}});",
      { domain: "b" },
    ],
    [
      "what a false condition guards",
      "var config={bosh:'a'}; if (!config) config.bosh='b'; else config.websocket='c'",
      { bosh: "a", websocket: "c" },
    ],
    [
      "a function that is only declared",
      "var config = {bosh: 'a'}; function f() { config.bosh = 'b'; }\nconfig.websocket = 'c'",
      { bosh: "a", websocket: "c" },
    ],
  ] as const) {
    it(`understands: ${says}`, () => {
      const { found, unreadable, lines, ...config } = readConfig(text);
      expect(found).to.equal(true);
      expect(unreadable).to.deep.equal([]);
      expect(Object.keys(lines)).to.have.members(Object.keys(config));
      expect(config).to.deep.equal(expected);
    });
  }

  for (const [says, text, source] of [
    [
      "the page's own address",
      "var config = {\nbosh: 'https://' + location.host + '/x' };",
      "'https://' + location.host + '/x'",
    ],
    ["a choice", "var config = {\nbosh: on ? 'a' : 'b'};", "on ? 'a'"],
    ["a call", "var config = {};\nconfig.bosh = address('a');", "address('a')"],
    ["a condition nobody can tell", "var config = {};\nif (navigator.x) config.bosh = 'a';", "'a'"],
    ["a number", "var config = {\nbosh: 5};", "a value that is no text (other)"],
    ["an object by another name", "var config = {}, other = {};\nconfig.bosh = other;", "other"],
    [
      "a text that grows for ever",
      `var config = {}, a = '${"x".repeat(40)}';${"a = a + a;".repeat(50)}\nconfig.bosh = a;`,
      "a",
    ],
  ] as const) {
    it(`does not guess: ${says}`, () => {
      const { bosh, unreadable } = readConfig(text);
      expect(bosh).to.equal(undefined);
      expect(unreadable).to.deep.equal([{ name: "bosh", path: "bosh", line: 2, source }]);
    });
  }

  it("says of a page that is no script that there is no config", () => {
    const page = "<!DOCTYPE html><html><body onload=\"x = 'config'\">404 Not Found</body></html>";
    expect(readConfig(page)).to.deep.equal({ found: false, unreadable: [], lines: {} });
  });

  it("stands any text", () => {
    const words = [
      "var ",
      "config",
      " = ",
      "{",
      "}",
      "(",
      ")",
      "[",
      "]",
      "hosts",
      ":",
      "domain",
      "'a'",
      '"',
      "'",
      "`",
    ];
    const more = [
      "${",
      "/",
      "*",
      "\\",
      "\n",
      ",",
      ";",
      ".",
      "+",
      "!",
      "if ",
      "else ",
      "=>",
      "=",
      "//",
      "/*",
      "\u2028",
    ];
    const scrambled = array(constantFrom(...words, ...more), { maxLength: 60 });
    assert(
      property(scrambled, (parts) => readConfig(parts.join("")).found !== undefined),
      { numRuns: 500 },
    );
    assert(property(string({ unit: "binary" }), (text) => readConfig(text).found !== undefined));
  });

  it("reads back what any configuration says, however it is laid out", () => {
    const text = string({ unit: "binary", minLength: 1, maxLength: 30 });
    assert(
      property(text, text, jsonValue(), constantFrom(undefined, 1, "\t"), (domain, bosh, extra, space) => {
        const config = readConfig(
          `var config = ${JSON.stringify({ extra, hosts: { extra, domain }, bosh }, undefined, space)};`,
        );
        return config.domain === domain && config.bosh === bosh && config.unreadable.length === 0;
      }),
    );
  });

  it("takes no longer for hostile text of 100 kB than for any other", () => {
    const patterns = [
      "'",
      '"\\"',
      "`",
      "/*",
      "/\\/",
      "!",
      "(",
      "[",
      "{a:",
      "{",
      "}",
      "a+",
      "if(a)",
      "if(!a)else ",
      "a.",
      "f(config,{",
      "'\\",
      "-",
      "var a,",
      "=",
      "a\n\n",
    ];
    for (const pattern of patterns) {
      const text = `var config = {};${pattern.repeat(Math.ceil(100_000 / pattern.length))}`;
      expect(readConfig(text).found, pattern).to.equal(true);
      expect(readConfig(`var config = ${pattern.repeat(100_000 / pattern.length)}`).found, pattern).to.be.a(
        "boolean",
      );
    }
  });
});
