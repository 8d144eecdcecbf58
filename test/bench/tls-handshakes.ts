/** What a `tls` check costs above the bare exchange: one TCP connection, one handshake, the chain that was sent. */
import { connect } from "node:net";
import { connect as secure } from "node:tls";
import type { CheckContext } from "../../src/checks/check.ts";
import { servedChain } from "../../src/checks/certificates/served-chain.ts";
import { runCheck } from "../../src/checks/registry.ts";
import type { MeetingLab } from "../lab/meeting-lab.ts";
import { compareTimes } from "./compare-times.ts";
import type { Figure } from "./figure.ts";

const WARM_UP = 300;
const ROUNDS = 2_000;
const TARGET = 1.25;

/** With HAProxy, by the site's public address. */
export async function measureTlsHandshakes(lab: MeetingLab): Promise<Figure> {
  const context = lab.checkContext();
  const desired = { name: "tls", kind: "tls", spec: { host: lab.domain }, intervalSeconds: 600 };
  const checked = async (): Promise<void> => {
    const { reason, message } = await runCheck(desired, context);
    if (reason !== "ok") throw new Error(`the check said ${reason}: ${message}`);
  };
  const bare = (): Promise<void> => exchange(lab, context);
  const { ratio, note } = await compareTimes({ bare, whole: checked, warmUp: WARM_UP, rounds: ROUNDS });
  return {
    name: "a TLS check, compared with the bare handshake",
    measured: ratio,
    target: TARGET,
    unit: "times",
    note,
  };
}

/** The same handshake, with nothing around it. */
function exchange({ domain, addresses }: MeetingLab, context: CheckContext): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: addresses.public, port: 443, noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => {
      const { lenientContext: secureContext } = context;
      const secured = secure({ socket, servername: domain, secureContext, rejectUnauthorized: false });
      secured.once("error", reject);
      secured.once("secureConnect", () => {
        const chain = servedChain(secured);
        secured.destroy();
        socket.destroy();
        if (chain.length === 0) reject(new Error("no certificate was sent"));
        else resolve();
      });
    });
  });
}
