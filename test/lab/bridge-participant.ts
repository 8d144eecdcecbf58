/** A participant of a bridge by its REST interface and werift: allocates, connects, speaks, and counts what it hears. */
import { randomBytes } from "node:crypto";
import {
  IceCandidate,
  RTCDataChannel,
  RTCDataChannelParameters,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  RTCIceGatherer,
  RTCIceTransport,
  RTCSctpTransport,
  RtcpSenderInfo,
  RtcpSrPacket,
  RtpHeader,
} from "werift";
import { z } from "zod";

const transportSchema = z.object({
  ufrag: z.string(),
  pwd: z.string(),
  candidates: z.array(z.object({ ip: z.string(), port: z.string(), type: z.string() })),
  fingerprints: z.array(z.object({ fingerprint: z.string(), setup: z.literal("actpass"), hash: z.string() })),
  "web-sockets": z.array(z.string()).default([]),
});
const allocatedSchema = z.object({
  endpoints: z.tuple([z.object({ id: z.string(), transport: z.object({ transport: transportSchema }) })]),
});

/** What the bridge said of its media. */
export type BridgeTransport = z.output<typeof transportSchema>;

export interface EndpointOptions {
  /** Of the bridge's private HTTP interface. */
  readonly url: string;
  readonly meetingId: string;
  /** The first one of a meeting opens it. */
  readonly opens: boolean;
  readonly id: string;
  /** Asks for a data channel. */
  readonly withData?: boolean;
}

export interface ParticipantOptions extends EndpointOptions {
  readonly ssrc: number;
  /** In place of its own, which the bridge is then to find out. */
  readonly saidFingerprint?: string;
}

const SRTP_PROFILES: [1, 7] = [1, 7];
const SCTP_PORT = 5_000;
const OPUS = 111;
/** RTP timestamp units of 20 ms. */
const FRAME = 960;

export class BridgeParticipant {
  readonly #options: ParticipantOptions;
  readonly #ice: RTCIceTransport;
  readonly #dtls: RTCDtlsTransport;
  #sent = 0;
  readonly transport: BridgeTransport;
  /** RTP packets by the SSRC they came from. */
  readonly heard = new Map<number, number>();
  /** SSRCs of sender reports. */
  readonly reports = new Set<number>();

  /** Allocates and tells the bridge who it is; `connect` comes next. */
  static async join(options: ParticipantOptions): Promise<BridgeParticipant> {
    const participant = await BridgeParticipant.arrive(options);
    await participant.introduce();
    return participant;
  }

  /** Allocates; the bridge is told by `introduce`. */
  static async arrive(options: ParticipantOptions): Promise<BridgeParticipant> {
    const transport = await BridgeParticipant.allocate(options);
    const gatherer = new RTCIceGatherer({ useIpv6: false, interfaceAddresses: { udp4: "127.0.0.1" } });
    // Else the library asks a public STUN server of its own choice.
    Object.assign(gatherer.connection, { stunServer: undefined });
    const ice = new RTCIceTransport(gatherer);
    await ice.gather();
    const certificate = await RTCDtlsTransport.SetupCertificate();
    const dtls = new RTCDtlsTransport({}, ice, certificate, [...SRTP_PROFILES]);
    return new BridgeParticipant(options, transport, ice, dtls);
  }

  /** Only the endpoint; nobody is told who is to use it. */
  static async allocate(options: EndpointOptions): Promise<BridgeTransport> {
    const response = await requestEndpoint(options);
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
    const [endpoint] = allocatedSchema.parse(await response.json()).endpoints;
    return endpoint.transport.transport;
  }

  private constructor(
    options: ParticipantOptions,
    transport: BridgeTransport,
    ice: RTCIceTransport,
    dtls: RTCDtlsTransport,
  ) {
    this.#options = options;
    this.transport = transport;
    this.#ice = ice;
    this.#dtls = dtls;
    dtls.role = "client";
    dtls.onRtp.subscribe(({ header }) => this.heard.set(header.ssrc, (this.heard.get(header.ssrc) ?? 0) + 1));
    dtls.onRtcp.subscribe((packet) => packet instanceof RtcpSrPacket && this.reports.add(packet.ssrc));
  }

  /** Own credentials and source to the bridge. */
  async introduce(): Promise<void> {
    const { saidFingerprint, ssrc } = this.#options;
    const own = this.#dtls.localCertificate?.getFingerprints()[0]?.value ?? "";
    await patch(this.#options, transportOf(this.#ice, saidFingerprint ?? own), ssrc);
  }

  get ice(): string {
    return this.#ice.state;
  }

  get dtls(): string {
    return this.#dtls.state;
  }

  /** ICE to the bridge's host candidate; resolves when a pair is nominated. */
  async connectIce(): Promise<void> {
    const { ufrag, pwd, candidates } = this.transport;
    const host = candidates.find(({ type }) => type === "host");
    if (host === undefined) throw new Error("the bridge said no host candidate");
    this.#ice.setRemoteParams({ usernameFragment: ufrag, password: pwd, iceLite: false });
    await this.#ice.addRemoteCandidate(
      new IceCandidate(1, "1", host.ip, Number(host.port), 2_130_706_431, "udp", "host"),
    );
    await this.#ice.addRemoteCandidate(undefined);
    await this.#ice.start();
  }

