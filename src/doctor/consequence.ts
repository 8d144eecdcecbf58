/** What people notice of a broken rung: how the headline begins. */
import type { RungName } from "./report.ts";

/** The site's name follows. */
const USUAL: Readonly<Record<RungName, string>> = {
  name: "Nobody finds",
  port: "Nobody reaches",
  certificate: "Browsers refuse",
  page: "Nobody can use the page of",
  signaling: "Nobody can enter a meeting at",
  login: "Not everybody can log in at",
  services: "Not everybody is told of the relay at",
  relay: "People behind a strict firewall cannot meet at",
  room: "No meeting begins at",
  media: "Sound and picture do not come through at",
};

/** `special` is what the rung itself knows better. */
export function consequenceOf(rung: RungName, host: string, special?: string): string {
  return `${special ?? USUAL[rung]} ${host}`;
}
