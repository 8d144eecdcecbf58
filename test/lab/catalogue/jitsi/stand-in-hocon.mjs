// Reads a HOCON file by ruby-hocon, as Jitsi's own packages do.
import { execFileSync } from "node:child_process";

const PROGRAM = 'require "hocon"; require "json"; puts JSON.generate(Hocon.load(ARGV[0]))';

/** Every section of the file, substitutions resolved. */
export function readHocon(path) {
  return JSON.parse(execFileSync("ruby", ["-e", PROGRAM, path], { encoding: "utf8" }));
}
