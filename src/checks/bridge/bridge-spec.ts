/** What a Check of kind `bridge` says: fields, defaults, and what follows from them. */
import { z } from "zod";
import type { Expectation } from "../media/candidate-targets.ts";
import type { MediaCandidate } from "../media/media-transport.ts";
import { durationField, hostField, ipField, portField } from "../spec-values.ts";

const turnSchema = z.strictObject({
  /** Absent: the site has no relay. */
  host: hostField.optional(),
  address: ipField.optional(),
  port: portField.default(3478),
  transport: z.enum(["udp", "tcp", "tls"]).default("udp"),
  secret: z.string().min(1),
  allowSelfSigned: z.boolean().default(false),
});

export const bridgeSchema = z.strictObject({
  address: ipField,
  restPort: portField.default(8080),
  publicAddresses: z.array(ipField).default([]),
  mediaPort: portField.default(10_000),
  mediaPortPlus: z.int().min(0).max(1_000).default(0),
  via: z.array(ipField).min(1).max(8).optional(),
  domain: hostField.default("check.invalid"),
  registered: z.boolean().default(true),
  nickname: z.string().min(1).max(64).optional(),
  focus: z.strictObject({ address: ipField, port: portField.default(8888) }).optional(),
  connect: z.boolean().default(true),
  hold: durationField.pipe(z.number().max(60_000)).default(8_000),
  turn: turnSchema.optional(),
  timeout: durationField.default(25_000),
});

export type BridgeSpec = z.output<typeof bridgeSchema>;
export type BridgeTurn = z.output<typeof turnSchema> & { readonly host: string };

/** Undefined where no relay is to be tried. */
export function turnOf({ turn }: BridgeSpec): BridgeTurn | undefined {
  return turn?.host === undefined ? undefined : { ...turn, host: turn.host };
}

export function mediaPortOf(spec: BridgeSpec): number {
  return spec.mediaPort + spec.mediaPortPlus;
}

/** Of its container and public; which of them it tells participants is its own matter. */
export function meantCandidates(spec: BridgeSpec): readonly MediaCandidate[] {
  const addresses = new Set([spec.address, ...spec.publicAddresses]);
  return [...addresses].map((ip) => ({ ip, port: mediaPortOf(spec), type: "meant" }));
}

export function expectationOf(spec: BridgeSpec): Expectation {
  return { publicAddresses: spec.publicAddresses, mediaPort: mediaPortOf(spec), via: spec.via ?? [] };
}
