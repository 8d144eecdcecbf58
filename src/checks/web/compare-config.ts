/** What config.js says against what it should say. Pure: every difference is a finding of its own. */
import type { Finding } from "../findings.ts";
import { type ConfigReason, configReasons } from "./config-reasons.ts";
import type { JitsiConfig, SettingName } from "./read-config.ts";
import type { WantedConfig } from "./wanted-config.ts";

export interface ConfigDifference extends Finding<ConfigReason> {
  readonly setting: SettingName;
  /** `line 7: found "x", expected "y"` */
  readonly detail: string;
}

export function compareConfig(config: JitsiConfig, wanted: WantedConfig): readonly ConfigDifference[] {
  const reader = new Comparison(config);
  // What only running the script could tell is neither right nor wrong.
  const unreadable = config.unreadable
    .filter(({ name }) => COMPARED.includes(name))
    .map(({ name, source }) => reader.difference(name, "config_value_unreadable", source, undefined));
  return [...unreadable, ...reader.hosts(wanted), ...reader.urls(wanted)];
}

const COMPARED: readonly SettingName[] = ["domain", "guestDomain", "muc", "focus", "bosh", "websocket"];

class Comparison {
  readonly #config: JitsiConfig;

  constructor(config: JitsiConfig) {
    this.#config = config;
  }

  hosts({ domain, guestDomain, muc, focus }: WantedConfig): readonly ConfigDifference[] {
    // Left out, the focus is looked for where it is anyway (jitsi-meet's config.js).
    const focusFound = this.#config.focus ?? `focus.${domain}`;
    return [
      ...this.#text("domain", "config_domain_wrong", this.#config.domain, domain),
      ...this.#guests(guestDomain),
      ...this.#text("muc", "config_muc_wrong", this.#config.muc, muc),
      ...this.#text("focus", "config_focus_wrong", focusFound, focus),
    ];
  }

  urls({ host, bosh, websocket }: WantedConfig): readonly ConfigDifference[] {
    return [
      ...this.#url(
        "websocket",
        { wrong: "config_websocket_wrong", missing: "config_websocket_missing" },
        websocket,
        host,
      ),
      ...this.#url("bosh", { wrong: "config_bosh_wrong", missing: "config_bosh_missing" }, bosh, host),
    ];
  }

  difference(
    setting: SettingName,
    reason: ConfigReason,
    found: string | undefined,
    expected: string | false | undefined,
  ): ConfigDifference {
    const line = this.#config.lines[setting];
    const place = line === undefined ? "" : `line ${line}: `;
    const seen = found === undefined ? "nothing" : JSON.stringify(found);
    const wish =
      expected === undefined ? "" : `, expected ${expected === false ? "nothing" : JSON.stringify(expected)}`;
    const detail = `${place}found ${seen}${wish}`;
    return {
      setting,
      reason,
      severity: configReasons[reason].severity,
      detail,
      message: `${setting}: ${detail}`,
    };
  }

  #unreadable(setting: SettingName): boolean {
    return this.#config.unreadable.some(({ name }) => name === setting);
  }

  #text(
    setting: SettingName,
    reason: ConfigReason,
    found: string | undefined,
    expected: string,
  ): ConfigDifference[] {
    if (found?.toLowerCase() === expected.toLowerCase() || this.#unreadable(setting)) return [];
    return [this.difference(setting, reason, found, expected)];
  }

  #guests(expected: string | false | undefined): ConfigDifference[] {
    const found = this.#config.guestDomain;
    if (expected === undefined || this.#unreadable("guestDomain")) return [];
    if (expected === false) {
      return found === undefined
        ? []
        : [this.difference("guestDomain", "config_guest_domain_unwanted", found, false)];
    }
    if (found === undefined) {
      return [this.difference("guestDomain", "config_guest_domain_missing", undefined, expected)];
    }
    return this.#text("guestDomain", "config_guest_domain_wrong", found, expected);
  }

  #url(
    setting: "bosh" | "websocket",
    reasons: { readonly wrong: ConfigReason; readonly missing: ConfigReason },
    expected: string | false,
    host: string,
  ): ConfigDifference[] {
    const found = this.#config[setting];
    if (this.#unreadable(setting)) return [];
    if (found === undefined) {
      return expected === false ? [] : [this.difference(setting, reasons.missing, undefined, expected)];
    }
    if (expected !== false && sameUrl(found, expected, host)) return [];
    return [this.difference(setting, reasons.wrong, found, expected)];
  }
}

/** As a browser on the page resolves it: `//host/path` and `/path` are addresses as well; the query does not matter. */
function sameUrl(found: string, expected: string, host: string): boolean {
  const name = host.includes(":") ? `[${host}]` : host;
  const [given, wanted] = [URL.parse(found, `https://${name}/`), URL.parse(expected)];
  if (given === null || wanted === null) return false;
  return (
    given.protocol === wanted.protocol && given.host === wanted.host && given.pathname === wanted.pathname
  );
}
