/** One ICE connectivity check on a videobridge's media port: only the right credentials are answered at all. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { openUdpChannel } from "../stun/stun-channel.ts";
import type { TransportAddress } from "../stun/stun-address.ts";
import { StunClient } from "../stun/stun-client.ts";
import { Attribute, MessageClass, Method } from "../stun/stun-constants.ts";
import type { DecodedStun } from "../stun/stun-decode.ts";
import { stunError, textAttribute, uint32Attribute } from "../stun/stun-message.ts";
import type { MediaReason } from "./media-reasons.ts";
import type { MediaTransport } from "./media-transport.ts";

/** Of the bridge's side. */
export type IceCredentials = Pick<MediaTransport, "ufrag" | "pwd">;

const ANSWER_MS = 2_500;
/** Peer-reflexive, any local preference, component 1 (RFC 8445 section 5.1.2.1). */
const PRIORITY = (110 << 24) | (65_535 << 8) | 255;

/** Fails with `media_port_closed`, `media_no_answer`, `media_refused` or a ConnectReason. */
export async function checkMediaPort(
  { address, port }: TransportAddress,
  transport: IceCredentials,
  run: CheckRun,
): Promise<void> {
  const client = new StunClient(await openUdpChannel(address, port, run), run);
  try {
    const answer = await connectivityCheck(client, transport, run);
    const error = stunError(answer, Attribute.errorCode);
    if (answer.messageClass !== MessageClass.success) {
      const words = error === undefined ? "an error without a code" : `${error.code} ${error.phrase}`;
      throw failure("media_refused", `${address}:${port} answers the connectivity check with ${words}`);
    }
    if (answer.verifyIntegrity(Buffer.from(transport.pwd)) !== true) {
      throw failure("media_refused", `${address}:${port} answers without knowing the allocated password`);
    }
    client.trustPeer();
    run.say(`← connectivity check answered by ${address}:${port}`);
  } catch (error) {
    throw named(error, `${address}:${port}/udp`);
  } finally {
    client.close();
  }
}

/** The bridge is the controlling side, as jicofo always sets it up (RFC 8445 section 7.2.2). */
function connectivityCheck(
  client: StunClient,
  transport: IceCredentials,
  run: CheckRun,
): Promise<DecodedStun> {
  const localUfrag = Buffer.from(run.context.randomBytes(4)).toString("hex");
  run.say(`→ connectivity check as ${transport.ufrag}:${localUfrag}`);
  return client.request(
    {
      method: Method.binding,
      attributes: () => [
        textAttribute(Attribute.username, `${transport.ufrag}:${localUfrag}`),
        uint32Attribute(Attribute.priority, PRIORITY),
        { type: Attribute.iceControlled, value: run.context.randomBytes(8) },
      ],
      options: { integrityKey: Buffer.from(transport.pwd), fingerprint: true },
    },
    { waitMs: ANSWER_MS, signal: run.signal },
  );
}

function named(error: unknown, target: string): unknown {
  if (!(error instanceof CheckFailure)) return error;
  if (error.reason === "no_answer") return failure("media_no_answer", `${target} does not answer`);
  if (error.reason === "port_closed") return failure("media_port_closed", `${target} is closed`);
  return error;
}

function failure(reason: MediaReason, message: string): CheckFailure<MediaReason> {
  return new CheckFailure(reason, message);
}
