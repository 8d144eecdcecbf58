/** The hook files. */
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { hookScript } from "../../../src/source/hooks/hook-script.ts";

describe("a hook script", () => {
  it("starts convene with the hook's name", () => {
    expect(hookScript("pre-receive", ["/usr/bin/convene"])).to.match(
      /^#!\/bin\/sh\n#.*\nexec \/usr\/bin\/convene hook pre-receive\n$/,
    );
  });

  it("hands words with spaces, quotes and dollars over as they are", () => {
    const words = ["/bin/echo", "it's", "$HOME `id`", 'a "b"', "--config=/x y"];
    const output = execFileSync("/bin/sh", ["-c", hookScript("post-receive", words)], { encoding: "utf8" });
    expect(output).to.equal(`${words.slice(1).join(" ")} hook post-receive\n`);
  });
});
