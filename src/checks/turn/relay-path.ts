/** A path for media through a TURN relay: what is sent to a local UDP address comes out at the relay, and back. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { FIRST_CHANNEL } from "../stun/channel-data.ts";
import type { TurnCredential } from "../stun/credentials.ts";
import type { TransportAddress } from "../stun/stun-address.ts";
import { StunClient } from "../stun/stun-client.ts";
import { fromAnotherPort } from "./from-another-port.ts";
import { openTurnChannel, type TurnServer } from "./open-turn-channel.ts";
import { judgePermission } from "./permission.ts";
import { openRelayPort, type RelayCounters, type RelayPort } from "./relay-port.ts";
import { requestChallenge } from "./turn-challenge.ts";
import { type Allocation, TurnSession } from "./turn-session.ts";

export interface RelayOptions extends TurnServer {
  readonly credential: TurnCredential;
}

export interface RelayPath {
  readonly relayed: TransportAddress;
  /** Packets to and from all peers so far, and those that were dropped here. */
  readonly counters: Readonly<RelayCounters>;
  /** Why the path ended by itself; undefined while it carries data. */
  readonly failure: CheckFailure | undefined;
  /**
   * A local UDP address on `localAddress`, one for each peer: what is sent to it goes through the relay to the peer,
   * and what the peer sends goes back to where the last packet came from. Fails with `forbidden_peer`,
   * `permission_failed` or `permission_timeout`.
   */
  forward(peer: TransportAddress, localAddress: string): Promise<TransportAddress>;
  /** Gives the allocation back. The path must be closed also when the run was aborted. */
  close(): Promise<void>;
}

/** Permissions last 5 minutes, channels 10 (RFC 8656 sections 9 and 12): all are renewed well before. */
const KEEP_MS = 120_000;

/**
 * Phases: those of the connection, `challenge`, `allocate`. Fails with a ConnectReason, TlsReason, StunReason or
 * TurnReason, and has then given back what it had.
 */
export async function openRelayPath(options: RelayOptions, run: CheckRun): Promise<RelayPath> {
  return await fromAnotherPort(run, async () => {
    const client = new StunClient(await openTurnChannel(options, run), run);
    try {
      const challenge = await run.phase("challenge", () => requestChallenge(client, run));
      const session = new TurnSession(client, options.credential, challenge, run);
      const allocation = await run.phase("allocate", () => allocate(session));
      return new OpenRelayPath(client, session, allocation, run);
    } catch (error) {
      client.close();
      throw error;
    }
  });
}

async function allocate(session: TurnSession): Promise<Allocation> {
  try {
    return await session.allocate();
  } catch (error) {
    await session.release();
    throw error;
  }
}

interface Forwarding {
  readonly channel: number;
  readonly peer: TransportAddress;
  readonly port: Promise<RelayPort>;
}

class OpenRelayPath implements RelayPath {
  readonly relayed: TransportAddress;
  readonly counters: RelayCounters = { sent: 0, received: 0, dropped: 0 };
  readonly #client: StunClient;
  readonly #session: TurnSession;
  readonly #run: CheckRun;
  readonly #forwardings = new Map<string, Forwarding>();
  readonly #keepMs: number;
  #nextChannel = FIRST_CHANNEL;
  #timer: NodeJS.Timeout | undefined;
  #failure: CheckFailure | undefined;
  #closed = false;

  constructor(client: StunClient, session: TurnSession, allocation: Allocation, run: CheckRun) {
    this.relayed = allocation.relayed;
    this.#client = client;
    this.#session = session;
    this.#run = run;
    this.#keepMs = Math.min(KEEP_MS, allocation.lifetimeSeconds * 500);
    this.#keepLater();
  }

  get failure(): CheckFailure | undefined {
    return this.#failure ?? (this.#closed ? undefined : this.#client.ended);
  }

  async forward(peer: TransportAddress, localAddress: string): Promise<TransportAddress> {
    const key = `${peer.address} ${peer.port}`;
    const forwarding = this.#forwardings.get(key) ?? this.#open(key, peer, localAddress);
    try {
      return (await forwarding.port).address;
    } catch (error) {
      this.#forwardings.delete(key);
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const port of await Promise.allSettled(this.#ports())) {
      if (port.status === "fulfilled") port.value.close();
    }
    await this.#session.release();
    this.#client.close();
  }

  #open(key: string, peer: TransportAddress, localAddress: string): Forwarding {
    const channel = this.#nextChannel;
    this.#nextChannel += 1;
    const port = this.#bind(channel, peer, localAddress);
    const forwarding = { channel, peer, port };
    this.#forwardings.set(key, forwarding);
    return forwarding;
  }

  async #bind(channel: number, peer: TransportAddress, localAddress: string): Promise<RelayPort> {
    const port = await openRelayPort(localAddress, this.counters, (payload) =>
      this.#client.sendChannelData(channel, payload),
    );
    // Before the channel is there, as its first data may come together with the answer.
    this.#client.onChannelData(channel, port.deliver);
    try {
      judgePermission(await this.#session.bindChannel(channel, peer), `${peer.address}:${peer.port}`);
      return port;
    } catch (error) {
      port.close();
      throw error;
    }
  }

  #ports(): readonly Promise<RelayPort>[] {
    return [...this.#forwardings.values()].map(({ port }) => port);
  }

  #keepLater(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#keep().then(
        () => this.#keepLater(),
        (error: unknown) => this.#lose(error),
      );
    }, this.#keepMs);
  }

  async #keep(): Promise<void> {
    await this.#session.refresh();
    for (const { channel, peer } of this.#forwardings.values()) {
      judgePermission(await this.#session.bindChannel(channel, peer), `${peer.address}:${peer.port}`);
    }
  }

  #lose(error: unknown): void {
    if (this.#closed) return;
    this.#failure = error instanceof CheckFailure ? error : this.#client.ended;
    this.#run.say(`the relay path ended: ${error instanceof Error ? error.message : String(error)}`);
  }
}
