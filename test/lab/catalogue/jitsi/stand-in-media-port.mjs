// The one UDP port of the stand-in bridge: it finds out whose a packet is, and answers ICE checks as the real one does.
//
// libdatachannel listens on a loopback port for each endpoint. It would share one port too, but leaves a check with a
// wrong password unanswered, where the real bridge says 401; so checks are answered here, and handed on when they are
// right. Its own checks, nomination and consent go out unchanged.
import { createSocket } from "node:dgram";
import { isAnswer, isStun, readRequest } from "./stand-in-media-stun.mjs";

export class MediaPort {
  #options;
  #socket = createSocket("udp4");
  /** By local ufrag. */
  #sessions = new Map();
  /** By remote address and port: the packets between that and one session. */
  #paths = new Map();

  /** `address`, `port`; `behaviour` as in stand-in-bridge-behaviour.mjs. */
  constructor(options) {
    this.#options = options;
  }

  async start() {
    const { address, port } = this.#options;
    this.#socket.on("message", (packet, from) => this.#receive(packet, from));
    await new Promise((resolve, reject) => {
      this.#socket.once("error", reject);
      this.#socket.bind(port, address, resolve);
    });
    // An address that cannot be reached any more is not the end of the bridge.
    this.#socket.on("error", (error) => process.stderr.write(`media port: ${error.message}\n`));
  }

  /** Of an endpoint; `port` is libdatachannel's on loopback. Returned: how it fares. */
  open({ ufrag, password, port }) {
    const session = { ufrag, password, port, paths: new Set(), heardAt: undefined, isRemoteKnown: false, isCut: false };
    this.#sessions.set(ufrag, session);
    return {
      /** Milliseconds since the epoch, undefined before the first right packet. */
      heardAt: () => session.heardAt,
      /** Until now checks were only answered. */
      remoteKnown: () => {
        session.isRemoteKnown = true;
        for (const path of session.paths) if (path.early !== undefined) path.send(path.early);
      },
      /** As if the network between were gone. */
      cut: () => {
        session.isCut = true;
      },
      close: () => this.#close(session),
    };
  }

  #close(session) {
    this.#sessions.delete(session.ufrag);
    for (const path of session.paths) {
      this.#paths.delete(path.remote);
      path.socket.close();
    }
    session.paths.clear();
  }

  /** By remote address, then by ufrag, as ice4j's SinglePortUdpHarvester does. */
  #receive(packet, from) {
    if (this.#options.behaviour.media === "silent") return;
    const path = this.#paths.get(`${from.address}:${from.port}`);
    const request = readRequest(packet);
    if (request !== undefined) this.#check(path?.session, request, packet, from);
    else if (path !== undefined) this.#pass(path, packet);
  }

  #check(known, request, packet, from) {
    const ufrag = request.username?.split(":")[0];
    const session = known ?? this.#sessions.get(ufrag);
    // Nothing for what is not a check of an endpoint it knows: that silence is the real bridge's too.
    if (session === undefined || session.isCut) return;
    if (ufrag !== session.ufrag) return this.#socket.send(request.refuse(401), from.port, from.address);
    const { accepted, packet: answer } = request.answer(session.password, from);
    this.#socket.send(answer, from.port, from.address);
    if (!accepted) return;
    const path = this.#pathOf(session, from);
    if (session.isRemoteKnown) this.#pass(path, packet);
    else {
      session.heardAt = Date.now();
      path.early = packet;
    }
  }

  #pass(path, packet) {
    if (path.session.isCut || this.#isStopped(packet)) return;
    path.session.heardAt = Date.now();
    path.send(packet);
  }

  #isStopped(packet) {
    const { media } = this.#options.behaviour;
    return media === "silent" || (media === "checks-only" && !isStun(packet));
  }

  #pathOf(session, from) {
    const remote = `${from.address}:${from.port}`;
    const known = this.#paths.get(remote);
    if (known !== undefined) return known;
    const socket = createSocket("udp4");
    const path = {
      session,
      remote,
      socket,
      /** A right check from before the remote transport was known. */
      early: undefined,
      send: (packet) => socket.send(packet, session.port, "127.0.0.1"),
    };
    socket.on("message", (packet) => {
      // Answered already, above.
      if (isAnswer(packet) || session.isCut || this.#isStopped(packet)) return;
      this.#socket.send(packet, from.port, from.address);
    });
    socket.on("error", (error) => process.stderr.write(`media path: ${error.message}\n`));
    socket.bind(0, "127.0.0.1");
    this.#paths.set(remote, path);
    session.paths.add(path);
    return path;
  }
}
