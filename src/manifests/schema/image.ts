/** `kind: Image`: what is installed in the containers made from it, and from where. */
import { z } from "zod";
import { manifestSchema } from "./envelope.ts";
import { absolutePath, labelName, singleLine } from "./names.ts";
import { httpUrl } from "./network.ts";
import { fileMode } from "./files.ts";

const packageName = z
  .string()
  .max(128)
  .regex(
    /^[a-z0-9][a-z0-9+.-]+(=[A-Za-z0-9.+:~-]+)?$/u,
    "a Debian package such as `coturn`, or `coturn=4.6.1-1`",
  );

const aptRepository = z.strictObject({
  name: labelName,
  uri: z
    .union([z.literal("machine"), httpUrl])
    .describe("Where the packages come from; `machine` is the machine's own Debian mirror."),
  suite: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9./-]*$/u, "a suite such as `bookworm` or `stable/`"),
  components: z.array(z.string().regex(/^[a-z0-9][a-z0-9/-]*$/u, "a component such as `main`")).default([]),
  key: z
    .strictObject({
      url: httpUrl,
      fingerprint: z
        .string()
        .transform((text) => text.replaceAll(" ", "").toUpperCase())
        .pipe(z.string().regex(/^[0-9A-F]{40}$/u, "the 40 hexadecimal digits of the key's fingerprint")),
    })
    .optional()
    .describe(
      "The signing key, and the only fingerprint accepted. Without it: Debian's own archive keyring.",
    ),
  onlyPackages: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9+.*-]*$/u, "a package name or pattern such as `jitsi-*`"))
    .default([])
    .describe("Only these may come from here; empty means any."),
});

const imageFile = z
  .strictObject({
    path: absolutePath,
    mode: fileMode.default("0644"),
    content: z.string().max(65_536).optional(),
    source: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/u, "a file of the same folder")
      .optional(),
  })
  .refine(
    (file) => (file.content === undefined) !== (file.source === undefined),
    "exactly one of: content, source",
  )
  .describe("Put in before `setup` runs: `content`, or `source` naming a file of the same folder.");

export const imageSchema = manifestSchema(
  "Image",
  labelName,
  z.strictObject({
    base: z
      .string()
      .regex(/^[a-z0-9][a-z0-9./-]*$/u, "an image alias such as `debian/12`")
      .default("debian/12")
      .describe("Alias of the image it starts from."),
    aptRepositories: z.array(aptRepository).max(16).default([]),
    debconf: z.array(singleLine).default([]).describe("`package question type value` lines."),
    packages: z.array(packageName).max(256).default([]),
    files: z.array(imageFile).max(64).default([]),
    setup: z
      .string()
      .max(65_536)
      .default("")
      .describe("Shell lines run as root with `set -eu`, after the packages."),
    refresh: z
      .string()
      .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/u, 'a date in quotes, such as "2026-11-01"')
      .optional()
      .describe("Build it anew from this date on; the first of each month otherwise."),
  }),
);

export type ImageManifest = z.output<typeof imageSchema>;
