/** A DNS server over UDP that answers every question with one and the same response code, or with bytes of a test's own. */
import { createSocket } from "node:dgram";
import { once } from "node:events";

export interface DnsRcodeServer extends AsyncDisposable {
  readonly port: number;
}

/** RFC 1035 section 4.1.1: 2 is SERVFAIL, 5 is REFUSED. `undefined` is silence. */
export async function startDnsRcodeServer(answer: number | Uint8Array | undefined): Promise<DnsRcodeServer> {
  const socket = createSocket("udp4");
  socket.on("message", (question, from) => {
    if (answer === undefined) return;
    socket.send(typeof answer === "number" ? refusal(question, answer) : answer, from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    port: socket.address().port,
    [Symbol.asyncDispose]: async () => {
      socket.close();
      await once(socket, "close");
    },
  };
}

/** The question again, as a response with that code. */
function refusal(question: Buffer, rcode: number): Buffer {
  const response = Buffer.from(question);
  response.writeUInt16BE(0x8180 | rcode, 2);
  return response;
}
