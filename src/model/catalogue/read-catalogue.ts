/** The whole search path, read into memory once: nothing is read from disk while a desired state is built. */
import { z } from "zod";
import { diagnosticsOf } from "../../manifests/issues.ts";
import type { Diagnostic } from "../../manifests/diagnostic.ts";
import { formatDiagnostic } from "../../manifests/diagnostic.ts";
import { fieldGuide } from "../../manifests/field-guide.ts";
import { parseFile } from "../../manifests/parse.ts";
import { isManifestFile } from "../../manifests/source-file.ts";
import { ConveneError } from "../../system/errors.ts";
import type { Catalogue, CatalogueFolder } from "./catalogue.ts";
import { parameterDefinitions } from "./parameter-definition.ts";
import { folderNames, readFolder } from "./read-folder.ts";
import type { CatalogueFile } from "./read-folder.ts";

const PARAMETERS = "parameters.yaml";
const CATALOGUE = "catalogue.yaml";

const catalogueSchema = z.strictObject({
  version: z.string().min(1).describe('The version, in quotes: "1".'),
});

/**
 * Reads every folder below the places of the search path; for each file the first place that has it wins.
 * Throws ConveneError `CatalogueUnreadable`. Mistakes inside a folder are kept with it as diagnostics.
 */
export async function readCatalogue(searchPath: readonly string[]): Promise<Catalogue> {
  const top = await readFolder(searchPath, "");
  const version = readVersion(top.get(CATALOGUE), searchPath);
  const names = await folderNames(searchPath);
  const folders = await Promise.all(
    names.map(async (name) => folderOf(name, await readFolder(searchPath, name))),
  );
  return { version, folders: new Map(folders.map((folder) => [folder.name, folder])) };
}

function readVersion(file: CatalogueFile | undefined, searchPath: readonly string[]): string {
  const { value, diagnostics } = file
    ? parseOne(file, catalogueSchema)
    : { value: undefined, diagnostics: [] };
  if (value !== undefined) return value.version;
  throw new ConveneError({
    code: "CatalogueUnreadable",
    message: diagnostics.map(formatDiagnostic).join("\n") || `no ${CATALOGUE} in ${searchPath.join(", ")}`,
    hint: "`catalogue:` in the host's config.yaml lists the folders that are searched",
  });
}

function folderOf(name: string, files: ReadonlyMap<string, CatalogueFile>): CatalogueFolder {
  const parameters = files.get(PARAMETERS);
  const read = parameters ? parseOne(parameters, parameterDefinitions) : { value: {}, diagnostics: [] };
  const manifests = [...files]
    .filter(([file]) => isManifestFile(file) && file !== PARAMETERS)
    .map(([, file]) => parseFile(file));
  const others = [...files].filter(([file]) => !isManifestFile(file));
  return {
    name,
    parameters: read.value ?? {},
    documents: manifests.flatMap((file) => file.documents),
    files: new Map(others.map(([file, { content }]) => [file, new TextDecoder().decode(content)])),
    diagnostics: [...read.diagnostics, ...manifests.flatMap((file) => file.diagnostics)],
  };
}

interface Parsed<T> {
  readonly value?: T | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

function parseOne<S extends z.ZodType>(file: CatalogueFile, schema: S): Parsed<z.output<S>> {
  const { documents, diagnostics } = parseFile(file);
  const [document] = documents;
  if (document === undefined || diagnostics.length > 0) return { diagnostics };
  const result = schema.safeParse(document.data);
  if (result.success) return { value: result.data, diagnostics: [] };
  const context = { data: document.data, locate: document.locate, guide: fieldGuide(schema) };
  return { diagnostics: diagnosticsOf(result.error.issues, context) };
}
