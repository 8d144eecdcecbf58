/** The fuzzing campaign (test/campaign/fuzz-codecs.ts) in short: some thousand inputs for each reader of foreign bytes. */
import { expect } from "chai";
import { makeInput } from "../../campaign/fuzz/mutate.ts";
import { Random } from "../../campaign/fuzz/random.ts";
import { FUZZ_TARGETS } from "../../campaign/fuzz/targets.ts";

const INPUTS = 1_000;
/** Long inputs are left to the campaign. */
const LIMIT = 8_000;

describe("readers of what strangers send", () => {
  for (const target of FUZZ_TARGETS) {
    it(`survive and keep their promises: ${target.name}`, async () => {
      const random = new Random(20_260_101);
      const material = { ...target, limit: LIMIT };
      for (let count = 0; count < INPUTS; count += 1) {
        const input = makeInput(material, random);
        try {
          await target.run(input);
        } catch (error) {
          expect.fail(`${Buffer.from(input).toString("hex")}: ${String(error)}`);
        }
      }
    });
  }
});
