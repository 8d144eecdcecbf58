/** Names of a container's stand-by forms during a replacement. */
import { FORM_NAMES } from "../manifests/form-names.ts";

/** The replacement being prepared. */
export function nextName(name: string): string {
  return `${name}${FORM_NAMES.next}`;
}

/** The replaced container, kept stopped until the new one is verified. */
export function oldName(name: string): string {
  return `${name}${FORM_NAMES.old}`;
}

/** The throw-away container an image is built in. */
export function builderName(image: string): string {
  return `${FORM_NAMES.builder}${image}`;
}

/**
 * Every name a container can have at some instant of a replacement. The role is not asked: in the middle of a swap it
 * is already the one of the name to come.
 */
export function formsOf(name: string): readonly string[] {
  return [name, nextName(name), oldName(name)];
}
