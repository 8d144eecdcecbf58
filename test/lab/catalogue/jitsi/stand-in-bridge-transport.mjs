// What the stand-in bridge tells about its media port: candidates, credentials and fingerprint, in colibri2's JSON.
import { randomBytes, randomUUID } from "node:crypto";

export class TransportDescription {
  #options;

  /**
   * `addresses`: local, public, port, publicPort; `advertisePrivate`; `webSockets`: undefined or `url(conference, id, pwd)`;
   * `behaviour`.
   */
  constructor(options) {
    this.#options = options;
  }

  /** Of an endpoint's media, for one that asked with these capabilities. */
  describe({ media, conferenceId, endpointId, capabilities }) {
    const { webSockets } = this.#options;
    return {
      xmlns: "urn:xmpp:jingle:transports:ice-udp:1",
      ufrag: media.ufrag,
      pwd: this.#options.behaviour.password === "own" ? media.password : randomBytes(12).toString("hex"),
      "rtcp-mux": true,
      candidates: this.#candidates(capabilities),
      fingerprints: [{ fingerprint: this.#fingerprint(media), setup: "actpass", hash: "sha-256" }],
      ...(webSockets === undefined ? {} : { "web-sockets": [webSockets.url(conferenceId, endpointId, media.password)] }),
    };
  }

  #fingerprint(media) {
    if (this.#options.behaviour.fingerprint === "own") return media.fingerprint;
    return randomBytes(32).toString("hex").toUpperCase().match(/../g).join(":");
  }

  #candidates(capabilities) {
    const { addresses, advertisePrivate, behaviour } = this.#options;
    const isPrivateWanted = advertisePrivate || capabilities.includes("private-address-connectivity");
    const host = candidate({ type: "host", ip: addresses.local, port: addresses.port, preference: 126, foundation: "1" });
    const shift = behaviour.candidates === "wrong-port" ? 1 : 0;
    const mapped = {
      ...candidate({ type: "srflx", ip: addresses.public, port: addresses.publicPort + shift, preference: 100, foundation: "2" }),
      "rel-addr": addresses.local,
      "rel-port": String(addresses.port),
    };
    if (behaviour.candidates === "none") return [];
    if (behaviour.candidates === "private-only") return [host];
    return isPrivateWanted ? [host, mapped] : [mapped];
  }
}

/** Priority by RFC 8445, section 5.1.2.1, of the only component on the only interface. */
function candidate({ type, ip, port, preference, foundation }) {
  return {
    generation: "0",
    component: "1",
    protocol: "udp",
    network: "0",
    type,
    ip,
    port: String(port),
    foundation,
    id: randomUUID(),
    priority: String(2 ** 24 * preference + 2 ** 8 * 65_535 + 255),
  };
}
