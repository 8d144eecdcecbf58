/** Keys of other modules: what is valid is live at once, what is hostile is left out and named. */
import { expect } from "chai";
import { systemClock } from "../../../src/system/clock.ts";
import { pollUntil } from "../../../src/system/retry.ts";
import type { ForeignHost } from "./foreign-host.ts";

const BELOW = "service/haproxy";
/** Ends a line, and would be a server of its own in haproxy.cfg. */
const HOSTILE = "evil.school.example\n  server own 6.6.6.6:80";
const LIVE = "echo 'show backend' | socat - /run/haproxy/admin.sock | grep -c '^svc-wiki$' || true";

export function othersKeys(host: () => ForeignHost): void {
  it("takes a valid route over live while a hostile one beside it is left out and reported", async function () {
    this.timeout(60_000);
    await host().putKey("other/team/setting", Buffer.from([0, 1, 0xfe, 0xff]), 42);
    await host().putKey("convene/elsewhere/inventory", "another site's");
    await host().putKey(`${BELOW}/acl/evil/host`, HOSTILE);
    await host().putKey(`${BELOW}/backends/no-ssl/x\n  server own 6.6.6.6:80`, "");
    await host().putKey(`${BELOW}/acl/wiki/host`, "wiki.school.example");
    await host().putKey(`${BELOW}/use-backend/wiki`, "wiki");
    const written = Date.now();
    await host().putKey(`${BELOW}/backends/no-ssl/wiki`, "", 7);
    const isLive = async (): Promise<true | undefined> =>
      (await host().exec("proxy", LIVE)).trim() === "1" ? true : undefined;
    const live = await pollUntil(isLive, { clock: systemClock, intervalMs: 20, timeoutMs: 30_000 });
    expect(live, "the route did not come").to.equal(true);
    if (this.test) this.test.title += `: live after ${Date.now() - written} ms`;
    const status = await host().status(({ findings }) => findings.length >= 2);
    expect(status.findings.map(({ reason }) => reason)).to.include("ForeignKeyRejected");
    expect(status.findings.map(({ subject }) => subject).join()).to.include(`${BELOW}/acl/evil/host`);
    const config = await host().exec("proxy", "cat /etc/haproxy/haproxy.cfg");
    expect(config).to.include("wiki.school.example");
    expect(config).not.to.include("6.6.6.6");
  });
}
