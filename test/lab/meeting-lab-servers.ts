/** The servers of the meeting lab: how each is run in its container, and how it is known to be there. */
import { z } from "zod";
import { portIsOpen } from "./free-ports.ts";
import { type LabContainer, type LabContainers, STAND_INS } from "./meeting-lab-containers.ts";
import { labServer, type LabServer } from "./meeting-lab-server.ts";
import { stunAnswers } from "./stun-answers.ts";
import { adapted } from "./shipped-configuration.ts";

export interface LabServers {
  readonly haproxy: LabServer;
  readonly nginx: LabServer;
  readonly coturn: LabServer;
  readonly prosody: LabServer;
  readonly focus: LabServer;
  /** In the order of their numbers. */
  readonly bridges: readonly LabServer[];
}

const bridgeSchema = z.object({
  operational: z.boolean(),
  drain: z.boolean(),
  "graceful-shutdown": z.boolean(),
});

const answerSchema = z.object({
  version: z.string().optional(),
  bridge_selector: z.object({ bridge: z.record(z.string(), bridgeSchema) }).optional(),
});

const NODE = `${STAND_INS}/node_modules/.bin/node`;

/** Ready to be started. All share one network namespace, so what would listen on every address is told its own. */
export async function labServers(containers: LabContainers, bridges: number): Promise<LabServers> {
  const proxy = containers.get("proxy");
  const turn = containers.get("turn");
  const jitsi = containers.get("jitsi");
  await change(proxy, "/etc/haproxy/haproxy.cfg", {
    "bind :80\n": `bind ${proxy.address}:80\n`,
    "bind :443\n": `bind ${proxy.address}:443\n`,
    "bind :6080\n": `bind ${proxy.address}:6080\n`,
  });
  await change(jitsi, "/etc/nginx/nginx.conf", { "listen 80 ": `listen ${jitsi.address}:80 ` });
  // How long the focus goes on with a bridge that has become ill, or without one that is well again: 10 s as shipped.
  await change(jitsi, "/etc/jitsi/jicofo/jicofo.conf", {
    "  bridge {\n": "  bridge {\n    health-checks { interval = 1 second }\n",
  });
  return {
    haproxy: labServer(proxy, {
      name: "haproxy",
      prepare: ["sh", "-euc", "mkdir -p /run/haproxy; printf '1\\n' > /var/lib/haproxy/server-state"],
      command: ["haproxy", "-W", "-f", "/etc/haproxy/haproxy.cfg", "-S", "/run/haproxy-master.sock"],
      ready: () => portIsOpen(443, proxy.address),
    }),
    nginx: labServer(jitsi, {
      name: "nginx",
      command: ["nginx", "-g", "daemon off;"],
      ready: () => portIsOpen(80, jitsi.address),
    }),
    coturn: labServer(turn, {
      name: "coturn",
      user: "turnserver",
      prepare: ["install", "-d", "-o", "turnserver", "/run/turnserver", "/var/lib/turn"],
      command: ["turnserver", "-c", "/etc/turnserver.conf", "--pidfile=/run/turnserver/turnserver.pid"],
      ready: async () => (await stunAnswers(3478, turn.address)) && (await portIsOpen(5349, turn.address)),
    }),
    prosody: labServer(jitsi, {
      name: "prosody",
      user: "prosody",
      prepare: [
        "sh",
        "-euc",
        "install -d -o prosody /run/prosody; exec /usr/local/lib/convene/start-prosody",
      ],
      command: ["prosody", "-F"],
      slowToEnd: true,
      ready: (log) => ["c2s", "http"].every((service) => log.includes(`Activated service '${service}' on`)),
    }),
    focus: standIn(jitsi, "focus", "jicofo", 8888),
    bridges: Array.from({ length: bridges }, (_, index) => {
      const container = containers.get(`bridge-${index + 1}`);
      return standIn(container, "bridge", "jvb", 8080);
    }),
  };
}

/** How many bridges in the brewery the focus would choose; undefined when it does not answer. */
export async function choosableBridges({ focus }: LabServers): Promise<number | undefined> {
  const { bridge_selector: selector } = await ask(`http://${focus.container.address}:8888/debug`);
  return selector?.bridge && Object.values(selector.bridge).filter(isChoosable).length;
}

function isChoosable(bridge: z.infer<typeof bridgeSchema>): boolean {
  return bridge.operational && !bridge.drain && !bridge["graceful-shutdown"];
}

function standIn(container: LabContainer, kind: "focus" | "bridge", user: string, port: number): LabServer {
  const origin = `http://${container.address}:${port}`;
  return labServer(container, {
    name: kind === "focus" ? kind : container.name,
    user,
    command: [NODE, `${STAND_INS}/stand-in-${kind}.mjs`],
    ready: async () => (await ask(`${origin}/about/version`)).version !== undefined,
    origin,
  });
}

/** Empty when there is no answer. */
async function ask(url: string): Promise<z.infer<typeof answerSchema>> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    return answerSchema.parse(await response.json());
  } catch {
    return {};
  }
}

async function change(
  container: LabContainer,
  path: string,
  replacements: Readonly<Record<string, string>>,
): Promise<void> {
  await container.write(path, adapted(await container.read(path), replacements));
}
