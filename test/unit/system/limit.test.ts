/** So much at once, in the order of asking, whatever becomes of the work. */
import { expect } from "chai";
import { createLimit } from "../../../src/system/limit.ts";

describe("a limit", () => {
  it("lets in what there is room for, and the rest in order as others leave", async () => {
    const limit = createLimit(2);
    const started: number[] = [];
    const ends: PromiseWithResolvers<void>[] = [];
    const all = [1, 2, 3, 4].map((number) =>
      limit(async () => {
        started.push(number);
        const end = Promise.withResolvers<void>();
        ends.push(end);
        await end.promise;
      }),
    );
    await settle();
    expect(started).to.deep.equal([1, 2]);
    ends[1]?.resolve();
    await settle();
    expect(started).to.deep.equal([1, 2, 3]);
    ends[0]?.resolve();
    ends[2]?.resolve();
    await settle();
    expect(started).to.deep.equal([1, 2, 3, 4]);
    ends[3]?.resolve();
    await Promise.all(all);
  });

  it("gives the place of failed work to the next", async () => {
    const limit = createLimit(1);
    const failed = limit(() => Promise.reject(new Error("broken")));
    const next = limit(() => Promise.resolve("done"));
    expect(await failed.catch((error: unknown) => String(error))).to.equal("Error: broken");
    expect(await next).to.equal("done");
  });
});

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
