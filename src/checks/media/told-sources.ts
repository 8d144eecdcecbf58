/** Whom the WebRTC library hears: it answers, and checks in turn, whoever asks it, so that others must not reach it. */
import { isIPv6, SocketAddress } from "node:net";
import { type IceConnection, StunProtocol } from "werift";
import type { TransportAddress } from "../stun/stun-address.ts";

export class ToldSources {
  readonly #told = new Set<string>();

  /**
   * For a connection that has its sockets. A bridge's own checks come from where it was asked, as the only address of
   * ours that it knows is the one it was asked from. Throws when the library keeps its sockets elsewhere.
   */
  constructor(connection: IceConnection) {
    // They have no public name, and the library's own filter comes after some of its answers.
    const protocols: unknown = Reflect.get(connection, "protocols");
    const known = Array.isArray(protocols) ? protocols.filter((one) => one instanceof StunProtocol) : [];
    if (known.length === 0) throw new Error("the WebRTC library shows no socket that could be guarded");
    for (const { transport } of known) {
      const hear = transport.onData;
      transport.onData = (bytes, [address, port]) => {
        if (this.#told.has(`${address} ${port}`)) hear(bytes, [address, port]);
      };
    }
  }

  /**
   * Hears that address from now on. Returns it as a packet's source is spelled, because the library compares texts:
   * Java writes IPv6 with all its zeros.
   */
  tell({ address, port }: TransportAddress): TransportAddress {
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    const told = { address: new SocketAddress({ address, family }).address, port };
    this.#told.add(`${told.address} ${told.port}`);
    return told;
  }
}
