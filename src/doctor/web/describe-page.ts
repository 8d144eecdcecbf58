/** Says what a page is that is not the expected one, in its own words. */
import type { HttpAnswer } from "../../checks/connect/http-exchange.ts";

/** `404, server nginx, page "Welcome to nginx!"` */
export function describePage({ status, headers, body }: HttpAnswer): string {
  const server = String(headers.server ?? "").slice(0, 40);
  const title = /<title[^>]{0,100}>\s*([^<]{1,80})/i.exec(body)?.[1]?.trim();
  return [
    `${status}`,
    ...(server === "" ? [] : [`server ${server}`]),
    ...(title === undefined ? [] : [`page "${title}"`]),
  ].join(", ");
}
