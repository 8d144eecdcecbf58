/** `kind: Route`: another web service on this host, behind the same proxy. */
import { z } from "zod";
import { manifestSchema } from "./envelope.ts";
import { labelName } from "./names.ts";
import { domainName, ipAddress } from "./network.ts";
import { port } from "./quantities.ts";

/** A URL path prefix. The grammar is closed because the value becomes part of the proxy's configuration. */
export const urlPath = z
  .string()
  .max(255)
  .regex(/^(\/[A-Za-z0-9._~-]*)+$/u, "a path such as `/files`")
  .describe("A path prefix such as /files.");

export const routeSchema = manifestSchema(
  "Route",
  labelName,
  z.strictObject({
    host: domainName.describe("The name people open."),
    path: urlPath.optional().describe("Only what is below this path; everything otherwise."),
    backend: z.strictObject({
      address: ipAddress.describe("Where the service listens."),
      port,
      tls: z.boolean().default(false).describe("Whether the service itself speaks TLS."),
    }),
    certificate: z.boolean().default(true).describe("Whether convene gets a certificate for the name."),
  }),
);

export type RouteManifest = z.output<typeof routeSchema>;
