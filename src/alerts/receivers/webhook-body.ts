/** The body of Alertmanager's webhook, version 4 (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). */
import { createHash } from "node:crypto";
import { type Notification, identityOf } from "../alert.ts";

/** What Alertmanager writes where there is no end yet. */
const NO_END = "0001-01-01T00:00:00Z";

type Labels = Readonly<Record<string, string>>;

export function webhookBody(receiver: string, notifications: readonly Notification[]): object {
  const alerts = notifications.map(wireAlert);
  const [first] = notifications;
  const groupLabels = { site: first?.site ?? "" };
  return {
    version: "4",
    groupKey: `{}:{site=${JSON.stringify(groupLabels.site)}}`,
    truncatedAlerts: 0,
    status: alerts.some((alert) => alert.status === "firing") ? "firing" : "resolved",
    receiver,
    groupLabels,
    commonLabels: common(alerts.map((alert) => alert.labels)),
    commonAnnotations: common(alerts.map((alert) => alert.annotations)),
    externalURL: first?.url ?? "",
    alerts,
  };
}

/** The reason is an annotation: a label would make a changed reason another alert for whoever groups by labels. */
function wireAlert(one: Notification) {
  const labels: Labels = {
    alertname: one.name,
    subject: one.subject,
    severity: one.severity,
    site: one.site,
  };
  const annotations: Labels = {
    summary: `${one.name} ${one.subject}: ${one.reason}`,
    description: one.message,
    reason: one.reason,
    ...(one.hint === undefined ? {} : { hint: one.hint }),
    ...(one.also === undefined || one.also.length === 0 ? {} : { also: one.also.join(", ") }),
    ...Object.fromEntries(Object.entries(one.evidence).map(([name, value]) => [`evidence_${name}`, value])),
  };
  return {
    status: one.kind === "resolved" ? "resolved" : "firing",
    labels,
    annotations,
    startsAt: new Date(one.startsAt).toISOString(),
    endsAt: one.endsAt === undefined ? NO_END : new Date(one.endsAt).toISOString(),
    generatorURL: one.url,
    fingerprint: createHash("sha256")
      .update(`${one.site} ${identityOf(one)}`)
      .digest("hex")
      .slice(0, 16),
  };
}

function common(all: readonly Labels[]): Labels {
  const [first = {}, ...others] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((labels) => labels[name] === value)),
  );
}
