/** Who may read what without a token: the keys that are a public contract, and the service catalogue. */
import type { AclRequest } from "./acl-http.ts";
import { AclPolicies, AclPolicy, AclToken } from "./schema.ts";

/** Accessor of the token of everybody without one (https://developer.hashicorp.com/consul/docs/security/acl/tokens). */
const ANONYMOUS = "00000000-0000-0000-0000-000000000002";

const POLICY = {
  Name: "convene-anonymous",
  Description: "What modules on this host read without a token; kept by convene",
  Rules: [
    ...["service/haproxy/", "service/coturn/", "service/certbot/"].map(
      (prefix) => `key_prefix "${prefix}" { policy = "read" }`,
    ),
    'service_prefix "" { policy = "read" }',
    'node_prefix "" { policy = "read" }',
    "",
  ].join("\n"),
} as const;

/** Two small reads. */
export async function aclReady(acl: AclRequest): Promise<boolean> {
  const token = AclToken.parse(await acl("GET", `/token/${ANONYMOUS}`));
  const policy = token.Policies?.find((one) => one.Name === POLICY.Name);
  if (!policy || token.Policies?.length !== 1) return false;
  return AclPolicy.parse(await acl("GET", `/policy/${policy.ID}`)).Rules === POLICY.Rules;
}

/** Writes only what differs. The anonymous token carries our policy and no other. */
export async function setUpAcl(acl: AclRequest): Promise<void> {
  if (await aclReady(acl)) return;
  const id = await writePolicy(acl);
  const token = AclToken.parse(await acl("GET", `/token/${ANONYMOUS}`));
  if (token.Policies?.length === 1 && token.Policies[0]?.ID === id) return;
  await acl("PUT", `/token/${ANONYMOUS}`, {
    AccessorID: ANONYMOUS,
    Description: token.Description,
    Policies: [{ ID: id }],
  });
}

async function writePolicy(acl: AclRequest): Promise<string> {
  const policies = AclPolicies.parse(await acl("GET", "/policies"));
  const known = policies.find((policy) => policy.Name === POLICY.Name);
  if (!known) return AclPolicy.parse(await acl("PUT", "/policy", POLICY)).ID;
  const current = AclPolicy.parse(await acl("GET", `/policy/${known.ID}`));
  if (current.Rules !== POLICY.Rules) await acl("PUT", `/policy/${known.ID}`, { ...POLICY, ID: known.ID });
  return known.ID;
}
