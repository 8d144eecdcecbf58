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
    hint: "another program holds this port (`ss -tlnp` on the server names it), or a proxy in front passes this name on to one, such as a TURN server",
  },
  page_dropped: {
    severity: "critical",
    hint: "a proxy without a living backend does this, as does one that passes the name on to what is no web server, such as TURN: look where the proxy leads, and whether nginx runs there (docker: the `web` container)",
  },
  page_silent: {
    severity: "critical",
    hint: "the web server hangs, or it is a proxy and its backend hangs or is gone: look at the proxy's log, whether nginx runs behind it (docker: the `web` container), and for a firewall between the two",
  },
  page_slow: {
    severity: "critical",
    hint: "the web server, or what is behind it, is overloaded or stuck: look at its load and its error log; a network that loses long packets does the same",
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
  domain_missing: {
    severity: "critical",
    hint: "config.js must name the XMPP domain: `hosts: { domain: 'meet.example.org' }` (docker: XMPP_DOMAIN)",
  },
  domain_invalid: {
    severity: "critical",
    hint: "write the XMPP domain there as Prosody's VirtualHost has it: letters, digits, dots and hyphens (docker: XMPP_DOMAIN)",
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
