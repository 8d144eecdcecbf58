/** What 200 checks every 30 s cost when they are of the kinds that a site has, as often as it has them. */
import { checkKind } from "../../src/checks/registry.ts";
import { systemClock } from "../../src/system/clock.ts";
import type { MeetingLab } from "../lab/meeting-lab.ts";
import type { Figure } from "./figure.ts";
import { scheduleChecks } from "./scheduled-checks.ts";

const CHECKS = 200;
const INTERVAL_SECONDS = 30;
/** Before it is measured the same code runs as often as in five minutes: an agent runs for weeks. */
const WARM = { intervalSeconds: 2, seconds: 30 };
/** After that, the first looks of a new schedule. */
const SETTLE_SECONDS = 35;
const TARGET_PERCENT = 3;

/** Of this process, in which schedule and checks run; those with a process of their own are left out. */
export async function measureSiteChecks(lab: MeetingLab, seconds: number): Promise<Figure> {
  const shipped = lab.checks.filter(({ kind }) => checkKind(kind)?.heavy !== true);
  const checks = Array.from({ length: CHECKS }, (_, number) => {
    const { name, kind, spec, container } = shipped[number % shipped.length] ?? {
      name: "",
      kind: "",
      spec: {},
    };
    return { name: `${name}-${number}`, kind, spec, ...(container === undefined ? {} : { container }) };
  });
  const every = async (
    intervalSeconds: number,
    work: (looks: () => number) => Promise<void>,
  ): Promise<void> => {
    const site = {
      checks: checks.map((check) => ({ ...check, intervalSeconds })),
      containers: lab.desired.containers,
    };
    const scheduled = await scheduleChecks(site, lab.checkContext());
    try {
      await work(() => scheduled.looks);
      const [failure] = scheduled.failures;
      if (failure !== undefined) throw new Error(`a check failed: ${failure}`);
    } finally {
      await scheduled.stop();
    }
  };
  await every(WARM.intervalSeconds, () => systemClock.sleep(WARM.seconds * 1_000));
  let percent = 0;
  let made = 0;
  await every(INTERVAL_SECONDS, async (looks) => {
    await systemClock.sleep(SETTLE_SECONDS * 1_000);
    const before = { cpu: process.cpuUsage(), at: performance.now(), looks: looks() };
    await systemClock.sleep(seconds * 1_000);
    const { user, system } = process.cpuUsage(before.cpu);
    percent = (user + system) / 10 / (performance.now() - before.at);
    made = looks() - before.looks;
  });
  return {
    name: `${CHECKS} checks every ${INTERVAL_SECONDS} s, of a site's kinds`,
    measured: percent,
    target: TARGET_PERCENT,
    unit: "% of a core",
    note: `${made} looks in ${seconds} s: TURN, XMPP, TLS, STUN, HTTP, WebSocket`,
  };
}
