/** Pushes arrive as the repository's owner only: anyone else, root too, would leave files the agent cannot read. */
import { basename } from "node:path";
import { ConveneError } from "../../system/errors.ts";

export interface Pusher {
  readonly uid: number;
  readonly ownerUid: number;
  /** The agent's user, who owns the repository. */
  readonly user: string;
  readonly hostname: string;
  readonly gitDirectory: string;
}

/** @throws ConveneError `WrongPusher` with the URL that works. */
export function checkPusher(pusher: Pusher): void {
  if (pusher.uid === pusher.ownerUid) return;
  const who = pusher.uid === 0 ? "root" : `uid ${pusher.uid}`;
  throw new ConveneError({
    code: "WrongPusher",
    message: `this repository belongs to ${pusher.user}, and ${who} is pushing`,
    hint: [
      `git push ${pusher.user}@${pusher.hostname}:${basename(pusher.gitDirectory)}`,
      `or, on this host: sudo -u ${pusher.user} git push ${pusher.gitDirectory}`,
    ].join("\n"),
  });
}
