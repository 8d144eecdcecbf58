/** Does an XMPP server answer for a domain, by the WebSocket or by BOSH, and which logins does it offer? */
import { CheckFailure } from "../../checks/check-run.ts";
import type { CheckResult } from "../../checks/check.ts";
import { connectReasons, tlsReasons } from "../../checks/connect/connect-reasons.ts";
import { openStream } from "../../checks/xmpp/open-stream.ts";
import { offeredMechanisms } from "../../checks/xmpp/sasl.ts";
import { type SessionReason, sessionReasons } from "../../checks/xmpp/session-reasons.ts";
import { readFeatures } from "../../checks/xmpp/xmpp-stream.ts";
import type { XmppTarget } from "../../checks/xmpp/xmpp-target.ts";
import type { Tools } from "../step.ts";
import { hostAndPort } from "../words.ts";

const TIMEOUT_MS = 10_000;
const ANSWER_MS = 5_000;

export interface AskedStream {
  readonly result: CheckResult;
  /** Empty where nobody answered. */
  readonly mechanisms: readonly string[];
}

/** `needed` fails with `missing_mechanism` when it is not offered. */
export async function askStream(
  target: XmppTarget,
  domain: string,
  tools: Tools,
  needed?: "ANONYMOUS",
): Promise<AskedStream> {
  const { result, value } = await tools.ask({
    kind: target.bosh === true ? "bosh" : "websocket",
    target: `${urlOf(target)} ${domain}`,
    reasons: { ...connectReasons, ...tlsReasons, ...sessionReasons },
    timeout: TIMEOUT_MS,
    work: async (run) => {
      const stream = await openStream(target, run);
      try {
        await run.phase("open", () => stream.open(domain, ANSWER_MS));
        const features = await run.phase("features", () => readFeatures(stream, ANSWER_MS));
        const offered = offeredMechanisms(features);
        run.note({ mechanisms: offered.join(" ") });
        if (needed !== undefined && !offered.includes(needed)) {
          const message = `${domain} does not let in people without an account: it offers ${offered.join(", ") || "no login"}`;
          throw new CheckFailure<SessionReason>("missing_mechanism", message);
        }
        return offered;
      } finally {
        await stream.close();
      }
    },
    describe: (offered) => `answers for ${domain}, offers ${offered.join(", ")}`,
  });
  return { result, mechanisms: value ?? [] };
}

function urlOf({ host, port, secure, path, bosh }: XmppTarget): string {
  const scheme = `${bosh === true ? "http" : "ws"}${secure ? "s" : ""}`;
  const standard = port === (secure ? 443 : 80);
  return `${scheme}://${standard ? hostOf(host) : hostAndPort(host, port)}${path}`;
}

function hostOf(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
