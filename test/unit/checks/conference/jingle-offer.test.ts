import { expect } from "chai";
import { assert, property, string } from "fast-check";
import { CheckFailure } from "../../../../src/checks/check-run.ts";
import { acceptElement, terminateElement } from "../../../../src/checks/conference/jingle-answer.ts";
import { announcedSources, type Offer, readOffer } from "../../../../src/checks/conference/jingle-offer.ts";
import { childOf, readXmlElement, type XmlElement } from "../../../../src/checks/xmpp/xml-element.ts";

const FINGERPRINT = Array.from({ length: 32 }, () => "AB").join(":");
const TRANSPORT = `<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='of-the-bridge' pwd='its-password'>
  <rtcp-mux/>
  <fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256' setup='actpass'>${FINGERPRINT}</fingerprint>
  <candidate component='1' foundation='1' generation='0' id='a' ip='10.10.1.21' network='0' port='10000' priority='1' protocol='udp' type='host'/>
  <candidate component='1' foundation='2' generation='0' id='b' ip='203.0.113.10' port='10000' priority='1' protocol='udp' type='srflx' rel-addr='10.10.1.21' rel-port='10000'/>
  <candidate component='1' foundation='3' generation='0' id='c' ip='203.0.113.10' port='443' priority='1' protocol='ssltcp' type='host'/>
  <candidate component='1' foundation='4' generation='0' id='d' ip='a-name.local' port='10000' priority='1' protocol='udp' type='host'/>
  <candidate component='1' foundation='5' generation='0' id='e' ip='203.0.113.10' port='70000' priority='1' protocol='udp' type='host'/>
  <web-socket xmlns='http://jitsi.org/protocol/colibri' url='wss://meet.example.org/colibri-ws/bridge-1/c/e?pwd=x'/>
</transport>`;

function offer(transport = TRANSPORT, media = "audio"): string {
  return `<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' initiator='focus@auth.meet.example.org/f' sid='s1'>
    <content creator='initiator' name='audio' senders='both'>
      <description xmlns='urn:xmpp:jingle:apps:rtp:1' media='${media}'>
        <payload-type id='111' name='opus' clockrate='48000' channels='2'/>
        <source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='4000000001' name='jvb-a0'/>
        <source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='12' name='abcd1234-a0'/>
        <rtcp-mux/>
      </description>
      ${transport}
    </content>
    <bridge-session xmlns='http://jitsi.org/protocol/focus' id='b1' region='r'/>
  </jingle>`;
}

function parse(xml: string): XmlElement {
  const element = readXmlElement(xml);
  if (element === undefined) throw new Error("the test's own XML is none");
  return element;
}

function refusal(xml: string): string | undefined {
  try {
    readOffer(parse(xml));
    return undefined;
  } catch (error) {
    return error instanceof CheckFailure ? error.reason : String(error);
  }
}

describe("the focus' invitation", () => {
  it("is read: session, credentials, fingerprint, UDP candidates at addresses, the bridge's own channel", () => {
    const read: Offer = readOffer(parse(offer()));
    expect(read).to.deep.equal({
      sid: "s1",
      initiator: "focus@auth.meet.example.org/f",
      content: "audio",
      opusPayloadType: 111,
      transport: {
        ufrag: "of-the-bridge",
        pwd: "its-password",
        fingerprints: [{ hash: "sha-256", value: FINGERPRINT }],
        candidates: [
          { ip: "10.10.1.21", port: 10_000, type: "host" },
          { ip: "203.0.113.10", port: 10_000, type: "srflx" },
        ],
      },
      webSocket: "wss://meet.example.org/colibri-ws/bridge-1/c/e?pwd=x",
      bridgeSession: "b1",
    });
  });

  it("tells the sources that are there already", () => {
    expect(announcedSources(parse(offer()))).to.deep.equal([4_000_000_001, 12]);
  });

  it("is none without audio, transport, credentials or a fingerprint", () => {
    const cases = [
      offer(TRANSPORT, "smell"),
      offer(""),
      offer(TRANSPORT.replace("ufrag='of-the-bridge'", "ufrag=''")),
      offer(TRANSPORT.replace("pwd='its-password'", `pwd='${"x".repeat(300)}'`)),
      offer(TRANSPORT.replace(FINGERPRINT, "")),
      offer().replace("sid='s1'", ""),
      "<jingle xmlns='urn:xmpp:jingle:1'/>",
    ];
    expect(cases.map(refusal)).to.deep.equal(cases.map(() => "bad_offer"));
  });

  it("never ends in anything but an offer or bad_offer, whatever the values are", () => {
    assert(
      property(string(), string(), (ufrag, port) => {
        const element = parse(offer());
        const spoilt = JSON.parse(
          JSON.stringify(element)
            .replace('"of-the-bridge"', () => JSON.stringify(ufrag))
            .replace('"10000"', () => JSON.stringify(port)),
        );
        try {
          expect(readOffer(spoilt).transport.ufrag).to.equal(ufrag);
        } catch (error) {
          expect(error).to.include({ reason: "bad_offer" });
        }
      }),
    );
  });
});

describe("the answer to an invitation", () => {
  const read = readOffer(parse(offer()));
  const local = {
    ufrag: "ours",
    pwd: "our<password",
    fingerprint: { hash: "sha-256", value: FINGERPRINT },
    ssrc: 77,
  };

  it("accepts with the participant's transport, as DTLS client, and one audio source of its name", () => {
    const accept = parse(acceptElement(read, "me@meet.example.org/r", "abcd1234", local));
    expect(accept.attributes).to.include({
      action: "session-accept",
      sid: "s1",
      responder: "me@meet.example.org/r",
    });
    const [content] = accept.children;
    if (content === undefined) throw new Error("no content");
    const transport = childOf(content, "transport", "urn:xmpp:jingle:transports:ice-udp:1");
    expect(transport?.attributes).to.deep.equal({ ufrag: "ours", pwd: "our<password" });
    const fingerprint = transport?.children.find(({ name }) => name === "fingerprint");
    expect(fingerprint).to.deep.include({
      text: FINGERPRINT,
      attributes: { hash: "sha-256", setup: "active" },
    });
    expect(announcedSources(accept)).to.deep.equal([77]);
  });

  it("ends the session as somebody who leaves, and never as one that failed", () => {
    const end = parse(terminateElement(read));
    expect(end.attributes).to.include({ action: "session-terminate", sid: "s1" });
    expect(end.children.map(({ name }) => name)).to.deep.equal(["reason", "bridge-session"]);
    expect(end.children[0]?.children.map(({ name }) => name)).to.deep.equal(["success"]);
    expect(end.children[1]?.attributes).to.deep.equal({ id: "b1", restart: "false" });
  });
});
