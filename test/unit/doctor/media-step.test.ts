/** What the meeting of two says when its time is over before every path has been tried. */
import { expect } from "chai";
import { createServer, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { createCheckContext } from "../../../src/checks/check-context.ts";
import type { CheckRun } from "../../../src/checks/check-run.ts";
import type { TurnWish } from "../../../src/doctor/relay/relay-wishes.ts";
import { mediaStep } from "../../../src/doctor/steps/media-step.ts";
import type { Tools } from "../../../src/doctor/step.ts";
import { createTools } from "../../../src/doctor/tools.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { Secret } from "../../../src/system/secret.ts";
import { knownSite } from "../../lab/doctor-known.ts";
import { asked, DOCTOR_REQUEST } from "../../lab/doctor-tools.ts";
import { listenOnLoopback } from "../../lab/loopback-port.ts";

const GUEST = { kind: "guest" } as const;
const RELAY: TurnWish = {
  kind: "turn",
  host: "turn.test",
  port: 3478,
  transport: "udp",
  credential: { username: "1", password: new Secret("x") },
};

describe("a meeting that is stopped half-way", () => {
  it("tells the failure that one path has shown, and nothing of the others", async () => {
    const stopping = new AbortController();
    const rooms: string[] = [];
    const open: Duplex[] = [];
    const isThere = Promise.withResolvers<void>();
    const server = createServer();
    server.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
      open.push(socket);
      const room = new URL(request.url ?? "", "http://x").searchParams.get("room") ?? "";
      if (!rooms.includes(room)) rooms.push(room);
      if (rooms.length === 2) isThere.resolve();
      // The first room's two are refused once the other room is being entered; the other's are kept waiting.
      if (rooms.indexOf(room) === 0) {
        void isThere.promise.then(() => socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"));
      }
    });
    const port = await listenOnLoopback(server);
    const site = knownSite(true, { logins: [GUEST], opener: GUEST, relays: [RELAY] });
    const target = { ...site.signaling.target, address: "127.0.0.1", port, secure: false };
    const context = createCheckContext({
      clock: systemClock,
      signal: stopping.signal,
      // Media is not come to.
      media: { command: process.execPath, args: ["-e", "process.on('message', () => {})"] },
    });
    const tools = createTools(DOCTOR_REQUEST, context, []);
    const ask: Tools["ask"] = (question) =>
      tools.ask({ ...question, work: (run) => question.work(stoppedByNote(run, stopping)) });
    const known = { ...site, signaling: { ...site.signaling, target } };
    const outcome = asked(await mediaStep.run(known, { ...tools, ask }));
    for (const socket of open) socket.destroy();
    server.close();
    expect(outcome.findings.map(({ reason }) => reason)).to.deep.equal(["websocket_forbidden"]);
    expect(outcome.summary).to.match(/^no meeting: (?:direct|udp) ✗$/);
  });
});

/** Stops when what became of a path has been written down. */
function stoppedByNote(run: CheckRun, stopping: AbortController): CheckRun {
  const note = run.note.bind(run);
  run.note = (evidence) => {
    note(evidence);
    if ("direct" in evidence || "udp" in evidence) stopping.abort();
  };
  return run;
}
