/** How many people a bridge says it carries. */
import { once } from "node:events";
import { createServer } from "node:http";
import { expect } from "chai";
import { countParticipants, countPeople } from "../../../src/gate/participants.ts";
import { silentLogger } from "../../lab/silent-logger.ts";

async function answering(status: number, body: string): Promise<number> {
  const server = createServer((_, response) => void response.writeHead(status).end(body));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  try {
    return await countParticipants({ name: "bridge-1", statsUrl: `http://127.0.0.1:${port}/` }, silentLogger);
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
      expect(await answering(200, JSON.stringify(body))).to.equal(count);
    });
  }

  for (const [what, status, body] of [
    ["an error", 500, "{}"],
    ["something else", 200, "<html>"],
    ["a number that is none", 200, '{"participants": "many"}'],
    ["no end of an answer", 200, `{"participants": 3, "x": "${"x".repeat(2 ** 21)}"}`],
  ] as const) {
    it(`are none when it answers with ${what}: it carries no call`, async () => {
      expect(await answering(status, body)).to.equal(0);
    });
  }

  it("are asked for again when the bridge is silent at first", async function () {
    this.timeout(15_000);
    let asked = 0;
    const server = createServer((_, response) => {
      asked += 1;
      if (asked > 1) response.end('{"participants": 2}');
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    try {
      const bridge = { name: "bridge-1", statsUrl: `http://127.0.0.1:${port}/` };
      expect(await countParticipants(bridge, silentLogger)).to.equal(2);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("are counted without the checks' own participants, as far as those were there all the time", async () => {
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
      expect(await countPeople(bridge, own(2, 2), silentLogger)).to.equal(3);
      expect(await countPeople(bridge, own(2, 1), silentLogger)).to.equal(4);
      expect(await countPeople(bridge, own(0, 2), silentLogger)).to.equal(5);
      expect(await countPeople(bridge, own(9, 9), silentLogger)).to.equal(0);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("are none when nobody listens", async () => {
    const bridge = { name: "bridge-1", statsUrl: "http://127.0.0.1:9/" };
    expect(await countParticipants(bridge, silentLogger)).to.equal(0);
  });
});
