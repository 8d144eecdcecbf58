/** Whether the package repositories that the shipped images need answer from here. */
import { runCommand } from "../../src/host/command.ts";

const REPOSITORIES = [
  "https://download.jitsi.org/stable/Packages",
  "https://apt.releases.hashicorp.com/",
] as const;
const TIMEOUT_SECONDS = 8;

/** The ones that do not answer, with curl's own words; empty when all do. */
export async function unreachableRepositories(): Promise<readonly string[]> {
  const answers = await Promise.all(REPOSITORIES.map(async (url) => await whyNot(url)));
  return answers.filter((answer) => answer !== undefined);
}

async function whyNot(url: string): Promise<string | undefined> {
  const words = [
    "--head",
    "--silent",
    "--show-error",
    "--fail",
    "--location",
    "--max-time",
    String(TIMEOUT_SECONDS),
  ];
  try {
    await runCommand({
      command: "curl",
      arguments: [...words, url],
      timeoutMs: (TIMEOUT_SECONDS + 5) * 1000,
    });
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return `${new URL(url).host}: ${message.split("curl: ").at(-1) ?? message}`;
  }
}
