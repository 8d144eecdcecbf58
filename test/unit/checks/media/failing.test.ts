/** A limit for work that comes from outside: what has arrived is read before anybody gives up. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect } from "chai";
import { failing } from "../../../../src/checks/media/failing.ts";

describe("work with a limit", () => {
  it("has no words when it succeeds, and its own when it fails", async () => {
    expect(await failing(Promise.resolve(), 1_000)).to.equal(undefined);
    expect(await failing(Promise.reject(new Error("no route")), 1_000)).to.equal("no route");
  });

  it("is over when nothing comes", async () => {
    expect(await failing(new Promise(() => undefined), 60)).to.equal("not within 60 ms");
  });

  it("is not over while the process was kept from reading what is there", async () => {
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    const heard = once(socket, "message").then(() => undefined);
    const words = failing(heard, 150);
    const until = performance.now() + 300;
    socket.send("here", socket.address().port, "127.0.0.1");
    while (performance.now() < until) Math.sqrt(until);
    const said = await words;
    socket.close();
    expect(said).to.equal(undefined);
  });
});
