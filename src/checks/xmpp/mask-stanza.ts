/** Makes a stanza fit to be shown: what proves who somebody is becomes `***`. */

/** SASL elements (RFC 6120 section 6.4) and a room's password (XEP-0045 section 7.2.5): their text. */
const SECRET_CONTENT = /(<(?:[A-Za-z_][\w.-]*:)?(?:auth|challenge|response|success|password)\b[^<>]*>)[^<]+/g;
/**
 * TURN passwords (XEP-0215), ICE passwords, the login that jicofo remembers for a day (doc/conference-request.md), and a
 * BOSH session (XEP-0124 section 7.1). The key in a bridge channel's address is the parameter's.
 */
const SECRET_ATTRIBUTE = /(\s(?:password|pwd|session-id|sid)\s*=\s*)(?:"[^"]*"|'[^']*'|[^\s>]+)/g;
const SECRET_PARAMETER = /([?&;]pwd=)[^"'&<\s]+/g;
/**
 * Members of a JSON object: mod_room_metadata_component (Prosody of 2026) tells the relays with their passwords so. In
 * XML its quotes may be references, and in a string of JSON they are escaped.
 */
const QUOTE = /(?:"|&quot;|&#34;|&#x22;)/.source;
const SECRET_NAME = /[\w-]{0,32}(?:password|passwd|pwd|credential|secret|token)/.source;
const SECRET_MEMBER = new RegExp(
  `(${QUOTE}${SECRET_NAME}\\\\{0,8}${QUOTE}\\s*:\\s*\\\\{0,8}${QUOTE})(?:\\\\(?:${QUOTE}|[^])|(?!${QUOTE})[^\\\\<])+`,
  "gi",
);

/** Works on text, so that also a broken stanza can be shown. */
export function maskStanza(xml: string): string {
  return xml
    .replace(SECRET_CONTENT, "$1***")
    .replace(SECRET_ATTRIBUTE, '$1"***"')
    .replace(SECRET_PARAMETER, "$1***")
    .replace(SECRET_MEMBER, "$1***");
}
