/** Where the config.js of each packaging of Jitsi says that signaling is. */
import { expect } from "chai";
import { CheckFailure } from "../../../src/checks/check-run.ts";
import { readConfig } from "../../../src/checks/web/read-config.ts";
import { readSite } from "../../../src/doctor/web/read-site.ts";

function site(text: string): Readonly<Record<string, unknown>> {
  const {
    page: _page,
    websocket,
    bosh,
    ...facts
  } = readSite(readConfig(text), new URL("https://meet.test/"));
  return { ...facts, websocket: websocket?.href, bosh: bosh?.href };
}

describe("a site's facts", () => {
  it("are those of Debian's package: one domain, BOSH, no WebSocket", () => {
    const text = `
      // Jitsi Meet configuration.
      var subdomain = "<!--# echo var="subdomain" default="" -->";
      var subdir = '<!--# echo var="subdir" default="" -->';
      if (subdir.startsWith('<!--')) { subdir = ''; }
      if (subdomain) { subdomain = subdomain.substring(0, subdomain.length - 1) + "."; }
      var config = {
        hosts: { domain: 'meet.test', muc: 'conference.' + 'meet.test' },
        bosh: 'https://meet.test/' + subdir + 'http-bind',
        // websocket: 'wss://meet.test/' + subdir + 'xmpp-websocket',
      };`;
    expect(site(text.replace('"<!--# echo var="subdomain" default="" -->"', '""'))).to.deep.equal({
      domain: "meet.test",
      guestDomain: undefined,
      muc: "conference.meet.test",
      focus: "focus.meet.test",
      websocket: undefined,
      bosh: "https://meet.test/http-bind",
    });
  });

  it("are those of Docker's: an XMPP domain that is nobody's on the internet, and other names for its parts", () => {
    const text = `
      var config = {};
      config.hosts = {};
      config.hosts.domain = 'meet.jitsi';
      config.focusUserJid = 'focus@auth.meet.jitsi';
      var subdir = '';
      var subdomain = '';
      config.hosts.anonymousdomain = 'guest.meet.jitsi';
      config.hosts.authdomain = 'meet.jitsi';
      config.hosts.muc = 'muc.' + subdomain + 'meet.jitsi';
      config.bosh = 'https://meet.test:8443/' + subdir + 'http-bind';
      config.websocket = 'wss://meet.test:8443/' + subdir + 'xmpp-websocket';`;
    expect(site(text)).to.deep.equal({
      domain: "meet.jitsi",
      guestDomain: "guest.meet.jitsi",
      muc: "muc.meet.jitsi",
      focus: "focus.meet.jitsi",
      websocket: "wss://meet.test:8443/xmpp-websocket",
      bosh: "https://meet.test:8443/http-bind",
    });
  });

  it("are found where addresses are written from the root or without a scheme", () => {
    const text = `var config = {hosts: {domain: "Meet.Test", focus: "focus.other.test"}, bosh: "//meet.test/http-bind", websocket: "/xmpp-websocket"};`;
    expect(site(text)).to.include({
      domain: "meet.test",
      focus: "focus.other.test",
      bosh: "https://meet.test/http-bind",
      websocket: "https://meet.test/xmpp-websocket",
    });
  });

  it("hold nothing that could break out of a stanza or lead to another protocol", () => {
    const evil = `var config = {hosts: {domain: "meet.test", muc: "a'/><b", focus: "x y", anonymousdomain: "<!-- -->"}, bosh: "file:///etc/passwd", websocket: "javascript:alert(1)"};`;
    expect(site(evil)).to.deep.equal({
      domain: "meet.test",
      guestDomain: undefined,
      muc: "conference.meet.test",
      focus: "focus.meet.test",
      websocket: undefined,
      bosh: undefined,
    });
  });

  it("are unreadable where only the script knows the domain, and the line is named", () => {
    const read = (): unknown => site("var config = {\n hosts: {\n domain: location.hostname } };");
    expect(read).to.throw(CheckFailure, /config\.js line 3: hosts\.domain .*location\.hostname/);
    expect(() => site("var config = {};"))
      .to.throw(CheckFailure, "names no XMPP domain")
      .with.property("reason", "domain_missing");
  });

  it("are not taken from a domain that is none, and its line is named", () => {
    expect(() => site('var config = {\n hosts: {\n domain: "meet\\u001b.test" } };'))
      .to.throw(CheckFailure, 'config.js line 3: hosts.domain is "meet\u001b.test", which is no domain name')
      .with.property("reason", "domain_invalid");
  });
});
