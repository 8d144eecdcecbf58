import { expect } from "chai";
import type { Notification } from "../../src/alerts/alert.ts";
import { send } from "../../src/alerts/receivers/receiver.ts";
import type { DesiredReceiver } from "../../src/model/desired-state.ts";
import { Secret } from "../../src/system/secret.ts";
import { failureOf } from "../lab/failure.ts";
import { type SmtpOptions, type SmtpServer, startSmtpServer } from "../lab/smtp-server.ts";
import { makeCertificate, type TestCertificate } from "../lab/test-certificates.ts";

const alert: Notification = {
  kind: "firing",
  name: "CheckFailing",
  subject: "turn-udp",
  severity: "critical",
  reason: "no_answer",
  message: "nichts kommt zurück\r\nBcc: somebody@else.example",
  evidence: {},
  site: "meet",
  url: "https://meet.example/",
  startsAt: 0,
  at: 0,
};

function receiver(port: number, change: object = {}): DesiredReceiver {
  const target = {
    kind: "email",
    to: "it@school.example",
    from: "alerts@school.example",
    host: "localhost",
    port,
    security: "starttls",
    user: "alerts",
    password: new Secret("pass word"),
    ...change,
  } as const;
  return { name: "mail", target };
}

describe("alerts by e-mail, through a real SMTP server", () => {
  let authority: TestCertificate;
  let certificate: TestCertificate;
  let server: SmtpServer | undefined;

  before(async () => {
    authority = await makeCertificate({ commonName: "test authority", authority: true });
    certificate = await makeCertificate({ names: ["localhost"], issuer: authority });
  });

  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  async function listen(options: SmtpOptions = {}): Promise<SmtpServer> {
    server = await startSmtpServer(options);
    return server;
  }

  const tls = () => ({ cert: certificate.pem, key: certificate.keyPem });
  const options = (extraRoots: readonly string[] = [authority.pem]) => ({
    signal: AbortSignal.timeout(10_000),
    extraRoots,
  });

  it("logs in and delivers over STARTTLS", async () => {
    const { port, mails } = await listen({ tls: tls(), credentials: "alerts:pass word" });
    await send(receiver(port), [alert], options());
    expect(mails.length).to.equal(1);
    expect(mails[0]).to.deep.include({ encrypted: true, credentials: "alerts:pass word" });
    expect(mails[0]?.to).to.equal("RCPT TO:<it@school.example>");
    expect(mails[0]?.content).to.match(/^From: convene <alerts@school\.example>$/m);
    expect(mails[0]?.content).to.match(/^Subject: \[convene meet\] CRITICAL: CheckFailing turn-udp$/m);
    expect(mails[0]?.content).to.match(/^Auto-Submitted: auto-generated$/m);
  });

  it("lets no message add a header", async () => {
    const { port, mails } = await listen();
    const evil = { ...alert, subject: "x\r\nBcc: somebody@else.example" };
    await send(receiver(port, { security: "none" }), [evil], options());
    expect(mails[0]?.content).not.to.match(/^Bcc:/m);
  });

  it("sends nothing, and no password, to a server that offers no STARTTLS", async () => {
    const { port, mails } = await listen();
    const error = await failureOf(send(receiver(port), [alert], options()));
    expect(error).to.include({ code: "DeliveryFailed", retryable: true });
    expect(mails).to.deep.equal([]);
  });

  it("sends nothing to a server whose certificate nobody trusts", async () => {
    const { port, mails } = await listen({ tls: tls() });
    const error = await failureOf(send(receiver(port), [alert], options([])));
    expect(error.message).to.match(/self.signed|unable to (get|verify)/);
    expect(mails).to.deep.equal([]);
  });

  it("says a refused login in the server's words, without the password", async () => {
    const { port } = await listen({ tls: tls(), credentials: "alerts:another" });
    const error = await failureOf(send(receiver(port), [alert], options()));
    expect(error.message).to.contain("authentication failed");
    expect(`${error.message} ${error.hint} ${error.stack}`).not.to.contain("pass word");
  });

  it("says that nobody listens", async () => {
    const gone = await startSmtpServer();
    await gone.close();
    const error = await failureOf(send(receiver(gone.port), [alert], options()));
    expect(error.message).to.contain("ECONNREFUSED");
  });
});
