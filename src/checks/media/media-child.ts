/** The media process: does WebRTC for one check, answers its parent's questions, and ends with it. */
import { exchangeAudio } from "./media-exchange.ts";
import { type MediaQuestion, requestSchema } from "./media-messages.ts";
import { MediaPeer } from "./media-peer.ts";

/** No check takes longer; only a parent that neither kills nor dies leaves it to this. */
const LIFETIME_MS = 400_000;

const peers = new Map<string, MediaPeer>();

async function answer(question: MediaQuestion): Promise<unknown> {
  switch (question.ask) {
    case "open": {
      const peer = await MediaPeer.open();
      peers.set(question.peer, peer);
      return peer.local;
    }
    case "connect":
      return await peerOf(question.peer).connect(question.remote, question);
    case "exchange":
      return await exchangeAudio(peerOf(question.left), peerOf(question.right), question);
    case "hold":
      return await peerOf(question.peer).hold(question.ms);
    default:
      return question satisfies never;
  }
}

function peerOf(name: string): MediaPeer {
  const peer = peers.get(name);
  if (peer === undefined) throw new Error(`there is no participant ${name}`);
  return peer;
}

async function reply(message: unknown): Promise<void> {
  const { id, question } = requestSchema.parse(message);
  try {
    process.send?.({ id, answer: await answer(question) });
  } catch (error) {
    process.send?.({ id, defect: error instanceof Error ? error.message : String(error) });
  }
}

process.on("message", (message) => void reply(message));
process.on("disconnect", () => process.exit(0));
// A rejection that nobody waits for is the library's own and ends nothing; its words go to the parent.
process.on("unhandledRejection", (error) => process.stderr.write(`${String(error)}\n`));
setTimeout(() => process.exit(1), LIFETIME_MS);
process.send?.({ ready: true });
