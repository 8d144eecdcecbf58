/** Check kind `turn`: an allocation with a minted credential, data through it and back, and what it must refuse. */
import { z } from "zod";
import { defineKind } from "./check-kind.ts";
import { CheckFailure, type CheckRun } from "./check-run.ts";
import { explainedByTls } from "./connect/connect-reasons.ts";
import { findAddress } from "./connect/find-address.ts";
import { ipField, portField, portRangeField, targetFields } from "./spec-values.ts";
import type { CredentialSource } from "./turn/credential-source.ts";
import { climbTurnLadder, type TurnLadderReason, turnLadderReasons } from "./turn/turn-ladder.ts";
import type { TurnReason } from "./turn/turn-reasons.ts";

const schema = z.strictObject({
  ...targetFields,
  transport: z.enum(["udp", "tcp", "tls"]).default("udp"),
  port: portField.optional(),
  secret: z.string().min(1),
  realm: z.string().min(1).optional(),
  relayAddresses: z.array(ipField).optional(),
  relayPorts: portRangeField.optional(),
  echo: z.boolean().default(true),
  outside: z.boolean().default(false),
  allowedPeers: z.array(ipField).max(32).default([]),
  refusedPeers: z
    .array(z.union([z.literal("private"), ipField]))
    .max(32)
    .default([]),
  refuseExpired: z.boolean().default(false),
  refuseTcpRelay: z.boolean().default(false),
  allowSelfSigned: z.boolean().default(false),
});

type TurnSpec = z.output<typeof schema>;

export const turnCheck = defineKind<TurnSpec, TurnLadderReason>({
  kind: "turn",
  interval: 60_000,
  schema,
  reasons: turnLadderReasons,
  explainedBy: explainedByTls,
  target: (spec) => `${spec.host}:${portOf(spec)}/${spec.transport}`,
  run: async (spec, run) => {
    const source = await readSecret(spec.secret, run);
    const address = await findAddress(spec, run);
    return await climbTurnLadder({ ...spec, address, port: portOf(spec) }, source, spec, run);
  },
});

async function readSecret(name: string, run: CheckRun): Promise<CredentialSource> {
  try {
    return { kind: "secret", secret: await run.context.secret(name) };
  } catch (cause) {
    const message = `the secret ${name} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new CheckFailure<TurnReason>("secret_missing", message, { cause });
  }
}

function portOf(spec: TurnSpec): number {
  return spec.port ?? (spec.transport === "tls" ? 5349 : 3478);
}
