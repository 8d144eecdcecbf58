/** What the actions work with. */
import type { Consul } from "../consul/consul.ts";
import type { Lxd } from "../lxd/lxd.ts";
import type { Clock } from "../system/clock.ts";
import type { Logger } from "../system/logger.ts";

export interface ApplyContext {
  readonly lxd: Lxd;
  readonly consul: Consul;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly site: string;
  readonly pool: string;
  /** The LXD project, for what people are told to type. */
  readonly project: string;
  readonly buildNetwork: string;
  /** One line of progress of the action at hand. */
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
}
