/** A manifest that passed its schema, and where each part of it was written. */
import type { SourceLocation } from "../system/errors.ts";
import type { Kind, Manifest, ManifestOf } from "./schema/manifest.ts";

/** Steps from the top of a document: `["spec", "publicPorts", 0, "port"]`. */
export type DocumentPath = readonly (string | number)[];

/**
 * Answers for any path, also one that is missing: then with the nearest part that is there.
 * A scalar is found at its value unless its key is asked for, everything else at its key.
 */
export type Locate = (path: DocumentPath, part?: "key" | "value") => SourceLocation;

export interface LoadedManifest<M extends Manifest = Manifest> {
  readonly file: string;
  readonly manifest: M;
  readonly locate: Locate;
  /** The list entry it was made for, when the document has a `forEach`. */
  readonly item?: Readonly<Record<string, unknown>>;
}

/** Those of one kind, in the order of files and documents. */
export function manifestsOf<K extends Kind>(
  manifests: readonly LoadedManifest[],
  kind: K,
): readonly LoadedManifest<ManifestOf<K>>[] {
  return manifests.filter((loaded): loaded is LoadedManifest<ManifestOf<K>> => loaded.manifest.kind === kind);
}
