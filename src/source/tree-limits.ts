/** How much of a site tree is read at most, and the errors that say so. */
import { ConveneError } from "../system/errors.ts";

export interface TreeLimits {
  readonly files: number;
  readonly totalBytes: number;
  readonly fileBytes: number;
  /** Folders above a file. */
  readonly depth: number;
  readonly pathBytes: number;
}

export const TREE_LIMITS: TreeLimits = {
  files: 2_000,
  totalBytes: 16 * 1024 * 1024,
  fileBytes: 1024 * 1024,
  depth: 16,
  pathBytes: 512,
};

/** Counts files and bytes as they are listed, and throws at the first that is too many. */
export class TreeBudget {
  readonly #limits: TreeLimits;
  #files = 0;
  #bytes = 0;

  constructor(limits: TreeLimits) {
    this.#limits = limits;
  }

  add(path: string, bytes: number): void {
    const limits = this.#limits;
    this.#files += 1;
    this.#bytes += bytes;
    if (this.#files > limits.files) throw treeTooLarge(path, `more than ${limits.files} files`);
    if (bytes > limits.fileBytes)
      throw treeTooLarge(path, `a file of ${bytes} bytes, the limit is ${limits.fileBytes}`);
    if (this.#bytes > limits.totalBytes)
      throw treeTooLarge(path, `more than ${limits.totalBytes} bytes in all`);
    checkPath(path, limits);
  }
}

/** Refuses names that could mean something outside the tree or could not be read back. */
export function checkPath(path: string, limits: TreeLimits): void {
  const parts = path.split("/");
  if (parts.length - 1 > limits.depth) throw treeTooLarge(path, `folders deeper than ${limits.depth}`);
  if (Buffer.byteLength(path) > limits.pathBytes)
    throw treeTooLarge(path, `a path over ${limits.pathBytes} bytes`);
  const unsafe = path.startsWith("/") || parts.some((part) => part === "" || part === "." || part === "..");
  if (!unsafe && !/[\u0000-\u001f\u007f\ufffd\\]/.test(path)) return;
  throw new ConveneError({
    code: "UnsafePath",
    message: `the tree has a file named ${JSON.stringify(path)}`,
    hint: "rename it: control characters, backslashes, '.' and '..' are not allowed in paths",
    subject: JSON.stringify(path),
  });
}

export function treeTooLarge(path: string, what: string): ConveneError {
  return new ConveneError({
    code: "TreeTooLarge",
    message: `the tree is too large: ${what} (at ${JSON.stringify(path)})`,
    hint: "a site is a few YAML files: remove what does not belong to it",
    subject: JSON.stringify(path),
  });
}

export function symlinkRefused(path: string): ConveneError {
  return new ConveneError({
    code: "SymlinkRefused",
    message: `${JSON.stringify(path)} is a symbolic link`,
    hint: "commit the file itself: links are not followed",
    subject: JSON.stringify(path),
  });
}

export function submoduleRefused(path: string): ConveneError {
  return new ConveneError({
    code: "SubmoduleRefused",
    message: `${JSON.stringify(path)} is a submodule`,
    hint: "commit the files themselves: submodules are not fetched",
    subject: JSON.stringify(path),
  });
}
