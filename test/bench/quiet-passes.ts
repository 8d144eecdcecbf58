/** A pass with nothing to do: how long, how it compares with merely reading the same, and that it writes nothing. */
import { z } from "zod";
import { createUnixHttp } from "../../src/lxd/unix-http.ts";
import { wokenBy } from "./agent-events.ts";
import type { BenchConsul } from "./bench-consul.ts";
import type { BenchHost, RunningAgent } from "./bench-host.ts";
import type { Figure } from "./figure.ts";
import { KEYS, MEMBERS } from "./fleet.ts";
import { isLook, isWrite } from "./lxd-tap.ts";
import { median } from "./median.ts";

const PASSES = 20;
const REQUEST_MS = 10_000;
/** Token of everybody without one (https://developer.hashicorp.com/consul/docs/security/acl/tokens). */
const ANONYMOUS = "00000000-0000-0000-0000-000000000002";
const tokenSchema = z.object({ Policies: z.array(z.object({ ID: z.string() })) });

export async function measureQuietPasses(
  host: BenchHost,
  agent: RunningAgent,
  consul: BenchConsul,
): Promise<readonly Figure[]> {
  const milliseconds: number[] = [];
  const indexBefore = await consul.index();
  const firstRequest = host.tap.requests.length;
  let looks: readonly string[] = [];
  for (let count = 0; count < PASSES; count += 1) {
    const since = Date.now();
    await host.client.reconcile({ now: false, reason: `bench ${count}` });
    const pass = await agent.events.passAfter(since, wokenBy(`bench ${count}`));
    const { outcome, actions, message } = pass.verdict;
    if (outcome !== "ready" || actions > 0)
      throw new Error(`a pass with nothing to do: ${outcome}, ${message}`);
    milliseconds.push(pass.verdict.milliseconds);
    looks = host.tap.requests
      .filter((request) => request.at >= pass.startedAt && request.at <= pass.endedAt && isLook(request))
      .map(({ path }) => path);
  }
  const lxdWrites = host.tap.requests.slice(firstRequest).filter(isWrite).length;
  const keyWrites = (await consul.index()) - indexBefore;
  const bare = await measureBareLoop(host, consul, looks);
  const middle = median(milliseconds);
  const range = `median of ${PASSES}, ${Math.min(...milliseconds)} to ${Math.max(...milliseconds)} ms`;
  return [
    {
      name: `a pass with nothing to do, ${MEMBERS} containers, ${KEYS} keys`,
      measured: middle,
      target: 250,
      unit: "ms",
      note: range,
    },
    { name: "  its writes to LXD", measured: lxdWrites, target: 0, unit: "", note: `in ${PASSES} passes` },
    { name: "  its writes to Consul", measured: keyWrites, target: 0, unit: "", note: `in ${PASSES} passes` },
    {
      name: "  compared with only reading the same",
      measured: middle / bare,
      unit: "times",
      note: `${looks.length} requests to LXD and 5 to Consul, one after another: ${bare.toFixed(0)} ms`,
    },
  ];
}

/** The same requests once, one after another, answers parsed and dropped. */
async function measureBareLoop(
  { harness }: BenchHost,
  consul: BenchConsul,
  looks: readonly string[],
): Promise<number> {
  const http = createUnixHttp(harness.socketPath);
  const times: number[] = [];
  for (let count = 0; count < PASSES; count += 1) {
    const before = performance.now();
    for (const path of looks) {
      const { body } = await http.send({ method: "GET", path, deadlineMs: REQUEST_MS });
      if (body[0] === 0x7b) JSON.parse(body.toString("utf8"));
    }
    await consul.get("/v1/kv/?recurse=true");
    await consul.get("/v1/kv/convene/bench/inventory");
    await consul.get("/v1/agent/services");
    const token = tokenSchema.parse(await consul.get(`/v1/acl/token/${ANONYMOUS}`));
    await consul.get(`/v1/acl/policy/${token.Policies[0]?.ID ?? ""}`);
    times.push(performance.now() - before);
  }
  return median(times);
}
