/** Reads the host's settings file and says where it is wrong, line and column included. */
import { readFile } from "node:fs/promises";
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import { ConveneError, type SourceLocation } from "../system/errors.ts";
import {
  completeSettings,
  DEFAULT_SETTINGS_PATH,
  hostSettingsSchema,
  type HostSettings,
} from "./host-settings.ts";

const MAXIMUM_BYTES = 256 * 1024;

export interface LoadSettingsOptions {
  /** From `--config` or `CONVENE_CONFIG`; absent: `/etc/convene/config.yaml`, which may be missing. */
  readonly path: string | undefined;
  /** The catalogue folder installed with convene. */
  readonly shippedCatalogue: string;
}

/**
 * The settings with their defaults. A missing default file means defaults; a missing named file is an error.
 * @throws ConveneError `InvalidHostSettings` with the first problem's location and every problem in the message.
 */
export async function loadHostSettings(options: LoadSettingsOptions): Promise<HostSettings> {
  const path = options.path ?? DEFAULT_SETTINGS_PATH;
  const text = await readSettingsFile(path, options.path === undefined);
  return parseHostSettings(text, path, options.shippedCatalogue);
}

/** Parses settings text; `file` is only for messages. */
export function parseHostSettings(text: string, file: string, shippedCatalogue: string): HostSettings {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, strict: true });
  const syntax = document.errors[0];
  if (syntax) {
    throw invalid([
      { message: syntax.message.split("\n")[0] ?? syntax.message, ...at(file, lines, syntax.pos[0]) },
    ]);
  }
  const result = hostSettingsSchema.safeParse(document.toJS({ maxAliasCount: 20 }) ?? {});
  if (result.success) return completeSettings(result.data, shippedCatalogue);
  const problems = result.error.issues.map((issue) => ({ issue, offset: offsetOf(document, issue) }));
  throw invalid(
    problems
      .toSorted((left, right) => left.offset - right.offset)
      .map(({ issue, offset }) => ({ message: describeIssue(issue), ...at(file, lines, offset) })),
  );
}

async function readSettingsFile(path: string, mayBeMissing: boolean): Promise<string> {
  try {
    const content = await readFile(path);
    if (content.length > MAXIMUM_BYTES) {
      throw new ConveneError({
        code: "InvalidHostSettings",
        message: `${path} has ${content.length} bytes, more than ${MAXIMUM_BYTES}`,
        hint: "the host's settings are a short file: move it away, and `convene init` writes a commented one",
      });
    }
    return content.toString("utf8");
  } catch (error) {
    if (error instanceof ConveneError) throw error;
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" && mayBeMissing) return "";
    throw new ConveneError({
      code: "HostSettingsUnreadable",
      message: `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
      hint:
        code === "EACCES"
          ? "the file belongs to root:convene with mode 0640: run as root or as a member of group convene"
          : "name an existing file with --config or CONVENE_CONFIG",
      cause: error,
    });
  }
}

interface Problem extends SourceLocation {
  readonly message: string;
}

function invalid(problems: readonly Problem[]): ConveneError {
  const first = problems[0];
  const rest = problems.slice(1).map((one) => `\n${one.file}:${one.line}:${one.column}: ${one.message}`);
  return new ConveneError({
    code: "InvalidHostSettings",
    message: `${first?.message ?? "invalid settings"}${rest.join("")}`,
    hint: `correct ${first?.file ?? "the file"} and start again`,
    ...(first ? { location: { file: first.file, line: first.line, column: first.column } } : {}),
  });
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const where = issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
  return `${where}${issue.message}`;
}

function at(file: string, lines: LineCounter, offset: number): SourceLocation {
  const position = lines.linePos(offset);
  return { file, line: Math.max(1, position.line), column: Math.max(1, position.col) };
}

/** Offset of the key or value an issue is about; of its nearest existing parent when it is missing. */
function offsetOf(document: Document.Parsed, issue: z.core.$ZodIssue): number {
  if (issue.code === "unrecognized_keys") {
    const parent = issue.path.length > 0 ? document.getIn(issue.path, true) : document.contents;
    const pairs = isMap(parent) ? parent.items : [];
    const key = pairs.map((pair) => pair.key).find((one) => isScalar(one) && one.value === issue.keys[0]);
    if (isScalar(key) && key.range) return key.range[0];
  }
  for (let length = issue.path.length; length > 0; length -= 1) {
    const node = document.getIn(issue.path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}
