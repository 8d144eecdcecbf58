/** The two unix sockets: handed over by systemd, or made before privileges are dropped. */
import { createServer, type RequestListener, type Server } from "node:http";
import { chmod, chown, lstat, mkdir, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import { ConveneError } from "../system/errors.ts";

export type SocketKind = "user" | "admin";

export interface ControlSockets {
  /** Requests that came earlier have waited and are answered now. Call once. */
  serve(handler: (kind: SocketKind) => RequestListener): void;
  /** Stops listening and ends what is open. */
  close(): Promise<void>;
}

export interface OpenSocketsOptions {
  readonly paths: Readonly<Record<SocketKind, string>>;
  /** Numeric group that may use the user socket; absent: the process's own. */
  readonly groupId?: number;
  /** LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES are looked for here (sd_listen_fds(3)). */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly processId: number;
}

/** systemd passes descriptors from 3 on; their names are the unit's FileDescriptorName=: `user` and `admin`. */
const FIRST_DESCRIPTOR = 3;
const MODES: Readonly<Record<SocketKind, number>> = { user: 0o660, admin: 0o600 };

/** Opens both sockets; requests wait until `serve`. */
export async function openSockets(options: OpenSocketsOptions): Promise<ControlSockets> {
  const inherited = inheritedDescriptors(options);
  const { promise: handlers, resolve: serve } =
    Promise.withResolvers<(kind: SocketKind) => RequestListener>();
  const servers: Server[] = [];
  try {
    for (const kind of ["user", "admin"] as const) {
      const server = createServer(SERVER_LIMITS, (request, response) => {
        void handlers.then((handler) => handler(kind)(request, response));
      });
      server.maxConnections = 128;
      const descriptor = inherited?.[kind];
      await (descriptor === undefined
        ? listenOnPath(server, kind, options)
        : listen(server, { fd: descriptor }));
      servers.push(server);
    }
  } catch (error) {
    await closeAll(servers);
    throw error;
  }
  return { serve, close: async () => closeAll(servers) };
}

const SERVER_LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 8 * 1024,
} as const;

function inheritedDescriptors(options: OpenSocketsOptions): Partial<Record<SocketKind, number>> | undefined {
  const { LISTEN_PID: owner, LISTEN_FDS: count, LISTEN_FDNAMES: names } = options.environment;
  if (Number(owner) !== options.processId || !count) return undefined;
  const found = (names ?? "").split(":").slice(0, Number(count));
  const user = found.indexOf("user");
  const admin = found.indexOf("admin");
  return {
    ...(user < 0 ? {} : { user: FIRST_DESCRIPTOR + user }),
    ...(admin < 0 ? {} : { admin: FIRST_DESCRIPTOR + admin }),
  };
}

async function listenOnPath(server: Server, kind: SocketKind, options: OpenSocketsOptions): Promise<void> {
  const path = options.paths[kind];
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await removeStale(path);
  // Nobody may connect between bind and chmod: the file is born with no rights for others.
  const before = process.umask(0o177);
  const listening = listen(server, { path });
  process.umask(before);
  await listening;
  if (kind === "user" && options.groupId !== undefined) await chown(path, -1, options.groupId);
  await chmod(path, MODES[kind]);
}

/** Removes a socket nobody answers on any more; another agent's is left alone. */
async function removeStale(path: string): Promise<void> {
  const existing = await lstat(path).catch(() => undefined);
  if (existing === undefined) return;
  if (!existing.isSocket()) {
    throw new ConveneError({
      code: "SocketPathTaken",
      message: `${path} exists and is not a socket`,
      hint: `move ${path} away and start again`,
    });
  }
  if (await answers(path)) {
    throw new ConveneError({
      code: "AgentAlreadyRunning",
      message: `another agent answers on ${path}`,
      hint: "stop it first: systemctl stop convene",
    });
  }
  await unlink(path);
}

async function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => finish(true));
    socket.once("connect", () => finish(true));
    socket.once("error", () => finish(false));
  });
}

async function listen(
  server: Server,
  where: { readonly path: string } | { readonly fd: number },
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(
      async (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    ),
  );
}
