/** The one error type convene throws on purpose: it says what, where, why and what to do. */

/** A place in a manifest, counted from 1 as editors do. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface ErrorDetails {
  /** Stable CamelCase name, usable as a condition's reason (`InvalidManifest`). */
  readonly code: string;
  /** What happened and to what, in the other side's own words where there are any. */
  readonly message: string;
  /** What the reader can do about it: names the file, setting or command. */
  readonly hint?: string;
  readonly cause?: unknown;
  readonly location?: SourceLocation;
  /** The object concerned, in plan notation: `container/turn`, `kv service/coturn/max-port`. */
  readonly subject?: string;
  /** Whether trying again later, with nothing changed, can help. */
  readonly retryable?: boolean;
}

export class ConveneError extends Error {
  override readonly name = "ConveneError";
  readonly code: string;
  readonly hint: string | undefined;
  readonly location: SourceLocation | undefined;
  readonly subject: string | undefined;
  readonly retryable: boolean;

  constructor(details: ErrorDetails) {
    super(details.message, { cause: details.cause });
    this.code = details.code;
    this.hint = details.hint;
    this.location = details.location;
    this.subject = details.subject;
    this.retryable = details.retryable ?? false;
  }
}

/** The same error as plain data, for status, history and `--json`. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly subject?: string;
  readonly location?: SourceLocation;
  readonly retryable: boolean;
}

/** Turns anything thrown into a report; what is not ours is an `InternalError`, never a bare stack. */
export function reportError(error: unknown): ErrorReport {
  if (error instanceof ConveneError) {
    return {
      code: error.code,
      message: error.message,
      retryable: error.retryable,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.subject === undefined ? {} : { subject: error.subject }),
      ...(error.location === undefined ? {} : { location: error.location }),
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: "InternalError",
    message,
    retryable: false,
    hint: "this is a defect in convene: please report it",
  };
}

/** One line for a log or a terminal: `site.yaml:14:3: message (hint)`. */
export function describeError(error: unknown): string {
  const report = reportError(error);
  const where = report.location
    ? `${report.location.file}:${report.location.line}:${report.location.column}: `
    : report.subject
      ? `${report.subject}: `
      : "";
  return `${where}${report.message}${report.hint ? ` (${report.hint})` : ""}`;
}
