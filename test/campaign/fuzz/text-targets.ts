/** The readers of text that strangers send, as targets: one XML element, and a page's config.js. */
import { readConfig } from "../../../src/checks/web/read-config.ts";
import { readXmlElement, type XmlElement } from "../../../src/checks/xmpp/xml-element.ts";
import { bytesOf, type FuzzTarget, insist } from "./target.ts";

const XML_DEPTH = 16;

const xmlElement: FuzzTarget = {
  name: "xml-element",
  seeds: bytesOf(
    `<stream:features xmlns:stream="http://etherx.jabber.org/streams"><mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>SCRAM-SHA-1</mechanism></mechanisms></stream:features>`,
    `<iq xmlns='jabber:client' type='result' id='1' from='meet.test'><services xmlns='urn:xmpp:extdisco:2'><service type='turn' port='3478' host='turn.test' username='1700000000:a' password='x&amp;y' expires='2023-11-14T22:13:20Z'/></services></iq>`,
    `<iq type="error" id="2"><error type="cancel"><item-not-found xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><text>no &lt;such&gt; &#x41;&#65;</text></error></iq>`,
    `<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' xml:lang='en' version='1.0'/>`,
  ),
  words: bytesOf(
    ..."< > </ /> = ' \" & ; &amp; &#x; &#x10ffff; &#0; xmlns= xmlns:a=' a: : <a> </a> <a/> <![CDATA[ ]]> <!-- --> <? ?> <!DOCTYPE".split(
      " ",
    ),
    " ",
    "\n",
    "\u0000",
    "\u2028",
    "\ufffe",
    "\u{1f600}",
    " a='b'",
    "<a><b/></a>",
  ),
  limit: 70_000,
  run: (input) => {
    const element = readXmlElement(Buffer.from(input).toString());
    if (element !== undefined) insist(depthOf(element) <= XML_DEPTH, "an element is not deep");
  },
};

function depthOf({ children }: XmlElement): number {
  return 1 + children.reduce((most, child) => Math.max(most, depthOf(child)), 0);
}

const configScript: FuzzTarget = {
  name: "config-script",
  seeds: bytesOf(
    `/* eslint-disable */\nvar subdir = '<!--# echo var="subdir" default="" -->';\nvar config = {\n  hosts: { domain: 'meet.test', muc: 'conference.' + subdomain + 'meet.test' },\n  bosh: '//meet.test/' + subdir + 'http-bind', // here\n  websocket: 'wss://meet.test/xmpp-websocket',\n  p2p: { enabled: true, stunServers: [ { urls: 'stun:meet.test:443' } ] },\n};\n`,
    `var config = {}; config.hosts = {}; config.hosts.domain = "meet.test"; config.flags = config.flags || {}; config.websocket = \`wss://\${location.host}/xmpp-websocket\`;`,
    `config={hosts:{domain:"a",anonymousdomain:"guest.a",focus:void 0},bosh:("https:"==location.protocol?"x":"y"),a:[1,2.5e3,/re[/]x/g,!0,null,-1]};Object.assign(config,{websocket:"w"});`,
    `const config = { "hosts": { 'domain': "\\u0061\\x62\\n" }, get x() { return 1; }, f: (a) => ({ b: a }), ...other, [key]: 1 };\nif (x) { config.bosh = 1; } else { config = 2 }\nfunction g() { for (;;) {} }`,
  ),
  words: bytesOf(
    ..."{ } [ ] ( ) , ; : . = == === + - / // /* */ ` ${ } ' \" \\ \\u{ \\u \\x => ... ? || && ?? ! void var let const function return if else for new typeof config config. hosts domain null true 0x1n 1e9 <!-- -->".split(
      " ",
    ),
    " ",
    "\n",
    "\r",
    "\u2028",
    "\u0000",
    "config.hosts.domain = 'a';",
    "{a:",
    "[[",
    "((",
    "a.b",
    "'+'",
  ),
  limit: 100_000,
  run: (input) => {
    const { unreadable } = readConfig(Buffer.from(input).toString());
    for (const { source } of unreadable) insist(source.length <= 90, "a source is cut");
  },
};

export const TEXT_TARGETS: readonly FuzzTarget[] = [xmlElement, configScript];
