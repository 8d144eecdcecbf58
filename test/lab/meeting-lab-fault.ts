/** What a fault of the meeting lab may touch, and the words that several of them use. */
import type { LabCertificates } from "./meeting-lab-certificates.ts";
import type { LabAccounts } from "./meeting-lab-accounts.ts";
import type { LabFirewall } from "./meeting-lab-network.ts";
import type { LabServers } from "./meeting-lab-servers.ts";
import type { LabAddresses } from "./meeting-lab-slot.ts";

export interface FaultyParts {
  readonly servers: LabServers;
  readonly accounts: LabAccounts;
  readonly certificates: LabCertificates;
  readonly firewall: LabFirewall;
  readonly addresses: LabAddresses;
}

/** Rows are those of the failure catalogue. */
export type Faults = Readonly<Record<string, (parts: FaultyParts) => Promise<unknown>>>;

/** The environment of a server whose clock is off by so much: `+2d` (faketime(1)). Timers go on as they are. */
export function falseClock(offset: string): Readonly<Record<string, string>> {
  return {
    LD_PRELOAD: "/usr/$LIB/faketime/libfaketimeMT.so.1",
    FAKETIME: offset,
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
}
