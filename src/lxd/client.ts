/** Puts the door together: everything convene asks of LXD, within one project. */
import type { Clock } from "../system/clock.ts";
import type { Logger } from "../system/logger.ts";
import { followEvents } from "./events.ts";
import { exec } from "./exec.ts";
import { fileMethods } from "./files.ts";
import { imageMethods } from "./images.ts";
import { instanceMethods } from "./instances.ts";
import type { Lxd } from "./lxd.ts";
import { powerMethods } from "./power.ts";
import { createRequester } from "./request.ts";
import { serverMethods } from "./server.ts";
import { createUnixHttp } from "./unix-http.ts";
import { volumeMethods } from "./volumes.ts";

export interface LxdOptions {
  /** `/var/lib/lxd/unix.socket`, or the snap's `/var/snap/lxd/common/lxd/unix.socket`. */
  readonly socketPath: string;
  readonly project: string;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** Called at least every 10 s while LXD works on an operation that is waited for. */
  readonly onOperationAlive?: () => void;
}

/** Connects on first use and never needs closing: idle connections do not keep the process alive. */
export function createLxd(options: LxdOptions): Lxd {
  const { clock, socketPath, project, logger } = options;
  const requester = createRequester(createUnixHttp(socketPath), project, options.onOperationAlive);
  return {
    ...serverMethods(requester),
    ...instanceMethods(requester, clock),
    ...powerMethods(requester, clock),
    ...fileMethods(requester),
    ...volumeMethods(requester, clock),
    ...imageMethods(requester, clock),
    exec: async (request, signal) => await exec(requester, clock, request, signal),
    events: async (onEvent, onReconnect, signal) => {
      await followEvents({ socketPath, project, clock, logger }, onEvent, onReconnect, signal);
    },
  };
}
