/** Kind and size of a certificate's public key. */
import type { KeyObject } from "node:crypto";

export interface PublicKeyFacts {
  /** `rsa`, `ec`, `ed25519`, … as node:crypto names it. */
  readonly type: string;
  /** Modulus length, or size of the curve; undefined where the type fixes it. */
  readonly bits: number | undefined;
}

const CURVE_BITS: Readonly<Record<string, number>> = {
  secp192r1: 192,
  prime192v1: 192,
  secp224r1: 224,
  prime256v1: 256,
  secp256k1: 256,
  secp384r1: 384,
  secp521r1: 521,
};

export function publicKeyFacts({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): PublicKeyFacts {
  const bits = asymmetricKeyDetails?.modulusLength ?? CURVE_BITS[asymmetricKeyDetails?.namedCurve ?? ""];
  return { type: asymmetricKeyType ?? "unknown", bits };
}
