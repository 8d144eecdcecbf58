// A stand-in for jicofo where Jitsi's packages cannot be had: it reads the shipped jicofo.conf and does what a focus does.
import { readHocon } from "./stand-in-hocon.mjs";
import { FocusBehaviour } from "./stand-in-focus-behaviour.mjs";
import { startRest } from "./stand-in-focus-rest.mjs";
import { Focus } from "./stand-in-focus-service.mjs";

const { jicofo } = readHocon(process.argv[2] ?? "/etc/jitsi/jicofo/jicofo.conf");

/** Milliseconds; the defaults are jicofo's. */
const timing = {
  minParticipants: Number(jicofo.conference?.["min-participants"] ?? 2),
  initialMs: milliseconds(jicofo.conference?.["initial-timeout"], 15_000),
  singleParticipantMs: milliseconds(jicofo.conference?.["single-participant-timeout"], 20_000),
  healthMs: milliseconds(jicofo.bridge["health-checks"]?.interval, 10_000),
};

/** HOCON durations as the shipped files write them: a number of milliseconds, or `15 seconds`, `20s`, `500 ms`. */
function milliseconds(value, otherwise) {
  const [, number, unit = "ms"] = /^([\d.]+)\s*([a-z]+)?$/.exec(String(value ?? "")) ?? [];
  if (number === undefined) return otherwise;
  const factor =
    unit.startsWith("ms") || unit.startsWith("milli") ? 1 : unit.startsWith("m") ? 60_000 : 1_000;
  return Number(number) * factor;
}

const behaviour = new FocusBehaviour();
const focus = new Focus(jicofo, timing, behaviour);
await startRest({
  host: jicofo.rest.host,
  port: Number(jicofo.rest.port),
  focus,
  behaviour,
  isHealthEnabled: jicofo.health?.enabled === true,
});
focus.start();
