/** A hook's standard input, whole and bounded. */
import { ConveneError } from "../system/errors.ts";

const MAXIMUM_BYTES = 1024 * 1024;

export async function readStdin(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > MAXIMUM_BYTES) {
      throw new ConveneError({ code: "RequestTooLarge", message: "git sent more than 1 MiB of ref updates" });
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}
