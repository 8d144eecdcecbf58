/** What somebody stops, deletes or edits by hand comes back, and history says why. */
import { expect } from "chai";
import { type LivingSite, until } from "./living-site.ts";

export function drift(site: () => LivingSite): void {
  const exec = async (instance: string, script: string) =>
    site().harness.lxd.exec({ instance, command: ["sh", "-c", script], timeoutMs: 20_000 });
  const comesBack = async (what: () => Promise<boolean>) => {
    expect(await until(what, 60_000), "it did not come back").to.equal(true);
    await site().settled();
  };

  it("a stopped container", async function () {
    this.timeout(240_000);
    const { lxd } = site().harness;
    await lxd.stopInstance("turn", 0);
    await comesBack(async () => (await lxd.instance("turn"))?.status_code === 103);
    const found = await site().lastAction("start container/turn");
    expect(found?.action).to.include({ cause: "drift", reason: "it is stopped and should run" });
    expect(found?.entry.wakeups.join(" ")).to.match(/lxd instance-(stopped|shutdown) turn/);
  });

  it("a deleted container, with its data", async function () {
    this.timeout(300_000);
    const { lxd } = site().harness;
    await lxd.stopInstance("jitsi", 0);
    await lxd.deleteInstance("jitsi");
    await comesBack(async () => (await lxd.instance("jitsi"))?.status_code === 103);
    const found = await site().lastAction("create container/jitsi");
    expect(found?.action.reason).to.equal("the container does not exist");
  });

  it("a device edited by hand", async function () {
    this.timeout(240_000);
    const { lxd } = site().harness;
    const turn = await lxd.instance("turn");
    const devices = Object.fromEntries(
      Object.entries(turn?.devices ?? {})
        .filter(([name]) => !name.startsWith("public-tcp-3478"))
        .map(([name, device]) => [name, { ...device }]),
    );
    await lxd.putInstance("turn", {
      config: { ...turn?.config },
      devices,
      description: turn?.description ?? "",
    });
    await comesBack(async () =>
      Object.keys((await lxd.instance("turn"))?.devices ?? {}).some((name) =>
        name.startsWith("public-tcp-3478"),
      ),
    );
    expect(
      (await site().lastAction("update container/turn"))?.action.changes.map((change) => change.field).join(),
    ).to.include("public-tcp-3478");
  });

  it("a limit edited by hand", async function () {
    this.timeout(240_000);
    const { lxd } = site().harness;
    await lxd.patchInstance("proxy", { config: { "limits.memory": "99MiB" } });
    await comesBack(async () => (await lxd.instance("proxy"))?.config["limits.memory"] !== "99MiB");
  });

  it("a configuration file edited by hand", async function () {
    this.timeout(240_000);
    await exec("turn", "echo '# by hand' >> /etc/turnserver.conf");
    await comesBack(
      async () => (await exec("turn", "grep -c 'by hand' /etc/turnserver.conf")).stdout.trim() === "0",
    );
    const found = await site().lastAction("files turn");
    expect(found?.action.cause).to.equal("drift");
    expect(found?.entry.wakeups).to.include("drift in turn");
  });

  it("a unit stopped by hand", async function () {
    this.timeout(240_000);
    await exec("turn", "systemctl stop coturn");
    await comesBack(
      async () => (await exec("turn", "systemctl is-active coturn")).stdout.trim() === "active",
    );
  });

  it("an account deleted by hand", async function () {
    this.timeout(240_000);
    const list = async () =>
      (await exec("jitsi", "printf 'list\\n' | /usr/local/lib/convene/prosody-accounts")).stdout;
    await exec(
      "jitsi",
      "printf 'remove\\tm.meier@meet.school.example\\n' | /usr/local/lib/convene/prosody-accounts",
    );
    expect(await list()).not.to.include("m.meier");
    await comesBack(async () => (await list()).includes("m.meier"));
  });
}
