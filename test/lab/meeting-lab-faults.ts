/** The faults that the meeting lab can have: each changes one thing, as it goes wrong on real hosts. */
import type { Faults, FaultyParts } from "./meeting-lab-fault.ts";
import { BRIDGE_FAULTS } from "./meeting-lab-faults-bridge.ts";
import { PAGE_FAULTS } from "./meeting-lab-faults-page.ts";
import { FOCUS_FAULTS, PROSODY_FAULTS } from "./meeting-lab-faults-signaling.ts";
import { TURN_FAULTS } from "./meeting-lab-faults-turn.ts";

const FAULTS = { ...PAGE_FAULTS, ...PROSODY_FAULTS, ...FOCUS_FAULTS, ...TURN_FAULTS, ...BRIDGE_FAULTS };

export type FaultName = keyof typeof FAULTS;

export async function applyFault(name: FaultName, parts: FaultyParts): Promise<void> {
  const faults: Faults = FAULTS;
  await faults[name]?.(parts);
}
