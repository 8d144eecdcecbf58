/** References: whole scalars only, typed, and never quietly wrong. */
import { expect } from "chai";
import { resolveReferences } from "../../../src/manifests/references.ts";

const locate = () => ({ file: "a.yaml", line: 1, column: 1 });
const scope = {
  parameters: { ports: { first: 1, last: 2 }, memory: null, list: [{ name: "a" }] },
  site: { domain: "meet.example" },
};

describe("resolveReferences", () => {
  it("replaces a whole scalar by the typed value", () => {
    const { data, diagnostics } = resolveReferences(
      {
        all: "${parameters.ports}",
        first: "${parameters.ports.first}",
        deep: [{ list: "${parameters.list}" }],
      },
      scope,
      locate,
    );
    expect(diagnostics).to.deep.equal([]);
    expect(data).to.deep.equal({ all: { first: 1, last: 2 }, first: 1, deep: [{ list: [{ name: "a" }] }] });
  });

  it("leaves out a field whose parameter is not set", () => {
    const { data } = resolveReferences(
      { memory: "${parameters.memory}", list: ["${parameters.memory}", 1] },
      scope,
      locate,
    );
    expect(data).to.deep.equal({ list: [1] });
  });

  it("leaves the shell's own variables alone", () => {
    const text = "for f in ${FILES}; do echo ${f%.*}; done";
    expect(resolveReferences({ text }, scope, locate)).to.deep.equal({ data: { text }, diagnostics: [] });
  });

  it("reports what is unknown, and what stands inside a longer text", () => {
    const wrong = ["${parameters.prots}", "${nothing.there}", "${site.domain.length}", "www.${site.domain}"];
    const codes = wrong.map((text) =>
      resolveReferences(text, scope, locate).diagnostics.map(({ code }) => code),
    );
    expect(codes).to.deep.equal([
      ["UnknownReference"],
      ["UnknownReference"],
      ["UnknownReference"],
      ["PartialReference"],
    ]);
  });

  it("does not reach what every object inherits", () => {
    for (const name of ["constructor", "__proto__", "toString"]) {
      expect(resolveReferences(`\${site.${name}}`, scope, locate).diagnostics, name).to.have.length(1);
    }
  });
});
