/** How convene recognizes its own service registrations: by two entries in the service's meta. */
import { createHash } from "node:crypto";
import type { ServiceDefinition } from "./consul.ts";

export const DIGEST_META = "convene-digest";
export const SITE_META = "convene-site";

/** sha256 over what is registered, hex; meta does not count, it carries the digest. */
export function serviceDigest(service: Omit<ServiceDefinition, "meta">): string {
  const { id, name, address, port, tags, check } = service;
  const content = JSON.stringify([
    id,
    name,
    address,
    port,
    tags.toSorted(),
    check ? checkFields(check) : null,
  ]);
  return createHash("sha256").update(content).digest("hex");
}

function checkFields(check: NonNullable<ServiceDefinition["check"]>): readonly unknown[] {
  return [check.kind, check.kind === "tcp" ? check.address : check.url, check.intervalSeconds];
}
