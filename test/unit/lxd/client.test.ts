import { expect } from "chai";
import { createLxd } from "../../../src/lxd/client.ts";
import type { Lxd } from "../../../src/lxd/lxd.ts";
import type { Clock } from "../../../src/system/clock.ts";
import { async, instance, operation, refusal, startFakeLxd, sync } from "../../lab/fake-lxd.ts";
import type { FakeAnswer, FakeLxd, FakeRequest } from "../../lab/fake-lxd.ts";
import { failureOf } from "../../lab/failure.ts";

/** Sleeping takes no time, it only moves the clock. */
function fakeClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    monotonic: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
}

describe("LXD client", () => {
  let fake: FakeLxd;
  let lxd: Lxd;
  let respond: (request: FakeRequest) => FakeAnswer;

  beforeEach(async () => {
    fake = await startFakeLxd((request) => respond(request));
    lxd = createLxd({ socketPath: fake.socketPath, project: "convene", clock: fakeClock() });
  });
  afterEach(async () => {
    await fake.close();
  });

  /** Answers by method and path; what is not listed is a 404. */
  const answers = (table: Readonly<Record<string, FakeAnswer | FakeAnswer[]>>): void => {
    const used = new Map<string, number>();
    respond = (request) => {
      const key = `${request.method} ${request.path}`;
      const entry = table[key];
      if (entry === undefined) return refusal(404, "Not Found");
      const list = Array.isArray(entry) ? entry : [entry];
      const index = used.get(key) ?? 0;
      used.set(key, index + 1);
      return list[Math.min(index, list.length - 1)] ?? refusal(404, "Not Found");
    };
  };

  it("lists instances by one request at recursion 1 in its own project", async () => {
    answers({ "GET /1.0/instances": sync([instance()]) });
    expect((await lxd.instances()).map((one) => one.name)).to.deep.equal(["turn"]);
    expect(fake.requests).to.have.length(1);
    expect(fake.requests[0]?.query.toString()).to.equal("recursion=1&project=convene");
  });

  it("starts an instance as soon as LXD has ended what it is still doing with it", async () => {
    answers({
      "GET /1.0/instances/turn": sync(instance({ status_code: 102 })),
      "PUT /1.0/instances/turn/state": [
        refusal(
          500,
          'Failed to create instance start operation: Instance is busy running a "stop" operation',
        ),
        sync({}),
      ],
    });
    await lxd.startInstance("turn");
    expect(fake.requests.filter((request) => request.method === "PUT")).to.have.length(2);
  });

  it("escapes names in paths", async () => {
    answers({});
    expect(await lxd.instance("a/../b?c")).to.equal(undefined);
    expect(fake.requests[0]?.path).to.equal("/1.0/instances/a%2F..%2Fb%3Fc");
  });

  for (const [version, answer] of [
    ["at once", sync({})],
    ["by an operation", async(operation(103))],
  ] as const) {
    it(`patches an instance when LXD does it ${version}, always with its description`, async () => {
      answers({
        "GET /1.0/instances/turn": sync(instance()),
        "PATCH /1.0/instances/turn": answer,
        "GET /1.0/operations/op-1/wait": sync(operation(200)),
      });
      await lxd.patchInstance("turn", { config: { "user.a": "1" } });
      const patch = fake.requests.find((request) => request.method === "PATCH");
      expect(patch?.json).to.deep.equal({ config: { "user.a": "1" }, description: "kept" });
    });
  }

  it("puts config whole, guarded by the ETag, keeping what belongs to LXD", async () => {
    const config = { "volatile.uuid": "u", "image.os": "debian", "user.old": "1" };
    answers({
      "GET /1.0/instances/turn": sync(instance({ config }), { etag: "abc" }),
      "PUT /1.0/instances/turn": async(operation(103)),
      "GET /1.0/operations/op-1/wait": sync(operation(200)),
    });
    const next = { "user.new": "2", "volatile.uuid": "forged" };
    await lxd.putInstance("turn", { config: next, devices: {}, description: "d" });
    const put = fake.requests.find((request) => request.method === "PUT");
    expect(put?.headers["if-match"]).to.equal("abc");
    expect(put?.json).to.deep.include({
      config: { "user.new": "2", "volatile.uuid": "u", "image.os": "debian" },
      profiles: [],
      architecture: "x86_64",
    });
  });

  it("waits on while the operation runs and tells its progress once", async () => {
    const progress = { metadata: { create_instance_from_image_unpack_progress: "Unpack: 40%" } };
    answers({
      "POST /1.0/instances": async(operation(103)),
      "GET /1.0/operations/op-1/wait": [
        sync(operation(103, progress)),
        sync(operation(103, progress)),
        sync(operation(200)),
      ],
    });
    const told: string[] = [];
    const spec = { name: "turn", description: "", image: "f", config: {}, devices: {} };
    await lxd.createInstance(spec, (message) => told.push(message));
    expect(told).to.deep.equal(["Unpack: 40%"]);
    expect(fake.requests[0]?.json).to.deep.include({
      profiles: [],
      source: { type: "image", fingerprint: "f" },
    });
  });

  it("throws an operation's failure in LXD's words", async () => {
    answers({
      "POST /1.0/instances/turn": async(operation(103)),
      "GET /1.0/operations/op-1/wait": sync(
        operation(400, { err: "Renaming of running container not allowed" }),
      ),
    });
    const failure = await failureOf(lxd.renameInstance("turn", "x"));
    expect(failure).to.include({ code: "LxdError", retryable: false });
    expect(failure.message).to.contain("Renaming of running container not allowed");
  });

  it("says that the outcome is unknown when LXD forgot the operation", async () => {
    answers({ "POST /1.0/instances/turn": async(operation(103)) });
    expect(await failureOf(lxd.renameInstance("turn", "x"))).to.include({
      code: "LxdOutcomeUnknown",
      retryable: true,
    });
  });

  it("keeps asking about an operation while LXD restarts", async () => {
    let asked = 0;
    respond = (request) => {
      if (request.method === "POST") return async(operation(103));
      asked += 1;
      if (asked === 1) throw new Error("connection lost");
      return asked < 4 ? refusal(503, "LXD daemon not ready yet") : sync(operation(200));
    };
    await lxd.renameInstance("turn", "x");
    expect(asked).to.equal(4);
  });

  const errors: readonly (readonly [number, string, string, boolean])[] = [
    [
      500,
      'Failed to create instance update operation: Instance is busy running a "stop" operation',
      "LxdBusy",
      true,
    ],
    [503, "LXD is shutting down", "LxdUnreachable", true],
    [404, "Instance not found", "LxdNotFound", false],
    [409, "Volume by that name already exists", "LxdAlreadyExists", false],
    [500, 'This "instances" entry already exists', "LxdAlreadyExists", false],
    [412, "ETag doesn't match", "LxdError", true],
    [500, "Invalid config: Unknown configuration key: bogus.key", "LxdError", false],
  ];
  for (const [status, words, code, retryable] of errors) {
    it(`takes ${status} "${words}" for ${code}`, async () => {
      respond = () => refusal(status, words);
      const failure = await failureOf(lxd.createVolume("pool", "data", {}));
      expect(failure).to.include({ code, retryable });
      expect(failure.message).to.contain(words);
    });
  }

  it("says LxdUnreachable when there is no socket, and when the connection is dropped", async () => {
    const elsewhere = createLxd({ socketPath: `${fake.socketPath}.no`, project: "p", clock: fakeClock() });
    expect((await failureOf(elsewhere.instances())).code).to.equal("LxdUnreachable");
    respond = () => {
      throw new Error("dropped");
    };
    expect((await failureOf(lxd.instances())).code).to.equal("LxdUnreachable");
  });

  it("says what was not understood instead of passing it on", async () => {
    respond = () => sync([{ name: 1 }]);
    const failure = await failureOf(lxd.instances());
    expect(failure.message).to.contain("GET /1.0/instances");
    respond = () => ({ body: "no envelope" });
    expect((await failureOf(lxd.instances())).code).to.equal("LxdError");
  });

  it("reads a project that is missing as an error, not as an empty one", async () => {
    answers({ "GET /1.0": sync({ api_extensions: ["projects"], environment: { server_version: "6.1" } }) });
    expect((await failureOf(lxd.server())).code).to.equal("LxdProjectMissing");
  });

  it("takes a refused start for success when the instance runs, and only then", async () => {
    const refused = {
      "PUT /1.0/instances/turn/state": async(operation(103)),
      "GET /1.0/operations/op-1/wait": sync(operation(400, { err: "The instance is already running" })),
    };
    answers({ ...refused, "GET /1.0/instances/turn": sync(instance()) });
    await lxd.startInstance("turn");
    answers({ ...refused, "GET /1.0/instances/turn": sync(instance({ status_code: 102 })) });
    expect((await failureOf(lxd.startInstance("turn"))).message).to.contain("already running");
  });

  const stateChanges = (): unknown[] =>
    fake.requests.filter((request) => request.method === "PUT").map((request) => request.json);

  it("stops gracefully first and by force only when the guest is still up afterwards", async () => {
    answers({
      "GET /1.0/instances/turn": sync(instance()),
      "PUT /1.0/instances/turn/state": async(operation(103)),
      "GET /1.0/operations/op-1/wait": [
        sync(operation(400, { err: "Failed shutting down instance" })),
        sync(operation(200)),
      ],
    });
    await lxd.stopInstance("turn", 200);
    expect(stateChanges()).to.deep.equal([
      { action: "stop", timeout: 1, force: false },
      { action: "stop", timeout: -1, force: true },
    ]);
  });

  it("does not force a guest that went down late", async () => {
    answers({
      "GET /1.0/instances/turn": [sync(instance()), sync(instance()), sync(instance({ status_code: 102 }))],
      "PUT /1.0/instances/turn/state": async(operation(103)),
      "GET /1.0/operations/op-1/wait": sync(operation(400, { err: "Failed shutting down instance" })),
    });
    await lxd.stopInstance("turn", 5_000);
    expect(stateChanges()).to.deep.equal([{ action: "stop", timeout: 5, force: false }]);
  });

  it("never sends a timeout of 0, which is a kill", async () => {
    answers({ "PUT /1.0/instances/turn/state": sync({}) });
    await lxd.stopInstance("turn", 1);
    await lxd.stopInstance("turn", 0);
    expect(stateChanges()).to.deep.equal([
      { action: "stop", timeout: 1, force: false },
      { action: "stop", timeout: -1, force: true },
    ]);
  });

  it("refuses a file mode that LXD would read as decimal", async () => {
    answers({ "DELETE /1.0/instances/turn/files": sync({}), "POST /1.0/instances/turn/files": sync({}) });
    await lxd.writeFile("turn", "/etc/x", "a", "640");
    const post = fake.requests.find((request) => request.method === "POST");
    expect(post?.headers).to.include({ "x-lxd-mode": "0640", "content-type": "application/octet-stream" });
    expect((await failureOf(lxd.writeFile("turn", "/etc/x", "a", "rw"))).message).to.contain("octal");
  });

  it("flattens operations by status into one list", async () => {
    answers({ "GET /1.0/operations": sync({ running: [operation(103)], success: [operation(200)] }) });
    expect((await lxd.operations()).map((one) => one.status_code)).to.deep.equal([103, 200]);
  });
});
