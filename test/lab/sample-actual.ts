/** What is found on a host, for tests that start behind the look at it. */
import { LXD_STATUS } from "../../src/lxd/status-codes.ts";
import type { DesiredContainer } from "../../src/model/desired-state.ts";
import { specDigest } from "../../src/model/spec-digest.ts";
import type { ActualContainer, ActualState, ContainerRecord } from "../../src/observe/actual-state.ts";

export interface Found extends Partial<Omit<ActualContainer, "record">> {
  readonly record?: Partial<ContainerRecord>;
}

/** The container exactly as it should be, unless `changes` say otherwise. */
export function foundContainer(like: DesiredContainer, { record, ...changes }: Found = {}): ActualContainer {
  return {
    name: like.name,
    owned: true,
    statusCode: LXD_STATUS.running,
    description: "",
    config: like.config,
    devices: like.devices,
    baseImage: like.imageAlias,
    neverStarted: false,
    record: {
      image: like.imageAlias,
      role: "active",
      configured: true,
      files: Object.fromEntries(
        like.files.map((one) => [one.path, { digest: one.digest, structure: one.structureDigest }]),
      ),
      accounts: {},
      spec: specDigest(like.config, like.devices),
      ...(like.conferences ? { conferences: like.conferences.url } : {}),
      ...record,
    },
    ...changes,
  };
}

/** A host on which nothing is, with a Consul that is ready. */
export function sampleActual(changes: Partial<ActualState> = {}): ActualState {
  return {
    images: [],
    volumes: [],
    containers: [],
    consul: { state: "ready", kv: new Map(), inventory: new Map(), services: new Map(), aclReady: true },
    certificates: new Map(),
    ...changes,
  };
}
