/** `kind: User`: a person who may open rooms. */
import { z } from "zod";
import { manifestSchema } from "./envelope.ts";
import { labelName, singleLine, userName } from "./names.ts";
import { emailAddress } from "./network.ts";
import { oneOf } from "./one-of.ts";

export const userSchema = manifestSchema(
  "User",
  userName,
  z.strictObject({
    displayName: singleLine.optional().describe("The name other people see."),
    email: emailAddress.optional(),
    password: oneOf({
      generate: z.literal(true).describe("Made once, and left in a file that root reads."),
      secretRef: labelName.describe("The Secret that holds the password."),
    })
      .prefault({ generate: true })
      .describe("Where the password comes from: generated (the default), or a Secret."),
  }),
);

export type UserManifest = z.output<typeof userSchema>;
