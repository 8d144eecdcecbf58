// The DTLS certificate of the stand-in bridge: one for all its endpoints, as the real one's, made anew at each start.
import { execFileSync } from "node:child_process";

/** `{ certificate, key }` in PEM; the key is nowhere but in memory. */
export function newCertificate() {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "-"];
  const request = ["req", "-x509", "-subj", "/CN=lab-stand-in", "-days", "7", ...key, "-out", "-"];
  const output = execFileSync("openssl", request, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return { key: block(output, "PRIVATE KEY"), certificate: block(output, "CERTIFICATE") };
}

function block(output, name) {
  return new RegExp(`-----BEGIN ${name}-----.*?-----END ${name}-----\n`, "s").exec(output)[0];
}
