/** Metrics over the sockets: for who reads the control socket, and on an address that root chose; nothing else there. */
import { request } from "node:http";
import { connect } from "node:net";
import { expect } from "chai";
import { type MetricsServer, serveMetrics } from "../../src/control/metrics-server.ts";
import { createTallies } from "../../src/metrics/tallies.ts";
import { renderMetrics } from "../../src/metrics/render-metrics.ts";
import { createControlLab } from "../lab/control-lab.ts";
import { EMPTY_STATUS } from "../lab/fake-agent.ts";
import { failureOf } from "../lab/failure.ts";
import { silentLogger } from "../lab/silent-logger.ts";

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const OPEN_METRICS = { accept: "application/openmetrics-text" };

async function ask(
  where: object,
  options: { method?: string; body?: string; headers?: object } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        path: "/metrics",
        agent: false,
        ...where,
        method: options.method ?? "GET",
        headers: { ...options.headers },
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (body += chunk));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers["content-type"] ?? "",
            body,
          }),
        );
        response.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end(options.body);
  });
}

/** What the server says to raw bytes before it hangs up. */
async function say(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port }, () => socket.write(bytes));
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => (text += chunk));
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });
}

const api = {
  metrics: async (accept: string | undefined) =>
    renderMetrics(
      {
        version: "1.2.3",
        status: EMPTY_STATUS,
        tallies: createTallies().read(),
        alerts: { alerts: [], deliveries: [] },
        process: { node: "v26.0.0", residentBytes: 1, cpuSeconds: 1, startedAt: 1 },
      },
      accept,
    ),
};

describe("metrics", function () {
  this.timeout(20_000);

  it("are on the control socket, for the group and for root", async () => {
    await using lab = await createControlLab();
    for (const socketPath of [lab.paths.user, lab.paths.admin]) {
      const answer = await ask({ socketPath });
      expect(answer).to.deep.equal({ status: 200, type: "text/plain", body: "convene_in_sync 1\n" });
    }
    expect((await ask({ socketPath: lab.paths.user }, { headers: OPEN_METRICS })).type).to.equal(
      OPEN_METRICS.accept,
    );
  });

  describe("on an address", () => {
    let server: MetricsServer;
    let where: object;
    beforeEach(async () => {
      // Port 0: any that is free; settings cannot say it.
      server = await serveMetrics({ api, listen: { host: "127.0.0.1", port: 0 }, logger: silentLogger });
      where = { host: "127.0.0.1", port: server.port };
    });
    afterEach(() => server.close());

    it("are text, or OpenMetrics for who asks for it", async () => {
      const plain = await ask(where);
      expect([plain.status, plain.type.split(";")[0]]).to.deep.equal([200, "text/plain"]);
      expect(plain.body).to.contain("convene_in_sync 1\n");
      const open = await ask(where, { headers: OPEN_METRICS });
      expect(open.type).to.match(/^application\/openmetrics-text/);
      expect(open.body.endsWith("# EOF\n")).to.equal(true);
    });

    it("are all there is, and only for a plain GET", async () => {
      for (const path of ["/", "/v1/status", "/metrics/", "/metricsx", "//metrics", "*"])
        expect((await ask({ ...where, path })).status, path).to.equal(404);
      expect((await ask({ ...where, path: "/metrics?x=1" })).status).to.equal(200);
      for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
        expect((await ask(where, { method })).status, method).to.equal(405);
      expect((await ask(where, { body: "x", headers: { "content-length": "1" } })).status).to.equal(400);
      const chunked = "GET /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
      expect(await say(server.port, chunked)).to.match(/^HTTP\/1.1 400 /);
    });

    it("outlive a caller that sends garbage", async () => {
      expect(await say(server.port, `GET /metrics HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`)).to.match(
        /^HTTP\/1.1 431 /,
      );
      expect(await say(server.port, "\u0000\u0001\r\n\r\n")).to.match(/^HTTP\/1.1 400 /);
      expect((await ask(where)).status).to.equal(200);
    });

    it("say which address cannot be had, and what to change", async () => {
      const listen = { host: "127.0.0.1", port: server.port };
      const error = await failureOf(serveMetrics({ api, listen, logger: silentLogger }));
      expect(error.code).to.equal("MetricsAddressTaken");
      expect(error.message).to.contain(`127.0.0.1 port ${server.port}`);
      expect(error.hint).to.contain("metrics.listen");
    });
  });
});
