/** The four WebSockets of a running command: input, output, errors and control (doc/rest-api.md, "exec"). */
import { once } from "node:events";
import { WebSocket } from "ws";
import { z } from "zod";
import { unexpected } from "./lxd-errors.ts";
import type { LxdOperation } from "./schema.ts";
import { openWebSocket } from "./websocket.ts";

/** What is kept of each output; the rest is read and dropped, so that the command never blocks. */
const OUTPUT_LIMIT_BYTES = 1024 * 1024;
/** Output may arrive a little after the operation has ended. */
const DRAIN_MS = 2_000;
const CHUNK_BYTES = 64 * 1024;

const fdsSchema = z.object({
  fds: z.object({ "0": z.string(), "1": z.string(), "2": z.string(), control: z.string() }),
});

export interface CapturedOutput {
  readonly text: string;
  readonly truncated: boolean;
}

export interface ExecStreams {
  /** Writes the whole input and ends it. */
  sendInput(input: string | Uint8Array): void;
  /** Passes a signal to the command. */
  kill(signal: number): void;
  /** Resolves when both outputs have ended, or shortly after. */
  drained(): Promise<void>;
  stdout(): CapturedOutput;
  stderr(): CapturedOutput;
  /** Closes everything; a command that still runs is killed by that. */
  close(): void;
}

/**
 * Connects all four, the control socket first: LXD runs the command as soon as the other three are there, gives up
 * when they are not within 5 s, and refuses a socket (with status 500) once the command has ended, which `true` has
 * before the next handshake is through (lxd/instance_exec.go).
 */
export async function openExecStreams(socketPath: string, operation: LxdOperation): Promise<ExecStreams> {
  const parsed = fdsSchema.safeParse(operation.metadata);
  if (!parsed.success) throw unexpected("POST exec", parsed.error);
  const { fds } = parsed.data;
  const outputs = [createCapture(), createCapture()] as const;
  const open = async (secret: string, onMessage: Capture["onMessage"]): Promise<WebSocket> => {
    const path = `/1.0/operations/${operation.id}/websocket?secret=${encodeURIComponent(secret)}`;
    return await openWebSocket(socketPath, path, onMessage);
  };
  const control = await open(fds.control, ignore);
  const settled = await Promise.allSettled([
    open(fds["0"], ignore),
    open(fds["1"], outputs[0].onMessage),
    open(fds["2"], outputs[1].onMessage),
  ]);
  const sockets = settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const close = (): void => {
    for (const socket of [control, ...sockets]) socket.terminate();
  };
  const [input, output, errors] = sockets;
  if (!input || !output || !errors) {
    close();
    throw settled.find((result) => result.status === "rejected")?.reason;
  }
  return {
    close,
    sendInput: (content) => sendAll(input, content),
    kill: (signal) => {
      if (control.readyState === WebSocket.OPEN) control.send(JSON.stringify({ command: "signal", signal }));
    },
    drained: async () => {
      await Promise.all([ended(output, outputs[0]), ended(errors, outputs[1])]);
    },
    stdout: outputs[0].result,
    stderr: outputs[1].result,
  };
}

interface Capture {
  readonly onMessage: (data: Buffer, isBinary: boolean) => void;
  readonly end: Promise<undefined>;
  readonly result: () => CapturedOutput;
}

/** Collects binary frames up to the limit; an empty text frame is the end of the stream. */
function createCapture(): Capture {
  const chunks: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let size = 0;
  let truncated = false;
  return {
    end: promise,
    onMessage: (data, isBinary) => {
      if (!isBinary && data.length === 0) {
        resolve(undefined);
        return;
      }
      const room = OUTPUT_LIMIT_BYTES - size;
      truncated ||= data.length > room;
      const kept = data.subarray(0, room);
      size += kept.length;
      if (kept.length > 0) chunks.push(kept);
    },
    result: () => ({ text: Buffer.concat(chunks).toString("utf8"), truncated }),
  };
}

/** Nothing is ever said on the input and control sockets. */
function ignore(): void {}

async function ended(socket: WebSocket, capture: Capture): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return;
  const signal = AbortSignal.timeout(DRAIN_MS);
  const closed = once(socket, "close", { signal }).then(
    () => undefined,
    () => undefined,
  );
  await Promise.race([capture.end, closed]);
}

function sendAll(socket: WebSocket, content: string | Uint8Array): void {
  const bytes = Buffer.from(content);
  for (let offset = 0; offset < bytes.length; offset += CHUNK_BYTES) {
    socket.send(bytes.subarray(offset, offset + CHUNK_BYTES), { binary: true });
  }
  socket.send("", { binary: false });
}
