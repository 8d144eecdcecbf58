/** Reasons for a page, or its config.js, that does not come as it should. */
import type { ReasonTable } from "../check-kind.ts";

export const pageReasons = {
  page_unavailable: {
    severity: "critical",
    hint: "503 is HAProxy without nginx, 502 and 504 somebody in between without its backend: convene status, then convene logs proxy and jitsi",
  },
  page_not_found: {
    severity: "critical",
    hint: "403 is HAProxy without a route for this name, 404 nginx without the file: convene status, then convene logs jitsi",
  },
  page_redirected: {
    severity: "critical",
    hint: "people are sent elsewhere: look for a redirect of this name in `service/haproxy/redirect/…` in Consul, or correct the check's `host:`",
  },
  page_marker_missing: {
    severity: "critical",
    hint: "the page is not Jitsi Meet's: another backend answers for this name, or the check's `marker:` is out of date",
  },
  config_not_script: {
    severity: "critical",
    hint: "what comes in the place of config.js is no configuration: nginx's `location = /config.js` must lead to /etc/jitsi/meet/config.js",
  },
  config_too_large: {
    severity: "warning",
    hint: "config.js is over 512 KiB, and only that much of it was read: look what was merged in by `config:` of the component",
  },
  redirect_missing: {
    severity: "critical",
    hint: "over plain http browsers give neither camera nor microphone: HAProxy's frontend http must redirect to https",
  },
  redirect_wrong: {
    severity: "critical",
    hint: "plain http leads elsewhere than to https and this name: HAProxy's frontend http, or another server holds port 80",
  },
} as const satisfies ReasonTable<string>;

export type PageReason = keyof typeof pageReasons;
