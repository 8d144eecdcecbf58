/** Names are asked for once, so that a server's DNS cannot answer differently later. */
import { expect } from "chai";
import { createResolver } from "../../../src/doctor/resolver.ts";

describe("doctor's resolver", () => {
  it("keeps the first answer for the whole run", async () => {
    const answers = [["9.9.9.9"], ["127.0.0.1"]];
    const resolve = createResolver(new Map(), () => Promise.resolve(answers.shift() ?? []));
    expect(await resolve("turn.example.org")).to.deep.equal(["9.9.9.9"]);
    expect(await resolve("Turn.Example.ORG.")).to.deep.equal(["9.9.9.9"]);
  });

  it("keeps a failure too", async () => {
    let asked = 0;
    const resolve = createResolver(new Map(), () => {
      asked += 1;
      return Promise.reject(new Error(`failure ${asked}`));
    });
    for (let time = 0; time < 2; time += 1) {
      const words = await resolve("x.example").catch((error: unknown) => String(error));
      expect(words).to.equal("Error: failure 1");
    }
  });

  it("never asks for a pinned name", async () => {
    const resolve = createResolver(new Map([["meet.example.org", ["10.0.0.1"]]]), () =>
      Promise.reject(new Error("asked")),
    );
    expect(await resolve("MEET.example.org")).to.deep.equal(["10.0.0.1"]);
  });
});
