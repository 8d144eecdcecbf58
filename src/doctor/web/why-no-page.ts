/** Why a connection that stands brings no page: silence, slowness, an end too soon, or another protocol. */
import { CheckFailure, type CheckRun } from "../../checks/check-run.ts";
import type { PageReason } from "./page-reasons.ts";

/** Of an exchange on `run` that failed with `cause`, as its deadline does too; the system's words stay in the evidence. */
export function whyNoPage(cause: unknown, url: URL, run: CheckRun): CheckFailure<PageReason> {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const failure = (reason: PageReason, message: string): CheckFailure<PageReason> =>
    new CheckFailure(reason, message, { cause, evidence: code === "" ? {} : { errorCode: code } });
  const hasBegun = run.phases.at(-1)?.name === "body";
  if (run.signal.aborted) {
    return hasBegun
      ? failure("page_slow", `${url.href} begins to come, and is not there in time`)
      : failure("page_silent", `${url.origin} takes the question and does not answer in time`);
  }
  const protocol = ofProtocol(code, cause);
  if (protocol !== undefined) {
    return failure("no_http", `what answers at ${url.origin} is no web server: ${protocol}`);
  }
  return hasBegun
    ? failure("page_dropped", `${url.href} begins to come and breaks off`)
    : failure("page_dropped", `${url.origin} takes the question and hangs up without an answer`);
}

/** Node's parser has codes of its own (llhttp, HPE_…); without any code the words are ours. */
function ofProtocol(code: string, cause: unknown): string | undefined {
  if (code === "HPE_HEADER_OVERFLOW") return "its headers have no end";
  if (code.startsWith("HPE_")) return "it speaks another protocol";
  if (code !== "") return undefined;
  return cause instanceof Error ? cause.message : String(cause);
}
