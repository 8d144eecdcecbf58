/** One participant inside the media process: ICE as the controlled side, DTLS as the client, SRTP (werift's parts). */
import { createHash, randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import {
  IceCandidate,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  RTCIceGatherer,
  RTCIceTransport,
  RtpHeader,
} from "werift";
import { failing } from "./failing.ts";
import type { Connection, Fingerprint, Hold, LocalParameters, RemoteParameters } from "./media-messages.ts";
import { ToldSources } from "./told-sources.ts";

/** IANA's DTLS-SRTP protection profiles (RFC 5764, RFC 7714) that bridges offer, in werift's numbers. */
const SRTP_PROFILES = { AEAD_AES_128_GCM: 7, AES128_CM_HMAC_SHA1_80: 1 } as const;
/** 20 ms at Opus' 48 kHz. */
const TIMESTAMP_STEP = 960;
const MOST_PAIRS_SAID = 4;
const HOLD_STEP_MS = 50;
/** Within this time a consent check is due and its answer late: every 4-6 s, answered within 1 s (RFC 7675). */
const CONSENT_MS = 7_000;

export interface ConnectLimits {
  readonly iceMs: number;
  readonly dtlsMs: number;
}

export class MediaPeer {
  readonly #ice: RTCIceTransport;
  readonly #dtls: RTCDtlsTransport;
  readonly #local: LocalParameters;
  readonly #sources: ToldSources;
  #packets = 0;

  private constructor(
    ice: RTCIceTransport,
    sources: ToldSources,
    dtls: RTCDtlsTransport,
    local: LocalParameters,
  ) {
    this.#ice = ice;
    this.#sources = sources;
    this.#dtls = dtls;
    this.#local = local;
  }

  static async open(): Promise<MediaPeer> {
    // One socket a family, on any address: the routing table says where packets leave, not a list of interfaces.
    const gatherer = new RTCIceGatherer({
      useIpv4: false,
      useIpv6: false,
      additionalHostAddresses: (await hasIpv6()) ? ["0.0.0.0", "::"] : ["0.0.0.0"],
    });
    // Undefined in the options would mean a public server of the library's choice.
    Object.assign(gatherer.connection, { stunServer: undefined, turnServer: undefined });
    const ice = new RTCIceTransport(gatherer);
    await ice.gather();
    const sources = new ToldSources(ice.connection);
    const certificate = await RTCDtlsTransport.SetupCertificate();
    const dtls = new RTCDtlsTransport({}, ice, certificate, Object.values(SRTP_PROFILES));
    dtls.role = "client";
    const [fingerprint] = certificate.getFingerprints();
    if (fingerprint === undefined) throw new Error("the certificate has no fingerprint");
    return new MediaPeer(ice, sources, dtls, {
      ufrag: ice.localParameters.usernameFragment,
      pwd: ice.localParameters.password,
      fingerprint: { hash: fingerprint.algorithm, value: fingerprint.value.toUpperCase() },
      ssrc: randomInt(1, 0xffff_ffff),
    });
  }

  get local(): LocalParameters {
    return this.#local;
  }

  async connect(remote: RemoteParameters, limits: ConnectLimits): Promise<Connection> {
    const started = performance.now();
    const iceWords = await failing(this.#startIce(remote), limits.iceMs);
    if (iceWords !== undefined) {
      return { connected: false, reason: "ice_failed", words: `${iceWords}: ${this.#checksInWords()}` };
    }
    const iceDone = performance.now();
    const handshake = Promise.race([this.#startDtls(remote.fingerprints), this.#refusal()]);
    const dtlsWords = await failing(handshake, limits.dtlsMs);
    const certificate = this.#dtls.dtls?.remoteCertificate;
    if (certificate !== undefined) {
      const shown = mismatch(certificate, remote.fingerprints);
      if (shown !== undefined) return { connected: false, reason: "fingerprint_mismatch", words: shown };
    }
    if (dtlsWords !== undefined) return { connected: false, reason: "dtls_failed", words: dtlsWords };
    const [address, port] = this.#ice.connection.nominated?.remoteAddr ?? ["", 0];
    return {
      connected: true,
      iceMs: iceDone - started,
      dtlsMs: performance.now() - iceDone,
      remote: { address, port },
      srtpProfile: profileName(this.#dtls.dtls?.srtp.srtpProfile),
    };
  }

  /** One packet of audio; what is inside is the caller's. */
  sendAudio(payload: Uint8Array, payloadType: number): void {
    const header = new RtpHeader({
      version: 2,
      payloadType,
      sequenceNumber: this.#packets & 0xffff,
      timestamp: (this.#packets * TIMESTAMP_STEP) >>> 0,
      ssrc: this.#local.ssrc,
      // The first packet of a talk spurt (RFC 3551 section 4.1).
      marker: this.#packets === 0,
    });
    this.#packets += 1;
    void this.#dtls.sendRtp(Buffer.from(payload), header);
  }

  /** Calls `seen` with the payload of each packet until the returned function is called. */
  onAudio(seen: (payload: Uint8Array) => void): () => void {
    return this.#dtls.onRtp.subscribe(({ payload }) => seen(payload)).unSubscribe;
  }

  /** Waits, and says whether the connection was there until the end; both sides ask for consent every 4-6 s. */
  async hold(ms: number): Promise<Hold> {
    const before = this.#consent();
    const until = performance.now() + ms;
    let words = this.#brokenWords();
    while (words === "" && performance.now() < until) {
      await delay(Math.min(HOLD_STEP_MS, Math.max(1, until - performance.now())));
      words = this.#brokenWords();
    }
    const after = this.#consent();
    const answered = after.answered - before.answered;
    // The library itself waits 30 s before it calls a connection lost.
    if (words === "" && answered === 0 && ms >= CONSENT_MS) words = "the other side answers no longer";
    return { held: words === "", words, answered, asked: after.asked - before.asked };
  }

  async #startIce({ ufrag, pwd, candidates }: RemoteParameters): Promise<void> {
    this.#ice.setRemoteParams({ iceLite: false, usernameFragment: ufrag, password: pwd });
    for (const [index, candidate] of candidates.entries()) {
      const { address, port } = this.#sources.tell(candidate);
      // Of lesser priority, the later it is in the list (RFC 8445 section 5.1.2).
      const priority = 2_130_706_431 - 256 * index;
      await this.#ice.addRemoteCandidate(
        new IceCandidate(1, `${index}`, address, port, priority, "udp", "host"),
      );
    }
    await this.#ice.addRemoteCandidate(undefined);
    await this.#ice.start();
  }

  async #startDtls(fingerprints: readonly Fingerprint[]): Promise<void> {
    const accepted = fingerprints.map(({ hash, value }) => new RTCDtlsFingerprint(hash, value));
    this.#dtls.setRemoteParams(new RTCDtlsParameters(accepted, "server"));
    await this.#dtls.start();
  }

  /** Rejects when the other side ends the handshake; the library waits on. An alert before encryption is plain text. */
  #refusal(): Promise<never> {
    return new Promise((_, reject) => {
      this.#ice.connection.onData.subscribe((record) => {
        const description = fatalAlert(record);
        if (description !== undefined)
          reject(new Error(`it ends the handshake with TLS alert ${description}`));
      });
    });
  }

  /** Which half of ICE it was that did not come about: checks from here, from there, or the other side's choice. */
  #checksInWords(): string {
    const words = this.#ice.connection.candidatePairs.map((pair) => {
      const { requestsSent, responsesReceived, requestsReceived, remoteNominated, remoteAddr } = pair;
      const chosen = remoteNominated ? "and chosen by it" : "and not chosen by it";
      return `${remoteAddr.join(":")} answered ${responsesReceived} of ${requestsSent} checks, asked ${requestsReceived} times ${chosen}`;
    });
    return words.slice(0, MOST_PAIRS_SAID).join("; ") || "no pair of addresses";
  }

  #consent(): { readonly answered: number; readonly asked: number } {
    const pair = this.#ice.connection.nominated;
    return { answered: pair?.responsesReceived ?? 0, asked: pair?.requestsReceived ?? 0 };
  }

  #brokenWords(): string {
    if (this.#ice.state !== "connected") return `ICE is ${this.#ice.state}`;
    return this.#dtls.state === "connected" ? "" : `DTLS is ${this.#dtls.state}`;
  }
}

