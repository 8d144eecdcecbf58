/** What was said, and by whom. */
import { expect } from "chai";
import { createCheckContext } from "../../../src/checks/check-context.ts";
import { createTranscript, speakingAs } from "../../../src/checks/transcript.ts";
import { systemClock } from "../../../src/system/clock.ts";

describe("a transcript", () => {
  it("names who speaks, where several do at the same moment", () => {
    const transcript = createTranscript();
    const context = createCheckContext({
      clock: systemClock,
      signal: new AbortController().signal,
      transcript: transcript.say,
    });
    const path = speakingAs("turn-udp", context);
    speakingAs("guest", path).transcript("> <presence/>");
    path.transcript("relay is open");
    context.transcript("done");
    expect(transcript.lines()).to.deep.equal([
      "turn-udp: guest: > <presence/>",
      "turn-udp: relay is open",
      "done",
    ]);
  });
});
