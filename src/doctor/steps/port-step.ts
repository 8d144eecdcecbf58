/** Rung `port`: does the web port answer on every address the name has? */
import { isIPv6 } from "node:net";
import type { CheckResult } from "../../checks/check.ts";
import { CheckFailure } from "../../checks/check-run.ts";
import { hasWayTo } from "../../checks/connect/connect-datagrams.ts";
import { connectReasons } from "../../checks/connect/connect-reasons.ts";
import { openTcp } from "../../checks/connect/open-tcp.ts";
import { finding, findingOf } from "../finding.ts";
import type { Finding } from "../report.ts";
import { defineStep, type Tools } from "../step.ts";
import { hostAndPort } from "../words.ts";

const TIMEOUT_MS = 6_000;

const portReasons = {
  ...connectReasons,
  no_ipv6_here: { severity: "critical", hint: "look from a network with IPv6" },
} as const;

type PortReason = keyof typeof portReasons;

interface Tried {
  readonly address: string;
  readonly result: CheckResult;
}

export const portStep = defineStep("port", ["addresses"], async ({ addresses, target }, tools) => {
  const tried = await Promise.all(addresses.map((address) => tryPort(address, target.port, tools)));
  const answering = tried.filter(({ result }) => result.ok).map(({ address }) => address);
  const noWay = tried.filter(({ result }) => result.reason === ("no_ipv6_here" satisfies PortReason));
  if (noWay.length === tried.length) {
    return {
      asked: true,
      summary: `${target.port} cannot be reached from here`,
      findings: [noIpv6Here(target.host)],
    };
  }
  const findings = tried.filter((one) => !noWay.includes(one)).flatMap(({ result }) => findingOf(result));
  return {
    asked: true,
    summary: summarise(target.port, answering, tried.length),
    ...(answering.length === 0 ? {} : { consequence: "Not everybody reaches", learnt: { answering } }),
    findings,
    notes: noWay.map(({ address }) => `not asked: ${address}, because this machine has no IPv6`),
  };
});

function noIpv6Here(host: string): Finding {
  return finding("critical", "no_ipv6_here", {
    target: host,
    message: `${host} has IPv6 addresses only, and this machine has no IPv6`,
    advice: `${portReasons.no_ipv6_here.hint}; and as many people have none, give the name an A record too`,
  });
}

async function tryPort(address: string, port: number, tools: Tools): Promise<Tried> {
  const { result } = await tools.ask({
    kind: "port",
    target: hostAndPort(address, port),
    reasons: portReasons,
    timeout: TIMEOUT_MS,
    work: async (run) => {
      if (isIPv6(address) && !(await hasWayTo(address, port))) {
        throw new CheckFailure<PortReason>("no_ipv6_here", "this machine has no IPv6");
      }
      const socket = await openTcp(address, port, run);
      socket.destroy();
    },
    describe: () => "is open",
  });
  return { address, result };
}

function summarise(port: number, answering: readonly string[], all: number): string {
  if (answering.length === 0) return `${port} does not answer`;
  if (all === 1) return `${port} is open`;
  return answering.length === all
    ? `${port} is open on ${all} addresses`
    : `${port} is open on ${answering.join(", ")}`;
}
