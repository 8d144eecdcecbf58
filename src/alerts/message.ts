/** Notifications as people read them: severity, what, where, since, reason, evidence, what to do next. */
import type { Notification } from "./alert.ts";

export interface Message {
  readonly subject: string;
  readonly text: string;
}

const KINDS = { firing: "", changed: ", changed", repeated: ", still", resolved: "" } as const;

export function messageOf(notifications: readonly Notification[]): Message {
  return { subject: subjectOf(notifications), text: `${notifications.map(paragraph).join("\n\n")}\n` };
}

function subjectOf(notifications: readonly Notification[]): string {
  const [first] = notifications;
  if (!first) return "convene";
  const open = notifications.filter((one) => one.kind !== "resolved");
  const worst = open.find((one) => one.severity === "critical") ?? open[0] ?? first;
  const more = notifications.length > 1 ? ` and ${notifications.length - 1} more` : "";
  return `[convene ${oneLine(first.site)}] ${headline(worst)}${more}`;
}

function headline(one: Notification): string {
  const severity = one.kind === "resolved" ? "RESOLVED" : one.severity.toUpperCase();
  return oneLine(`${severity}${KINDS[one.kind]}: ${one.name} ${one.subject}`);
}

function paragraph(one: Notification): string {
  const evidence = Object.entries(one.evidence).map(([name, value]) => `${name}=${value}`);
  const until = one.endsAt === undefined ? "" : `, until ${time(one.endsAt)}`;
  const rows = [
    ["where", one.url === "" ? one.site : `${one.site} (${one.url})`],
    ["since", `${time(one.startsAt)}${until}`],
    ["reason", `${one.reason}: ${one.message}`],
    ["also", one.also?.join(", ") ?? ""],
    ["evidence", evidence.join(", ")],
    [
      "next",
      one.kind === "resolved" ? "nothing; it works again" : (one.hint ?? "`convene status` says more"),
    ],
  ].filter(([, value]) => value !== "");
  return [
    headline(one),
    ...rows.map(([name = "", value = ""]) => `  ${name.padEnd(9)} ${oneLine(value)}`),
  ].join("\n");
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("T", " ").replace(/\..*$/, " UTC");
}

/** Messages hold other programs' words, which may hold anything. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
}
