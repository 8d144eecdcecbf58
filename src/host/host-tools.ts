/** What setting the host up needs from outside, handed in by main.ts. */
import type { NetworkInterfaceInfo } from "node:os";
import { createLxdAdministration } from "../lxd/administration.ts";
import type { LxdAdministration } from "../lxd/administration.ts";
import { createLxd } from "../lxd/client.ts";
import type { Lxd } from "../lxd/lxd.ts";
import { createRequester } from "../lxd/request.ts";
import type { Requester } from "../lxd/request.ts";
import { createUnixHttp } from "../lxd/unix-http.ts";
import type { Clock } from "../system/clock.ts";
import { runCommand } from "./command.ts";
import type { RunCommand } from "./command.ts";

export interface HostTools {
  readonly run: RunCommand;
  readonly clock: Clock;
  readonly administration: LxdAdministration;
  /** Within convene's project. */
  readonly lxd: Lxd;
  /** Within LXD's default project, where networks, pools and projects belong. */
  readonly server: Requester;
  /** The effective user's number; 0 is root. */
  readonly uid: number;
  /** Node's name of the processor: `x64`. */
  readonly processor: string;
  /** The host's own addresses, loopback left out. */
  readonly addresses: () => readonly string[];
}

export interface HostToolsOptions {
  readonly lxdSocket: string;
  readonly project: string;
  readonly clock: Clock;
  /** The process's effective user. */
  readonly uid: number;
  readonly processor: string;
  /** os.networkInterfaces. */
  readonly interfaces: () => Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;
}

/** The real tools. Opens nothing yet: LXD may not run before init says so. */
export function createHostTools(options: HostToolsOptions): HostTools {
  const { lxdSocket: socketPath, project, clock, uid, processor, interfaces } = options;
  return {
    run: runCommand,
    clock,
    uid,
    processor,
    administration: createLxdAdministration({ socketPath, clock }),
    lxd: createLxd({ socketPath, project, clock }),
    server: createRequester(createUnixHttp(socketPath), "default"),
    addresses: () => externalAddresses(interfaces()),
  };
}

function externalAddresses(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): readonly string[] {
  const all = Object.values(interfaces).flatMap((list) => list ?? []);
  return [...new Set(all.filter(({ internal }) => !internal).map(({ address }) => address))];
}
