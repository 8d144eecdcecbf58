/** What setting the host up needs from outside, handed in by main.ts. */
import type { LxdAdministration } from "../lxd/administration.ts";
import type { Lxd } from "../lxd/lxd.ts";
import type { Requester } from "../lxd/request.ts";
import type { Clock } from "../system/clock.ts";
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
