/** How convene calls the containers it makes beside a desired one; no manifest may use such a name. */

export const FORM_NAMES = { next: "-next", old: "-old", builder: "build-" } as const;
