/** Check kind `dns`: a name has the records it should have, and leads nowhere else. */
import { z } from "zod";
import { defineKind, type ReasonTable } from "./check-kind.ts";
import { CheckFailure, type CheckRun } from "./check-run.ts";
import { refuseForbidden } from "./connect/refuse-forbidden.ts";
import type { ConnectReason } from "./connect/connect-reasons.ts";
import { connectReasons } from "./connect/connect-reasons.ts";
import type { DnsAnswer, DnsQuestion } from "./connect/resolve-records.ts";
import { type Finding, verdictOf, worstFirst } from "./findings.ts";
import { durationField, ipField, portField } from "./spec-values.ts";
import { sameIp } from "./stun/stun-address.ts";

const schema = z.strictObject({
  name: z
    .string()
    .max(253)
    .regex(/^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/, "write a name such as meet.example.org"),
  type: z.enum(["A", "AAAA", "SRV"]).default("A"),
  expect: z.array(z.string().min(1).max(260)).max(50).optional(),
  only: z.boolean().default(false),
  server: ipField.optional(),
  port: portField.default(53),
  timeout: durationField.default(10_000),
});

type DnsSpec = z.output<typeof schema>;

const dnsReasons = {
  name_unknown: {
    severity: "critical",
    hint: "nobody can find this name: add the record at your DNS provider, or correct the name",
  },
  no_records: {
    severity: "critical",
    hint: "the name exists without a record of this type: add it at your DNS provider",
  },
  server_failed: {
    severity: "critical",
    hint: "the name's own DNS servers do not answer or DNSSEC is broken: look at the domain at your DNS provider",
  },
  server_refused: {
    severity: "critical",
    hint: "this DNS server does not answer for us: correct `server:`, or allow this host in its configuration",
  },
  no_dns_answer: {
    severity: "critical",
    hint: "the DNS server does not answer: look whether it runs, and whether a firewall drops UDP and TCP port 53",
  },
  bad_dns_answer: {
    severity: "critical",
    hint: "what answers is no DNS server: correct `server:` and `port:`",
  },
  wrong_address: {
    severity: "critical",
    hint: "people are led to another machine: correct the record at your DNS provider, or `addresses.public` of the Site",
  },
  missing_address: {
    severity: "critical",
    hint: "some people cannot find the machine: add the record at your DNS provider, or take the address out of `addresses.public` of the Site",
  },
} as const satisfies ReasonTable<string>;

type DnsReason = keyof typeof dnsReasons;

export const dnsCheck = defineKind<DnsSpec, DnsReason | Extract<ConnectReason, "address_refused">>({
  kind: "dns",
  schema,
  reasons: { ...dnsReasons, address_refused: connectReasons.address_refused },
  target: (spec) => `${spec.name} ${spec.type}`,
  run: async (spec, run) => {
    const { records, alias } = await run.phase("resolve", () => askFor(spec, run));
    run.note({ records: records.join(" "), ...(alias === undefined ? {} : { alias }) });
    run.say(
      `${spec.name} ${spec.type}: ${records.join(", ")}${alias === undefined ? "" : ` by way of ${alias}`}`,
    );
    const findings = compare(records, spec);
    return verdictOf(worstFirst(findings, dnsReasons), `is ${records.join(", ")}`, run);
  },
});

async function askFor(spec: DnsSpec, run: CheckRun): Promise<DnsAnswer> {
  const { name, type, server, port } = spec;
  if (server !== undefined) refuseForbidden(server, run);
  const question: DnsQuestion = {
    name,
    type,
    server: server === undefined ? undefined : { address: server, port },
  };
  try {
    const answer = await run.context.resolveRecords(question, run.signal);
    if (answer.records.length > 0) return answer;
    throw new CheckFailure<DnsReason>("no_records", `${name} has no ${type} record`);
  } catch (error) {
    run.signal.throwIfAborted();
    throw error instanceof CheckFailure ? error : dnsFailure(error, spec);
  }
}

/** Codes of node:dns, which are c-ares's. */
const REASONS: Readonly<Record<string, readonly [DnsReason, string]>> = {
  ENOTFOUND: ["name_unknown", "does not exist (NXDOMAIN)"],
  ENODATA: ["no_records", "has no record of this type"],
  ESERVFAIL: ["server_failed", "cannot be resolved (SERVFAIL)"],
  EREFUSED: ["server_refused", "is refused by the DNS server (REFUSED)"],
  ETIMEOUT: ["no_dns_answer", "is not answered in time"],
  ECONNREFUSED: ["no_dns_answer", "cannot be asked for: nothing listens at the DNS server"],
};

function dnsFailure(error: unknown, { name, type }: DnsSpec): CheckFailure<DnsReason> {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const words = error instanceof Error ? error.message : String(error);
  const [reason, what] = REASONS[code] ?? [
    "bad_dns_answer",
    `is answered with what is no DNS answer (${words})`,
  ];
  return new CheckFailure<DnsReason>(reason, `${type} of ${name} ${what}`, { evidence: { errorCode: code } });
}

/** A name that leads to none of the expected addresses leads elsewhere; one that leads to some lacks the others. */
function compare(
  records: readonly string[],
  { name, type, expect = [], only }: DnsSpec,
): readonly Finding<DnsReason>[] {
  const missing = expect.filter((wanted) => !records.some((record) => same(record, wanted, type)));
  const extra = records.filter((record) => !expect.some((wanted) => same(record, wanted, type)));
  const elsewhere = expect.length > 0 && missing.length === expect.length;
  const what = `${type} of ${name} is ${records.join(", ")}`;
  if (elsewhere) return [finding("wrong_address", `${what}, expected ${expect.join(", ")}`)];
  return [
    ...(only && extra.length > 0
      ? [finding("wrong_address", `${what}; ${extra.join(", ")} should not be there`)]
      : []),
    ...(missing.length > 0 ? [finding("missing_address", `${what}; ${missing.join(", ")} is missing`)] : []),
  ];
}

function same(record: string, wanted: string, type: DnsSpec["type"]): boolean {
  return type === "SRV" ? record.toLowerCase() === wanted.toLowerCase() : sameIp(record, wanted);
}

function finding(reason: DnsReason, message: string): Finding<DnsReason> {
  return { reason, message, severity: dnsReasons[reason].severity };
}
