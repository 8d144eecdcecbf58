/** Rung `port`: does the web port answer on every address the name has? */
import { isIPv6 } from "node:net";
import type { CheckResult } from "../../checks/check.ts";
import { connectReasons } from "../../checks/connect/connect-reasons.ts";
import { openTcp } from "../../checks/connect/open-tcp.ts";
import { findingOf } from "../finding.ts";
import { defineStep, type Tools } from "../step.ts";
import { hostAndPort } from "../words.ts";

const TIMEOUT_MS = 6_000;

interface Tried {
  readonly address: string;
  readonly result: CheckResult;
}

export const portStep = defineStep("port", ["addresses"], async ({ addresses, target }, tools) => {
  const tried = await Promise.all(addresses.map((address) => tryPort(address, target.port, tools)));
  const answering = tried.filter(({ result }) => result.ok).map(({ address }) => address);
  const noWay = tried.filter(({ address, result }) => lacksIpv6(address, result));
  // Where no IPv4 address is either, having no IPv6 here is all there is to say.
  const silent = noWay.length === tried.length ? tried : tried.filter((one) => !noWay.includes(one));
  return {
    asked: true,
    summary: summarise(target.port, answering, tried.length),
    findings: silent.flatMap(({ result }) => findingOf(result)),
    notAsked:
      silent === tried ? [] : noWay.map(({ address }) => `${address}, because this machine has no IPv6`),
    ...(answering.length === 0 ? {} : { learnt: { answering } }),
  };
});

async function tryPort(address: string, port: number, tools: Tools): Promise<Tried> {
  const { result } = await tools.ask({
    kind: "port",
    target: hostAndPort(address, port),
    reasons: connectReasons,
    timeout: TIMEOUT_MS,
    work: async (run) => {
      const socket = await openTcp(address, port, run);
      socket.destroy();
    },
    describe: () => "is open",
  });
  return { address, result };
}

function lacksIpv6(address: string, { reason }: CheckResult): boolean {
  return isIPv6(address) && reason === "unreachable";
}

function summarise(port: number, answering: readonly string[], all: number): string {
  if (answering.length === 0) return `${port} does not answer`;
  if (all === 1) return `${port} is open`;
  return answering.length === all
    ? `${port} is open on ${all} addresses`
    : `${port} is open on ${answering.join(", ")}`;
}
