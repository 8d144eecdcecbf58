/** A logger that says nothing. */
import type { Logger } from "../../src/system/logger.ts";

export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};
