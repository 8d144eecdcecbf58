/** What an XMPP server sends, as targets: a stream over TCP, a SCRAM challenge, and anything that a transcript shows. */
import { CheckFailure } from "../../../src/checks/check-run.ts";
import { ElementSplitter, type StreamPiece } from "../../../src/checks/xmpp/element-splitter.ts";
import { maskStanza } from "../../../src/checks/xmpp/mask-stanza.ts";
import { readChallenge } from "../../../src/checks/xmpp/scram-challenge.ts";
import { bytesOf, type FuzzTarget, insist } from "./target.ts";

const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='a' id='1'>";
const ELEMENT_LIMIT = 65_536;

const xmppStream: FuzzTarget = {
  name: "xmpp-stream",
  seeds: bytesOf(
    `${HEADER}<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features><proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>`,
    `${HEADER} \n<iq a="<'>" b='"/>'><x><y/>text</x></iq> <message><body>a</body></message>`,
  ),
  words: bytesOf(
    ..."< > </ /> ' \" = <a> </a> <a/> <?xml <! ]]> <![CDATA[ <!-- </stream:stream>".split(" "),
    " ",
    "\n",
    HEADER,
  ),
  limit: 70_000,
  run: (input) => {
    const text = Buffer.from(input).toString();
    const whole = split(text, text.length);
    const parts = split(text, 7);
    for (const piece of whole ?? []) {
      if (piece.kind !== "end") insist(piece.text.length <= ELEMENT_LIMIT + 1, "no element is too long");
    }
    // What is too long may be refused earlier in small pieces, for it is never whole in them.
    if (text.length <= ELEMENT_LIMIT) {
      insist(JSON.stringify(whole) === JSON.stringify(parts), "the pieces of the network do not matter");
    }
  },
};

/** Undefined when the splitter refuses. */
function split(text: string, size: number): readonly StreamPiece[] | undefined {
  const splitter = new ElementSplitter();
  const pieces: StreamPiece[] = [];
  for (let at = 0; at < text.length; at += size) {
    const found = splitter.put(text.slice(at, at + size));
    if (found === undefined) return undefined;
    pieces.push(...found);
  }
  return pieces;
}

const NONCE = "fyko+d2lbbFgONRv9qkxdawL";

const scramChallenge: FuzzTarget = {
  name: "scram-challenge",
  seeds: bytesOf(
    `r=${NONCE}3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096`,
    `r=${NONCE}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=10000,extension=1`,
  ),
  words: bytesOf(
    ",",
    "=",
    "r=",
    "s=",
    "i=",
    "m=",
    "i=4095",
    "i=1000001",
    "i=-1",
    "i=1e9",
    "==",
    "\u0000",
    NONCE,
  ),
  limit: 2_000,
  run: (input) => {
    try {
      const { nonce, salt, iterations } = readChallenge(Buffer.from(input).toString(), NONCE);
      insist(nonce.startsWith(NONCE) && nonce !== NONCE, "the nonce continues ours");
      insist(salt.length > 0, "there is a salt");
      insist(iterations >= 4_096 && iterations <= 1_000_000, "the work is bounded");
    } catch (error) {
      if (!(error instanceof CheckFailure) || error.reason !== "bad_challenge") throw error;
    }
  },
};

const SECRET = "s3cr3t";

const shownStanza: FuzzTarget = {
  name: "shown-stanza",
  seeds: bytesOf(
    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AHMAcA==</auth>",
    "<service type='turn' username='1:a' password='x' host='h'/><x><password>y</password></x>",
    "<transport ufrag='u' pwd='x'/><web-socket url='wss://h/c?a=1&amp;pwd=z'/>",
  ),
  words: bytesOf(
    ..."< > / = ' \" <auth <success> <password> password= pwd= &amp;pwd= ?pwd= & ;".split(" "),
    " ",
    "\n",
  ),
  limit: 70_000,
  run: (input) => {
    const text = Buffer.from(input).toString();
    maskStanza(text);
    // Whatever stands before it: a well-formed secret is not shown.
    if (text.includes(SECRET)) return;
    const shown = maskStanza(
      `${text}<auth mechanism="x">${SECRET}</auth><service host="h" password="${SECRET}"/>`,
    );
    // A tag that is open before it takes it in.
    const open = text.lastIndexOf("<") > text.lastIndexOf(">");
    insist(open || !shown.includes(SECRET), "a secret is not shown");
  },
};

export const XMPP_TARGETS: readonly FuzzTarget[] = [xmppStream, scramChallenge, shownStanza];