  /** Rejects when the certificate is not the one whose fingerprint the bridge said, or the handshake is refused. */
  async connectDtls(): Promise<void> {
    const said = this.transport.fingerprints.map(
      ({ hash, fingerprint }) => new RTCDtlsFingerprint(hash, fingerprint),
    );
    this.#dtls.setRemoteParams(new RTCDtlsParameters(said, "server"));
    await this.#dtls.start();
  }

  async connect(): Promise<void> {
    await this.connectIce();
    await this.connectDtls();
  }

  /** Sends so many packets of audio, and a sender report. */
  async speak(packets: number, ssrc = this.#options.ssrc): Promise<void> {
    for (let count = 0; count < packets; count += 1) {
      const timestamp = this.#sent * FRAME;
      const header = new RtpHeader({ payloadType: OPUS, sequenceNumber: this.#sent, timestamp, ssrc });
      await this.#dtls.sendRtp(randomBytes(60), header);
      this.#sent += 1;
    }
    const senderInfo = new RtcpSenderInfo({
      ntpTimestamp: 0n,
      rtpTimestamp: 0,
      packetCount: 0,
      octetCount: 0,
    });
    await this.#dtls.sendRtcp([new RtcpSrPacket({ ssrc, senderInfo })]);
  }

  /** Opens the bridge channel and says hello; resolves with what the bridge says. */
  async greet(): Promise<string> {
    const sctp = new RTCSctpTransport(SCTP_PORT);
    sctp.setDtlsTransport(this.#dtls);
    await sctp.start(SCTP_PORT);
    const channel = new RTCDataChannel(
      sctp,
      new RTCDataChannelParameters({ label: "JVB data channel", ordered: true }),
    );
    const { promise: answer, resolve } = Promise.withResolvers<string>();
    channel.onMessage.subscribe((message) => resolve(message.toString()));
    channel.stateChanged.subscribe((state) => {
      if (state === "open") channel.send(JSON.stringify({ colibriClass: "ClientHello" }));
    });
    const said = await answer;
    await sctp.stop();
    return said;
  }

  /** Ends the whole meeting, and says so. */
  async leave(): Promise<void> {
    const { url, meetingId } = this.#options;
    await send(`${url}/colibri/v2/conferences/${meetingId}`, "PATCH", { expire: true });
    await this.vanish();
  }

  /** Vanishes as a computer that is switched off: the bridge is told nothing. */
  async vanish(): Promise<void> {
    // werift repeats a handshake that nobody answers for half a minute, whatever it is told.
    const handshake = this.#dtls.dtls?.dtls;
    if (handshake !== undefined) handshake.flight = Number.POSITIVE_INFINITY;
    await this.#ice.stop();
    await this.#dtls.stop();
  }
}

/** The request itself, for what the bridge says no to. */
export function requestEndpoint({ url, meetingId, opens, id, withData }: EndpointOptions): Promise<Response> {
  const endpoint = {
    create: true,
    id,
    medias: [
      { type: "audio", "payload-types": [{ name: "opus", id: "111", clockrate: "48000", channels: "2" }] },
    ],
    transport: {
      "ice-controlling": true,
      ...(withData === true ? { sctp: { role: "server", port: SCTP_PORT } } : {}),
    },
    capabilities: ["source-names"],
  };
  const path = opens ? "" : `/${meetingId}`;
  const body = { ...(opens ? { "meeting-id": meetingId, create: true } : {}), endpoints: [endpoint] };
  return send(`${url}/colibri/v2/conferences${path}`, opens ? "POST" : "PATCH", body);
}

async function patch(options: ParticipantOptions, transport: unknown, ssrc: number): Promise<void> {
  const { url, meetingId, id } = options;
  const source = `${id}-a0`;
  const sources = [{ type: "audio", id: source, sources: [{ ssrc, name: source }] }];
  const endpoints = [{ id, transport: { transport }, sources }];
  const response = await send(`${url}/colibri/v2/conferences/${meetingId}`, "PATCH", { endpoints });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}

function transportOf(ice: RTCIceTransport, fingerprint: string): unknown {
  const { usernameFragment, password } = ice.localParameters;
  return {
    xmlns: "urn:xmpp:jingle:transports:ice-udp:1",
    ufrag: usernameFragment,
    pwd: password,
    "rtcp-mux": true,
    fingerprints: [{ fingerprint, setup: "active", hash: "sha-256" }],
  };
}

function send(url: string, method: string, body: unknown): Promise<Response> {
  return fetch(url, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}
