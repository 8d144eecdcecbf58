/** What doctor asks of the servers a site announces. */
import { expect } from "chai";
import type { ExternalService } from "../../../src/checks/xmpp/extdisco.ts";
import { nameOfWish, relayWishes } from "../../../src/doctor/relay/relay-wishes.ts";
import { Secret } from "../../../src/system/secret.ts";

function service(type: string, more: Partial<ExternalService> = {}): ExternalService {
  return {
    type,
    host: "turn.test",
    port: undefined,
    transport: undefined,
    username: "1790000000",
    password: new Secret("x"),
    expires: undefined,
    ...more,
  };
}

describe("the relays a site announces", () => {
  it("are asked at their port and transport, or at the usual ones", () => {
    const { wishes } = relayWishes([
      service("stun"),
      service("turn"),
      service("turn", { transport: "tcp" }),
      service("turns"),
      service("turns", { transport: "tcp", port: 443 }),
      service("stun", { port: 443 }),
    ]);
    expect(wishes.map((wish) => `${nameOfWish(wish)} at ${wish.port}`)).to.deep.equal([
      "stun at 3478",
      "udp at 3478",
      "tcp at 3478",
      "tls at 5349",
      "tls 443 at 443",
      "stun 443 at 443",
    ]);
  });

  it("are asked once each, and sixteen at most", () => {
    const many = Array.from({ length: 40 }, (_, index) => service("turn", { port: 3478 + (index % 20) }));
    expect(relayWishes(many).wishes).to.have.length(16);
    expect(relayWishes([service("turn"), service("turn", { port: 3478 })]).wishes).to.have.length(1);
  });

  it("are told apart from those nobody can use", () => {
    const bare = service("turn", { username: undefined, password: undefined });
    const dtls = service("turns", { transport: "udp" });
    const other = service("ftp");
    expect(relayWishes([bare, dtls, other])).to.deep.equal({
      wishes: [],
      bare: [bare],
      exotic: [dtls, other],
    });
  });
});
