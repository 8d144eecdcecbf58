/** Importing an image from its two files into a project. */
import { createHash } from "node:crypto";
import { createReadStream, openAsBlob } from "node:fs";
import { Readable } from "node:stream";
import type { Clock } from "../system/clock.ts";
import { ConveneError } from "../system/errors.ts";
import { hasCode } from "./lxd-errors.ts";
import { change } from "./operation.ts";
import { find, pathOf } from "./request.ts";
import type { Requester } from "./request.ts";
import { lxdImageAliasSchema, lxdImageSchema } from "./schema.ts";

export interface ImageFiles {
  /** Tarball with `metadata.yaml` and templates. */
  readonly metadata: string;
  /** Root file system as squashfs. */
  readonly rootfs: string;
}

const UPLOAD_DEADLINE_MS = 600_000;

/**
 * Uploads the files unless they are there already, and points `alias` to them. The fingerprint is the sha256 of
 * both files one after the other (doc/image-handling.md), so it is known before.
 */
export async function importImage(
  requester: Requester,
  clock: Clock,
  alias: string,
  files: ImageFiles,
): Promise<{ readonly outcome: "created" | "changed" | "already there"; readonly fingerprint: string }> {
  const fingerprint = await fingerprintOf(files);
  const known = await find(requester, lxdImageSchema, { path: pathOf`images/${fingerprint}` });
  if (!known) await upload(requester, clock, files, fingerprint);
  const moved = await pointAlias(requester, clock, alias, fingerprint);
  if (!known) return { outcome: "created", fingerprint };
  return { outcome: moved ? "changed" : "already there", fingerprint };
}

async function fingerprintOf(files: ImageFiles): Promise<string> {
  const hash = createHash("sha256");
  for (const path of [files.metadata, files.rootfs]) {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  }
  return hash.digest("hex");
}

async function upload(
  requester: Requester,
  clock: Clock,
  files: ImageFiles,
  fingerprint: string,
): Promise<void> {
  const form = new FormData();
  // LXD reads the parts in this order and knows them by these names.
  form.set("metadata", await openAsBlob(files.metadata), "metadata.tar.gz");
  form.set("rootfs", await openAsBlob(files.rootfs), "rootfs.squashfs");
  const encoded = new Response(form);
  if (!encoded.body) throw new ConveneError({ code: "LxdError", message: "the image form is empty" });
  const request = {
    method: "POST",
    path: "/1.0/images",
    content: Readable.fromWeb(encoded.body),
    headers: { "content-type": encoded.headers.get("content-type") ?? "", "X-LXD-fingerprint": fingerprint },
    deadlineMs: UPLOAD_DEADLINE_MS,
  } as const;
  try {
    await change(requester, request, { clock, deadlineMs: UPLOAD_DEADLINE_MS });
  } catch (error) {
    if (!hasCode(error, "LxdAlreadyExists")) throw error;
  }
}

/** Whether the alias had to be made or moved. */
async function pointAlias(
  requester: Requester,
  clock: Clock,
  alias: string,
  target: string,
): Promise<boolean> {
  const path = pathOf`images/aliases/${alias}`;
  const options = { clock, deadlineMs: UPLOAD_DEADLINE_MS };
  const existing = await find(requester, lxdImageAliasSchema, { path });
  if (existing?.target === target) return false;
  if (existing) await change(requester, { method: "PUT", path, json: { target } }, options);
  else {
    const json = { name: alias, target };
    await change(requester, { method: "POST", path: "/1.0/images/aliases", json }, options);
  }
  return true;
}
