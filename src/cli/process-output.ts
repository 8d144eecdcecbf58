/** The process's own streams as outputs that survive a closed terminal. */
import type { Output } from "./cli-dependencies.ts";

/** A reader that went away (`| head`, a dropped ssh) ends the output and nothing else. */
export function createOutput(stream: NodeJS.WritableStream): Output {
  const gone = new AbortController();
  stream.on("error", () => gone.abort(new Error("nobody reads any more")));
  return {
    gone: gone.signal,
    write: (text) => {
      if (!gone.signal.aborted) stream.write(text);
    },
  };
}
