/** Asks for a secret at the terminal without showing what is typed. */
import { ConveneError } from "../system/errors.ts";
import { Secret } from "../system/secret.ts";

/** What a terminal sends for these keys in raw mode. */
const END_OF_LINE: readonly string[] = ["\r", "\n", "\u0004"];
const INTERRUPT = "\u0003";
const ERASE: readonly string[] = ["\u007f", "\b"];

/** What is used of a terminal's input, node's ReadStream. */
export interface SecretInput {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  setEncoding(encoding: "utf8"): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: "data", listener: (text: string) => void): unknown;
  off(event: "data", listener: (text: string) => void): unknown;
}

/**
 * Throws ConveneError `NoTerminal` where nobody can be asked, and `Interrupted` on Ctrl-C: as a key, and as the signal
 * that it is until the terminal is in raw mode, or that somebody sends.
 */
export async function askSecret(
  question: string,
  terminal: SecretInput,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<Secret> {
  if (terminal.isTTY !== true) {
    throw new ConveneError({
      code: "NoTerminal",
      message: "a password is needed, and there is no terminal to ask at",
      hint: "name a file with --password-file, or set CONVENE_DOCTOR_PASSWORD",
    });
  }
  terminal.setEncoding("utf8");
  terminal.setRawMode?.(true);
  write(question);
  terminal.resume();
  try {
    return new Secret(await readLine(terminal, signal));
  } finally {
    terminal.setRawMode?.(false);
    terminal.pause();
    write("\n");
  }
}

function readLine(terminal: SecretInput, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let typed: readonly string[] = [];
  const interrupt = (): void =>
    reject(new ConveneError({ code: "Interrupted", message: "no password was given" }));
  const onData = (text: string): void => {
    for (const key of text) {
      if (key === INTERRUPT) interrupt();
      if (END_OF_LINE.includes(key)) resolve(typed.join(""));
      typed = ERASE.includes(key) ? typed.slice(0, -1) : [...typed, key];
    }
  };
  terminal.on("data", onData);
  signal.addEventListener("abort", interrupt, { once: true });
  if (signal.aborted) interrupt();
  return promise.finally(() => {
    terminal.off("data", onData);
    signal.removeEventListener("abort", interrupt);
  });
}
