/** Builds what checks may use, with the machine's own resolver, roots and random source where nothing else is given. */
import { randomBytes } from "node:crypto";
import { lookup } from "node:dns/promises";
import { join } from "node:path";
import { createSecureContext, getCACertificates, type SecureContextOptions } from "node:tls";
import { ConveneError } from "../system/errors.ts";
import { createCertificateMemory } from "./certificates/certificate-memory.ts";
import { createRootStore } from "./certificates/root-store.ts";
import type { CheckContext } from "./check.ts";
import { resolveRecords } from "./connect/resolve-records.ts";
import { createMediaLauncher } from "./media/media-launcher.ts";
import { createOwnParticipants } from "./own-participants.ts";

/** At security level 0 OpenSSL negotiates what it would refuse otherwise (openssl-ciphers(1)). */
const LENIENT: SecureContextOptions = { ca: [], minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" };

/** What the caller must decide; the rest has a default that suits a real host. */
export type CheckContextOptions = Pick<CheckContext, "clock" | "signal"> & Partial<CheckContext>;

/** Where it lies in a checkout; the bundle says where its own is. */
const MEDIA_SOURCE = join(import.meta.dirname, "media/media-child.ts");

/**
 * Parses the trusted roots, which takes some milliseconds: make one context and give each run its own
 * signal and transcript by spreading it.
 */
export function createCheckContext(options: CheckContextOptions): CheckContext {
  const extraRoots = options.extraRoots ?? [];
  const trusted = [...getCACertificates("default"), ...extraRoots];
  return {
    transcript: () => undefined,
    secureContext: createSecureContext({ ca: trusted }),
    lenientContext: createSecureContext(LENIENT),
    certificates: createCertificateMemory(createRootStore(trusted)),
    resolve: resolveByDns,
    resolveRecords,
    secret: noSecret,
    readCertificate: () => Promise.resolve(undefined),
    readPrivateKey: () => Promise.resolve(undefined),
    randomBytes: (size) => randomBytes(size),
    media: createMediaLauncher(MEDIA_SOURCE),
    ownParticipants: createOwnParticipants(options.clock),
    ...options,
    extraRoots,
  };
}

async function resolveByDns(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return found.map((entry) => entry.address);
}

function noSecret(name: string): Promise<never> {
  const error = new ConveneError({
    code: "SecretUnknown",
    message: `no secret named ${name} is known here`,
    hint: "list it under `secrets:` of a container, or correct the check's `secret:`",
  });
  return Promise.reject(error);
}
