/** Check kind `turn`: an allocation with a minted credential, and data through its own relay and back. */
import { z } from "zod";
import { defineKind } from "./check-kind.ts";
import { CheckFailure, type CheckRun } from "./check-run.ts";
import { connectReasons, type ConnectReason, tlsReasons, type TlsReason } from "./connect/connect-reasons.ts";
import { findAddress } from "./connect/find-address.ts";
import { ipField, portField, portRangeField, targetFields } from "./spec-values.ts";
import { mintTurnCredential, type TurnCredential } from "./stun/credentials.ts";
import { sameIp, type TransportAddress } from "./stun/stun-address.ts";
import { StunClient } from "./stun/stun-client.ts";
import { stunReasons, type StunReason } from "./stun/stun-reasons.ts";
import { fromAnotherPort } from "./turn/from-another-port.ts";
import { openTurnChannel } from "./turn/open-turn-channel.ts";
import { echoThroughRelay } from "./turn/relay-echo.ts";
import { judgePermission } from "./turn/permission.ts";
import { type TurnReason, turnReasons } from "./turn/turn-reasons.ts";
import { requestChallenge, TurnSession } from "./turn/turn-session.ts";

const schema = z.strictObject({
  ...targetFields,
  transport: z.enum(["udp", "tcp", "tls"]).default("udp"),
  port: portField.optional(),
  secret: z.string().min(1),
  realm: z.string().min(1).optional(),
  relayAddresses: z.array(ipField).optional(),
  relayPorts: portRangeField.optional(),
  echo: z.boolean().default(true),
  refusedPeers: z.array(ipField).max(8).default([]),
  allowSelfSigned: z.boolean().default(false),
});

type TurnSpec = z.output<typeof schema>;
type Reason = TurnReason | StunReason | ConnectReason | TlsReason;

/** The user part of the minted name, so that coturn's log tells a check from a person. */
const USER = "convene-check";
const CREDENTIAL_SECONDS = 300;

export const turnCheck = defineKind<TurnSpec, Reason>({
  kind: "turn",
  schema,
  reasons: { ...connectReasons, ...tlsReasons, ...stunReasons, ...turnReasons },
  target: (spec) => `${spec.host}:${portOf(spec)}/${spec.transport}`,
  run: async (spec, run) => {
    const credential = await mint(spec.secret, run);
    const message = await fromAnotherPort(run, () => attemptLadder(spec, credential, run));
    return { reason: "ok", message };
  },
});

/** The whole ladder on one connection; gives back what it allocated, also when a rung fails. */
async function attemptLadder(spec: TurnSpec, credential: TurnCredential, run: CheckRun): Promise<string> {
  const address = await findAddress(spec, run);
  const server = { ...spec, address, port: portOf(spec) };
  const client = new StunClient(await openTurnChannel(server, run), run);
  try {
    const challenge = await run.phase("challenge", () => requestChallenge(client, run));
    if (spec.realm !== undefined && challenge.realm !== spec.realm) {
      throw failure("wrong_realm", `the server's realm is ${challenge.realm}, not ${spec.realm}`);
    }
    const session = new TurnSession(client, credential, challenge, run);
    try {
      return await climb(spec, client, session, run);
    } finally {
      await run.phase("release", () => session.release());
    }
  } finally {
    client.close();
  }
}

/** The rungs that need a credential. */
async function climb(
  spec: TurnSpec,
  client: StunClient,
  session: TurnSession,
  run: CheckRun,
): Promise<string> {
  const { relayed } = await run.phase("allocate", () => session.allocate());
  run.note({ relayedAddress: relayed.address, relayedPort: relayed.port });
  judgeRelayed(spec, relayed);
  for (const peer of spec.refusedPeers) await run.phase("refusal", () => expectRefusal(session, peer));
  if (!spec.echo) return `allocated ${relayed.address}`;
  await run.phase("permission", async () =>
    judgePermission(await session.permit(relayed.address), relayed.address),
  );
  await run.phase("data", () => echoThroughRelay(client, session, relayed, run));
  return `relays through ${relayed.address}`;
}

async function mint(name: string, run: CheckRun): Promise<TurnCredential> {
  try {
    const secret = await run.context.secret(name);
    return mintTurnCredential(secret, USER, run.context.clock.now(), CREDENTIAL_SECONDS);
  } catch (cause) {
    const message = `the secret ${name} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new CheckFailure<TurnReason>("secret_missing", message, { cause });
  }
}

function judgeRelayed(spec: TurnSpec, relayed: TransportAddress): void {
  const { relayAddresses, relayPorts } = spec;
  if (relayAddresses !== undefined && !relayAddresses.some((address) => sameIp(address, relayed.address))) {
    const message = `the relayed address is ${relayed.address}, expected ${relayAddresses.join(" or ")}`;
    throw failure("wrong_relayed_address", message);
  }
  if (relayPorts !== undefined && (relayed.port < relayPorts.first || relayed.port > relayPorts.last)) {
    const message = `the relayed port is ${relayed.port}, expected ${relayPorts.first}-${relayPorts.last}`;
    throw failure("wrong_relayed_port", message);
  }
}

async function expectRefusal(session: TurnSession, peer: string): Promise<void> {
  const error = await session.permit(peer);
  if (error !== undefined) return;
  throw failure("private_peer_allowed", `the relay lets clients reach ${peer}`, { peer });
}

function failure(
  reason: TurnReason,
  message: string,
  evidence: Record<string, string | number> = {},
): CheckFailure<TurnReason> {
  return new CheckFailure(reason, message, { evidence });
}

function portOf(spec: TurnSpec): number {
  return spec.port ?? (spec.transport === "tls" ? 5349 : 3478);
}
