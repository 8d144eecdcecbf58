/** What a check and its media process say to each other, one JSON message each way; both read it strictly. */
import { z } from "zod";

const name = z.string().min(1).max(40);
/** ice-ufrag and ice-pwd: RFC 8839 section 5.4 allows up to 256 characters. */
const iceText = z.string().min(1).max(256);
const count = z.int().min(0);
const milliseconds = z.number().min(0);

const addressSchema = z.strictObject({
  address: z.union([z.ipv4(), z.ipv6()]),
  port: z.int().min(1).max(65_535),
});

const fingerprintSchema = z.strictObject({
  /** As RFC 8122 names it: `sha-256`. */
  hash: z.string().min(1).max(16),
  /** Hexadecimal bytes with colons. */
  value: z.string().min(1).max(200),
});

export const remoteSchema = z.strictObject({
  ufrag: iceText,
  pwd: iceText,
  fingerprints: z.array(fingerprintSchema).min(1).max(4),
  /** Where ICE checks are sent, and nowhere else. */
  candidates: z.array(addressSchema).min(1).max(16),
});

const questionSchema = z.discriminatedUnion("ask", [
  z.strictObject({ ask: z.literal("open"), peer: name }),
  z.strictObject({
    ask: z.literal("connect"),
    peer: name,
    remote: remoteSchema,
    iceMs: milliseconds,
    dtlsMs: milliseconds,
  }),
  z.strictObject({
    ask: z.literal("exchange"),
    left: name,
    right: name,
    packets: z.int().min(1).max(3_000),
    /** Of Opus, as it was agreed on. */
    payloadType: z.int().min(0).max(127),
  }),
  z.strictObject({ ask: z.literal("hold"), peer: name, ms: milliseconds.max(60_000) }),
]);

export const requestSchema = z.strictObject({ id: count, question: questionSchema });

export const localSchema = z.strictObject({
  ufrag: iceText,
  pwd: iceText,
  fingerprint: fingerprintSchema,
  /** Of the audio this participant sends. */
  ssrc: z.int().min(1).max(0xffff_ffff),
});

export const connectionSchema = z.discriminatedUnion("connected", [
  z.strictObject({
    connected: z.literal(true),
    iceMs: milliseconds,
    dtlsMs: milliseconds,
    /** Where the nominated pair leads. */
    remote: addressSchema,
    srtpProfile: z.string().max(64),
  }),
  z.strictObject({
    connected: z.literal(false),
    reason: z.enum(["ice_failed", "dtls_failed", "fingerprint_mismatch"]),
    words: z.string().max(500),
  }),
]);

const flowSchema = z.strictObject({
  /** Packets that are judged: those of the first 200 ms are not. */
  sent: count,
  received: count,
  /** Milliseconds; undefined when nothing arrived. */
  delay: z.strictObject({ median: z.number(), p95: z.number() }).optional(),
  /** Milliseconds, smoothed as RFC 3550 section 6.4.1 does. */
  jitter: milliseconds.optional(),
});

export const exchangeSchema = z.strictObject({ leftToRight: flowSchema, rightToLeft: flowSchema });

export const holdSchema = z.strictObject({
  held: z.boolean(),
  /** What ended the connection; empty when it held. */
  words: z.string().max(500),
  /** Consent checks (RFC 7675) of ours that the peer answered, and the peer's that reached us. */
  answered: count,
  asked: count,
});

/** Sent once, when the WebRTC library is loaded. */
export const readySchema = z.strictObject({ ready: z.literal(true) });

export const replySchema = z.union([
  z.strictObject({ id: count, answer: z.unknown() }),
  z.strictObject({ id: count, defect: z.string().max(2_000) }),
]);

export type MediaQuestion = z.output<typeof questionSchema>;
export type RemoteParameters = z.output<typeof remoteSchema>;
export type Fingerprint = z.output<typeof fingerprintSchema>;
export type LocalParameters = z.output<typeof localSchema>;
export type Connection = z.output<typeof connectionSchema>;
export type Flow = z.output<typeof flowSchema>;
export type Exchange = z.output<typeof exchangeSchema>;
export type Hold = z.output<typeof holdSchema>;
