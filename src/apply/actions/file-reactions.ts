/** What services do about new files: commands first, then restarts, reloads, live take-overs and starts. */
import type { Action } from "../../plan/action.ts";
import type { ApplyContext } from "../apply-context.ts";
import { execStep } from "./exec-step.ts";

type ApplyFiles = Extract<Action, { kind: "apply-files" }>;

const COMMAND_MS = 120_000;
const UNIT_MS = 120_000;

/** Units are the arguments after the verb; the last lines of a unit's own journal are the reason when it does not run. */
const UNITS = `
verb=$1; shift
systemctl daemon-reload
systemctl reset-failed "$@" 2>/dev/null
case $verb in
  reload) systemctl reload-or-restart "$@" 2>/dev/null ;;
  *) systemctl enable --quiet "$@" && systemctl restart "$@" 2>/dev/null ;;
esac
code=$?
sleep 0.2
for unit in "$@"; do
  if systemctl is-active --quiet "$unit" && [ $code = 0 ]; then continue; fi
  code=1
  words=$(journalctl -u "$unit" -n 30 --no-pager -o cat | grep -v -e '^Starting ' -e '^Stopped ' -e '^Failed to start ' -e "^$unit.*: " | tail -n 4)
  echo "$unit is $(systemctl is-active "$unit"): $words" >&2
done
exit $code
`;

interface Reactions {
  readonly commands: readonly (readonly string[])[];
  readonly restart: readonly string[];
  readonly reload: readonly string[];
  readonly start: readonly string[];
}

/** Each unit once: what is restarted is not reloaded, what is started fresh reads its files anyway. */
function collectReactions(action: ApplyFiles): Reactions {
  const start = new Set(action.startUnits);
  const restart = new Set<string>();
  const reload = new Set<string>();
  const commands: (readonly string[])[] = [];
  for (const { file, effect } of action.writes) {
    if (effect === "live" && file.live) commands.push(file.live.command);
    else if (file.onChange.kind === "command") commands.push(file.onChange.command);
    else if (file.onChange.kind === "restart") restart.add(file.onChange.unit);
    else if (file.onChange.kind === "reload") reload.add(file.onChange.unit);
  }
  return {
    commands,
    restart: [...restart].filter((unit) => !start.has(unit)),
    reload: [...reload].filter((unit) => !start.has(unit) && !restart.has(unit)),
    start: [...start],
  };
}

export async function react(action: ApplyFiles, context: ApplyContext): Promise<void> {
  const { name } = action.container;
  const reactions = collectReactions(action);
  for (const command of reactions.commands) {
    await execStep(
      {
        instance: name,
        command,
        timeoutMs: COMMAND_MS,
        code: "ReactionFailed",
        failure: `${command[0] ?? "the command"} failed after its file changed`,
        hint: `see \`convene logs ${name}\``,
        retryable: true,
      },
      context,
    );
  }
  await runUnits("restart", reactions.restart, name, context);
  await runUnits("reload", reactions.reload, name, context);
  await runUnits("restart", reactions.start, name, context);
}

async function runUnits(
  verb: "restart" | "reload",
  units: readonly string[],
  instance: string,
  context: ApplyContext,
): Promise<void> {
  if (units.length === 0) return;
  context.progress(`${verb}s ${units.join(", ")}`);
  await execStep(
    {
      instance,
      command: ["sh", "-c", UNITS, "units", verb, ...units],
      timeoutMs: UNIT_MS,
      code: "ServiceFailed",
      failure: `systemctl ${verb} ${units.join(" ")} failed`,
      hint: `see \`convene logs ${instance}\``,
      retryable: true,
    },
    context,
  );
}
