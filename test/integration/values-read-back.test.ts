/** Values written by templates, read back by the programs that read such files: Lua and the shell. */
import { expect } from "chai";
import { constantFrom, array, oneof, sample, string } from "fast-check";
import { execFileSync } from "node:child_process";
import { createTemplateEngine } from "../../src/model/templates.ts";
import { ConveneError } from "../../src/system/errors.ts";

const engine = createTemplateEngine();
const special = constantFrom(
  "\n",
  "\r\n",
  '"',
  "\\",
  "\\n",
  "$(id)",
  "`",
  "]]",
  "--",
  "\u0000",
  "0",
  "é",
  "\u2028",
  "'",
);
const values = sample(
  array(oneof(special, string({ maxLength: 5, unit: "grapheme" })), { maxLength: 6 }).map((parts) =>
    parts.join(""),
  ),
  { numRuns: 300, seed: 1 },
);

function hex(text: string): string {
  return Buffer.from(text).toString("hex");
}

describe("a value in a configuration file", () => {
  it("is read by Lua as it was, in strings and in tables", () => {
    const lines = values.map((value) =>
      engine.render("a", '  "{{ value }}",\n  ({{ list | json }})[1],', "lua", { value, list: [value] }),
    );
    const program = `for _, text in ipairs({\n${lines.join("\n")}\n}) do
  print((text:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end)))
end`;
    const read = execFileSync("lua5.4", ["-"], { input: program, encoding: "utf8", timeout: 20_000 });
    expect(read.trimEnd().split("\n")).to.deep.equal(values.flatMap((value) => [hex(value), hex(value)]));
  });

  it("is one word for the shell, or refused", () => {
    const accepted = [...values, "a-b.c:1/2@x", "50%", "a=b,c+d~e"].flatMap((value) => {
      try {
        return [{ value, written: engine.render("a", "{{ value }}", "shell", { value }) }];
      } catch (error) {
        if (error instanceof ConveneError) return [];
        throw error;
      }
    });
    expect(accepted.length).to.be.greaterThan(10);
    const program = accepted.map(({ written }) => `value=${written}\nprintf '%s\\n' "$value"`).join("\n");
    const read = execFileSync("/bin/sh", ["-eu"], { input: program, encoding: "utf8", timeout: 20_000 });
    expect(read.split("\n").slice(0, -1)).to.deep.equal(accepted.map(({ value }) => value));
  });
});
