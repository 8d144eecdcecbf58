/** The process's own streams as outputs that survive a closed terminal. */
import type { Output } from "./cli-dependencies.ts";

/** A reader that went away (`| head`, a dropped ssh) ends the output and nothing else. */
export function createOutput(stream: NodeJS.WritableStream): Output {
  let gone = false;
  stream.on("error", () => {
    gone = true;
  });
  return {
    write: (text) => {
      if (!gone) stream.write(text);
    },
  };
}
