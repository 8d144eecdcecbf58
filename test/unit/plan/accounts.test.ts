/** Accounts, and what changing their passwords does to calls. */
import { expect } from "chai";
import type { DesiredAccount } from "../../../src/model/desired-state.ts";
import type { ContainerSweep } from "../../../src/observe/actual-state.ts";
import { planAccounts } from "../../../src/plan/accounts.ts";
import { makePlan } from "../../../src/plan/plan.ts";
import { foundContainer, sampleActual } from "../../lab/sample-actual.ts";
import { NO_PLAN_OPTIONS, account, container, file, sampleSite } from "../../lab/sample-site.ts";

const JITSI = container({ name: "jitsi", hostPart: 20 });
const BRIDGE: DesiredAccount = { ...account("jvb", "jitsi"), internal: true, carriesCalls: true };
const CHECK: DesiredAccount = { ...account("convene-check", "jitsi"), internal: true };
const PERSON = account("m.meier", "jitsi");

function plan(
  wanted: readonly DesiredAccount[],
  recorded: Readonly<Record<string, string>>,
  exist?: readonly string[],
) {
  const sweep: ContainerSweep = { files: {}, stoppedUnits: [], ...(exist ? { accounts: exist } : {}) };
  const found = foundContainer(JITSI, { record: { accounts: recorded }, sweep });
  return planAccounts(JITSI, wanted, found, [])[0];
}

const changed = (one: DesiredAccount) => ({ [one.jid]: "fingerprint of an earlier password" });
const known = (one: DesiredAccount) => ({ [one.jid]: one.fingerprint });

describe("accounts", () => {
  it("are made without disturbing anybody", () => {
    expect(plan([BRIDGE, CHECK, PERSON], {})).to.include({ cause: "changed", disruption: "none" });
  });

  it("end calls when what carries them gets another password: its sessions end", () => {
    expect(plan([BRIDGE], changed(BRIDGE))).to.include({ cause: "changed", disruption: "calls" });
    expect(plan([BRIDGE, PERSON], { ...changed(BRIDGE), ...changed(PERSON) })?.disruption).to.equal("calls");
    expect(plan([BRIDGE], { [BRIDGE.jid]: "" })?.disruption, "cut short").to.equal("calls");
  });

  it("end no call when the checks' own or a person's password changes", () => {
    const recorded = { ...known(BRIDGE), ...changed(CHECK), ...changed(PERSON) };
    expect(plan([BRIDGE, CHECK, PERSON], recorded)?.disruption).to.equal("none");
  });

  it("end no call when one that is gone is made again: nobody is logged in with it", () => {
    expect(plan([BRIDGE], known(BRIDGE), [])).to.include({ cause: "drift", disruption: "none" });
    expect(plan([BRIDGE], changed(BRIDGE), [])?.disruption).to.equal("none");
  });

  it("come before the files of who logs in with them", () => {
    const site = sampleSite({ accounts: [BRIDGE] }, new Map());
    const other = file({ path: "/etc/jvb.conf", content: "another password" });
    const containers = site.containers.map((one) =>
      one.name === "bridge-1" ? { ...one, files: [other] } : one,
    );
    const actual = sampleActual({
      containers: site.containers.map((one) =>
        foundContainer(one, one.name === "jitsi" ? { record: { accounts: changed(BRIDGE) } } : {}),
      ),
    });
    const made = makePlan({ ...site, containers }, actual, NO_PLAN_OPTIONS);
    expect(made.actions.find((one) => one.id === "files bridge-1")?.dependsOn).to.deep.equal([
      "accounts jitsi",
    ]);
  });
});
