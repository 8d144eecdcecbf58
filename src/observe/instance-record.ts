/** What convene writes on an instance (`user.convene.*`) so that a crash loses nothing. */
import { z } from "zod";
import type { ContainerRecord, RecordedFile } from "./actual-state.ts";

export const OWNER_KEY = "user.convene.owner";
export const OWNER_VALUE = "convene";
export const IMAGE_KEY = "user.convene.image";
export const ROLE_KEY = "user.convene.role";
export const CONFERENCES_KEY = "user.convene.conferences";
/** Digest of the config and devices that convene gave it last. */
export const SPEC_KEY = "user.convene.spec";
const FILES_KEY = "user.convene.files";
/**
 * Paths being written, each with the unit that is told of it (or nothing): until that has ended well, the file may be
 * there or not, and the service may have read it or not.
 */
export const INSTALLING_KEY = "user.convene.installing";
export const ACCOUNTS_KEY = "user.convene.accounts";

const roleSchema = z.enum(["active", "next", "old", "build"]).catch("active");
const filesSchema = z.record(z.string(), z.tuple([z.string(), z.string()]));
const installingSchema = z.record(z.string(), z.string()).catch({});
const accountsSchema = z.record(z.string(), z.string());

/** Whether LXD config says that convene owns the object. Root may set the key to hand an object over. */
export function isOwned(config: Readonly<Record<string, string>>): boolean {
  return config[OWNER_KEY] === OWNER_VALUE;
}

/** Reads the record; what somebody damaged by hand reads as empty, so that it is written again. */
export function readRecord(config: Readonly<Record<string, string>>): ContainerRecord {
  const image = config[IMAGE_KEY];
  const conferences = config[CONFERENCES_KEY];
  const spec = config[SPEC_KEY];
  const files = filesSchema.safeParse(parseJson(config[FILES_KEY]));
  const installing = installingSchema.parse(parseJson(config[INSTALLING_KEY]));
  const accounts = accountsSchema.safeParse(parseJson(config[ACCOUNTS_KEY]));
  return {
    ...(image === undefined ? {} : { image }),
    ...(conferences === undefined ? {} : { conferences }),
    ...(spec === undefined ? {} : { spec }),
    role: roleSchema.parse(config[ROLE_KEY]),
    configured: files.success,
    files: {
      ...Object.fromEntries(
        Object.entries(files.data ?? {}).map(([path, [digest, structure]]) => [path, { digest, structure }]),
      ),
      ...Object.fromEntries(Object.entries(installing).map(([path, unit]) => [path, unfinished(unit)])),
    },
    accounts: accounts.success ? accounts.data : {},
  };
}

/** A file of which nothing is certain until its service has taken it over; told `unit` may be empty. */
export function unfinished(unit: string): RecordedFile {
  return { digest: "", structure: "", ...(unit === "" ? {} : { unit }) };
}

export function isUnfinished(file: RecordedFile): boolean {
  return file.digest === "";
}

/** The values of `user.convene.files` and `user.convene.installing`. */
export function encodeFiles(files: Readonly<Record<string, RecordedFile>>) {
  const entries = Object.entries(files).toSorted(([a], [b]) => a.localeCompare(b));
  const certain = entries.filter(([, one]) => !isUnfinished(one));
  const installing = entries.filter(([, one]) => isUnfinished(one));
  return {
    [FILES_KEY]: JSON.stringify(
      Object.fromEntries(certain.map(([path, { digest, structure }]) => [path, [digest, structure]])),
    ),
    [INSTALLING_KEY]:
      installing.length === 0
        ? ""
        : JSON.stringify(Object.fromEntries(installing.map(([path, { unit = "" }]) => [path, unit]))),
  };
}

/** The value of `user.convene.accounts`. */
export function encodeAccounts(accounts: Readonly<Record<string, string>>): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(accounts).toSorted(([a], [b]) => a.localeCompare(b))),
  );
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
