/** No value, whatever it holds, becomes more than the one value it is. */
import { expect } from "chai";
import { array, assert, constantFrom, dictionary, oneof, property, string } from "fast-check";
import { runInNewContext } from "node:vm";
import { LANGUAGES } from "../../../src/manifests/schema/files.ts";
import type { Language } from "../../../src/manifests/schema/files.ts";
import { createTemplateEngine } from "../../../src/model/templates.ts";
import { ConveneError } from "../../../src/system/errors.ts";

const engine = createTemplateEngine();
const NASTY = [
  "\n",
  "\r",
  '"',
  "'",
  "\\",
  "#",
  ";",
  "{",
  "}",
  "$",
  "%",
  " ",
  "\t",
  "\u0000",
  "\u0085",
  "\u2028",
  "\u00a0",
  "*/",
  "--",
  "]]",
  "${x}",
  "%[env(A)]",
];

/** Any text, with what is special somewhere more often than chance has it. */
const text = oneof(
  string({ unit: "binary" }),
  array(oneof(constantFrom(...NASTY), string({ unit: "grapheme-ascii", maxLength: 4 })), {
    maxLength: 8,
  }).map((parts) => parts.join("")),
);

function render(language: Language, source: string, value: unknown): string | undefined {
  try {
    return engine.render("a", source, language, { value });
  } catch (error) {
    if (error instanceof ConveneError && error.code === "TemplateFailed") return undefined;
    throw error;
  }
}

/** Lua's own rules for a short string (reference manual 5.4, section 3.1), as far as the escaping may use them. */
function readLua(source: string): string {
  const inside = /^"((?:[^"\\\n\r]|\\[0-9]{3}|\\["\\])*)"$/u.exec(source)?.[1];
  if (inside === undefined) throw new Error(`no Lua string: ${source}`);
  return inside.replaceAll(/\\([0-9]{3}|["\\])/gu, (_, found: string) =>
    /^[0-9]/u.test(found) ? String.fromCharCode(Number(found)) : found,
  );
}

describe("a value in a file", () => {
  it("stays one JSON string in json, hocon and javascript", () => {
    assert(
      property(text, (value) => {
        for (const language of ["json", "hocon", "javascript"] as const) {
          const written = render(language, '"{{ value }}"', value);
          expect(JSON.parse(written ?? "")).to.equal(value);
        }
      }),
    );
  });

  it("is read by JavaScript itself as it was", () => {
    assert(
      property(text, (value) => {
        expect(runInNewContext(render("javascript", '"{{ value }}"', value) ?? "")).to.equal(value);
      }),
    );
  });

  it("stays one short string in lua", () => {
    assert(
      property(text, (value) => {
        expect(readLua(render("lua", '"{{ value }}"', value) ?? "")).to.equal(value);
      }),
    );
  });

  it("stays one JSON value with the json filter", () => {
    assert(
      property(dictionary(text, array(text)), (value) => {
        const written = render("javascript", "{{ value | json }}", value) ?? "";
        expect(JSON.parse(written)).to.deep.equal(JSON.parse(JSON.stringify(value)));
        expect(written).to.not.match(/[\n\r\u2028\u2029<]/u);
      }),
    );
  });

  for (const language of LANGUAGES) {
    it(`adds no line in ${language}`, () => {
      assert(
        property(text, (value) => {
          const written = render(language, "key {{ value }} end", value);
          expect(written ?? "").to.not.match(/[\n\r\u0000]/u);
        }),
      );
    });
  }

  for (const language of ["haproxy", "coturn", "ini", "nginx", "shell", "plain"] as const) {
    it(`is one word in ${language}, as it was, or refused`, () => {
      assert(
        property(text, (value) => {
          const written = render(language, "key {{ value }} end", value);
          if (written === undefined) return;
          expect(written).to.equal(`key ${value} end`);
          expect(written.split(/\s/u)).to.have.length(3);
        }),
      );
    });
  }

  it("is refused in a word when it is syntax there", () => {
    const refused = [
      ["haproxy", "a#b"],
      ["haproxy", "%[env(HOME)]"],
      ["haproxy", "}"],
      ["coturn", 'a"b'],
      ["ini", "50%"],
      ["nginx", "a;b"],
      ["nginx", "$host"],
      ["shell", "$(id)"],
      ["shell", "`id`"],
      ["shell", "a&b"],
      ["plain", "a b"],
    ] as const;
    for (const [language, value] of refused)
      expect(render(language, "{{ value }}", value), value).to.equal(undefined);
  });

  it("is let through when it is harmless", () => {
    const domain = "meet.school.example";
    for (const language of LANGUAGES) {
      for (const value of [
        domain,
        "10.10.1.15:5349",
        "it@school.example",
        3478,
        true,
        "a+/=",
        "2001:db8::10",
      ]) {
        expect(render(language, "{{ value }}", value)).to.equal(String(value));
      }
    }
  });
});