/** DTLS 1.2 record: type, version, epoch, sequence, length, then level and description (RFC 6347 4.1, RFC 5246 7.2). */
function fatalAlert(record: Uint8Array): number | undefined {
  const [type, , , epochHigh, epochLow] = record;
  const isPlainAlert = type === 21 && epochHigh === 0 && epochLow === 0 && record.length >= 15;
  return isPlainAlert && record[13] === 2 ? record[14] : undefined;
}

/** A kernel without IPv6 refuses such a socket, which ends the library's process. */
async function hasIpv6(): Promise<boolean> {
  const socket = createSocket("udp6");
  try {
    socket.bind(0);
    await once(socket, "listening");
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

/** What differs; undefined when one of the signalled fingerprints is the certificate's (RFC 8122 section 5). */
function mismatch(certificate: Uint8Array, fingerprints: readonly Fingerprint[]): string | undefined {
  const shown = fingerprints.map(({ hash, value }) => {
    const actual = digest(certificate, hash);
    return { actual: `${hash} ${actual ?? "unknown"}`, matches: actual === value.toUpperCase() };
  });
  if (shown.some(({ matches }) => matches)) return undefined;
  return `the certificate's fingerprint is ${shown[0]?.actual ?? "unknown"}`;
}

function digest(certificate: Uint8Array, hash: string): string | undefined {
  const algorithm = /^sha-(1|224|256|384|512)$/i.exec(hash)?.[1];
  if (algorithm === undefined) return undefined;
  const bytes = createHash(`sha${algorithm}`).update(certificate).digest();
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":");
}

function profileName(number: number | undefined): string {
  return Object.entries(SRTP_PROFILES).find(([, known]) => known === number)?.[0] ?? `${number}`;
}
