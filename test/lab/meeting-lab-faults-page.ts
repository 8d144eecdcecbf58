/** Faults of the page, of its certificate, and of the way through HAProxy and nginx to Prosody. */
import type { Faults } from "./meeting-lab-fault.ts";
import { LAB_DOMAIN } from "./meeting-lab-site.ts";

const NGINX = "/etc/nginx/nginx.conf";
const HAPROXY = "/etc/haproxy/haproxy.cfg";
const MARK = "  http-request set-header X-SSL 1\n";

export const PAGE_FAULTS = {
  "page-certificate-expired": async ({ servers, certificates }) => {
    await certificates.issue(LAB_DOMAIN, "both", { fromDays: -90, untilDays: -2 });
    await servers.haproxy.restart();
  },
  "page-certificate-self-signed": async ({ servers, certificates }) => {
    await certificates.issue(LAB_DOMAIN, "both", { selfSigned: true });
    await servers.haproxy.restart();
  },
  "page-certificate-other-name": async ({ servers, certificates }) => {
    await certificates.issue(LAB_DOMAIN, "both", { names: ["other.lab.test"] });
    await servers.haproxy.restart();
  },
  /** The certificate on disk is new and nobody told HAProxy. */
  "page-certificate-not-loaded": ({ certificates }) => certificates.issue(LAB_DOMAIN, "volume"),
  /** The page would look for Prosody somewhere else. */
  "page-config-other-domain": ({ servers }) =>
    servers.nginx.reconfigure("/etc/jitsi/meet/config.js", {
      [`domain: "${LAB_DOMAIN}"`]: 'domain: "other.lab.test"',
    }),
  /** Row 11, in nginx. */
  "websocket-not-proxied": ({ servers }) =>
    servers.nginx.reconfigure(NGINX, { "location = /xmpp-websocket {": "location = /other-websocket {" }),
  /** Row 11, as a proxy does that knows no upgrades. */
  "websocket-not-upgraded": ({ servers }) =>
    servers.nginx.reconfigure(NGINX, {
      "proxy_http_version 1.1;": "proxy_http_version 1.0;",
      "proxy_set_header Upgrade $http_upgrade;": 'proxy_set_header Upgrade "";',
      "proxy_set_header Connection $connection_upgrade;": "proxy_set_header Connection close;",
    }),
  /** Row 11, in HAProxy. */
  "websocket-denied": ({ servers }) =>
    servers.haproxy.reconfigure(HAPROXY, {
      [MARK]: `${MARK}  http-request deny deny_status 403 if { path /xmpp-websocket }\n`,
    }),
  /** Row 20: the bridge channel does not get through nginx. */
  "bridge-channel-not-proxied": ({ servers }) =>
    servers.nginx.reconfigure(NGINX, { "location ~ ^/colibri-ws/": "location ~ ^/other-ws/" }),
  "page-stopped": ({ servers }) => servers.nginx.stop(),
  "proxy-stopped": ({ servers }) => servers.haproxy.stop(),
} satisfies Faults;
