/** Servers on loopback that `convene doctor` takes for a site named meet.test: of any protocol, with any certificate. */
import type { RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { type Visit, visit, type VisitRequest } from "./doctor-visit.ts";
import { listenOnLoopback } from "./loopback-port.ts";
import { makeAuthority, makeCertificate, type TestCertificate } from "./test-certificates.ts";

export const STRANGE_NAME = "meet.test";

export interface StrangeSite {
  /** Who issued `good`, and is trusted. */
  readonly root: TestCertificate;
  readonly good: TestCertificate;
  /** Its port; the server ends with the site. */
  readonly listen: (server: Server) => Promise<number>;
  readonly look: (port: number, more?: Partial<VisitRequest>) => Promise<Visit>;
  readonly lookAtPage: (answer: RequestListener, served?: TestCertificate) => Promise<Visit>;
  /** Answers after the handshake with whatever this writes. */
  readonly lookBehindTls: (talk: (socket: Socket) => void) => Promise<Visit>;
  /** Ends its servers with every connection. */
  readonly clear: () => void;
}

export async function strangeSite(): Promise<StrangeSite> {
  const root = await makeAuthority();
  const good = await makeCertificate({ names: [STRANGE_NAME], issuer: root });
  const open = new Set<Server | Socket>();
  const listen = async (server: Server): Promise<number> => {
    open.add(server);
    server.on("connection", (socket: Socket) => {
      open.add(socket);
      socket.on("error", () => undefined);
    });
    return await listenOnLoopback(server);
  };
  const look = async (port: number, more: Partial<VisitRequest> = {}): Promise<Visit> => {
    const pins = new Map([[STRANGE_NAME, ["127.0.0.1"]]]);
    return await visit({ target: { host: STRANGE_NAME, port }, pins, extraRoots: [root.pem], ...more });
  };
  return {
    root,
    good,
    listen,
    look,
    lookAtPage: async (answer, served = good) =>
      await look(await listen(createHttpsServer({ cert: served.pem, key: served.keyPem }, answer))),
    lookBehindTls: async (talk) => {
      const server = createTlsServer({ cert: good.pem, key: good.keyPem }, (socket) => {
        socket.on("error", () => undefined);
        talk(socket);
      });
      return await look(await listen(server));
    },
    clear: () => {
      for (const one of open) if ("destroy" in one) one.destroy();
      for (const one of open) if ("listening" in one) one.close();
      open.clear();
    },
  };
}
