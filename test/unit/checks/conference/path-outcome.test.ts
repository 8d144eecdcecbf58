import { expect } from "chai";
import { CheckFailure } from "../../../../src/checks/check-run.ts";
import { conferenceReasons } from "../../../../src/checks/conference/conference-reasons.ts";
import type { MeetingFigures } from "../../../../src/checks/conference/meeting.ts";
import {
  describeOutcome,
  judgeOutcomes,
  type PathOutcome,
} from "../../../../src/checks/conference/path-outcome.ts";
import type { Flow } from "../../../../src/checks/media/media-messages.ts";

const NAMES = ["member", "guest"] as const;
const WELL: Flow = { sent: 90, received: 90, delay: { median: 1.25, p95: 3 }, jitter: 0.4 };
const LOST: Flow = { sent: 90, received: 0 };

function figures(leftToRight = WELL, rightToLeft = WELL, channelFault?: string): MeetingFigures {
  return { setUpMs: 812.4, exchange: { leftToRight, rightToLeft }, channelFault };
}

function failure(reason: string): CheckFailure {
  return new CheckFailure(reason, `the guest: ${reason} happened`);
}

/** `reason: message`. */
function verdict(outcomes: readonly PathOutcome[]): string {
  try {
    const { reason, message } = judgeOutcomes(outcomes, NAMES, 5);
    return `${reason}: ${message}`;
  } catch (error) {
    return error instanceof CheckFailure ? `${error.reason}: ${error.message}` : String(error);
  }
}

describe("what became of the paths", () => {
  it("names a path as people write it", () => {
    const met = { path: "tls-443", figures: figures() } as const;
    expect(verdict([met])).to.equal("ok: two met and heard each other: tls 443");
    const lost = { path: "tls-443", failure: failure("relay_lost") } as const;
    expect(verdict([{ path: "direct", figures: figures() }, lost])).to.match(
      /^relay_lost: tls 443: the guest/,
    );
  });

  it("is well when everybody heard everybody on each, with the first path's time", () => {
    const outcomes = [
      { path: "direct", figures: figures() },
      { path: "udp", figures: figures({ ...WELL, received: 88 }) },
    ] as const;
    expect(judgeOutcomes(outcomes, NAMES, 5)).to.deep.equal({
      reason: "ok",
      message: "two met and heard each other: direct, udp",
      summary: "0.8 s, 2.2 % loss",
    });
  });

  it("is told side by side", () => {
    expect(describeOutcome({ path: "udp", figures: figures() })).to.equal(
      "set up in 812 ms, loss 0 %, round trip 2.5 ms, jitter 0.4 ms",
    );
    expect(describeOutcome({ path: "udp", figures: figures(LOST, LOST) })).to.equal(
      "set up in 812 ms, loss 100 %, jitter 0 ms",
    );
    expect(describeOutcome({ path: "tcp", failure: failure("relay_unreachable") })).to.equal(
      "relay_unreachable: the guest: relay_unreachable happened",
    );
    expect(describeOutcome({ path: "tls", skipped: true })).to.equal("not tried");
  });

  it("is what fails on the direct way before what fails in a relay, with the bridge that was met", () => {
    const relayed = { path: "udp", failure: failure("relay_unreachable"), candidates: "one" } as const;
    const direct = { path: "direct", figures: figures(LOST, LOST), candidates: "other" } as const;
    for (const [outcomes, told, evidence] of [
      [[relayed, direct], "direct: no audio arrives in either direction", { candidates: "other" }],
      [[relayed, { path: "direct", figures: figures() }], "udp: the guest", { candidates: "one" }],
      [[{ ...direct, candidates: undefined }], "direct: no audio", {}],
    ] as const) {
      try {
        expect.fail(judgeOutcomes(outcomes, NAMES, 5).message);
      } catch (error) {
        expect(error).to.be.instanceOf(CheckFailure).with.property("evidence").that.deep.equals(evidence);
        expect(error).to.have.property("message").that.includes(told);
      }
    }
  });

  it("names the direction that is lost, and both when both are", () => {
    expect(verdict([{ path: "direct", figures: figures(LOST, WELL) }])).to.equal(
      "audio_one_way: direct: the guest hears nothing of the member, and the reverse works",
    );
    expect(verdict([{ path: "direct", figures: figures(WELL, LOST) }])).to.equal(
      "audio_one_way: direct: the member hears nothing of the guest, and the reverse works",
    );
    expect(verdict([{ path: "direct", figures: figures(LOST, LOST) }])).to.equal(
      "audio_lost: direct: no audio arrives in either direction",
    );
  });

  it("tells loss only above the limit, and a bridge's channel that does not open", () => {
    const lossy = figures({ ...WELL, received: 80 });
    expect(verdict([{ path: "tcp", figures: lossy }])).to.equal(
      "high_loss: tcp: 11.1 % of the audio is lost",
    );
    expect(verdict([{ path: "tcp", figures: figures({ ...WELL, received: 86 }) }])).to.match(/^ok/);
    expect(verdict([{ path: "direct", figures: figures(WELL, WELL, "404") }])).to.equal(
      "bridge_channel_not_proxied: direct: the bridge's WebSocket: 404",
    );
  });

  it("takes so much loss that nobody can follow for a meeting that fails, in either direction", () => {
    const half = { ...WELL, received: 45 };
    const told = "audio_broken: direct: 50 % of the audio is lost: nobody can follow what is said";
    expect(verdict([{ path: "direct", figures: figures(half, WELL) }])).to.equal(told);
    expect(verdict([{ path: "direct", figures: figures(WELL, half) }])).to.equal(told);
    const lossy = { path: "tcp", figures: figures({ ...WELL, received: 64 }) } as const;
    expect(verdict([lossy])).to.equal("high_loss: tcp: 28.9 % of the audio is lost");
    expect(verdict([lossy, { path: "udp", figures: figures(half) }])).to.match(/^audio_broken: udp: /);
    expect(conferenceReasons.audio_broken.severity).to.equal("critical");
  });

  it("leaves it to whoever asks for it to bear more loss", () => {
    const outcome = { path: "direct", figures: figures({ ...WELL, received: 45 }) } as const;
    expect(judgeOutcomes([outcome], NAMES, 60)).to.include({ reason: "ok" });
  });

  it("puts first what keeps people from meeting, and says on which paths", () => {
    const lossy = { path: "direct", figures: figures({ ...WELL, received: 80 }) } as const;
    const lost = { path: "udp", failure: failure("relay_path_failed") } as const;
    const alike = { path: "tcp", failure: failure("relay_path_failed") } as const;
    expect(verdict([lossy, lost, alike])).to.equal(
      "relay_path_failed: udp, tcp: the guest: relay_path_failed happened",
    );
    const everywhere = [
      { path: "direct", failure: failure("focus_silent") },
      { path: "udp", failure: failure("focus_silent") },
      { path: "tcp", skipped: true },
    ] as const;
    expect(verdict(everywhere)).to.equal("focus_silent: on every path: the guest: focus_silent happened");
  });
});
