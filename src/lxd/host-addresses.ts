/** The host's own addresses, as LXD sees them: also on bridges nobody is on yet, which os.networkInterfaces() leaves out. */
import { z } from "zod";
import { hasCode } from "./lxd-errors.ts";
import { pathOf, read } from "./request.ts";
import type { Requester } from "./request.ts";

const networkListSchema = z.array(z.object({ name: z.string() }));
const networkStateSchema = z.object({
  addresses: z
    .array(z.object({ address: z.string() }))
    .nullish()
    .transform((list) => list ?? []),
});

/** IPv4 and IPv6 addresses of all interfaces, sorted; loopback ones are left out, as nobody outside can use them. */
export async function hostAddresses(server: Requester): Promise<readonly string[]> {
  const { value } = await read(server, networkListSchema, {
    path: "/1.0/networks",
    query: { recursion: "1" },
  });
  const found = new Set<string>();
  for (const { name } of value) {
    for (const address of await addressesOf(server, name)) {
      if (!address.startsWith("127.") && address !== "::1") found.add(address);
    }
  }
  return [...found].toSorted();
}

/** An interface may go away between the list and the question. */
async function addressesOf(server: Requester, name: string): Promise<readonly string[]> {
  try {
    const { value } = await read(server, networkStateSchema, { path: pathOf`networks/${name}/state` });
    return value.addresses.map((entry) => entry.address);
  } catch (error) {
    if (hasCode(error, "LxdNotFound")) return [];
    throw error;
  }
}
