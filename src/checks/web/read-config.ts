/** Reads a Jitsi page's config.js: where it sends people's browsers, told from its text without running it. */
import { readScript } from "./read-script.ts";
import { type ScriptValue, truthOf, valueAt } from "./script-values.ts";

/** Settings of lib-jitsi-meet's connection (jitsi-meet's config.js, "Connection"), by the names they have here. */
const SETTINGS = [
  ["domain", "hosts.domain"],
  ["guestDomain", "hosts.anonymousdomain"],
  ["authDomain", "hosts.authdomain"],
  ["muc", "hosts.muc"],
  ["focus", "hosts.focus"],
  ["focusUserJid", "focusUserJid"],
  ["bosh", "bosh"],
  ["websocket", "websocket"],
  ["conferenceRequestUrl", "conferenceRequestUrl"],
] as const;

export type SettingName = (typeof SETTINGS)[number][0];

type Settings = { readonly [Name in SettingName]?: string };

export interface JitsiConfig extends Settings {
  /** Whether the text assigns `config` at all; a page of HTML does not. */
  readonly found: boolean;
  /** Settings that are there, but only running the script could tell their value. */
  readonly unreadable: readonly UnreadableSetting[];
  /** Line of each setting that is there, the first line is 1. */
  readonly lines: { readonly [Name in SettingName]?: number };
}

export interface UnreadableSetting {
  readonly name: SettingName;
  /** `hosts.muc` */
  readonly path: string;
  readonly line: number;
  /** The expression, cut to 80 characters. */
  readonly source: string;
}

/** Never throws, whatever the text; time is linear in its length. */
export function readConfig(text: string): JitsiConfig {
  const config = readScript(text).get("config");
  const values: { -readonly [Name in SettingName]?: string } = {};
  const lines: { -readonly [Name in SettingName]?: number } = {};
  const unreadable: UnreadableSetting[] = [];
  for (const [name, path] of SETTINGS) {
    const value = valueAt(config, path.split("."));
    if (value === undefined || isNothing(value)) continue;
    lines[name] = value.line;
    if (value.kind === "text") values[name] = value.text;
    else unreadable.push({ name, path, line: value.line, source: sourceOf(value) });
  }
  return { ...values, found: config !== undefined, unreadable, lines };
}

/** `null`, `undefined`, `false` and an empty text are how a setting is taken back. */
function isNothing(value: ScriptValue): boolean {
  return truthOf(value) === false;
}

function sourceOf(value: ScriptValue): string {
  return value.kind === "unreadable" ? value.source : `a value that is no text (${value.kind})`;
}
