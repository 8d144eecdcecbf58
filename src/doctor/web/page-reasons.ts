/** Reasons for not getting a Jitsi page, from outside. */
import type { ReasonTable } from "../../checks/check-kind.ts";

export const pageReasons = {
  moved: {
    severity: "critical",
    hint: "redirects to other hosts are not followed: run `convene doctor` with the other name",
  },
  redirect_circle: {
    severity: "critical",
    hint: "two places redirect to each other, often a proxy in front and the nginx behind it: let only one of them redirect to https",
  },
  downgraded: {
    severity: "critical",
    hint: "a web server behind a proxy takes the connection for plain http: correct its redirect, or the X-Forwarded-Proto header",
  },
  no_http: {
    severity: "critical",
    hint: "another program holds this port: `ss -tlnp` on the server names it",
  },
  page_failing: {
    severity: "critical",
    hint: "a proxy without its backend: on the server look whether nginx runs (docker: the `web` container), and at its error log",
  },
  page_locked: {
    severity: "critical",
    hint: "a password or a rule in the web server stands before the page: what is behind it cannot be seen from outside",
  },
  not_jitsi: {
    severity: "critical",
    hint: "compare the name; if it is right, the web server's block for this name is missing or another one answers first (Debian: /etc/nginx/sites-enabled)",
  },
  config_unreadable: {
    severity: "critical",
    hint: "config.js computes this setting: write its value as a plain text, or look at the page's console in a browser",
  },
  includes_off: {
    severity: "critical",
    hint: "nginx must put the page together: `ssi on;` in the server block of the site (docker: restart the `web` container)",
  },
} as const satisfies ReasonTable<string>;

export type PageReason = keyof typeof pageReasons;

export const redirectReasons = {
  http_without_https: {
    severity: "warning",
    hint: "redirect port 80 to https for everybody; browsers give camera and microphone to https pages only",
  },
} as const satisfies ReasonTable<string>;

export type RedirectReason = keyof typeof redirectReasons;
