/** Is a port of the site held by a program of the host? LXD's nat devices hold none: they are rules. */
import { sameIp } from "../stun/stun-address.ts";
import type { HostExpectation, PortNeed } from "./host-expectation.ts";
import type { HostFinding } from "./host-finding.ts";
import type { HostReaders } from "./host-readers.ts";
import { type LocalSocket, parseProcNet } from "./proc-net.ts";

/** Wider ranges are the relay's: outgoing UDP of the host takes ports there by chance, and harms nothing. */
const WIDEST_RANGE = 16;

export async function checkPorts(
  expectation: HostExpectation,
  readers: HostReaders,
): Promise<readonly HostFinding[]> {
  const sockets = { tcp: await readSockets("tcp", readers), udp: await readSockets("udp", readers) };
  return expectation.ports
    .filter(({ first, last }) => last - first < WIDEST_RANGE)
    .map((need) => checkPort(need, sockets[need.protocol], expectation.listenAddresses));
}

function checkPort(
  need: PortNeed,
  sockets: readonly LocalSocket[],
  listenAddresses: readonly string[],
): HostFinding {
  const range = need.first === need.last ? `${need.first}` : `${need.first}-${need.last}`;
  const subject = `port ${need.protocol}/${range}`;
  const taker = sockets.find(
    ({ address, port }) => port >= need.first && port <= need.last && inTheWay(address, listenAddresses),
  );
  if (taker === undefined) return { subject, reason: "ok", message: "no other program has it" };
  const { address, port, uid } = taker;
  const message = `a program of user id ${uid} listens on ${address}, port ${port}/${need.protocol}`;
  return { subject, reason: "port_taken", message, evidence: { address, port, uid } };
}

function inTheWay(address: string, listenAddresses: readonly string[]): boolean {
  if (address === "0.0.0.0" || address === "::") return true;
  return listenAddresses.some((own) => sameIp(own, address));
}

async function readSockets(protocol: "tcp" | "udp", readers: HostReaders): Promise<readonly LocalSocket[]> {
  const files = await Promise.all([
    readers.readFile(`/proc/net/${protocol}`),
    readers.readFile(`/proc/net/${protocol}6`),
  ]);
  return files.flatMap((text) => parseProcNet(text ?? "", protocol));
}
