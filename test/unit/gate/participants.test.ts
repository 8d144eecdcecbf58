/** How many people a bridge says it carries. */
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { expect } from "chai";
import { countParticipants, countPeople, type Crowd } from "../../../src/gate/participants.ts";
import { listenOnLoopback } from "../../lab/loopback-port.ts";

const counted = (people: number): Crowd => ({ kind: "counted", people });

async function answering(status: number, body: string): Promise<Crowd> {
  return servedBy((_, response) => void response.writeHead(status).end(body));
}

async function servedBy(answer: RequestListener): Promise<Crowd> {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  try {
    return await countParticipants({ name: "bridge-1", statsUrl: `http://127.0.0.1:${port}/` });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("people on a bridge", () => {
  for (const [what, body, count] of [
    ["are its participants", { participants: 3 }, 3],
    ["are counted once when another bridge relays them", { participants: 3, octo_endpoints: 2 }, 1],
    ["are never fewer than none", { participants: 0, octo_endpoints: 2 }, 0],
  ] as const) {
    it(what, async () => {
      expect(await answering(200, JSON.stringify(body))).to.deep.equal(counted(count));
    });
  }

  for (const [what, status, body, why] of [
    ["an error", 500, "{}", "HTTP 500"],
    ["something else", 200, "<html>", "its answer is no statistics"],
    ["a number that is none", 200, '{"participants": "many"}', "its answer is no statistics"],
    [
      "no end of an answer",
      200,
      `{"participants": 3, "x": "${"x".repeat(2 ** 21)}"}`,
      "the answer has more than 1048576 bytes",
    ],
  ] as const) {
    it(`are unknown when it answers with ${what}`, async () => {
      expect(await answering(status, body)).to.deep.equal({ kind: "unknown", why });
    });
  }

  it("are unknown when it hangs up", async () => {
    expect(await servedBy((request) => void request.socket.destroy())).to.include({ kind: "unknown" });
  });

  it("are unknown when it is silent", async function () {
    this.timeout(15_000);
    expect(await servedBy(() => undefined)).to.deep.equal({ kind: "unknown", why: "no answer within 3 s" });
  });

  it("are counted without those that may be the checks' own, and undecided when no others are there", async () => {
    const server = createServer((_, response) => void response.end('{"participants": 5}'));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const bridge = { name: "bridge-1", statsUrl: `http://127.0.0.1:${port}/colibri/stats` };
    const own = (...counts: readonly number[]) => {
      const left = [...counts];
      return { count: (at: string) => (at === "127.0.0.1" ? (left.shift() ?? 0) : 0) };
    };
    try {
      expect(await countPeople(bridge, own(2, 2))).to.deep.equal(counted(3));
      expect(await countPeople(bridge, own(2, 1))).to.deep.equal(counted(3));
      expect(await countPeople(bridge, own(0, 2))).to.deep.equal(counted(3));
      // As many people as checks come to a bridge that was restarted before the checks have noticed.
      expect(await countPeople(bridge, own(5, 5))).to.deep.equal({ kind: "checks" });
      expect(await countPeople(bridge, own(9, 9))).to.deep.equal({ kind: "checks" });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("are none when nobody listens", async () => {
    const server = createServer();
    const statsUrl = `http://127.0.0.1:${await listenOnLoopback(server)}/`;
    server.close();
    await once(server, "close");
    const bridge = { name: "bridge-1", statsUrl };
    expect(await countParticipants(bridge)).to.deep.equal(counted(0));
  });
});
