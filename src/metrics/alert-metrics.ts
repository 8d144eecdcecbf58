/** Alerts, and whether those who are to be told take the messages. */
import type { Exposition } from "./exposition.ts";
import type { MetricsState } from "./metrics-state.ts";

export function exposeAlerts(out: Exposition, { alerts: { alerts, deliveries } }: MetricsState): void {
  const counts = new Map<string, { readonly labels: Readonly<Record<string, string>>; count: number }>();
  for (const { name, severity, state } of alerts) {
    const key = `${name} ${severity} ${state}`;
    const found = counts.get(key) ?? { labels: { alertname: name, severity, state }, count: 0 };
    found.count += 1;
    counts.set(key, found);
  }
  out.gauge(
    "alerts",
    "Alerts that stand, told or not yet.",
    ["alertname", "severity", "state"],
    [...counts.values()].map(({ labels, count }) => [
      {
        alertname: labels["alertname"] ?? "",
        severity: labels["severity"] ?? "",
        state: labels["state"] ?? "",
      },
      count,
    ]),
  );
  out.counter(
    "notifications_total",
    "Messages to receivers: taken, or attempts that failed.",
    ["receiver", "result"],
    deliveries.flatMap(({ receiver, sent, failed }) => [
      [{ receiver, result: "sent" }, sent] as const,
      [{ receiver, result: "failed" }, failed] as const,
    ]),
  );
}
