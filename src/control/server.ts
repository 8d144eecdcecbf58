/** Answers the sockets: finds the route, keeps root's verbs for root, turns every failure into an ErrorReport. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { ConveneError, reportError } from "../system/errors.ts";
import type { Logger } from "../system/logger.ts";
import type { AgentApi } from "./agent-api.ts";
import { callSignal, type Route, ROUTES } from "./routes.ts";
import type { ControlSockets, SocketKind } from "./sockets.ts";

export interface ControlServerOptions {
  readonly api: AgentApi;
  readonly sockets: ControlSockets;
  readonly logger: Logger;
}

export interface ControlServer {
  /** Ends every stream and stops listening. */
  close(): Promise<void>;
}

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  BadRequest: 400,
  RootOnly: 403,
  UnknownCheck: 404,
  UnknownRoute: 404,
  RequestTooLarge: 413,
};

export function createControlServer(options: ControlServerOptions): ControlServer {
  const stopping = new AbortController();
  options.sockets.serve((kind) => (request, response) => {
    void handle(options, kind, request, response, stopping.signal);
  });
  return {
    close: async () => {
      stopping.abort(new Error("the agent is stopping"));
      await options.sockets.close();
    },
  };
}

async function handle(
  { api, logger }: ControlServerOptions,
  kind: SocketKind,
  request: IncomingMessage,
  response: ServerResponse,
  stopping: AbortSignal,
): Promise<void> {
  const signal = callSignal(response, stopping);
  try {
    const url = URL.parse(request.url ?? "/", "http://convene") ?? new URL("http://convene/");
    const route = findRoute(request.method ?? "", url.pathname, kind);
    const answer = await route.answer({ api, url, request, response, signal });
    if (answer !== undefined) send(response, 200, answer);
  } catch (error) {
    if (response.destroyed || response.headersSent) {
      response.destroy();
      return;
    }
    const report = reportError(error);
    const status = STATUS_BY_CODE[report.code] ?? 500;
    if (report.code === "InternalError") {
      logger.error("a control request failed", { route: request.url, error: report.message });
    }
    send(response, status, { error: report });
  }
}

function findRoute(method: string, pathname: string, kind: SocketKind): Route {
  const route = ROUTES.get(`${method} ${pathname}`);
  if (!route) {
    throw new ConveneError({
      code: "UnknownRoute",
      message: `the agent has no ${method} ${pathname}`,
      hint: "the CLI and the agent may have different versions: restart the agent",
    });
  }
  if (route.adminOnly && kind !== "admin") {
    throw new ConveneError({
      code: "RootOnly",
      message: `${pathname} is for root only`,
      hint: "run the command with sudo",
    });
  }
  return route;
}

function send(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
