/** A process of its own for the other side of media connections: libdatachannel, ICE controlling, DTLS server, forwards audio. */
import { Audio, PeerConnection, type Track } from "node-datachannel";
import type { LocalParameters, RemoteParameters } from "../../src/checks/media/media-messages.ts";

export type CounterpartQuestion =
  | { readonly ask: "open"; readonly name: string }
  | { readonly ask: "answer"; readonly name: string; readonly local: LocalParameters }
  /** Of `every` packets one is handed on. */
  | { readonly ask: "forward"; readonly name: string; readonly to: string; readonly every: number }
  | { readonly ask: "close"; readonly name: string };

interface Side {
  readonly connection: PeerConnection;
  readonly track: Track;
}

const sides = new Map<string, Side>();

async function answer(question: CounterpartQuestion): Promise<unknown> {
  if (question.ask === "open") return await open(question.name);
  const { connection, track } = sideOf(question.name);
  if (question.ask === "answer") connection.setRemoteDescription(answerSdp(question.local), "answer");
  else if (question.ask === "forward") forward(track, sideOf(question.to).track, question.every);
  else {
    sides.delete(question.name);
    connection.close();
  }
  return {};
}

/** Listens on a free port of 127.0.0.1. */
async function open(name: string): Promise<RemoteParameters> {
  const connection = new PeerConnection(name, {
    iceServers: [],
    bindAddress: "127.0.0.1",
    disableAutoNegotiation: true,
  });
  const audio = new Audio("audio", "SendRecv");
  audio.addOpusCodec(111);
  const track = connection.addTrack(audio);
  const gathered = new Promise<void>((resolve) => {
    connection.onGatheringStateChange((state) => {
      if (state === "complete") resolve();
    });
  });
  connection.setLocalDescription("offer");
  await gathered;
  sides.set(name, { connection, track });
  return readParameters(connection.localDescription()?.sdp ?? "");
}

function forward(from: Track, to: Track, every: number): void {
  let packets = 0;
  from.onMessage((packet) => {
    packets += 1;
    if (packets % every === 0) to.sendMessageBinary(packet);
  });
}

function sideOf(name: string): Side {
  const side = sides.get(name);
  if (side === undefined) throw new Error(`there is no side ${name}`);
  return side;
}

function readParameters(sdp: string): RemoteParameters {
  const value = (pattern: RegExp): string => pattern.exec(sdp)?.[1] ?? "";
  return {
    ufrag: value(/a=ice-ufrag:(\S+)/),
    pwd: value(/a=ice-pwd:(\S+)/),
    fingerprints: [{ hash: "sha-256", value: value(/a=fingerprint:sha-256 (\S+)/) }],
    candidates: [{ address: "127.0.0.1", port: Number(value(/a=candidate:.* 127\.0\.0\.1 (\d+) typ host/)) }],
  };
}

function answerSdp({ ufrag, pwd, fingerprint }: LocalParameters): string {
  return [
    "v=0",
    "o=- 1 0 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE audio",
    "a=setup:active",
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${pwd}`,
    `a=fingerprint:${fingerprint.hash} ${fingerprint.value}`,
    "m=audio 9 UDP/TLS/RTP/SAVPF 111",
    "c=IN IP4 0.0.0.0",
    "a=mid:audio",
    "a=sendrecv",
    "a=rtcp-mux",
    "a=rtpmap:111 OPUS/48000/2",
    "",
  ].join("\r\n");
}

async function reply({ id, question }: { id: number; question: CounterpartQuestion }): Promise<void> {
  process.send?.({ id, answer: await answer(question) });
}

process.on("message", (message: Parameters<typeof reply>[0]) => void reply(message));
process.on("disconnect", () => process.exit(0));
