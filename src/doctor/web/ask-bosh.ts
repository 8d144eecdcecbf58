/** Is BOSH (XEP-0124) passed on to the XMPP server? It says so to who only looks. */
import { CheckFailure } from "../../checks/check-run.ts";
import type { CheckResult } from "../../checks/check.ts";
import type { ReasonTable } from "../../checks/check-kind.ts";
import { connectReasons, tlsReasons } from "../../checks/connect/connect-reasons.ts";
import { exchangeHttp } from "../../checks/connect/http-exchange.ts";
import { openSecured } from "../../checks/connect/open-secured.ts";
import { hostAndPort } from "../words.ts";
import type { Tools } from "../step.ts";
import { describePage } from "./describe-page.ts";
import type { Where } from "./where-of.ts";

const boshReasons = {
  bosh_not_proxied: {
    severity: "critical",
    hint: "nginx must pass `location = /http-bind` on to Prosody's port 5280, and Prosody needs the module `bosh`",
  },
} as const satisfies ReasonTable<string>;

const TIMEOUT_MS = 8_000;

/** Prosody and ejabberd answer a GET with a page that names BOSH; a web server answers as for any path. */
export async function askBosh(where: Where, tools: Tools): Promise<CheckResult> {
  const { allowSelfSigned } = tools.request;
  const { result } = await tools.ask({
    kind: "bosh",
    target: `${where.secure ? "https" : "http"}://${hostAndPort(where.host, where.port)}${where.path}`,
    reasons: { ...connectReasons, ...tlsReasons, ...boshReasons },
    timeout: TIMEOUT_MS,
    work: async (run) => {
      const socket = await openSecured({ ...where, allowSelfSigned, alpn: ["http/1.1"] }, run);
      const { host, path } = where;
      const answer = await exchangeHttp(socket, { method: "GET", host, path }, run);
      if (answer.status === 200 && /bosh/i.test(answer.body)) return;
      const message = `BOSH is not there: ${path} is ${describePage(answer)}`;
      throw new CheckFailure<keyof typeof boshReasons>("bosh_not_proxied", message);
    },
    describe: () => "leads to the XMPP server",
  });
  return result;
}
