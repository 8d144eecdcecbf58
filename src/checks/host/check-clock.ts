/** Is the clock right? Compared with a web server when one is named, else by what keeps it in time. */
import type { CheckContext } from "../check.ts";
import type { HostFinding } from "./host-finding.ts";
import type { HostReaders } from "./host-readers.ts";

const SUBJECT = "clock";
/** The Date header counts whole seconds and takes its time to arrive. */
const TOLERATED_MS = 5_000;
const DATE_TIMEOUT_MS = 5_000;

/** systemd-timesyncd touches this file at each synchronisation (systemd-timesyncd.service(8)). */
const SYNCHRONISED = "/run/systemd/timesync/synchronized";
const OTHER_KEEPERS: readonly string[] = ["/run/chrony/chronyd.pid", "/run/ntpd.pid", "/run/openntpd.pid"];

export async function checkClock(
  dateUrl: string | undefined,
  readers: HostReaders,
  context: Pick<CheckContext, "clock" | "signal">,
): Promise<HostFinding> {
  return dateUrl === undefined ? await checkKeeper(readers) : await compare(dateUrl, readers, context);
}

async function compare(
  url: string,
  readers: HostReaders,
  context: Pick<CheckContext, "clock" | "signal">,
): Promise<HostFinding> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(DATE_TIMEOUT_MS)]);
  const theirs = await readers.httpDate(url, signal);
  if (theirs === undefined) {
    return { subject: SUBJECT, reason: "unreadable", message: `${url} sends no Date header` };
  }
  const offset = context.clock.now() - theirs;
  const seconds = Math.round(Math.abs(offset) / 1_000);
  const evidence = { offsetSeconds: Math.round(offset / 1_000), url };
  const message = `${seconds} s ${offset < 0 ? "behind" : "ahead of"} ${url}`;
  return {
    subject: SUBJECT,
    reason: Math.abs(offset) > TOLERATED_MS ? "clock_wrong" : "ok",
    message,
    evidence,
  };
}

async function checkKeeper(readers: HostReaders): Promise<HostFinding> {
  if ((await readers.readFile(SYNCHRONISED)) !== undefined) {
    return { subject: SUBJECT, reason: "ok", message: "synchronised by systemd-timesyncd" };
  }
  for (const path of OTHER_KEEPERS) {
    if ((await readers.readFile(path)) !== undefined) {
      return { subject: SUBJECT, reason: "ok", message: `kept by the service of ${path}` };
    }
  }
  return { subject: SUBJECT, reason: "clock_unsynchronised", message: "nothing keeps the clock in time" };
}
