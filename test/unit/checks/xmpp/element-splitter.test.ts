/** An XMPP stream over TCP comes in whatever pieces the network makes of it. */
import { expect } from "chai";
import * as fc from "fast-check";
import { cpuMilliseconds } from "../../../lab/cpu-time.ts";
import { ElementSplitter, type StreamPiece } from "../../../../src/checks/xmpp/element-splitter.ts";

const HEADER = "<stream:stream xmlns='jabber:client' xmlns:stream='s' id='>1'>";
const ELEMENTS = [
  "<stream:features><starttls xmlns='t'><required/></starttls></stream:features>",
  "<proceed xmlns='t'/>",
  `<iq a="<'>" b='"/>'><x><y/>text</x></iq>`,
];
const STREAM = `<?xml version='1.0'?>\n${HEADER}${ELEMENTS.join("\n ")}</stream:stream>`;

describe("element splitter", () => {
  it("gives header, elements and end, however the text is cut", () => {
    const expected: readonly StreamPiece[] = [
      { kind: "header", text: HEADER.replace(/>$/u, "/>") },
      ...ELEMENTS.map((text) => ({ kind: "element", text }) as const),
      { kind: "end" },
    ];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
        expect(splitInto(sizes)).to.deep.equal(expected);
      }),
    );
  });

  it("refuses what is no stream", () => {
    const wrong = [
      "HTTP/1.1 200 OK",
      "<!DOCTYPE a>",
      "<?php x?>",
      "</a>",
      "<a/>",
      `${HEADER}text`,
      `${HEADER}<![CDATA[`,
    ];
    for (const text of wrong) expect(new ElementSplitter().put(`${text}>`), text).to.equal(undefined);
  });

  it("refuses an element without end, in time linear in its size", () => {
    for (const endless of [`${HEADER}<a b='`, `${HEADER}<a>`, `${HEADER}${"<a>".repeat(3)}`]) {
      const splitter = new ElementSplitter();
      let answer = splitter.put(endless);
      const cost = cpuMilliseconds(() => {
        for (let sent = 0; answer !== undefined && sent < 5_000; sent += 1)
          answer = splitter.put("x".repeat(50));
      });
      expect(answer, endless).to.equal(undefined);
      expect(cost).to.be.lessThan(500);
    }
  });
});

/** The sizes are taken over and over until the text is used up. */
function splitInto(sizes: readonly number[]): readonly StreamPiece[] | undefined {
  const splitter = new ElementSplitter();
  const pieces: StreamPiece[] = [];
  for (let at = 0, turn = 0; at < STREAM.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    const found = splitter.put(STREAM.slice(at, at + size));
    if (found === undefined) return undefined;
    pieces.push(...found);
    at += size;
  }
  return pieces;
}
