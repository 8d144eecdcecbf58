/** Rung `port`: does the web port answer on every address the name has? */
import { isIPv6 } from "node:net";
import type { CheckResult } from "../../checks/check.ts";
import { CheckFailure } from "../../checks/check-run.ts";
import { wayTo } from "../../checks/connect/connect-datagrams.ts";
import { connectReasons } from "../../checks/connect/connect-reasons.ts";
import { openTcp } from "../../checks/connect/open-tcp.ts";
import { finding, findingOf } from "../finding.ts";
import { isOwnLack } from "../own-ipv6.ts";
import type { Finding } from "../report.ts";
import { defineStep, type Tools } from "../step.ts";
import { hostAndPort } from "../words.ts";

const TIMEOUT_MS = 6_000;

const portReasons = {
  ...connectReasons,
  /** Of this machine and not of the site. */
  no_ipv6_here: { severity: "info", hint: "look from a network with IPv6" },
} as const;

type PortReason = keyof typeof portReasons;

interface Tried {
  readonly address: string;
  readonly result: CheckResult;
}

export const portStep = defineStep("port", ["addresses"], async ({ addresses, target }, tools) => {
  const tried = await Promise.all(addresses.map((address) => tryPort(address, target.port, tools)));
  const answering = tried.filter(({ result }) => result.reason === "ok").map(({ address }) => address);
  const noWay = tried.filter(({ result }) => result.reason === ("no_ipv6_here" satisfies PortReason));
  const [first] = noWay;
  if (first !== undefined && noWay.length === tried.length) {
    return {
      asked: true,
      summary: `${target.port} cannot be reached from here`,
      findings: [noIpv6Here(target.host, first.result.message)],
    };
  }
  const findings = tried.filter((one) => !noWay.includes(one)).flatMap(({ result }) => findingOf(result));
  return {
    asked: true,
    summary: summarise(target.port, answering, tried.length),
    ...(answering.length === 0 ? {} : { consequence: "Not everybody reaches", learnt: { answering } }),
    findings,
    notes: noWay.map(({ address, result }) => `not asked: ${address}, because ${result.message}`),
  };
});

function noIpv6Here(host: string, because: string): Finding {
  return finding("critical", "no_ipv6_here", {
    target: host,
    message: `${host} has IPv6 addresses only, and ${because}`,
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
      const way = isIPv6(address) ? await wayTo(address, port) : {};
      if (way === undefined) throw noIpv6("this machine has no IPv6");
      try {
        const socket = await openTcp(address, port, run);
        socket.destroy();
      } catch (error) {
        const isOurs = error instanceof CheckFailure && isOwnLack(way.source, address, error.reason);
        throw isOurs ? noIpv6(`this machine has no IPv6 address of the internet, only ${way.source}`) : error;
      }
    },
    describe: () => "is open",
  });
  return { address, result };
}

function noIpv6(message: string): CheckFailure<PortReason> {
  return new CheckFailure<PortReason>("no_ipv6_here", message);
}

function summarise(port: number, answering: readonly string[], all: number): string {
  if (answering.length === 0) return `${port} does not answer`;
  if (all === 1) return `${port} is open`;
  return answering.length === all
    ? `${port} is open on ${all} addresses`
    : `${port} is open on ${answering.join(", ")}`;
}
