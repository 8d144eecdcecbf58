/** Reads /proc/net/{tcp,tcp6,udp,udp6} (proc(5)): which local ports are open, and whose they are. */
import { endianness } from "node:os";

export interface LocalSocket {
  readonly address: string;
  readonly port: number;
  readonly uid: number;
}

/** States that wait for strangers: TCP_LISTEN, and an unconnected UDP socket (include/net/tcp_states.h). */
const OPEN_STATES: Readonly<Record<"tcp" | "udp", string>> = { tcp: "0A", udp: "07" };

/** Sockets that anybody may send to; connected ones are left out. Lines of another shape are skipped. */
export function parseProcNet(text: string, protocol: "tcp" | "udp"): readonly LocalSocket[] {
  return text.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [, local = "", , state] = fields;
    const match = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local);
    if (match === null || state !== OPEN_STATES[protocol]) return [];
    const [, address = "", port = ""] = match;
    return [{ address: readAddress(address), port: Number.parseInt(port, 16), uid: Number(fields[7] ?? -1) }];
  });
}

/** Groups of 32 bits, each as the machine keeps it in memory. */
function readAddress(hex: string): string {
  const words = (hex.match(/.{8}/g) ?? []).map((word) => Buffer.from(word, "hex"));
  const bytes = Buffer.concat(endianness() === "LE" ? words.map((word) => word.toReversed()) : words);
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}
