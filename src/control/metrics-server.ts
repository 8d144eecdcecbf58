/** Metrics on a TCP address, for a Prometheus that cannot read the socket: `GET /metrics` and nothing else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ListenAddress } from "../config/listen-address.ts";
import { ConveneError, describeError } from "../system/errors.ts";
import type { Logger } from "../system/logger.ts";
import type { AgentApi } from "./agent-api.ts";

export interface MetricsServerOptions {
  readonly api: Pick<AgentApi, "metrics">;
  readonly listen: ListenAddress;
  readonly logger: Logger;
}

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** A scraper or two; what is slow or large is none of them. */
const LIMITS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 8 * 1024,
} as const;
const MOST_CONNECTIONS = 16;

/** Throws `MetricsAddressTaken` when the address cannot be listened on. */
export async function serveMetrics(options: MetricsServerOptions): Promise<MetricsServer> {
  const server = createServer(LIMITS, (request, response) => void answer(request, response, options));
  server.maxConnections = MOST_CONNECTIONS;
  const { port } = await listen(server, options.listen);
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { api, logger }: MetricsServerOptions,
): Promise<void> {
  try {
    const refusal = refusalOf(request);
    if (refusal !== undefined) {
      // Whoever sends what is not asked for is not listened to any further.
      response
        .writeHead(refusal, { connection: "close", ...(refusal === 405 ? { allow: "GET" } : {}) })
        .end();
      return;
    }
    const { contentType, text } = await api.metrics(request.headers.accept);
    response.writeHead(200, { "content-type": contentType, "content-length": Buffer.byteLength(text) });
    response.end(text);
  } catch (error) {
    logger.error("metrics could not be made", { error: describeError(error) });
    response.destroy();
  }
}

/** The status for what is no plain question for the metrics. */
function refusalOf({ method, url, headers }: IncomingMessage): number | undefined {
  if (URL.parse(url ?? "", "http://metrics")?.pathname !== "/metrics") return 404;
  if (method !== "GET") return 405;
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return hasBody ? 400 : undefined;
}

async function listen(server: Server, { host, port }: ListenAddress): Promise<{ readonly port: number }> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: Error): void =>
      reject(
        new ConveneError({
          code: "MetricsAddressTaken",
          message: `metrics cannot be served on ${host} port ${port}: ${cause.message}`,
          hint: "change `metrics.listen` in the host's settings, and `systemctl restart convene`",
          cause,
        }),
      );
    server.once("error", refuse);
    server.listen({ host, port }, () => {
      server.off("error", refuse);
      const address: string | AddressInfo | null = server.address();
      resolve({ port: typeof address === "object" && address !== null ? address.port : port });
    });
  });
}
