/** What people ask of the checks: run now, or what happened before. */
import { expect } from "chai";
import type { AgentLab } from "../../lab/agent-lab.ts";
import { type CheckedSite, startCheckedSite } from "../../lab/checked-site.ts";

const SECOND = 1_000;

describe("checks on demand", () => {
  let site: CheckedSite;
  let lab: AgentLab;
  let said: string[];
  beforeEach(async () => {
    said = [];
    site = await startCheckedSite();
    ({ lab } = site);
  });
  afterEach(() => site[Symbol.asyncDispose]());

  const run = (name?: string) =>
    lab.api.check(name, (line) => void said.push(line), new AbortController().signal);
  const past = (name: string) => lab.api.checkHistory(name)[0];

  it("say how the check stands and what it stands on, then what is said on the wire", async () => {
    const [result] = await run("search");
    expect(result).to.include({ name: "search", ok: true });
    expect(said[0]).to.match(/^state: up since 20/);
    expect(said[1]).to.equal("needs: container/wiki (up), page (up)");
    expect(said[2]).to.equal("leans on: unit/wiki/wiki (not looked at)");
    expect(said.join("\n")).to.contain("GET /search");
  });

  it("do not ask what cannot hold, after another look at what keeps it from that", async () => {
    site.failing = ["/page"];
    expect((await run("page"))[0]).to.include({ ok: false, reason: "wrong_status" });
    const before = site.asked.length;
    const [result] = await run("search");
    expect(result).to.include({ ok: false, reason: "not_asked", severity: "info" });
    expect(result?.message).to.equal("not asked because page fails: wrong_status");
    expect(said.at(-1)).to.equal(result?.message);
    expect(site.asked.slice(before)).to.deep.equal(["/page"]);
    site.failing = [];
    expect((await run("search"))[0]).to.include({ ok: true });
  });

  it("go from the ground up when all are asked for, each conversation in one piece", async () => {
    site.failing = ["/page"];
    const results = await run();
    expect(results.map(({ name, reason }) => `${name} ${reason}`)).to.deep.equal([
      "page wrong_status",
      "search not_asked",
      "cloud ok",
    ]);
    expect(said).to.include("page:");
    expect(said).not.to.include("search:");
  });

  it("are remembered with their failures, and since when it is so", async () => {
    site.failing = ["/page"];
    await lab.until("down", () => past("page")?.state === "down", SECOND);
    const page = past("page");
    expect(page).to.include({ state: "down", reason: "wrong_status" });
    expect(page?.takesDown).to.deep.equal(["search"]);
    expect(page?.needs).to.deep.equal(["container/wiki"]);
    expect(page?.looks.at(0)?.reason).to.equal("ok");
    const [failure] = page?.failures ?? [];
    expect(failure?.looks).to.be.at.least(2);
    expect(failure?.first).to.equal(page?.since);
    expect(failure?.transcript.join("\n")).to.contain("GET /page");
    expect(lab.api.checkHistory(undefined).map(({ name }) => name)).to.include.members([
      "cloud",
      "container/wiki",
    ]);
  });

  it("are in the metrics, with their states and the reasons of their looks", async () => {
    site.failing = ["/page"];
    await lab.until("down", () => past("page")?.state === "down", SECOND);
    const { text } = await lab.api.metrics(undefined);
    expect(text).to.contain('convene_check_state{check="page",state="down"} 1\n');
    expect(text).to.contain('convene_check_state{check="search",state="unknown"} 1\n');
    expect(text).to.match(/convene_check_failures_total\{reason="wrong_status"\} [2-9]/);
    expect(text).to.contain('convene_reconciles_total{result="ready"}');
    expect(text).to.contain(
      'convene_alerts{alertname="CheckFailing",severity="critical",state="firing"} 1\n',
    );
    expect(text).not.to.contain("container/wiki");
  });

  it("name the checks there are when there is no such check", async () => {
    const error = await run("serach").catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: "UnknownCheck", hint: "there are: page, search, cloud, host" });
    expect(() => lab.api.checkHistory("serach")).to.throw("there is no check serach");
  });
});
