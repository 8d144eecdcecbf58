/** The catalogue in memory: components shipped with convene, as their folders hold them. */
import type { Diagnostic } from "../../manifests/diagnostic.ts";
import type { ManifestDocument } from "../../manifests/document.ts";
import type { ParameterDefinitions } from "./parameter-definition.ts";

export interface Catalogue {
  /** What a Site's `catalogue:` line must say: `1`. */
  readonly version: string;
  readonly folders: ReadonlyMap<string, CatalogueFolder>;
}

export interface CatalogueFolder {
  /** What a Component's `uses:` says: `turn`. */
  readonly name: string;
  readonly parameters: ParameterDefinitions;
  /** Images, containers and checks, with their references still in them. */
  readonly documents: readonly ManifestDocument[];
  /** Every other file by its name: templates, and sources of images. */
  readonly files: ReadonlyMap<string, string>;
  /** What is wrong in the folder; it matters only when a Component uses it. */
  readonly diagnostics: readonly Diagnostic[];
}
