/** Templates: strict, bounded, and without a way around escaping. */
import { expect } from "chai";
import { createTemplateEngine } from "../../../src/model/templates.ts";
import { ConveneError } from "../../../src/system/errors.ts";
import { Secret } from "../../../src/system/secret.ts";

const engine = createTemplateEngine();

function failure(source: string, variables: Readonly<Record<string, unknown>> = {}): ConveneError {
  try {
    engine.render("web/web.conf.liquid", source, "plain", variables);
  } catch (error) {
    if (error instanceof ConveneError) return error;
    throw error;
  }
  throw new Error("the template was rendered");
}

describe("a template", () => {
  it("fails at its line and column when a variable is unknown", () => {
    const error = failure("first\n  {{ parameters.prots }}", { parameters: { ports: 1 } });
    expect(error.code).to.equal("TemplateFailed");
    expect(error.message).to.equal("undefined variable: parameters.prots");
    expect(error.location).to.deep.equal({ file: "web/web.conf.liquid", line: 2, column: 6 });
  });

  it("may ask whether something is there", () => {
    expect(
      engine.render("a", "{% if groups.jitsi %}yes{% else %}no{% endif %}", "plain", { groups: {} }),
    ).to.equal("no");
  });

  it("has no way around escaping and no way to other files", () => {
    const value = { x: "a\nb" };
    for (const source of [
      "{{ x | raw }}",
      "{{ x | jsonify }}",
      "{{ x | inspect }}",
      "{{ x | json }}",
      "{% echo x %}",
      "{% cycle x, x %}",
      "{% liquid\necho x %}",
      '{% include "/etc/passwd" %}',
      '{% render "/etc/passwd" %}',
      '{% layout "/etc/passwd" %}',
      "{% capture y %}ok{% endcapture %}{{ y | append: x }}",
    ]) {
      expect(failure(source, value).code, source).to.equal("TemplateFailed");
    }
  });

  it("gives the same file each time", () => {
    for (const source of ['{{ "now" | date: "%s" }}', "{{ list | sample }}"]) {
      expect(failure(source, { list: [1, 2] }).message).to.include("undefined filter");
    }
  });

  it("does not reach what every object inherits", () => {
    for (const source of ["{{ x.constructor }}", "{{ x.__proto__ }}", "{{ x.toString }}"]) {
      expect(failure(source, { x: {} }).message).to.include("undefined variable");
    }
  });

  it("ends when it would not end by itself", () => {
    expect(failure("{% for i in (1..100000000) %}a{% endfor %}").message).to.include("limit");
    const nested = "{% for i in (1..3000) %}{% for j in (1..3000) %}{{ j }}{% endfor %}{% endfor %}";
    const start = performance.now();
    expect(failure(nested).message).to.include("limit");
    expect(performance.now() - start).to.be.below(10_000);
    expect(failure(`${"a".repeat(300_000)}{{ x }}`, { x: 1 }).message).to.include("limit");
  });

  it("writes a secret out of `secrets` only, and never into an error", () => {
    const secrets = { word: new Secret("s3cret") };
    expect(engine.render("a", 'key={{ secrets["word"] }}', "coturn", { secrets })).to.equal("key=s3cret");
    expect(engine.render("a", '{{ secrets["word"] | append: "!" }}', "plain", { secrets })).to.equal(
      "s3cret!",
    );
    expect(failure("{{ other }}", { other: new Secret("s3cret") }).message).to.not.include("s3cret");
    const bad = failure("{{ secrets.word }}", { secrets: { word: new Secret("s3cret\nx") } });
    expect(bad.message).to.include("a line break");
    expect(`${bad.message} ${bad.hint}`).to.not.include("s3cret");
  });

  it("refuses to write a list or an object as one value", () => {
    expect(failure("{{ x }}", { x: [1] }).message).to.include("a list or an object");
  });

  it("writes what is not set as nothing", () => {
    expect(engine.render("a", "[{{ x }}]", "plain", { x: null })).to.equal("[]");
  });

  it("writes whole values as JSON, or as a table in Lua", () => {
    const value = { a: [1, true, null, 'q"'], "b-c": {} };
    const json = engine.render("a", "{{ v | json }}", "javascript", { v: value });
    expect(JSON.parse(json)).to.deep.equal(value);
    expect(engine.render("a", "{{ v | json }}", "lua", { v: value })).to.equal(
      '{ ["a"] = { 1, true, nil, "q\\"" }, ["b-c"] = {  } }',
    );
    expect(engine.render("a", "{{ v | json }}", "javascript", { v: "</script>\u2028" })).to.equal(
      '"\\u003c/script>\\u2028"',
    );
  });
});
