/** Fetches a page as a browser would, but never leaves the host it was asked for. */
import { CheckFailure, type CheckRun } from "../../checks/check-run.ts";
import { exchangeHttp, type HttpAnswer } from "../../checks/connect/http-exchange.ts";
import { openSecured } from "../../checks/connect/open-secured.ts";
import type { PageReason } from "./page-reasons.ts";
import { whyNoPage } from "./why-no-page.ts";

/** Jitsi's own config.js is 80 kB, most of it comments. */
const BODY_LIMIT = 512 * 1024;

export interface PageSource {
  readonly host: string;
  /** Where every connection goes, whatever port or scheme a redirect names. */
  readonly address: string;
  readonly allowSelfSigned: boolean;
}

export interface FetchedPage {
  /** Where it came from in the end. */
  readonly url: URL;
  readonly answer: HttpAnswer;
}

/** Redirects within the host that are followed; more than that is a circle. */
const MOST_REDIRECTS = 3;

/** Fails with a PageReason, ConnectReason or TlsReason. */
export async function fetchPage(start: URL, source: PageSource, run: CheckRun): Promise<FetchedPage> {
  let url = start;
  for (let followed = 0; followed <= MOST_REDIRECTS; followed += 1) {
    const answer = await fetchOnce(url, source, run);
    const next = redirectOf(url, answer);
    if (next === undefined) return { url, answer };
    run.say(`redirected to ${next.href}`);
    url = next;
  }
  throw new CheckFailure<PageReason>("redirect_circle", `${start.href} redirects in a circle`, {
    evidence: { lastLocation: url.href },
  });
}

async function fetchOnce(
  url: URL,
  { address, allowSelfSigned }: PageSource,
  run: CheckRun,
): Promise<HttpAnswer> {
  const secure = url.protocol === "https:";
  const port = Number(url.port || (secure ? 443 : 80));
  const host = hostOf(url);
  const socket = await openSecured({ host, address, port, secure, allowSelfSigned, alpn: ["http/1.1"] }, run);
  try {
    const path = `${url.pathname}${url.search}`;
    return await exchangeHttp(socket, { method: "GET", host: url.host, path, bodyLimit: BODY_LIMIT }, run);
  } catch (cause) {
    run.context.signal.throwIfAborted();
    throw whyNoPage(cause, url, run);
  }
}

/** Where to go on; undefined when this is the page. Fails with `moved` or `downgraded`. */
function redirectOf(from: URL, { status, headers: { location } }: HttpAnswer): URL | undefined {
  if (status < 300 || status > 399 || location === undefined) return undefined;
  const to = URL.parse(location, from);
  if (to === null || !/^https?:$/.test(to.protocol)) {
    throw new CheckFailure<PageReason>(
      "redirect_circle",
      `${from.href} redirects to what is no web address`,
      {
        evidence: { location },
      },
    );
  }
  if (to.hostname !== from.hostname) {
    throw new CheckFailure<PageReason>("moved", `${hostOf(from)} sends people on to ${hostOf(to)}`, {
      evidence: { location: to.href },
    });
  }
  if (from.protocol === "https:" && to.protocol === "http:") {
    const message = `${from.href} sends people on to plain http, where browsers allow no camera`;
    throw new CheckFailure<PageReason>("downgraded", message, { evidence: { location: to.href } });
  }
  return to;
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}
