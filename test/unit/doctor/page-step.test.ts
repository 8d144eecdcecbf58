/** What is said of http:// beside the page: in words, only where it is news, and never as a failure. */
import { expect } from "chai";
import type { ReasonTable } from "../../../src/checks/check-kind.ts";
import { pageStep } from "../../../src/doctor/steps/page-step.ts";
import type { Tools } from "../../../src/doctor/step.ts";
import { redirectReasons } from "../../../src/doctor/web/page-reasons.ts";
import { knownSite } from "../../lab/doctor-known.ts";
import { answeringTools, asked } from "../../lab/doctor-tools.ts";

const RAW = "192.0.2.1:80: connect ECONNREFUSED 192.0.2.1:80";

describe("the address without https", () => {
  async function notes(page: string, http: string): Promise<readonly string[]> {
    const tools = answeringTools((kind) => ({ reason: kind === "http" ? http : page, message: RAW }));
    return asked(await pageStep.run(knownSite(true), tools)).notes ?? [];
  }

  it("is told in doctor's words where it does not lead to the page", async () => {
    expect(await notes("ok", "port_closed")).to.deep.equal([
      "http:// does not lead here: nothing listens at http://meet.test/",
    ]);
  });

  it("is not mentioned where it leads there, or where the same is wrong with the page", async () => {
    expect(await notes("ok", "ok")).to.deep.equal([]);
    expect(await notes("page_dropped", "page_dropped")).to.deep.equal([]);
    expect(await notes("aborted", "aborted")).to.deep.equal([]);
  });

  it("fails no check, but for a page that is shown there", async () => {
    let table: ReasonTable<string> = {};
    const tools = answeringTools(() => ({ reason: "ok" }));
    const ask: Tools["ask"] = (question) => {
      if (question.kind === "http") table = question.reasons;
      return tools.ask(question);
    };
    await pageStep.run(knownSite(true), { ...tools, ask });
    const alarming = Object.entries(table).filter(([, { severity }]) => severity !== "info");
    expect(alarming.map(([reason]) => reason)).to.deep.equal(Object.keys(redirectReasons));
    expect(table).to.include.keys("port_closed", "page_silent");
  });
});
