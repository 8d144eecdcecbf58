/** What the bench's checks ask, in a process of its own: prints its ports and its root as one line of JSON, and ends with its parent. */
import { createServer as createPlainServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { once } from "node:events";
import type { Server } from "node:net";
import { makeAuthority, makeCertificate } from "../lab/test-certificates.ts";

const authority = await makeAuthority({ commonName: "bench" });
const { pem, keyPem } = await makeCertificate({ names: ["bench.test"], issuer: authority });

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const ports = {
  http: await listen(createPlainServer((_, response) => void response.end("hello"))),
  tls: await listen(
    createSecureServer({ cert: pem, key: keyPem }, (_, response) => void response.end("hello")),
  ),
};
process.stdout.write(`${JSON.stringify({ ports, root: authority.pem })}\n`);
process.stdin.resume();
process.stdin.once("end", () => process.exit());
