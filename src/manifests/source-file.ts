/** One file of a site repository or of the catalogue, held in memory. */
export interface SourceFile {
  /** Relative to the top of its tree, with `/`. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** Whether the file holds manifests; folders and files that begin with a dot belong to other programs. */
export function isManifestFile(path: string): boolean {
  return /\.ya?ml$/u.test(path) && !path.split("/").some((part) => part.startsWith("."));
}
