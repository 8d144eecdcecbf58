/** What a transcript may show of a conversation. */
import { expect } from "chai";
import { cpuMilliseconds } from "../../../lab/cpu-time.ts";
import { maskStanza } from "../../../../src/checks/xmpp/mask-stanza.ts";

describe("masking of stanzas", () => {
  it("hides every step of a login, whatever the prefix and the quotes", () => {
    const shown: Readonly<Record<string, string>> = {
      "<auth xmlns='s' mechanism='PLAIN'>AHMAcA==</auth>": "<auth xmlns='s' mechanism='PLAIN'>***</auth>",
      "<challenge xmlns='s'>cj0x</challenge>": "<challenge xmlns='s'>***</challenge>",
      "<sasl:response>cj0x</sasl:response>": "<sasl:response>***</sasl:response>",
      "<success xmlns='s'>dj0x</success>": "<success xmlns='s'>***</success>",
      "<success xmlns='s'/>": "<success xmlns='s'/>",
    };
    for (const [sent, expected] of Object.entries(shown)) expect(maskStanza(sent)).to.equal(expected);
  });

  it("hides passwords of relays, rooms, ICE and bridge channels", () => {
    const service = `<service type="turn" password='p4ss' username="1:x" host="h"/><service\n password = "p4ss"/>`;
    expect(maskStanza(service)).to.equal(
      `<service type="turn" password="***" username="1:x" host="h"/><service\n password = "***"/>`,
    );
    const room = "<x xmlns='http://jabber.org/protocol/muc'><password>p4ss</password></x>";
    expect(maskStanza(room)).not.to.include("p4ss");
    expect(maskStanza("<transport ufrag='u' pwd='p4ss'/>")).to.equal(`<transport ufrag='u' pwd="***"/>`);
    expect(maskStanza("<web-socket url='wss://h/c/e?a=1&amp;pwd=p4ss'/>")).not.to.include("p4ss");
  });

  it("hides what jicofo and BOSH know a session by, whoever names it", () => {
    const login = "<conference machine-uid='m' session-id='p4ss' ready='true'/>";
    expect(maskStanza(login)).to.equal(`<conference machine-uid='m' session-id="***" ready='true'/>`);
    expect(maskStanza("<body rid='7' sid='p4ss'/>")).to.equal(`<body rid='7' sid="***"/>`);
    expect(maskStanza("<a id='7' msid='8'/>")).to.equal("<a id='7' msid='8'/>");
  });

  it("hides them in JSON, however its quotes are written, and nothing else of it", () => {
    const services = `{"metadata":{"services":[{"type":"turn","password":"p4ss\\"p4ss=","host":"h"},{"credential" : "p4ss"}]}}`;
    const shown = `{"metadata":{"services":[{"type":"turn","password":"***","host":"h"},{"credential" : "***"}]}}`;
    for (const quote of ['"', "&quot;", "&#34;", "&#x22;"]) {
      const [sent, expected] = [services, shown].map((json) => json.replaceAll('"', quote));
      expect(maskStanza(`<json-message>${sent}</json-message>`)).to.equal(
        `<json-message>${expected}</json-message>`,
      );
      const attribute = `<body token_data='{${quote}accessToken${quote}:${quote}p4ss'/>`;
      expect(maskStanza(attribute)).not.to.include("p4ss");
      const nested = JSON.stringify({ data: `{"password":"p4ss"}` }).replaceAll('"', quote);
      expect(maskStanza(nested)).not.to.include("p4ss");
      const cut = `${quote}password${quote}:${quote}p4ss\\`;
      expect(maskStanza(cut)).not.to.include("p4ss");
    }
    const harmless = `{"passwordless":true,"author":"a","type":"password","host":"h"}`;
    expect(maskStanza(harmless)).to.equal(harmless);
  });

  it("hides them also where the frame is broken", () => {
    for (const broken of [
      "<service password='p4ss",
      "<service password=p4ss/>",
      "<auth mechanism='a>b'>p4ss",
      "<success>p4ss<",
    ]) {
      expect(maskStanza(broken), broken).not.to.include("p4ss");
    }
  });

  it("is quick on masses of beginnings", () => {
    for (const piece of [
      "<auth ",
      "<auth x",
      " password=",
      " password='",
      "&pwd=",
      "<success>",
      '"',
      '"password',
      '"password"',
      '"password" : "',
      '"password":"\\\\',
      "&quot;password&quot;:&quot;",
      "pwd",
    ]) {
      const text = piece.repeat(65_536 / piece.length);
      expect(
        cpuMilliseconds(() => void maskStanza(text)),
        piece,
      ).to.be.lessThan(500);
    }
  });
});
