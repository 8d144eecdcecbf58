/** XMPP over BOSH against a server that is scripted request by request, rightly and wrongly. */
import { createServer, type Server, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { createCheckContext } from "../../../../src/checks/check-context.ts";
import { CheckFailure, CheckRun } from "../../../../src/checks/check-run.ts";
import { BoshStream } from "../../../../src/checks/xmpp/bosh-stream.ts";
import { readXmlElement } from "../../../../src/checks/xmpp/xml-element.ts";
import { systemClock } from "../../../../src/system/clock.ts";
import { listenOnLoopback } from "../../../lab/loopback-port.ts";

const BODY = "xmlns='http://jabber.org/protocol/httpbind' xmlns:stream='http://etherx.jabber.org/streams'";
const SESSION = `<body ${BODY} sid='s1' from='meet.test'><stream:features><a xmlns='x'/></stream:features></body>`;
const EMPTY = `<body ${BODY} sid='s1'/>`;

describe("XMPP over BOSH", () => {
  let server: Server;
  let requests: Readonly<Record<string, string>>[];
  let bodies: string[];
  let said: string[];
  let stream: BoshStream;
  let answer: (body: string, response: ServerResponse, index: number) => void;

  beforeEach(async () => {
    requests = [];
    bodies = [];
    said = [];
    answer = (_body, response, index) => response.end(index === 0 ? SESSION : EMPTY);
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = Buffer.concat(chunks).toString();
        bodies.push(body);
        requests.push(readXmlElement(body)?.attributes ?? {});
        expect(request.headers).to.include({ host: "meet.test", "content-type": "text/xml; charset=utf-8" });
        answer(body, response, requests.length - 1);
      });
    });
    const port = await listenOnLoopback(server);
    const signal = AbortSignal.timeout(4_000);
    const context = createCheckContext({ clock: systemClock, signal, transcript: (line) => said.push(line) });
    const place = { host: "meet.test", address: "127.0.0.1", port, secure: false, path: "/http-bind" };
    stream = new BoshStream(
      { ...place, domain: "meet.test", allowSelfSigned: false, bosh: true },
      new CheckRun(context, signal),
    );
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it("makes a session, begins its stream anew in it, and ends it", async () => {
    answer = (body, response, index) => {
      if (index === 0 || body.includes("xmpp:restart")) response.end(SESSION);
      else if (body.includes("terminate")) response.end(`<body ${BODY} type='terminate'/>`);
      else setTimeout(() => response.end(EMPTY), 100);
    };
    expect(await stream.open("meet.test", 1_000)).to.equal("meet.test");
    expect(await stream.next(1_000)).to.include({ name: "features" });
    await stream.open("meet.test", 1_000);
    expect(await stream.next(1_000)).to.include({ name: "features" });
    await stream.close();
    expect(requests[0]).to.include({ to: "meet.test", hold: "1", ver: "1.6", "xmpp:version": "1.0" });
    expect(requests.slice(1).every(({ sid }) => sid === "s1")).to.equal(true);
    expect(requests.at(-1)).to.include({ type: "terminate" });
    const ids = requests.map(({ rid }) => Number(rid));
    expect(ids).to.deep.equal(ids.map((_, index) => (ids[0] ?? 0) + index));
  });

  it("has at most two requests at the server, one of them waiting, and loses nothing it was told to send", async () => {
    const held: ServerResponse[] = [];
    let most = 0;
    answer = (_body, response, index) => {
      if (index === 0) {
        response.end(SESSION);
        return;
      }
      held.push(response);
      most = Math.max(most, held.length);
      // As a server does: the older one is answered when the newer one comes.
      if (held.length === 2)
        held.shift()?.end(`<body ${BODY}><m xmlns='jabber:client' n='${index}'/></body>`);
    };
    await stream.open("meet.test", 1_000);
    await stream.next(1_000);
    for (let number = 0; number < 5; number += 1) stream.send(`<n>${number}</n>`);
    for (let number = 0; number < 2; number += 1) {
      expect((await stream.next(1_000)).name).to.equal("m");
      stream.send(`<later>${number}</later>`);
    }
    for (let attempt = 0; attempt < 100 && !bodies.join("").includes("<later>1"); attempt += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    const sent = bodies.join("").match(/<(?:n|later)>\d/g);
    expect(sent).to.deep.equal(["<n>0", "<n>1", "<n>2", "<n>3", "<n>4", "<later>0", "<later>1"]);
    expect(most).to.equal(2);
  });

  /** Holds the first request after the session until it is broken off; answers the others with `others`. */
  function holdOne(others: string): () => Promise<boolean> {
    const broken = Promise.withResolvers<boolean>();
    let isHeld = false;
    answer = (_body, response, index) => {
      if (index === 0) response.end(SESSION);
      else if (isHeld) response.end(others);
      else {
        isHeld = true;
        response.on("close", () => broken.resolve(true));
      }
    };
    return () => Promise.race([broken.promise, delay(1_000, false)]);
  }

  it("takes back the request that waits at the server when it is closed", async () => {
    const isBroken = holdOne(`<body ${BODY} type='terminate'/>`);
    await stream.open("meet.test", 1_000);
    await stream.next(1_000);
    const waiting = reasonOf(stream.next());
    await stream.close();
    expect(await waiting).to.equal("stream_closed");
    expect(await isBroken()).to.equal(true);
  });

  it("takes back the request that waits at the server when another one hears that all is over", async () => {
    const isBroken = holdOne(`<body ${BODY} type='terminate' condition='policy-violation'/>`);
    await stream.open("meet.test", 1_000);
    await stream.next(1_000);
    const waiting = reasonOf(stream.next());
    stream.send("<n/>");
    expect(await waiting).to.equal("stream_closed");
    expect(await isBroken()).to.equal(true);
    await stream.close();
  });

  it("tells what came in order, and then why the session is over", async () => {
    await stream.open("meet.test", 1_000);
    answer = (_body, response) =>
      response.end(
        `<body ${BODY} type='terminate' condition='policy-violation'><a xmlns='x'/><b xmlns='x'/></body>`,
      );
    await stream.next(1_000);
    expect((await stream.next(1_000)).name).to.equal("a");
    expect((await stream.next(1_000)).name).to.equal("b");
    expect(await reasonOf(stream.next(1_000))).to.equal("stream_closed");
  });

  const wrong: readonly (readonly [string, (response: ServerResponse) => void, string])[] = [
    ["a page", (response) => response.end("<!DOCTYPE html><title>x</title>"), "bosh_not_proxied"],
    ["not found", (response) => response.writeHead(404).end(), "bosh_not_proxied"],
    ["a proxy without Prosody", (response) => response.writeHead(502).end(), "prosody_down"],
    ["a proxy without a web server", (response) => response.writeHead(503).end(), "backend_down"],
    ["garbage", (response) => response.end("\u0000garbage"), "bad_answer"],
    ["another element", (response) => response.end("<body sid='1'/>"), "bad_answer"],
    ["a DTD", (response) => response.end(`<!DOCTYPE a [<!ENTITY b "c">]>${SESSION}`), "bad_answer"],
    [
      "too much",
      (response) => response.end(`<body ${BODY} sid='1'>${"<a/>".repeat(30_000)}</body>`),
      "bad_answer",
    ],
    [
      "an unknown host",
      (response) => response.end(`<body ${BODY} type='terminate' condition='improper-addressing'/>`),
      "host_unknown",
    ],
    ["an end", (response) => response.end(`<body ${BODY} type='terminate'/>`), "stream_closed"],
    ["a body without a session", (response) => response.end(`<body ${BODY}/>`), "bad_answer"],
    ["silence", () => undefined, "session_silent"],
  ];
  for (const [what, give, reason] of wrong) {
    it(`has a reason for ${what} in place of a session: ${reason}`, async () => {
      answer = (_body, response) => give(response);
      expect(await reasonOf(stream.open("meet.test", 300))).to.equal(reason);
      await stream.close();
    });
  }

  it("does not hurry a server that answers every request at once with nothing", async () => {
    await stream.open("meet.test", 1_000);
    await stream.next(1_000);
    expect(await reasonOf(stream.next(1_000))).to.equal("session_silent");
    expect(requests.length).to.be.within(3, 12);
    await stream.close();
  });

  it("shows the conversation without what proves who somebody is", async () => {
    await stream.open("meet.test", 1_000);
    stream.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>c2VjcmV0</auth>");
    await stream.close();
    expect(bodies.join("")).to.include("c2VjcmV0");
    expect(said.join("\n")).to.include("***").and.not.to.include("c2VjcmV0");
  });
});

async function reasonOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "ok";
  } catch (error) {
    return error instanceof CheckFailure ? error.reason : String(error);
  }
}
