/** The way to an XMPP server that a target names: its WebSocket, or BOSH. */
import type { CheckRun } from "../check-run.ts";
import { BoshStream } from "./bosh-stream.ts";
import { openFramedStream } from "./framed-stream.ts";
import type { XmppStream } from "./xmpp-stream.ts";
import type { XmppTarget } from "./xmpp-target.ts";

/** Fails with a reason of `connect/` or a SessionReason; BOSH connects only when the stream is opened. */
export async function openStream(target: XmppTarget, run: CheckRun): Promise<XmppStream> {
  return target.bosh === true ? new BoshStream(target, run) : await openFramedStream(target, run);
}
