/** Names of a container's stand-by forms during a replacement. */

export type ContainerForm = "active" | "next" | "old" | "build";

/** The replacement being prepared. */
export function nextName(name: string): string {
  return `${name}-next`;
}

/** The replaced container, kept stopped until the new one is verified. */
export function oldName(name: string): string {
  return `${name}-old`;
}

/** The container a live name belongs to, judged by the role convene wrote on it. */
export function baseName(name: string, role: ContainerForm): string {
  if (role === "next" && name.endsWith("-next")) return name.slice(0, -"-next".length);
  if (role === "old" && name.endsWith("-old")) return name.slice(0, -"-old".length);
  return name;
}
