/** The other side of media connections, of another WebRTC stack than the checks' and in a process of its own. */
import { fork } from "node:child_process";
import { join } from "node:path";
import {
  type LocalParameters,
  type RemoteParameters,
  remoteSchema,
} from "../../src/checks/media/media-messages.ts";
import type { CounterpartQuestion } from "./media-counterpart-main.ts";

export interface MediaCounterpart {
  /** What a participant is told about its other side. */
  open(name: string): Promise<RemoteParameters>;
  /** Tells that side the participant's credentials, and no address, as jicofo does. */
  answer(name: string, local: LocalParameters): Promise<void>;
  /** Hands on one of `every` packets of audio that arrive at `name`. */
  forward(name: string, to: string, every?: number): Promise<void>;
  close(name: string): Promise<void>;
  /** Ends the process. */
  end(): void;
}

export function startCounterpart(): MediaCounterpart {
  const child = fork(join(import.meta.dirname, "media-counterpart-main.ts"));
  const waiting = new Map<number, (answer: unknown) => void>();
  child.on("message", ({ id, answer }: { id: number; answer: unknown }) => waiting.get(id)?.(answer));
  const ask = async (question: CounterpartQuestion): Promise<unknown> => {
    const id = waiting.size;
    const answered = new Promise<unknown>((resolve) => waiting.set(id, resolve));
    child.send({ id, question });
    return await answered;
  };
  return {
    open: async (name) => remoteSchema.parse(await ask({ ask: "open", name })),
    answer: async (name, local) => void (await ask({ ask: "answer", name, local })),
    forward: async (name, to, every = 1) => void (await ask({ ask: "forward", name, to, every })),
    close: async (name) => void (await ask({ ask: "close", name })),
    end: () => void child.kill("SIGKILL"),
  };
}
