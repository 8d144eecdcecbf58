/** Check kind `tcp`: a port accepts connections, and says, or does not say, what it should. */
import type { Socket } from "node:net";
import { z } from "zod";
import { defineKind, type ReasonTable } from "./check-kind.ts";
import { CheckFailure, type CheckRun } from "./check-run.ts";
import { connectReasons, type ConnectReason } from "./connect/connect-reasons.ts";
import { findAddress } from "./connect/find-address.ts";
import { openTcp } from "./connect/open-tcp.ts";
import { whenLate } from "./connect/when-late.ts";
import { durationField, portField, targetFields } from "./spec-values.ts";

const schema = z
  .strictObject({
    ...targetFields,
    port: portField,
    banner: z.string().min(1).max(200).optional(),
    silentFor: durationField.optional(),
  })
  .refine(({ banner, silentFor }) => banner === undefined || silentFor === undefined, {
    message: "a port is either to say something or to be silent",
    path: ["silentFor"],
  });

type TcpSpec = z.output<typeof schema>;

const tcpReasons = {
  banner_missing: {
    severity: "critical",
    hint: "the port is open and the service behind it silent: it hangs, or another one holds the port (ss -tlnp in the container)",
  },
  banner_wrong: {
    severity: "critical",
    hint: "another service answers on this port (ss -tlnp in the container), or the check's `banner:` is out of date",
  },
  closed_at_once: {
    severity: "critical",
    hint: "connections are accepted and dropped: a proxy without its backend, or a service at its limit (convene logs CONTAINER)",
  },
  not_silent: {
    severity: "critical",
    hint: "the service should wait for its client and does not: another one holds the port (ss -tlnp in the container)",
  },
} as const satisfies ReasonTable<string>;

type TcpReason = keyof typeof tcpReasons;

/** Bytes of a banner that are looked at. */
const BANNER_LIMIT = 4_096;
const BANNER_MS = 5_000;

export const tcpCheck = defineKind<TcpSpec, TcpReason | ConnectReason>({
  kind: "tcp",
  interval: 60_000,
  schema,
  reasons: { ...connectReasons, ...tcpReasons },
  target: (spec) => `${spec.host}:${spec.port}/tcp`,
  run: async (spec, run) => {
    const socket = await openTcp(await findAddress(spec, run), spec.port, run);
    try {
      if (spec.banner !== undefined) await expectBanner(socket, spec.banner, run);
      if (spec.silentFor !== undefined) await expectSilence(socket, spec.silentFor, run);
      return { reason: "ok", message: "accepts connections" };
    } finally {
      socket.destroy();
    }
  },
});

function expectBanner(socket: Socket, banner: string, run: CheckRun): Promise<void> {
  return run.phase("banner", async () => {
    const said = await listen(socket, BANNER_MS, run, (text) => text.includes(banner));
    if (said.text.includes(banner)) return;
    if (said.text === "") {
      if (said.closed) throw failure("closed_at_once", "the connection was closed before a word was said");
      throw failure("banner_missing", `nothing came, expected ${JSON.stringify(banner)}`);
    }
    throw failure(
      "banner_wrong",
      `expected ${JSON.stringify(banner)}, got ${JSON.stringify(said.text.slice(0, 80))}`,
    );
  });
}

function expectSilence(socket: Socket, milliseconds: number, run: CheckRun): Promise<void> {
  return run.phase("silence", async () => {
    const said = await listen(socket, milliseconds, run, (text) => text !== "");
    run.signal.throwIfAborted();
    if (said.text !== "") throw failure("not_silent", `it says ${JSON.stringify(said.text.slice(0, 80))}`);
    if (said.closed) throw failure("closed_at_once", "the connection was closed though nobody said a word");
  });
}

interface Said {
  readonly text: string;
  readonly closed: boolean;
}

/** What the other side says until it is enough, at most 4 KiB, the time is over or the connection. */
async function listen(
  socket: Socket,
  milliseconds: number,
  run: CheckRun,
  enough: (text: string) => boolean,
): Promise<Said> {
  const { promise, resolve } = Promise.withResolvers<Said>();
  let text = "";
  socket.on("data", (piece: Buffer) => {
    text += piece.toString("latin1", 0, BANNER_LIMIT - text.length);
    if (enough(text) || text.length >= BANNER_LIMIT) resolve({ text, closed: false });
  });
  socket.once("close", () => resolve({ text, closed: true }));
  const forget = whenLate(milliseconds, run.signal, () => resolve({ text, closed: false }));
  try {
    const said = await promise;
    if (said.text !== "") run.say(`← ${said.text}`);
    return said;
  } finally {
    forget();
  }
}

function failure(reason: TcpReason, message: string): CheckFailure<TcpReason> {
  return new CheckFailure(reason, message);
}
