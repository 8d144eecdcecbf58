/** What the code logs with: a static message and fields, so that lines can be searched and counted. */
import winston from "winston";

export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Logger;
}

export interface LoggerOptions {
  readonly level: "debug" | "info" | "warn" | "error";
  /** `journal` prefixes each line with its syslog priority (sd-daemon(3)); `text` is for people. */
  readonly format: "journal" | "text";
  readonly stream: NodeJS.WritableStream;
}

const SYSLOG_PRIORITY: Readonly<Record<string, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

/** A winston logger behind the small interface above. Secrets mask themselves (system/secret.ts). */
export function createLogger(options: LoggerOptions): Logger {
  const line = winston.format.printf(({ level, message, timestamp, ...fields }) => {
    const rest = Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : "";
    return options.format === "journal"
      ? `<${SYSLOG_PRIORITY[level] ?? 6}>${String(message)}${rest}`
      : `${String(timestamp)} ${level} ${String(message)}${rest}`;
  });
  return winston.createLogger({
    level: options.level,
    format: winston.format.combine(winston.format.timestamp(), line),
    transports: [new winston.transports.Stream({ stream: options.stream })],
  });
}
