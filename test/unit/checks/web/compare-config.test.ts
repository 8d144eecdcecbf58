/** Each way config.js can send browsers elsewhere, one a line, and exactly the findings it must give. */
import { expect } from "chai";
import { compareConfig } from "../../../../src/checks/web/compare-config.ts";
import { readConfig } from "../../../../src/checks/web/read-config.ts";
import { wantedConfig, type WantedSpec } from "../../../../src/checks/web/wanted-config.ts";

const HOST = "meet.example.org";
const SPEC: WantedSpec = {
  host: HOST,
  guestDomain: "guest",
  muc: "conference",
  focus: "focus",
  bosh: "/http-bind",
  websocket: "/xmpp-websocket",
};
const GOOD = `var config = {
  hosts: {
    domain: "${HOST}",
    anonymousdomain: "guest.${HOST}",
    muc: "conference.${HOST}",
    focus: "focus.${HOST}"
  },
  bosh: "https://${HOST}/http-bind",
  websocket: "wss://${HOST}/xmpp-websocket",
};
`;

/** `assign` is put behind the good one. */
// biome-ignore format: a case a line
const ROWS: readonly (readonly [says: string, assign: string, findings: readonly string[], spec?: Partial<WantedSpec>])[] = [
  ["all as wanted", "", []],
  ["the same in capital letters", `config.hosts.domain = "Meet.Example.ORG";`, []],
  ["another domain", `config.hosts.domain = "meet.jitsi";`, ["critical config_domain_wrong"]],
  ["another domain that is wanted", `config.hosts.domain = "meet.jitsi";`, ["critical config_guest_domain_wrong", "critical config_muc_wrong", "critical config_focus_wrong"], { domain: "meet.jitsi" }],
  ["no domain", "config.hosts.domain = undefined;", ["critical config_domain_wrong"]],
  ["no guest domain", "config.hosts.anonymousdomain = undefined;", ["critical config_guest_domain_missing"]],
  ["another guest domain", `config.hosts.anonymousdomain = "guest.meet.jitsi";`, ["critical config_guest_domain_wrong"]],
  ["a guest domain nobody wants", "", ["critical config_guest_domain_unwanted"], { guestDomain: false }],
  ["no guest domain, and none wanted", "config.hosts.anonymousdomain = undefined;", [], { guestDomain: false }],
  ["a guest domain nobody looks at", `config.hosts.anonymousdomain = "x";`, [], { guestDomain: undefined }],
  ["another muc", `config.hosts.muc = "muc.${HOST}";`, ["critical config_muc_wrong"]],
  ["another muc that is wanted", `config.hosts.muc = "muc.meet.jitsi";`, [], { muc: "muc.meet.jitsi" }],
  ["no muc", "config.hosts.muc = undefined;", ["critical config_muc_wrong"]],
  ["another focus", `config.hosts.focus = "focus.elsewhere.org";`, ["critical config_focus_wrong"]],
  ["no focus, which is where it is anyway", "config.hosts.focus = undefined;", []],
  ["no focus, wanted elsewhere", "config.hosts.focus = undefined;", ["critical config_focus_wrong"], { focus: "jicofo" }],
  ["BOSH without a scheme", `config.bosh = "//${HOST}/http-bind";`, []],
  ["BOSH without a host, with a query", `config.bosh = "/http-bind?x=1";`, []],
  ["BOSH at another path", `config.bosh = "https://${HOST}/bosh";`, ["critical config_bosh_wrong"]],
  ["BOSH at another host", `config.bosh = "https://elsewhere.org/http-bind";`, ["critical config_bosh_wrong"]],
  ["BOSH by plain http, which the browser blocks", `config.bosh = "http://${HOST}/http-bind";`, ["critical config_bosh_wrong"]],
  ["BOSH at another port", `config.bosh = "https://${HOST}:8443/http-bind";`, ["critical config_bosh_wrong"]],
  ["no BOSH", "config.bosh = undefined;", ["warning config_bosh_missing"]],
  ["no BOSH, and none wanted", "config.bosh = undefined;", [], { bosh: false }],
  ["BOSH that is no address", `config.bosh = "https://";`, ["critical config_bosh_wrong"]],
  ["the WebSocket at another host", `config.websocket = "wss://elsewhere.org/xmpp-websocket";`, ["critical config_websocket_wrong"]],
  ["the WebSocket unencrypted", `config.websocket = "ws://${HOST}/xmpp-websocket";`, ["critical config_websocket_wrong"]],
  ["the WebSocket at another path", `config.websocket = "wss://${HOST}/ws";`, ["critical config_websocket_wrong"]],
  ["no WebSocket", "config.websocket = undefined;", ["warning config_websocket_missing"]],
  ["a WebSocket nobody wants", "", ["critical config_websocket_wrong"], { websocket: false }],
  ["a whole address wanted", `config.websocket = "wss://xmpp.example.org/ws";`, [], { websocket: "wss://xmpp.example.org/ws" }],
  ["an address only the browser knows", `config.websocket = "wss://" + location.host + "/xmpp-websocket";`, ["warning config_value_unreadable"]],
  ["two wrong and one unreadable", `config.hosts.muc = "x"; config.bosh = "y:z"; config.hosts.domain = f();`, ["warning config_value_unreadable", "critical config_muc_wrong", "critical config_bosh_wrong"]],
  ["what is unreadable and nobody compares", "config.focusUserJid = f();", []],
];

describe("config.js against the desired state", () => {
  for (const [says, assign, findings, spec] of ROWS) {
    it(`${says}: ${findings.join(", ") || "nothing"}`, () => {
      const found = compareConfig(readConfig(GOOD + assign), wantedConfig({ ...SPEC, ...spec }));
      expect(found.map(({ severity, reason }) => `${severity} ${reason}`)).to.deep.equal(findings);
    });
  }

  it("tells what was found, what was expected, and the line", () => {
    const config = readConfig(`${GOOD}config.hosts.muc = "muc.x";\nconfig.bosh = undefined;`);
    const found = compareConfig(config, wantedConfig(SPEC));
    expect(found.map(({ setting, detail }) => [setting, detail])).to.deep.equal([
      ["muc", `line 11: found "muc.x", expected "conference.${HOST}"`],
      ["bosh", `found nothing, expected "https://${HOST}/http-bind"`],
    ]);
  });
});
