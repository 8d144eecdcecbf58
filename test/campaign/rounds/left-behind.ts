/** What checks could leave behind on a site and on the machine they run on: looked at before and after. */
import { readdir, readlink } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { RELAY_PORTS } from "../../lab/meeting-lab-site.ts";
import type { MeetingLab } from "../../lab/meeting-lab.ts";
import { runProgram } from "../../lab/programs.ts";

/** Prosody keeps a session whose connection broke for `smacks_hibernation_time`, a minute. */
const PATIENCE_MS = 90_000;
const LOOK_MS = 500;

/** A line for each thing that was not there `before`, when it is still there after a while; best empty. */
export async function leftBehind(lab: MeetingLab, before: readonly string[]): Promise<readonly string[]> {
  const known = new Set(before);
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const left = (await whatIsThere(lab)).filter((line) => !known.has(line));
    if (left.length === 0 || performance.now() > end) return left;
    await delay(LOOK_MS);
  }
}

/** A line for each relay port, session, room, conference, endpoint, child process and socket there is. */
export async function whatIsThere(lab: MeetingLab): Promise<readonly string[]> {
  const onSite = await Promise.all(
    [relayPorts, sessions, rooms, onBridges, atFocus].map((look) => look(lab)),
  );
  // One after the other: a look is a child process itself, with sockets.
  return [...onSite.flat(), ...(await children()), ...(await sockets())];
}

/** coturn opens a port for each allocation, and closes it with it. */
async function relayPorts({ namespace, addresses }: MeetingLab): Promise<readonly string[]> {
  const command = ["ip", "netns", "exec", namespace, "ss", "-Hanu", "src", addresses.turn];
  return (await output(command)).flatMap((line) => {
    const port = Number(/:(\d+)\s/.exec(line)?.[1]);
    return port >= RELAY_PORTS.first && port <= RELAY_PORTS.last ? [`coturn: relay port ${port}`] : [];
  });
}

async function sessions(lab: MeetingLab): Promise<readonly string[]> {
  const lines = await shell(lab, "c2s:show()");
  // Session and address; what follows them changes while it lasts.
  return lines.flatMap((line) => {
    const [id, jid] = line.split("|").map((cell) => cell.trim());
    return id?.startsWith("c2s") === true ? [`Prosody: session ${id} ${jid}`] : [];
  });
}

async function rooms(lab: MeetingLab): Promise<readonly string[]> {
  const hosts = ["conference", "breakout", "lobby", "internal.auth"];
  const lists = hosts.map(async (host) => {
    const lines = await shell(lab, `muc:list("${host}.${lab.domain}")`);
    return lines.filter((line) => line.includes("@")).map((line) => `Prosody: room ${line}`);
  });
  return (await Promise.all(lists)).flat();
}

async function shell({ servers: { prosody } }: MeetingLab, words: string): Promise<readonly string[]> {
  const lines = await output(prosody.container.inside(["prosodyctl", "shell", words]));
  if (!lines.some((line) => line.startsWith("OK:"))) throw new Error(`prosodyctl: ${lines.join("\n")}`);
  return lines;
}

async function onBridges({ addresses }: MeetingLab): Promise<readonly string[]> {
  const counts = addresses.bridges.map(async (address, index) => {
    const text = await answerOf(`http://${address}:8080/colibri/stats`);
    return ["conferences", "endpoints"].map((what) => `bridge ${index + 1}: ${countIn(text, what)} ${what}`);
  });
  return (await Promise.all(counts)).flat();
}

async function atFocus({ addresses }: MeetingLab): Promise<readonly string[]> {
  return [
    `focus: ${countIn(await answerOf(`http://${addresses.jitsi}:8888/stats`), "conferences")} conferences`,
  ];
}

function countIn(text: string, name: string): number {
  const count = new RegExp(`"${name}": ?(\\d+)`).exec(text)?.[1];
  if (count === undefined) throw new Error(`no ${name} in ${text}`);
  return Number(count);
}

async function answerOf(url: string): Promise<string> {
  const response = await fetch(url, { headers: { connection: "close" } });
  return await response.text();
}

/** Of this process: where a WebRTC process would be. */
async function children(): Promise<readonly string[]> {
  const lines = await output(["ps", "-o", "pid=,args=", "--ppid", String(process.pid)]);
  return lines.filter((line) => !/^\s*\d+ ps /.test(line)).map((line) => `child process ${line.trim()}`);
}

async function sockets(): Promise<readonly string[]> {
  const names = await readdir("/proc/self/fd");
  const targets = names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => ""));
  return (await Promise.all(targets)).flatMap((target) =>
    target.startsWith("socket:") ? [`own ${target}`] : [],
  );
}

async function output(command: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runProgram(command);
  if (code !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
  return stdout.split("\n").filter((line) => line !== "");
}
