/** How one manifest names a Secret instead of holding a password. */
import { z } from "zod";
import { labelName } from "./names.ts";

/** `{secretRef: smtp}`. */
export const secretRef = z
  .strictObject({ secretRef: labelName.describe("The metadata.name of a Secret in this repository.") })
  .describe("Names a Secret; passwords are never written here.");
