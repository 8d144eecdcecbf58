/** `kind: Certificate`: one that nothing else asks for; those of sites and routes are derived. */
import { z } from "zod";
import { manifestSchema } from "./envelope.ts";
import { labelName } from "./names.ts";
import { domainName, emailAddress, ipAddress } from "./network.ts";
import { port } from "./quantities.ts";

const endpoint = z.strictObject({ address: ipAddress, port });

export const certificateSchema = manifestSchema(
  "Certificate",
  labelName,
  z.strictObject({
    domain: domainName.describe("The one name the certificate is for."),
    email: emailAddress.optional().describe("Told to the authority; the site's adminEmail otherwise."),
    endpoints: z
      .array(endpoint)
      .max(16)
      .optional()
      .describe("Where it is served, so that this can be checked."),
  }),
);

export type CertificateManifest = z.output<typeof certificateSchema>;
