import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { z } from "zod";
import { type Alerts, createAlerts } from "../../src/alerts/create-alerts.ts";
import type { DesiredReceiver } from "../../src/model/desired-state.ts";
import type { Status } from "../../src/status/status.ts";
import { type Clock, systemClock } from "../../src/system/clock.ts";
import { createLogger } from "../../src/system/logger.ts";
import { pollUntil } from "../../src/system/retry.ts";
import { Secret } from "../../src/system/secret.ts";
import { checkStatus } from "../lab/sample-check.ts";

const Body = z.object({
  status: z.string(),
  alerts: z.array(z.object({ status: z.string(), labels: z.object({ subject: z.string() }) })),
});

const LONGEST_PAUSE_MS = 150;

/** Time that passes as it does, and pauses that are short. */
const hasty: Clock = {
  now: () => systemClock.now(),
  monotonic: () => systemClock.monotonic(),
  sleep: (ms, signal) => systemClock.sleep(Math.min(ms, LONGEST_PAUSE_MS), signal),
};

describe("alerts to a real webhook, across restarts of the agent", () => {
  let server: Server;
  let port = 0;
  let answer = 200;
  let posts: string[] = [];
  let headers: (string | undefined)[] = [];
  let directory: string;
  let stop: AbortController;

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    if (answer === 200) posts.push(summary(body));
    headers.push(request.headers.authorization);
    response.writeHead(answer).end("as the test says");
  }

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "convene-alerts-"));
    server = createServer((request, response) => {
      void take(request, response);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    port = typeof address === "object" && address ? address.port : 0;
  });

  beforeEach(async () => {
    await rm(join(directory, "alerts.json"), { force: true });
    answer = 200;
    posts = [];
    headers = [];
    stop = new AbortController();
  });

  afterEach(() => stop.abort());

  after(async () => {
    server.close();
    await rm(directory, { recursive: true, force: true });
  });

  function receivers(name = "chat"): readonly DesiredReceiver[] {
    const target = {
      kind: "webhook",
      url: `http://127.0.0.1:${port}/hook`,
      token: new Secret("t0ken"),
    } as const;
    return [{ name, target }];
  }

  /** The agent as it starts: what an earlier one was doing ends with it. */
  function start(): Promise<Alerts> {
    stop.abort();
    stop = new AbortController();
    const logFile = join(directory, "alerts.json");
    const logger = createLogger({ level: "error", format: "text", stream: new PassThrough().resume() });
    const options = { logFile, clock: hasty, logger, random: () => 0.5, signal: stop.signal };
    return createAlerts({ ...options, graceMs: 0 });
  }

  /** What has come, once it is that many or nothing more comes. */
  async function arrived(count: number): Promise<readonly string[]> {
    const enough = async () => (posts.length >= count ? true : undefined);
    await pollUntil(enough, { clock: systemClock, intervalMs: 10, timeoutMs: 1_500 });
    await systemClock.sleep(2 * LONGEST_PAUSE_MS);
    return posts;
  }

  async function refused(count: number): Promise<void> {
    const enough = async () => (headers.length >= count ? true : undefined);
    await pollUntil(enough, { clock: systemClock, intervalMs: 10, timeoutMs: 3_000 });
  }

  it("tells trouble and recovery once each, with the token", async () => {
    const alerts = await start();
    alerts.configure(receivers());
    fail(alerts);
    await alerts.flush();
    alerts.observe(statusOf(["turn"], false, 3));
    alerts.observe(statusOf(["turn"], true, 4));
    alerts.observe(statusOf(["turn"], true, 5));
    expect(await arrived(2)).to.deep.equal(["firing: firing turn", "resolved: resolved turn"]);
    expect(headers[0]).to.equal("Bearer t0ken");
  });

  it("gathers what fails together into one message", async () => {
    const alerts = await start();
    alerts.configure(receivers());
    fail(alerts, ["turn"]);
    await systemClock.sleep(5);
    fail(alerts, ["turn", "page"]);
    expect(await arrived(1)).to.deep.equal(["firing: firing turn, firing page"]);
  });

  it("does not tell again after a restart, and still tells the recovery", async () => {
    const before = await start();
    before.configure(receivers());
    fail(before);
    await arrived(1);
    await before.flush();

    const after = await start();
    after.configure(receivers());
    fail(after);
    expect(await arrived(2)).to.deep.equal(["firing: firing turn"]);
    after.observe(statusOf(["turn"], true, 9));
    expect(await arrived(2)).to.deep.equal(["firing: firing turn", "resolved: resolved turn"]);
  });

  it("tries again until the webhook takes it, and says meanwhile that it does not", async () => {
    answer = 503;
    const alerts = await start();
    alerts.configure(receivers());
    fail(alerts);
    await refused(3);
    const [finding] = alerts.findings();
    expect(finding).to.include({ reason: "DeliveryFailed", subject: "receiver/chat" });
    expect(finding?.message).to.contain("503: as the test says");
    expect(JSON.stringify(finding)).not.to.contain("t0ken");
    answer = 200;
    expect(await arrived(1)).to.deep.equal(["firing: firing turn"]);
    expect(alerts.findings()).to.deep.equal([]);
  });

  it("delivers after a restart what could not be delivered before", async () => {
    answer = 500;
    const before = await start();
    before.configure(receivers());
    fail(before);
    await refused(1);
    const after = await start();
    answer = 200;
    after.configure(receivers());
    expect(await arrived(1)).to.deep.equal(["firing: firing turn"]);
  });

  it("keeps what happens before any manifest was read for the receivers that come", async () => {
    const alerts = await start();
    fail(alerts);
    expect(await arrived(0)).to.deep.equal([]);
    alerts.configure(receivers());
    expect(await arrived(1)).to.deep.equal(["firing: firing turn"]);
  });

  it("starts afresh from a damaged log", async () => {
    await writeFile(join(directory, "alerts.json"), '{"version": 1, "tracked": [');
    const alerts = await start();
    alerts.configure(receivers());
    fail(alerts);
    expect(await arrived(1)).to.deep.equal(["firing: firing turn"]);
    expect(JSON.parse(await readFile(join(directory, "alerts.json"), "utf8"))).to.have.property("version", 1);
  });
});

function fail(alerts: Alerts, names: readonly string[] = ["turn"]): void {
  alerts.observe(statusOf(names, false, 1));
  alerts.observe(statusOf(names, false, 2));
}

function summary(body: string): string {
  const { status, alerts } = Body.parse(JSON.parse(body));
  return `${status}: ${alerts.map((one) => `${one.status} ${one.labels.subject}`).join(", ")}`;
}

function statusOf(names: readonly string[], ok: boolean, checkedAt: number): Status {
  return {
    site: "meet",
    conditions: [],
    revision: { attempted: null, applied: null, healthy: null },
    lastPass: null,
    objects: [],
    checks: names.map((name) => checkStatus({ name, kind: "turn", ok, checkedAt })),
    findings: [],
    blocked: [],
    errors: [],
    url: null,
  };
}
