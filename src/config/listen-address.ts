/** An address to listen on: `127.0.0.1:9469`, `[::1]:9469`, or a port alone, which is loopback's. */
import { isIP } from "node:net";
import { z } from "zod";

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const LOOPBACK = "127.0.0.1";

export const listenAddressSchema: z.ZodType<ListenAddress, string | number> = z
  .union([z.string(), z.number()])
  .transform((input, context) => {
    const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]:|([^:]+):)?([0-9]{1,5})$/.exec(`${input}`) ?? [];
    const host = bracketed ?? plain ?? LOOPBACK;
    const port = Number(digits);
    const family = isIP(host);
    const fits = bracketed === undefined ? family === 4 : family === 6;
    if (fits && port >= 1 && port <= 65_535) return { host, port };
    context.addIssue({
      code: "custom",
      message: `expected an IP address and a port such as 127.0.0.1:9469, found ${JSON.stringify(input)}`,
    });
    return z.NEVER;
  });
