/** Rung `name`: does the name lead to addresses on the internet? */
import { isIP } from "node:net";
import { CheckFailure, type CheckRun } from "../../checks/check-run.ts";
import type { ReasonTable } from "../../checks/check-kind.ts";
import { sentenceFor } from "../advice/advice.ts";
import { findingOf } from "../finding.ts";
import { unroutable } from "../routable.ts";
import { type Asked, defineStep } from "../step.ts";

const nameReasons = {
  no_such_name: {
    severity: "critical",
    hint: "compare the spelling; otherwise the name needs an A record (and AAAA for IPv6) at the DNS provider",
  },
  resolver_failed: {
    severity: "critical",
    hint: "DNS does not answer this machine: look at its own network first; if others have the same trouble, at the domain's name servers",
  },
  private_address: {
    severity: "critical",
    hint: "for people on the internet the A record must be the public address; from inside the same network run it again with --private",
  },
  bare_address: {
    severity: "critical",
    hint: "name the site by what people on the internet open; from inside the same network run it again with --private",
  },
} as const satisfies ReasonTable<string>;

type NameReason = keyof typeof nameReasons;

/** libuv's names of getaddrinfo's answers for a name that is not there, or has no address. */
const ABSENT: readonly string[] = ["ENOTFOUND", "ENODATA"];
const TIMEOUT_MS = 10_000;

export const nameStep = defineStep("name", [], async (known, tools) => {
  const { host } = known.target;
  const { result, value } = await tools.ask({
    kind: "name",
    target: host,
    reasons: nameReasons,
    timeout: TIMEOUT_MS,
    work: (run) => run.phase("resolve", () => findAddresses(host, run)),
    describe: ({ usable }) => usable.join(", "),
  });
  if (value === undefined) {
    const { reason } = result;
    return {
      asked: true,
      summary: sentenceFor(result),
      findings: findingOf(result),
      ...NOT_PUBLIC[reason],
    };
  }
  return {
    asked: true,
    summary: value.usable.join(", "),
    findings: [],
    notes: value.refused.map(({ address, what }) => `not asked: ${address}, because it is ${what}`),
    learnt: { addresses: value.usable },
  };
});

/** What is said of who is there, and not on the internet. */
const NOT_PUBLIC: Readonly<Record<string, Pick<Asked, "consequence" | "instead">>> = {
  private_address: { instead: { addresses: "the name leads to no address on the internet" } },
  bare_address: {
    consequence: "Nobody on the internet reaches",
    instead: { addresses: "the address is not on the internet" },
  },
} satisfies Partial<Record<NameReason, unknown>>;

interface Found {
  readonly usable: readonly string[];
  readonly refused: readonly { readonly address: string; readonly what: string }[];
}

async function findAddresses(host: string, run: CheckRun): Promise<Found> {
  const addresses = [...new Set(isIP(host) === 0 ? await lookUp(host, run) : [host])].slice(
    0,
    MOST_ADDRESSES,
  );
  run.say(`${host}: ${addresses.join(", ")}`);
  run.note({ addresses: addresses.join(" ") });
  const usable = addresses.filter((address) => run.context.contacts?.refusal(address) === undefined);
  const refused = addresses
    .filter((address) => !usable.includes(address))
    .map((address) => ({ address, what: unroutable(address) ?? "not on the internet" }));
  const [first] = refused;
  if (usable.length > 0 || first === undefined) return { usable, refused };
  if (first.address === host) {
    throw new CheckFailure<NameReason>("bare_address", `the address is ${first.what}`);
  }
  const message = `${host} leads to ${first.address}, which is ${first.what}: nobody on the internet can reach it`;
  throw new CheckFailure<NameReason>("private_address", message);
}

/** More than these are not looked at one by one. */
const MOST_ADDRESSES = 8;

async function lookUp(host: string, run: CheckRun): Promise<readonly string[]> {
  try {
    const found = await run.context.resolve(host);
    if (found.length > 0) return found;
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    if (!ABSENT.includes(code)) {
      const words = cause instanceof Error ? cause.message : String(cause);
      throw new CheckFailure<NameReason>("resolver_failed", `DNS gave no answer about ${host}: ${words}`, {
        cause,
      });
    }
  }
  throw new CheckFailure<NameReason>("no_such_name", `DNS knows no address of that name`);
}
