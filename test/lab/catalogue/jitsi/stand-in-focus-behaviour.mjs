// How a test tells the stand-in focus to go wrong: every choice there is, the first of each being what a healthy one does.

const CHOICES = {
  /** Conference requests: answered; not answered at all; answered `ready='false'` for ever. */
  requests: ["normal", "silent", "never-ready"],
  /** Guests on a secure domain: into rooms that are there; refused there too; allowed to open rooms. */
  guests: ["normal", "refused", "may-create"],
  /** Owner of its rooms, and grants that to who may; or not, as when Prosody did not make it one. */
  ownership: ["normal", "none"],
  /** Jingle offers: sent; not sent; without sense. */
  invites: ["normal", "none", "garbage"],
  /**
   * Who accepts an offer: is taken in; is refused; comes when the session is over; has the session ended as soon as it
   * is taken in, or while it talks; or is put out of the room.
   */
  accepts: ["normal", "refused", "over", "ended", "ended-later", "put-out"],
  /** Its rooms: for who comes; for who was made a member before, as with a lobby. */
  rooms: ["normal", "members-only"],
  /** In the offer: the bridge's; another one. */
  fingerprint: ["normal", "wrong"],
  /** Who sends what is told to the others; or not. */
  sources: ["normal", "withheld"],
  /** A bridge is chosen; or none, as when none is in its brewery. */
  bridges: ["normal", "none"],
};

/** Milliseconds from the acceptance of an offer: once the answer is out; when two who accepted are connected and talk. */
export const ENDED_AFTER_MS = { ended: 1, "ended-later": 800 };

export class FocusBehaviour {
  /** "normal", or why it is not healthy. */
  health = "normal";
  /** Milliseconds before each answer and each offer. */
  slowMs = 0;

  constructor() {
    for (const [name, [healthy]] of Object.entries(CHOICES)) this[name] = healthy;
  }

  /** Throws an Error with what is wrong; then nothing is changed. */
  change(wanted) {
    for (const [name, value] of Object.entries(wanted)) {
      const isFine =
        name === "health"
          ? typeof value === "string"
          : name === "slowMs"
            ? value >= 0
            : CHOICES[name]?.includes(value);
      if (!isFine)
        throw new Error(
          `no such behaviour: ${name} ${value}; there are health, slowMs and ${JSON.stringify(CHOICES)}`,
        );
    }
    Object.assign(this, wanted);
  }
}
