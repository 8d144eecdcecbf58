/** Check kind `stun`: a binding request over UDP comes back with the address it was seen from. */
import { z } from "zod";
import { defineKind } from "./check-kind.ts";
import { CheckFailure, type CheckRun, type Verdict } from "./check-run.ts";
import { connectReasons, type ConnectReason } from "./connect/connect-reasons.ts";
import { findAddress } from "./connect/find-address.ts";
import { ipField, portField, targetFields } from "./spec-values.ts";
import { bind } from "./stun/bind.ts";
import { type BindingReason, bindingReasons } from "./stun/binding-reasons.ts";
import { answeredFromElsewhere } from "./stun/other-source.ts";
import { sameIp, type TransportAddress } from "./stun/stun-address.ts";
import { openUdpChannel } from "./stun/stun-channel.ts";
import { StunClient } from "./stun/stun-client.ts";
import { stunReasons, type StunReason } from "./stun/stun-reasons.ts";

const schema = z.strictObject({
  ...targetFields,
  port: portField.default(3478),
  reflexive: z.array(ipField).optional(),
});

type StunSpec = z.output<typeof schema>;
type Reason = StunReason | BindingReason | ConnectReason;

export const stunCheck = defineKind<StunSpec, Reason>({
  kind: "stun",
  schema,
  reasons: { ...connectReasons, ...stunReasons, ...bindingReasons },
  target: (spec) => `${spec.host}:${spec.port}/udp`,
  run: async (spec, run) => {
    const server = { address: await findAddress(spec, run), port: spec.port };
    const seenFrom = await run.phase("binding", () => ask(server, run));
    run.note({ reflexiveAddress: seenFrom.address, reflexivePort: seenFrom.port });
    return judge(spec, seenFrom.address);
  },
});

async function ask(server: TransportAddress, run: CheckRun): Promise<TransportAddress> {
  const client = new StunClient(await openUdpChannel(server.address, server.port, run), run);
  try {
    return await bind(client, run);
  } catch (error) {
    const isSilence = error instanceof CheckFailure && error.reason === ("no_answer" satisfies StunReason);
    if (!isSilence || run.signal.aborted) throw error;
    throw (await wrongSource(server, run)) ?? error;
  } finally {
    client.close();
  }
}

async function wrongSource(
  asked: TransportAddress,
  run: CheckRun,
): Promise<CheckFailure<BindingReason> | undefined> {
  const from = await answeredFromElsewhere(asked, run);
  if (from === undefined) return undefined;
  const source = `${from.address}:${from.port}`;
  return new CheckFailure("wrong_source", `${asked.address}:${asked.port} answers from ${source}`, {
    evidence: { source },
  });
}

function judge({ reflexive }: StunSpec, seenAs: string): Verdict<Reason | "ok"> {
  if (reflexive === undefined || reflexive.some((address) => sameIp(address, seenAs))) {
    return { reason: "ok", message: `answers, and sees us as ${seenAs}` };
  }
  const message = `the server sees us as ${seenAs}, expected ${reflexive.join(" or ")}`;
  return { reason: "wrong_reflexive_address", message };
}
