/** A configuration file of a container: its template, its owner, and what a change sets off. */
import { z } from "zod";
import { absolutePath, unitName } from "./names.ts";

export const LANGUAGES = [
  "lua",
  "hocon",
  "javascript",
  "json",
  "haproxy",
  "coturn",
  "ini",
  "nginx",
  "shell",
  "plain",
] as const;

/** Decides how every value put into a template is escaped. */
export type Language = (typeof LANGUAGES)[number];

export const disruption = z
  .enum(["none", "reload", "calls"])
  .describe("How much it is felt: not at all, a hand-over nobody notices, or an end to running calls.");

export const fileMode = z
  .string()
  .regex(/^0[0-7]{3}$/u, 'a mode in quotes such as "0640"')
  .describe("Octal, in quotes.");

const command = z
  .array(z.string().min(1).max(1024))
  .min(1)
  .max(32)
  .describe("A program and its arguments; no shell.");

const accountName = z
  .string()
  .regex(/^[a-z_][a-z0-9_-]{0,31}$/u, "a user or group name such as `turnserver`");

const reaction = z
  .union([
    z.literal("nothing"),
    z.strictObject({ reload: unitName }),
    z.strictObject({ restart: unitName }),
    z.strictObject({ command, disruption: disruption.default("none") }),
  ])
  .describe("{reload: UNIT}, {restart: UNIT}, {command: [...]} or nothing.");

export const containerFile = z.strictObject({
  path: absolutePath,
  template: z
    .string()
    .max(255)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/u, "a file of the same folder, such as `turnserver.conf.liquid`")
    .describe("The LiquidJS template, a file of the same folder."),
  language: z.enum(LANGUAGES).describe("Decides how values are escaped."),
  owner: accountName.default("root"),
  group: accountName.default("root"),
  mode: fileMode.default("0644"),
  secret: z
    .boolean()
    .default(false)
    .describe("Whether it holds a secret; it is then never printed or diffed."),
  validate: command.optional().describe("Run in the container first; {file} is the candidate."),
  onChange: reaction.default("nothing"),
  live: z
    .strictObject({
      mask: z.string().min(1).max(1024).refine(isRegularExpression, "a regular expression"),
      command,
    })
    .optional()
    .describe(
      "In the catalogue only: lines the running service takes over by this command, without onChange.",
    ),
});

export type ContainerFile = z.output<typeof containerFile>;

function isRegularExpression(source: string): boolean {
  try {
    return new RegExp(source, "gmu").source !== "";
  } catch {
    return false;
  }
}
