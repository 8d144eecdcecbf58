/** `kind: Secret`: something only the agent and one container know; its value is never in this repository. */
import { z } from "zod";
import { manifestSchema } from "./envelope.ts";
import { labelName } from "./names.ts";
import { oneOf } from "./one-of.ts";

export const secretSchema = manifestSchema(
  "Secret",
  labelName,
  oneOf({
    generate: z.literal(true).describe("Made once on the host and kept there."),
    age: z
      .string()
      .max(65_536)
      .regex(
        /^-----BEGIN AGE ENCRYPTED FILE-----\n[A-Za-z0-9+/=\n]+-----END AGE ENCRYPTED FILE-----\s*$/u,
        "an armored age file (`age --armor --recipient …`)",
      )
      .describe("The value, encrypted to the host's own age key."),
    hostFile: z
      .string()
      .max(63)
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/u, "a file name without folders, such as `smtp`")
      .describe("A file that root put into /etc/convene/secrets/."),
  }),
);

export type SecretManifest = z.output<typeof secretSchema>;
