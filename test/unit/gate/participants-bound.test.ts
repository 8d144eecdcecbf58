/** A bridge's answer is read as far as statistics go, and no further. */
import { createServer } from "node:http";
import { expect } from "chai";
import { countParticipants } from "../../../src/gate/participants.ts";
import { listenOnLoopback } from "../../lab/loopback-port.ts";

const CHUNK = Buffer.alloc(256 * 1024, " ");
const CHUNKS = 400;

describe("a bridge that answers without end", () => {
  it("is not listened to until its end", async () => {
    let written = 0;
    const server = createServer((_request, response) => {
      response.on("error", () => undefined);
      for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
        response.write(CHUNK, (error) => {
          if (!error) written += 1;
        });
      }
      response.end('{"participants": 5}');
    });
    const statsUrl = `http://127.0.0.1:${await listenOnLoopback(server)}/colibri/stats`;
    try {
      expect(await countParticipants({ name: "bridge-1", statsUrl })).to.include({ kind: "unknown" });
      expect(written).to.be.lessThan(CHUNKS);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
