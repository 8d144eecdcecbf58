// The media of one endpoint of the stand-in bridge: ICE as the controlling side, DTLS and SRTP by libdatachannel.
import { randomBytes } from "node:crypto";
import { Audio, PeerConnection } from "node-datachannel";
import { isHello, SERVER_HELLO } from "./stand-in-bridge-websocket.mjs";

/** The only payload type it names; packets are passed on whatever their payload type is. */
const OPUS = 111;

export class MediaEndpoint {
  #connection;
  #track;
  #session;
  #withData;
  ufrag = randomBytes(4).toString("hex");
  password = randomBytes(12).toString("hex");
  /** `sha-256` of its own certificate, as in SDP. */
  fingerprint;
  ice = "new";
  dtls = "new";

  /** Opens its port; `onPacket(packet)` gets RTP and RTCP in the clear, `onChange()` is told when `ice` or `dtls` change. */
  static async open({ id, mediaPort, certificate, withData, onPacket, onChange }) {
    const endpoint = new MediaEndpoint({ id, certificate, withData, onPacket, onChange });
    await endpoint.#gather();
    const sdp = endpoint.#connection.localDescription().sdp;
    endpoint.fingerprint = /a=fingerprint:sha-256 ([0-9A-F:]+)/.exec(sdp)[1];
    const port = Number(/127\.0\.0\.1 (\d+) typ host/.exec(sdp)[1]);
    endpoint.#session = mediaPort.open({ ufrag: endpoint.ufrag, password: endpoint.password, port });
    return endpoint;
  }

  constructor({ id, certificate, withData, onPacket, onChange }) {
    this.#withData = withData;
    this.#connection = new PeerConnection(id, {
      iceServers: [],
      bindAddress: "127.0.0.1",
      disableAutoNegotiation: true,
      certificatePemFile: certificate.certificate,
      keyPemFile: certificate.key,
    });
    this.#connection.onIceStateChange((state) => this.#iceChanged(state, onChange));
    this.#connection.onStateChange((state) => this.#stateChanged(state, onChange));
    const audio = new Audio("0", "SendRecv");
    audio.addOpusCodec(OPUS);
    this.#track = this.#connection.addTrack(audio);
    this.#track.onMessage(onPacket);
    // The connection as a whole is ready only when the data channel's association is, too.
    this.#track.onOpen(() => {
      this.dtls = "connected";
      onChange();
    });
    if (withData) this.#openChannel();
  }

  /** Who offers is the controlling side in libjuice. */
  #gather() {
    const gathered = new Promise((resolve) => {
      this.#connection.onGatheringStateChange((state) => state === "complete" && resolve());
    });
    this.#connection.setLocalDescription("offer", { iceUfrag: this.ufrag, icePwd: this.password });
    return gathered;
  }

  /** A channel of its own that nobody uses: without one there is no association to open another in. */
  #openChannel() {
    this.#connection.createDataChannel("", { negotiated: true, id: 1022 });
    this.#connection.onDataChannel((channel) => {
      channel.onMessage((message) => {
        if (isHello(message)) channel.sendMessage(SERVER_HELLO);
      });
    });
  }

  #iceChanged(state, onChange) {
    if (state === "connected" || state === "completed") this.ice = "connected";
    else if (state === "failed" || state === "disconnected") this.ice = "failed";
    else return;
    onChange();
  }

  #stateChanged(state, onChange) {
    // Without ICE there was no handshake that could have failed.
    if (state !== "failed" || this.ice !== "connected" || this.dtls === "connected") return;
    this.dtls = "failed";
    onChange();
  }

  /** Milliseconds since the epoch, undefined before the first right packet. */
  get heardAt() {
    return this.#session.heardAt();
  }

  get isRemoteKnown() {
    return this.#connection.remoteDescription() !== null;
  }

  /** Its first transport only: a connection that is there stays as it is. */
  setRemote({ ufrag, password, fingerprint, hash, setup }) {
    if (this.isRemoteKnown) return;
    const session = ["v=0", "o=- 0 0 IN IP4 0.0.0.0", "s=-", "t=0 0", `a=group:BUNDLE 0${this.#withData ? " 1" : ""}`];
    const transport = [
      "c=IN IP4 0.0.0.0",
      `a=setup:${setup}`,
      `a=ice-ufrag:${ufrag}`,
      `a=ice-pwd:${password}`,
      `a=fingerprint:${hash} ${fingerprint}`,
    ];
    const audio = [`m=audio 9 UDP/TLS/RTP/SAVPF ${OPUS}`, "a=mid:0", "a=sendrecv", "a=rtcp-mux", `a=rtpmap:${OPUS} opus/48000/2`];
    const data = ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:1", "a=sctp-port:5000"];
    const lines = [...session, ...audio, ...transport, ...(this.#withData ? [...data, ...transport] : [])];
    this.#connection.setRemoteDescription(`${lines.join("\r\n")}\r\n`, "answer");
    this.#session.remoteKnown();
  }

  /** A packet in the clear; false when it could not go, as before the handshake is over. */
  send(packet) {
    // It may be open before this process has come to hear of it.
    if (!this.#track.isOpen()) return false;
    try {
      return this.#track.sendMessageBinary(packet);
    } catch {
      // Closed by the other side in this moment.
      return false;
    }
  }

  /** As if the network between were gone. */
  cut() {
    this.#session.cut();
  }

  close() {
    this.#session?.close();
    this.#connection.close();
  }
}
