/** Setting a host up takes root; saying so first is kinder than failing half-way. */
import { ConveneError } from "../system/errors.ts";

/** Throws `RootRequired` unless the effective user is root. */
export function requireRoot(uid: number, what: string): void {
  if (uid === 0) return;
  throw new ConveneError({
    code: "RootRequired",
    message: `${what} makes users, networks and containers, which only root may do`,
    hint: `run \`sudo ${what}\``,
  });
}
