/** From an address in config.js to where a connection goes. */
import { isIP } from "node:net";
import type { DoctorTarget } from "../request.ts";

export interface Where {
  readonly host: string;
  /** The page's own address where the host is the page's; other hosts are resolved once, and then bounded. */
  readonly address: string | undefined;
  readonly port: number;
  readonly secure: boolean;
  readonly path: string;
}

export function whereOf(url: URL, page: { readonly target: DoctorTarget; readonly address: string }): Where {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const secure = url.protocol === "https:" || url.protocol === "wss:";
  const own = host === page.target.host ? page.address : undefined;
  return {
    host,
    address: own ?? (isIP(host) === 0 ? undefined : host),
    port: Number(url.port || (secure ? 443 : 80)),
    secure,
    path: url.pathname,
  };
}
