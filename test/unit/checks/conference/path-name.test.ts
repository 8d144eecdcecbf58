import { expect } from "chai";
import { pathNames, type RelayPathName, relayFor } from "../../../../src/checks/conference/path-name.ts";
import type { ExternalService } from "../../../../src/checks/xmpp/extdisco.ts";
import { Secret } from "../../../../src/system/secret.ts";

function service(type: string, port: number | undefined, transport: string | undefined): ExternalService {
  const credential = { username: "1795761692", password: new Secret("x"), expires: undefined };
  return { type, host: "turn.example.org", port, transport, ...credential };
}

const SERVICES = [
  service("stun", 3478, "udp"),
  service("turn", 3478, "udp"),
  service("turn", 3478, "tcp"),
  service("turns", 5349, "tcp"),
  service("turns", 443, "tcp"),
];

describe("the relay of a path", () => {
  const relays = pathNames.filter((path): path is RelayPathName => path !== "direct");

  it("is the service of that transport and, for TLS, that port", () => {
    const found = relays.map((path) => relayFor(path, SERVICES));
    expect(found.map((relay) => relay?.service)).to.deep.equal(SERVICES.slice(1));
    expect(found.map((relay) => relay?.transport)).to.deep.equal(["udp", "tcp", "tls", "tls"]);
  });

  it("has the scheme's own port where none is told, as in a browser", () => {
    const bare = [service("turn", undefined, undefined), service("turns", undefined, "tcp")];
    expect(relayFor("udp", bare)?.port).to.equal(3478);
    expect(relayFor("tls", bare)?.port).to.equal(5349);
  });

  it("is the first of those that may be taken, where they are named", () => {
    const [, udp, tcp] = SERVICES.map((one) => ({ ...one, host: "old.example.org" }));
    const services = [udp, tcp, ...SERVICES].filter((one) => one !== undefined);
    expect(relayFor("udp", services)?.service.host).to.equal("old.example.org");
    const among = [{ host: "turn.example.org", port: 3478, transport: "udp" }] as const;
    expect(relayFor("udp", services, among)?.service).to.equal(SERVICES[1]);
    expect(relayFor("tcp", services, among)).to.equal(undefined);
  });

  it("is none without a credential, and none of another kind", () => {
    const open = SERVICES.map((one) => ({ ...one, password: undefined }));
    expect(relays.map((path) => relayFor(path, open))).to.deep.equal(relays.map(() => undefined));
    expect(relayFor("udp", [service("turn", 3478, "sctp"), service("stun", 3478, "udp")])).to.equal(
      undefined,
    );
  });
});
