/** A small mail server for tests: SMTP with STARTTLS and AUTH PLAIN (RFC 5321, 3207, 4954), keeping what it gets. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";

export interface ReceivedMail {
  readonly encrypted: boolean;
  /** `user:password` as they came. */
  readonly credentials: string;
  readonly from: string;
  readonly to: string;
  /** Headers and body, lines ended by \n. */
  readonly content: string;
}

export interface SmtpServer {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  close(): Promise<void>;
}

export interface SmtpOptions {
  /** Offers STARTTLS with this certificate. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Refuses every other login. */
  readonly credentials?: string;
}

export async function startSmtpServer(options: SmtpOptions = {}): Promise<SmtpServer> {
  const mails: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  const context = options.tls ? createSecureContext(options.tls) : undefined;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.write("220 mail.test ready\r\n");
    converse(socket, { options, context, mails, encrypted: false });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    mails,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

interface Conversation {
  readonly options: SmtpOptions;
  readonly context: SecureContext | undefined;
  readonly mails: ReceivedMail[];
  readonly encrypted: boolean;
}

function converse(socket: Socket, conversation: Conversation): void {
  const { options, context, mails, encrypted } = conversation;
  let mail = { credentials: "", from: "", to: "" };
  let content: string[] | undefined;
  let rest = "";

  function answer(line: string): string {
    const word = line.split(" ")[0]?.toUpperCase();
    switch (word) {
      case "EHLO": {
        const tls = context && !encrypted ? ["250-STARTTLS"] : [];
        return ["250-mail.test", ...tls, "250 AUTH PLAIN"].join("\r\n");
      }
      case "AUTH": {
        const credentials = Buffer.from(line.split(" ")[2] ?? "", "base64")
          .toString()
          .split("\0")
          .slice(1)
          .join(":");
        mail = { ...mail, credentials };
        const wrong = options.credentials !== undefined && credentials !== options.credentials;
        return wrong ? "535 5.7.8 authentication failed" : "235 ok";
      }
      case "MAIL":
        mail = { ...mail, from: line };
        return "250 ok";
      case "RCPT":
        mail = { ...mail, to: line };
        return "250 ok";
      case "DATA":
        content = [];
        return "354 go on";
      case "QUIT":
        return "221 bye";
      default:
        return "500 what?";
    }
  }

  function take(line: string): void {
    if (content === undefined) {
      socket.write(`${answer(line)}\r\n`);
    } else if (line === ".") {
      mails.push({ ...mail, encrypted, content: content.join("\n") });
      content = undefined;
      socket.write("250 taken\r\n");
    } else {
      content.push(line.replace(/^\.\./, "."));
    }
  }

  function read(chunk: Buffer): void {
    const lines = `${rest}${chunk.toString()}`.split("\r\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (context && line.toUpperCase() === "STARTTLS") {
        socket.off("data", read);
        socket.write("220 go on\r\n");
        const secured = new TLSSocket(socket, { isServer: true, secureContext: context });
        secured.on("error", () => socket.destroy());
        converse(secured, { ...conversation, encrypted: true });
        return;
      }
      take(line);
    }
  }

  socket.on("data", read);
}
