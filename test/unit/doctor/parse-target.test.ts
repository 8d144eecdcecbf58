/** What people may write for a site and for an address of it. */
import { expect } from "chai";
import { parsePins, parseTarget } from "../../../src/doctor/parse-target.ts";

const READ: Readonly<Record<string, { host: string; port: number }>> = {
  "meet.example.org": { host: "meet.example.org", port: 443 },
  " Meet.Example.ORG. ": { host: "meet.example.org", port: 443 },
  "meet.example.org:8443": { host: "meet.example.org", port: 8443 },
  "https://meet.example.org/OurRoom#config.x=1": { host: "meet.example.org", port: 443 },
  "https://meet.example.org:8443/": { host: "meet.example.org", port: 8443 },
  "treffen.münchen.example": { host: "treffen.xn--mnchen-3ya.example", port: 443 },
  "9.9.9.9": { host: "9.9.9.9", port: 443 },
  "2a01:4f8::1": { host: "2a01:4f8::1", port: 443 },
  "[2a01:4f8::1]:8443": { host: "2a01:4f8::1", port: 8443 },
};
const REFUSED = [
  "",
  "http://meet.example.org",
  "https://me@meet.example.org",
  "meet example",
  "-x",
  "a_b.example",
  "ftp://x.example",
];

describe("the site doctor is asked about", () => {
  for (const [text, target] of Object.entries(READ))
    it(`${text} is ${target.host} at ${target.port}`, () => expect(parseTarget(text)).to.deep.equal(target));

  for (const text of REFUSED)
    it(`${text || "nothing"} is refused with what to write instead`, () => {
      expect(() => parseTarget(text))
        .to.throw()
        .that.includes({
          code: "InvalidDomain",
          hint: "write the name people open, such as meet.example.org",
        });
    });
});

describe("an address for a name", () => {
  it("is one or several, of both families", () => {
    const pins = parsePins(["Meet.example.org=10.0.0.1", "turn.example.org=10.0.0.2,[fd00::2],fd00::3"]);
    expect(pins.get("meet.example.org")).to.deep.equal(["10.0.0.1"]);
    expect(pins.get("turn.example.org")).to.deep.equal(["10.0.0.2", "fd00::2", "fd00::3"]);
  });

  for (const text of [
    "meet.example.org",
    "=10.0.0.1",
    "meet.example.org=",
    "meet.example.org=host",
    "m=1.2.3.4,",
  ])
    it(`${text} is refused`, () => {
      expect(() => parsePins([text]))
        .to.throw()
        .that.includes({ code: "InvalidPin" });
    });
});
